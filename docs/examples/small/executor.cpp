// Loom's custom executor: virtual threads whose awaits and yields come to a run loop of the program's own, by handlers, inside of one task.
// The loop parks once for all of them, on a completion queue, and decides who goes on: here by name, of which the task's own scheduler
// knows nothing. See docs/schedulers.md.
//
// expect: alice asks
// expect: bob asks
// expect: carol asks
// expect: the executor parks for 3
// expect: alice got 30
// expect: alice is done
// expect: bob got 20
// expect: bob is done
// expect: carol got 10
// expect: carol is done

#include <weft/lowered.h>
#include <weft/task.h>

#include <cstdio>
#include <functional>
#include <map>
#include <string>

class Executor {
public:
  Executor() : arrived_(weft_cq_new(nullptr)) {}
  ~Executor() { weft_cq_free(arrived_); }
  Executor(const Executor &) = delete;

  void start(const std::string &name, std::function<void()> body) {
    Thread &t = threads_[name];
    t.body = std::move(body);
    t.next = weft_rt_cont_new_mem(
        [](void *of, weft_payload *) { static_cast<Thread *>(of)->body(); }, &t, WEFT_STACK_256K);
    t.ready = true;
  }

  // In a task, until all threads have ended.
  void run() {
    while (!threads_.empty()) {
      auto first = threads_.begin();
      while (first != threads_.end() && !first->second.ready)
        ++first; // the first name that can go on: the policy
      if (first == threads_.end())
        park();
      else if (!step(first->second))
        threads_.erase(first);
    }
  }

private:
  struct Thread {
    std::function<void()> body;
    weft_cont next = 0;
    weft_payload answer = {}; // of what it awaited
    bool ready = false;
  };

  // False: it has ended.
  bool step(Thread &t) {
    static const struct {
      uint32_t count, flags;
      weft_handler entry[2];
    } takes = {
        2, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}, {&weft_yield_tag, WEFT_ON_SUSPEND, 0}}};
    weft_payload out = {};
    switch (weft_rt_resume(t.next, reinterpret_cast<const weft_handlers *>(&takes), &t.answer, &out,
                           &t.next)) {
    case 1: // it awaits a token
      t.ready = false;
      if (weft_status status = weft_cq_add(arrived_, out.i[0], reinterpret_cast<uint64_t>(&t));
          status != WEFT_OK)
        go_on(t, status, 0);
      return true;
    case 2: // it yields
      return true;
    default:
      return false;
    }
  }

  void park() {
    std::printf("the executor parks for %zu\n", threads_.size());
    weft_cq_event e;
    for (weft_status s = weft_cq_wait(arrived_, WEFT_NEVER, &e); s == WEFT_OK;
         s = weft_cq_poll(arrived_, &e))
      go_on(*reinterpret_cast<Thread *>(e.key), e.status, e.value);
  }

  static void go_on(Thread &t, weft_status status, uint64_t value) {
    t.answer.i[0] = static_cast<uint32_t>(status);
    t.answer.i[1] = value;
    t.ready = true;
  }

  weft_cq *arrived_;
  std::map<std::string, Thread> threads_;
};

static weft_token tokens[3];

static void threads(void *) {
  Executor executor;
  const char *names[] = {"carol", "bob", "alice"};
  for (int i = 0; i < 3; ++i)
    executor.start(names[i], [name = names[i], i] {
      std::printf("%s asks\n", name);
      uint64_t value = 0;
      weft_await(tokens[i], &value); // an ordinary call: the thread knows nothing of who runs it
      std::printf("%s got %d\n", name, static_cast<int>(value));
      weft_yield();
      std::printf("%s is done\n", name);
    });
  executor.run();
}

static void answers(void *) {
  for (int i = 0; i < 3; ++i)
    weft_complete(tokens[i], WEFT_OK, static_cast<uint64_t>(10 * (i + 1)));
}

int main() {
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.workers = 1; // so that all answers are there when the executor wakes
  weft_runtime *rt;
  if (weft_runtime_create(&config, &rt, nullptr, 0) != WEFT_OK)
    return 1;
  for (weft_token &token : tokens)
    token = weft_token_new(rt);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  weft_spawn(rt, threads, nullptr, &attr, nullptr);
  weft_spawn(rt, answers, nullptr, &attr, nullptr);
  weft_status status = weft_run(rt);
  weft_runtime_destroy(rt);
  return status != WEFT_OK;
}
