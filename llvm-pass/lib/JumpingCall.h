//===- JumpingCall.h - The portable port's switch ---------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call of weft_rt_resume_jump, _suspend_jump or _switch_jump, which ends by
// Boost's jump in tail position, and what stands behind it (weft/lowered.h).
//===----------------------------------------------------------------------===//

#ifndef WEFT_JUMPINGCALL_H
#define WEFT_JUMPINGCALL_H

#include "CallRewrite.h"
#include "llvm/TargetParser/Triple.h"

namespace llvm {
class IRBuilderBase;
}

namespace weft {

/// Whether compiled code gets a pair of pointers as C does: in two registers.
/// Elsewhere the portable port copies what is sent (weft_rt_resume_sent and others).
bool returnsPairs(const llvm::Triple &T);

/// A message in the frame of \p F, whose lanes lie at \p Lanes.
llvm::Value *messageInFrame(llvm::Function &F, llvm::Value *Lanes, llvm::IRBuilderBase &B);

struct Landed {
  /// The one that came: what was sent is read from it before anything else runs.
  llvm::Value *Message;
  llvm::Value *Lanes;
  /// Where code that uses them goes: before this.
  llvm::Instruction *After;
};

/// Puts such a call in the place of \p Old, with what to do behind it; \p Own is
/// its message. \p Old stays.
Landed jumpInPlaceOf(llvm::CallBase &Old, llvm::StringRef Callee, llvm::ArrayRef<llvm::Value *> Args,
                     llvm::Value *Own);

} // namespace weft

#endif
