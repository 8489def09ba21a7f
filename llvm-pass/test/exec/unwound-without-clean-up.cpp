// A suspension with nothing to clean up, in a function that has landing pads elsewhere, can be unwound: by a drop, by
// an exception thrown in, and by one that comes out of a resume. Also where it is inlined, in the compiler or in the linker.
// RUN: %everylevel -std=c++20 %s | FileCheck %s
// RUN: %clangxx -std=c++20 -O2 -flto -fuse-ld=lld %abi %s %rt -o %t.lto && %t.lto | FileCheck %s
// RUN: %clangxx -std=c++20 -O2 -flto=thin -fuse-ld=lld %abi %s %rt -o %t.thin && %t.thin | FileCheck %s
// CHECK: ~before drop ~before thrown ~before resume ~before switch
#include <cstdio>
#include <weft/exceptions.h>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_TAG(hop, "->i64");
WEFT_ON1(on, yield);
WEFT_HANDLERS(on_both, 2, {&yield, WEFT_ON_SUSPEND, 0}, {&hop, WEFT_ON_SWITCH, 0});

struct Noisy {
  const char *name;
  [[gnu::noinline]] ~Noisy() noexcept { std::printf("~%s ", name); }
};
void (*volatile may_throw)() = [] {};

[[gnu::always_inline]] inline void suspends() { weft_suspend(&yield, nullptr, nullptr); }
static void body(void *, weft_payload *) {
  {
    Noisy n{"before"};
    may_throw();
  }
  suspends();
  Noisy n{"after"};
  may_throw();
}
static void throws(void *, weft_payload *) { throw 1; }
static void resumes(void *, weft_payload *) {
  {
    Noisy n{"before"};
    may_throw();
  }
  weft_resume(weft_cont_new(throws, nullptr, 0), &on, nullptr, nullptr, nullptr);
  Noisy n{"after"};
  may_throw();
}
static weft_cont left;
static void arrives(void *, weft_payload *io) { left = io->i[0]; }
static void switches(void *, weft_payload *) {
  {
    Noisy n{"before"};
    may_throw();
  }
  weft_switch(weft_cont_new(arrives, nullptr, 0), &hop, nullptr, 0, nullptr);
  Noisy n{"after"};
  may_throw();
}
static weft_cont begun(weft_marker_body of) {
  weft_cont k = weft_cont_new(of, nullptr, 0);
  weft_resume(k, &on_both, nullptr, nullptr, &k);
  return k;
}
int main() {
  weft_cont_drop(begun(body));
  std::printf("drop ");
  try {
    weft_resume_throw(begun(body), &on, weft::thrown(1), nullptr, nullptr);
  } catch (int) {
    std::printf("thrown ");
  }
  try {
    begun(resumes);
  } catch (int) {
    std::printf("resume ");
  }
  begun(switches);
  weft_cont_drop(left);
  std::printf("switch\n");
}
