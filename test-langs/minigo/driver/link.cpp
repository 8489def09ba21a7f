// Linking: clang++ drives lld, with the libraries that stand in ../lib beside this program's bin.
#include "driver/compiler.h"
#include <cstring>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace minigo {

bool link_program(const Options &o, const std::string &object, const std::string &output,
                  const char *argv0) {
  namespace fs = std::filesystem;
  std::error_code ec;
  fs::path self = fs::read_symlink("/proc/self/exe", ec);
  if (ec)
    self = argv0;
  fs::path lib = self.parent_path().parent_path() / "lib";
  for (const char *need : {"libminigo_rt.a", "libweft.a"})
    if (!fs::exists(lib / need)) {
      fprintf(stderr, "minigo: %s is missing in %s\n", need, lib.c_str());
      return false;
    }
  std::vector<std::string> cmd{MINIGO_CXX,
                               "-o",
                               output,
                               object,
                               (lib / "libminigo_rt.a").string(),
                               (lib / "libweft.a").string(),
                               "-fuse-ld=lld",
                               "-Wl,--gc-sections",
                               "-pthread",
                               "-ldl",
                               "-lm"};
#ifdef MINIGO_LINK_FLAGS
  cmd.push_back(MINIGO_LINK_FLAGS);
#endif
  if (!o.debug)
    cmd.push_back("-Wl,--strip-debug");
  if (o.verbose) {
    for (auto &c : cmd)
      fprintf(stderr, "%s ", c.c_str());
    fprintf(stderr, "\n");
  }
  std::vector<char *> argv;
  for (auto &c : cmd)
    argv.push_back(c.data());
  argv.push_back(nullptr);
  pid_t pid;
  int status;
  if (int e = posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ)) {
    fprintf(stderr, "minigo: cannot run %s: %s\n", argv[0], strerror(e));
    return false;
  }
  if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
    fprintf(stderr, "minigo: linking failed\n");
    return false;
  }
  return true;
}

} // namespace minigo
