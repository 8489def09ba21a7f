// A process of its own: main() is the host's thread, and main.main's end is the process's. It is Weft's embedded epoll host with two
// changes: standard output is flushed before it blocks, and a fatal condition (a stack overflow) dies with Go's text.
#include "panic.h"
#include "tasks.h"
#include "weft/hosts/epoll.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

namespace minigo::rt {
namespace {
bool main_exited;

void run_main(void *) {
  if (!run_program()) {
    main_exited = true;
    return;
  }
  exit_process(0);
}

int block_after_flush(void *self, uint64_t deadline) {
  out_flush();
  return weft_epoll_host_ops()->block(self, deadline);
}

void die_like_go(void *, const char *text) {
  if (strstr(text, "stack overflow")) {
    err_write(
        "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\n");
    err_write(text);
    err_write("\n");
    _exit(2);
  }
  err_write(text);
  if (*text && text[strlen(text) - 1] != '\n')
    err_write("\n");
}

const char *go_reason(const char *waits) {
  std::string w = waits;
  if (w == "channel receive")
    return "chan receive";
  if (w == "channel receive (nil)")
    return "chan receive (nil chan)";
  if (w == "channel send (nil)")
    return "chan send (nil chan)";
  if (w == "channel send")
    return "chan send";
  if (w == "select" || w.find("chan") != w.npos)
    return waits;
  if (w == "wait group" || w == "mutex" || w == "condition" || w == "semaphore")
    return "semacquire";
  return waits[0] ? waits : "waiting";
}

[[noreturn]] void deadlock(weft_runtime *rt) {
  struct Entry {
    int64_t id;
    std::string text;
  };
  std::vector<Entry> all;
  weft_visit_tasks(
      rt,
      [](void *arg, const weft_task_info *i) {
        int64_t id = i->word & 1 ? int64_t(i->word >> 1)
                     : i->word   ? reinterpret_cast<Goroutine *>(i->word)->id
                                 : 0;
        if (id > 0)
          static_cast<std::vector<Entry> *>(arg)->push_back(
              {id, "\ngoroutine " + std::to_string(id) + " [" + go_reason(i->waits) + "]:\n" +
                       (id == 1 ? "main.main" : i->name) + "()\n"});
      },
      &all);
  std::string out = main_exited
                        ? "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"
                        : "fatal error: all goroutines are asleep - deadlock!\n";
  for (size_t k = 0; k < all.size(); ++k) // main first, as Go prints
    if (all[k].id == 1)
      std::swap(all[0], all[k]);
  for (size_t k = 0; k < all.size() && k < 100; ++k)
    out += all[k].text;
  err_write(out);
  fflush(nullptr);
  exit(2);
}
} // namespace
} // namespace minigo::rt

int main(int argc, char **argv) {
  using namespace minigo::rt;
  process.arg_count = argc;
  process.arg_values = argv;
  weft_epoll_host *self = nullptr;
  char error[256] = "";
  weft_host_ops ops = *weft_epoll_host_ops();
  ops.block = block_after_flush;
  ops.fatal = die_like_go;
  weft_runtime *rt = nullptr;
  weft_runtime_config config{};
  config.size = sizeof config;
  config.host = &ops;
  if (weft_epoll_host_new(&self) != WEFT_OK) {
    fprintf(stderr, "weft: no event loop\n");
    return 1;
  }
  config.host_self = self;
  const char *clock = getenv("WEFT_CLOCK");
  process.virtual_time = clock && !strcmp(clock, "virtual");
  if (process.virtual_time)
    weft_epoll_host_virtual_time(self);
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "weft: %s\n", error);
    return 1;
  }
  weft_epoll_host_attach(self, rt);
  if (weft_status st = spawn_main(rt, nullptr, run_main, nullptr, WEFT_STACK_1G); st != WEFT_OK) {
    fprintf(stderr, "weft: %s\n", weft_status_text(st));
    return 1;
  }
  weft_run(rt);
  deadlock(rt); // main's end is the process's: coming here means nobody can go on
}
