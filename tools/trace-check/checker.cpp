// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The model of checker.h, one function per event.
#include "checker.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace trace_check {

namespace {

uint64_t number(const nlohmann::json &e, const char *key) {
  auto it = e.find(key);
  if (it == e.end())
    throw Malformed{std::string("\"") + key + "\" is missing"};
  if (!it->is_number_unsigned())
    throw Malformed{std::string("\"") + key + "\" is not a whole number"};
  return it->get<uint64_t>();
}

std::string named(const char *what, uint64_t id) {
  return std::string(what) + " #" + std::to_string(id);
}

} // namespace

std::string Checker::take(const Event &e) {
  if (!e.is_object())
    throw Malformed{"not an object"};
  uint64_t t = number(e, "t");
  auto ev = e.find("ev");
  if (ev == e.end() || !ev->is_string())
    throw Malformed{"\"ev\" is missing or no string"};
  const std::string kind = ev->get<std::string>();
  if (t < last_time_)
    return "time runs backwards";
  last_time_ = t;
  if (kind == "turn")
    return turn_begins();
  if (kind == "turn_end")
    return turn_ends();
  if (kind == "domain")
    return domain_made(e);
  if (kind == "spawn")
    return spawned(e);
  if (kind == "ready")
    return made_ready(e);
  if (kind == "pick")
    return picked(e);
  if (kind == "run")
    return runs(e);
  if (kind == "yield" || kind == "park" || kind == "done")
    return stops(e, kind);
  if (kind == "slice_end")
    return slice_ends(e);
  return "";
}

std::string Checker::turn_begins() {
  if (in_turn_)
    return "a turn begins inside a turn";
  in_turn_ = true;
  path_.assign(1, root_);
  turns_++;
  return "";
}

std::string Checker::turn_ends() {
  if (!in_turn_)
    return "a turn ends that has not begun";
  if (running_)
    return "the turn ends while " + named("task", running_) + " runs";
  if (picked_)
    return lost_pick();
  if (path_.size() > 1)
    return "the turn ends while " + named("domain", path_.back()) + " is picked";
  in_turn_ = false;
  path_.clear();
  return "";
}

std::string Checker::domain_made(const Event &e) {
  uint64_t id = number(e, "domain"), parent = number(e, "parent");
  if (domains_.count(id))
    return named("domain", id) + " is made twice";
  if (parent == 0) {
    if (root_)
      return named("domain", id) + " is a second root";
    root_ = id;
  } else if (!domains_.count(parent)) {
    return "the parent " + named("domain", parent) + " was never made";
  }
  domains_[id] = {parent, State::Parked};
  return "";
}

std::string Checker::spawned(const Event &e) {
  uint64_t id = number(e, "task"), domain = number(e, "domain");
  if (tasks_.count(id))
    return named("task", id) + " is spawned twice";
  if (!domains_.count(domain))
    return named("domain", domain) + " was never made";
  tasks_[id] = {domain, State::Fresh};
  return "";
}

std::string Checker::made_ready(const Event &e) {
  if (e.contains("child")) {
    uint64_t id = number(e, "child");
    auto it = domains_.find(id);
    if (it == domains_.end())
      return named("domain", id) + " was never made";
    if (it->second.state == State::Ready)
      return named("domain", id) + " is made ready twice";
    if (it->second.state == State::Running)
      return named("domain", id) + " is made ready while it is picked";
    if (it->second.parent != number(e, "domain"))
      return named("domain", id) + " is made ready in a domain that is not its parent";
    it->second.state = State::Ready;
    return "";
  }
  uint64_t id = number(e, "task");
  auto it = tasks_.find(id);
  if (it == tasks_.end())
    return named("task", id) + " was never spawned";
  if (it->second.state != State::Fresh && it->second.state != State::Parked)
    return named("task", id) + " is made ready, but it is not parked";
  if (it->second.domain != number(e, "domain"))
    return named("task", id) + " is made ready in a domain that is not its own";
  it->second.state = State::Ready;
  return "";
}

// Empty when the domain is the end of the path of picks.
std::string Checker::not_on_path(uint64_t domain) const {
  if (!in_turn_)
    return "outside of a turn";
  if (!path_.empty() && path_.back() == domain)
    return "";
  if (std::find(path_.begin(), path_.end(), domain) != path_.end())
    return "while " + named("domain", path_.back()) + " is picked below it";
  return "but " + named("domain", domain) + " was not picked by its parent in this turn";
}

// Each pick of a task is followed by its run, or by its park when it finds no stack.
std::string Checker::lost_pick() const {
  return named("task", picked_) + " was picked, but it does not run";
}

std::string Checker::picked(const Event &e) {
  uint64_t domain = number(e, "domain");
  if (running_)
    return "a pick while " + named("task", running_) + " runs";
  if (picked_)
    return lost_pick();
  if (e.contains("child")) {
    uint64_t id = number(e, "child");
    auto it = domains_.find(id);
    if (it == domains_.end() || it->second.parent != domain)
      return named("domain", id) + " is no child of " + named("domain", domain);
    if (std::string why = not_on_path(domain); !why.empty())
      return named("domain", id) + " is picked, " + why;
    if (it->second.state != State::Ready)
      return named("domain", id) + " is picked, but it is not ready";
    it->second.state = State::Running;
    path_.push_back(id);
    return "";
  }
  uint64_t id = number(e, "task");
  auto it = tasks_.find(id);
  if (it == tasks_.end())
    return named("task", id) + " was never spawned";
  if (it->second.domain != domain)
    return named("task", id) + " is picked by a domain that is not its own";
  if (std::string why = not_on_path(domain); !why.empty())
    return named("task", id) + " is picked, " + why;
  if (it->second.state != State::Ready)
    return named("task", id) + " is picked, but it is not ready";
  it->second.state = State::Picked;
  picked_ = id;
  return "";
}

std::string Checker::runs(const Event &e) {
  uint64_t id = number(e, "task");
  auto it = tasks_.find(id);
  if (it == tasks_.end())
    return named("task", id) + " was never spawned";
  if (running_)
    return named("task", id) + " runs while " + named("task", running_) + " runs";
  if (std::string why = not_on_path(it->second.domain); !why.empty())
    return named("task", id) + " runs, " + why;
  if (it->second.state != State::Picked || picked_ != id)
    return named("task", id) + " runs, but it was not picked";
  it->second.state = State::Running;
  picked_ = 0;
  running_ = id;
  runs_++;
  return "";
}

std::string Checker::stops(const Event &e, const std::string &kind) {
  uint64_t id = number(e, "task");
  auto it = tasks_.find(id);
  if (it == tasks_.end())
    return named("task", id) + " was never spawned";
  // A task that finds no memory for its stack parks without having run.
  if (kind == "park" && it->second.state == State::Picked && picked_ == id) {
    it->second.state = State::Parked;
    picked_ = 0;
    return "";
  }
  if (running_ != id)
    return named("task", id) + " stops running (" + kind + "), but it does not run";
  running_ = 0;
  it->second.state = kind == "yield" ? State::Ready : kind == "park" ? State::Parked : State::Done;
  return "";
}

std::string Checker::slice_ends(const Event &e) {
  uint64_t id = number(e, "child");
  if (path_.size() < 2 || path_.back() != id)
    return "the slice of " + named("domain", id) + " ends, but it is not picked";
  if (running_)
    return "the slice of " + named("domain", id) + " ends while " + named("task", running_) +
           " runs";
  if (picked_)
    return lost_pick();
  path_.pop_back();
  domains_[id].state = State::Parked;
  return "";
}

} // namespace trace_check
