/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The soft limit of descriptors is 1024 on most systems, for the sake of programs that select(); the hard one is what the
// system's owner allows. A server wants the latter, so the first listener raises it, as Go's runtime does at its start. Rejected:
// with the runtime (a program that only computes has no use for it, and its children inherit it).
#include "descriptors.h"
#include "weft/net.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sys/resource.h>

uint64_t weft_raise_descriptors(void) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  if (limit.rlim_cur != limit.rlim_max) {
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
      limit.rlim_cur = before;
  }
  return limit.rlim_cur;
}

namespace weft {

void raise_descriptors_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    const char *wish = getenv("WEFT_DESCRIPTORS");
    if (!wish || strcmp(wish, "keep") != 0)
      weft_raise_descriptors();
  });
}

} // namespace weft
