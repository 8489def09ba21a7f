/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What every other header of the ABI stands on: the ABI's number, statuses, handles and tags.
 *
 * All headers in this folder are C11 (and C++20), include nothing of ours but each other, and are
 * append-only within one ABI number: a field is added at the end of a struct whose first word is
 * its size, a status gets the next number, nothing is reused.
 */
#ifndef WEFT_BASE_H
#define WEFT_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The number that lowered code, schedulers and hosts were made for. It is part of the symbol
 * weft_abi1_x86_64_inline that every lowered object refers to, and of weft_abi1, to which objects that call refer, so
 * a mismatch fails at link time (ABI-01). */
#define WEFT_ABI 1

#if defined(__GNUC__)
#define WEFT_API __attribute__((visibility("default")))
#define WEFT_NORETURN __attribute__((noreturn))
#else
#define WEFT_API
#define WEFT_NORETURN
#endif

/* 0 is success. -1 .. -4095 are negated errno values. From -10001 down they are Weft's own. */
typedef int32_t weft_status;

enum {
  WEFT_OK = 0,
  WEFT_E_NOMEM = -10001,  /* no memory or address space; nothing was changed */
  WEFT_E_INVAL = -10002,  /* an argument breaks a rule of rules.md */
  WEFT_E_STALE = -10003,  /* the handle, token or waiter is gone; the value stays with the caller */
  WEFT_E_CLOSED = -10004, /* channel, domain or runtime is closed */
  WEFT_E_CANCELLED = -10005, /* the waiting task was cancelled */
  WEFT_E_TIMEOUT = -10006,   /* the deadline passed first */
  WEFT_E_BUSY = -10007,      /* a turn inside a turn, or a thing in use */
  WEFT_E_AGAIN = -10008,     /* would have to wait */
  WEFT_E_DEADLOCK = -10009,  /* nothing is left that could wake anybody */
  WEFT_E_ABI = -10010,       /* made for another ABI number, or a required function is missing */
  WEFT_E_NOTASK = -10011,    /* has to be called by a task, and was not */
  WEFT_E_LIMIT = -10012,     /* a limit of the implementation: 2^24 - 1 live continuations, ... */
  WEFT_E_NOTFOUND = -10013,  /* no scheduler, file or symbol of that name */
  WEFT_E_REJECTED = -10014   /* what was waited for failed in a language of the host's, which has the reason */
};

/* A short English text for any status, errno values included. Never NULL; static storage. Any thread. */
WEFT_API const char *weft_status_text(weft_status status);

/* Handle of a one-shot suspended computation: bits 0..23 a slot, bits 24..63 its generation; 0 is
 * null. It is consumed by the resume, switch, bind or drop that uses it; using it again is a defined
 * error (CONT-01). A handle belongs to one thread at a time: passing it on synchronises. */
typedef uint64_t weft_cont;

/* A one-shot, generation-checked right to complete one wait (host.h). 0 is null. */
typedef uint64_t weft_token;

/* Identity of a control effect: the *address* of a global of this type. The signature types the
 * payload and the answer, "i32,ptr->i64"; types are i1 i8 i16 i32 i64 ptr float double. */
typedef struct weft_tag {
  const char *name;
  const char *signature;
} weft_tag;

/* What a resume installs. Kind 0 answers suspend, kind 1 switch. The search for a handler reads the
 * first entry unconditionally, so a table has room for one even when count is 0. */
enum { WEFT_ON_SUSPEND = 0, WEFT_ON_SWITCH = 1 };

typedef struct weft_handler {
  const weft_tag *tag;
  uint32_t kind;
  uint32_t reserved;
} weft_handler;

typedef struct weft_handlers {
  uint32_t count;
  uint32_t flags; /* 0; others are the pass's (lowered.h) */
  weft_handler entry[1];
} weft_handlers;

#define WEFT_PAYLOAD_INTS 6
#define WEFT_PAYLOAD_FLOATS 6

/* The payload of a switch in memory: the spelling for C and for out-of-line calls. */
typedef struct weft_payload {
  uint64_t i[WEFT_PAYLOAD_INTS];
  double f[WEFT_PAYLOAD_FLOATS];
} weft_payload;

/* Stack size classes. The size is address space, guard page included; memory is what is touched.
 * WEFT_STACK changes what class 0 means. */
enum {
  WEFT_STACK_DEFAULT = 0, /* 64 KiB, or as WEFT_STACK says */
  WEFT_STACK_16K = 1,
  WEFT_STACK_64K = 2,
  WEFT_STACK_256K = 3,
  WEFT_STACK_1M = 4,
  WEFT_STACK_8M = 5,
  WEFT_STACK_64M = 6,
  WEFT_STACK_1G = 7,
  WEFT_STACK_CLASSES = 8
};

#ifdef __cplusplus
}
#endif
#endif
