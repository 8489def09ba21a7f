// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Everything the runtime needs from an operating system, in one port. Sizes are multiples of
// page_size() unless said otherwise; addresses page-aligned.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::os {

enum class Guard : uint32_t { None = 0, Protect = 1, Advice = 2 };

size_t page_size();

// Address space, readable and writable, zero, committed when touched, never in huge pages (one touched
// byte of a stack would cost 2 MiB). Null when there is none.
void *reserve(size_t size);

// Gives the pages of [base, base + size) back now; they are zero when touched again. False: the system keeps
// them (locked memory, say), with what is in them.
bool discard(void *base, size_t size);

// Which guard this kernel really gives; probed once by touching, because emulators accept the advice and
// install nothing.
Guard guard_kind();
// Makes whole pages fault on any access. False: it could not be (limit of mappings); they stay accessible.
bool install_guard(void *base, size_t size);

// Where the calling thread's native stack ends, above everything on it.
const void *native_stack_end();

// An alternate signal stack for the calling thread, unless it has one. Any number of calls.
void ensure_signal_stack();

// Calls on_fault(address, context) for SIGSEGV and SIGBUS; when it returns false the previous handler
// gets the signal. Once per process.
void install_fault_handler(bool (*on_fault)(void *address, void *context));

// Writes text to standard error with no allocation.
void write_error(const char *text, size_t size);

// Makes the calls of name that loaded objects make through their tables of imported functions go to `to`, in
// those objects that also define it: *definition is set to such a definition before the first call goes
// astray. False when there are none. The object that contains `to` is left alone.
bool redirect_calls(const char *name, void *to, void **definition);

} // namespace weft::os
