// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "measure.h"
#include <algorithm>
#include <regex>
#include <stdexcept>
#include <unistd.h>

namespace bench {

namespace {

double at(std::vector<double> v, size_t index) {
  std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(index), v.end());
  return v[index];
}

std::string id(const Row &row) {
  return row.param ? row.workload + ("/" + std::to_string(row.param)) : row.workload;
}

bool wanted(const Row &row, const std::string &filter) {
  std::regex pattern(filter);
  return std::regex_search(id(row), pattern) || std::regex_search(row.title, pattern);
}

// Asks for more until a run is long enough to scale up from.
uint64_t ops_for(System &s, const Row &row, double round_ms) {
  for (uint64_t ops = std::max<uint64_t>(row.small_ops, 1000);; ops *= 8) {
    auto r = s.run(row.workload, row.param, ops);
    double ms = static_cast<double>(r->figure) / 1e6;
    if (ms > round_ms / 8 || ops > UINT64_C(1) << 40)
      return std::max<uint64_t>(row.small_ops,
                                static_cast<uint64_t>(static_cast<double>(r->ops) * round_ms / ms));
  }
}

// One call's cost hardly needs as much time as what is measured by it.
constexpr double kYardstickShare = 0.25;

// A run of these rows takes up to seconds.
constexpr unsigned kFreshRounds = 5;

void check(System &s, const Row &row, std::vector<std::string> &wrong) {
  bool yardstick = s.name() == kYardstick;
  uint64_t ops = yardstick ? 1000 : row.small_ops, answer = yardstick ? 499500 + 1000 : row.answer;
  try {
    auto r = s.run(yardstick ? "call" : row.workload, row.param, ops);
    if (!r)
      wrong.push_back(s.name() + " lacks " + id(row));
    else if (r->answer != answer)
      wrong.push_back(s.name() + ", " + id(row) + " with " + std::to_string(ops) + " operations: " +
                      std::to_string(r->answer) + " instead of " + std::to_string(answer));
  } catch (const std::exception &e) {
    wrong.push_back(id(row) + ": " + e.what());
    s.restart();
  }
}

} // namespace

double Figures::min() const { return *std::min_element(samples.begin(), samples.end()); }
double Figures::max() const { return *std::max_element(samples.begin(), samples.end()); }
double Figures::median() const { return at(samples, samples.size() / 2); }

double Figures::busy_median() const { return at(busy, busy.size() / 2); }

std::optional<bool> Measured::busy_enough() const {
  auto own = figures.find(row->systems.front());
  if (row->busy == 0 || own == figures.end() || own->second.busy.empty())
    return std::nullopt;
  return own->second.busy_median() >= row->busy;
}

double Measured::ratio(const std::string &to) const {
  auto own = figures.find(row->systems.front()), peer = figures.find(to);
  return own == figures.end() || peer == figures.end()
             ? 0
             : own->second.median() / peer->second.median();
}

double Measured::ratio_of_mins(const std::string &to) const {
  auto own = figures.find(row->systems.front()), peer = figures.find(to);
  return own == figures.end() || peer == figures.end() ? 0 : own->second.min() / peer->second.min();
}

System *Session::find(const std::string &name) {
  for (System &s : systems)
    if (s.name() == name)
      return &s;
  return nullptr;
}

void start_systems(Session &session, const std::string &build, const cpu_set_t &all_cpus) {
  auto start = [&](const std::string &name, const std::string &program, const char *sched,
                   unsigned workers) {
    std::string path = build + "/benchmarks/systems/" + program;
    if (access(path.c_str(), X_OK)) {
      session.absent[name] =
          "not there: its compiler, library or program was not found (benchmarks/README.md)";
      return;
    }
    Setting setting{name, path, "", workers, all_cpus};
    if (workers == 1)
      sched_getaffinity(0, sizeof setting.cpus, &setting.cpus);
    if (sched)
      setting.sched = build + "/lib/weft-sched-" + sched + ".so";
    session.systems.emplace_back(std::move(setting));
  };
  for (const char *name : {kYardstick, kWeft, "jit", "portable", "throw", "fcontext", "coroutine",
                           "fiber", "go", "wat", "node"})
    start(name, name, nullptr, 1);
  start(kLoaded, kWeft, "fifo", 1);
  start(kExploring, kWeft, nullptr, 1);
  start(kStealing, kWeft, "work_stealing", 1);
  start(kStealing2, kWeft, "work_stealing", 2);
  start(kFifo2, kWeft, "fifo", 2);
  start(kGo2, "go", nullptr, 2);
}

std::vector<Measured> measure(Session &session, const Options &options,
                              std::vector<std::string> &wrong) {
  std::vector<Measured> all;
  for (const Row &row : rows())
    if (wanted(row, options.filter))
      all.push_back({&row, {}, {}});

  // Answers first.
  for (Measured &m : all) {
    std::vector<const char *> names = m.row->systems;
    if (!m.row->bytes)
      names.push_back(kYardstick);
    for (const char *name : names)
      if (System *s = session.find(name)) {
        size_t before = wrong.size();
        check(*s, *m.row, wrong);
        if (wrong.size() == before)
          m.figures[name]; // to be measured
      }
  }

  if (!options.quick) {
    for (Measured &m : all)
      for (auto &[name, f] : m.figures) {
        System &s = *session.find(name);
        f.ops = m.row->bytes         ? m.row->small_ops
                : name == kYardstick ? ops_for(s, {"call", 0, "", "", "", 1000, 0, {}, {}, false},
                                               options.round_ms * kYardstickShare)
                                     : ops_for(s, *m.row, options.round_ms);
      }
    for (unsigned round = 0; round < options.rounds; ++round) {
      if (isatty(2))
        std::fprintf(stderr, "\rround %u of %u ", round + 1, options.rounds);
      for (Measured &m : all) {
        if ((m.row->bytes && round >= 3) || (m.row->fresh && round >= kFreshRounds))
          continue;
        for (auto &[name, f] : m.figures) {
          System &s = *session.find(name);
          if (m.row->bytes || (m.row->fresh && name != kYardstick))
            s.restart();
          if (m.row->fresh && name != kYardstick)
            s.run(m.row->workload, m.row->param, f.ops);
          auto r = s.run(name == kYardstick ? "call" : m.row->workload, m.row->param, f.ops);
          f.samples.push_back(static_cast<double>(r->figure) / static_cast<double>(r->ops));
          if (r->busy)
            f.busy.push_back(static_cast<double>(r->busy) / 1000);
        }
      }
    }
    if (isatty(2))
      std::fprintf(stderr, "\r%20s\r", "");
    // A row's peer may be another row: its figures stand here as if they were a system's.
    for (Measured &m : all)
      for (const Reach &reach : m.row->reach)
        for (const Measured &other : all)
          if (id(*other.row) == reach.peer && other.figures.count(kWeft))
            m.figures[reach.peer] = other.figures.at(kWeft);
    for (Measured &m : all)
      for (const Reach &reach : m.row->reach)
        m.verdicts.push_back({reach.peer, reach.most, m.ratio(reach.peer)});
  }
  return all;
}

} // namespace bench
