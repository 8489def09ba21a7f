# Finds LLVM and offers it as two targets, so that no folder handles LLVM's own CMake variables:
#   weft_llvm_headers  for plug-ins: include path and defines; symbols come from the program that loads it
#   weft_llvm          for programs and libraries that run LLVM themselves: links the shared libLLVM
# Targets and backends are whatever this LLVM has; nothing here names one. Another version is
# `-DWEFT_LLVM_VERSION=19`.

# Without a version in find_package: LLVM's version file refuses "22" for 22.1, and so the check is ours.
find_package(LLVM REQUIRED CONFIG HINTS /usr/lib/llvm-${WEFT_LLVM_VERSION})
if(NOT LLVM_VERSION_MAJOR EQUAL WEFT_LLVM_VERSION)
  message(FATAL_ERROR "LLVM ${WEFT_LLVM_VERSION} is wanted, ${LLVM_PACKAGE_VERSION} was found in ${LLVM_DIR}. "
    "Install llvm-${WEFT_LLVM_VERSION}-dev (./dev setup does), or set LLVM_DIR or WEFT_LLVM_VERSION.")
endif()
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_INSTALL_PREFIX}")

# One plug-in per LLVM version; its name says which.
set(WEFT_PASS_TARGET weft-pass-${LLVM_VERSION_MAJOR})
# opt, lit, FileCheck, clang: tests and tools use those of the same LLVM.
set(WEFT_LLVM_BIN ${LLVM_TOOLS_BINARY_DIR})

separate_arguments(llvm_defines NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_library(weft_llvm_headers INTERFACE)
target_include_directories(weft_llvm_headers SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_compile_definitions(weft_llvm_headers INTERFACE ${llvm_defines})
if(NOT LLVM_ENABLE_RTTI)
  target_compile_options(weft_llvm_headers INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
endif()

add_library(weft_llvm INTERFACE)
target_link_libraries(weft_llvm INTERFACE weft_llvm_headers)
if(TARGET LLVM)
  target_link_libraries(weft_llvm INTERFACE LLVM)
else()
  llvm_map_components_to_libnames(llvm_libraries
    ${LLVM_TARGETS_TO_BUILD} asmparser bitreader bitwriter irreader linker passes support)
  target_link_libraries(weft_llvm INTERFACE ${llvm_libraries})
endif()
