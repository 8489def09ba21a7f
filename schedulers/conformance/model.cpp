// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "model.h"

#include "load.h"

#include <cstring>

namespace conformance {

namespace {
constexpr int kPoison = 0xa5;

void log_nowhere(void *, const char *) {}
uint32_t index_of(const weft_worker *w) { return *reinterpret_cast<const uint32_t *>(w); }
uint64_t no_turns(void *) { return 1; }
} // namespace

Made make_policy(const weft_sched_ops &ops, const Params &params, uint32_t workers, Report *report, const weft_sched_services *services) {
  static const weft_sched_services idle = {sizeof idle, WEFT_ABI, nullptr, log_nowhere, index_of, no_turns, find_table};
  Params lent = params; // its own copy, which goes
  std::vector<weft_sched_param> list;
  for (auto &[key, value] : lent)
    list.push_back({key.c_str(), value.c_str()});
  constexpr size_t kSize = 256;
  char error[kSize + 16];
  memset(error, kPoison, sizeof error);
  error[0] = '\0';
  Made made{WEFT_OK, nullptr, "", false, ops};
  weft_sched_config config = {sizeof config, workers, services ? services : &idle, list.data(), list.size(), error, kSize, &made.ops};
  strcpy(report->call, "create");
  made.status = ops.create(&config, &made.self);
  report->call[0] = '\0';
  for (size_t i = kSize; i < sizeof error; ++i)
    made.wrote_past |= error[i] != static_cast<char>(kPoison);
  error[kSize - 1] = '\0';
  made.said = error[0] || made.status == WEFT_OK ? error : weft_status_text(made.status);
  for (auto &[key, value] : lent) {
    memset(key.data(), 'x', key.size());
    memset(value.data(), 'x', value.size());
  }
  memset(static_cast<void *>(&config), kPoison, sizeof config);
  return made;
}

template <typename F> void Model::call(const char *name, bool guarded, F &&f) {
  strncpy(report_->call, name, sizeof report_->call - 1);
  report_->progress.fetch_add(1, std::memory_order_relaxed);
  const char *threw = nullptr;
  std::string what;
  auto catching = [&] {
    try {
      f();
    } catch (const std::exception &e) {
      threw = "threw an exception: ";
      what = e.what();
    } catch (...) {
      threw = "threw an exception";
    }
  };
  if (guarded && watch_.guarded) {
    Guard guard;
    catching();
    guard.stop();
    if (guard.sleeps() != 0) {
      ++sleeps;
      slept_in_ = name;
    }
    if (guard.sleeps() != 0 && sleeps == 3) {
      report_->slow = true;
      blocked();
    } else if (guard.allocations() != 0 && !threw) {
      fail("SCHED-04", std::string("`") + name + "` allocated " + std::to_string(guard.asked_for()) + " bytes" +
                           (guard.allocations() > 1 ? ", and more" : ""));
    }
  } else {
    catching();
  }
  if (threw)
    fail("SCHED-04", std::string("`") + name + "` " + threw + what);
  report_->call[0] = '\0';
}

void Model::fail(const std::string &rule, const std::string &text) {
  if (wrong())
    return;
  broken_ = {rule, text};
}

void Model::blocked() {
  fail("SCHED-04", std::string("`") + slept_in_ + "` blocked: the thread slept in it");
}

Model::Model(const weft_sched_ops &ops, const Params &params, uint32_t workers, size_t entities, Report *report, Watch watch)
    : given_(ops), report_(report), watch_(watch), seats_(workers), present_(workers, false), entities_(entities), running_(workers) {
  services_ = {sizeof services_, WEFT_ABI, this, log_nowhere, index_of, turn_of, find_table};
  for (uint32_t i = 0; i < workers; ++i)
    seats_[i].index = i;
  call("create", false, [&] {
    Made made = make_policy(given_, params, workers, report_, &services_);
    self_ = made.self;
    ops_ = made.ops;
    made_ = made.status == WEFT_OK;
    if (!made_)
      fail("SCHED-03", "`create` failed for " + std::to_string(workers) + " workers: " + made.said);
  });
  for (uint32_t i = 0; i < workers && !wrong(); ++i)
    enter(i);
}

Model::~Model() {
  if (made_ && !wrong())
    finish();
}

void Model::enter(uint32_t worker) {
  weft_status status = WEFT_OK;
  if (ops_.worker_enter)
    call("worker_enter", true, [&] { status = ops_.worker_enter(self_, seat(worker)); });
  if (status != WEFT_OK)
    fail("SCHED-12", "`worker_enter` refused worker " + std::to_string(worker) + " of " + std::to_string(workers()));
  present_[worker] = true;
}

void Model::leave(uint32_t worker) {
  present_[worker] = false;
  if (ops_.worker_leave)
    call("worker_leave", true, [&] { ops_.worker_leave(self_, seat(worker)); });
}

std::string Model::name_of(const Entity &e) const {
  return (e.ent.kind == WEFT_ENT_TASK ? "task " : "child domain ") + std::to_string(&e - entities_.data() + 1);
}

// "task 3 (by 0, yield), .."
std::string Model::waiting() const {
  std::string text;
  size_t told = 0;
  for (const Entity &e : entities_) {
    if (e.state != Entity::Queued)
      continue;
    if (++told > 4)
      return text + ", ..";
    text += (told > 1 ? ", " : "") + name_of(e) + " (ready by " + (e.by == kInbox ? "inbox" : "worker " + std::to_string(e.by)) + ", " +
            text_of(static_cast<weft_why>(e.why)) + ")";
  }
  return text;
}

void Model::set_attr(Entity &e, int32_t priority, uint64_t deadline, bool tell) {
  e.priority = priority;
  e.deadline = deadline;
  if (!tell || !ops_.attr)
    return;
  weft_ent_attr attr = {sizeof attr, priority, deadline, 1, 0, nullptr};
  call("attr", true, [&] { ops_.attr(self_, &e.ent, &attr); });
  memset(static_cast<void *>(&attr), kPoison, sizeof attr);
}

void Model::admit(const Step &s, uint32_t kind) {
  for (size_t i = 0; i < s.count && !wrong(); ++i) {
    Entity &e = entities_[s.who[i] - 1];
    if (e.state != Entity::Free)
      continue;
    e = {};
    e.ent.id = e.id = ++last_id_;
    e.ent.kind = kind;
    weft_status status = WEFT_OK;
    if (ops_.admit) {
      char name[16] = "task";
      weft_ent_attr attr = {sizeof attr, s.priority, s.deadline, weight, 0, name};
      call("admit", false, [&] { status = ops_.admit(self_, &e.ent, &attr); });
      memset(static_cast<void *>(&attr), kPoison, sizeof attr);
      memset(name, kPoison, sizeof name);
    }
    if (status != WEFT_OK) // it may refuse
      continue;
    e.state = Entity::Held;
    set_attr(e, s.priority, s.deadline, watch_.told_by_attr && !ops_.admit && (s.priority != 0 || s.deadline != UINT64_MAX));
  }
}

void Model::ready(const uint16_t *who, size_t count, uint8_t worker, weft_why why) {
  weft_ent_list list = {};
  for (size_t i = 0; i < count; ++i) {
    Entity &e = entities_[who[i] - 1];
    if (e.state != Entity::Held)
      continue;
    e.state = Entity::Queued;
    e.why = static_cast<uint8_t>(why);
    e.by = worker;
    e.taken_out = false;
    e.since = picks_;
    e.ent.next = nullptr;
    (list.tail ? list.tail->next : list.head) = &e.ent;
    list.tail = &e.ent;
    list.count++;
  }
  if (!list.count)
    return;
  queued_ += list.count;
  call("ready", true, [&] { ops_.ready(self_, &list, worker == kInbox ? nullptr : seat(worker), why); });
  list = {};
}

void Model::check_order(const Entity &picked) {
  for (const Entity &e : entities_) {
    if (e.state != Entity::Queued)
      continue;
    auto was = [&](const char *what, const std::string &its, const std::string &others) {
      fail("SCHED-14", "`pick` gave " + name_of(picked) + " of " + what + " " + its + " while " + name_of(e) + " of " + what + " " + others +
                           " was ready");
    };
    auto deadline = [](uint64_t d) { return d == UINT64_MAX ? std::string("none") : std::to_string(d); };
    if (e.priority > picked.priority && e.deadline == picked.deadline)
      was("priority", std::to_string(picked.priority), std::to_string(e.priority));
    else if (e.priority == picked.priority && e.deadline < picked.deadline)
      was("deadline", deadline(picked.deadline), deadline(e.deadline));
  }
}

bool Model::took(weft_ent *ent, const char *how, uint32_t worker) {
  Entity *e = nullptr;
  for (Entity &mine : entities_)
    if (&mine.ent == ent)
      e = &mine;
  std::string by = std::string("`") + how + "` by worker " + std::to_string(worker) + " gave ";
  if (!e) {
    fail("SCHED-01", by + "what is no entity of this scheduler");
    return false;
  }
  if (e->state != Entity::Queued) {
    const char *what = e->taken_out                   ? ", which `remove` had taken out"
                       : e->state == Entity::Running ? ", which runs"
                       : e->state == Entity::Free    ? ", which has ended"
                                                     : ", which waits and is not ready";
    fail("SCHED-01", by + name_of(*e) + what);
    return false;
  }
  if (e->ent.id != e->id)
    fail("SCHED-16", by + name_of(*e) + ", whose id was " + std::to_string(e->id) + " and is " + std::to_string(e->ent.id) + " now");
  e->state = Entity::Running;
  --queued_;
  ++picks_;
  if (watch_.order)
    check_order(*e);
  return true;
}

// What the rule asks of a pick that holds back; then its time passes, so that the next one should give something. False: that is nothing to
// wait for here (an entity has to run first), or it is wrong.
bool Model::held_back(const char *how, const weft_slice &slice, uint32_t times) {
  ++holds_;
  size_t running = 0;
  for (const std::vector<uint16_t> &mine : running_)
    running += mine.size();
  auto wrong = [&](const std::string &what) {
    fail("SCHED-18", std::string("`") + how + "` held back " + what);
    return false;
  };
  if (ops_.flags & WEFT_SCHED_PARALLEL || ops_.pick_many)
    return wrong(ops_.pick_many ? "beside pick_many" : "with WEFT_SCHED_PARALLEL");
  if (queued_ == 0)
    return wrong("though nothing is queued");
  if (slice.hold < WEFT_HOLD_NS || slice.hold > WEFT_HOLD_TURN)
    return wrong("until " + std::to_string(slice.hold) + ", which is none of WEFT_HOLD_NS, WEFT_HOLD_RAN and WEFT_HOLD_TURN");
  if (slice.hold == WEFT_HOLD_NS && (slice.ns == 0 || slice.ns > UINT64_C(1) << 62))
    return wrong("for " + std::to_string(slice.ns) + " ns");
  if (slice.hold == WEFT_HOLD_RAN && running == 0)
    return wrong("until one of its entities has run, of which none runs");
  if (times == 64)
    return wrong("64 times in a row, each time for as long as it said");
  // Whoever is asked too early answers the same, and that is no mistake.
  if (slice.hold == WEFT_HOLD_NS && times % 3 != 1)
    now_ += slice.ns;
  else if (slice.hold == WEFT_HOLD_TURN && times % 3 != 1)
    ++turn_;
  return slice.hold != WEFT_HOLD_RAN;
}

std::vector<uint16_t> Model::pick(uint32_t worker, size_t line) {
  constexpr size_t kMost = 64;
  weft_ent *ents[kMost + 1] = {};
  size_t count = 0;
  bool timed = false;
  const char *how = line ? "pick_many" : "pick";
  std::vector<uint16_t> got;
  if (line) {
    line = line > kMost ? kMost : line;
    call(how, true, [&] { count = ops_.pick_many(self_, seat(worker), now_, ents, line); });
    if (count > line)
      fail("SCHED-08", "`pick_many` gave " + std::to_string(count) + " where at most " + std::to_string(line) + " were asked for");
  } else {
    for (uint32_t times = 0;; ++times) {
      weft_slice slice = {};
      call(how, true, [&] { ents[0] = ops_.pick(self_, seat(worker), now_, &slice); });
      count = ents[0] != nullptr;
      timed = slice.ns != 0;
      if (count || slice.hold == 0 || wrong())
        break;
      if (!held_back(how, slice, times))
        return got;
    }
  }
  if (wrong())
    return got;
  if (count == 0 && queued_ != 0)
    fail("SCHED-02", std::string("`") + how + "` by worker " + std::to_string(worker) + " gave nothing, while " + waiting() +
                         (queued_ == 1 ? " is" : " are") + " queued");
  for (size_t i = 0; i < count; ++i) {
    if (!took(ents[i], how, worker))
      break;
    auto number = static_cast<uint16_t>(reinterpret_cast<Entity *>(ents[i]) - entities_.data() + 1);
    entities_[number - 1u].timed = timed;
    got.push_back(number);
    running_[worker].push_back(number);
    if (order_.size() < 100'000)
      order_.push_back(number);
  }
  return got;
}

void Model::told(uint32_t worker, Entity &e, weft_outcome outcome) {
  if (ops_.ran)
    call("ran", true, [&] { ops_.ran(self_, seat(worker), &e.ent, outcome, e.timed ? ran_ns : 0); });
}

void Model::retire(Entity &e) {
  if (ops_.retire)
    call("retire", true, [&] { ops_.retire(self_, &e.ent); });
  e.state = Entity::Free;
  memset(static_cast<void *>(&e.ent), kPoison, sizeof e.ent);
  e.ent.kind = WEFT_ENT_TASK;
}

void Model::remove(Entity &e) {
  if (!ops_.remove || e.state != Entity::Queued)
    return;
  weft_status status = WEFT_OK;
  call("remove", true, [&] { status = ops_.remove(self_, &e.ent); });
  if (status != WEFT_OK) {
    ++refused_;
    return;
  }
  e.state = Entity::Held;
  e.taken_out = true;
  --queued_;
}

void Model::snapshot() {
  if (!ops_.snapshot)
    return;
  std::vector<const weft_ent *> visited;
  visited.reserve(4 * entities_.size() + 64);
  call("snapshot", true, [&] {
    ops_.snapshot(
        self_,
        [](void *arg, const weft_ent *e) {
          auto *all = static_cast<std::vector<const weft_ent *> *>(arg);
          if (all->size() < all->capacity())
            all->push_back(e);
        },
        &visited);
  });
  for (const Entity &e : entities_) {
    size_t times = 0;
    for (const weft_ent *v : visited)
      times += v == &e.ent;
    bool queued = e.state == Entity::Queued;
    if (times != (queued ? 1 : 0))
      fail("SCHED-11", "`snapshot` visited " + name_of(e) + (times == 0 ? " not at all, which is queued" : queued ? " more than once" : ", which is not queued"));
  }
}

// What becomes of the oldest that the worker runs.
void Model::outcome(const Step &s) {
  std::vector<uint16_t> &mine = running_[s.worker];
  if (mine.empty())
    return;
  Entity &e = entities_[mine[0] - 1];
  const bool task = e.ent.kind == WEFT_ENT_TASK;
  const bool goes_on = s.op == Op::Yield || s.op == Op::Again;
  if (task ? s.op == Op::Again || s.op == Op::Empty : s.op != Op::Again && s.op != Op::Empty && s.op != Op::End)
    return;
  if (s.op == Op::Yield) {
    size_t n = 0;
    while (n < mine.size() && n < s.count && entities_[mine[n] - 1].ent.kind == WEFT_ENT_TASK)
      ++n;
    std::vector<uint16_t> who(mine.begin(), mine.begin() + static_cast<long>(n));
    mine.erase(mine.begin(), mine.begin() + static_cast<long>(n));
    for (uint16_t number : who)
      told(s.worker, entities_[number - 1], WEFT_RAN_YIELDED);
    for (uint16_t number : who)
      entities_[number - 1].state = Entity::Held;
    ready(who.data(), who.size(), s.worker, WEFT_WHY_YIELD);
    return;
  }
  uint16_t number = mine[0];
  mine.erase(mine.begin());
  told(s.worker, e, goes_on ? WEFT_RAN_YIELDED : !task ? WEFT_RAN_EMPTY : s.op == Op::End ? WEFT_RAN_DONE : WEFT_RAN_PARKED);
  e.state = Entity::Held;
  if (goes_on)
    ready(&number, 1, s.worker, WEFT_WHY_CHILD);
  else if (s.op == Op::End)
    retire(e);
}

bool Model::run(const Step &s) {
  if (wrong())
    return false;
  const bool by_worker = s.op != Op::Admit && s.op != Op::Domain && s.op != Op::Remove && s.op != Op::Attr && s.op != Op::Snapshot &&
                         s.op != Op::Choose && s.op != Op::Enter && !(s.op == Op::Ready && s.worker == kInbox);
  if (by_worker && (s.worker >= workers() || !present_[s.worker]))
    return true;
  const bool lists = s.op == Op::Admit || s.op == Op::Domain || s.op == Op::Ready || s.op == Op::Remove || s.op == Op::Attr;
  for (size_t i = 0; lists && i < s.count; ++i)
    if (s.who[i] == 0 || s.who[i] > entities_.size())
      return true;
  switch (s.op) {
  case Op::Admit:
    admit(s, WEFT_ENT_TASK);
    break;
  case Op::Domain:
    admit(s, WEFT_ENT_DOMAIN);
    break;
  case Op::Ready: // only a child's turn from empty to non-empty has `child`
    for (size_t i = 0; i < s.count; ++i)
      if ((entities_[s.who[i] - 1].ent.kind == WEFT_ENT_DOMAIN) != (s.why == WEFT_WHY_CHILD))
        return true;
    ready(s.who, s.count, s.worker, static_cast<weft_why>(s.why));
    break;
  case Op::Pick:
    pick(s.worker, 0);
    break;
  case Op::Line:
    if (ops_.pick_many && s.count)
      pick(s.worker, s.count);
    break;
  case Op::Yield:
  case Op::Park:
  case Op::End:
  case Op::Again:
  case Op::Empty:
    outcome(s);
    break;
  case Op::Remove:
    remove(entities_[s.who[0] - 1]);
    break;
  case Op::Attr:
    for (size_t i = 0; i < s.count; ++i)
      if (entities_[s.who[i] - 1].state != Entity::Free)
        set_attr(entities_[s.who[i] - 1], s.priority, s.deadline, true);
    break;
  case Op::Leave: {
    size_t others = 0;
    for (uint32_t i = 0; i < workers(); ++i)
      others += i != s.worker && present_[i];
    if (others && running_[s.worker].empty())
      leave(s.worker);
    break;
  }
  case Op::Enter:
    if (s.worker < workers() && !present_[s.worker])
      enter(s.worker);
    break;
  case Op::Snapshot:
    snapshot();
    break;
  case Op::Choose:
    if (ops_.choose && s.count) {
      uint32_t chosen = 0;
      call("choose", true, [&] { chosen = ops_.choose(self_, "weft-sched-check", s.count); });
      if (chosen >= s.count)
        fail("SCHED-17", "`choose` answered " + std::to_string(chosen) + " of " + std::to_string(s.count));
    }
    break;
  }
  return !wrong();
}

bool Model::finish() {
  Step end;
  for (uint32_t turn = 0; !wrong(); ++turn) {
    uint32_t w = turn % workers();
    if (!present_[w])
      continue;
    while (!running_[w].empty() && !wrong()) {
      end.op = Op::End;
      end.worker = static_cast<uint8_t>(w);
      outcome(end);
    }
    if (queued_ == 0 && turn >= workers())
      break;
    if (queued_ != 0)
      pick(w, 0);
  }
  // Once more, of each: nothing is left, and nobody makes something up.
  for (uint32_t w = 0; w < workers() && !wrong(); ++w)
    if (present_[w])
      pick(w, 0);
  for (Entity &e : entities_)
    if (e.state == Entity::Held && !wrong())
      retire(e);
  if (ops_.stop && !wrong())
    call("stop", true, [&] { ops_.stop(self_); });
  for (uint32_t w = workers(); w-- != 0 && !wrong();)
    if (present_[w])
      leave(w);
  if (!wrong())
    call("destroy", false, [&] { ops_.destroy(self_); });
  made_ = false;
  return !wrong();
}

} // namespace conformance
