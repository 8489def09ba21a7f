// Tags of equal contents are different tags: in one module and in two, global and local, whatever the linker may fold.
// One that is inline is the same in both.
// RUN: %src/llvm-pass/test/exec/Inputs/twin-tags.sh "%clangxx -std=c++17 %abi" %s "%rt" %t | FileCheck %s
// CHECK-COUNT-12: 1 2 3 4 5 6 7 7
#include <cstdio>
#include <weft/markers.h>

inline const weft_tag everywhere = {"tick", "->"};
namespace {
const weft_tag local = {"tick", "->"};
}

#if MODULE == 1
extern const weft_tag shared2, twin2;
extern const weft_tag shared1 = {"tick", "->"}, twin1 = {"tick", "->"};
const weft_tag *local2();
void suspend2(int which);

static void suspend1(int which) {
  switch (which) {
  case 0: return weft_suspend(&shared1, nullptr, nullptr);
  case 1: return weft_suspend(&twin1, nullptr, nullptr);
  case 2: return weft_suspend(&local, nullptr, nullptr);
  default: return weft_suspend(&everywhere, nullptr, nullptr);
  }
}
static void body(void *, weft_payload *) {
  for (int i = 0; i < 3; ++i)
    suspend1(i);
  for (int i = 0; i < 3; ++i)
    suspend2(i);
  suspend1(3);
  suspend2(3);
}
int main() {
  const struct {
    uint32_t count, flags;
    weft_handler entry[7];
  } on = {7, 0, {{&shared1, 0, 0}, {&twin1, 0, 0}, {&local, 0, 0}, {&shared2, 0, 0}, {&twin2, 0, 0}, {local2(), 0, 0}, {&everywhere, 0, 0}}};
  weft_cont k = weft_cont_new(body, nullptr, 0);
  const auto *volatile table = &on;
  while (uint32_t which = weft_resume(k, table, nullptr, nullptr, &k))
    std::printf("%d ", (int)which);
  std::puts("");
}
#else
extern const weft_tag shared2 = {"tick", "->"}, twin2 = {"tick", "->"};
const weft_tag *local2() { return &local; }
void suspend2(int which) {
  switch (which) {
  case 0: return weft_suspend(&shared2, nullptr, nullptr);
  case 1: return weft_suspend(&twin2, nullptr, nullptr);
  case 2: return weft_suspend(&local, nullptr, nullptr);
  default: return weft_suspend(&everywhere, nullptr, nullptr);
  }
}
#endif
