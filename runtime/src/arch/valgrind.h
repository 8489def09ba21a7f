// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tells Valgrind where stacks are; in every build, for its users run the program that they have.
//
// Valgrind sees each change of the stack pointer. To what it knows for another stack that is a switch; anything else
// it takes for a frame that begins or ends, and so would forget or forbid what lies between two stacks. So it hears of
// each stack once, when that is made: then memcheck knows frames on it as on any other (new ones are undefined, gone
// ones forbidden), also when the stack is used again. Nothing is on the path of a switch, or of a stack's reuse.
//
// A request is a sequence of instructions that does nothing on a processor and that Valgrind knows; its manual ("the client
// request mechanism") says which. Written out here, so that a build without Valgrind's headers has it too. A machine without
// an implementation here runs under Valgrind with the false alarms of stacks that it does not know.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::arch::valgrind {

enum Request : uint64_t {
  kRunningOn = 0x1001,
  kStackRegister = 0x1501, // lowest and highest byte; an id
  kMakeUndefined = 0x4d430001, // memcheck's: address, size
  kMakeDefined = 0x4d430002,   // likewise
};

#if defined(__x86_64__)
inline uint64_t request(Request what, uint64_t a = 0, uint64_t b = 0) {
  volatile uint64_t args[6] = {what, a, b, 0, 0, 0};
  uint64_t result = 0;
  asm volatile("rolq $3, %%rdi\n\trolq $13, %%rdi\n\trolq $61, %%rdi\n\trolq $51, %%rdi\n\txchgq %%rbx, %%rbx"
               : "+d"(result)
               : "a"(&args[0])
               : "cc", "memory");
  return result;
}
#else
inline uint64_t request(Request, uint64_t = 0, uint64_t = 0) { return 0; }
#endif

// [low, end) is a stack, for good. Its memory is as the system gave it.
inline void register_stack(const char *low, const char *end) {
  request(kStackRegister, reinterpret_cast<uint64_t>(low), reinterpret_cast<uint64_t>(end) - 1);
}

inline const bool running_on = request(kRunningOn) != 0;

// Below a suspended stack pointer something is about to be kept, where memcheck forbids it.
inline void open(const volatile void *low, size_t size) {
  if (running_on)
    request(kMakeUndefined, reinterpret_cast<uint64_t>(low), size);
}

} // namespace weft::arch::valgrind
