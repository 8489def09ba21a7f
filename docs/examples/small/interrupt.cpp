// A transfer waits, step by step, for somebody to resume it. Its resumer may throw into it instead: the exception
// arrives where it waits, so it retries or rolls back like any C++ code. Whoever has lost interest drops it.
// expect: sent 1, retry, sent 1, sent 2, rolled back: cancelled, sent 1, rolled back
#include <cstdio>
#include <stdexcept>
#include <weft/exceptions.h>
#include <weft/markers.h>

WEFT_TAG(step, "->");
WEFT_ON1(on_step, step);

struct TryAgain {};

struct Transaction {
  bool committed = false;
  ~Transaction() {
    if (!committed)
      std::printf("rolled back");
  }
};

static void transfer(void *, weft_payload *) {
  Transaction t;
  for (int part = 1; part <= 3; ++part)
    try {
      std::printf("sent %d, ", part);
      weft_suspend(&step, nullptr, nullptr);
    } catch (const TryAgain &) {
      std::printf("retry, ");
      --part;
    }
  t.committed = true;
}

int main() {
  weft_cont k = weft_cont_new(transfer, nullptr, WEFT_STACK_DEFAULT);
  weft_resume(k, &on_step, nullptr, nullptr, &k);
  weft_resume_throw(k, &on_step, weft::thrown(TryAgain()), nullptr, &k);
  weft_resume(k, &on_step, nullptr, nullptr, &k);
  try {
    weft_resume_throw(k, &on_step, weft::thrown(std::runtime_error("cancelled")), nullptr, &k);
  } catch (const std::exception &e) { // it has ended
    std::printf(": %s, ", e.what());
  }
  k = weft_cont_new(transfer, nullptr, WEFT_STACK_DEFAULT);
  weft_resume(k, &on_step, nullptr, nullptr, &k);
  weft_cont_drop(k);
  std::printf("\n");
}
