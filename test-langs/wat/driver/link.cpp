// Linking and loading: lld alone for what this process loads, the C++ compiler's driver for programs.
#include "driver/build.h"
#include "driver/compile.h"
#include "rt/lines.h"
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace wat {

TempDir::TempDir() {
  const char *tmp = getenv("TMPDIR");
  dir_ = std::string(tmp && *tmp ? tmp : "/tmp") + "/wat-XXXXXX";
  if (!mkdtemp(dir_.data()))
    throw WriteFailed{"cannot make a directory " + dir_ + ": " + strerror(errno)};
}

TempDir::~TempDir() {
  for (auto &f : files_)
    unlink(f.c_str());
  rmdir(dir_.c_str());
}

std::string TempDir::file(const std::string &name) {
  files_.push_back(dir_ + "/" + name);
  return files_.back();
}

bool run_command(std::vector<std::string> command) {
  std::vector<char *> argv;
  for (auto &c : command)
    argv.push_back(c.data());
  argv.push_back(nullptr);
  pid_t pid;
  int status;
  if (int e = posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ)) {
    fprintf(stderr, "wat: cannot run %s: %s\n", argv[0], strerror(e));
    return false;
  }
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return false;
  return WIFEXITED(status) && !WEXITSTATUS(status);
}

size_t Code::add(const Module &m, const std::string &file) {
  std::string symbol = "wat_m" + std::to_string(objects_.size());
  objects_.push_back(dir_->file(symbol + ".o"));
  options_.file = file;
  compile({m, symbol}, options_, objects_.back());
  return objects_.size() - 1;
}

bool Code::load() {
  if (objects_.empty())
    return true;
  std::string library = dir_->file("script.so");
  std::vector<std::string> command{WAT_LD, "-shared", "--eh-frame-hdr", "-z", "now", "-o", library};
  command.insert(command.end(), objects_.begin(), objects_.end());
  if (!run_command(command)) {
    fprintf(stderr, "wat: linking failed\n");
    return false;
  }
  void *lib = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!lib) {
    fprintf(stderr, "wat: %s\n", dlerror());
    return false;
  }
  if (options_.debug)
    keep_lines(library);
  dir_.reset();
  for (size_t k = 0; k < objects_.size(); ++k)
    modules_.push_back(static_cast<const Compiled *>(dlsym(lib, ("wat_m" + std::to_string(k)).c_str())));
  return true;
}

bool link_program(const std::string &object, const std::string &output, bool debug) {
  namespace fs = std::filesystem;
  std::error_code ec;
  fs::path lib = fs::read_symlink("/proc/self/exe", ec).parent_path().parent_path() / "lib";
  for (const char *need : {"libwat_rt.a", "libweft.a"})
    if (!fs::exists(lib / need)) {
      fprintf(stderr, "wat: %s is missing in %s\n", need, lib.c_str());
      return false;
    }
  std::vector<std::string> command{WAT_CXX, "-o", output, object, (lib / "libwat_rt.a").string(),
                                   (lib / "libweft.a").string(), "-fuse-ld=lld", "-Wl,--gc-sections", "-pthread",
                                   "-ldl", "-lm"};
#ifdef WAT_LINK_FLAGS
  command.push_back(WAT_LINK_FLAGS);
#endif
  if (!debug)
    command.push_back("-Wl,--strip-debug");
  if (run_command(command))
    return true;
  fprintf(stderr, "wat: cannot link %s\n", output.c_str());
  return false;
}

} // namespace wat
