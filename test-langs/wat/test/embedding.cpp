// The embedder's interface: wat/wat.h on the modules beside this file.
#include "wat/wat.h"
#include "weft/hosts/manual.h"
#include "weft/task.h"
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

WAT_MODULE(api);
WAT_MODULE(no_tags);
WAT_MODULE(traps_at_start);

namespace {

using Values = std::vector<wat_value>;

constexpr std::string_view sanitizers = WAT_SANITIZERS;

wat_value i32(int32_t v) {
  wat_value x{};
  x.i32 = v;
  return x;
}
wat_value i64(int64_t v) {
  wat_value x{};
  x.i64 = v;
  return x;
}
wat_value f32(float v) {
  wat_value x{};
  x.f32 = v;
  return x;
}
wat_value f64(double v) {
  wat_value x{};
  x.f64 = v;
  return x;
}

using Error = std::unique_ptr<wat_error, void (*)(wat_error *)>;

struct Host {
  wat_instance *instance = nullptr;
  std::vector<std::string> log;
  std::function<void()> inside; // of "again"

  static const char *twice(void *, const wat_value *args, wat_value *results) {
    results[0].f64 = args[1].f64 * 2; // before args[0] is read: they do not share memory
    results[1].i32 = args[0].i32 * 2;
    return args[0].i32 == 13 ? "the host does not like 13" : nullptr;
  }
  static const char *again(void *env, const wat_value *args, wat_value *results) {
    auto *h = static_cast<Host *>(env);
    if (h->inside)
      h->inside();
    wat_value arg = i32(args[0].i32 - 1);
    results[0] = arg;
    if (!args[0].i32)
      return nullptr;
    Error e(wat_call(h->instance, "nested", &arg, 1, results, 1), wat_error_free);
    if (e)
      h->log.push_back(wat_error_text(e.get()));
    results[0].i32 += 10;
    return e ? "again failed" : nullptr;
  }
  static const char *ask(void *env, const wat_value *args, wat_value *results) {
    char text[80];
    snprintf(text, sizeof text, "asked %d %lld %g %g", args[0].i32, static_cast<long long>(args[1].i64),
             double(args[2].f32), args[3].f64);
    static_cast<Host *>(env)->log.push_back(text);
    results[0].f32 = -args[2].f32;
    results[1].i64 = -args[1].i64;
    results[2].f64 = -args[3].f64;
    results[3].i32 = -args[0].i32;
    return nullptr;
  }
  static const char *refuse(void *, const wat_value *args, wat_value *) {
    if (args[0].i32 == 7)
      return nullptr;
    return args[0].i32 ? "the host refuses" : "the host refuses at once";
  }
  std::vector<wat_import> imports() {
    return {{"host", "twice", "i32,f64->f64,i32", WAT_FUNCTION, twice, this},
            {"host", "unused", "", WAT_FUNCTION, nullptr, nullptr},
            {"host", "again", "i32->i32", WAT_FUNCTION, again, this},
            {"host", "ask", "i32,i64,f32,f64->f32,i64,f64,i32", WAT_TAG, ask, this},
            {"host", "refuse", "i32->i32", WAT_TAG, refuse, this},
            {"host", "wait", "i64->i32,i64", WAT_TAG, wat_await, nullptr}};
  }
  Error make(const std::vector<wat_import> &all) {
    return {wat_instance_new(WAT_MODULE_OF(api), all.data(), all.size(), &instance), wat_error_free};
  }
  Host() { REQUIRE(!make(imports())); }
  ~Host() { CHECK(wat_instance_free(instance) == WAT_OK); }
  Host(const Host &) = delete;

  Error call(const char *name, const Values &args, Values &results) {
    return {wat_call(instance, name, args.data(), args.size(), results.data(), results.size()), wat_error_free};
  }
  int32_t number(const char *name, const Values &args = {}) {
    Values r(1);
    Error e = call(name, args, r);
    INFO(name << ": " << wat_error_text(e.get()));
    REQUIRE(!e);
    return r[0].i32;
  }
};

std::string text(const Error &e) { return wat_error_text(e.get()); }

} // namespace

TEST_CASE("values of all types go in and out, in the function's order") {
  Host h;
  Values r(4);
  REQUIRE(!h.call("mixed", {i32(-1), i64(int64_t(1) << 40), f32(1.5), f64(-2.25)}, r));
  CHECK(r[0].f64 == -2.25);
  CHECK(r[1].f32 == 1.5f);
  CHECK(r[2].i64 == int64_t(1) << 40);
  CHECK(r[3].i32 == -1);
}

TEST_CASE("the start function has run, and each instance has its own state") {
  Host a, b;
  CHECK(a.number("started") == 1);
  CHECK(a.number("count") == 1);
  CHECK(a.number("count") == 2);
  CHECK(b.number("count") == 1);
}

TEST_CASE("a host's function gets arguments and answers, also when it is exported again") {
  Host h;
  for (const char *name : {"calls", "imported"}) {
    Values r(2);
    REQUIRE(!h.call(name, {i32(4), f64(1.5)}, r));
    CHECK(r[0].f64 == 3);
    CHECK(r[1].i32 == 8);
  }
}

TEST_CASE("what a host's function answers as text is a trap with a backtrace") {
  Host h;
  Values r(2);
  Error e = h.call("calls", {i32(13), f64(0)}, r);
  REQUIRE(e);
  CHECK(wat_error_status(e.get()) == WAT_TRAP);
  CHECK(text(e) == "the host does not like 13");
#ifndef WEFT_PORT_PORTABLE // whose starts no unwinder passes
  CHECK_THAT(wat_error_backtrace(e.get()), Catch::Contains("\"calls\" (api.wat:"));
#endif
}

TEST_CASE("a trap is an error with its text, and the instance goes on") {
  Host h;
  Values r(1);
  Error e = h.call("divide", {i32(1), i32(0)}, r);
  REQUIRE(wat_error_status(e.get()) == WAT_TRAP);
  CHECK(text(e) == "integer divide by zero");
  CHECK_THAT(wat_error_backtrace(e.get()), Catch::Contains("$divide (api.wat:"));
  CHECK(wat_error_tag(e.get()) == nullptr);
  CHECK(h.number("divide", {i32(6), i32(3)}) == 2);
}

TEST_CASE("an exception is an error with its tag and values") {
  Host h;
  Values none;
  Error e = h.call("throws", {i32(7)}, none);
  REQUIRE(wat_error_status(e.get()) == WAT_EXCEPTION);
  CHECK(text(e) == "uncaught exception $own");
  CHECK(std::string(wat_error_tag(e.get())) == "own");
  wat_value v[2];
  CHECK(wat_error_values(e.get(), v, 2) == 2);
  CHECK(v[0].i32 == 7);
  CHECK(v[1].f64 == 2.5);
}

TEST_CASE("a suspension that nobody handles names its tag") {
  Host h;
  for (const char *name : {"unhandled", "asks_then_unhandled"}) {
    Values none;
    Error e = h.call(name, {}, none);
    CHECK(wat_error_status(e.get()) == WAT_TRAP);
    CHECK(text(e) == "unhandled tag $nobody");
  }
}

TEST_CASE("a suspension by a host's tag is answered by the host, past continuations that do not list it") {
  Host h;
  Values r(4);
  REQUIRE(!h.call("ask", {i32(1), i64(2), f32(3.5), f64(4.25)}, r));
  CHECK(r[0].f32 == -3.5f);
  CHECK(r[1].i64 == -2);
  CHECK(r[2].f64 == -4.25);
  CHECK(r[3].i32 == -1);
  Values none;
  REQUIRE(!h.call("ask_below", {}, none));
  CHECK(h.number("count") == 101);
  CHECK(h.log == std::vector<std::string>{"asked 1 2 3.5 4.25", "asked 1 2 3.5 4.25"});
}

TEST_CASE("what a host refuses is a trap where the module suspended, which catch_all does not catch") {
  Host h;
  for (const char *name : {"refuse", "refuse_then"}) {
    Values r(1);
    Error e = h.call(name, {}, r);
    REQUIRE(wat_error_status(e.get()) == WAT_TRAP);
    CHECK(text(e) == (std::string(name) == "refuse" ? "the host refuses" : "the host refuses at once"));
    CHECK_THAT(wat_error_backtrace(e.get()), Catch::StartsWith("  #0  \"" + std::string(name) + "\" (api.wat:"));
  }
}

TEST_CASE("a host's function may call the instance again, and its error is its own") {
  Host h;
  CHECK(h.number("nested", {i32(3)}) == 29);
  int depth = 0;
  h.inside = [&] {
    if (++depth != 3)
      return;
    Values r(1);
    Error e = h.call("deep", {i32(10000000)}, r);
    h.log.push_back(text(e));
  };
  CHECK(h.number("nested", {i32(3)}) == 29);
  CHECK(h.log == std::vector<std::string>{"call stack exhausted"});
}

TEST_CASE("recursion without end is a trap on the thread's stack, on a task's and within a call, also after a wait") {
  struct State {
    wat_instance *instance = nullptr;
    weft_manual_host *host = weft_manual_host_new();
    weft_runtime *rt = nullptr;
    weft_token token = 0;
    std::function<void()> visit = [] {};
    std::vector<std::string> said;
    void deep(const char *name, int depth) {
      wat_value arg = i32(depth), r;
      Error e(wat_call(instance, name, &arg, 1, &r, 1), wat_error_free);
      said.push_back(e ? text(e) : std::to_string(r.i32));
    }
  } s;
  wat_import visit{"host", "visit", "->", WAT_FUNCTION,
                   [](void *s, const wat_value *, wat_value *) -> const char * {
                     auto visit = static_cast<State *>(s)->visit; // which may replace it
                     visit();
                     return nullptr;
                   },
                   &s};
  REQUIRE(!wat_instance_new(WAT_MODULE_OF(no_tags), &visit, 1, &s.instance));
  constexpr int endless = 1000000000;
  const std::string trap = "call stack exhausted";

  s.deep("deep", endless);
  s.deep("visit_then_deep", endless);
  s.visit = [&] {
    s.visit = [] {};
    s.deep("deep", endless);
    s.deep("deep", 100);
  };
  s.deep("visit_then_deep", 200);
  CHECK(s.said == std::vector<std::string>{trap, trap, trap, "100", "200"});
  s.said.clear();

  // One task waits in a host's function while another has calls of its own.
  REQUIRE(weft_manual_runtime(s.host, "fifo", &s.rt, nullptr, 0) == WEFT_OK);
  s.token = weft_token_new(s.rt);
  s.visit = [&] { weft_await(s.token, nullptr); };
  auto waits = [](void *s) { static_cast<State *>(s)->deep("visit_then_deep", endless); };
  auto other = [](void *s) {
    static_cast<State *>(s)->deep("deep", 300);
    static_cast<State *>(s)->deep("deep", endless);
  };
  REQUIRE(weft_spawn(s.rt, waits, &s, nullptr, nullptr) == WEFT_OK);
  REQUIRE(weft_spawn(s.rt, other, &s, nullptr, nullptr) == WEFT_OK);
  weft_manual_run(s.host, s.rt, nullptr);
  CHECK(weft_complete(s.token, WEFT_OK, 0) == WEFT_OK);
  weft_manual_run(s.host, s.rt, nullptr);
  CHECK(s.said == std::vector<std::string>{"300", trap, trap});
  CHECK(weft_runtime_destroy(s.rt) == WEFT_OK);
  weft_manual_host_free(s.host);
  CHECK(wat_instance_free(s.instance) == WAT_OK);
}

TEST_CASE("two tasks wait in one instance at the same time") {
  struct Both {
    Host h;
    weft_manual_host *host = weft_manual_host_new();
    weft_runtime *rt = nullptr;
    weft_token tokens[2] = {};
    int next = 0;
    std::vector<std::string> order;
  } b;
  REQUIRE(weft_manual_runtime(b.host, "fifo", &b.rt, nullptr, 0) == WEFT_OK);
  // Waits inside of a function that the module calls.
  b.h.inside = [&b] {
    int me = b.next++;
    if (me > 1)
      return;
    b.tokens[me] = weft_token_new(b.rt);
    weft_await(b.tokens[me], nullptr);
    b.order.push_back("task " + std::to_string(me));
  };
  auto body = [](void *arg) {
    auto *b = static_cast<Both *>(arg);
    b->order.push_back("answer " + std::to_string(b->h.number("nested", {i32(1)})));
  };
  for (int k = 0; k < 2; ++k)
    REQUIRE(weft_spawn(b.rt, body, &b, nullptr, nullptr) == WEFT_OK);
  weft_manual_run(b.host, b.rt, nullptr);
  CHECK(wat_instance_free(b.h.instance) == WAT_BAD_CALL); // it is in use
  CHECK(weft_complete(b.tokens[1], WEFT_OK, 0) == WEFT_OK);
  weft_manual_run(b.host, b.rt, nullptr);
  CHECK(weft_complete(b.tokens[0], WEFT_OK, 0) == WEFT_OK);
  weft_manual_run(b.host, b.rt, nullptr);
  CHECK(b.order == std::vector<std::string>{"task 1", "answer 9", "task 0", "answer 9"});
  CHECK(weft_runtime_destroy(b.rt) == WEFT_OK);
  weft_manual_host_free(b.host);
}

TEST_CASE("an await that reaches the host parks its task, and is answered by status and value") {
  struct Waiting {
    Host h;
    weft_manual_host *host = weft_manual_host_new();
    weft_runtime *rt = nullptr;
    weft_token token = 0;
    Values got;
  } w;
  auto body = [](void *arg) {
    auto *w = static_cast<Waiting *>(arg);
    Values r(2);
    CHECK(!w->h.call("waits", {i64(int64_t(w->token))}, r));
    w->got = r;
  };
  REQUIRE(weft_manual_runtime(w.host, "fifo", &w.rt, nullptr, 0) == WEFT_OK);
  for (bool cancelled : {false, true}) {
    w.token = weft_token_new(w.rt);
    w.got.clear();
    weft_task task;
    REQUIRE(weft_spawn(w.rt, body, &w, nullptr, &task) == WEFT_OK);
    weft_manual_run(w.host, w.rt, nullptr);
    CHECK(w.got.empty());
    CHECK((cancelled ? weft_cancel(task) : weft_complete(w.token, -7, 77)) == WEFT_OK);
    weft_manual_run(w.host, w.rt, nullptr);
    REQUIRE(w.got.size() == 2);
    CHECK(w.got[0].i32 == (cancelled ? int32_t(WEFT_E_CANCELLED) : -7));
    CHECK(w.got[1].i64 == (cancelled ? 0 : 77));
    CHECK(weft_detach(task) == WEFT_OK);
  }
  w.token = weft_token_new(w.rt); // outside of tasks nobody can park
  body(&w);
  CHECK(w.got[0].i32 == WEFT_E_NOTASK);
  CHECK(weft_token_drop(w.token) == WEFT_OK);
  CHECK(weft_runtime_destroy(w.rt) == WEFT_OK);
  weft_manual_host_free(w.host);
}

TEST_CASE("a memory is found where it stays") {
  Host h;
  uint64_t bytes = 0;
  void *at = wat_memory(h.instance, "memory", &bytes);
  REQUIRE(at);
  CHECK(bytes == 65536);
  CHECK(h.number("grow") == 1);
  CHECK(wat_memory(h.instance, "memory", &bytes) == at);
  CHECK(bytes == 131072);
  CHECK(wat_memory(h.instance, "count", &bytes) == nullptr);
}

TEST_CASE("calls that cannot be are errors that say why") {
  Host h;
  Values none, one(1);
  CHECK(text(h.call("nothing", {}, none)) == "no function is exported as \"nothing\"");
  CHECK(text(h.call("memory", {}, none)) == "no function is exported as \"memory\"");
  CHECK(text(h.call("divide", {i32(1)}, one)) == "\"divide\" is i32,i32->i32; called with 1 arguments for 1 results");
  CHECK(text(h.call("divide", {i32(1), i32(1)}, none)) ==
        "\"divide\" is i32,i32->i32; called with 2 arguments for 0 results");
  CHECK(text(h.call("reference", {i32(1)}, none)) == "\"reference\" has references: ref->");
  CHECK(wat_error_status(h.call("reference", {i32(1)}, none).get()) == WAT_NO_EXPORT);
}

TEST_CASE("imports that do not fit are errors that name them") {
  Host h;
  auto said = [&](std::function<void(std::vector<wat_import> &)> change) {
    std::vector<wat_import> all = h.imports();
    change(all);
    wat_instance *none = h.instance;
    Error e(wat_instance_new(WAT_MODULE_OF(api), all.data(), all.size(), &none), wat_error_free);
    CHECK(none == nullptr);
    CHECK(wat_error_status(e.get()) == WAT_UNLINKABLE);
    return text(e);
  };
  CHECK(said([](auto &all) { all.pop_back(); }) == "unknown import: \"host\" \"wait\"");
  CHECK(said([](auto &all) { all[0].type = "i32->f64,i32"; }) ==
        "incompatible import type: import \"host\" \"twice\": the module wants i32,f64->f64,i32, the host has i32->f64,i32");
  CHECK(said([](auto &all) { all[0].kind = WAT_TAG; }) ==
        "incompatible import type: import \"host\" \"twice\": the host has a tag, which is not what the module imports");
  CHECK(said([](auto &all) { all[3].kind = WAT_FUNCTION; }) ==
        "incompatible import type: import \"host\" \"ask\": the host has a function, which is not what the module imports");
  CHECK(said([](auto &all) { all[2].call = nullptr; }) == "import \"host\" \"again\": it has no function");
  for (const char *bad : {"", "i32", "i31->", "i32,->", "->i32,", ",i32->", static_cast<const char *>(nullptr)})
    CHECK(said([&](auto &all) { all[2].type = bad; }) ==
          "import \"host\" \"again\": \"" + std::string(bad ? bad : "") +
              "\" is no type; \"i32,f64->i64\" is one, of i32, i64, f32 and f64");
  CHECK(said([](auto &all) { all[4].type = "i64,i64,i64,i64,i64,i64,i64->"; }) ==
        "import \"host\" \"refuse\": a host's tag has at most six integers and six floats each way");
}

TEST_CASE("instances that are freed, and such that were never made, give their memory back") {
  if (!sanitizers.empty()) {
    WARN("skipped: a sanitizer needs the address space");
    return;
  }
  // Each reserves 4 GiB of address space for its memory: a dozen that stayed would pass the limit.
  rlimit old, tight;
  getrlimit(RLIMIT_AS, &old);
  tight = old;
  tight.rlim_cur = rlim_t(48) << 30;
  for (bool starts : {true, false}) {
    for (int k = 0; k < 20000; ++k) {
      wat_import ask{"host", "ask", "i32->i32", WAT_TAG,
                     [](void *starts, const wat_value *, wat_value *results) -> const char * {
                       results[0].i32 = starts ? 3 : 2;
                       return nullptr;
                     },
                     starts ? &starts : nullptr};
      wat_instance *i;
      Error e(wat_instance_new(WAT_MODULE_OF(traps_at_start), &ask, 1, &i), wat_error_free);
      if (starts != !e) {
        FAIL(k << ": " << text(e));
      }
      CHECK((starts || text(e) == "unreachable"));
      wat_instance_free(i);
      if (k == 100)
        setrlimit(RLIMIT_AS, &tight);
    }
    setrlimit(RLIMIT_AS, &old);
  }
}
