// Kotlin's dispatchers: with_context(where, fn) runs fn in a domain that is bound to the host's thread or to the pool, and comes
// back with what it returned or threw. What is touched on the host's thread only needs no lock. See docs/embedding.md.
//
// expect: window: counting
// expect: counted 4000000 on the pool's threads
// expect: window: 4000000
// expect: window: cannot count -1
// expect: the window was touched on the host's thread: yes

#include <weft/group.hpp>

#include <atomic>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

static weft_domain *main_thread, *pool;

template <class F> static auto with_context(weft_domain *where, F fn) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = where;
  attr.stack = WEFT_STACK_256K;
  std::optional<decltype(fn())> result;
  weft::group call;
  if (weft_status status = call.spawn([&] { result = fn(); }, &attr); status != WEFT_OK)
    throw std::runtime_error(weft_status_text(status));
  if (weft_status status = call.wait(); status != WEFT_OK) // what fn throws, this throws
    throw std::runtime_error(weft_status_text(status));
  return *result;
}

static const std::thread::id host = std::this_thread::get_id();
static bool only_host = true; // as the window, of the host's thread
static bool show(const std::string &text) {
  only_host = only_host && std::this_thread::get_id() == host;
  std::printf("window: %s\n", text.c_str());
  return true;
}

static int count(int to) {
  if (to < 0)
    throw std::runtime_error("cannot count " + std::to_string(to));
  static std::atomic<bool> on_pool{true};
  int n = 0;
  for (int part = 0; part < 4; ++part, weft_yield()) { // may go on on another of the pool's threads
    on_pool = on_pool && std::this_thread::get_id() != host;
    n += to / 4;
  }
  std::printf("counted %d on %s\n", n, on_pool ? "the pool's threads" : "the host's thread");
  return n;
}

// Wherever this runs: it asks for the right place.
static void count_and_show(int to) {
  try {
    int n = with_context(pool, [=] { return count(to); });
    with_context(main_thread, [=] { return show(std::to_string(n)); });
  } catch (const std::runtime_error &e) {
    std::string what = e.what();
    with_context(main_thread, [=] { return show(what); });
  }
}

static void program(void *) {
  with_context(main_thread, [] { return show("counting"); });
  count_and_show(4000000);
  count_and_show(-1);
  std::printf("the window was touched on the host's thread: %s\n", only_host ? "yes" : "no");
}

static weft_domain *bound(const char *name, uint32_t bind) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.bind = bind;
  weft_domain *domain = nullptr;
  char error[256];
  if (weft_domain_create(nullptr, &attr, &domain, error, sizeof error) != WEFT_OK)
    std::fprintf(stderr, "%s\n", error);
  return domain;
}

int main() {
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.workers = 3;
  weft_runtime *rt;
  if (weft_runtime_create(&config, &rt, nullptr, 0) != WEFT_OK)
    return 1;
  main_thread = bound("main", WEFT_BIND_HOST);
  pool = bound("pool", WEFT_BIND_POOL);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = main_thread;
  attr.stack = WEFT_STACK_256K;
  weft_spawn(rt, program, nullptr, &attr, nullptr);
  weft_status status = weft_run(rt);
  weft_runtime_destroy(rt);
  return status != WEFT_OK;
}
