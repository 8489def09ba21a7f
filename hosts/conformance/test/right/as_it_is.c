/* The adapter that the mutants are made of. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "../../mutants/right.h"

const weft_host_check_adapter *weft_host_check_plugin(void) { return &table; }
