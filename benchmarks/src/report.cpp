// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "report.h"
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

namespace bench {

namespace {

[[gnu::format(printf, 1, 2)]] std::string text(const char *format, ...) {
  char out[512];
  va_list args;
  va_start(args, format);
  std::vsnprintf(out, sizeof out, format, args);
  va_end(args);
  return out;
}

std::string number(const Row &row, double v) {
  return text(row.bytes || v >= 100 ? "%.0f" : "%.1f", v);
}

// What a reader sees of one system in one row.
struct Cells {
  std::string min, median, max, calls, ratio, mins, reach, verdict;
};

Cells cells(const Measured &m, const std::string &name, const Figures &f) {
  Cells c;
  c.min = number(*m.row, f.min());
  c.median = number(*m.row, f.median());
  c.max = number(*m.row, f.max());
  auto call = m.figures.find(kYardstick);
  if (call != m.figures.end())
    c.calls = text("%.1f", f.median() / call->second.median());
  // A twentieth and less needs another digit.
  auto ratio = [](double v) { return text(v < 0.1 ? "%.3f" : "%.2f", v); };
  if (name != m.row->systems.front() && m.ratio(name) > 0) {
    c.ratio = ratio(m.ratio(name));
    c.mins = ratio(m.ratio_of_mins(name));
  }
  for (const Verdict &v : m.verdicts)
    if (v.peer == name) {
      c.reach = ratio(v.most);
      c.verdict = v.known() ? (v.met() ? "met" : "not met") : "";
    }
  return c;
}

// What is said of the workers below a system's figures; no title when there is nothing to say.
Cells busy_cells(const Measured &m, const std::string &name, const Figures &f) {
  Cells c;
  if (f.busy.empty())
    return c;
  auto percent = [](double share) { return text("%.0f %%", share * 100); };
  c.min = percent(*std::min_element(f.busy.begin(), f.busy.end()));
  c.median = percent(f.busy_median());
  c.max = percent(*std::max_element(f.busy.begin(), f.busy.end()));
  if (auto enough = m.busy_enough(); enough && name == m.row->systems.front()) {
    c.reach = ">= " + percent(m.row->busy);
    c.verdict = *enough ? "met" : "not met";
  }
  return c;
}

// The first system, then its peers; the yardstick only where a reach is about it.
std::vector<std::string> order(const Measured &m) {
  const std::string own = m.row->systems.front();
  std::vector<std::string> names = {own};
  for (const auto &[name, f] : m.figures)
    if (name != own && name != kYardstick)
      names.push_back(name);
  for (const Verdict &v : m.verdicts)
    if (v.peer == kYardstick)
      names.push_back(kYardstick);
  std::erase_if(names, [&](const std::string &name) {
    auto f = m.figures.find(name);
    return f == m.figures.end() || f->second.samples.empty();
  });
  return names;
}

struct Score {
  unsigned met = 0, missed = 0;
};
Score score(const std::vector<Measured> &all) {
  Score s;
  for (const Measured &m : all) {
    for (const Verdict &v : m.verdicts)
      if (v.known())
        ++(v.met() ? s.met : s.missed);
    if (auto enough = m.busy_enough())
      ++(*enough ? s.met : s.missed);
  }
  return s;
}

std::string where(const Machine &m) {
  return m.date + ", " + m.cpu + " (" + std::to_string(m.cpus) + " CPUs, load " + m.load + ", " +
         (m.pinned < 0 ? "not pinned" : "one worker pinned to CPU " + std::to_string(m.pinned)) +
         "), " + m.kernel;
}

} // namespace

void print_table(const Session &session, const Machine &machine, const std::vector<Measured> &all) {
  std::printf("%s\n\n", where(machine).c_str());
  for (const System &s : session.systems)
    std::printf("  %-10s %s\n", s.name().c_str(), s.version().c_str());
  for (const auto &[name, why] : session.absent)
    std::printf("  %-10s %s\n", name.c_str(), why.c_str());
  std::printf("\n%-36s %-10s %8s %8s %8s %7s  %9s %7s %6s\n", "ns per operation", "system", "min",
              "median", "max", "x call", "weft / it", "by min", "reach");
  for (const Measured &m : all) {
    std::string title = m.row->bytes ? std::string(m.row->title) + ", bytes" : m.row->title;
    for (const std::string &name : order(m)) {
      Cells c = cells(m, name, m.figures.at(name));
      std::printf("%-36s %-10s %8s %8s %8s %7s  %9s %7s %6s  %s\n", title.c_str(), name.c_str(),
                  c.min.c_str(), c.median.c_str(), c.max.c_str(), c.calls.c_str(), c.ratio.c_str(),
                  c.mins.c_str(), c.reach.c_str(), c.verdict.c_str());
      title.clear();
      if (Cells b = busy_cells(m, name, m.figures.at(name)); !b.min.empty())
        std::printf("%-36s %-10s %8s %8s %8s %7s  %9s %7s %6s  %s\n", "", "  busy", b.min.c_str(),
                    b.median.c_str(), b.max.c_str(), "", "", "", b.reach.c_str(),
                    b.verdict.c_str());
    }
  }
  Score s = score(all);
  std::printf("\nreaches: %u met, %u not met\n", s.met, s.missed);
}

bool write_json(const std::string &file, const Session &session, const Machine &machine,
                const Options &options, const std::vector<Measured> &all,
                const std::vector<std::string> &wrong) {
  using nlohmann::ordered_json;
  ordered_json out;
  out["date"] = machine.date;
  out["command"] = machine.command;
  out["machine"] = {
      {"cpu", machine.cpu},
      {"cpus", machine.cpus},
      {"kernel", machine.kernel},
      {"load", machine.load},
      {"pinned_to", machine.pinned < 0 ? ordered_json() : ordered_json(machine.pinned)}};
  out["rounds"] = options.rounds;
  out["round_ms"] = options.round_ms;
  out["systems"] = ordered_json::object();
  for (const System &s : session.systems)
    out["systems"][s.name()] = s.version();
  out["absent"] = session.absent;
  out["wrong_answers"] = wrong;
  out["rows"] = ordered_json::array();
  for (const Measured &m : all) {
    ordered_json row = {{"workload", m.row->workload},   {"param", m.row->param},
                        {"title", m.row->title},         {"about", m.row->about},
                        {"operation", m.row->operation}, {"unit", m.row->bytes ? "bytes" : "ns"}};
    row["systems"] = ordered_json::object();
    for (const auto &[name, f] : m.figures) {
      ordered_json &one = row["systems"][name] = {{"operations_per_round", f.ops}};
      if (!f.samples.empty())
        one.update(
            {{"min", f.min()}, {"median", f.median()}, {"max", f.max()}, {"samples", f.samples}});
      if (!f.busy.empty())
        one["busy"] = {{"median", f.busy_median()}, {"samples", f.busy}};
    }
    row["reaches"] = ordered_json::array();
    for (const Verdict &v : m.verdicts)
      row["reaches"].push_back(
          {{"peer", v.peer},
           {"most", v.most},
           {"ratio", v.known() ? ordered_json(v.ratio) : ordered_json()},
           {"ratio_of_mins", v.known() ? ordered_json(m.ratio_of_mins(v.peer)) : ordered_json()},
           {"met", v.known() ? ordered_json(v.met()) : ordered_json()}});
    if (m.row->busy != 0) {
      auto enough = m.busy_enough();
      row["busy"] = {{"least", m.row->busy},
                     {"met", enough ? ordered_json(*enough) : ordered_json()}};
    }
    out["rows"].push_back(row);
  }
  std::ofstream f(file);
  f << out.dump(1) << "\n";
  return static_cast<bool>(f.flush());
}

namespace {

constexpr const char *kAbout = "## What the rows are";

// The sections of the file as it is that are others' to write: those of HTTP, say.
std::string others_sections(const std::string &file) {
  std::ifstream f(file);
  std::string line, kept;
  bool keeps = false;
  while (std::getline(f, line)) {
    if (line.starts_with("## "))
      keeps = line != kAbout;
    if (keeps)
      kept += line + "\n";
  }
  return kept;
}

} // namespace

bool write_markdown(const std::string &file, const Session &session, const Machine &machine,
                    const Options &options, const std::vector<Measured> &all) {
  const std::string others = others_sections(file);
  std::ofstream f(file);
  f << "# Figures\n\nWritten by `" << machine.command
    << "`; `benchmarks/README.md` says how to read it. Change it by "
       "running the command.\n\n"
    << where(machine) << ". " << options.rounds << " rounds of " << options.round_ms
    << " ms, systems interleaved; nanoseconds per operation.\n\n";
  for (const System &s : session.systems)
    f << "* " << s.name() << ": " << s.version() << "\n";
  for (const auto &[name, why] : session.absent)
    f << "* " << name << ": " << why << "\n";
  f << "\n| what | system | min | median | max | x call | weft / it | by min | reach | "
       "|\n|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n";
  for (const Measured &m : all) {
    std::string title = m.row->bytes ? std::string(m.row->title) + ", bytes" : m.row->title;
    for (const std::string &name : order(m)) {
      Cells c = cells(m, name, m.figures.at(name));
      f << "| " << title << " | " << name << " | " << c.min << " | " << c.median << " | " << c.max
        << " | " << c.calls << " | " << c.ratio << " | " << c.mins << " | " << c.reach << " | "
        << c.verdict << " |\n";
      title.clear();
      if (Cells b = busy_cells(m, name, m.figures.at(name)); !b.min.empty())
        f << "|  | busy | " << b.min << " | " << b.median << " | " << b.max << " |  |  |  | "
          << b.reach << " | " << b.verdict << " |\n";
    }
  }
  Score s = score(all);
  f << "\nReaches: " << s.met << " met, " << s.missed << " not met.\n\n" << kAbout << "\n\n";
  std::string last;
  for (const Measured &m : all)
    if (m.row->workload != last) {
      last = m.row->workload;
      f << "* **" << last << "**: " << m.row->about << " One operation: a " << m.row->operation
        << ".\n";
    }
  if (!others.empty())
    f << "\n" << others;
  return static_cast<bool>(f.flush());
}

} // namespace bench
