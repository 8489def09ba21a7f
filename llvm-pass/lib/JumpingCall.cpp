//===- JumpingCall.cpp - The portable port's switch -----------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//     came = call { ptr, ptr } weft_rt_..._jump(.., own message)
//     if (message->kind != 0)    cold: message = weft_rt_landed(context, message, own), which may throw
//     else                       *message->left = context
//
//===----------------------------------------------------------------------===//

#include "JumpingCall.h"
#include "weft/lowered.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

bool weft::returnsPairs(const Triple &T) {
#if defined(__x86_64__) || defined(__aarch64__)
  if (T.str().empty())
    return true;
#endif
  return T.getArch() == Triple::x86_64 || T.getArch() == Triple::aarch64;
}

static Value *fieldOf(Value *Message, uint64_t Offset, IRBuilderBase &B) {
  return B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Message, Offset);
}

Value *weft::messageInFrame(Function &F, Value *Lanes, IRBuilderBase &B) {
  Value *Own = allocaInEntry(F, ArrayType::get(B.getInt64Ty(), sizeof(weft_message) / 8), "weft.message");
  B.CreateStore(Lanes, fieldOf(Own, WEFT_MESSAGE_PAYLOAD, B));
  return Own;
}

Landed weft::jumpInPlaceOf(CallBase &Old, StringRef Callee, ArrayRef<Value *> Args, Value *Own) {
  Function &F = *Old.getFunction();
  LLVMContext &Context = F.getContext();
  Module &M = *F.getParent();
  Type *Ptr = PointerType::getUnqual(Context);
  SmallVector<Type *, 4> Params;
  for (Value *Arg : Args)
    Params.push_back(Arg->getType());
  FunctionCallee Jump =
      M.getOrInsertFunction(Callee, FunctionType::get(StructType::get(Ptr, Ptr), Params, false));
  NewCall New = callInPlaceOf(Old, Jump.getFunctionType(), Jump.getCallee(), Args);

  IRBuilder<> B(New.After);
  B.SetCurrentDebugLocation(Old.getDebugLoc());
  Value *From = B.CreateExtractValue(New.Call, 0);
  Value *Came = B.CreateExtractValue(New.Call, 1);
  Value *Other = B.CreateIsNotNull(B.CreateLoad(B.getInt32Ty(), fieldOf(Came, WEFT_MESSAGE_KIND, B)));
  BasicBlock *Head = New.After->getParent();
  BasicBlock *Go = Head->splitBasicBlock(New.After, "weft.came");
  BasicBlock *Values = BasicBlock::Create(Context, "weft.values", &F, Go);
  BasicBlock *Cold = BasicBlock::Create(Context, "weft.other", &F);
  Head->getTerminator()->eraseFromParent();
  B.SetInsertPoint(Head);
  B.CreateCondBr(Other, Cold, Values, MDBuilder(Context).createBranchWeights(1, (1U << 20) - 1));

  B.SetInsertPoint(Values);
  B.CreateStore(From, B.CreateLoad(Ptr, fieldOf(Came, WEFT_MESSAGE_LEFT, B)));
  B.CreateBr(Go);

  B.SetInsertPoint(Cold);
  FunctionCallee Land = M.getOrInsertFunction("weft_rt_landed", FunctionType::get(Ptr, {Ptr, Ptr, Ptr}, false));
  CallBase *LandCall;
  if (auto *Invoke = dyn_cast<InvokeInst>(&Old)) {
    BasicBlock *Pad = Invoke->getUnwindDest();
    LandCall = B.CreateInvoke(Land, Go, Pad, {From, Came, Own});
    for (PHINode &Phi : Pad->phis())
      Phi.addIncoming(Phi.getIncomingValueForBlock(Old.getParent()), Cold);
  } else {
    LandCall = B.CreateCall(Land, {From, Came, Own});
    B.CreateBr(Go);
  }
  if (Old.doesNotThrow())
    LandCall->setDoesNotThrow();

  B.SetInsertPoint(New.After);
  PHINode *Message = B.CreatePHI(Ptr, 2);
  Message->addIncoming(Came, Values);
  Message->addIncoming(LandCall, Cold);
  return {Message, B.CreateLoad(Ptr, fieldOf(Message, WEFT_MESSAGE_PAYLOAD, B)), New.After};
}
