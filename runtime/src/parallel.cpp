// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "parallel.h"

#include "binding.h"
#include "count.h"
#include "held.h"
#include "os/os.h"
#include "worker.h"

#include <sched.h>
#include <utility>

namespace weft {

constinit std::atomic<bool> plain_fences{false};

void heavy_fence() {
  if (plain_fences.load(std::memory_order_relaxed))
    std::atomic_thread_fence(std::memory_order_seq_cst);
  else
    os::heavy_fence();
}

namespace {

// How often a worker with nothing to do picks before it sleeps, and its pauses in between, which double, since a look takes
// cache lines from those who work: some ten microseconds.
constexpr int kLooks = 8;
constexpr int kFirstPauses = 4;
// Records that a worker keeps of tasks that others spawned and it ended.
constexpr uint32_t kRecordsKept = 2 * TaskTable::kBatch;

struct ReadyList {
  weft_worker *w;
  weft_ent_list list;
  weft_why why;
};

void ready_on_native_stack(void *arg) {
  auto *of = static_cast<ReadyList *>(arg);
  weft_domain *root = of->w->rt->root;
  root->ops.ready(root->self, &of->list, of->w, of->why);
}

void give_surplus(weft_worker *w) {
  Task *first = w->free_tasks, *last = first;
  for (uint32_t n = 1; n < TaskTable::kBatch; ++n)
    last = last->next_free();
  w->free_tasks = last->next_free();
  last->set_next_free(nullptr);
  w->free_count -= TaskTable::kBatch;
  w->rt->records.fetch_sub(TaskTable::kBatch, std::memory_order_relaxed);
  task_table().give_batch(first);
}

} // namespace

void wait_and_enter(weft_worker *w) {
  do {
    w->rt->lock.lock(); // till the halt is over
    w->rt->lock.unlock();
  } while (!enter(w));
}

bool begin_halt(weft_runtime *rt, const weft_worker *own, uint64_t patience) {
  rt->halts++;
  rt->halted.store(true, std::memory_order_seq_cst);
  heavy_fence();
  uint64_t looks = 0;
  for (uint32_t i = 0; i < rt->workers; ++i)
    while (worker_at(rt, i) != own && worker_at(rt, i)->inside.load(std::memory_order_acquire)) {
      if (++looks > patience) {
        end_halt(rt);
        return false;
      }
      if (looks < kPatience)
        os::spin_pause();
      else
        sched_yield(); // its thread may have lost its processor
    }
  return true;
}

void end_halt(weft_runtime *rt) {
  if (--rt->halts == 0)
    rt->halted.store(false, std::memory_order_release);
}

Halt::Halt(weft_runtime *rt, bool impatient) : hold_(rt), rt_(rt && rt->parallel && on_loop(rt) ? rt : nullptr) {
  done_ = !rt_ || begin_halt(rt_, nullptr, impatient ? kPatience : kForEver);
}

Halt::~Halt() {
  if (rt_ && done_)
    end_halt(rt_);
}

uint64_t sum(const weft_runtime *rt, std::atomic<uint64_t> Tally::*count) {
  uint64_t all = 0;
  for (uint32_t i = 0; i < rt->workers; ++i)
    all += (worker_at(const_cast<weft_runtime *>(rt), i)->tally.*count).load(std::memory_order_acquire);
  return all;
}

namespace {

// Begun inside, and not ended there.
uint64_t begun(const weft_runtime *rt) {
  if (!rt->parallel)
    return 0;
  uint64_t done = sum(rt, &Tally::done);
  return sum(rt, &Tally::spawned) - done;
}

} // namespace

uint64_t live_tasks(const weft_runtime *rt) { return rt->live + begun(rt); }
uint64_t root_tasks(const weft_runtime *rt) { return rt->root->tasks + begun(rt); }
uint32_t root_ready(const weft_runtime *rt) {
  if (!rt->parallel)
    return rt->root->ready;
  uint64_t less = sum(rt, &Tally::done) + sum(rt, &Tally::parked);
  return rt->root->ready + static_cast<uint32_t>(sum(rt, &Tally::spawned) + sum(rt, &Tally::woken) - less);
}
uint64_t bound_stacks(const weft_runtime *rt) {
  if (!rt->parallel)
    return rt->stacks_bound;
  uint64_t done = sum(rt, &Tally::done);
  return rt->stacks_bound + sum(rt, &Tally::bound) - done;
}

void start_inside(weft_worker *w, Task *task) {
  set_state(&task->ent, kEntReady);
  task->why = WEFT_WHY_NEW;
  task->since = w->now;
  task->readied_by = w->index & kNobody;
  up(w->tally.spawned);
  weft_runtime *rt = w->rt;
  count(w, rt->root, kReadied);
  if (__builtin_expect(--w->counts.wakes_to_sample == 0, 0))
    sample_wake(w, task);
  ReadyList of{w, {&task->ent, &task->ent, 1}, WEFT_WHY_NEW};
  call_scheduler(ready_on_native_stack, &of);
  leave(w);
  offer(rt);
}

// The exchange of the note is what ends the task for foreign threads: from then on its handle is stale.
bool finish_inside(weft_worker *w, Task *task) {
  weft_runtime *rt = w->rt;
  uint64_t note = task->note.load(std::memory_order_relaxed);
  constexpr uint8_t kHarmless = kTaskUnclean | kTaskShown;
  if ((__atomic_load_n(&task->flags, __ATOMIC_RELAXED) | kHarmless) != (kTaskDetached | kHarmless) || (note & kNoteMask) != 0 ||
      rt->stackless || generation_of(note) >= kGenerationLimit)
    return false;
  const uint64_t next = (generation_of(note) + 1) << WEFT_SLOT_BITS;
  if (is_unknown(task))
    task->note.store(next, std::memory_order_release);
  else if (!task->note.compare_exchange_strong(note, next, std::memory_order_acq_rel))
    return false;
  weft_domain *root = task->domain;
  mark_free(task);
  clean_record(task);
  __atomic_store_n(&task->flags, uint8_t{0}, __ATOMIC_RELAXED);
  set_state(&task->ent, kEntFree);
  task->domain = nullptr;
  if (root->ops.retire)
    root->ops.retire(root->self, &task->ent);
  up(w->tally.done);
  count(w, root, kDone);
  task->set_next_free(w->free_tasks);
  w->free_tasks = task;
  if (__builtin_expect(++w->free_count > kRecordsKept, 0))
    give_surplus(w);
  return true;
}

// It is Parked before it looks for a cancel, and who cancels counts, and fences for both, before he looks whether it is parked.
// Whichever of the two takes the cancel answers it.
bool park_inside(weft_worker *w, Task *task, WaitKind kind) {
  set_wait(task, kind);
  task->since = w->now;
  count(w, w->rt->root, kParked);
  __atomic_store_n(&task->ent.reserved, kEntParked, __ATOMIC_RELEASE);
  light_fence();
  Took took = Took::Nothing;
  if (__builtin_expect(__atomic_load_n(&task->cancels, __ATOMIC_RELAXED) == 0, 1) || (took = take_cancel(task)) == Took::Nothing)
    return true;
  if (!claim_parked(task)) { // its deadline was first
    return_cancel(task, took);
    return true;
  }
  set_wait(task, WaitKind::None);
  task->result = WEFT_E_CANCELLED;
  ready_later(w, task, WEFT_WHY_CANCEL);
  return false;
}

void flush_inside(weft_worker *w) {
  Task *task = w->woken_head, *others = nullptr, *last = nullptr;
  weft_domain *root = w->rt->root;
  while (task) {
    Task *next = woken_after(task);
    if (task->domain != root) {
      if (last)
        last->ent.next = &task->ent;
      else
        others = task;
      last = task;
      task = next;
      continue;
    }
    ReadyList of{w, {&task->ent, &task->ent, 1}, why_of(task)};
    task->readied_by = w->index & kNobody;
    for (; next && next->domain == root && next->why == of.why; next = woken_after(next)) {
      next->readied_by = w->index & kNobody;
      of.list.tail = &next->ent;
      of.list.count++;
    }
    of.list.tail->next = nullptr;
    up(w->tally.woken, of.list.count);
    count(w, root, kReadied, of.list.count);
    call_scheduler(ready_on_native_stack, &of);
    task = next;
  }
  if (last)
    last->ent.next = nullptr;
  w->woken_head = others;
  w->woken_tail = last;
  if (!others)
    w->attention &= ~kWoken;
}

void offer_slowly(weft_runtime *rt) {
  Hold hold(rt);
  more_work(worker_here(rt));
}

bool pick_inside(weft_worker *w) {
  weft_domain *root = w->rt->root;
  weft_slice allowed = {};
  enter_sometime(w);
  weft_ent *ent = root->ops.pick(root->self, w, w->now, &allowed);
  if (ent) {
    w->found = ent;
    w->found_slice = allowed;
  } else if (__builtin_expect(allowed.hold != 0, 0)) {
    refuse_hold(root, "holds back, which WEFT_SCHED_PARALLEL excludes");
  }
  leave(w);
  return ent != nullptr;
}

bool look_around(weft_worker *w) {
  for (int i = 0; i < kLooks; ++i) {
    if (pick_inside(w))
      return true;
    if (!w->rt->inbox.empty() || was_sent(w) || w->rt->stopping.load(std::memory_order_relaxed))
      return false;
    for (int p = 0; p < kFirstPauses << i; ++p)
      os::spin_pause();
  }
  return false;
}

bool home_finds(weft_runtime *rt, bool for_nothing) {
  weft_worker *w = &rt->home;
  if (was_sent(w))
    return true;
  bool others_run = rt->idle + 1 < rt->workers;
  bool only_sent = std::exchange(w->sent_some, false) && for_nothing;
  if (others_run && !only_sent) {
    let_go(w);
    bool found = look_around(w);
    take_lock(w);
    if (found || serve_events(w) || was_sent(w))
      return true;
  }
  if (rt->turn_wanted)
    return false;
  if (others_run && !only_sent && (for_nothing || rt->home_naps != 0) && rt->home_naps < kNaps) {
    rt->home_naps++;
    rt->nap_until = w->now + kLongestNap;
    return false;
  }
  rt->home_naps = 0;
  rt->home_sleeps = true;
  rt->sleepers.fetch_add(1, std::memory_order_relaxed);
  if (!pick_before_sleep(w) && !finds_or_tells_lost(w))
    return false;
  home_awake(rt);
  return true;
}

bool pick_before_sleep(weft_worker *w) {
  heavy_fence();
  bool bound_elsewhere = w->rt->queued_for[w->index == 0 ? WEFT_BIND_POOL : WEFT_BIND_HOST] != 0;
  return (!bound_elsewhere || something_for(w)) && pick_inside(w);
}

} // namespace weft
