// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The checker accepts a run that follows the picks of all ancestors and rejects each way of not doing
// so. Each rejected trace is the accepted one with one line changed, so the rejection has one reason.
#include "checker.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace {

// Root #1, in it #2, in that #3, in that task 7. The first pick travels down all three.
const std::vector<std::string> kDeep = {
    R"({"ev":"domain","domain":1,"parent":0,"name":"root","sched":"fifo"})",
    R"({"ev":"domain","domain":2,"parent":1,"name":"a","sched":"fifo"})",
    R"({"ev":"domain","domain":3,"parent":2,"name":"b","sched":"fifo"})",
    R"({"ev":"spawn","task":7,"domain":3,"by":"host","name":""})",
    R"({"ev":"ready","task":7,"domain":3,"why":"new"})",
    R"({"ev":"ready","child":3,"domain":2,"why":"child"})",
    R"({"ev":"ready","child":2,"domain":1,"why":"child"})",
    R"({"ev":"turn","turn":1})",
    R"({"ev":"pick","child":2,"domain":1})",
    R"({"ev":"pick","child":3,"domain":2})",
    R"({"ev":"pick","task":7,"domain":3})",
    R"({"ev":"run","task":7,"domain":3})",
    R"({"ev":"park","task":7,"domain":3,"waits":"token"})",
    R"({"ev":"slice_end","child":3,"more":0})",
    R"({"ev":"slice_end","child":2,"more":0})",
    R"({"ev":"turn_end","turn":1,"more":0})",
};
enum { kRootMade = 0, kSpawn = 3, kReadyTask = 4, kReady3 = 5, kTurn = 7, kPick2 = 8, kPick3 = 9,
       kPick7 = 10, kRun = 11, kPark = 12, kEnd3 = 13, kTurnEnd = 15 };

// The first sentence of refusal, or "".
std::string check(const std::vector<std::string> &lines) {
  trace_check::Checker checker;
  uint64_t t = 0;
  for (const std::string &line : lines) {
    auto e = nlohmann::json::parse(line);
    if (!e.contains("t"))
      e["t"] = ++t;
    if (std::string wrong = checker.take(e); !wrong.empty())
      return wrong;
  }
  return "";
}

std::vector<std::string> without(int i) {
  auto lines = kDeep;
  lines.erase(lines.begin() + i);
  return lines;
}

std::vector<std::string> with(int before, const char *line) {
  auto lines = kDeep;
  lines.insert(lines.begin() + before, line);
  return lines;
}

} // namespace

TEST_CASE("a run after the picks of all ancestors is accepted") {
  CHECK(check(kDeep) == "");
}

TEST_CASE("a yielded task may be picked again without being made ready") {
  auto lines = kDeep;
  lines[kPark] = R"({"ev":"yield","task":7,"domain":3})";
  lines.insert(lines.begin() + kPark + 1, {kDeep[kPick7], kDeep[kRun], kDeep[kPark]});
  CHECK(check(lines) == "");
}

TEST_CASE("a task that finds no stack parks without a run") {
  CHECK(check(without(kRun)) == "");
}

TEST_CASE("unknown events are skipped") {
  CHECK(check(with(kRun, R"({"ev":"log","text":"hello"})")) == "");
}

TEST_CASE("a pick that no run follows is rejected, whatever comes next") {
  const std::string lost = "task #7 was picked, but it does not run";
  CHECK(check({kDeep[0], R"({"ev":"spawn","task":7,"domain":1,"by":"host","name":""})",
               R"({"ev":"spawn","task":8,"domain":1,"by":"host","name":""})",
               R"({"ev":"ready","task":7,"domain":1,"why":"new"})",
               R"({"ev":"ready","task":8,"domain":1,"why":"new"})", kDeep[kTurn],
               R"({"ev":"pick","task":7,"domain":1})", R"({"ev":"pick","task":8,"domain":1})"}) ==
        lost);
  auto lines = without(kRun);
  lines.erase(lines.begin() + kRun);
  CHECK(check(lines) == lost);
  CHECK(check({kDeep[0], R"({"ev":"spawn","task":7,"domain":1,"by":"host","name":""})",
               R"({"ev":"ready","task":7,"domain":1,"why":"new"})", kDeep[kTurn],
               R"({"ev":"pick","task":7,"domain":1})", kDeep[kTurnEnd]}) == lost);
}

TEST_CASE("a run without a pick is rejected") {
  CHECK(check(without(kPick7)) == "task #7 runs, but it was not picked");
}

TEST_CASE("a run whose middle domain was not picked is rejected") {
  auto lines = without(kPick3);
  CHECK(check(lines) ==
        "task #7 is picked, but domain #3 was not picked by its parent in this turn");
}

TEST_CASE("a run whose outer domain was not picked is rejected") {
  CHECK(check(without(kPick2)) ==
        "domain #3 is picked, but domain #2 was not picked by its parent in this turn");
}

TEST_CASE("a run outside of a turn is rejected") {
  CHECK(check({kDeep[0], kDeep[1], kDeep[2], kDeep[kSpawn], kDeep[kReadyTask], kDeep[kRun]}) ==
        "task #7 runs, outside of a turn");
}

TEST_CASE("a pick in an earlier turn does not count") {
  auto lines = kDeep;
  lines.insert(lines.end(), {kDeep[kReadyTask], R"({"ev":"turn","turn":2})", kDeep[kPick7]});
  CHECK(check(lines) ==
        "task #7 is picked, but domain #3 was not picked by its parent in this turn");
}

TEST_CASE("a task that is not ready may not be picked") {
  CHECK(check(without(kReadyTask)) == "task #7 is picked, but it is not ready");
}

TEST_CASE("a domain that is not ready may not be picked") {
  CHECK(check(without(kReady3)) == "domain #3 is picked, but it is not ready");
}

TEST_CASE("a task may not run twice at once") {
  CHECK(check(with(kPark, kDeep[kRun].c_str())) == "task #7 runs while task #7 runs");
}

TEST_CASE("a task may not be picked twice for one ready") {
  CHECK(check(with(kEnd3, kDeep[kPick7].c_str())) == "task #7 is picked, but it is not ready");
}

TEST_CASE("nothing is picked while a task runs") {
  CHECK(check(with(kPark, kDeep[kPick7].c_str())) == "a pick while task #7 runs");
}

TEST_CASE("a task that is ready may not be made ready") {
  CHECK(check(with(kTurn, kDeep[kReadyTask].c_str())) ==
        "task #7 is made ready, but it is not parked");
}

TEST_CASE("a turn inside a turn is rejected") {
  CHECK(check(with(kPick2, kDeep[kTurn].c_str())) == "a turn begins inside a turn");
}

TEST_CASE("a turn may not end while a task runs") {
  CHECK(check(with(kPark, kDeep[kTurnEnd].c_str())) == "the turn ends while task #7 runs");
}

TEST_CASE("a done task may not run") {
  auto lines = kDeep;
  lines[kPark] = R"({"ev":"done","task":7,"domain":3})";
  lines.insert(lines.begin() + kEnd3, kDeep[kPick7]);
  CHECK(check(lines) == "task #7 is picked, but it is not ready");
}

TEST_CASE("time may not run backwards") {
  CHECK(check({R"({"t":5,"ev":"log"})", R"({"t":4,"ev":"log"})"}) == "time runs backwards");
}

TEST_CASE("a line without its fields is no event") {
  trace_check::Checker checker;
  CHECK_THROWS_AS(checker.take(nlohmann::json::parse(R"({"ev":"turn"})")), trace_check::Malformed);
  CHECK_THROWS_AS(checker.take(nlohmann::json::parse(R"({"t":1})")), trace_check::Malformed);
  CHECK_THROWS_AS(checker.take(nlohmann::json::parse(R"({"t":1,"ev":"run","task":"7"})")),
                  trace_check::Malformed);
  CHECK_THROWS_AS(checker.take(nlohmann::json::parse("[1]")), trace_check::Malformed);
}

// Root #1, in it #2 for the host and #3 for the pool, each with a task; each is picked by a worker of the other side.
namespace {
const std::vector<std::string> kSent = {
    R"({"ev":"domain","w":0,"domain":1,"parent":0,"name":"root","sched":"fifo"})",
    R"({"ev":"domain","w":0,"domain":2,"parent":1,"name":"gui","sched":"fifo","bind":"host"})",
    R"({"ev":"domain","w":0,"domain":3,"parent":1,"name":"pool","sched":"fifo","bind":"pool"})",
    R"({"ev":"spawn","w":0,"task":7,"domain":2,"by":"host","name":""})",
    R"({"ev":"spawn","w":0,"task":8,"domain":3,"by":"host","name":""})",
    R"({"ev":"ready","w":0,"task":7,"domain":2,"why":"new"})",
    R"({"ev":"ready","w":0,"child":2,"domain":1,"why":"child"})",
    R"({"ev":"ready","w":0,"task":8,"domain":3,"why":"new"})",
    R"({"ev":"ready","w":0,"child":3,"domain":1,"why":"child"})",
    R"({"ev":"pick","w":2,"child":2,"domain":1})",
    R"({"ev":"send","w":2,"child":2,"domain":1,"to":"host"})",
    R"({"ev":"turn","w":0,"turn":1})",
    R"({"ev":"pick","w":0,"child":3,"domain":1})",
    R"({"ev":"send","w":0,"child":3,"domain":1,"to":"pool"})",
    R"({"ev":"take","w":0,"child":2,"domain":1})",
    R"({"ev":"take","w":2,"child":3,"domain":1})",
    R"({"ev":"pick","w":0,"task":7,"domain":2})",
    R"({"ev":"pick","w":2,"task":8,"domain":3})",
    R"({"ev":"run","w":2,"task":8,"domain":3})",
    R"({"ev":"run","w":0,"task":7,"domain":2})",
    R"({"ev":"park","w":2,"task":8,"domain":3,"waits":"token"})",
    R"({"ev":"park","w":0,"task":7,"domain":2,"waits":"token"})",
    R"({"ev":"slice_end","w":0,"child":2,"more":0})",
    R"({"ev":"slice_end","w":2,"child":3,"more":0})",
    R"({"ev":"turn_end","w":0,"turn":1,"more":0})",
};

std::string sent_without(const char *ev, int nth = 0) {
  auto lines = kSent;
  for (auto it = lines.begin(); it != lines.end(); ++it)
    if (it->find(std::string("\"ev\":\"") + ev + "\"") != std::string::npos && nth-- == 0) {
      lines.erase(it);
      return check(lines);
    }
  return "there is none";
}

std::string sent_with(const char *of, const char *from, const char *to) {
  auto lines = kSent;
  for (auto &line : lines)
    if (line.find(of) != std::string::npos)
      line.replace(line.find(from), strlen(from), to);
  return check(lines);
}
} // namespace

TEST_CASE("what several workers pick and run at once is accepted, and domains that are sent to their side") {
  CHECK(check(kSent) == "");
}

TEST_CASE("sends and takes belong together") {
  CHECK(sent_without("send") == "domain #2 is taken, but it was not sent");
  CHECK(sent_without("take", 1) == "task #8 is picked, but domain #3 was not picked by its parent in this turn");
  CHECK(sent_without("pick") == "domain #2 is sent, but it is not picked");
  CHECK(sent_with("\"take\",\"w\":2", "\"w\":2", "\"w\":0") == "domain #3 is taken by worker #0, where it may not run");
  CHECK(sent_with("\"name\":\"pool\"", ",\"bind\":\"pool\"", "") == "domain #3 is sent, but it may run here");
}

TEST_CASE("workers have paths and runs of their own") {
  CHECK(sent_with("\"pick\",\"w\":2,\"task\":8", "\"w\":2", "\"w\":1") ==
        "task #8 is picked, but domain #3 was not picked by its parent in this turn");
  CHECK(sent_with("\"run\",\"w\":2", "\"w\":2", "\"w\":0") == "task #8 runs, but domain #3 was not picked by its parent in this turn");
  CHECK(sent_with("\"park\",\"w\":2", "\"w\":2", "\"w\":1") == "task #8 stops running (park), but it does not run");
  CHECK(sent_with("\"slice_end\",\"w\":2", "\"w\":2", "\"w\":1") == "the slice of domain #3 ends, but it is not picked");
  CHECK(sent_with("\"ev\":\"turn\"", "\"w\":0", "\"w\":2") == "a turn begins on worker #2, which is not the host's thread");
  CHECK(sent_without("turn") == "domain #3 is picked, outside of a turn");
  // Bound, but neither sent nor where it may run.
  auto lines = kSent;
  for (auto &line : lines)
    if (line.find("\"ev\":\"domain\"") == std::string::npos)
      for (size_t at; (at = line.find("\"w\":2")) != std::string::npos;)
        line.replace(at, 5, "\"w\":1");
  CHECK(check(lines) == "");
  lines.erase(lines.begin() + 15);
  lines.erase(lines.begin() + 13);
  lines.erase(lines.begin() + 12);
  lines.insert(lines.begin() + 12, R"({"ev":"pick","w":1,"child":3,"domain":1})");
  CHECK(check(lines) == "");
  for (auto &line : lines)
    if (line.find("\"name\":\"pool\"") != std::string::npos)
      line.replace(line.find("\"bind\":\"pool\""), 13, "\"bind\":\"host\"");
  CHECK(check(lines) == "task #8 runs on worker #1, but it is bound to the host");
}
