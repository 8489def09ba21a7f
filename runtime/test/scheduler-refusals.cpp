// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A wrong scheduler or setting is refused when the runtime is made, by a sentence that says what
// would have been accepted.
#include "dies.h"
#include "on_manual.h"

#include <cstdlib>
#include <thread>
#include <unistd.h>

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
  CHECK(has(refusal("fife", &status), "'fife' is unknown; accepted: explore, fair, fifo"));
  CHECK(status == WEFT_E_NOTFOUND);
}

TEST_CASE("where a path ends and parameters begin, with colons and slashes in both") {
  const std::string frame = std::string(WEFT_FIFO_PLUGIN).replace(std::string(WEFT_FIFO_PLUGIN).rfind("fifo"), 4, "frame");
  CHECK(refusal((frame + ":of=" + WEFT_FIFO_PLUGIN).c_str()) == "");
  CHECK(refusal((frame + ":budget=1ms,of=" + WEFT_FIFO_PLUGIN).c_str()) == "");
  CHECK(refusal((std::string("frame:of=") + WEFT_FIFO_PLUGIN).c_str()) == "");
  CHECK(refusal((frame + ":").c_str()) == "");
  CHECK(has(refusal((frame + ":speed").c_str()), "'speed' is no parameter"));
  CHECK(has(refusal("./a:b/c.so:x=1"), "cannot be loaded: ./a:b/c.so: "));
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
  CHECK(has(refusal("fair:slice=1ms,least=100ns,slice=2ms"), "'slice' is given twice"));
  CHECK(has(refusal("limited:of=fair,of.slice=1ms,of.slice=2ms"), "'of.slice' is given twice"));
}

TEST_CASE("parameters that say nothing without another one are refused") {
  CHECK(has(refusal("limited:burst=5"), "burst says nothing without rate"));
  CHECK(has(refusal("limited:period=5ms,rate=10"), "period says nothing without quota"));
  CHECK(refusal("limited:rate=10,burst=5,quota=1ms,period=5ms") == "");
  CHECK(refusal("limited") == "");
}

TEST_CASE("wrong values of WEFT_CLOCK, WEFT_DESCRIPTORS and WEFT_DEADLOCK are told") {
  {
    Set descriptors("WEFT_DESCRIPTORS", "more");
    CHECK(has(refusal(nullptr), "WEFT_DESCRIPTORS=more: accepted: raise, keep"));
  }
  {
    Set clock("WEFT_CLOCK", "slow");
    CHECK(has(refusal(nullptr), "WEFT_CLOCK=slow: accepted: system, virtual"));
    CHECK(refusal(nullptr, nullptr, 0, WEFT_RT_IGNORE_ENV) == "");
  }
  Set deadlock("WEFT_DEADLOCK", "maybe");
  CHECK(has(refusal(nullptr), "WEFT_DEADLOCK=maybe: accepted: status, fatal"));
  CHECK(refusal(nullptr, nullptr, 0, WEFT_RT_IGNORE_ENV) == "");
}

TEST_CASE("the program goes before the environment, which may be left out") {
  Set sched("WEFT_SCHED", "nonsense");
  CHECK(refusal("fifo") == "");
  CHECK(has(refusal(nullptr), "WEFT_SCHED: scheduler 'nonsense' is unknown"));
  CHECK(refusal(nullptr, nullptr, 0, WEFT_RT_IGNORE_ENV) == "");
}

TEST_CASE("workers and forced migration") {
  CHECK(has(refusal("fifo", nullptr, 1025), "accepted: 1 to 1024"));
  for (const char *value : {"1025", "0", "many", "1x", "-1"}) {
    Set workers("WEFT_WORKERS", value);
    CHECK(has(refusal("fifo"), "accepted: 1 to 1024"));
  }
  for (const char *value : {"1", "2"}) {
    Set workers("WEFT_WORKERS", value);
    CHECK(refusal("fifo") == "");
  }
  for (const char *value : {"sometimes", "-1", "7x", "99999999999999999999"}) {
    Set migrate("WEFT_MIGRATE", value);
    CHECK(has(refusal("fifo"), "accepted: always, a number from 1 on that seeds it, or 0: off"));
  }
  for (const char *value : {"always", "1", "18446744073709551615"}) {
    Set migrate("WEFT_MIGRATE", value);
    CHECK(refusal("fifo") == "");
  }
}

TEST_CASE("WEFT_MIGRATE: 0 and the empty value leave tasks on their thread") {
  for (const char *value : {"0", "000", ""}) {
    INFO(value);
    Set migrate("WEFT_MIGRATE", value);
    OnManual m;
    int elsewhere = 0;
    pid_t here = gettid();
    m.go([&] {
      for (int i = 0; i < 100; ++i, weft_yield())
        elsewhere += gettid() != here;
    });
    m.settle();
    CHECK(elsewhere == 0);
  }
}

TEST_CASE("config.workers goes before WEFT_WORKERS, and 1 is one thread") {
  Set workers("WEFT_WORKERS", "3");
  for (uint32_t wanted : {0u, 1u, 2u}) {
    weft_manual_host *host = weft_manual_host_new();
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = weft_manual_host_ops();
    config.host_self = host;
    config.workers = wanted;
    weft_runtime *rt = nullptr;
    REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
    const uint32_t there = wanted ? wanted : 3;
    weft_worker_stats s = {};
    s.size = sizeof s;
    CHECK(weft_get_worker_stats(rt, there - 1, &s) == WEFT_OK);
    CHECK(weft_get_worker_stats(rt, there, &s) == WEFT_E_NOTFOUND);
    weft_runtime_destroy(rt);
    weft_manual_host_free(host);
  }
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

static weft_sched_ops forgetful() {
  weft_sched_ops ops = {};
  ops.size = sizeof ops;
  ops.abi = WEFT_ABI;
  ops.create = [](const weft_sched_config *, void **self) {
    *self = nullptr;
    return weft_status{WEFT_OK};
  };
  ops.destroy = [](void *) {};
  ops.ready = [](void *, weft_ent_list *, weft_worker *, weft_why) {};
  ops.pick = [](void *, weft_worker *, uint64_t, weft_slice *) { return (weft_ent *)nullptr; };
  return ops;
}

// Each test may be the first.
static weft_status register_forgetful() {
  static weft_sched_ops ops = forgetful();
  ops.name = "forgets";
  return weft_sched_register(&ops);
}

TEST_CASE("a registered table is found by its name, once") {
  static weft_sched_ops empty = {};
  CHECK(weft_sched_register(&empty) == WEFT_E_ABI);
  CHECK(weft_sched_register(nullptr) == WEFT_E_ABI);
  static weft_sched_ops ops = forgetful();
  ops.name = "fifo";
  CHECK(weft_sched_register(&ops) == WEFT_E_INVAL);
  ops.name = "with/slash";
  CHECK(weft_sched_register(&ops) == WEFT_E_INVAL);
  register_forgetful();
  CHECK(register_forgetful() == WEFT_E_INVAL);
  CHECK(refusal("forgets") == "");
  CHECK(has(refusal("other"), "accepted: explore, fair, fifo, frame, limited, priority, work_stealing, forgets"));
}

TEST_CASE("a table that lacks what is required, or a name, is not registered") {
  const weft_sched_ops whole = forgetful();
  auto refused = [&](auto without) {
    weft_sched_ops ops = whole;
    ops.name = "lacks";
    without(ops);
    CHECK(weft_sched_register(&ops) == WEFT_E_ABI);
  };
  refused([](weft_sched_ops &ops) { ops.name = nullptr; });
  refused([](weft_sched_ops &ops) { ops.name = ""; });
  refused([](weft_sched_ops &ops) { ops.create = nullptr; });
  refused([](weft_sched_ops &ops) { ops.destroy = nullptr; });
  refused([](weft_sched_ops &ops) { ops.ready = nullptr; });
  refused([](weft_sched_ops &ops) { ops.pick = nullptr; });
  refused([](weft_sched_ops &ops) { ops.abi++; });
  CHECK(has(refusal("lacks"), "unknown"));
}

TEST_CASE("what a scheduler logs is on standard error with WEFT_STATS, and else nowhere") {
  for (bool wanted : {true, false}) {
    Death death = dies([wanted] {
      static weft_sched_ops ops = forgetful();
      ops.name = "tells";
      ops.create = [](const weft_sched_config *config, void **) {
        char text[80];
        snprintf(text, sizeof text, "tells: %s is %s, for %u worker", config->params[0].key, config->params[0].value, config->workers);
        config->services->log(config->services->runtime, text);
        return weft_status{WEFT_OK};
      };
      weft_sched_register(&ops);
      setenv("WEFT_STATS", wanted ? "1" : "0", 1);
      OnManual m("tells:slice=2ms");
      abort();
    });
    CHECK(death.signal == SIGABRT);
    CHECK((death.text.find("weft: tells: slice is 2ms, for 1 worker\n") != std::string::npos) == wanted);
  }
}

TEST_CASE("a scheduler that loses a task is named, with the task") {
  Death death = dies([] {
    register_forgetful();
    OnManual m("forgets");
    m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, "gone");
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, "weft: scheduler 'forgets' of domain 'root' #1 picks nothing, but 1 of its entities is ready: task 'gone' #1 "
                        "(SCHED-02)\n"));
  death = dies([] {
    register_forgetful();
    OnManual m("forgets");
    for (const char *name : {"gone", "too"})
      m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, name);
    m.turn();
  });
  CHECK(has(death.text, " picks nothing, but 2 of its entities are ready, one of them task '"));
}

TEST_CASE("a scheduler that loses a domain is named, with the domain") {
  Death death = dies([] {
    register_forgetful();
    OnManual m("forgets");
    m.go([] {}, m.domain("side"));
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, " of domain 'root' #1 picks nothing, but 1 of its entities is ready: domain 'side' #2 (SCHED-02)\n"));
}

TEST_CASE("a domain that cannot be made: the text says what was wrong") {
  OnManual m;
  weft_domain *out = nullptr, *root = weft_root_domain(m.rt);
  char error[256];
  weft_domain_attr attr = {};
  auto refused = [&](weft_domain **place) {
    error[0] = '\0';
    CHECK(weft_domain_create(root, &attr, place, error, sizeof error) == WEFT_E_INVAL);
    return std::string(error);
  };
  CHECK(refused(&out) == "weft_domain_create: attr->size is 0; accepted: sizeof(weft_domain_attr), at least 32");
  attr.size = sizeof attr;
  CHECK(refused(nullptr) == "weft_domain_create: no place for the domain: out is NULL");
  attr.reserved = 7;
  CHECK(refused(&out) == "weft_domain_create: attr->reserved is 7; accepted: 0");
  attr.reserved = 0;
  std::thread([&] {
    CHECK(refused(&out) == "weft_domain_create: another thread than the loop's, and no task of the runtime (TASK-01)");
    root = nullptr;
    CHECK(refused(&out) == "weft_domain_create: this thread has no runtime, and no parent was given (TASK-01)");
  }).join();
  CHECK(out == nullptr);
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
