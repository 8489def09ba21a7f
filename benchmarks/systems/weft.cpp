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
                {"jit-loop", loop},
                {"jit-ring", ring},
                {"jit-tree", tree},
                {"jit-both-in-callees", both_in_callees},
                {"throw", throw_into},
                {"yield", yield},
                {"yield-stealing", yield},
                {"spawn", spawn},
                {"channel", channel},
                {"park", park},
                {"parked", parked},
                {"tls", tls},
                {"tls-without", tls_without},
                {"tls-compute", tls_compute},
                {"tls-compute-without", tls_compute_without},
                {"tls-library", tls_library},
                {"tls-library-without", tls_library_without},
                {"skynet", skynet},
                {"storm", storm},
                {"ping-pong", ping_pong},
                {"ping-pong-apart", ping_pong_apart}});
}
