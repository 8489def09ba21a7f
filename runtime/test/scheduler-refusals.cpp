// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A wrong scheduler or setting is refused when the runtime is made, by a sentence that says what
// would have been accepted.
#include "dies.h"
#include "on_manual.h"

#include <cstdlib>

namespace {

// Makes a runtime under an environment; "" when it could.
std::string refusal(const char *sched, weft_status *status = nullptr, uint32_t workers = 0,
                    uint32_t flags = 0) {
  weft_manual_host *host = weft_manual_host_new();
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = weft_manual_host_ops();
  config.host_self = host;
  config.sched = sched;
  config.workers = workers;
  config.flags = flags;
  weft_runtime *rt = nullptr;
  char error[512] = "";
  weft_status s = weft_runtime_create(&config, &rt, error, sizeof error);
  if (status)
    *status = s;
  CHECK((s == WEFT_OK) == (rt != nullptr));
  CHECK((s == WEFT_OK) == (error[0] == '\0'));
  if (rt)
    weft_runtime_destroy(rt);
  weft_manual_host_free(host);
  return error;
}

struct Set {
  const char *name;
  Set(const char *n, const char *value) : name(n) { setenv(n, value, 1); }
  ~Set() { unsetenv(name); }
};

std::string plugin(const char *name) { return std::string(WEFT_TEST_PLUGINS) + "/" + name; }

bool has(const std::string &text, const char *part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("fifo by name and by path") {
  CHECK(refusal("fifo") == "");
  CHECK(refusal(WEFT_FIFO_PLUGIN) == "");
}

TEST_CASE("an unknown name: the known ones are listed") {
  weft_status status;
  CHECK(has(refusal("fife", &status), "'fife' is unknown; accepted: fifo"));
  CHECK(status == WEFT_E_NOTFOUND);
}

TEST_CASE("a path that cannot be loaded") {
  weft_status status;
  CHECK(has(refusal("./no-such-file.so", &status), "cannot be loaded"));
  CHECK(status == WEFT_E_NOTFOUND);
  CHECK(has(refusal("/dev/null", &status), "cannot be loaded"));
}

TEST_CASE(
    "a library that is no plug-in, one that is another ABI's, and one that lacks a function") {
  weft_status status;
  CHECK(has(refusal(plugin("no-symbol.so").c_str(), &status), "weft_scheduler_plugin(void)"));
  CHECK(status == WEFT_E_ABI);
  CHECK(has(refusal(plugin("wrong-abi.so").c_str(), &status), "made for ABI 99; accepted: 1"));
  CHECK(status == WEFT_E_ABI);
  CHECK(has(refusal(plugin("no-pick.so").c_str(), &status),
            "it lacks pick; required: create, destroy, ready, pick"));
  CHECK(status == WEFT_E_ABI);
  CHECK(has(refusal(plugin("small-table.so").c_str(), &status), "set size to"));
  CHECK(has(refusal(plugin("no-table.so").c_str(), &status), "returned no table"));
}

TEST_CASE("a create that fails speaks for itself, or its status is told") {
  CHECK(has(refusal(plugin("fails.so:why=said").c_str()), "because it was asked to"));
  CHECK(has(refusal(plugin("fails.so").c_str()), "cannot be made: out of memory"));
}

TEST_CASE("parameters: of the form key=val, and known") {
  CHECK(has(refusal("fifo:a"), "'a' is no parameter; accepted: name|path[:key=val,...]"));
  CHECK(has(refusal("fifo:=1"), "no parameter"));
  CHECK(has(refusal("fifo:a=1"), "unknown parameter 'a'; it takes none"));
  CHECK(has(refusal(":a=1"), "no name; accepted"));
  CHECK(refusal("fifo:") == "");
}

TEST_CASE("the program goes before the environment, which may be left out") {
  Set sched("WEFT_SCHED", "nonsense");
  CHECK(refusal("fifo") == "");
  CHECK(has(refusal(nullptr), "WEFT_SCHED: scheduler 'nonsense' is unknown"));
  CHECK(refusal(nullptr, nullptr, 0, WEFT_RT_IGNORE_ENV) == "");
}

TEST_CASE("workers: one") {
  CHECK(has(refusal("fifo", nullptr, 2), "not supported yet; accepted: 1"));
  for (const char *value : {"2", "0", "many", "1x", "-1"}) {
    Set workers("WEFT_WORKERS", value);
    CHECK(has(refusal("fifo"), "accepted: 1"));
  }
  Set workers("WEFT_WORKERS", "1");
  CHECK(refusal("fifo") == "");
}

TEST_CASE("stack sizes: the classes") {
  for (const char *value : {"3K", "64", "K", "64KB", "-64K", "0", "99999999999999999999G"}) {
    Set stack("WEFT_STACK", value);
    CHECK(has(refusal("fifo"), "accepted: 16K, 64K, 256K, 1M, 8M, 64M, 1G"));
  }
  for (const char *value : {"256K", "256k", "262144", "1M", ""}) {
    Set stack("WEFT_STACK", value);
    CHECK(refusal("fifo") == "");
  }
  Set stack("WEFT_STACK", "64K"); // back to what it was
  CHECK(refusal("fifo") == "");
}

TEST_CASE("stats: 0 or 1; a trace: a file that can be written") {
  {
    Set stats("WEFT_STATS", "yes");
    CHECK(has(refusal("fifo"), "accepted: 0, 1"));
  }
  Set trace("WEFT_TRACE", "/no/such/folder/file");
  CHECK(has(refusal("fifo"), "No such file or directory; accepted: a file"));
}

TEST_CASE("a host that lacks a function or was made for another ABI is refused") {
  weft_host_ops ops = *weft_manual_host_ops();
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = &ops;
  weft_runtime *rt;
  char error[256];
  ops.abi = 7;
  CHECK(weft_runtime_create(&config, &rt, error, sizeof error) == WEFT_E_ABI);
  CHECK(has(error, "ABI 7; accepted: 1"));
  ops.abi = WEFT_ABI;
  ops.post = nullptr;
  CHECK(weft_runtime_create(&config, &rt, error, sizeof error) == WEFT_E_ABI);
  CHECK(has(error, "required: post, arm, now, on_loop"));
  config.size = 4;
  CHECK(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_E_INVAL);
}

TEST_CASE("a registered table is found by its name, once") {
  static weft_sched_ops ops = {};
  CHECK(weft_sched_register(&ops) == WEFT_E_ABI);
  CHECK(weft_sched_register(nullptr) == WEFT_E_ABI);
  ops.size = sizeof ops;
  ops.abi = WEFT_ABI;
  ops.create = [](const weft_sched_config *, void **self) {
    *self = nullptr;
    return weft_status{WEFT_OK};
  };
  ops.destroy = [](void *) {};
  ops.ready = [](void *, weft_ent_list *, weft_worker *, weft_why) {};
  ops.pick = [](void *, weft_worker *, uint64_t, weft_slice *) { return (weft_ent *)nullptr; };
  ops.name = "fifo";
  CHECK(weft_sched_register(&ops) == WEFT_E_INVAL);
  ops.name = "with/slash";
  CHECK(weft_sched_register(&ops) == WEFT_E_INVAL);
  ops.name = "forgets";
  CHECK(weft_sched_register(&ops) == WEFT_OK);
  CHECK(weft_sched_register(&ops) == WEFT_E_INVAL);
  CHECK(refusal("forgets") == "");
  CHECK(has(refusal("other"), "accepted: fifo, forgets"));
}

TEST_CASE("a scheduler that loses a task is named, with the task") {
  Death death = dies([] {
    OnManual m("forgets");
    m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, "gone");
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, "scheduler 'forgets' of domain 'root' #1 picks nothing"));
  CHECK(has(death.text, "'gone'"));
  CHECK(has(death.text, "SCHED-02"));
}

TEST_CASE("a scheduler that picks what is not ready is named") {
  Death death = dies([] {
    OnManual m((plugin("picks-twice.so")).c_str());
    m.go([] { weft_park(); });
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, "picked task #1, which is not ready (SCHED-01)"));
}
