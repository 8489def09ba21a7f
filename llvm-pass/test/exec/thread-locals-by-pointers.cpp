// A function that answers a thread-local's place, and suspends nowhere itself, gets into a function that does by a pointer, a
// table, a vtable, an alias, an intrinsic that calls it: optimizers make direct calls of these after the pass has looked.
// UNSUPPORTED: sanitized
// RUN: %clang -O2 %abi -c %S/Inputs/owner.c -o %t.owner.o
// DEFINE: %{make} = %clang -std=c++20 %abi %s %t.owner.o -o %t %rt -lstdc++ && env WEFT_MIGRATE=always %t
// RUN: %{make} -O0 && %{make} -O1 && %{make} -O2 && %{make} -O3 && %{make} -O2 -fPIC && %{make} -O2 -fno-pic -no-pie
#include <coroutine>
#include <functional>
#include <weft/task.h>

thread_local long owner;
extern "C" void check(const long *place, int line);
#define CHECK(place) check((place), __LINE__)

struct Base {
  virtual long *get() = 0;
};
struct Derived final : Base {
  long *get() override { return &owner; }
};
static void by_vtable(Base &b) {
  CHECK(b.get());
  weft_yield();
  CHECK(b.get());
}
template <class F> static void with(F f) {
  CHECK(f());
  weft_yield();
  CHECK(f());
}
static long *place() { return &owner; }
static long *place_too() __attribute__((alias("_ZL5placev")));
static long *(*const table[2])() = {place, place_too};
static long *(*volatile unknown)() = place;

struct Steps {
  struct promise_type {
    Steps get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};
static Steps yields_inside() {
  weft_yield();
  co_await std::suspend_always{};
  weft_yield();
}

extern "C" void run() {
  for (int i = 0; i < 10; ++i) {
    Derived d;
    by_vtable(d);
    with(place);
    with(place_too);
    with(table[i & 1]);
    with(unknown);
    with(std::function<long *()>(place));
    with([] { return &owner; });
    Steps steps = yields_inside();
    CHECK(&owner);
    steps.handle.resume();
    CHECK(&owner);
    steps.handle.resume();
    CHECK(&owner);
    steps.handle.destroy();
  }
}
