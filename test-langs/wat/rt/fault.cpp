// Accesses beyond a memory's end, on x86-64. All that 32 bits and a small offset reach is reserved, so generated code
// compares nothing: the access faults, and the handler lets the thread go on in wat_fault_entry, which throws the trap as if
// the faulting instruction had called it. Faults elsewhere go to whoever handled them before (Weft: stacks' guards).
//
// A fault is no call, so functions that are left by one may count as never throwing, and try_tables know nothing of
// it: wat_personality lets traps pass all generated frames unseen. Decision 0018.
#include "rt/storage.h"
#include <atomic>
#include <csignal>
#include <mutex>
#include <typeinfo>
#include <ucontext.h>
#include <unwind.h>

namespace wat {

extern "C" [[noreturn]] void wat_trap(uint32_t code);
extern "C" _Unwind_Reason_Code __gxx_personality_v0(int, _Unwind_Action, _Unwind_Exception_Class,
                                                    _Unwind_Exception *, _Unwind_Context *);

/// The personality of functions with a try_table. C++'s looks for the place of each frame in a table of calls, and
/// terminates when it is not there.
extern "C" _Unwind_Reason_Code wat_personality(int version, _Unwind_Action actions,
                                               _Unwind_Exception_Class cls, _Unwind_Exception *e,
                                               _Unwind_Context *cx) {
  // The thrown type's place in front of the unwinder's header is the C++ ABI's; a rethrown exception_ptr has its
  // object's address there.
  constexpr _Unwind_Exception_Class cxx = 0x474e5543432b2b00; // "GNUCC++\0", or \1
  auto word = [](_Unwind_Exception *header) { return reinterpret_cast<void **>(header)[-10]; };
  if ((cls & ~_Unwind_Exception_Class(1)) == cxx) {
    void *type = word(e);
    if (cls & 1)
      type = word(static_cast<_Unwind_Exception *>(type) - 1);
    if (*static_cast<const std::type_info *>(type) == typeid(Trap))
      return _URC_CONTINUE_UNWIND;
  }
  return __gxx_personality_v0(version, actions, cls, e, cx);
}

#if defined(__x86_64__)

namespace {
// What the handler walks: never freed, used again once its size is 0.
struct Range {
  std::atomic<uintptr_t> low;
  std::atomic<uint64_t> size;
  Range *next;
};
std::atomic<Range *> ranges;
std::mutex changing; // not taken by the handler
struct sigaction old_segv, old_bus;
} // namespace

extern "C" [[noreturn]] void wat_memory_fault() { wat_trap(uint32_t(TrapCode::MemoryAccess)); }

// Entered with rsp at [faulting rip][its rsp]; a signal frame, so unwinders take that rip as it is.
// DW_CFA_def_cfa_expression 0x0f: *(rsp + 8); DW_CFA_expression 0x10 of rip (16): rsp.
extern "C" void wat_fault_entry();
__asm__(".text\n.p2align 4\n.globl wat_fault_entry\n.type wat_fault_entry, "
        "@function\nwat_fault_entry:\n"
        ".cfi_startproc\n.cfi_signal_frame\n"
        ".cfi_escape 0x0f,3,0x77,8,0x06\n.cfi_escape 0x10,16,2,0x77,0\n"
        "call wat_memory_fault\nud2\n.cfi_endproc\n.size wat_fault_entry, .-wat_fault_entry\n");

static void on_fault(int sig, siginfo_t *info, void *context) {
  auto at = reinterpret_cast<uintptr_t>(info->si_addr);
  for (Range *r = ranges.load(std::memory_order_acquire); r; r = r->next)
    if (at - r->low.load() < r->size.load()) {
      auto &regs = static_cast<ucontext_t *>(context)->uc_mcontext.gregs;
      auto sp = reinterpret_cast<uint64_t *>((uint64_t(regs[REG_RSP]) - 128 - 16) &
                                             ~uint64_t(15)); // the red zone
      sp[0] = uint64_t(regs[REG_RIP]);
      sp[1] = uint64_t(regs[REG_RSP]);
      regs[REG_RSP] = reinterpret_cast<greg_t>(sp);
      regs[REG_RIP] = reinterpret_cast<greg_t>(&wat_fault_entry);
      return;
    }
  const struct sigaction &old = sig == SIGBUS ? old_bus : old_segv;
  if (old.sa_flags & SA_SIGINFO)
    return old.sa_sigaction(sig, info, context);
  if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN)
    return old.sa_handler(sig);
  struct sigaction dfl = {};
  dfl.sa_handler = SIG_DFL;
  sigaction(sig, &dfl, nullptr); // the access is repeated and ends the process
}

void traps_within(void *low, uint64_t size) {
  static const bool once = [] {
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &old_segv);
    sigaction(SIGBUS, &action, &old_bus);
    return true;
  }();
  (void)once;
  std::lock_guard lock(changing);
  Range *r = ranges.load();
  while (r && r->size.load())
    r = r->next;
  if (!r) {
    r = new Range{0, 0, ranges.load()};
    ranges.store(r);
  }
  r->low.store(reinterpret_cast<uintptr_t>(low));
  r->size.store(size);
}

void no_traps_within(void *low) {
  std::lock_guard lock(changing);
  for (Range *r = ranges.load(); r; r = r->next)
    if (r->low.load() == reinterpret_cast<uintptr_t>(low))
      r->size.store(0);
}

#else
void traps_within(void *, uint64_t) {} // generated code compares
void no_traps_within(void *) {}
#endif

} // namespace wat
