# The register of test suites. Folders add theirs here, and `./dev test` runs what is registered: the
# list goes to BUILD/tests/suites.json, which cmake/dev/run-tests reads. Rejected: CTest, which counts
# programs, not test cases, and would be a second way to run each suite.
#
# With WEFT_BUILD_TESTS off the functions do nothing. A build without the pass (by gcc, say) has the Catch2
# suites without markers and no others: those show the same whatever compiled the runtime.
#
# The runner has as many suites at a time as there are processors. ALONE is for those that measure or wait for so
# long, and would show nothing, or fail, beside others.

# weft_add_catch_test(NAME SOURCES a.cpp.. [LIBS target..] [MARKERS] [FULL] [ALONE] [NO_SANITIZE] [TIMEOUT s])
# A Catch2 program; main is shared. MARKERS: sources use weft markers (see weft_compile_markers).
function(weft_add_catch_test name)
  cmake_parse_arguments(T "MARKERS;FULL;ALONE;NO_SANITIZE" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  weft_reject_unknown_arguments(${name} ${T_UNPARSED_ARGUMENTS})
  if(NOT WEFT_BUILD_TESTS OR (T_MARKERS AND NOT WEFT_BUILD_PASS))
    return()
  endif()
  if(NOT TARGET weft_catch_main)
    file(WRITE ${PROJECT_BINARY_DIR}/tests/catch_main.cpp
      "// Catch2 would take SIGSEGV back from the runtime after each test case.\n"
      "#define CATCH_CONFIG_NO_POSIX_SIGNALS\n#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
    add_library(weft_catch_main OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/tests/catch_main.cpp)
    # Catch2's one header is more than half of what most tests cost to compile. It is precompiled once, by a program,
    # since what uses it are programs (-fPIE). Not by gcc, which then takes what is in system headers for our own, and warns of it.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      file(WRITE ${PROJECT_BINARY_DIR}/tests/catch_header.cpp "int main() {}\n")
      add_executable(weft_catch_header EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/tests/catch_header.cpp)
      set_target_properties(weft_catch_header PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
      target_precompile_headers(weft_catch_header PRIVATE <catch2/catch.hpp>)
      target_compile_options(weft_catch_header PRIVATE "SHELL:-Xclang -fno-pch-timestamp") # for ccache
    endif()
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE weft_catch_main ${T_LIBS})
  if(TARGET weft_catch_header)
    target_precompile_headers(${name} REUSE_FROM weft_catch_header)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(T_MARKERS)
    weft_compile_markers(${name})
  endif()
  set(sanitize TRUE)
  if(T_NO_SANITIZE)
    set(sanitize FALSE)
  endif()
  weft_register_suite(catch ${name} "${T_FULL}" "${T_ALONE}" ${sanitize} "${T_TIMEOUT}" "${name}" $<TARGET_FILE:${name}>)
endfunction()

# weft_add_lit_suite(NAME DIR tests [DEPENDS target..] [FULL] [ALONE] [SANITIZE] [TIMEOUT s])
# Every .ll .c .cpp .test .go below DIR with a RUN line. What a RUN line may use: cmake/lit/base.cfg.py;
# DIR/lit.cfg.py, when there is one, is read after it and may change `config`.
function(weft_add_lit_suite name)
  cmake_parse_arguments(T "FULL;ALONE;SANITIZE" "DIR;TIMEOUT" "DEPENDS" ${ARGN})
  weft_reject_unknown_arguments(${name} ${T_UNPARSED_ARGUMENTS})
  if(NOT WEFT_BUILD_TESTS)
    return()
  endif()
  cmake_path(ABSOLUTE_PATH T_DIR BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  set(WEFT_LIT_NAME ${name})
  set(WEFT_LIT_DIR ${T_DIR})
  set(WEFT_LIT_EXEC ${PROJECT_BINARY_DIR}/tests/lit/${name})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/lit/lit.site.cfg.py.in ${WEFT_LIT_EXEC}/lit.site.cfg.py @ONLY)
  weft_register_suite(lit ${name} "${T_FULL}" "${T_ALONE}" "${T_SANITIZE}" "${T_TIMEOUT}" "${T_DEPENDS}" ${WEFT_LIT_EXEC})
endfunction()

# weft_add_script_test(NAME SCRIPT path [ARGS a..] [DEPENDS target..] [FULL] [ALONE] [SANITIZE] [TIMEOUT s])
# A program of any language: exit 0 passed, 77 skipped, else failed. A script that holds many cases ends
# with the line `N passed, N failed, N skipped`, and is counted so.
function(weft_add_script_test name)
  cmake_parse_arguments(T "FULL;ALONE;SANITIZE" "SCRIPT;TIMEOUT" "ARGS;DEPENDS" ${ARGN})
  weft_reject_unknown_arguments(${name} ${T_UNPARSED_ARGUMENTS})
  if(NOT WEFT_BUILD_TESTS)
    return()
  endif()
  cmake_path(ABSOLUTE_PATH T_SCRIPT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  weft_register_suite(script ${name} "${T_FULL}" "${T_ALONE}" "${T_SANITIZE}" "${T_TIMEOUT}" "${T_DEPENDS}"
                      ${T_SCRIPT} ${T_ARGS})
endfunction()

# weft_add_soak(NAME COMMAND program [arg..] [DEPENDS target..] [TIMEOUT s])
# Long runs that only `./dev soak` starts; judged as a script test.
function(weft_add_soak name)
  cmake_parse_arguments(T "" "TIMEOUT" "COMMAND;DEPENDS" ${ARGN})
  weft_reject_unknown_arguments(${name} ${T_UNPARSED_ARGUMENTS})
  if(NOT WEFT_BUILD_TESTS)
    return()
  endif()
  weft_register_suite(soak ${name} FALSE TRUE FALSE "${T_TIMEOUT}" "${T_DEPENDS}" ${T_COMMAND})
endfunction()

# --- what the functions above are made of -----------------------------------------------------------

function(weft_reject_unknown_arguments name)
  if(ARGN)
    message(FATAL_ERROR "test ${name}: unknown arguments: ${ARGN}")
  endif()
endfunction()

function(weft_register_suite kind name full alone sanitize timeout depends)
  if(NOT WEFT_BUILD_PASS AND NOT kind STREQUAL catch)
    return()
  endif()
  get_property(names GLOBAL PROPERTY WEFT_SUITE_NAMES)
  if(name IN_LIST names)
    message(FATAL_ERROR "two test suites are called ${name}")
  endif()
  set_property(GLOBAL APPEND PROPERTY WEFT_SUITE_NAMES ${name})
  foreach(flag full alone sanitize)
    if(${flag})
      set(${flag} true)
    else()
      set(${flag} false)
    endif()
  endforeach()
  if(NOT timeout)
    set(timeout null)
  endif()
  list(TRANSFORM ARGN REPLACE "(.+)" "\"\\1\"")
  list(JOIN ARGN ", " run)
  set_property(GLOBAL APPEND_STRING PROPERTY WEFT_SUITES
    "{\"kind\": \"${kind}\", \"name\": \"${name}\", \"full\": ${full}, \"alone\": ${alone}, \"sanitize\": ${sanitize}, \
\"timeout\": ${timeout}, \"run\": [${run}]}\n")
  if(NOT kind STREQUAL soak)
    set_property(GLOBAL APPEND PROPERTY WEFT_TEST_DEPENDS ${depends})
  else()
    set_property(GLOBAL APPEND PROPERTY WEFT_SOAK_DEPENDS ${depends})
  endif()
  if(sanitize STREQUAL "true")
    set_property(GLOBAL APPEND PROPERTY WEFT_SANITIZE_DEPENDS ${depends})
  endif()
endfunction()

# Called once, after all folders: the list for the runner, and one target per use of it.
function(weft_write_suites)
  if(NOT WEFT_BUILD_TESTS)
    return()
  endif()
  get_property(suites GLOBAL PROPERTY WEFT_SUITES)
  set(brief false)
  if(WEFT_BRIEF_TESTS)
    set(brief true)
  endif()
  set(about "{\"source\": \"${PROJECT_SOURCE_DIR}\", \"llvm_bin\": \"${WEFT_LLVM_BIN}\", \"sanitize\": \"${WEFT_SANITIZE}\", \"brief\": ${brief}}\n")
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/tests/suites.json CONTENT "${about}${suites}")
  foreach(use TEST SOAK SANITIZE)
    string(TOLOWER ${use}-deps target)
    add_custom_target(${target})
    get_property(depends GLOBAL PROPERTY WEFT_${use}_DEPENDS)
    if(depends)
      list(REMOVE_DUPLICATES depends)
      add_dependencies(${target} ${depends})
    endif()
  endforeach()
endfunction()
