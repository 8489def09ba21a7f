//===- X86_64Switch.h - The switch as LLVM inline asm -----------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_X86_64SWITCH_H
#define WEFT_X86_64SWITCH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/InlineAsm.h"
#include <string>

namespace weft {

struct SwitchTraits {
  bool Tracked; ///< indirect branches, by CET
  bool Detour;  ///< unwinding that lands there leaves by the normal edge (Landing.h)
};

/// Builds one asm call: what goes in and comes out in which register. Every
/// register that is not named is clobbered.
class X86_64Switch {
public:
  /// \p Value, 64 bits wide or a double, enters in \p Register.
  void in(llvm::StringRef Register, llvm::Value *Value);
  /// What leaves in \p Register, of type \p Ty; returns its index in the result.
  unsigned out(llvm::StringRef Register, llvm::Type *Ty);

  /// Payload registers, by lane.
  static llvm::StringRef intRegister(unsigned Lane);
  static llvm::StringRef floatRegister(unsigned Lane);

  /// \p Sent: the WEFT_SENT_ values of lowered.h; 0 when it is not known.
  static std::string resumeText(unsigned Sent, SwitchTraits Traits);
  static std::string suspendText(SwitchTraits Traits);
  static std::string switchText(unsigned IntsSent, unsigned Sent, SwitchTraits Traits);
  /// Where a text with a detour gives the exception, the selector, and an address, which is null unless it unwound.
  static constexpr llvm::StringLiteral ExceptionRegister = "r13", SelectorRegister = "r14", UnwoundRegister = "r15";
  enum class Text { Resume, Suspend, Switch };
  /// Goes from a landing pad of such a text to its end, with the landingpad's two values.
  static llvm::InlineAsm *detourOf(llvm::Type *Exception, Text Of, SwitchTraits Traits);
  static std::string returnText();
  /// Gives the running continuation's block in r12.
  static std::string currentText();

  struct Asm {
    llvm::FunctionType *Ty;
    llvm::InlineAsm *Callee;
    llvm::SmallVector<llvm::Value *, 16> Args;
    llvm::SmallVector<unsigned, 16> Results; ///< result element of each out()
  };
  /// \p Returns: control comes back, so registers are written.
  Asm build(llvm::LLVMContext &Context, const std::string &Text, bool Returns) const;

private:
  struct Slot {
    std::string Register;
    llvm::Value *In = nullptr;
    llvm::Type *Out = nullptr;
    unsigned OutOrder = 0;
  };
  Slot &slot(llvm::StringRef Register);
  llvm::SmallVector<Slot, 16> Slots;
  unsigned Outs = 0;
};

} // namespace weft

#endif
