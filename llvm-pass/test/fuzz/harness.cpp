// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Runs the programs that emit.py made: `PROGRAM FIRST [trace]` runs those from the FIRST-th on, each with a line
// `seed events hash`; with `trace` it runs only that one and prints each event.
#include <cxxabi.h>
#include <exception>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <typeinfo>
#include <unistd.h>
#include <unwind.h>
#include <weft/exceptions.h>
#include <weft/lowered.h>

#define OWN_CLASS UINT64_C(0x4655545A00000000)
enum { TRAP = 1, RAISED = 2 };
extern "C" {

struct program {
  uint64_t seed;
  void (*run)(void);
};
extern const struct program fz_programs[];
extern const uint64_t fz_count;
extern const int fz_traps_in_cxx[]; // what weft_trap throws in the i-th: 1: C++'s

static uint64_t hash, events, number;
static int trace;

void fz_log_event(uint64_t id, uint64_t value) {
  ++events;
  hash = (hash ^ (id * UINT64_C(0x9E3779B97F4A7C15) + value)) * UINT64_C(0xD6E8FEB86659FD93);
  hash ^= hash >> 29;
  if (trace)
    printf("%llu %llu\n", (unsigned long long)id, (unsigned long long)value), fflush(stdout);
}
uint64_t fz_opaque(uint64_t v) { return v; }

// All registers that a call may change hold rubbish afterwards.
int fz_level; // 1: AVX, 2: AVX-512
__asm__(".text\n.globl fz_log\nfz_log:\n.cfi_startproc\nsubq $8, %rsp\n.cfi_adjust_cfa_offset 8\ncall fz_log_event\n"
        "addq $8, %rsp\n.cfi_adjust_cfa_offset -8\njmp fz_poison\n.cfi_endproc\n"
        ".globl fz_poison\nfz_poison:\n.cfi_startproc\n"
        "movq $-2, %rax\nmovq $-3, %rcx\nmovq $-5, %rdx\nmovq $-7, %rsi\nmovq $-9, %rdi\nmovq $-11, %r8\n"
        "movq $-13, %r9\nmovq $-15, %r10\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\npcmpeqd %xmm\\n, %xmm\\n\n.endr\n"
        "cmpl $1, fz_level(%rip)\njl 1f\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\nvpcmpeqd %ymm\\n, %ymm\\n, %ymm\\n\n.endr\n"
        "cmpl $2, fz_level(%rip)\njl 1f\n"
        ".irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\nvpternlogd $255, %zmm\\n, %zmm\\n, %zmm\\n\n.endr\n"
        ".irp n,0,1,2,3,4,5,6,7\nkxnorw %k\\n, %k\\n, %k\\n\n.endr\n"
        "1: movq $-17, %r11\nret\n.cfi_endproc\n");

struct exception {
  union {
    struct _Unwind_Exception head;
    weft_raise raise;
  };
  uint64_t code;
};
static void forget(_Unwind_Reason_Code, struct _Unwind_Exception *) {}
static struct exception *make(uint64_t code) {
  void *memory;
  if (posix_memalign(&memory, 16, sizeof(struct exception)))
    abort();
  auto *e = static_cast<struct exception *>(memory);
  memset(e, 0, sizeof *e);
  e->head.exception_class = OWN_CLASS;
  e->head.exception_cleanup = forget;
  e->code = code;
  return e;
}

// C++'s own: one with a base that is not at its beginning, its base, and a number.
struct fz_a {
  uint64_t code;
  explicit fz_a(uint64_t c) : code(c) {}
  virtual ~fz_a() = default;
};
struct fz_before {
  uint64_t filler = 0x5555;
  virtual ~fz_before() = default;
};
struct fz_b : fz_before, fz_a {
  explicit fz_b(uint64_t c) : fz_a(c) {}
};

WEFT_NORETURN void fz_throw(uint64_t code, int type) {
  if (type == 1)
    throw fz_a(code);
  if (type == 2)
    throw fz_b(code);
  if (type == 3)
    throw code;
  _Unwind_RaiseException(&make(code)->head);
  printf("nobody catches %llu\n", (unsigned long long)code), fflush(stdout);
  abort();
}
WEFT_NORETURN void fz_rethrow() { throw; }
// What a handler for the type has in its hand.
uint64_t fz_code(void *object, int type) {
  return type == 1   ? static_cast<fz_a *>(object)->code
         : type == 2 ? static_cast<fz_b *>(object)->code
                     : *static_cast<uint64_t *>(object);
}
uint64_t fz_take(void *exception, int type) {
  uint64_t code = fz_code(__cxxabiv1::__cxa_begin_catch(exception), type);
  __cxxabiv1::__cxa_end_catch();
  return code;
}
// The code of the exception that is being handled, or 0.
uint64_t fz_handled() {
  std::exception_ptr handled = std::current_exception();
  std::type_info *type = handled ? __cxxabiv1::__cxa_current_exception_type() : nullptr;
  if (!type)
    return 0;
  void *object;
  memcpy(&object, &handled, sizeof object);
  if (*type == typeid(fz_b))
    return fz_code(static_cast<fz_b *>(object), 2);
  return *type == typeid(fz_a) || *type == typeid(uint64_t) ? fz_code(object, *type == typeid(fz_a) ? 1 : 3) : 7;
}
uint64_t fz_uncaught() { return static_cast<uint64_t>(std::uncaught_exceptions()); }
static void raise_code(void *arg) {
  fz_log_event((uint64_t)RAISED << 40, (uint64_t)arg);
  fz_throw((uint64_t)arg, 0);
}
// 0: an object of our own, 1: by a weft_raise, 2: of C++, 3: the very one that is being handled, if there is one
void *fz_exception(uint64_t code, int how) {
  if (how >= 2) {
    if (how == 3 && std::current_exception())
      return *new weft::thrown(std::current_exception());
    if (how == 3)
      return *new weft::thrown(std::make_exception_ptr(fz_a(code)));
    return *new weft::thrown(fz_a(code));
  }
  struct exception *e = make(code);
  if (how == 1)
    e->raise = {WEFT_RAISE_CLASS, raise_code, (void *)code};
  return e;
}
uint64_t fz_caught(void *exception) {
  auto *e = static_cast<struct exception *>(exception);
  return e->head.exception_class == OWN_CLASS ? e->code : 0;
}

WEFT_NORETURN void weft_trap(int rule, weft_cont k, const weft_tag *tag) {
  uint64_t what = rule == WEFT_RULE_CONSUMED ? k == 0 : tag ? 2 + strtoull(strchr(tag->name, '.') + 1, nullptr, 10) : 1;
  fz_log_event(((uint64_t)TRAP << 40) + (uint64_t)rule, what);
  fz_throw(1000 + (uint64_t)rule, fz_traps_in_cxx[number]);
}

// Calls f and says whether the registers that a callee keeps were kept.
int fz_keeps(void (*f)(void));
__asm__(".text\n.globl fz_keeps\nfz_keeps:\n.cfi_startproc\n"
        ".irp r,rbp,rbx,r12,r13,r14,r15\npushq %\\r\n.cfi_adjust_cfa_offset 8\n.endr\n"
        "subq $8, %rsp\n.cfi_adjust_cfa_offset 8\n"
        "movq $1001, %rbp\nmovq $1002, %rbx\nmovq $1003, %r12\nmovq $1004, %r13\nmovq $1005, %r14\nmovq $1006, %r15\n"
        "call *%rdi\n"
        "xorl %eax, %eax\n"
        ".macro kept r, v\ncmpq $\\v, %\\r\njne 1f\n.endm\n"
        "kept rbp, 1001\nkept rbx, 1002\nkept r12, 1003\nkept r13, 1004\nkept r14, 1005\nkept r15, 1006\n"
        "movl $1, %eax\n1: addq $8, %rsp\n.cfi_adjust_cfa_offset -8\n"
        ".irp r,r15,r14,r13,r12,rbx,rbp\npopq %\\r\n.cfi_adjust_cfa_offset -8\n.endr\nret\n.cfi_endproc\n");
} // extern "C"

int main(int argc, char **argv) {
  fz_level = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") ? 2 : __builtin_cpu_supports("avx2") ? 1 : 0;
  uint64_t first = argc > 1 ? strtoull(argv[1], nullptr, 10) : 0;
  trace = argc > 2;
  for (uint64_t i = first; i < fz_count && (i == first || !trace); ++i) {
    hash = events = 0;
    number = i;
    int kept = fz_keeps(fz_programs[i].run);
    printf("%llu %llu %llu%s\n", (unsigned long long)fz_programs[i].seed, (unsigned long long)events,
           (unsigned long long)hash, kept ? "" : " registers not kept");
    fflush(stdout);
    if (weft_current()->parent)
      puts("not back at the root");
  }
}
