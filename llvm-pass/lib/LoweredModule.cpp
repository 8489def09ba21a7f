//===- LoweredModule.cpp - What a lowered module says of itself -----------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What concerns the module and not one marker: to the linker, which runtime it was
// made for; to the loader, that it is not for shadow stacks; to code generation,
// unwind tables and probes.
//===----------------------------------------------------------------------===//

#include "LoweredModule.h"
#include "weft/lowered.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace weft;

/// Refers to \p Symbol, which only the right runtime defines, from a constant that
/// the linker keeps, once in a program.
static void require(Module &M, StringRef Symbol) {
  std::string Name = ("weft_needs_" + Symbol.drop_front(strlen("weft_"))).str();
  if (M.getNamedValue(Name))
    return;
  auto *Needed = M.getOrInsertGlobal(Symbol, Type::getInt8Ty(M.getContext()));
  auto *Reference = new GlobalVariable(M, PointerType::getUnqual(M.getContext()), true,
                                       GlobalValue::LinkOnceODRLinkage, Needed, Name);
  Reference->setVisibility(GlobalValue::HiddenVisibility);
  Reference->setComdat(M.getOrInsertComdat(Name));
  appendToUsed(M, {Reference});
}

/// The ABI and port that the switches in this module were made for; and the
/// sanitizer, which has to be told of each switch by the runtime.
static void nameWhatIsNeeded(Module &M, bool Portable) {
  static_assert(WEFT_ABI == 1);
  require(M, Portable ? "weft_abi1_portable" : "weft_abi1_x86_64_inline");
  for (const Function &F : M) {
    if (F.hasFnAttribute(Attribute::SanitizeAddress))
      require(M, "weft_sanitizer_address");
    if (F.hasFnAttribute(Attribute::SanitizeThread))
      require(M, "weft_sanitizer_thread");
  }
}

/// A switch changes stacks by a jump, which a processor with shadow stacks (CET)
/// would take for an attack. Code for them is code for all processors: it only
/// says, by this flag, that it may run with them. A flag of 0 would say it too.
static void refuseShadowStacks(Module &M) {
  NamedMDNode *Flags = M.getModuleFlagsMetadata();
  if (!Flags || !M.getModuleFlag("cf-protection-return"))
    return;
  SmallVector<MDNode *, 16> Others;
  for (MDNode *Flag : Flags->operands())
    if (cast<MDString>(Flag->getOperand(1))->getString() != "cf-protection-return")
      Others.push_back(Flag);
  Flags->clearOperands();
  for (MDNode *Flag : Others)
    Flags->addOperand(Flag);
}

void weft::sayWhatLoweredCodeNeeds(Module &M, bool Portable) {
  for (Function &F : M) {
    if (F.isDeclaration())
      continue;
    F.setUWTableKind(UWTableKind::Async);
    if (!F.hasFnAttribute("probe-stack") && !F.hasFnAttribute("no-stack-arg-probe") &&
        !F.hasFnAttribute(Attribute::Naked))
      F.addFnAttr("probe-stack", "inline-asm");
  }
  nameWhatIsNeeded(M, Portable);
  refuseShadowStacks(M);
}
