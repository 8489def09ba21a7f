// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// scenario PLAY [--host HOST]: what a host and its guests' schedulers do, as one can watch it. README.md says which
// plays there are. Exit code 0 when everything came as said in them.
#include "stage.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

using namespace play;

namespace {

[[noreturn]] void usage() {
  fprintf(stderr, "usage: scenario %s [--host %s]\n", names().c_str(), kStages);
  exit(2);
}

// The wrong way ends as it must, in a child process. It has a runtime of its own, which is made after the fork (rule PROC-02): so
// this returns in the child too, and there with -1.
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

Stage *make_stage(const char *name) {
  if (!strcmp(name, "epoll"))
    return epoll_stage();
  if (!strcmp(name, "manual"))
    return manual_stage();
#ifdef SCENARIO_LIBUV
  if (!strcmp(name, "libuv"))
    return libuv_stage();
#endif
  usage();
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2 && !(argc == 4 && !strcmp(argv[2], "--host")))
    usage();
  const auto *make = find(argv[1]);
  if (!make)
    usage();
  std::unique_ptr<Stage> stage(make_stage(argc == 4 ? argv[3] : "epoll"));
  if (!strcmp(argv[1], "wrong"))
    if (int result = watch_a_child(); result >= 0)
      return result;

  char error[256] = "";
  if (weft_status failed = stage->make_runtime(error, sizeof error); failed != WEFT_OK) {
    fprintf(stderr, "scenario: %s\n", error[0] ? error : weft_status_text(failed));
    return 1;
  }
  const Play play = (*make)();
  if (!play.title.empty())
    printf("-- %s --\n", play.title.c_str());
  for (const Act &act : play.acts) {
    if (!act.title.empty())
      printf("%s\n", act.title.c_str());
    act.begin();
    stage->run(act.events);
    act.end();
  }
  expect(weft_runtime_destroy(rt) == WEFT_OK, "nothing is left");
  return failures != 0;
}
