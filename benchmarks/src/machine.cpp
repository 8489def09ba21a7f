// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The machine that figures come from.
#include "report.h"
#include <ctime>
#include <fstream>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace bench {

Machine look_at_machine(int argc, char **argv) {
  Machine m;
  std::string line;
  for (std::ifstream f("/proc/cpuinfo"); std::getline(f, line);)
    if (!line.rfind("model name", 0)) {
      m.cpu = line.substr(line.find(':') + 2);
      break;
    }
  std::ifstream load("/proc/loadavg");
  load >> m.load;
  utsname u;
  if (!uname(&u))
    m.kernel = std::string(u.sysname) + " " + u.release + " " + u.machine;
  m.cpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));

  std::time_t now = std::time(nullptr);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
  m.date = date;
  m.command = "./dev bench";
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    bool file =
        word == "--json" || word == "--markdown"; // where figures go says nothing about them
    if (file)
      ++i;
    else if (word.rfind("--json=", 0) && word.rfind("--markdown=", 0))
      m.command += " " + word;
  }

  // The last CPU: the first has more interrupts.
  cpu_set_t &may = m.all_cpus;
  if (!sched_getaffinity(0, sizeof may, &may))
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu)
      if (CPU_ISSET(cpu, &may)) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (!sched_setaffinity(0, sizeof one, &one))
          m.pinned = cpu;
        break;
      }
  return m;
}

} // namespace bench
