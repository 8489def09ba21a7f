# The target demo-deps: exactly what tools/demo/demo runs, so that `./dev demo` builds nothing else.
# Folders say what theirs are: weft_demo_needs(minigo).

function(weft_demo_needs)
  set_property(GLOBAL APPEND PROPERTY WEFT_DEMO_DEPENDS ${ARGN})
endfunction()

function(weft_finish_demo)
  add_custom_target(demo-deps)
  get_property(depends GLOBAL PROPERTY WEFT_DEMO_DEPENDS)
  if(depends)
    list(REMOVE_DUPLICATES depends)
    add_dependencies(demo-deps ${depends})
  endif()
endfunction()
