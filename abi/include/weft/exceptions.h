/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What weft.resume.throw raises at a suspension point.
 *
 * Its operand points at an exception as the unwinder knows it, a struct _Unwind_Exception of <unwind.h>, of
 * any language: the runtime raises that very object on the continuation's stack. A language makes one like this:
 *
 *     struct my_exception { struct _Unwind_Exception head; ... };
 *     e->head = (struct _Unwind_Exception){.exception_class = MY_CLASS, .exception_cleanup = my_delete};
 *
 * and owns it again in the landing pad that catches it. A C++ exception given so is one in flight, straight
 * from a landing pad of the resumer, which gives it up.
 *
 * Or it points at a weft_raise: then the runtime calls raise(arg) there, as if the suspension point had called
 * it, and raise throws in its language's own way. That is how C++ does it:
 *
 *     weft_resume_throw(k, &on, weft::thrown(std::runtime_error("late")), &io, &k);
 *     weft_resume_throw(k, &on, weft::thrown(std::current_exception()), &io, &k);
 *
 * It passes frames as C++'s exceptions do: C's clean-ups run where it was compiled with -fexceptions. What LLVM knows as
 * nounwind, as all of C without that flag, is like noexcept to callers that it sees, in one module or at a link: their
 * clean-ups are gone. In modules with markers the pass sees to it; C that only calls (fibers, tasks) wants -fexceptions
 * where link-time optimization follows.
 *
 * Both speak to weft.resume.throw and to weft_rt_resume_throw of lowered.h alike.
 */
#ifndef WEFT_EXCEPTIONS_H
#define WEFT_EXCEPTIONS_H

#include "weft/names_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_RAISE_CLASS UINT64_C(0x5745465452414953) /* "WEFTRAIS" */

/* Begins like an _Unwind_Exception. It lives until raise is called; raise runs on the continuation's stack
 * and never returns (CONT-12). */
typedef struct weft_raise {
  uint64_t exception_class; /* WEFT_RAISE_CLASS */
  void (*raise)(void *arg);
  void *arg;
} weft_raise;

#ifdef __cplusplus
/* Throws the C++ exception that the std::exception_ptr at \p owner points at, which was never thrown before or is not being
 * handled any more, and takes it from there: what std::rethrow_exception does with a second object beside it. */
WEFT_API void weft_rt_raise_cxx(void *owner);
}

#include <exception>
#include <type_traits>
#include <utility>

namespace weft {

/* A C++ exception on its way into a continuation: a temporary in the call of resume.throw. From a value, it is thrown
 * like any value; from an exception_ptr, it is the same object that all of its owners see. */
class thrown {
public:
  explicit thrown(std::exception_ptr exception) : thrown(std::move(exception), rethrow) {}
  template <class E, class = std::enable_if_t<!std::is_same_v<std::decay_t<E>, thrown> &&
                                              !std::is_same_v<std::decay_t<E>, std::exception_ptr>>>
  explicit thrown(E &&value)
      : thrown(std::make_exception_ptr<std::decay_t<E>>(std::forward<E>(value)), weft_rt_raise_cxx) {}
  thrown(const thrown &) = delete;
  thrown &operator=(const thrown &) = delete;

  /* Null for an empty exception_ptr, which breaks CONT-12. */
  operator void *() { return exception_ ? &raise_ : nullptr; }

private:
  thrown(std::exception_ptr exception, void (*raise)(void *))
      : raise_{WEFT_RAISE_CLASS, raise, &exception_}, exception_(std::move(exception)) {
    static_assert(sizeof exception_ == sizeof(void *));
  }
  static void rethrow(void *exception) {
    std::rethrow_exception(std::move(*static_cast<std::exception_ptr *>(exception)));
  }
  weft_raise raise_;
  std::exception_ptr exception_;
};

} // namespace weft
#endif
#endif
