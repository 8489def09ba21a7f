// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Everything the runtime needs from an operating system, in one port. Sizes are multiples of
// page_size() unless said otherwise; addresses page-aligned.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft::os {

enum class Guard : uint32_t { None = 0, Protect = 1, Advice = 2 };

size_t page_size();

// Address space, readable and writable, zero, committed when touched, never in huge pages (one touched
// byte of a stack would cost 2 MiB). Null when there is none.
void *reserve(size_t size);

// Whether core dumps contain whole pages; all do until they are told not to. Of big reservations that are hardly touched
// gdb's would write every zero.
void in_core_dumps(void *base, size_t size, bool wanted);

// Gives the pages of [base, base + size) back now; they are zero when touched again. False: the system keeps
// them (locked memory, say), with what is in them.
bool discard(void *base, size_t size);

// The best guard that this kernel really gives; probed once by touching, because emulators accept the advice and
// install nothing.
Guard best_guard();
// Makes whole pages fault on any access. Where `kind` is Advice and is refused (locked memory), by Protect. False: it
// could not be (limit of mappings); they stay accessible.
bool install_guard(Guard kind, void *base, size_t size);

// Which pages of [base, base + size) are in memory, a byte each in `there`; async-signal-safe.
bool resident(const void *base, size_t size, unsigned char *there);

// Where the calling thread's native stack ends, above everything on it.
const void *native_stack_end();

// An alternate signal stack for the calling thread, unless it has one. Any number of calls.
void ensure_signal_stack();

// Calls on_fault(address, context) for SIGSEGV and SIGBUS; when it returns false the previous handler
// gets the signal. Once per process.
void install_fault_handler(bool (*on_fault)(void *address, void *context));

// Copies memory that may not be there. False: it is not. Async-signal-safe.
bool read_memory(const void *from, void *to, size_t size);

// Sleeps while word has that value, at most ns nanoseconds (UINT64_MAX: no limit). May return for no reason.
void wait_while(const std::atomic<uint32_t> &word, uint32_t value, uint64_t ns);
void wake_one(const std::atomic<uint32_t> &word);
void wake_all(const std::atomic<uint32_t> &word);

// A full fence in every running thread of the process, at once: who calls it pays for all, so that their own side
// of a store-then-load needs none. have_heavy_fence asks the system for it, once before; false: there is no such thing.
bool have_heavy_fence();
void heavy_fence();
// In a loop that looks at memory another thread writes.
inline void spin_pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// The calling thread's number in the system.
int thread_number();

// Writes text to standard error with no allocation.
void write_error(const char *text, size_t size);

// Makes the calls of name that loaded objects make through their tables of imported functions go to `to`, in
// those objects that also define it: *definition is set to such a definition before the first call goes
// astray. False when there are none. The object that contains `to` is left alone.
bool redirect_calls(const char *name, void *to, void **definition);

// Makes the calls of name that loaded objects import from others go to `to`, our own too. *own, which the caller has
// set to something to fall back on, is the definition that they were bound to. False when there are none.
bool redirect_imports(const char *name, void *to, void **own);

// For each ELF note of that name and type in a loaded object: its descriptor, and the object's file.
void each_note(const char *name, uint32_t type, void (*visit)(void *arg, const char *file, const char *desc),
               void *arg);
// The file that what lies at `address` was loaded from.
void file_of(const void *address, char *out, size_t size);
// The object that contains `address` is not unloaded any more.
void stay_loaded(const void *address);

// The stack pointer of what a signal interrupted; `context` is the handler's third argument.
const void *interrupted_stack_pointer(const void *context);

} // namespace weft::os
