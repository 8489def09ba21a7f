// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The switch for every target that Boost.Context has: C++ around jump_fcontext.
//
//   block                  suspended                      running
//   sp                     where it goes on, a context    -
//   psp                    -                              where its resumer goes on
//   ip                     kSuspended or kFresh..         -
//
// Which of a chain's blocks holds what, handles, tables, the search and its cache are the same as in inline ports
// (abi/lowered.h, arch/x86_64.h); only the sender stores no context, because it does not know its own: who lands
// stores the one that was left (message.h). Who jumps has made the target current before, so that nobody needs a
// thread-local behind a jump: a compiler may have computed its address before, on another thread.
//
// A context that waits also serves (Message::Serve): calls on the native stack, and the registers for a backtrace,
// are made there by who is running, and change nothing. So nothing is ever put on top of a context, and
// there is one way out of each jump.
//
// Exceptions are caught at a continuation's start and raised anew by its resumer: unwind.cpp. Values travel in
// memory. Rejected: boost::context::fiber, which owns its stack and forgets who resumed it; ontop_fcontext, after which a
// context is another one, and which has to be undone frame by frame.
#include "arch/switch.h"

#include "cont.h"
#include "port.h"

#include <cstring>
#include <ucontext.h>

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;

extern "C" {
const char weft_abi1_portable = 0;
}

namespace weft {
namespace arch {

thread_local fcontext_t no_context;

namespace {

// What was bound to a block and what is sent to it, in one.
[[gnu::noinline]] void join(weft_cb *inner, const weft_payload &sent, weft_payload &out) {
  Bound &bound = bound_of(inner);
  uint32_t ints = bound.ints, floats = bound.floats;
  weft_payload all = bound.values;
  for (uint32_t i = ints; i < WEFT_PAYLOAD_INTS; ++i)
    all.i[i] = sent.i[i - ints];
  for (uint32_t i = floats; i < WEFT_PAYLOAD_FLOATS; ++i)
    all.f[i] = sent.f[i - floats];
  out = all;
  inner->ip = state(state_of(inner) & ~kBound);
}

// A link that handler caches go through is cut.
inline const weft_handlers *cut(const weft_cb *cb) {
  auto link = reinterpret_cast<uintptr_t>(cb->on);
  if (__builtin_expect(link & 1, 0))
    __atomic_fetch_add(&weft_link_epoch, 1, __ATOMIC_RELAXED);
  return reinterpret_cast<const weft_handlers *>(link & ~uintptr_t{1});
}

// As the inline text does and weft_rt_suspend_slow behind it: the first entry, the cache, the search.
inline Found find_suspend(weft_cb *me, const weft_tag *tag) {
  auto link = reinterpret_cast<uintptr_t>(me->on);
  if (__builtin_expect(!(link & 1), 1))
    if (me->on->entry[0].tag == tag && me->on->entry[0].kind == WEFT_ON_SUSPEND)
      return {me, 0};
  if (me->parent) { // the root block has no cold half
    const ColdCb *c = cold(me);
    if (((link & 1) || c->cache_found == me) && c->cache_tag == tag &&
        c->cache_epoch == __atomic_load_n(&weft_link_epoch, __ATOMIC_RELAXED)) {
      const weft_handlers *on = c->cache_found->on;
      uint64_t index = c->cache_index;
      if (!(reinterpret_cast<uintptr_t>(on) & 1) && index < on->count &&
          on->entry[index].tag == tag && on->entry[index].kind == WEFT_ON_SUSPEND)
        return {c->cache_found, index};
    }
  }
  return weft_rt_search(me, tag, WEFT_ON_SUSPEND);
}

inline Found find_switch(weft_cb *me, const weft_tag *tag) {
  if (!(reinterpret_cast<uintptr_t>(me->on) & 1) && me->on->entry[0].tag == tag &&
      me->on->entry[0].kind == WEFT_ON_SWITCH)
    return {me, 0};
  return weft_rt_search(me, tag, WEFT_ON_SWITCH);
}

// What comes instead of an answer is done here, until the answer comes.
WEFT_NOT_SEEN transfer_t serve(transfer_t t) {
  do {
    const Message &asked = message_of(t);
    *asked.left = t.fctx;
    Message answer = {};
    if (asked.run)
      answer.thrown = run_guarded(asked.run, asked.arg, answer.forced);
    if (asked.registers) // nobody goes back there
      getcontext(static_cast<ucontext_t *>(asked.registers));
    t = jump_fcontext(t.fctx, &answer);
  } while (message_of(t).kind == Message::Serve);
  return t;
}

inline transfer_t jump(fcontext_t to, Message &m) {
  transfer_t t = jump_fcontext(to, &m);
  if (__builtin_expect(message_of(t).kind == Message::Serve, 0))
    t = serve(t);
  return t;
}

// In a suspended one that goes on.
inline const weft_payload *land(transfer_t t) {
  const Message &m = message_of(t);
  *m.left = t.fctx;
  if (__builtin_expect(m.kind != Message::Go, 0)) {
    m.run(m.arg);
    weft_rt_raise_returned();
  }
  return m.payload;
}

struct Came {
  uint32_t which;
  weft_cont next;
  const weft_payload *payload;
  weft_cb *over;
};

// The resumer goes on. When it has read the values it frees what is over.
inline Came come_back(transfer_t t) {
  const Message &m = message_of(t);
  *m.left = t.fctx;
  if (__builtin_expect(m.kind == Message::Unwound, 0)) {
    san::after_entry();
    san::abandon_frames(__builtin_frame_address(0));
    go_on_unwinding(m.thrown, m.forced);
  }
  return {m.which, m.next, m.payload, m.over};
}

// Whoever looks from a signal's handler finds a context that is good, or none.
inline fcontext_t take_context(weft_cb *inner) {
  fcontext_t to = inner->sp;
  inner->sp = nullptr;
  return to;
}

inline fcontext_t into(weft_cb *cb, const weft_handlers *on, weft_cb *&inner) {
  inner = cb->inner;
  cb->inner = cb;
  cb->on = on;
  cb->parent = weft_tls.current;
  weft_tls.current = inner;
  return take_context(inner);
}

inline fcontext_t out_of(weft_cb *me, Found found, weft_message &m) {
  cut(found.cb);
  m.kind = Message::Go;
  m.which = static_cast<uint32_t>(found.index) + 1;
  m.next = found.cb->handle;
  m.left = &me->sp;
  found.cb->inner = me;
  me->ip = state(kSuspended);
  weft_tls.current = found.cb->parent;
  return found.cb->psp;
}

} // namespace

const void *stack_pointer() { return __builtin_frame_address(0); }

WEFT_NOT_SEEN uint32_t resume_memory(weft_cb *cb, const weft_handlers *on, const weft_payload *in,
                                     weft_payload *out, weft_cont *next) {
  weft_cb *inner;
  fcontext_t to = into(cb, on, inner);
  Message m;
  m.kind = Message::Go;
  m.left = &cb->psp;
  m.payload = in;
  weft_payload joined;
  if (__builtin_expect(state_of(inner) & kBound, 0)) {
    join(inner, *in, joined);
    m.payload = &joined;
  }
  Came came = come_back(jump(to, m));
  *out = *came.payload;
  *next = came.next;
  if (came.which == 0)
    free_block(came.over);
  return came.which;
}

WEFT_NOT_SEEN void suspend_memory(const weft_tag *tag, weft_payload *out, const weft_payload *in) {
  weft_cb *me = weft_tls.current;
  Found found = find_suspend(me, tag);
  if (__builtin_expect(!found.cb, 0))
    weft_trap(static_cast<int>(found.index), 0, tag);
  Message m;
  fcontext_t to = out_of(me, found, m);
  m.payload = in;
  *out = *land(jump(to, m));
}

WEFT_NOT_SEEN void switch_memory(weft_cb *cb, const weft_tag *tag, const weft_payload *in,
                                 uint32_t ints, weft_payload *out) {
  weft_cb *me = weft_tls.current;
  Found found = find_switch(me, tag);
  if (__builtin_expect(!found.cb, 0)) {
    cb->handle -= WEFT_GENERATION_ONE;
    weft_trap(static_cast<int>(found.index), cb->handle, tag);
  }
  weft_payload sent = *in;
  sent.i[ints] = found.cb->handle;
  weft_cb *inner = cb->inner;
  cb->inner = cb;
  cb->on = cut(found.cb);
  cb->parent = found.cb->parent;
  cb->psp = found.cb->psp;
  found.cb->inner = me;
  me->ip = state(kSuspended);
  if (__builtin_expect(state_of(inner) & kBound, 0))
    join(inner, sent, sent);
  weft_tls.current = inner;
  Message m;
  m.kind = Message::Go;
  m.left = &me->sp;
  m.payload = &sent;
  *out = *land(jump(take_context(inner), m));
}

[[gnu::noinline]] Outcome resume(weft_cb *cb, const weft_handlers *on, uint64_t i0, uint64_t i1) {
  san::Leave leave(san::into(cb));
  weft_cb *inner;
  fcontext_t to = into(cb, on, inner);
  weft_payload in;
  in.i[0] = i0;
  in.i[1] = i1;
  Message m;
  m.kind = Message::Go;
  m.left = &cb->psp;
  m.payload = &in;
  Came came = come_back(jump(to, m));
  Outcome outcome{came.which, came.next, came.payload->i[0], came.payload->i[1]};
  if (came.which == 0)
    free_block(came.over);
  leave.back();
  return outcome;
}

[[gnu::noinline]] Answer suspend(const weft_tag *tag, uint64_t i0, uint64_t i1) {
  san::Leave leave(san::out_of(tag));
  weft_cb *me = weft_tls.current;
  Found found = find_suspend(me, tag);
  if (__builtin_expect(!found.cb, 0))
    weft_trap(static_cast<int>(found.index), 0, tag);
  Message m;
  fcontext_t to = out_of(me, found, m);
  weft_payload in;
  in.i[0] = i0;
  in.i[1] = i1;
  m.payload = &in;
  const weft_payload *payload = land(jump(to, m));
  Answer answer{payload->i[0], payload->i[1]};
  leave.back();
  return answer;
}

[[gnu::noinline]] Answer hand_over(weft_cb *me, weft_cb *next, uint64_t i0, uint64_t i1) {
  san::Leave leave(san::into(next));
  weft_cb *inner = next->inner;
  next->inner = next;
  next->on = me->on;
  next->parent = me->parent;
  next->psp = me->psp;
  me->ip = state(kSuspended);
  weft_tls.current = inner;
  weft_payload in;
  in.i[0] = i0;
  in.i[1] = i1;
  Message m;
  m.kind = Message::Go;
  m.left = &me->sp;
  m.payload = &in;
  const weft_payload *payload = land(jump(take_context(inner), m));
  Answer answer{payload->i[0], payload->i[1]};
  leave.back();
  return answer;
}

// Not in a fake frame of ASan's, neither here nor where the results are: it is gone behind weft_rt_before_return.
WEFT_NOT_SEEN void end_body_with(const weft_payload *results) {
  weft_cb *me = weft_tls.current;
#if defined(WEFT_ASAN)
  weft_payload mine = *results;
  results = &mine;
#endif
  if (me->flags || !weft_tls.armed)
    weft_rt_before_return(me);
  Message m;
  m.kind = Message::Returned;
  m.which = 0;
  m.left = &no_context;
  m.payload = results;
  m.next = 0;
  m.over = me;
  weft_tls.current = me->parent;
  jump_fcontext(me->psp, &m);
  __builtin_trap();
}

WEFT_NOT_SEEN void end_body() {
  weft_payload none = {};
  end_body_with(&none);
}

uint32_t resume_raising(weft_cb *cb, const weft_handlers *on, void (*raise)(void *), void *arg,
                        weft_payload *out, weft_cont *next) {
  weft_payload scratch;
  weft_cont none;
  san::Leave leave(san::into(cb));
  weft_cb *inner;
  fcontext_t to = into(cb, on && on->count ? on : &weft_no_handlers, inner);
  inner->ip = state(state_of(inner) & ~kBound);
  Message m;
  m.kind = Message::Raise;
  m.left = &cb->psp;
  m.run = raise;
  m.arg = arg;
  Came came = come_back(jump(to, m));
  *(out ? out : &scratch) = *came.payload;
  *(next ? next : &none) = came.next;
  if (came.which == 0)
    free_block(came.over);
  leave.back();
  return came.which;
}

void prepare_start(weft_cb *cb, Start how, void *fn, void *env) {
  auto *frame = reinterpret_cast<void **>(cold(cb)->stack_top) - 3;
  frame[0] = fn;
  frame[1] = env; // [2] is the block, since the stack was made
  cb->sp = make_fcontext(frame, static_cast<size_t>(cold(cb)->stack_top - cold(cb)->stack_low),
                         how == Start::Root ? weft_rt_start_root : weft_rt_start);
  cb->ip = state(how == Start::Root ? kFreshRoot : kFresh);
}

void start_raising(weft_cb *cb, void (*raise)(void *), void *arg) {
  auto *frame = reinterpret_cast<void **>(cold(cb)->stack_top) - 3;
  frame[0] = reinterpret_cast<void *>(raise);
  frame[1] = arg;
  cb->ip = state(state_of(cb) & ~kBound);
}

Message ask(void *&context, void (*run)(void *), void *arg, void *registers, const void **low) {
  fcontext_t here;
  Message m = {};
  m.kind = Message::Serve;
  m.left = low ? const_cast<void **>(low) : &here;
  m.run = run;
  m.arg = arg;
  m.registers = registers;
  transfer_t t = jump_fcontext(context, &m);
  context = t.fctx;
  return message_of(t);
}

void call_native(void (*fn)(void *), void *arg, weft_cb *outermost, const void **low) {
  Message answer = ask(outermost->psp, fn, arg, nullptr, low);
  if (answer.thrown)
    go_on_unwinding(answer.thrown, answer.forced);
}

} // namespace arch

bool is_fresh(const weft_cb *cb) {
  return cb->inner == cb && (arch::state_of(cb) & ~arch::kBound) >= arch::kFresh;
}

} // namespace weft

extern "C" void weft_rt_return_mem(const weft_payload *results) {
  weft::arch::end_body_with(results);
}

// What compiled code calls: the jump stands in tail position, so whoever jumps back comes out in compiled code.

namespace weft::arch {
namespace {

// The same function: a struct of another name would be taken apart and put together behind it, which is no tail call.
extern "C" weft_landing weft_rt_jump_fcontext(fcontext_t to, weft_message *m) asm("jump_fcontext");

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
// The tools hear of it on both sides, so there is no tail position.
WEFT_NOT_SEEN weft_landing jump_from(san::Leave &leave, fcontext_t to, weft_message *m) {
  transfer_t t = jump_fcontext(to, m);
  if (message_of(t).kind == Message::Serve)
    t = serve(t);
  if (message_of(t).kind == Message::Go || message_of(t).kind == Message::Returned)
    leave.back();
  return {t.fctx, static_cast<weft_message *>(t.data)};
}
#else
[[gnu::always_inline]] inline weft_landing jump_from(san::Leave &, fcontext_t to, weft_message *m) {
  return weft_rt_jump_fcontext(to, m);
}
#endif

// What was bound comes first. It is joined where it lies, on the receiver's stack: the sender's frame is gone.
[[gnu::cold, gnu::noinline]] void join_bound(weft_cb *inner, weft_message *m) {
  join(inner, *m->payload, bound_of(inner).values);
  m->payload = &bound_of(inner).values;
}

inline weft_cb *block_of(weft_cont k, const weft_tag *tag) {
  auto *cb = reinterpret_cast<weft_cb *>(reinterpret_cast<char *>(weft_slots) +
                                         ((k & WEFT_SLOT_MASK) << WEFT_CB_SHIFT));
  if (__builtin_expect(cb->handle != k, 0))
    weft_trap(WEFT_RULE_CONSUMED, k, tag);
  return cb;
}

// Of a block whose handle was right.
inline weft_cb *move_on(weft_cb *cb) {
  if (__builtin_expect(__builtin_add_overflow(cb->handle, WEFT_GENERATION_ONE, &cb->handle), 0))
    return weft_rt_cont_renew(cb);
  return cb;
}

inline bool has_bound(const weft_cb *cb) {
  return __builtin_expect(state_of(cb->inner) & kBound, 0);
}

} // namespace
} // namespace weft::arch

using namespace weft;

extern "C" {

WEFT_NOT_SEEN weft_landing weft_rt_resume_jump(weft_cont k, const weft_handlers *on, weft_message *m, uint32_t sent) {
  using namespace weft::arch;
  weft_cb *cb = block_of(k, nullptr);
  if (has_bound(cb)) {
    if (bound_too_much(cb, sent & WEFT_SENT_INTS, sent / WEFT_SENT_FLOATS & 7))
      weft_trap(WEFT_RULE_PAYLOAD, k, nullptr);
    join_bound(cb->inner, m);
  }
  cb = move_on(cb);
  san::Leave leave(san::into(cb));
  weft_cb *inner;
  fcontext_t to = into(cb, on, inner);
  m->kind = Message::Go;
  m->left = &cb->psp;
  return jump_from(leave, to, m);
}

WEFT_NOT_SEEN weft_landing weft_rt_suspend_jump(const weft_tag *tag, weft_message *m) {
  using namespace weft::arch;
  san::Leave leave(san::out_of(tag));
  weft_cb *me = weft_tls.current;
  Found found = find_suspend(me, tag);
  if (__builtin_expect(!found.cb, 0))
    weft_trap(static_cast<int>(found.index), 0, tag);
  fcontext_t to = out_of(me, found, *m);
  return jump_from(leave, to, m);
}

WEFT_NOT_SEEN weft_landing weft_rt_switch_jump(weft_cont k, const weft_tag *tag, weft_message *m, uint32_t sent) {
  using namespace weft::arch;
  weft_cb *cb = block_of(k, tag);
  weft_cb *me = weft_tls.current;
  Found found = find_switch(me, tag);
  if (__builtin_expect(!found.cb, 0))
    weft_trap(static_cast<int>(found.index), k, tag);
  uint32_t ints = sent & WEFT_SENT_INTS; // with the handle of who is left
  if (has_bound(cb) && bound_too_much(cb, ints, sent / WEFT_SENT_FLOATS & 7))
    weft_trap(WEFT_RULE_PAYLOAD, k, nullptr);
  cb = move_on(cb);
  san::Leave leave(san::into(cb));
  const_cast<weft_payload *>(m->payload)->i[ints - 1] = found.cb->handle;
  weft_cb *inner = cb->inner;
  if (has_bound(cb))
    join_bound(inner, m);
  cb->inner = cb;
  cb->on = cut(found.cb);
  cb->parent = found.cb->parent;
  cb->psp = found.cb->psp;
  found.cb->inner = me;
  me->ip = state(kSuspended);
  weft_tls.current = inner;
  m->kind = Message::Go;
  m->left = &me->sp;
  return jump_from(leave, take_context(inner), m);
}

WEFT_NOT_SEEN weft_message *weft_rt_landed(void *context, weft_message *came, weft_message *m) {
  using namespace weft::arch;
  transfer_t t = {context, came};
  if (came->kind == Message::Serve)
    t = serve(t);
  const Message &now = message_of(t);
  if (now.kind == Message::Raise) {
    land(t);
  } else if (now.kind != Message::Returned) {
    come_back(t);
    return static_cast<weft_message *>(t.data);
  }
  Came results = come_back(t);
  *const_cast<weft_payload *>(m->payload) = *results.payload;
  m->which = 0;
  m->next = 0;
  free_block(results.over);
  return m;
}
}
