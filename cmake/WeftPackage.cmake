# `cpack -G DEB` in a build directory: the components of WeftInstall.cmake as Debian packages. They are made without
# root, and what they depend on is what dpkg-shlibdeps finds. A build for packaging is
#
#   cmake --preset release -DCMAKE_INSTALL_PREFIX=/usr && cmake --build --preset release && cd build/release && cpack -G DEB
#
# (the prefix makes the library directory Debian's, lib/x86_64-linux-gnu). Packages for two LLVMs come from two builds:
# libweft1 and libweft-dev are the same, weft-llvm22 and weft-llvm19 stand side by side.
set(CPACK_PACKAGE_NAME weft)
set(CPACK_PACKAGE_VENDOR "The Weft authors")
set(CPACK_PACKAGE_CONTACT "The Weft authors <nobody@localhost>" CACHE STRING "Who makes the packages: Name <address>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "green threads for compilers")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(same "(= ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(about "Weft gives a compiler goroutines, generators, async/await or
effects: an LLVM pass makes stack switches of a few marker calls, and a
runtime adds stacks, tasks, schedulers and a seat on an event loop.")

# Of the licence, what Debian does not have already.
file(READ ${PROJECT_SOURCE_DIR}/LICENSE exception)
string(REGEX MATCH "---- LLVM Exceptions.*" exception "${exception}")
if(NOT exception)
  message(FATAL_ERROR "LICENSE has no section of LLVM's exceptions, which the packages' copyright files quote")
endif()

# weft_debian_package(COMPONENT name SECTION section SUMMARY text MORE text [DEPENDS d] [RECOMMENDS r] [SUGGESTS s])
function(weft_debian_package component name)
  cmake_parse_arguments(P "" "SECTION;SUMMARY;MORE;DEPENDS;RECOMMENDS;SUGGESTS" "" ${ARGN})
  string(TOUPPER ${component} key)
  foreach(setting SECTION DEPENDS RECOMMENDS SUGGESTS)
    if(P_${setting})
      set(CPACK_DEBIAN_${key}_PACKAGE_${setting} "${P_${setting}}" PARENT_SCOPE)
    endif()
  endforeach()
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${name} PARENT_SCOPE)
  if(NOT component STREQUAL "dev") # those with a shared library
    set(CPACK_DEBIAN_${key}_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/package/triggers PARENT_SCOPE)
  endif()
  set(CPACK_DEBIAN_${key}_DESCRIPTION "${P_SUMMARY}\n${about}\n\n${P_MORE}" PARENT_SCOPE)

  # Policy wants both in each package.
  set(place ${PROJECT_BINARY_DIR}/package/${name})
  file(WRITE ${place}/changelog "weft (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * As built from its source.

 -- ${CPACK_PACKAGE_CONTACT}  Thu, 01 Jan 2026 00:00:00 +0000
")
  execute_process(COMMAND gzip -9nf changelog WORKING_DIRECTORY ${place} COMMAND_ERROR_IS_FATAL ANY)
  file(RENAME ${place}/changelog.gz ${place}/changelog.Debian.gz)
  file(WRITE ${place}/copyright "Weft: green threads for compilers

Copyright: 2026 The Weft authors

License: Apache-2.0 WITH LLVM-exception

On Debian systems the Apache License 2.0 is in
/usr/share/common-licenses/Apache-2.0. In addition:

${exception}")
  install(FILES ${place}/changelog.Debian.gz ${place}/copyright DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${name}
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

weft_debian_package(runtime libweft${WEFT_ABI} SECTION libs
  SUMMARY "green threads for compilers - runtime"
  MORE "This package has what programs load: the runtime, and schedulers as
plug-ins."
  RECOMMENDS libunwind8) # backtraces, where it is there
weft_debian_package(dev libweft-dev SECTION libdevel
  SUMMARY "green threads for compilers - development files"
  MORE "This package has the headers, libweft.a, CMake and pkg-config files,
commands for gdb, checkers of traces and schedulers, documents and example
projects."
  DEPENDS "python3, libweft${WEFT_ABI} ${same}" SUGGESTS "libuv1-dev, libnode-dev") # whose loops there are hosts for
if(WEFT_BUILD_PASS)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  weft_debian_package(${component} weft-${component} SECTION devel
    SUMMARY "green threads for compilers - pass for LLVM ${WEFT_LLVM}"
    MORE "This package has the pass for clang, opt, lld and compilers on LLVM
${WEFT_LLVM}, as a plug-in and as libraries."
    DEPENDS "libweft-dev ${same}"
    RECOMMENDS "clang-${WEFT_LLVM}, lld-${WEFT_LLVM}"
    SUGGESTS "llvm-${WEFT_LLVM}-dev")
endif()
include(CPack)
