// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the program `weft` can do, by the names that the workload table uses.
#include "weft.h"

int main() {
  using namespace bench;
  return serve("weft", __VERSION__,
               {{"loop", loop},
                {"driver", driver},
                {"ring", ring},
                {"nested", nested},
                {"forward", forward},
                {"suspend-in-callee", suspend_in_callee},
                {"resume-in-callee", resume_in_callee},
                {"both-in-callees", both_in_callees},
                {"both-by-jump", both_by_jump},
                {"tree", tree},
                {"search", search},
                {"search-level", search_level},
                {"barrier", barrier},
                {"bind", bind},
                {"create", create},
                {"generator", generator},
                {"elements", elements},
                {"generator-tree", generator_tree},
                {"throw", throw_into},
                {"yield", yield},
                {"spawn", spawn},
                {"channel", channel},
                {"parked", parked}});
}
