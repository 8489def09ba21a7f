// Values bound to a continuation that takes more than Weft carries. Weft's own cont.bind puts what was bound before
// what is sent, up to six integers and six floats; a continuation that takes more expects a buffer, and whoever
// resumes it knows neither how much of that is bound nor that it is expected. So the values wait here, under
// the slot of the code that will receive them, and that code asks.
//
// What waits is for one handle: that which the last bind gave. If the continuation's slot shows the handle
// behind it, it is being received; if any other, whoever it was for was unwound or freed. Rejected: an adapter on
// a stack of its own (resume_throw would end the adapter, not raise in the continuation); a pointer as
// the first bound value (a seventh integer when six are sent).
#include "rt/wire.h"
#include "rt/collect.h"
#include <cstring>
#include <unordered_map>
#include <weft/lowered.h>

namespace wat {
namespace {

struct Bound {
  weft_cont handle;
  uint64_t *values; // a cell
  uint64_t count;
};
std::unordered_map<uint32_t, Bound> waiting; // by the slot of the receiving code

uint64_t shown(weft_cont k) { return weft_slots[k & WEFT_SLOT_MASK].handle; }
uint32_t receiver(weft_cont k) { return uint32_t(weft_slots[k & WEFT_SLOT_MASK].inner - weft_slots); }

// What waits for the handle, which was consumed by a bind just now.
Bound take(uint32_t slot, weft_cont handle) {
  auto at = waiting.find(slot);
  if (at == waiting.end())
    return {};
  Bound b = at->second;
  waiting.erase(at);
  return b.handle == handle ? b : Bound{};
}

} // namespace

void each_bound(uint32_t slot, void (*visit)(void *, uint64_t), void *arg) {
  if (auto at = waiting.find(slot); at != waiting.end() && shown(at->second.handle) == at->second.handle)
    visit(arg, reinterpret_cast<uint64_t>(at->second.values));
}

void forget_stale_bound() {
  std::erase_if(waiting, [](auto &e) { return shown(e.second.handle) != e.second.handle; });
}

/// A bind made `after` of `before` and keeps the values here; with none, it only moves what is kept.
extern "C" void wat_bound(weft_cont before, weft_cont after, const uint64_t *values, uint64_t count) {
  if (!count && waiting.empty())
    return;
  uint32_t slot = receiver(after);
  Bound b = take(slot, before);
  if (count) {
    auto *all = static_cast<uint64_t *>(allocate(CellKind::Words, 8 * (b.count + count)));
    if (b.count)
      memcpy(all, b.values, 8 * b.count);
    memcpy(all + b.count, values, 8 * count);
    b = {after, all, b.count + count};
  }
  if (b.count)
    waiting[slot] = {after, b.values, b.count};
}

/// What arrived, six integers and six floats, at code that expects a buffer: `expected` says f for a float, c for a
/// continuation at the end, i for the rest. Answers the buffer; the continuation is sent[1] then.
extern "C" const uint64_t *wat_received(const char *expected, uint64_t *sent) {
  Bound b{};
  if (!waiting.empty()) {
    auto slot = uint32_t(weft_current() - weft_slots);
    if (auto at = waiting.find(slot); at != waiting.end())
      b = take(slot, shown(at->second.handle) - WEFT_GENERATION_ONE);
  }
  if (!b.count)
    return reinterpret_cast<uint64_t *>(sent[0]);
  size_t n = strlen(expected);
  auto *all = static_cast<uint64_t *>(allocate(CellKind::Words, 8 * n));
  memcpy(all, b.values, 8 * b.count);
  bool ends_with_cont = expected[n - 1] == 'c';
  unsigned floats = 0;
  for (size_t k = b.count; k < n; ++k)
    floats += expected[k] == 'f';
  if (wire_of(unsigned(n - b.count) - floats, floats, ends_with_cont).direct) {
    const uint64_t *next_int = sent, *next_float = sent + WEFT_PAYLOAD_INTS;
    for (size_t k = b.count; k < n; ++k)
      all[k] = *(expected[k] == 'f' ? next_float++ : next_int++);
    sent[1] = all[n - 1]; // for who asks
  } else {
    memcpy(all + b.count, reinterpret_cast<uint64_t *>(sent[0]), 8 * (n - b.count - ends_with_cont));
  }
  return all;
}

} // namespace wat
