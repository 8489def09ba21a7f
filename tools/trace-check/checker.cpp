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
  several_ = e.contains("w");
  number_ = several_ ? number(e, "w") : 0;
  w_ = &workers_[number_];
  if (number_ != 0 && !w_->in_turn) {
    w_->in_turn = true;
    w_->path.assign(1, root_);
  }
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
  if (kind == "send")
    return sent(e);
  if (kind == "take")
    return taken(e);
  if (kind == "fatal")
    return "the process was ended: " + (e.contains("text") && e["text"].is_string() ? e["text"].get<std::string>() : "");
  return "";
}

std::string Checker::turn_begins() {
  if (number_ != 0)
    return "a turn begins on " + named("worker", number_) + ", which is not the host's thread";
  if (w_->in_turn)
    return "a turn begins inside a turn";
  w_->in_turn = true;
  w_->path.assign(1, root_);
  turns_++;
  return "";
}

std::string Checker::turn_ends() {
  if (number_ != 0 || !w_->in_turn)
    return "a turn ends that has not begun";
  if (w_->running)
    return "the turn ends while " + named("task", w_->running) + " runs";
  if (w_->picked)
    return lost_pick();
  if (w_->path.size() > 1)
    return "the turn ends while " + named("domain", w_->path.back()) + " is picked";
  w_->in_turn = false;
  w_->path.clear();
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
  Bind bind = parent ? domains_[parent].bind : Bind::Any;
  if (auto it = e.find("bind"); it != e.end())
    bind = *it == "host" ? Bind::Host : *it == "pool" ? Bind::Pool : bind;
  domains_[id] = {parent, State::Parked, bind};
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
    if (it->second.state == State::Running || it->second.state == State::Sent)
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
  if (!w_->in_turn)
    return "outside of a turn";
  if (!w_->path.empty() && w_->path.back() == domain)
    return "";
  if (std::find(w_->path.begin(), w_->path.end(), domain) != w_->path.end())
    return "while " + named("domain", w_->path.back()) + " is picked below it";
  return "but " + named("domain", domain) + " was not picked by its parent in this turn";
}

// Each pick of a task is followed by its run, or by its park when it finds no stack.
std::string Checker::lost_pick() const {
  return named("task", w_->picked) + " was picked, but it does not run";
}

std::string Checker::picked(const Event &e) {
  uint64_t domain = number(e, "domain");
  if (w_->running)
    return "a pick while " + named("task", w_->running) + " runs";
  if (w_->picked)
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
    w_->path.push_back(id);
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
  w_->picked = id;
  return "";
}

std::string Checker::runs(const Event &e) {
  uint64_t id = number(e, "task");
  auto it = tasks_.find(id);
  if (it == tasks_.end())
    return named("task", id) + " was never spawned";
  if (w_->running)
    return named("task", id) + " runs while " + named("task", w_->running) + " runs";
  if (std::string why = not_on_path(it->second.domain); !why.empty())
    return named("task", id) + " runs, " + why;
  if (it->second.state != State::Picked || w_->picked != id)
    return named("task", id) + " runs, but it was not picked";
  if (Bind bind = domains_[it->second.domain].bind; !fits(bind))
    return named("task", id) + " runs on " + named("worker", number_) + ", but it is bound to the " +
           (bind == Bind::Host ? "host" : "pool");
  it->second.state = State::Running;
  w_->picked = 0;
  w_->running = id;
  runs_++;
  return "";
}

std::string Checker::stops(const Event &e, const std::string &kind) {
  uint64_t id = number(e, "task");
  auto it = tasks_.find(id);
  if (it == tasks_.end())
    return named("task", id) + " was never spawned";
  // A task that finds no memory for its stack parks without having run.
  if (kind == "park" && it->second.state == State::Picked && w_->picked == id) {
    it->second.state = State::Parked;
    w_->picked = 0;
    return "";
  }
  if (w_->running != id)
    return named("task", id) + " stops running (" + kind + "), but it does not run";
  w_->running = 0;
  it->second.state = kind == "yield" ? State::Ready : kind == "park" ? State::Parked : State::Done;
  return "";
}

std::string Checker::slice_ends(const Event &e) {
  uint64_t id = number(e, "child");
  if (w_->path.size() < 2 || w_->path.back() != id)
    return "the slice of " + named("domain", id) + " ends, but it is not picked";
  if (w_->running)
    return "the slice of " + named("domain", id) + " ends while " + named("task", w_->running) +
           " runs";
  if (w_->picked)
    return lost_pick();
  w_->path.pop_back();
  domains_[id].state = State::Parked;
  return "";
}

// With one worker there is no pool, and everything is the host's thread's.
bool Checker::fits(Bind bind) const {
  return !several_ || bind == Bind::Any || (bind == Bind::Host) == (number_ == 0);
}

std::string Checker::sent(const Event &e) {
  uint64_t id = number(e, "child");
  if (w_->path.size() < 2 || w_->path.back() != id)
    return named("domain", id) + " is sent, but it is not picked";
  Domain &d = domains_[id];
  if (fits(d.bind))
    return named("domain", id) + " is sent, but it may run here";
  w_->path.pop_back();
  d.state = State::Sent;
  return "";
}

std::string Checker::taken(const Event &e) {
  uint64_t id = number(e, "child");
  auto it = domains_.find(id);
  if (it == domains_.end() || it->second.state != State::Sent)
    return named("domain", id) + " is taken, but it was not sent";
  if (!fits(it->second.bind))
    return named("domain", id) + " is taken by " + named("worker", number_) + ", where it may not run";
  if (w_->running)
    return named("domain", id) + " is taken while " + named("task", w_->running) + " runs";
  if (w_->picked)
    return lost_pick();
  if (std::string why = not_on_path(root_); !why.empty())
    return named("domain", id) + " is taken, " + why;
  it->second.state = State::Running;
  w_->path.push_back(id);
  return "";
}

} // namespace trace_check
