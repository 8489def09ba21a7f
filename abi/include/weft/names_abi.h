/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Makes an object that calls libweft name what it was compiled for, as lowered code does by weft_abi1_<port>:
 * a libweft of another ABI, or one that was not built with the object's sanitizer, then is a link error that names
 * both (ABI-01, ABI-02). Included by the headers whose functions libweft defines; a word of read-only data per
 * object. Rejected: the number in every function's name, which all who look functions up by name would have to know.
 *
 * A plug-in that gets everything through a table, such as a scheduler, includes none of them: its table has the number.
 */
#ifndef WEFT_NAMES_ABI_H
#define WEFT_NAMES_ABI_H

#include "weft/base.h"

#if defined(__ELF__) && defined(__GNUC__) && !defined(WEFT_NAMES_NO_ABI)
#ifdef __cplusplus
extern "C" {
#endif

#if WEFT_ABI != 1
#error "weft_abi1 below is this number's"
#endif
/* Kept by linkers that collect garbage, too, where the compiler can say so. */
#if defined(__has_attribute)
#if __has_attribute(retain)
#define WEFT_NAMES_KEPT __attribute__((used, retain))
#endif
#endif
#ifndef WEFT_NAMES_KEPT
#define WEFT_NAMES_KEPT __attribute__((used))
#endif

extern WEFT_API const char weft_abi1;
WEFT_NAMES_KEPT static const char *const weft_needs_abi = &weft_abi1;

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_UNDER_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define WEFT_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_UNDER_ASAN 1
#elif __has_feature(thread_sanitizer)
#define WEFT_UNDER_TSAN 1
#endif
#endif
#ifdef WEFT_UNDER_ASAN
extern WEFT_API const char weft_sanitizer_address;
WEFT_NAMES_KEPT static const char *const weft_needs_sanitizer = &weft_sanitizer_address;
#elif defined(WEFT_UNDER_TSAN)
extern WEFT_API const char weft_sanitizer_thread;
WEFT_NAMES_KEPT static const char *const weft_needs_sanitizer = &weft_sanitizer_thread;
#endif

#ifdef __cplusplus
}
#endif
#endif
#endif
