/* A clock of 20 ms is coarse, and allowed. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#define CLOCK_STEP 20000000
#include "../../mutants/right.h"

const weft_host_check_adapter *weft_host_check_plugin(void) { return &table; }
