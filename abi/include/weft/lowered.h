/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The contract between code that weft-lower emitted and the runtime it runs on: the layout of the
 * control block, the thread's record, and the out-of-line entry points.
 *
 * The idea: a continuation's control block is 64 bytes in one table indexed by the slot bits of its
 * handle, apart from any stack. So checking a handle is one load and one compare, control blocks of
 * many continuations never collide in one cache set as stack tops do, and trimming a stack cannot
 * lose a generation. What the hot path does not touch lies in a twin table WEFT_COLD_OFFSET bytes
 * above (a constant distance, so it costs no load).
 *
 * A chain is a suspended or running row of continuations, each the resumer of the next. Both ends
 * are kept: the outermost block's `inner` names the one to jump into, so resuming is O(1).
 *
 * Offsets are given twice, as fields and as numbers for assembly; abi/test checks that they agree.
 */
#ifndef WEFT_LOWERED_H
#define WEFT_LOWERED_H

#include "weft/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_SLOT_BITS 24
#define WEFT_SLOT_MASK 0xffffffu
#define WEFT_GENERATION_ONE (UINT64_C(1) << WEFT_SLOT_BITS)
#define WEFT_CB_SHIFT 6 /* log2(sizeof(struct weft_cb)) */
/* 2^24 slots of 64 bytes, and a bit: at a round distance both halves of a block share their lower address
 * bits and so a cache set, which makes creating and forwarding cost half as much again. */
#define WEFT_COLD_OFFSET 0x40002540

struct weft_cb {
  weft_cont handle;        /* what the next consumer must present; moves on at each consumption */
  void *sp;                /* suspended: own stack pointer, below it [rbx][rbp] were pushed */
  void *ip;                /* suspended: where to go on */
  void *psp;               /* running: the resumer's stack pointer, at [return ip][rbx][rbp] */
  const weft_handlers *on; /* running: what the resumer installed; bit 0 set: some handler cache
                              goes through this link, see weft_rt_suspend_slow;
                              suspended, outermost of a chain: the innermost's rbx */
  struct weft_cb *parent;  /* running: the resumer; free: next on the free list */
  struct weft_cb *inner;   /* suspended, outermost of a longer chain: its innermost; else itself */
  uint32_t stack_class;
  uint32_t flags; /* 0 when finishing needs no extra work */
};

#define WEFT_CB_HANDLE 0
#define WEFT_CB_SP 8
#define WEFT_CB_IP 16
#define WEFT_CB_PSP 24
#define WEFT_CB_ON 32
#define WEFT_CB_PARENT 40
#define WEFT_CB_INNER 48
#define WEFT_CB_CLASS 56
#define WEFT_CB_FLAGS 60

/* One per OS thread: the thread-local `weft_tls` (initial-exec). Lowered code reads `current`, and
 * only inside the text of a switch. It starts as &weft_root_cb, so continuations work on any
 * thread with nothing started first. */
struct weft_thread {
  struct weft_cb *current;
  struct weft_cb *free_list[WEFT_STACK_CLASSES];
  uint32_t armed; /* the thread gives its free blocks away when it ends */
  uint32_t reserved;
};
#define WEFT_THREAD_CURRENT 0
#define WEFT_THREAD_FREE 8
#define WEFT_THREAD_ARMED 72

/* The thread's number, which no other thread of the process gets while it runs or later: it has the same one exactly
 * if it is the same thread, unlike its thread pointer, which a new thread may have from one that ended. It is in the
 * thread-local `weft_thread_number` (initial-exec), which is 0 until this function has given the thread one. By it code
 * of a shared library tells whether addresses of thread-locals that it had before a suspension are still its
 * thread's. Any thread. */
WEFT_API uint64_t weft_rt_thread_number(void);

/* The slot table. Points at a dummy until the first continuation, so a null handle is always safe
 * to look up. */
extern WEFT_API struct weft_cb *weft_slots;

/* Every lowered object refers to the one of its port; the runtime that can run it defines that one. */
extern WEFT_API const char weft_abi1_x86_64_inline, weft_abi1_portable;
/* The same for objects that only call (names_abi.h), and for sanitized ones, lowered or not: only a libweft that was
 * built with the sanitizer has its symbol. */
extern WEFT_API const char weft_abi1;
extern WEFT_API const char weft_sanitizer_address, weft_sanitizer_thread;

/* A table that lists nothing; what a null or empty `on` becomes. */
extern WEFT_API const weft_handlers weft_no_handlers;

/* What stands in the place of the running continuation's handlers during a call with "weft.barrier":
 * lists nothing (count 0, one entry that no tag matches), and no search goes past it. Constant; `file` is
 * NULL where the place is not known. */
#define WEFT_HANDLERS_BARRIER 1u
struct weft_barrier {
  weft_handlers on;
  const char *function, *file;
  uint32_t line, reserved;
};

/* The innermost barrier that the running continuation is inside of, or NULL; for weft_trap. */
WEFT_API const struct weft_barrier *weft_rt_barrier(void);

/* What lowered code calls. Payload registers and the rest are in arch/x86_64.h. */

/* A fresh continuation that will run fn(env, i0..i5, f0..f5) on a stack of that class, by the C
 * calling convention of arch/x86_64.h; fn ends by weft_rt_return's text and never returns.
 * 0 when out of memory or of slots, or when there is no such class. Any thread. */
WEFT_API weft_cont weft_rt_cont_new(void (*fn)(void), void *env, uint32_t stack_class);

/* Unwinds k, each clean-up once; a fresh one is just freed. CONT-01 if it is consumed or null. */
WEFT_API void weft_rt_cont_drop(weft_cont k);

/* How a body ends in the portable port, where payloads travel in memory: with these results. */
WEFT_API WEFT_NORETURN void weft_rt_return_mem(const weft_payload *results);

/* The portable port's switch where a function's pair of pointers travels in registers (x86-64, AArch64). A message and
 * the values stay in the sender's frame, which lives while it is away. The callee ends by the jump in tail position,
 * so that whoever jumps back comes out of the call in the sender's code, and no `ret` is predicted wrongly. What comes
 * out are the context that was left and the message that came with it. The code behind the call does
 *     if (came.message->kind == 0) *came.message->left = came.context;
 *     else came.message = weft_rt_landed(came.context, came.message, own message);
 * and reads `which`, `next` and the lanes that it declares there, before anything else runs. */
struct weft_message {
  uint32_t kind;  /* 0: values, of a resume, suspend or switch */
  uint32_t which; /* from a suspend or a return: what a resume gives */
  void **left;    /* where the sender's context is kept; only who lands knows it */
  const weft_payload *payload; /* set by who sends, to its lanes: a switch's handle of who was left goes there */
  weft_cont next;
};
#define WEFT_MESSAGE_KIND 0
#define WEFT_MESSAGE_WHICH 4
#define WEFT_MESSAGE_LEFT 8
#define WEFT_MESSAGE_PAYLOAD 16
#define WEFT_MESSAGE_NEXT 24
struct weft_landing {
  void *context;
  struct weft_message *message;
};
WEFT_API struct weft_landing weft_rt_resume_jump(weft_cont k, const weft_handlers *on, struct weft_message *m,
                                                 uint32_t sent);
WEFT_API struct weft_landing weft_rt_suspend_jump(const weft_tag *tag, struct weft_message *m);
WEFT_API struct weft_landing weft_rt_switch_jump(weft_cont k, const weft_tag *tag, struct weft_message *m,
                                                 uint32_t sent);
/* All that is not values: what throws comes out of it, what asks is answered. A body's results, whose stack is given back,
 * are copied to m->payload. */
WEFT_API struct weft_message *weft_rt_landed(void *context, struct weft_message *came, struct weft_message *m);

/* Binds the first `ints` integers and `floats` floats of `values` to k: what its next resume or switch
 * sends arrives behind them. Consumes k, returns its new handle. CONT-01; CONT-08 when more than six of a kind are
 * bound. When that and what is sent are, it is the resume's or switch's CONT-08, and nothing was consumed. */
WEFT_API weft_cont weft_rt_cont_bind(weft_cont k, const weft_payload *values, uint32_t ints,
                                     uint32_t floats);

/* The slot's generations are used up: moves the suspended continuation to a new slot and retires
 * the old one. Called by a resume or switch whose increment overflowed; returns its new block. */
WEFT_API struct weft_cb *weft_rt_cont_renew(struct weft_cb *cb);

/* The out-of-line forms, for compilers that cannot run the pass and for sanitized code. Payloads
 * in memory; `in` and `out` may be NULL or the same. */
WEFT_API uint32_t weft_rt_resume(weft_cont k, const weft_handlers *on, const weft_payload *in,
                                 weft_payload *out, weft_cont *next);
/* The same for those who know how much they send, sanitized code; a resume does not, and what is too much with what was
 * bound is lost. `sent` is made of the WEFT_SENT_ values. */
enum {
  WEFT_SENT_INTS = 7, /* the integers, a switch's handle of who was left included */
  WEFT_SENT_FLOATS = 8, /* times their number */
  WEFT_SENT_BY_SWITCH = 64
};
WEFT_API uint32_t weft_rt_resume_sent(weft_cont k, const weft_handlers *on, const weft_payload *in,
                                      weft_payload *out, weft_cont *next, uint32_t sent);
WEFT_API void weft_rt_switch_sent(weft_cont k, const weft_tag *tag, const weft_payload *in, uint32_t sent,
                                  weft_payload *out);
/* Raises at k's suspension point; `exception` is as exceptions.h says. */
WEFT_API uint32_t weft_rt_resume_throw(weft_cont k, const weft_handlers *on, void *exception,
                                       weft_payload *out, weft_cont *next);
WEFT_API void weft_rt_suspend(const weft_tag *tag, const weft_payload *in, weft_payload *out);
WEFT_API void weft_rt_switch(weft_cont k, const weft_tag *tag, const weft_payload *in,
                             uint32_t int_count, weft_payload *out);
/* A fresh continuation whose body speaks the out-of-line form: it is handed the first resume's
 * payload and leaves its results in it. */
typedef void (*weft_body)(void *env, weft_payload *io);
WEFT_API weft_cont weft_rt_cont_new_mem(weft_body body, void *env, uint32_t stack_class);

/* What a call with "weft.barrier" does before and after itself; `before` is what enter gave. Whoever lets an
 * exception out in between calls leave as well. */
WEFT_API const weft_handlers *weft_rt_barrier_enter(const struct weft_barrier *at);
WEFT_API void weft_rt_barrier_leave(const weft_handlers *before);

/* The running continuation's block; the thread's root block outside of any. */
WEFT_API struct weft_cb *weft_current(void);

/* Rules that a marker can break at run time; rules.md has each one's text. */
enum {
  WEFT_RULE_CONSUMED = 1,  /* CONT-01 consumed, stale or null handle */
  WEFT_RULE_UNHANDLED = 2, /* CONT-02 no handler lists the tag */
  WEFT_RULE_DROP = 3,      /* CONT-03 suspended or caught for good while being dropped */
  WEFT_RULE_ESCAPE = 4,    /* CONT-04 an exception left a continuation whose resumer cannot take it */
  WEFT_RULE_OVERFLOW = 5,  /* STACK-01 the stack is used up */
  WEFT_RULE_PAYLOAD = 6,   /* CONT-08 more values than travel */
  WEFT_RULE_BARRIER = 7    /* CONT-10 suspended or switched across a barrier */
};

/* Called when a marker breaks a rule, with the state as it was before the marker. Weak: a language
 * may define its own and throw from it. The default calls the host's fatal hook with a text that
 * names the rule, and a backtrace. */
WEFT_API WEFT_NORETURN void weft_trap(int rule, weft_cont k, const weft_tag *tag);

#ifdef __cplusplus
}
#endif
#endif
