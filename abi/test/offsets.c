/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Numbers that the ABI gives twice, as fields and for assembly, agree. Compiled as C and as C++. */
#include <weft/arch/x86_64.h>
#include <weft/lowered.h>

#ifdef __cplusplus
#define SAME(a, b) static_assert((a) == (b), #a " is not " #b)
#else
#define SAME(a, b) _Static_assert((a) == (b), #a " is not " #b)
#endif

SAME(WEFT_CB_HANDLE, offsetof(struct weft_cb, handle));
SAME(WEFT_CB_SP, offsetof(struct weft_cb, sp));
SAME(WEFT_CB_IP, offsetof(struct weft_cb, ip));
SAME(WEFT_CB_PSP, offsetof(struct weft_cb, psp));
SAME(WEFT_CB_ON, offsetof(struct weft_cb, on));
SAME(WEFT_CB_PARENT, offsetof(struct weft_cb, parent));
SAME(WEFT_CB_INNER, offsetof(struct weft_cb, inner));
SAME(WEFT_CB_CLASS, offsetof(struct weft_cb, stack_class));
SAME(WEFT_CB_FLAGS, offsetof(struct weft_cb, flags));
SAME(1 << WEFT_CB_SHIFT, sizeof(struct weft_cb));
SAME(WEFT_THREAD_CURRENT, offsetof(struct weft_thread, current));
SAME(WEFT_THREAD_FREE, offsetof(struct weft_thread, free_list));
SAME(WEFT_THREAD_ARMED, offsetof(struct weft_thread, armed));
SAME(WEFT_SLOT_MASK, (1u << WEFT_SLOT_BITS) - 1);
// Beyond all slots, and at a block's boundary.
SAME((uint64_t)WEFT_COLD_OFFSET >= ((uint64_t)1 << WEFT_SLOT_BITS) * sizeof(struct weft_cb), 1);
SAME(WEFT_COLD_OFFSET % sizeof(struct weft_cb), 0);

/* The text of a suspend reads the first entry of a table at 8 and 16. */
SAME(8, offsetof(weft_handlers, entry) + offsetof(weft_handler, tag));
SAME(16, offsetof(weft_handlers, entry) + offsetof(weft_handler, kind));
/* A pass and a front end write entries as { ptr, i32 }. */
SAME(16, sizeof(weft_handler));

static const char *const int_regs[] = {WEFT_X86_64_INT_REGS};
static const char *const float_regs[] = {WEFT_X86_64_FLOAT_REGS};
SAME(WEFT_PAYLOAD_INTS, sizeof int_regs / sizeof *int_regs);
SAME(WEFT_PAYLOAD_FLOATS, sizeof float_regs / sizeof *float_regs);
SAME(WEFT_PAYLOAD_INTS * 8, offsetof(weft_payload, f));

int main(void) { return int_regs[0] == float_regs[0]; }
