//===- ReturnByJump.cpp - Functions that return by a jump -----------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where resume and suspend both stand in functions that are not inlined, each pair
// mispredicts two returns, three quarters of its time. A front end that knows so
// gives these functions the attribute `fn_ret_thunk_extern` (clang's
// function_return("thunk-extern")); LLVM then makes their returns jumps to
// __x86_return_thunk, which nobody defines. Every module that needs it gets a hidden copy,
// of which the linker keeps one: no detour by a PLT, whichever runtime it is linked with.
//
// Rejected: giving the attribute here. It costs whoever returns further out, and one
// function does not show who is on the other side (docs/decisions/0007-rbx-in-the-block.md).
//
//===----------------------------------------------------------------------===//

// Taken out again where the module has no tracked branches.
#define WEFT_X86_64_LANDING ""
#define WEFT_X86_64_UNTRACKED "notrack "

#include "ReturnByJump.h"
#include "weft/arch/x86_64.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

bool weft::provideReturnByJump(Module &M) {
  constexpr StringLiteral Name = "__x86_return_thunk"; // X86ReturnThunks' word
  if (M.getNamedValue(Name) || none_of(M, [](const Function &F) {
        return !F.isDeclaration() && F.hasFnAttribute(Attribute::FnRetThunkExtern);
      }))
    return false;
  LLVMContext &Context = M.getContext();
  auto *Ty = FunctionType::get(Type::getVoidTy(Context), false);
  auto *Jump = Function::Create(Ty, GlobalValue::LinkOnceODRLinkage, Name, M);
  Jump->setVisibility(GlobalValue::HiddenVisibility);
  Jump->setComdat(M.getOrInsertComdat(Name));
  Jump->addFnAttr(Attribute::Naked);
  Jump->addFnAttr(Attribute::NoInline);
  Jump->setUWTableKind(UWTableKind::Async); // its text speaks of the CFA
  IRBuilder<> B(BasicBlock::Create(Context, "", Jump));
  StringRef Untracked = WEFT_X86_64_UNTRACKED;
  std::string Text = WEFT_X86_64_RETURN_BY_JUMP("%");
  if (!M.getModuleFlag("cf-protection-branch"))
    Text.erase(Text.find(Untracked), Untracked.size());
  B.CreateCall(Ty, InlineAsm::get(Ty, Text, "", /*hasSideEffects=*/true));
  B.CreateUnreachable();
  appendToCompilerUsed(M, {Jump}); // only generated code will name it
  return true;
}
