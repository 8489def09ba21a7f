// thread_local in C++: made at first use on each thread, reached from destructors and handlers, and of other files.
// A sanitizer is a library of its own, and is tested elsewhere.
// UNSUPPORTED: sanitized
// DEFINE: %{make} = sh %S/Inputs/make-and-run %t "%clangxx" %s %S/Inputs/thread-locals-of-cxx-library.cpp %abi "%rt"
// RUN: %{make} -O0 && %{make} -O1 && %{make} -O2 && %{make} -O3
// RUN: %{make} -O2 -flto=thin -fuse-ld=lld -Wl,--load-pass-plugin=%pass
#include <cstdio>
#include <string>
#include <thread>
#include <weft/markers.h>

WEFT_TAG(hopping, "->i64");
WEFT_ON1(on, hopping);

static int wrong, checks, made;
struct Counted {
  uint64_t number = 0;
  std::string text = "a text that has its own memory";
  Counted() { ++made; }
};
thread_local Counted counted;
extern thread_local std::string of_library; // by way of its wrapper
inline thread_local uint64_t of_header;

static void check(bool holds, int line) {
  ++checks;
  if (!holds && ++wrong < 20)
    std::printf("line %d\n", line);
}
static uint64_t hop() {
  weft_payload io;
  weft_suspend(&hopping, nullptr, &io);
  return io.i[0];
}
struct Looks {
  ~Looks() {
    uint64_t n = hop();
    check(counted.number == n && of_header == n, __LINE__);
    n = hop();
    check(counted.number == n && of_header == n && of_library.back() == char('0' + n), __LINE__);
  }
};
static void body(void *, weft_payload *io) {
  uint64_t n = io->i[0];
  for (int i = 0; i < 4; ++i) {
    check(counted.number == n, __LINE__);
    n = hop();
    check(counted.number == n && of_library.back() == char('0' + n), __LINE__);
    try {
      Looks looks;
      check(of_header == n, __LINE__);
      n = hop();
      check(of_header == n, __LINE__);
      if (i % 2)
        throw 1;
    } catch (int) {
      n = hop();
      check(counted.number == n && of_header == n, __LINE__);
    }
    n = hop();
    check(counted.text.size() == 30 && counted.number == n, __LINE__);
  }
}
int main() {
  weft_cont k = weft_cont_new(body, nullptr, 0);
  bool more = true;
  int turns = 0;
  // The two threads take turns; joining is the synchronisation. Each has its own variables only while it lives, so
  // each turn makes them anew.
  while (more) {
    std::thread([&] {
      uint64_t n = 1 + turns % 2;
      counted.number = of_header = n;
      of_library += char('0' + n);
      weft_payload io{};
      io.i[0] = n;
      more = weft_resume(k, &on, &io, nullptr, &k);
    }).join();
    ++turns;
  }
  std::printf("%d turns, %d checks, %d wrong, %s\n", turns, checks, wrong, made == turns ? "each made once" : "made oddly");
  return wrong || checks < 20 || made != turns;
}
