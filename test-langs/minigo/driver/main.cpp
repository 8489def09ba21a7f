// The command line: minigo run f.go [args], minigo build f.go -o f.
#include "driver/compiler.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
using namespace minigo;

static const char usage[] =
    "minigo: a strict subset of Go 1.19 on Weft\n"
    "\n"
    "  minigo run [flags] f.go [arguments]   compile and run; exits as the program does\n"
    "  minigo build [flags] f.go [-o f]      compile to an executable\n"
    "  minigo build --guest f.go [-o f.o]    compile to an object file for another program: minigo/minigo.h\n"
    "  minigo check f.go                     report errors only\n"
    "\n"
    "flags:\n"
    "  -O0 -O1 -O2 -O3   optimisation, -O2 when not given\n"
    "  -g                debug information\n"
    "  -e                report all errors, not only ten\n"
    "  --emit-llvm       write LLVM IR text (build; to standard output without -o)\n"
    "  -v                show the link command\n"
    "  --race-order N    run: in the order that N seeds, the same each time, without real time: WEFT_SCHED=explore:seed=N\n"
    "\n"
    "Programs read WEFT_SCHED, WEFT_WORKERS, WEFT_MIGRATE, WEFT_STACK, WEFT_GUARD, WEFT_TRACE, WEFT_STATS,\n"
    "WEFT_CLOCK and WEFT_DUMP_SIGNAL.\n";

[[noreturn]] static void bad_usage(const std::string &m) {
  fprintf(stderr, "minigo: %s\n%s", m.c_str(), usage);
  exit(2);
}

static std::string temp_name(const char *suffix) {
  const char *dir = getenv("TMPDIR");
  std::string t = std::string(dir && *dir ? dir : "/tmp") + "/minigo-XXXXXX" + suffix;
  int fd = mkstemps(t.data(), int(strlen(suffix)));
  if (fd < 0) {
    perror("minigo: mkstemps");
    exit(1);
  }
  close(fd);
  return t;
}

static std::string to_remove;
static pid_t child;
static void forward(int sig) {
  if (child > 0)
    kill(child, sig);
}

static int run(const Options &o, const std::string &exe) {
  std::vector<std::string> args{exe};
  args.insert(args.end(), o.args.begin(), o.args.end());
  std::vector<char *> argv;
  for (auto &a : args)
    argv.push_back(a.data());
  argv.push_back(nullptr);
  for (int s : {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2})
    signal(s, forward);
  signal(SIGINT, SIG_IGN); // the terminal sends it to the child as well
  posix_spawnattr_t attr;
  posix_spawnattr_init(&attr);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  posix_spawnattr_setsigdefault(&attr, &defaults);
  posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
  int e = posix_spawn(&child, exe.c_str(), nullptr, &attr, argv.data(), environ);
  if (e) {
    fprintf(stderr, "minigo: cannot run %s: %s\n", exe.c_str(), strerror(e));
    return 1;
  }
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  unlink(exe.c_str());
  if (WIFSIGNALED(status)) { // die of the same
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
  }
  return WEXITSTATUS(status);
}

int main(int argc, char **argv) {
  if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
      !strcmp(argv[1], "help")) {
    fputs(usage, argc < 2 ? stderr : stdout);
    return argc < 2 ? 2 : 0;
  }
  Options o;
  o.command = argv[1];
  bool all_errors = false;
  if (o.command == "--version") {
    puts("minigo (Weft), a subset of Go 1.19");
    return 0;
  }
  if (o.command != "run" && o.command != "build" && o.command != "check")
    bad_usage("unknown command " + o.command);
  for (int k = 2; k < argc; ++k) {
    std::string a = argv[k];
    if (!o.input.empty() && o.command == "run") {
      o.args.push_back(a);
      continue;
    }
    if (a == "--help" || a == "-h") {
      fputs(usage, stdout);
      return 0;
    }
    if (a == "-o") {
      if (++k == argc)
        bad_usage("-o needs a file name");
      o.output = argv[k];
    } else if (a == "--race-order" && o.command == "run") {
      if (++k == argc || !*argv[k] || strspn(argv[k], "0123456789") != strlen(argv[k]) || strlen(argv[k]) > 19)
        bad_usage("--race-order needs a number");
      setenv("WEFT_SCHED", (std::string("explore:seed=") + argv[k]).c_str(), 1);
      setenv("WEFT_CLOCK", "virtual", 1);
      setenv("WEFT_WORKERS", "1", 1);
    } else if (a == "--guest" && o.command == "build") {
      o.guest = true;
    } else if (a.size() == 3 && a.substr(0, 2) == "-O" && a[2] >= '0' && a[2] <= '3')
      o.level = a[2] - '0';
    else if (a == "-e")
      all_errors = true;
    else if (a == "-g")
      o.debug = true;
    else if (a == "-v")
      o.verbose = true;
    else if (a == "--emit-llvm")
      o.emit_llvm = true;
    else if (a[0] == '-' && a.size() > 1)
      bad_usage("unknown flag " + a);
    else if (!o.input.empty())
      bad_usage("one file at a time");
    else
      o.input = a;
  }
  if (o.input.empty())
    bad_usage("no input file");

  Diagnostics diag;
  if (all_errors)
    diag.set_limit(1 << 30);
  Arena arena;
  TypeTable types;
  std::vector<FuncInfo *> functions;
  std::vector<Package *> packages = load(o, arena, types, diag, functions);
  if (diag.failed()) {
    diag.print();
    return 1;
  }
  if (o.command == "check")
    return 0;
  if (o.emit_llvm)
    return compile(o, packages, functions, types, diag, o.output.empty() ? "-" : o.output) ? 0 : 1;
  if (o.guest) {
    std::string object = !o.output.empty() ? o.output : std::filesystem::path(o.input).stem().string() + ".o";
    return compile(o, packages, functions, types, diag, object) ? 0 : 1;
  }
  std::string object = temp_name(".o");
  bool ok = compile(o, packages, functions, types, diag, object);
  std::string exe = o.command == "run"  ? temp_name("")
                    : !o.output.empty() ? o.output
                                        : std::filesystem::path(o.input).stem().string();
  ok = ok && link_program(o, object, exe, argv[0]);
  unlink(object.c_str());
  if (!ok) {
    if (o.command == "run")
      unlink(exe.c_str());
    return 1;
  }
  return o.command == "run" ? run(o, exe) : 0;
}
