// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tells ASan and TSan of each change of stacks; nothing without them.
//
// ASan keeps the bounds of the stack it is on (and a fake stack for use-after-return); TSan keeps a
// shadow call stack and a clock per fiber. Both must hear of a switch just before it, and ASan once
// more just after. What they give us is kept in the block's cold half.
#pragma once

#include "weft/lowered.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WEFT_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WEFT_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define WEFT_TSAN 1
#endif

// For a function in whose middle TSan's fiber changes: its entry and exit notes would fall on two
// different shadow stacks.
#if defined(__clang__) && (defined(WEFT_ASAN) || defined(WEFT_TSAN))
#define WEFT_NOT_SEEN __attribute__((disable_sanitizer_instrumentation, noinline))
#elif defined(WEFT_TSAN)
#define WEFT_NOT_SEEN __attribute__((no_sanitize("thread"), noinline))
#elif defined(WEFT_ASAN)
#define WEFT_NOT_SEEN __attribute__((no_sanitize("address"), noinline))
#else
#define WEFT_NOT_SEEN
#endif

namespace weft::arch::san {

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)

// The block whose stack comes next: the innermost of the chain.
weft_cb *into(weft_cb *outermost);
// The same by a switch. Null when there is no handler: then it traps, which may throw, and never leaves.
weft_cb *into_by(const weft_tag *tag, weft_cb *outermost);
// The block that answers `tag`'s resumer: what a suspend goes back to. Null as above.
weft_cb *out_of(const weft_tag *tag);
// The running body is over: its parent is next.
void before_return();
// First thing on a fresh stack.
void after_entry();
// Frames of the running continuation above `from` may be left without returning: what ASan has poisoned around
// their locals would stay for whoever stands there next. As __asan_handle_no_return, which knows only calls' own stacks.
void abandon_frames(const void *from);
// The use of its stack is over: by a return, by unwinding, or with frames that will never know.
enum class Ended { Returned, Unwound, Abandoned };
void destroy(weft_cb *cb, Ended how);
// What stands on its stack will never run again.
void forget_frames(weft_cb *cb);

class Leave {
public:
  explicit Leave(weft_cb *to); // nothing is told for null
  void back();

private:
  void *fake_ = nullptr;
};

#else

inline weft_cb *into(weft_cb *cb) { return cb; }
inline weft_cb *into_by(const weft_tag *, weft_cb *cb) { return cb; }
inline weft_cb *out_of(const weft_tag *) { return nullptr; }
inline void before_return() {}
inline void after_entry() {}
inline void abandon_frames(const void *) {}
enum class Ended { Returned, Unwound, Abandoned };
inline void destroy(weft_cb *, Ended) {}
inline void forget_frames(weft_cb *) {}

struct Leave {
  explicit Leave(weft_cb *) {}
  void back() {}
};

#endif

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)

// A call on the thread's own stack from a continuation's: made there, arrive() and depart() around what runs
// on the other, back() here. To TSan the call would be one like any other, but for what runs there and resumes: its
// continuations come back to the thread's own fiber, which has to be the one that they left.
class NativeCall {
public:
  explicit NativeCall(weft_cb *from);
  void arrive();
  void depart();
  void back();

private:
  weft_cb *from_;
#if defined(WEFT_ASAN)
  void *fake_ = nullptr;
#endif
};

#else

struct NativeCall {
  explicit NativeCall(weft_cb *) {}
  void arrive() {}
  void depart() {}
  void back() {}
};

#endif

} // namespace weft::arch::san
