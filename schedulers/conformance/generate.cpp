// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "generate.h"

namespace conformance {

Generator::Generator(uint64_t seed, const Profile &profile)
    : profile_(profile), random_(seed, 77), crowd_(profile.crowds && seed % 4 == 3),
      entities_(crowd_ ? kMostEntities : 2 + random_.below(seed % 3 ? 12 : 40)), yields_(10 + random_.below(80)), wakes_(20 + random_.below(70)), foreign_(random_.below(60)) {}

uint8_t Generator::worker_of(const Model &model) {
  uint32_t w = static_cast<uint32_t>(random_.below(model.workers()));
  while (!model.present(w))
    w = (w + 1) % model.workers();
  return static_cast<uint8_t>(w);
}

// Some in that state, of one kind, in any order.
bool Generator::list_of(const Model &model, Entity::State state, size_t most, Step &step) {
  size_t at = random_.below(model.size()), stride = 1;
  uint32_t kind = WEFT_ENT_TASK;
  while (model.size() % (stride = 1 + random_.below(model.size())) == 0 && stride != 1)
    ;
  for (size_t i = 0; i < model.size() && step.count < most; ++i, at = (at + stride) % model.size()) {
    const Entity &e = model.entity(at);
    bool twice = false;
    for (size_t j = 0; j < step.count; ++j)
      twice |= step.who[j] == at + 1;
    if (e.state != state || twice || (step.count && e.ent.kind != kind))
      continue;
    kind = e.ent.kind;
    step.who[step.count++] = static_cast<uint16_t>(at + 1);
  }
  return step.count != 0;
}

Step Generator::ready(const Model &model, uint8_t worker) {
  static constexpr weft_why whys[] = {WEFT_WHY_WAKE, WEFT_WHY_WAKE, WEFT_WHY_WAKE, WEFT_WHY_NEW, WEFT_WHY_NEW, WEFT_WHY_TIMER, WEFT_WHY_CANCEL, WEFT_WHY_PREEMPT};
  Step s;
  s.op = Op::Ready;
  s.worker = random_.below(100) < foreign_ ? kInbox : worker;
  if (!list_of(model, Entity::Held, 1 + random_.below(random_.one_in(4) ? crowd_ ? kListed : 12 : 3), s))
    return s;
  s.why = model.entity(s.who[0] - 1u).ent.kind == WEFT_ENT_DOMAIN ? WEFT_WHY_CHILD : whys[random_.below(8)];
  return s;
}

Step Generator::after_pick(const Model &model, uint8_t worker) {
  Step s;
  s.worker = worker;
  const Entity &e = model.entity(model.running(worker)[0] - 1u);
  if (e.ent.kind == WEFT_ENT_DOMAIN) {
    s.op = random_.one_in(12) ? Op::End : random_.below(100) < yields_ ? Op::Again : Op::Empty;
  } else if (random_.below(100) < yields_) {
    s.op = Op::Yield;
    s.count = static_cast<uint16_t>(1 + random_.below(model.running(worker).size()));
  } else {
    s.op = random_.one_in(4) ? Op::End : Op::Park;
  }
  return s;
}

Step Generator::next(const Model &model) {
  Step s;
  uint8_t worker = worker_of(model);
  s.worker = worker;
  uint64_t what = random_.below(100);
  if (what < 12 && list_of(model, Entity::Free, 1 + random_.below(crowd_ ? kListed : 4), s)) {
    s.op = profile_.domains && random_.below(2) ? Op::Domain : Op::Admit;
    if (profile_.attrs) {
      s.priority = static_cast<int32_t>(random_.below(7)) - 3;
      s.deadline = random_.below(3) ? UINT64_C(1'000'000'000'000) + random_.below(1'000'000) : UINT64_MAX;
    }
    return s;
  }
  if (what < 20) {
    s.op = profile_.removes ? Op::Remove : profile_.attrs ? Op::Attr : profile_.snapshots ? Op::Snapshot : profile_.chooses ? Op::Choose : Op::Pick;
    if (profile_.removes && profile_.attrs && random_.below(2)) // all at once
      s.op = Op::Attr;
    if (profile_.removes && profile_.snapshots && random_.below(3) == 0)
      s.op = Op::Snapshot;
    if (s.op == Op::Choose)
      s.count = static_cast<uint16_t>(1 + random_.below(9));
    if (s.op == Op::Snapshot || s.op == Op::Choose)
      return s;
    if (s.op != Op::Pick && list_of(model, s.op == Op::Attr && random_.below(4) == 0 ? Entity::Held : Entity::Queued, 1, s)) {
      s.priority = static_cast<int32_t>(random_.below(7)) - 3;
      s.deadline = random_.below(3) ? UINT64_C(1'000'000'000'000) + random_.below(1'000'000) : UINT64_MAX;
      if (s.op == Op::Remove)
        s.priority = 0, s.deadline = UINT64_MAX;
      return s;
    }
  }
  if (what >= 20 && what < 26 && profile_.leaves) {
    s.worker = static_cast<uint8_t>(random_.below(model.workers()));
    s.op = model.present(s.worker) ? Op::Leave : Op::Enter;
    return s;
  }
  if (what >= 30 && what < 30 + wakes_ / 2)
    if (Step r = ready(model, worker); r.count)
      return r;
  s = Step();
  s.worker = worker;
  if (model.running(worker).empty() || random_.one_in(16)) {
    s.op = profile_.lines && random_.below(2) ? Op::Line : Op::Pick;
    s.count = s.op == Op::Line ? static_cast<uint16_t>(1 + random_.below(16)) : 0;
    return s;
  }
  return after_pick(model, worker);
}

} // namespace conformance
