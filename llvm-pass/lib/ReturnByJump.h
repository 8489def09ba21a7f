//===- ReturnByJump.h - Functions that return by a jump ---------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#pragma once

#include "llvm/IR/Module.h"

namespace weft {

/// Gives \p M the jump that its functions with `fn_ret_thunk_extern` return by, if it has such
/// functions and no jump. True if it did.
bool provideReturnByJump(llvm::Module &M);

} // namespace weft
