/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// weft_dump_to: what each task waits for, who holds what, since when, in which domain; as text and as JSON that any
// reader takes, whatever is in the names.
#include "on_manual.h"
#include "sanitized.h"
#include "weft/dump.h"
#include "weft/hosts/epoll.h"
#include "weft/lowered.h"
#include "weft/net.h"
#include "weft/sync.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

using nlohmann::json;

namespace {

std::string dump(weft_runtime *rt, uint32_t flags) {
  std::string out;
  CHECK(weft_dump_to(
            rt, flags,
            [](void *to, const char *bytes, size_t size) { static_cast<std::string *>(to)->append(bytes, size); },
            &out) == WEFT_OK);
  return out;
}
json dump_json(weft_runtime *rt, uint32_t flags = 0) {
  std::string line = dump(rt, WEFT_DUMP_JSON | flags);
  CHECK(line.find('\n') == line.size() - 1);
  return json::parse(line); // throws when it is not JSON in UTF-8
}
const json &task(const json &all, const std::string &name) {
  for (const json &t : all.at("tasks"))
    if (t.at("name") == name)
      return t;
  FAIL("no task " + name);
  return all;
}
bool has(const std::string &text, const std::string &part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}
std::string hex(const void *p) {
  char text[32];
  snprintf(text, sizeof text, "%p", p);
  return text;
}
constexpr uint32_t kDetached = WEFT_SPAWN_DETACHED;
constexpr uint64_t kSecond = 1000000000;

} // namespace

TEST_CASE("each wait says what it is for, and with whom") {
  OnManual m;
  weft_chan *full = weft_chan_new(8, 1), *empty = weft_chan_new(8, 3);
  weft_mutex mutex = {}, outside = {};
  weft_cond cond = {};
  weft_sem sem = {};
  weft_wait_group group = {};
  weft_wait_group_add(&group, 2);
  weft_mutex_lock(&outside);
  weft_domain *side = m.domain("side");
  weft_task joined = m.make([] { weft_park(); });
  m.go([&] {
    weft_mutex_lock(&mutex);
    weft_park();
    weft_mutex_unlock(&mutex);
  }, nullptr, kDetached, "holder");
  m.go([&] { weft_mutex_lock(&mutex); weft_mutex_unlock(&mutex); }, side, kDetached, "locker");
  m.go([&] { weft_mutex_lock(&outside); }, nullptr, kDetached, "outer locker");
  m.go([&] {
    uint64_t one = 1;
    weft_chan_send(full, &one);
    weft_chan_send(full, &one);
  }, nullptr, kDetached, "sender");
  m.go([&] { weft_chan_recv(empty, nullptr); }, nullptr, kDetached, "receiver");
  m.go([&] { weft_chan_recv(nullptr, nullptr); }, nullptr, kDetached, "nil");
  m.go([&] {
    weft_select_case cases[2] = {{empty, nullptr, WEFT_SELECT_RECV, 0}, {full, &joined, WEFT_SELECT_SEND, 0}};
    weft_select(cases, 2, 0, weft_manual_now(m.host) + 5 * kSecond);
  }, nullptr, kDetached, "select");
  m.go([] { weft_select(nullptr, 0, 0, WEFT_NEVER); }, nullptr, kDetached, "no cases");
  m.go([&] {
    weft_mutex own = {};
    weft_mutex_lock(&own);
    weft_cond_wait(&cond, &own, WEFT_NEVER);
  }, nullptr, kDetached, "condition");
  m.go([&] { weft_sem_acquire(&sem, WEFT_NEVER); }, nullptr, kDetached, "semaphore");
  m.go([&] { weft_wait_group_wait(&group); }, nullptr, kDetached, "group");
  m.go([&] { weft_join(joined); }, nullptr, kDetached, "joiner");
  m.go([&] { weft_sleep(7 * kSecond); }, nullptr, kDetached, "sleeper");
  weft_token token = weft_token_new(m.rt);
  m.go([&] { weft_await_until(token, weft_manual_now(m.host) + 9 * kSecond, nullptr); }, nullptr, kDetached, "awaiter");
  weft_domain *closing = m.domain("closing");
  m.go([] { while (weft_park() != WEFT_OK) {} }, closing, kDetached, "stays");
  m.go([&] { weft_domain_close(closing); }, nullptr, kDetached, "closer");
  m.settle();
  m.pass(2 * kSecond);
  m.go([] {}, nullptr, kDetached, "queued");

  json all = dump_json(m.rt);
  auto waits = [&](const char *name) { return task(all, name).at("waits"); };
  CHECK(waits("locker").at("for") == "mutex");
  CHECK(waits("locker").at("mutex") == hex(&mutex));
  CHECK(waits("locker").at("holder").at("name") == "holder");
  CHECK(waits("locker").at("holder").at("id") == task(all, "holder").at("id"));
  CHECK(waits("locker").at("held_outside") == false);
  CHECK(waits("outer locker").at("held_outside") == true);
  CHECK(waits("sender") == json({{"for", "channel send"}, {"channel", hex(full)}, {"count", 1}, {"capacity", 1}, {"closed", false}}));
  CHECK(waits("receiver").at("channel") == hex(empty));
  CHECK(waits("receiver").at("capacity") == 3);
  CHECK(waits("nil") == json({{"for", "channel receive (nil)"}}));
  CHECK(waits("select").at("for") == "select");
  CHECK(waits("select").at("cases") == json::array({{{"op", "receive"}, {"channel", hex(empty)}}, {{"op", "send"}, {"channel", hex(full)}}}));
  CHECK(waits("select").at("deadline_ns") == weft_manual_now(m.host) + 3 * kSecond);
  CHECK(waits("no cases").at("for") == "select (no cases)");
  CHECK(waits("condition").at("condition") == hex(&cond));
  CHECK(waits("semaphore").at("semaphore") == hex(&sem));
  CHECK(waits("group").at("count") == 2);
  CHECK(waits("joiner").at("task").at("id") == weft_task_id(joined));
  CHECK(waits("sleeper").at("deadline_ns") == weft_manual_now(m.host) + 5 * kSecond);
  CHECK(waits("awaiter").at("token").get<std::string>().substr(0, 2) == "0x");
  CHECK(waits("awaiter").at("deadline_ns") == weft_manual_now(m.host) + 7 * kSecond);
  CHECK(waits("closer").at("domain").at("name") == "closing");
  CHECK(task(all, "locker").at("path") == "root/side");
  CHECK(task(all, "locker").at("domain") == weft_domain_id(side));
  CHECK(task(all, "locker").at("for_ns") == 2 * kSecond);
  CHECK(task(all, "queued").at("state") == "ready");
  CHECK(task(all, "queued").at("stack").at("begun") == false);
  CHECK_FALSE(task(all, "queued").contains("waits"));
  CHECK(task(all, "sleeper").at("stack").at("class") == "256K");
  CHECK(task(all, "sleeper").at("stack").at("used").get<size_t>() > 64);
  CHECK(task(all, "sleeper").at("stack").at("used").get<size_t>() < 200000);
  CHECK(all.at("domains").size() == 3);
  const json &counters = all.at("domains")[0].at("counters"), &home = all.at("worker").at("counters");
  CHECK(home.at("readied") == home.at("picked").get<int>() + 1); // "queued" waits
  CHECK(home.at("ran") == home.at("yielded").get<int>() + home.at("parked").get<int>() + home.at("done").get<int>());
  CHECK(home.at("parked") == counters.at("parked").get<int>() + all.at("domains")[1].at("counters").at("parked").get<int>() +
                                 all.at("domains")[2].at("counters").at("parked").get<int>());
  CHECK(home.at("slept") == 0);
  CHECK(home.at("stolen") == 0);
  CHECK_FALSE(counters.contains("slept"));
  CHECK(counters.at("longest_slice_ns") == 0); // no task moved this host's clock
  CHECK(home.at("wake_to_run") == json::array({1}));
  CHECK(all.at("domains")[0].at("queue") == json::array({{{"task", task(all, "queued").at("id")}}}));
  CHECK(all.at("counts").at("live") == all.at("tasks").size());
  CHECK_FALSE(all.at("worker").contains("task"));

  std::string text = dump(m.rt, WEFT_DUMP_TEXT);
  CHECK(has(text, "'locker' parked for mutex in root/side; mutex " + hex(&mutex) + " held by #2 'holder'; for 2.000 s; stack 256K, "));
  CHECK(has(text, "'outer locker' parked for mutex in root; mutex " + hex(&outside) + " held outside of tasks; "));
  CHECK(has(text, "'sender' parked for channel send in root; channel " + hex(full) + ", 1 of 1 in it; "));
  CHECK(has(text, "'select' parked for select in root; receive " + hex(empty) + ", send " + hex(full) + "; until in 3.000 s; "));
  CHECK(has(text, "'joiner' parked for join in root; of #1 ''; "));
  CHECK(has(text, "'group' parked for wait group in root; " + hex(&group) + " of 2; "));
  CHECK(has(text, "'closer' parked for domain to close in root; of #3 'closing'; "));
  CHECK(has(text, "'sleeper' parked for sleep in root; until in 5.000 s; for 2.000 s; "));
  CHECK(has(text, "; stack 256K, not begun\n"));
  CHECK(has(text, "  domain #2 root/side: fifo, 1 tasks, 0 ready\n"));

  weft_wait_group_add(&group, -2);
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  m.settle();
  weft_runtime_destroy(m.rt);
  m.rt = nullptr;
  weft_chan_free(full);
  weft_chan_free(empty);
}

TEST_CASE("a name may hold any bytes: the JSON is valid and the text keeps its lines") {
  OnManual m;
  const char *names[] = {"two\nlines", "quote\"back\\slash'", "\x01\x1f\x7f tab\t", "\xff\xfe\xc3", "\xed\xa0\x80", "\xf0\x9f\xa7\xb5 weft", ""};
  for (const char *name : names)
    m.go([] { weft_park(); }, nullptr, kDetached, name);
  m.domain("odd\"\n\xff domain");
  m.go([] {
    weft_set_waits("a \"reason\"\n\xff");
    weft_park();
  }, nullptr, kDetached, "waits");
  m.settle();
  json all = dump_json(m.rt, WEFT_DUMP_STACKS);
  CHECK(task(all, "two\nlines").at("state") == "parked");
  CHECK(task(all, "quote\"back\\slash'").at("state") == "parked");
  CHECK(task(all, "\x01\x1f\x7f tab\t").at("state") == "parked");
  CHECK(task(all, "\ufffd\ufffd\ufffd").at("state") == "parked");
  CHECK(task(all, "\ufffd\ufffd\ufffd").at("id") != task(all, "waits").at("id"));
  CHECK(task(all, "\U0001f9f5 weft").at("state") == "parked");
  CHECK(task(all, "waits").at("waits").at("for") == "a \"reason\"\n\ufffd");
  CHECK(all.at("domains")[1].at("name") == "odd\"\n\ufffd domain");
  std::string text = dump(m.rt, WEFT_DUMP_TEXT);
  CHECK(has(text, "'two\\u000alines' parked for wake in root; "));
  CHECK(has(text, "'quote\"back\\\\slash\\'' parked"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3 + 1 + 2 * 2 + 8);
}

namespace {

[[gnu::noinline]] void waits_here() {
  weft_park();
  asm volatile("");
}
[[gnu::noinline]] std::string asks_here(weft_runtime *rt, uint32_t flags) {
  std::string out = dump(rt, flags);
  asm volatile("");
  return out;
}
std::vector<std::string> functions(const json &t) {
  std::vector<std::string> names;
  for (const json &frame : t.at("backtrace"))
    names.push_back(frame.value("function", frame.contains("start") ? "--" : "?"));
  return names;
}
bool names(const std::vector<std::string> &all, const std::string &part) {
  for (const std::string &name : all)
    if (name.find(part) != name.npos)
      return true;
  return false;
}

} // namespace

TEST_CASE("with stacks, each task that has begun shows where it is, the running one too") {
  OnManual m;
  json all;
  std::string text;
  m.go([] { waits_here(); }, nullptr, kDetached, "parked");
  m.go([&] { all = json::parse(asks_here(m.rt, WEFT_DUMP_JSON | WEFT_DUMP_STACKS)); }, nullptr, kDetached, "runs");
  m.go([&] { text = asks_here(m.rt, WEFT_DUMP_STACKS); }, nullptr, kDetached, "prints");
  m.settle();
  CHECK(all.at("worker").at("task") == task(all, "runs").at("id"));
  CHECK(task(all, "runs").at("state") == "running");
  CHECK(all.at("host").at("in_turn") == true);
  CHECK(names(functions(task(all, "parked")), "waits_here"));
  CHECK_FALSE(names(functions(task(all, "parked")), "weft_turn"));
  CHECK(names(functions(task(all, "runs")), "asks_here"));
  CHECK(names(functions(task(all, "runs")), "task_body"));
  CHECK_FALSE(names(functions(task(all, "runs")), "weft_turn"));
  CHECK(functions(task(all, "prints")).empty()); // it has not begun
  CHECK(has(text, "waits_here"));
  CHECK(has(text, "asks_here"));
}

TEST_CASE("what runs is not ready, in its domain and in those above") {
  OnManual m;
  weft_domain *side = m.domain("side");
  json alone, all;
  std::string text;
  m.go([&] {
    all = dump_json(m.rt);
    text = dump(m.rt, WEFT_DUMP_TEXT);
  }, side, kDetached, "first");
  m.go([&] { alone = dump_json(m.rt); }, side, kDetached, "second");
  m.settle();
  auto at = [](const json &in, int domain, const char *key) { return in.at("domains")[domain].at(key); };
  CHECK(at(alone, 0, "ready") == 0);
  CHECK(at(alone, 0, "queue") == json::array());
  CHECK(at(alone, 1, "ready") == 0);
  CHECK(at(alone, 1, "queue") == json::array());
  CHECK(at(alone, 1, "tasks") == 1);
  CHECK(at(all, 0, "ready") == 0);
  CHECK(at(all, 1, "ready") == 1);
  CHECK(at(all, 1, "queue") == json::array({{{"task", task(all, "second").at("id")}}}));
  CHECK(at(all, 1, "tasks") == 2);
  CHECK(has(text, " root: fifo, 0 tasks, 0 ready\n"));
  CHECK(has(text, " root/side: fifo, 2 tasks, 1 ready\n"));
}

TEST_CASE("since when: the wait's own beginning, and of what is ready its wake") {
  OnManual m;
  weft_task t = m.go([] { weft_park(); weft_park(); }, nullptr, kDetached, "t");
  CHECK(task(dump_json(m.rt), "t").at("for_ns") == 0);
  weft_manual_advance(m.host, 3 * kSecond);
  CHECK(task(dump_json(m.rt), "t").at("for_ns") == 3 * kSecond); // it has been ready for so long
  m.settle();
  CHECK(task(dump_json(m.rt), "t").at("for_ns") == 0);
  m.pass(4 * kSecond);
  CHECK(task(dump_json(m.rt), "t").at("for_ns") == 4 * kSecond);
  weft_wake(t);
  m.settle();
  m.pass(kSecond);
  CHECK(task(dump_json(m.rt), "t").at("for_ns") == kSecond);
}

TEST_CASE("a task that waits for a descriptor shows its number") {
  weft_epoll_host *host;
  REQUIRE(weft_epoll_host_new(&host) == WEFT_OK);
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = weft_epoll_host_ops();
  config.host_self = host;
  weft_runtime *rt;
  REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
  weft_epoll_host_attach(host, rt);
  int fds[2];
  REQUIRE(pipe2(fds, O_NONBLOCK) == 0);
  struct Reads {
    int fd;
    json *all;
  };
  json all;
  Reads reads{fds[0], &all};
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  attr.name = "reader";
  weft_spawn(rt, [](void *arg) {
    weft_sock *s;
    CHECK(weft_sock_adopt(static_cast<Reads *>(arg)->fd, &s) == WEFT_OK);
    char byte;
    CHECK(weft_sock_read(s, &byte, 1, WEFT_NEVER) == 1);
    weft_sock_close(s);
  }, &reads, &attr, nullptr);
  struct Looks {
    json *all;
    int fd;
  } looks{&all, fds[1]};
  attr.name = "looks";
  weft_spawn(rt, [](void *arg) {
    auto *l = static_cast<Looks *>(arg);
    *l->all = dump_json(nullptr);
    CHECK(write(l->fd, "x", 1) == 1);
  }, &looks, &attr, nullptr);
  CHECK(weft_run(rt) == WEFT_OK);
  CHECK(task(all, "reader").at("waits").at("for") == "socket read");
  CHECK(task(all, "reader").at("waits").at("fd") == fds[0]);
  CHECK(all.at("host").at("name") == "epoll");
  close(fds[1]);
  weft_runtime_destroy(rt);
  weft_epoll_host_free(host);
}

TEST_CASE("a channel that is gone does not end the dump") {
  OnManual m;
  void *page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  weft_mutex *mutex = new (page) weft_mutex{};
  weft_mutex_lock(mutex);
  weft_task t = m.go([&] { weft_mutex_lock(mutex); }, nullptr, kDetached, "t");
  m.settle();
  mprotect(page, 4096, PROT_NONE);
  CHECK_FALSE(task(dump_json(m.rt), "t").at("waits").contains("holder"));
  CHECK(has(dump(m.rt, WEFT_DUMP_TEXT), "'t' parked for mutex"));
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  weft_cancel(t);
  m.settle();
  munmap(page, 4096);
}

TEST_CASE("wrong arguments of a dump are refused") {
  OnManual m;
  weft_dump_sink none = [](void *, const char *, size_t) { FAIL("nothing is to be written"); };
  CHECK(weft_dump_to(m.rt, 4, none, nullptr) == WEFT_E_INVAL);
  CHECK(weft_dump_to(m.rt, 0, nullptr, nullptr) == WEFT_E_INVAL);
  weft_status elsewhere = WEFT_OK;
  std::thread([&] { elsewhere = weft_dump_to(m.rt, 0, none, nullptr); }).join();
  CHECK(elsewhere == WEFT_E_INVAL);
}

TEST_CASE("continuations outside of tasks are counted") {
  OnManual m;
  auto others = [&] { return dump_json(m.rt).at("continuations").at("others").get<int>(); };
  int before = others();
  weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *) {}, nullptr, WEFT_STACK_64K);
  m.go([] { weft_park(); });
  m.settle();
  CHECK(others() == before + 1);
  weft_rt_cont_drop(k);
  CHECK(others() == before);
}
