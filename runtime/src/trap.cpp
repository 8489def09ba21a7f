// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The default of weft_trap, alone in its file so that a language's own replaces it at link time.
#include "collect.h"
#include "cont.h"
#include "fatal.h"

#include <cstdio>

namespace {

// A resumer of the running continuation lists the tag, but for the other kind of leaving it. -1: none does.
int listed_kind(const weft_tag *tag) {
  for (weft_cb *cb = weft_current(); cb != &weft::weft_root_cb; cb = cb->parent) {
    auto *on = reinterpret_cast<const weft_handlers *>(reinterpret_cast<uintptr_t>(cb->on) & ~uintptr_t{1});
    for (uint32_t i = 0; i < on->count; ++i)
      if (on->entry[i].tag == tag)
        return static_cast<int>(on->entry[i].kind);
  }
  return -1;
}

} // namespace

extern "C" [[gnu::weak]] void weft_trap(int rule, weft_cont k, const weft_tag *tag) {
  char who[96];
  weft::describe(weft_current(), who, sizeof who);
  const char *name = tag && tag->name ? tag->name : "?";
  switch (rule) {
  case WEFT_RULE_CONSUMED:
    if (!k)
      weft::fatal("weft: continuation already consumed: the handle is null, in %s (CONT-01)", who);
    weft::fatal("weft: continuation already consumed: handle %#llx, in %s (CONT-01)",
                static_cast<unsigned long long>(k), who);
  case WEFT_RULE_UNHANDLED:
    if (int kind = listed_kind(tag); kind >= 0)
      weft::fatal("weft: no handler for tag '%s' (%p): a resumer lists it for %s, and this is a %s; in %s (CONT-02)",
                  name, static_cast<const void *>(tag), kind == WEFT_ON_SWITCH ? "switch" : "suspend",
                  kind == WEFT_ON_SWITCH ? "suspend" : "switch", who);
    if (weft::waits_for_native)
      weft::fatal("weft: no handler for tag '%s' (%p) inside of weft_call_native, out of which nothing suspends; in %s (CONT-02)", name,
                  static_cast<const void *>(tag), who);
    weft::fatal("weft: no handler for tag '%s' (%p), in %s (CONT-02)", name,
                static_cast<const void *>(tag), who);
  case WEFT_RULE_DROP:
    if (tag)
      weft::fatal(
          "weft: tag '%s' (%p) would suspend a continuation that is being dropped, in %s (CONT-03)",
          name, static_cast<const void *>(tag), who);
    weft::fatal("weft: a dropped continuation went on instead of unwinding, in %s (CONT-03)", who);
  case WEFT_RULE_BARRIER: {
    const weft_barrier *at = weft_rt_barrier();
    char place[256] = "";
    if (at && at->file)
      snprintf(place, sizeof place, " at %s:%u", at->file, at->line);
    weft::fatal("weft: tag '%s' (%p) would cross the barrier in '%s'%s, in %s (CONT-10)", name,
                static_cast<const void *>(tag), at ? at->function : "?", place, who);
  }
  case WEFT_RULE_OVERFLOW:
    weft::fatal(
        "weft: no room is left on the stack of handle %#llx to bind values to it, in %s (STACK-01)",
        static_cast<unsigned long long>(k), who);
  case WEFT_RULE_PAYLOAD:
    weft::fatal(
        "weft: payload too long: six integers or pointers and six floats travel, what was bound "
        "included, by a switch five integers; in %s (CONT-08)",
        who);
  case WEFT_RULE_ESCAPE:
    weft::fatal(
        "weft: nobody catches the exception that was thrown into a continuation, in %s (CONT-04)",
        who);
  default:
    weft::fatal("weft: rule %d broken by handle %#llx, tag '%s', in %s", rule,
                static_cast<unsigned long long>(k), name, who);
  }
}
