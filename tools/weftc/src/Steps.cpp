// Rejected: LLVM's RemoveFileOnSignal and ExecuteAndWait. They remove files but know no folder, and
// let the child go on; a clang that outlives weftc would write its output into the void.
//
// The signal handler reads only what is set before it can run: fixed buffers and a pid. File names
// are counted (0.o, 1.o, ..), so that it can remove them without allocating.
#include "Steps.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

using namespace llvm;

namespace weftc {

namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr int max_files = 1024;

char folder[256];            // empty: none yet
char names[max_files][280];  // full paths
volatile sig_atomic_t count; // how many of them
volatile pid_t child;        // the program that runs, or 0

void remove_all() {
  for (int i = 0; i < count; ++i)
    unlink(names[i]);
  if (folder[0])
    rmdir(folder);
}

extern "C" void on_signal(int signal) {
  if (child > 0) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  remove_all();
  ::signal(signal, SIG_DFL);
  raise(signal);
}

} // namespace

TempFolder::~TempFolder() {
  if (verbose_ && folder[0])
    show_step(Twine("rm -r ") + folder);
  remove_all();
  count = 0;
  folder[0] = 0;
}

Expected<std::string> TempFolder::file(StringRef suffix) {
  if (!folder[0]) {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    for (int other : signals)
      sigaddset(&action.sa_mask, other);
    for (int signal : signals) {
      struct sigaction before;
      sigaction(signal, nullptr, &before);
      if (before.sa_handler != SIG_IGN) // as under nohup
        sigaction(signal, &action, nullptr);
    }
    const char *base = getenv("TMPDIR");
    char path[sizeof folder];
    snprintf(path, sizeof path, "%s/weftc-XXXXXX",
             base && *base && strlen(base) < 200 ? base : "/tmp");
    if (!mkdtemp(path))
      return createStringError(Twine("cannot make a folder for temporary files ") + path + ": " +
                               strerror(errno));
    strcpy(folder, path);
    if (verbose_)
      show_step(Twine("mkdir -p ") + folder);
  }
  if (count == max_files)
    return createStringError("too many inputs");
  snprintf(names[count], sizeof names[0], "%s/%d%s", folder, int(count), suffix.str().c_str());
  std::string path = names[count];
  count = count + 1; // only now may the handler look at it
  return path;
}

std::string quoted(ArrayRef<std::string> command) {
  std::string text;
  for (const std::string &word : command) {
    if (!text.empty())
      text += ' ';
    bool plain = !word.empty() && all_of(word, [](char c) {
      return isAlnum(c) || StringRef("_-+=./,:@%").contains(c);
    });
    if (plain) {
      text += word;
      continue;
    }
    text += '\'';
    for (char c : word)
      text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

void show_step(const Twine &command) { errs() << command << "\n"; }

Expected<Outcome> run_program(ArrayRef<std::string> command) {
  std::vector<char *> words;
  for (const std::string &word : command)
    words.push_back(const_cast<char *>(word.c_str()));
  words.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC))
    return createStringError(Twine("pipe: ") + strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);

  // A signal between spawn and the store to child would leave the child running.
  sigset_t block, before;
  sigemptyset(&block);
  for (int signal : signals)
    sigaddset(&block, signal);
  sigprocmask(SIG_BLOCK, &block, &before);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &before);
  pid_t pid = 0;
  int problem = posix_spawn(&pid, words[0], &actions, &attributes, words.data(), environ);
  child = problem ? 0 : pid;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (problem) {
    close(ends[0]);
    return createStringError("cannot run " + command[0] + ": " + strerror(problem));
  }

  Outcome outcome;
  char text[4096];
  for (ssize_t got; (got = read(ends[0], text, sizeof text)) > 0 || (got < 0 && errno == EINTR);)
    if (got > 0)
      outcome.message.append(text, got);
  close(ends[0]);
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  child = 0;
  outcome.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return outcome;
}

} // namespace weftc
