// How running WebAssembly ends early. Traps and exceptions are C++ exceptions of two types, since those
// cross continuations, unwinding each as Weft's rules say; generated code catches only WasmException.
#include "rt/backtrace.h"
#include "rt/instance.h"
#include <weft/lowered.h>
#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>

namespace wat {

extern "C" __attribute__((tls_model("initial-exec"))) thread_local Thread wat_thread;
thread_local Thread wat_thread;

static const char *const texts[] = {
#define WAT_TRAP(id, text) text,
#include "rt/traps.def"
};

[[noreturn]] void raise_trap(std::string message, bool suspension) {
  throw Trap{std::move(message), suspension, frames()};
}

extern "C" [[noreturn]] void wat_trap(uint32_t code) { raise_trap(texts[code]); }

extern "C" [[noreturn]] void wat_trap_uninitialized(uint64_t index) {
  raise_trap("uninitialized element " + std::to_string(index));
}

/// An Exn; Weft calls this, too, to raise one where a continuation stands, hence the pointer's type.
extern "C" [[noreturn]] void wat_throw(void *exn) {
  throw WasmException{static_cast<Exn *>(exn), Root(reinterpret_cast<uint64_t>(exn))};
}

extern "C" Exn *wat_caught(void *exception) {
  Exn *e = static_cast<WasmException *>(abi::__cxa_begin_catch(exception))->exn;
  abi::__cxa_end_catch();
  return e;
}

/// Weft's errors at markers, in WebAssembly's words.
extern "C" void weft_trap(int rule, weft_cont k, const weft_tag *tag) {
  if (!wat_thread.limit) { // an embedder's own mistake
    fprintf(stderr, "weft: rule %d of rules.md broken outside of WebAssembly, tag '%s'\n", rule,
            tag && tag->name ? tag->name : "");
    abort();
  }
  switch (rule) {
  case WEFT_RULE_CONSUMED:
    raise_trap(texts[uint32_t(k ? TrapCode::Consumed : TrapCode::NullContinuation)]);
  case WEFT_RULE_UNHANDLED:
  case WEFT_RULE_BARRIER:
    raise_trap(std::string("unhandled tag") + (*tag->name ? " $" : "") + tag->name, true);
  case WEFT_RULE_OVERFLOW:
    raise_trap(texts[uint32_t(TrapCode::Exhausted)]);
  default:
    raise_trap("internal error: Weft's rule " + std::to_string(rule));
  }
}

} // namespace wat
