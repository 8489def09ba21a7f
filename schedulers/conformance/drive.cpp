// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "drive.h"

#include "load.h"
#include "random.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <sched.h>
#include <thread>
#include <utility>
#include <vector>

namespace {

// Stands for weft_worker, which policies do not look into.
struct Seat {
  uint32_t index;
};

enum State : uint32_t { Held, Queued, Finished };

struct Entity {
  weft_ent ent = {};
  std::atomic<uint32_t> state{Held};
  Entity *next_foreign = nullptr;
  // Plain: whoever holds the entity, and the policy makes that safe.
  uint64_t readied = 0, picked = 0;
};

Entity *entity_of(weft_ent *ent) { return reinterpret_cast<Entity *>(ent); }

// A worker's bed: the waker has cleared its idle bit before it calls wake.
class Bed {
public:
  void sleep() {
    std::unique_lock<std::mutex> hold(lock_);
    woken_.wait(hold, [&] { return up_; });
    up_ = false;
  }
  void wake() {
    {
      std::lock_guard<std::mutex> hold(lock_);
      up_ = true;
    }
    woken_.notify_one();
  }

private:
  std::mutex lock_;
  std::condition_variable woken_;
  bool up_ = false;
};

// One instance of the policy with the runtime's side of the contract around it.
class Runtime {
public:
  Runtime(const weft_sched_ops &ops, uint32_t workers, uint64_t seed, const DriveParams &params = {})
      : ops_(ops), beds_(workers), workers_(workers) {
    services_.size = sizeof services_;
    services_.abi = WEFT_ABI;
    services_.runtime = this;
    services_.log = [](void *, const char *) {};
    services_.worker_index = [](const weft_worker *w) { return reinterpret_cast<const Seat *>(w)->index; };
    services_.turn = [](void *) { return uint64_t{1}; };
    services_.find = conformance::find_table;
    for (uint32_t i = 0; i < workers; ++i)
      workers_[i].index = i;
    std::string seed_text = std::to_string(seed);
    std::vector<weft_sched_param> all = {{"seed", seed_text.c_str()}};
    for (auto &[key, value] : params) {
      all.push_back({key.c_str(), value.c_str()});
      if (key == "seed")
        all.front() = all.back();
    }
    char error[256] = "";
    weft_sched_config config = {sizeof config, workers, &services_, all.data(), all.size(), error, sizeof error, &ops_};
    if (ops_.create(&config, &self_) == WEFT_OK)
      return;
    config.params++; // one that takes no seed, or has been told of one
    config.param_count--;
    if (ops_.create(&config, &self_) != WEFT_OK) {
      fprintf(stderr, "create: %s\n", error);
      exit(2);
    }
  }
  ~Runtime() { ops_.destroy(self_); }

  weft_worker *worker(uint32_t i) { return reinterpret_cast<weft_worker *>(&workers_[i]); }
  static uint32_t index(const weft_worker *w) { return reinterpret_cast<const Seat *>(w)->index; }

  void enter(uint32_t i) {
    std::lock_guard<std::mutex> hold(entering_);
    if (!ops_.worker_enter)
      return;
    auto turn = alone();
    ops_.worker_enter(self_, worker(i));
  }
  void leave(uint32_t i) {
    {
      std::lock_guard<std::mutex> hold(entering_);
      if (ops_.worker_leave) {
        auto turn = alone();
        ops_.worker_leave(self_, worker(i));
      }
    }
    look_for_sleepers(true);
  }

  // False when the policy refuses it.
  bool admit(Entity *e) {
    weft_ent_attr attr = {sizeof attr, 0, UINT64_MAX, 1, 0, "driven"};
    return !ops_.admit || ops_.admit(self_, &e->ent, &attr) == WEFT_OK;
  }
  void told(weft_worker *w, Entity *e, weft_outcome outcome) {
    if (!ops_.ran)
      return;
    auto turn = alone();
    ops_.ran(self_, w, &e->ent, outcome, 0);
  }
  void retire(Entity *e) {
    if (!ops_.retire)
      return;
    auto turn = alone();
    ops_.retire(self_, &e->ent);
  }

  // Links them in order; the caller holds each.
  void ready(Entity *const *ents, size_t count, weft_worker *from, weft_why why) {
    weft_ent_list list = {&ents[0]->ent, &ents[count - 1]->ent, count};
    for (size_t i = 0; i < count; ++i) {
      ents[i]->readied++;
      if (ents[i]->state.exchange(Queued, std::memory_order_relaxed) != Held)
        fail("readied an entity that nobody held: the harness is wrong");
      ents[i]->ent.next = i + 1 < count ? &ents[i + 1]->ent : nullptr;
    }
    queued_.fetch_add(static_cast<int64_t>(count), std::memory_order_relaxed);
    {
      auto turn = alone();
      ops_.ready(self_, &list, from, why);
    }
    look_for_sleepers(true);
  }

  size_t pick(weft_worker *w, weft_ent **ents, size_t n) {
    size_t count;
    {
      auto turn = alone();
      if (n > 1) {
        count = ops_.pick_many(self_, w, 0, ents, n);
      } else {
        weft_slice slice = {};
        ents[0] = ops_.pick(self_, w, 0, &slice);
        count = ents[0] != nullptr;
      }
    }
    if (count > n)
      fail("pick_many answered more than it was asked for");
    for (size_t i = 0; i < count; ++i)
      take(entity_of(ents[i]), "picked");
    if (count)
      look_for_sleepers(false);
    return count;
  }

  // As pick, but sleeps when there is nothing; 0 when it was woken or ended.
  size_t pick_or_sleep(weft_worker *w, weft_ent **ents, size_t n) {
    if (size_t count = pick(w, ents, n))
      return count;
    uint64_t bit = uint64_t{1} << index(w);
    idle_.fetch_or(bit, std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    size_t count = ended() ? 0 : pick(w, ents, n);
    if (count || ended()) {
      if (!(idle_.fetch_and(~bit) & bit))
        beds_[index(w)].sleep(); // somebody is about to wake it
      return count;
    }
    sleeps.fetch_add(1, std::memory_order_relaxed);
    beds_[index(w)].sleep();
    return 0;
  }

  bool remove(Entity *e) {
    weft_status status;
    {
      auto turn = alone();
      status = ops_.remove(self_, &e->ent);
    }
    if (status != WEFT_OK)
      return false;
    take(e, "removed");
    return true;
  }

  void fail(const std::string &what) {
    std::lock_guard<std::mutex> hold(entering_);
    if (wrong_.empty())
      wrong_ = what;
    end();
  }
  std::string wrong() {
    std::lock_guard<std::mutex> hold(entering_);
    return wrong_;
  }

  void end() {
    ended_.store(true);
    for (uint64_t idle = idle_.exchange(0); idle; idle &= idle - 1)
      beds_[static_cast<uint32_t>(__builtin_ctzll(idle))].wake();
  }
  bool ended() const { return ended_.load(); }

  // What it takes to be sure that a policy lost something: everybody has slept for a while.
  bool all_asleep() const {
    return idle_.load() == (uint64_t{1} << workers_.size()) - 1 &&
           queued_.load(std::memory_order_relaxed) > 0;
  }
  int64_t queued() const { return queued_.load(std::memory_order_relaxed); }

  std::atomic<uint64_t> sleeps{0};

private:
  std::unique_lock<std::mutex> alone() {
    return ops_.flags & WEFT_SCHED_PARALLEL ? std::unique_lock<std::mutex>()
                                            : std::unique_lock<std::mutex>(domain_);
  }

  void take(Entity *e, const char *how) {
    if (e->state.exchange(Held, std::memory_order_relaxed) != Queued)
      fail(std::string(how) + " #" + std::to_string(e->ent.id) + ", which was not ready");
    e->picked++;
    if (e->picked != e->readied)
      fail(std::string(how) + " #" + std::to_string(e->ent.id) + " with " +
           std::to_string(e->readied) + " readies and " + std::to_string(e->picked) + " picks");
    queued_.fetch_sub(1, std::memory_order_relaxed);
  }

  void look_for_sleepers(bool fence) {
    if (fence)
      std::atomic_thread_fence(std::memory_order_seq_cst);
    uint64_t idle = idle_.load(std::memory_order_relaxed);
    while (idle && queued_.load(std::memory_order_relaxed) > 0) {
      uint64_t bit = idle & -idle;
      if (idle_.fetch_and(~bit) & bit) {
        beds_[static_cast<uint32_t>(__builtin_ctzll(bit))].wake();
        return;
      }
      idle = idle_.load(std::memory_order_relaxed);
    }
  }

  weft_sched_ops ops_; // the instance's own
  void *self_ = nullptr;
  weft_sched_services services_ = {};
  std::mutex domain_, entering_;
  std::vector<Bed> beds_;
  std::vector<Seat> workers_;
  alignas(64) std::atomic<uint64_t> idle_{0};
  std::atomic<bool> ended_{false};
  alignas(64) std::atomic<int64_t> queued_{0};
  std::string wrong_;
};

// Ends the run when the policy has lost something; a thread beside the workers.
class Watch {
public:
  Watch(Runtime &rt, const std::atomic<uint64_t> &steps, std::atomic<uint64_t> *progress)
      : steps_(steps), progress_(progress), thread_([this, &rt] { watch(rt); }) {}
  ~Watch() {
    stop_.store(true);
    thread_.join();
  }

private:
  void watch(Runtime &rt) {
    for (int asleep = 0; !stop_.load() && !rt.ended();) {
      if (progress_)
        progress_->store(steps_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      asleep = rt.all_asleep() ? asleep + 1 : 0;
      if (asleep == 100)
        rt.fail("lost " + std::to_string(rt.queued()) +
                " entities: every worker sleeps, as pick gave nothing");
    }
  }
  const std::atomic<uint64_t> &steps_;
  std::atomic<uint64_t> *progress_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class Drive {
public:
  Drive(const weft_sched_ops &ops, const DrivePlan &plan)
      : ops_(ops), plan_(plan), rt_(ops, plan.workers, plan.seed, plan.params), entities_(plan.entities),
        alive_(plan.entities) {
    for (uint32_t i = 0; i < plan.entities; ++i)
      entities_[i].ent.id = i + 1;
  }

  DriveResult run() {
    // All at once, as the foreign inbox would bring them.
    std::vector<Entity *> all;
    for (Entity &e : entities_)
      if (rt_.admit(&e))
        all.push_back(&e);
    alive_ = static_cast<uint32_t>(all.size());
    if (all.empty())
      return result_;
    rt_.ready(all.data(), all.size(), nullptr, WEFT_WHY_NEW);
    {
      Watch watch(rt_, steps_, plan_.progress);
      std::vector<std::thread> threads;
      for (uint32_t i = 0; i < plan_.workers; ++i)
        threads.emplace_back([this, i] { work(i); });
      if (plan_.workers > 1) // with one nothing overlaps
        foreign();
      for (std::thread &t : threads)
        t.join();
    }
    result_.wrong = rt_.wrong();
    result_.sleeps = rt_.sleeps.load();
    for (Entity &e : entities_) {
      result_.readied += e.readied;
      if (result_.wrong.empty() && e.readied != e.picked)
        result_.wrong = "#" + std::to_string(e.ent.id) + " was readied " +
                        std::to_string(e.readied) + " times and picked " + std::to_string(e.picked);
    }
    return result_;
  }

private:
  struct Worker {
    weft_worker *self;
    Random random;
    std::vector<Entity *> parked, yielded;
    DriveResult counts;
  };

  void work(uint32_t index) {
    Worker w{rt_.worker(index), Random(plan_.seed, index), {}, {}, {}};
    rt_.enter(index);
    weft_ent *ents[16];
    while (!rt_.ended()) {
      size_t n = plan_.lines && ops_.pick_many && !ops_.ran && w.random.below(4) ? 1 + w.random.below(16) : 1;
      size_t count = rt_.pick(w.self, ents, n);
      if (!count && !give_back(w)) // nobody may sleep on what only it can wake
        count = rt_.pick_or_sleep(w.self, ents, n);
      w.counts.picks += count;
      for (size_t i = 0; i < count; ++i)
        ran(w, entity_of(ents[i]));
      tell_yielded(w);
      if (drained())
        give_back(w);
      else if (count)
        after_picks(w, index);
    }
    rt_.leave(index);
    std::lock_guard<std::mutex> hold(counting_);
    result_.picks += w.counts.picks;
    result_.removed += w.counts.removed;
    result_.left += w.counts.left;
  }

  // What is parked here, and with one worker what is in the mail; false when there is nothing.
  bool give_back(Worker &w) {
    bool any = plan_.workers == 1 && receive(w.random);
    for (Entity *e : std::exchange(w.parked, {})) {
      any = true;
      if (drained())
        finish(e);
      else
        rt_.ready(&e, 1, w.self, WEFT_WHY_WAKE);
    }
    return any;
  }

  bool drained() const { return steps_.load(std::memory_order_relaxed) >= plan_.steps; }

  void ran(Worker &w, Entity *e) {
    if (steps_.fetch_add(1, std::memory_order_relaxed) >= plan_.steps) {
      rt_.told(w.self, e, WEFT_RAN_DONE);
      return finish(e);
    }
    uint64_t what = w.random.below(100);
    rt_.told(w.self, e, what < plan_.yields ? WEFT_RAN_YIELDED : WEFT_RAN_PARKED);
    if (what < plan_.yields)
      w.yielded.push_back(e);
    else if (what < plan_.yields + 3)
      send(e);
    else
      w.parked.push_back(e);
  }

  // One by one or in one list, as the runtime does.
  void tell_yielded(Worker &w) {
    for (size_t at = 0; at < w.yielded.size();) {
      size_t n = 1 + w.random.below(w.yielded.size() - at);
      rt_.ready(&w.yielded[at], n, w.self, WEFT_WHY_YIELD);
      at += n;
    }
    w.yielded.clear();
  }

  void after_picks(Worker &w, uint32_t index) {
    static constexpr weft_why why[] = {WEFT_WHY_WAKE, WEFT_WHY_WAKE, WEFT_WHY_NEW, WEFT_WHY_TIMER};
    if (!w.parked.empty() && w.random.below(3) == 0) {
      size_t most = w.random.below(64) == 0 ? 400 : plan_.wakes_max;
      size_t n = 1 + w.random.below(most);
      n = n > w.parked.size() ? w.parked.size() : n;
      weft_why chosen = why[w.random.below(4)];
      if (chosen == WEFT_WHY_NEW && !plan_.births)
        chosen = WEFT_WHY_WAKE;
      rt_.ready(&w.parked[w.parked.size() - n], n, w.self, chosen);
      w.parked.resize(w.parked.size() - n);
    }
    if (plan_.remove && ops_.remove && w.random.below(200) == 0) {
      Entity *e = &entities_[w.random.below(entities_.size())];
      if (rt_.remove(e)) {
        w.counts.removed++;
        w.parked.push_back(e);
      }
    }
    if (plan_.leave && w.random.below(2000) == 0) {
      give_back(w);
      rt_.leave(index);
      w.counts.left++;
      sched_yield();
      rt_.enter(index);
    }
  }

  void finish(Entity *e) {
    rt_.retire(e);
    e->state.store(Finished, std::memory_order_relaxed);
    if (alive_.fetch_sub(1, std::memory_order_relaxed) == 1)
      rt_.end();
  }

  // To the foreign thread, and only there: a release here, an acquire there.
  void send(Entity *e) {
    Entity *head = mail_.load(std::memory_order_relaxed);
    do
      e->next_foreign = head;
    while (!mail_.compare_exchange_weak(head, e, std::memory_order_release,
                                        std::memory_order_relaxed));
  }

  bool receive(Random &random) {
    std::vector<Entity *> got;
    for (Entity *e = mail_.exchange(nullptr, std::memory_order_acquire); e; e = e->next_foreign)
      got.push_back(e);
    if (drained()) {
      for (Entity *e : got)
        finish(e);
      return !got.empty();
    }
    for (size_t at = 0; at < got.size();) {
      size_t n = 1 + random.below(got.size() - at);
      rt_.ready(&got[at], n, nullptr, WEFT_WHY_WAKE);
      at += n;
    }
    return !got.empty();
  }

  void foreign() {
    Random random(plan_.seed, 1000);
    while (!rt_.ended()) {
      receive(random);
      if (random.below(2))
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(200)));
      else
        sched_yield();
    }
  }

  const weft_sched_ops &ops_;
  DrivePlan plan_;
  Runtime rt_;
  std::vector<Entity> entities_;
  std::atomic<Entity *> mail_{nullptr};
  std::atomic<uint64_t> steps_{0};
  std::atomic<uint32_t> alive_;
  std::mutex counting_;
  DriveResult result_;
};

} // namespace

DriveResult drive(const weft_sched_ops &ops, const DrivePlan &plan) {
  return std::make_unique<Drive>(ops, plan)->run();
}

std::string drive_meetings(const weft_sched_ops &ops, uint32_t rounds, uint64_t seed, uint32_t seconds, const DriveParams &params,
                           std::atomic<uint64_t> *progress) {
  Runtime rt(ops, 3, seed, params);
  Entity entities[2];
  std::atomic<uint32_t> here{0}, gone{0};
  for (uint32_t i = 0; i < 2; ++i) {
    entities[i].ent.id = i + 1;
    if (!rt.admit(&entities[i]))
      return "";
  }
  auto wait_for = [&](std::atomic<uint32_t> &count, uint32_t n, const char *what) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    for (uint32_t looks = 0; count.load() < n && !rt.ended(); ++looks) {
      sched_yield();
      if (looks % 1024 == 0 && std::chrono::steady_clock::now() > end)
        rt.fail(what);
    }
  };
  std::vector<std::thread> guests;
  for (uint32_t i = 1; i < 3; ++i)
    guests.emplace_back([&, i] {
      rt.enter(i);
      weft_ent *ent;
      uint32_t met = 0;
      while (!rt.ended())
        if (rt.pick_or_sleep(rt.worker(i), &ent, 1)) {
          met = here.fetch_add(1) / 2 * 2 + 2;
          rt.told(rt.worker(i), entity_of(ent), WEFT_RAN_PARKED);
          wait_for(here, met, "one of two stayed queued while a worker slept");
          gone.fetch_add(1);
        }
      rt.leave(i);
    });
  rt.enter(0);
  Random random(seed, 0);
  Entity *both[] = {&entities[0], &entities[1]};
  for (uint32_t round = 0; round < rounds && !rt.ended(); ++round) {
    static constexpr weft_why whys[] = {WEFT_WHY_YIELD, WEFT_WHY_WAKE, WEFT_WHY_NEW};
    weft_why why = whys[random.below(3)];
    if (progress)
      progress->fetch_add(1, std::memory_order_relaxed);
    if (random.below(2))
      rt.ready(both, 2, random.below(4) ? rt.worker(0) : nullptr, why);
    else
      for (Entity *e : both)
        rt.ready(&e, 1, rt.worker(0), why);
    wait_for(gone, 2 * round + 2, "two readied entities were not both picked");
    for (uint64_t pause = random.below(3) * random.below(20000); pause; --pause)
      __asm__ volatile("");
  }
  rt.leave(0);
  rt.end();
  for (std::thread &t : guests)
    t.join();
  return rt.wrong();
}
