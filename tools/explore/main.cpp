// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft-explore PROGRAM: the command line, and what is told of a failure.
#include "search.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>

namespace {

using namespace explore;

enum { NothingFound = 0, Found = 1, Misused = 2, Unrepeatable = 3 };

// As a shell reads it.
std::string quoted(const std::string &word) {
  if (!word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+%@") == word.npos)
    return word;
  std::string out = "'";
  for (char c : word)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string scheduler_of(const std::string &order, uint64_t steps) {
  return "WEFT_SCHED=" + quoted("explore:replay=" + order + ",steps=" + std::to_string(steps)) + " WEFT_CLOCK=virtual WEFT_DEADLOCK=fatal";
}

// The last lines of what a program said.
std::string end_of(const std::string &text) {
  size_t from = text.size();
  for (int lines = 0; lines < 20 && from != std::string::npos && from != 0; ++lines)
    from = text.rfind('\n', from - 1);
  return text.substr(from == std::string::npos || from == 0 ? 0 : from + 1);
}

void indent(const std::string &text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    std::cout << "    " << line << "\n";
}

// Lines of what differs from the usual order, and the last pick.
void tell_order(const std::string &chosen) {
  std::istringstream in(chosen);
  std::string last;
  size_t told = 0, left_out = 0;
  for (std::string line; std::getline(in, line); last = line)
    if (line.find(", before '") != std::string::npos || line.find(" lets others run ") != std::string::npos ||
        (line.find(" takes ") != std::string::npos && line.find(" takes 0 of ") == std::string::npos)) {
      if (told++ < 40)
        std::cout << "    " << line << "\n";
      else
        ++left_out;
    }
  if (left_out != 0)
    std::cout << "    ... and " << left_out << " more\n";
  if (told == 0)
    std::cout << "    nothing: it fails in the usual order\n";
}

// What it said, on standard error if there is something.
void tell_output(const End &end) {
  bool errors = end.kind != End::Output && !end.err.empty();
  const std::string &text = errors ? end.err : end.out;
  if (text.empty()) {
    std::cout << "and says nothing\n";
    return;
  }
  std::cout << (errors ? "then it says:\n" : "then it prints:\n");
  indent(end_of(text));
}

int tell(Search &search, const Failure &found, uint64_t shrink, const std::string &file, const Program &program, uint64_t steps) {
  if (found.runs == 0) {
    std::cout << "it fails in the usual order, without being explored: " << found.end.text() << "\n";
    tell_output(found.end);
    return Found;
  }
  std::cout << "found in run " << found.runs << ": " << found.end.text() << " (explore:" << found.parameters << ")\n" << std::flush;
  Failure shortest = search.shortened(found, shrink);
  std::string chosen;
  End end = search.replayed(shortest.order, &chosen);
  if (!end.same_as(found.end)) {
    std::cout << "run again in the same order it does not fail so, but: " << end.text() << "\n";
    indent(end_of(end.err));
    std::cout << "so something else decides, too: a clock, a thread, an address, what comes from outside\n";
    return Unrepeatable;
  }
  std::cout << "the shortest order that was found has " << shortest.order.size() << " choices, of which "
            << deviations(shortest.order).size() << " (before: " << deviations(found.order).size() << ") are not the usual:\n";
  tell_order(chosen);
  tell_output(end);
  if (!write_order(file, shortest.order)) {
    std::cerr << "weft-explore: " << file << ": " << strerror(errno) << "\n";
    return Misused;
  }
  std::cout << "again, with a debugger if you like" << (end.kind == End::Timeout ? " (it does not end)" : "") << ":\n    "
            << scheduler_of(file, steps);
  for (const std::string &word : program.command)
    std::cout << " " << quoted(word);
  if (!program.input.empty())
    std::cout << " < " << quoted(program.input);
  std::cout << "\n";
  return Found;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app("weft-explore [OPTIONS] PROGRAM [ARGUMENTS]\n"
               "Runs a program in one order of its tasks after the other until one fails, and shortens that order.\n"
               "Time is virtual. Exit 0: none failed; 1: one did; 2: it cannot be run; 3: it does not repeat itself.");
  Program program = {{}, "", 10, false, {}};
  uint64_t runs = 1000, seed = 1, steps = 1000000, shrink = 1000;
  std::string strategy, file;
  app.add_option("--runs", runs, "How many orders")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "The first one's seed")->capture_default_str();
  app.add_option("--strategy", strategy, "random, bounded or pct; not given: all in turn")->check(CLI::IsMember({"random", "bounded", "pct"}));
  app.add_option("--steps", steps, "A run of more picks has no end")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--timeout", program.timeout, "Seconds after which a run has failed")->capture_default_str()->check(CLI::Range(0.01, 86400.0));
  app.add_flag("--same-output", program.same_output, "It also fails if it prints something else than in the usual order");
  app.add_option("--stdin", program.input, "A file that each run reads; else there is nothing to read")->check(CLI::ExistingFile);
  app.add_option("--shrink", shrink, "At most so many runs to make the order shorter")->capture_default_str();
  app.add_option("-o", file, "Where the order is kept (default: PROGRAM.order, here)");
  app.prefix_command(); // what begins with the program is its own
  try {
    app.parse(argc, argv);
    program.command = app.remaining();
    if (!program.command.empty() && program.command[0] == "--")
      program.command.erase(program.command.begin());
    else if (!program.command.empty() && program.command[0][0] == '-')
      throw CLI::ExtrasError({program.command[0]});
    if (program.command.empty())
      throw CLI::RequiredError("PROGRAM");
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? 0 : Misused;
  }
  if (file.empty()) {
    file = std::filesystem::path(program.command[0]).filename().string() + ".order";
    std::replace(file.begin(), file.end(), ',', '_');
  }
  const char *temporary = getenv("TMPDIR");
  std::string folder = std::string(temporary && *temporary ? temporary : "/tmp") + "/weft-explore-XXXXXX";
  for (const std::string &name : {file, folder})
    if (name.find(',') != name.npos) {
      std::cerr << "weft-explore: " << name << ": WEFT_SCHED takes no name with a comma\n";
      return Misused;
    }
  // Before the work: an order that was found shall not be lost.
  if (!std::ofstream(file, std::ios::app)) {
    std::cerr << "weft-explore: " << file << ": " << strerror(errno) << "\n";
    return Misused;
  }
  if (std::error_code none; std::filesystem::file_size(file, none) == 0)
    std::filesystem::remove(file, none);
  if (!mkdtemp(folder.data())) {
    std::cerr << "weft-explore: " << folder << ": " << strerror(errno) << "\n";
    return Misused;
  }
  struct sigaction stop = {};
  stop.sa_handler = [](int) { stop_runs(); };
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaction(signal, &stop, nullptr);
  int result = Misused;
  try {
    Search search(program, folder, steps, strategy);
    std::optional<Failure> found = search.usual();
    if (!found)
      found = search.search(seed, runs);
    if (found)
      result = tell(search, *found, shrink, file, program, steps);
    else
      std::cout << runs << " orders (seeds " << seed << " to " << seed + runs - 1 << "), some " << search.usual_choices()
                << " choices each: none failed\n";
    if (!found)
      result = NothingFound;
  } catch (const NotExplorable &e) {
    std::cerr << "weft-explore: " << program.command[0] << ": " << e.why << "\n";
    result = e.unrepeatable ? Unrepeatable : Misused;
  } catch (const Interrupted &) {
    std::cerr << "weft-explore: interrupted\n";
  } catch (const std::system_error &e) {
    std::cerr << "weft-explore: " << e.what() << "\n";
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return result;
}
