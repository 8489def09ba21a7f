// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The scenario that started the project: a task's promise resolves while the task's scheduler, itself a
// task of an outer scheduler, waits for something else.
//
//   scenario wrong [--host epoll|manual]    the host resumes the task directly
//   scenario right [--host epoll|manual]    Weft: the host completes a token
//   scenario levels [--host epoll|manual]   three levels; the middle one is running, parked or finished
//
// The same guest scheduler (guest.h) is used both ways. Exit code 0 when everything came as said here.
#include "guest.h"
#include "weft/hosts/manual.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

namespace {

bool manual;
weft_manual_host *host;
weft_runtime *rt;
int failures;

void say(const char *who, const std::string &what) { printf("  %-10s %s\n", who, what.c_str()); }

void expect(bool right, const char *what) {
  if (right)
    return;
  ++failures;
  printf("  UNEXPECTED: %s\n", what);
}

constexpr uint64_t kMillisecond = 1000000;

// What the host does at a time of its own, on the loop's thread and its native stack: never inside a
// guest. With the manual host we are the loop; with epoll a timer of the loop calls.
struct HostEvent {
  uint64_t after;
  void (*fn)();
};

void spawn(weft_domain *domain, const char *name, weft_task_fn fn, void *arg = nullptr,
           uint32_t flags = WEFT_SPAWN_DETACHED) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.domain = domain;
  attr.flags = flags;
  if (weft_spawn(rt, fn, arg, &attr, nullptr) != WEFT_OK) {
    fprintf(stderr, "scenario: cannot spawn %s\n", name);
    exit(1);
  }
}

void run_loop(std::vector<HostEvent> events) {
  if (manual) {
    weft_manual_run(host, rt, nullptr);
    for (const HostEvent &e : events) {
      weft_manual_advance(host, e.after);
      e.fn();
      weft_manual_run(host, rt, nullptr);
    }
    for (uint64_t at; (at = weft_manual_armed(host)) != WEFT_NEVER;) {
      weft_manual_advance(host, at - weft_manual_now(host));
      weft_manual_run(host, rt, nullptr);
    }
    return;
  }
  static std::vector<HostEvent> mine;
  mine = events;
  spawn(nullptr, "host's timer", [](void *) {
    for (const HostEvent &e : mine) {
      weft_sleep(e.after);
      weft_call_native([](void *fn) { reinterpret_cast<void (*)()>(fn)(); },
                       reinterpret_cast<void *>(e.fn));
    }
  });
  expect(weft_run(rt) == WEFT_OK, "the loop ends when nobody is left");
}

// --- One scheduler of the guest in a task of the outer one -------------------------------------------

guest::Scheduler *inner;
weft_token promise, something_else;
int a_ran_after_wait;
bool a_ran_inside_scheduler;

void child_a(void *, weft_payload *) {
  say("A", "awaits its promise");
  uint64_t value = 0;
  weft_await(promise, &value);
  ++a_ran_after_wait;
  a_ran_inside_scheduler = inner->running() && inner->running()->name == "A";
  say("A", "goes on with " + std::to_string(value));
  say("A", std::string("its scheduler believes: ") + inner->state());
}

void inner_task(void *) {
  inner->run_one();
  say("inner", inner->state());
  say("inner", "waits for something else, in the outer scheduler");
  weft_await(something_else, nullptr);
  say("inner", "was picked by the outer scheduler; something else has come");
  while (!inner->all_done())
    if (!inner->run_one())
      inner->collect(true);
  say("inner", inner->state());
}

// --- The wrong way ------------------------------------------------------------------------------------

WEFT_HANDLERS(hosts_own, 2, {&weft_yield_tag, WEFT_ON_SUSPEND, 0},
              {&weft_await_tag, WEFT_ON_SUSPEND, 0});

// What a host does that holds continuations: it wakes A itself.
void host_resumes_directly() {
  printf("the host's promise resolves, and the host resumes A directly:\n");
  weft_payload io = {{0, 42}, {}};
  weft_cont rest = 0;
  weft_resume(inner->child(0).k, &hosts_own, &io, &io, &rest);
  say("wrong:", "A ran, and its scheduler was not asked: " + inner->state());
  expect(a_ran_after_wait == 1 && !a_ran_inside_scheduler, "A ran outside of its scheduler");
  expect(inner->child(0).state == guest::State::Waiting, "the scheduler still lists A as waiting");
  say("wrong:", "it still lists A as waiting, though A is done; its handle of A is used up");
}

void then_the_scheduler_resumes() {
  printf("later A's promise is delivered the proper way as well, and the scheduler resumes A:\n");
  fflush(stdout);
  weft_complete(promise, WEFT_OK, 42);
  weft_complete(something_else, WEFT_OK, 0);
}

// In a child process, because it ends as it must. It has a runtime of its own, which is made after the fork
// (rule PROC-02): so this returns in the child too, and there with -1.
int watch_a_child() {
  printf("-- the wrong way: the host holds the task's continuation --\n");
  fflush(stdout);
  int fds[2];
  if (pipe(fds) != 0)
    return 1;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fds[1], STDERR_FILENO);
    close(fds[0]);
    return -1;
  }
  close(fds[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(fds[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(n));
  int status = 0;
  waitpid(pid, &status, 0);
  say("weft", text.substr(0, text.find('\n')));
  expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "the misuse is caught and aborts");
  expect(text.find("continuation already consumed") != std::string::npos, "the misuse is named");
  say("wrong:",
      "caught: resuming it again is a defined error. Without Weft it is anybody's stack.");
  return failures != 0;
}

[[noreturn]] void wrong_way() {
  run_loop({{10 * kMillisecond, host_resumes_directly},
            {10 * kMillisecond, then_the_scheduler_resumes}});
  fflush(stdout);
  _exit(failures ? 1 : 0);
}

// --- Weft's way -----------------------------------------------------------------------------------------

void host_completes() {
  printf("the host's promise resolves, and the host completes the token:\n");
  weft_status status = weft_complete(promise, WEFT_OK, 42);
  expect(status == WEFT_OK, "the token takes it");
  expect(a_ran_after_wait == 0, "nothing ran by it");
  say("host", "holds a token, not A: nothing has run; " + inner->state());
}

void something_else_comes() {
  printf("something else comes:\n");
  expect(a_ran_after_wait == 0, "A waits for its scheduler");
  weft_complete(something_else, WEFT_OK, 0);
}

int right_way() {
  printf("-- Weft's way: the host holds a token --\n");
  run_loop({{10 * kMillisecond, host_completes}, {10 * kMillisecond, something_else_comes}});
  expect(a_ran_after_wait == 1 && a_ran_inside_scheduler, "A ran once, inside of its scheduler");
  expect(inner->all_done() && inner->picks() == 2, "the scheduler knows of every run");
  if (!failures)
    say("right:", "every run of A was a pick of its scheduler, and every run of that one a pick of "
                  "the outer");
  return failures != 0;
}

// --- Three levels -------------------------------------------------------------------------------------

weft_domain *middle_domain, *inner_domain;
weft_status sleeper_status;
uint64_t sleeper_value;
bool sleeper_ran;

weft_domain *make_domain(weft_domain *parent, const char *name) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  weft_domain *domain = nullptr;
  char error[256];
  if (weft_domain_create(parent, &attr, &domain, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "scenario: %s\n", error);
    exit(1);
  }
  return domain;
}

void sleeper(void *) {
  sleeper_status = weft_await(promise, &sleeper_value);
  sleeper_ran = true;
}

void start_three_levels() {
  promise = weft_token_new(rt);
  sleeper_ran = false;
  middle_domain = make_domain(nullptr, "middle");
  inner_domain = make_domain(middle_domain, "inner");
  spawn(inner_domain, "sleeper", sleeper);
}

void wake_while_running(void *) {
  for (int i = 0; i < 3; ++i)
    weft_yield();
  // We run, so the middle scheduler is in the middle of its slice.
  expect(weft_complete(promise, WEFT_OK, 1) == WEFT_OK, "the token takes it");
  expect(!sleeper_ran, "completing runs nobody");
  weft_yield();
  weft_yield();
}

int levels() {
  printf("-- three levels: root > middle > inner --\n");

  printf("the middle scheduler is running when the wake comes:\n");
  start_three_levels();
  spawn(middle_domain, "busy", wake_while_running);
  run_loop({});
  expect(sleeper_ran && sleeper_value == 1, "the sleeper was picked: root, middle, inner, sleeper");
  say("sleeper",
      "ran after a pick of each of its ancestors, value " + std::to_string(sleeper_value));

  printf("the middle scheduler is parked (nothing in it is ready):\n");
  start_three_levels();
  run_loop({{10 * kMillisecond, [] {
               expect(weft_complete(promise, WEFT_OK, 2) == WEFT_OK, "the token takes it");
               expect(!sleeper_ran, "completing runs nobody");
               say("host",
                   "completed: inner is ready in middle, middle in root, and root asks for a turn");
             }}});
  expect(sleeper_ran && sleeper_value == 2, "the sleeper was picked again from the root down");
  say("sleeper",
      "ran after a pick of each of its ancestors, value " + std::to_string(sleeper_value));

  printf("the middle scheduler is finished:\n");
  start_three_levels();
  run_loop({{10 * kMillisecond,
             [] {
               spawn(nullptr, "closer", [](void *) {
                 expect(weft_domain_close(middle_domain) == WEFT_OK, "closing cancels and waits");
               });
             }},
            {10 * kMillisecond, [] {
               weft_status status = weft_complete(promise, WEFT_OK, 3);
               expect(status == WEFT_E_STALE, "nobody is left to wake");
               say("host", std::string("completes: ") + weft_status_text(status) +
                               "; the value stays with the host");
             }}});
  expect(sleeper_ran && sleeper_status == WEFT_E_CANCELLED, "the sleeper ended by cancellation");
  say("sleeper", std::string("ended: ") + weft_status_text(sleeper_status));
  return failures != 0;
}

[[noreturn]] void usage() {
  fprintf(stderr, "usage: scenario wrong|right|levels [--host epoll|manual]\n");
  exit(2);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2 && !(argc == 4 && !strcmp(argv[2], "--host")))
    usage();
  if (argc == 4) {
    manual = !strcmp(argv[3], "manual");
    if (!manual && strcmp(argv[3], "epoll"))
      usage();
  }
  bool is_levels = !strcmp(argv[1], "levels"), is_wrong = !strcmp(argv[1], "wrong");
  if (!is_levels && !is_wrong && strcmp(argv[1], "right"))
    usage();

  if (is_wrong)
    if (int result = watch_a_child(); result >= 0)
      return result;

  char error[256] = "";
  weft_status status;
  if (manual) {
    host = weft_manual_host_new();
    status = weft_manual_runtime(host, nullptr, &rt, error, sizeof error);
  } else {
    weft_runtime_config config = {};
    config.size = sizeof config;
    status = weft_runtime_create(&config, &rt, error, sizeof error);
  }
  if (status != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }

  int result;
  if (is_levels) {
    result = levels();
  } else {
    promise = weft_token_new(rt);
    something_else = weft_token_new(rt);
    guest::Scheduler scheduler(rt);
    inner = &scheduler;
    inner->add("A", child_a, nullptr);
    spawn(nullptr, "inner", inner_task);
    if (is_wrong)
      wrong_way();
    result = right_way();
  }
  if (weft_runtime_destroy(rt) != WEFT_OK)
    result = 1;
  if (host)
    weft_manual_host_free(host);
  return result;
}
