//===- Thunk.h - Bodies of one uniform type ---------------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_THUNK_H
#define WEFT_THUNK_H

#include "llvm/IR/Function.h"
#include <string>

namespace weft {

enum class BodyForm {
  Registers, ///< R body(ptr env, A...)
  Memory     ///< void body(ptr env, ptr io), io being a weft_payload
};

/// Whether weft-markers made \p F.
bool isThunk(const llvm::Function &F);

/// The body that \p Thunk calls, unless the optimizer has been there; or null.
const llvm::Function *bodyOf(const llvm::Function &Thunk);

/// Whether \p F can be the body of a continuation; if not, \p Why says so.
bool isBody(const llvm::Function &F, BodyForm Form, std::string &Why);

/// The thunk of \p Body, for which isBody() holds: one for each in a module.
llvm::Function *thunkFor(llvm::Function &Body, BodyForm Form);

} // namespace weft

#endif
