# Warnings, the compiler cache, sanitizers, and compiling C or C++ that uses markers. These are flags
# for all folders at once, so that no folder has its own idea of a clean build.

add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra>")
if(WEFT_WERROR)
  add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-Werror>")
endif()
add_compile_options("$<$<COMPILE_LANG_AND_ID:C,Clang>:-fcolor-diagnostics>"
                    "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:-fcolor-diagnostics>")

find_program(WEFT_CCACHE ccache)
if(WEFT_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # What a preset compiles like another one is compiled once: sources have absolute names, so that an object serves
  # any build directory. The sloppiness is what a cache needs to store what uses a precompiled header (WeftTests.cmake).
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${WEFT_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

# lld links the tools several times faster than ld.bfd; clang finds the one beside itself.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=lld WEFT_HAVE_LLD)
  if(WEFT_HAVE_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

if(WEFT_SANITIZE)
  set(sanitized "$<NOT:$<BOOL:$<TARGET_PROPERTY:WEFT_NO_SANITIZE>>>")
  add_compile_options("$<${sanitized}:-fsanitize=${WEFT_SANITIZE}>" "$<${sanitized}:-fno-omit-frame-pointer>")
  add_link_options("$<${sanitized}:-fsanitize=${WEFT_SANITIZE}>")
  if(WEFT_SANITIZE MATCHES "undefined")
    add_compile_options("$<${sanitized}:-fno-sanitize-recover=undefined>")
  endif()
endif()

# For what a program without the sanitizer's runtime loads, compiler plug-ins above all. Without any flag: so it is the
# same in each sanitizer's build, and compiled for one of them.
function(weft_no_sanitize target)
  set_target_properties(${target} PROPERTIES WEFT_NO_SANITIZE TRUE)
endfunction()

# Compiles target's C and C++ sources with the Weft pass loaded into clang. The compiler cache is off
# for them: it does not know that the plug-in is an input and would return objects of an older pass.
function(weft_compile_markers target)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang"
     OR NOT CMAKE_CXX_COMPILER_VERSION MATCHES "^${WEFT_LLVM_VERSION}\\.")
    message(FATAL_ERROR "${target} uses Weft's markers, so it is compiled with Weft's pass, which needs "
      "clang ${WEFT_LLVM_VERSION}; this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. "
      "Configure with `cmake --preset dev`.")
  endif()
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:C,CXX>:-fpass-plugin=$<TARGET_FILE:${WEFT_PASS_TARGET}>>")
  set_target_properties(${target} PROPERTIES C_COMPILER_LAUNCHER "" CXX_COMPILER_LAUNCHER "")
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} TARGET_DIRECTORY ${target} APPEND PROPERTY
    OBJECT_DEPENDS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/${WEFT_PASS_TARGET}.so) # knows no generator expressions
endfunction()
