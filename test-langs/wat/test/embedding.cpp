// The embedder's interface: wat/wat.h on api.wat and traps-at-start.wat.
#include "wat/wat.h"
#include "weft/hosts/manual.h"
#include "weft/task.h"
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <vector>

WAT_MODULE(api);
WAT_MODULE(traps_at_start);

namespace {

using Values = std::vector<wat_value>;

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
            {"host", "refuse", "i32->i32", WAT_TAG, refuse, this}};
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
  CHECK_THAT(wat_error_backtrace(e.get()), Catch::Contains("\"calls\" (api.wat:"));
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

TEST_CASE("recursion without end is a trap on the thread's stack and on a task's") {
  Host h;
  Values r(1);
  Error e = h.call("deep", {i32(1000000000)}, r);
  CHECK(text(e) == "call stack exhausted");

  struct OnTask {
    weft_manual_host *host = weft_manual_host_new();
    weft_runtime *rt = nullptr;
    Host *h;
    std::string said;
  } t;
  t.h = &h;
  REQUIRE(weft_manual_runtime(t.host, "fifo", &t.rt, nullptr, 0) == WEFT_OK);
  auto body = [](void *arg) {
    auto *t = static_cast<OnTask *>(arg);
    Values r(1);
    t->said = text(t->h->call("deep", {i32(1000000000)}, r));
    if (t->h->call("deep", {i32(100)}, r))
      t->said += " and again";
  };
  REQUIRE(weft_spawn(t.rt, body, &t, nullptr, nullptr) == WEFT_OK);
  weft_manual_run(t.host, t.rt, nullptr);
  CHECK(t.said == "call stack exhausted");
  CHECK(weft_runtime_destroy(t.rt) == WEFT_OK);
  weft_manual_host_free(t.host);
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
  CHECK(said([](auto &all) { all.pop_back(); }) == "unknown import: \"host\" \"refuse\"");
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
