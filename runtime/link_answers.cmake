# What a linker says when an object and libweft do not fit. The object refers to a symbol that only a fitting libweft
# defines: the text would be "undefined symbol: weft_abi2_x86_64_inline", and name only one of the two. So this one
# has an archive member for each such symbol of *other* libwefts, which is taken only by who refers to it, and refers
# to a symbol that nobody defines, whose name says the whole. Every linker prints that; bfd and gold also print the
# .gnu.warning text, with the place in the object. libweft.so cannot have undefined symbols, so programs that link it
# also get libweft-abi.a, which has nothing else (`pkg-config weft` and Weft::weft_shared see to it).
#
# Rejected: a linker script in the place of libweft.so (dlopen and ctypes by that name would fail); a check at the
# program's start (too late for who ships objects).
set(own_port ${WEFT_PORT}_inline)
if(WEFT_PORT STREQUAL "portable")
  set(own_port portable)
endif()
file(STRINGS ${PROJECT_SOURCE_DIR}/abi/include/weft/base.h abi REGEX "^#define WEFT_ABI [0-9]+")
string(REGEX MATCH "[0-9]+" abi "${abi}")

add_library(weft_link_answers OBJECT)
function(answer needed answer text)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/link_answers/${needed}.S)
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/src/link_answer.S.in ${file} @ONLY)
  target_sources(weft_link_answers PRIVATE ${file})
endfunction()

foreach(other RANGE 0 9)
  foreach(other_port x86_64_inline aarch64_inline portable)
    if(NOT "${other} ${other_port}" STREQUAL "${abi} ${own_port}")
      answer(weft_abi${other}_${other_port}
        weft_abi_mismatch__object_was_lowered_for_abi${other}_${other_port}__this_libweft_is_abi${abi}_${own_port}
        "lowered for Weft's ABI ${other} (${other_port}), but this libweft is of ABI ${abi} (${own_port}): compile it again with the pass of this Weft (ABI-01)")
    endif()
  endforeach()
  if(NOT other EQUAL abi)
    answer(weft_abi${other} weft_abi_mismatch__object_was_compiled_for_abi${other}__this_libweft_is_abi${abi}
      "compiled with the headers of Weft's ABI ${other}, but this libweft is of ABI ${abi}: compile it again with the headers of this Weft (ABI-01)")
  endif()
endforeach()
foreach(sanitizer address thread)
  if(NOT WEFT_SANITIZE MATCHES "${sanitizer}")
    answer(weft_sanitizer_${sanitizer} weft_sanitizer_mismatch__object_has_fsanitize_${sanitizer}__this_libweft_has_not
      "compiled with -fsanitize=${sanitizer}, but this libweft was not: link the libweft of a sanitizer build, which tells of each switch (ABI-02)")
  endif()
endforeach()

target_sources(weft PRIVATE $<TARGET_OBJECTS:weft_link_answers>)
add_library(weft_abi_check STATIC $<TARGET_OBJECTS:weft_link_answers>)
set_target_properties(weft_abi_check PROPERTIES OUTPUT_NAME weft-abi LINKER_LANGUAGE C)
target_link_libraries(weft_shared INTERFACE weft_abi_check)
