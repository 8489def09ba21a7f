// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How busy the threads of this process were between two moments. On a machine that others use a thread's time on a CPU
// says little by itself, so the time in which it waited for one (Linux's schedstat) is taken off the whole.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <map>
#include <vector>

#include "serve.h"

namespace bench {

class Busy {
public:
  Busy() : start_(wall()), before_(threads()) {}

  // The share of its time, in thousandths, that the least busy of the n busiest threads was at work. 0: cannot be known.
  uint64_t least_of(size_t n) const {
    std::vector<double> shares;
    auto whole = static_cast<double>(wall() - start_);
    for (auto [id, time] : threads()) {
      auto before = before_.find(id);
      Time since = before == before_.end() ? Time{} : before->second;
      double waited = time.waiting - since.waiting;
      shares.push_back((time.running - since.running) / std::max(whole - waited, 1.));
    }
    if (shares.size() < n)
      return 0;
    std::sort(shares.rbegin(), shares.rend());
    return std::min<uint64_t>(1000, static_cast<uint64_t>(shares[n - 1] * 1000));
  }

private:
  struct Time {
    double running = 0, waiting = 0;
  };

  // By the system's thread id.
  static std::map<int, Time> threads() {
    std::map<int, Time> all;
    DIR *dir = opendir("/proc/self/task");
    while (dirent *entry = dir ? readdir(dir) : nullptr) {
      int id = std::atoi(entry->d_name);
      if (id == 0)
        continue;
      char name[64];
      std::snprintf(name, sizeof name, "/proc/self/task/%d/schedstat", id);
      Time t;
      if (std::FILE *f = std::fopen(name, "r")) {
        if (std::fscanf(f, "%lf %lf", &t.running, &t.waiting) != 2)
          t = {};
        std::fclose(f);
      }
      // That file's first number is only moved at ticks; this is the same to the nanosecond: the clock of a thread by
      // its id, as pthread_getcpuclockid makes it.
      timespec exact;
      if (!clock_gettime(static_cast<clockid_t>((~static_cast<unsigned>(id) << 3) | 6), &exact))
        t.running = static_cast<double>(exact.tv_sec) * 1e9 + static_cast<double>(exact.tv_nsec);
      all[id] = t;
    }
    if (dir)
      closedir(dir);
    return all;
  }

  uint64_t start_;
  std::map<int, Time> before_;
};

} // namespace bench
