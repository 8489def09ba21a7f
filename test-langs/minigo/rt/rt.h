// What the files of the run-time library use of one another. Functions that generated code calls
// are extern "C" and named mg_*; those of a Go package's body-less functions mg_<package>_<name>.
#pragma once
#include "types.h"
#include <string>
#include <string_view>

namespace minigo::rt {

/// Zeroed memory, 16-aligned, never freed (see README.md). Panics are not possible: exhaustion ends
/// the process.
extern "C" void *mg_alloc(int64_t size);

// Panics: text becomes a runtime.Error whose Error() is exactly it.
[[noreturn]] void panic_text(const std::string &text);
[[noreturn]] void
fatal_error(const std::string &text); // "fatal error: text", exit 2, not recoverable
/// Calls f(arg); false, with the panic's value in *value, if it panicked.
bool protected_call(void (*f)(void *), void *arg, Iface *value);
/// Ends the process after flushing what was printed.
[[noreturn]] void exit_process(int code);

// Standard output is buffered when it is not a terminal; anything written elsewhere flushes first.
void out_write(const char *p, size_t n);
void out_flush();
void err_write(std::string_view s);

String new_string(std::string_view s);
inline std::string_view view(const String &s) { return {s.ptr, size_t(s.len)}; }
int32_t decode_rune(const char *p, int64_t n, int64_t i, int64_t *next);
void put_rune(std::string &out, int32_t r);

bool equal(const TypeDesc *t, const void *a, const void *b);
bool iface_equal(Iface a, Iface b);
uint64_t hash(const TypeDesc *t, const void *p);

int64_t goroutine_id();

inline void *method(const TypeDesc *t, int64_t selector) {
  return t->vtable ? t->vtable[selector] : nullptr;
}
inline std::string_view type_name(const TypeDesc *t) { return {t->name, size_t(t->name_len)}; }

// fmt
std::string format_float(double v, char verb, int precision, int bits);
std::string quote(std::string_view s, char q, bool ascii);
std::string print_value(Iface v); // as Println prints it

} // namespace minigo::rt
