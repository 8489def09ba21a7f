# What `cmake --install` and CPack put where. One file, because what a user finds belongs together, whichever
# folder it is made in. Every path is relative to the prefix, and what is installed finds the rest from where
# it lies itself: a prefix may be moved.
#
# Three components, which are also the Debian packages (WeftPackage.cmake):
#   runtime   what programs load: libweft.so.1, schedulers' plug-ins
#   dev       what programs are made with, by any compiler: headers, libweft.a, CMake and pkg-config files, gdb
#             commands, weft-trace-check, weft-sched-check, weft-host-check,
#             weft-explore, weft-timeline, documents. Needs no LLVM.
#   llvmN     the pass for LLVM N, as a plug-in and as a library, and weftc. Several may share one prefix.
# minigo and wat are not installed: they are there to be read and measured, and promise nothing.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(plugins ${CMAKE_INSTALL_LIBDIR}/weft) # not in LIBDIR: nobody links them
set(packages ${CMAKE_INSTALL_LIBDIR}/cmake/Weft)
set(documents ${CMAKE_INSTALL_DATAROOTDIR}/doc/weft)

# The ABI's number names the shared library's file: programs of another ABI do not find it.
file(STRINGS ${PROJECT_SOURCE_DIR}/abi/include/weft/base.h abi REGEX "^#define WEFT_ABI [0-9]+")
string(REGEX MATCH "[0-9]+" WEFT_ABI "${abi}")
set_target_properties(weft_shared PROPERTIES SOVERSION ${WEFT_ABI} VERSION ${WEFT_ABI}.${PROJECT_VERSION})

# --- runtime
install(TARGETS weft_shared EXPORT WeftTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev)
get_property(schedulers GLOBAL PROPERTY WEFT_SCHEDULER_PLUGINS)
install(TARGETS ${schedulers} LIBRARY DESTINATION ${plugins} COMPONENT runtime)

# --- dev
install(TARGETS weft weft_abi_check EXPORT WeftTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(TARGETS weft_abi EXPORT WeftTargets)
set_target_properties(weft_abi PROPERTIES EXPORT_NAME headers)
install(EXPORT WeftTargets NAMESPACE Weft:: DESTINATION ${packages} COMPONENT dev)

file(GLOB headers CONFIGURE_DEPENDS LIST_DIRECTORIES TRUE ${PROJECT_SOURCE_DIR}/hosts/*/include)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/abi/include/weft ${PROJECT_SOURCE_DIR}/llvm-pass/include/weft
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
foreach(folder ${headers})
  install(DIRECTORY ${folder}/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
endforeach()

set(up ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${up} OUTPUT_VARIABLE WEFT_UP)
configure_file(cmake/package/weft.pc.in package/weft.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/weft.pc DESTINATION ${up} COMPONENT dev)

if(TARGET weft_libuv)
  install(TARGETS weft_libuv ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
  configure_file(cmake/package/weft-libuv.pc.in package/weft-libuv.pc @ONLY)
  configure_file(cmake/package/Weft-libuv.cmake.in package/Weft-libuv.cmake @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/weft-libuv.pc DESTINATION ${up} COMPONENT dev)
  install(FILES ${PROJECT_BINARY_DIR}/package/Weft-libuv.cmake DESTINATION ${packages} COMPONENT dev)
endif()

if(TARGET weft_node)
  install(TARGETS weft_node ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
  configure_file(cmake/package/weft-node.pc.in package/weft-node.pc @ONLY)
  configure_file(cmake/package/Weft-node.cmake.in package/Weft-node.cmake @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/weft-node.pc DESTINATION ${up} COMPONENT dev)
  install(FILES ${PROJECT_BINARY_DIR}/package/Weft-node.cmake DESTINATION ${packages} COMPONENT dev)
endif()

if(TARGET weft-host-check)
  set_target_properties(weft_host_conformance PROPERTIES EXCLUDE_FROM_ALL OFF)
  install(TARGETS weft_host_conformance EXPORT WeftTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
  configure_file(cmake/package/weft-host-check.pc.in package/weft-host-check.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/weft-host-check.pc DESTINATION ${up} COMPONENT dev)
endif()

configure_package_config_file(cmake/package/WeftConfig.cmake.in package/WeftConfig.cmake
  INSTALL_DESTINATION ${packages} NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(package/WeftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/WeftConfig.cmake ${PROJECT_BINARY_DIR}/package/WeftConfigVersion.cmake
  DESTINATION ${packages} COMPONENT dev)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/gdb DESTINATION ${CMAKE_INSTALL_DATADIR}/weft COMPONENT dev
  FILES_MATCHING PATTERN *.py PATTERN test EXCLUDE PATTERN __pycache__ EXCLUDE)
# gdb looks below its own auto-load folder, by the library's full path: the one place that must know the prefix. It is
# right for packages in /usr; elsewhere people source weft.py themselves (docs/decisions/0027).
configure_file(cmake/package/libweft-gdb.py.in package/libweft-gdb.py @ONLY)
# CPack installs into a folder of its own first.
install(CODE "set(prefix \"\${CMAKE_INSTALL_PREFIX}\")
  string(REGEX REPLACE \".*/_CPack_Packages/.*/usr$\" \"/usr\" prefix \"\${prefix}\")
  file(INSTALL \"${PROJECT_BINARY_DIR}/package/libweft-gdb.py\"
  DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/gdb/auto-load/\${prefix}/${CMAKE_INSTALL_LIBDIR}\"
  RENAME libweft.so.${WEFT_ABI}.${PROJECT_VERSION}-gdb.py)" COMPONENT dev)
foreach(tool weft-trace-check weft-sched-check weft-host-check weft-explore)
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME COMPONENT dev)
  endif()
endforeach()

# weft-timeline is a link to the script, which finds its style beside itself, wherever a link to it lies.
set(timeline ${CMAKE_INSTALL_DATADIR}/weft/timeline)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/demo/timeline DESTINATION ${timeline} COMPONENT dev)
install(FILES ${PROJECT_SOURCE_DIR}/tools/demo/timeline.css ${PROJECT_SOURCE_DIR}/tools/demo/timeline.js DESTINATION ${timeline} COMPONENT dev)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR} OUTPUT_VARIABLE to_timeline)
cmake_path(APPEND to_timeline ${timeline}/timeline)
install(CODE "file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  file(CREATE_LINK \"${to_timeline}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/weft-timeline\" SYMBOLIC)" COMPONENT dev)

# As in the source, for the documents link each other and what they speak of: so that is there too, the headers by a link to where they are
# installed (docs/test/ways-in-work follows each).
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${documents} COMPONENT dev)
install(FILES ${PROJECT_SOURCE_DIR}/abi/rules.md DESTINATION ${documents}/abi COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${documents} COMPONENT dev
  FILES_MATCHING PATTERN *.md PATTERN test EXCLUDE PATTERN examples EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/examples DESTINATION ${documents}/docs COMPONENT dev PATTERN __pycache__ EXCLUDE)
foreach(folder epoll manual libuv node)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/hosts/${folder} DESTINATION ${documents}/hosts COMPONENT dev
    FILES_MATCHING PATTERN *.c PATTERN *.cpp PATTERN *.js PATTERN test EXCLUDE PATTERN include EXCLUDE)
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/hosts/template DESTINATION ${documents}/hosts COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/schedulers/ DESTINATION ${documents}/schedulers COMPONENT dev
  FILES_MATCHING PATTERN *.c PATTERN inner.h PATTERN test EXCLUDE PATTERN conformance EXCLUDE PATTERN template EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/schedulers/template DESTINATION ${documents}/schedulers COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/schedulers/conformance/mutants DESTINATION ${documents}/schedulers/conformance COMPONENT dev)
foreach(file cmake/README.md llvm-pass/README.md test-langs/minigo/README.md test-langs/minigo/driver/compile.cpp test-langs/wat/README.md)
  get_filename_component(folder ${file} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${file} DESTINATION ${documents}/${folder} COMPONENT dev)
endforeach()
foreach(folder abi llvm-pass hosts/conformance)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${documents}/${folder} OUTPUT_VARIABLE to_headers)
  install(CODE "file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${documents}/${folder}\")
  file(CREATE_LINK \"${to_headers}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${documents}/${folder}/include\" SYMBOLIC)" COMPONENT dev)
endforeach()

# --- llvmN
if(WEFT_BUILD_PASS)
  set(WEFT_LLVM ${LLVM_VERSION_MAJOR})
  set(component llvm${WEFT_LLVM})
  install(TARGETS ${WEFT_PASS_TARGET} LIBRARY DESTINATION ${plugins} COMPONENT ${component})
  install(FILES $<TARGET_FILE:weft_pass_lib> DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME libweft-pass-${WEFT_LLVM}.a
    COMPONENT ${component})
  # For C: its own shared library, that of WEFT_ABI.
  set_target_properties(weft_llvm_c PROPERTIES SOVERSION ${WEFT_ABI} VERSION ${WEFT_ABI}.${PROJECT_VERSION})
  install(TARGETS weft_llvm_c LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
  configure_package_config_file(cmake/package/Weft-llvm.cmake.in package/Weft-${component}.cmake
    INSTALL_DESTINATION ${packages} NO_CHECK_REQUIRED_COMPONENTS_MACRO NO_SET_AND_CHECK_MACRO)
  install(FILES ${PROJECT_BINARY_DIR}/package/Weft-${component}.cmake DESTINATION ${packages} COMPONENT ${component})
  if(TARGET weftc)
    install(TARGETS weftc RUNTIME COMPONENT ${component})
  endif()
endif()

include(WeftPackage)

if(WEFT_BUILD_PASS)
  # What is installed is what is tested.
  set(installed ${WEFT_PASS_TARGET} weft_pass_lib weft_llvm_c weft weft_shared weft_abi_check ${schedulers})
  foreach(tool weftc weft-trace-check weft-sched-check weft-host-check weft_host_conformance weft-explore weft_libuv weft_node)
    if(TARGET ${tool})
      list(APPEND installed ${tool})
    endif()
  endforeach()
  weft_add_script_test(ways-in SCRIPT ${PROJECT_SOURCE_DIR}/docs/test/ways-in-work ARGS ${WEFT_LLVM} install DEPENDS ${installed})
  # gdb does not know where the portable port's continuations wait; and the test compares with libweft's debug information.
  if(WEFT_PORT STREQUAL "x86_64" AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    weft_add_script_test(gdb-commands SCRIPT ${PROJECT_SOURCE_DIR}/tools/gdb/test/commands-show DEPENDS ${installed} TIMEOUT 300)
    weft_add_script_test(gdb-workers SCRIPT ${PROJECT_SOURCE_DIR}/tools/gdb/test/workers-show DEPENDS weft TIMEOUT 300)
  endif()
  if(TARGET weftc AND WEFT_PORT STREQUAL "x86_64") # once
    weft_add_script_test(packages SCRIPT ${PROJECT_SOURCE_DIR}/docs/test/packages-install ARGS ${WEFT_LLVM} DEPENDS ${installed})
  endif()
endif()
