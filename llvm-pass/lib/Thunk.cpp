//===- Thunk.cpp - Bodies of one uniform type -----------------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thunk is void (ptr env, i64 x 6, double x 6): what the runtime's trampoline
// calls with the first resume's payload registers. It narrows the arguments,
// calls the body, widens the results and ends by weft.return, which never returns.
//
// All thunks have one type because SimplifyCFG turns two cont.new of different
// bodies into one cont.new of a select: with the bodies themselves the select
// would mix functions of different types, and the adaptation to the payload
// registers could not be made any more. Rejected: adapting at cont.new when it
// is lowered, for that very reason.
//
// mergefunc may merge equal thunks: they do the same, and nobody compares them.
//
//===----------------------------------------------------------------------===//

#include "Thunk.h"
#include "MarkerCall.h"
#include "weft/base.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace weft;

static constexpr StringLiteral ThunkAttribute = "weft-thunk";

bool weft::isThunk(const Function &F) { return F.hasFnAttribute(ThunkAttribute); }

const Function *weft::bodyOf(const Function &Thunk) {
  for (const Instruction &I : instructions(Thunk))
    if (auto *Call = dyn_cast<CallBase>(&I))
      if (const Function *Body = Call->getCalledFunction(); Body && !Body->isIntrinsic())
        return isMarkerName(Body->getName()) ? nullptr : Body;
  return nullptr;
}

bool weft::isBody(const Function &F, BodyForm Form, std::string &Why) {
  auto Fail = [&](const Twine &Message) {
    Why = ("body '" + F.getName() + "' " + Message).str();
    return false;
  };
  if (F.isIntrinsic() || isMarkerName(F.getName()))
    return Fail("is not an ordinary function");
  if (F.isVarArg())
    return Fail("is variadic");
  FunctionType *Ty = F.getFunctionType();
  if (Form == BodyForm::Memory) {
    if (Ty->getNumParams() == 2 && Ty->getReturnType()->isVoidTy() &&
        all_of(Ty->params(), [](Type *P) { return P->isPointerTy(); }))
      return true;
    return Fail("is not a void (ptr env, ptr io)");
  }
  if (Ty->getNumParams() == 0 || !Ty->getParamType(0)->isPointerTy() ||
      Ty->getParamType(0)->getPointerAddressSpace() != 0)
    return Fail("does not take the environment, a ptr, as its first parameter");
  for (auto [I, P] : enumerate(Ty->params())) {
    std::string Text;
    raw_string_ostream(Text) << *P;
    if (!isPayloadType(P))
      return Fail("has parameter " + Twine(I + 1) + " of type " + Text +
                  ", which no payload can carry: pass a pointer to it");
    for (auto Kind : {Attribute::ByVal, Attribute::StructRet, Attribute::ByRef, Attribute::InAlloca,
                      Attribute::Preallocated})
      if (F.hasParamAttribute(I, Kind))
        return Fail("has parameter " + Twine(I + 1) + " that is " +
                    Attribute::getNameFromAttrKind(Kind) +
                    ": give results through the environment instead");
  }
  auto Results = payloadOfResult(Ty->getReturnType());
  if (!Results) {
    std::string Text;
    raw_string_ostream(Text) << *Ty->getReturnType();
    return Fail("returns " + Text +
                ", which no payload can carry: give it through the environment");
  }
  PayloadCounts In = countPayload(Ty->params().drop_front()), Out = countPayload(*Results);
  if (In.Ints > WEFT_PAYLOAD_INTS || In.Floats > WEFT_PAYLOAD_FLOATS)
    return Fail("takes more than " + Twine(WEFT_PAYLOAD_INTS) + " integers and pointers and " +
                Twine(WEFT_PAYLOAD_FLOATS) + " floats after the environment");
  if (Out.Ints > WEFT_PAYLOAD_INTS || Out.Floats > WEFT_PAYLOAD_FLOATS)
    return Fail("returns more than " + Twine(WEFT_PAYLOAD_INTS) + " integers and pointers and " +
                Twine(WEFT_PAYLOAD_FLOATS) + " floats");
  return true;
}

namespace {

/// Makes one thunk.
class ThunkBuilder {
public:
  explicit ThunkBuilder(Function &Body)
      : Body(Body), M(*Body.getParent()), Context(M.getContext()), B(Context) {}

  Function *make(BodyForm Form, const Twine &Name);

private:
  Argument *intArg(unsigned I) { return Thunk->getArg(1 + I); }
  Argument *floatArg(unsigned I) { return Thunk->getArg(1 + WEFT_PAYLOAD_INTS + I); }
  void describeForDebuggers();
  void callInRegisters();
  void callInMemory();
  void endBy(ArrayRef<Value *> Results);

  Function &Body;
  Module &M;
  LLVMContext &Context;
  IRBuilder<> B;
  Function *Thunk = nullptr;
};

/// Without a subprogram of its own, a body inlined here would lose its lines.
void ThunkBuilder::describeForDebuggers() {
  DISubprogram *Of = Body.getSubprogram();
  if (!Of || !Of->getUnit())
    return;
  DIBuilder DI(M, /*AllowUnresolved=*/false, Of->getUnit());
  auto Flags = DISubprogram::SPFlagDefinition | DISubprogram::SPFlagLocalToUnit;
  if (Of->isOptimized())
    Flags |= DISubprogram::SPFlagOptimized;
  DISubprogram *SP =
      DI.createFunction(Of->getFile(), Thunk->getName(), Thunk->getName(), Of->getFile(),
                        Of->getLine(), DI.createSubroutineType(DI.getOrCreateTypeArray({})),
                        Of->getLine(), DINode::FlagArtificial, Flags);
  DI.finalizeSubprogram(SP);
  Thunk->setSubprogram(SP);
  B.SetCurrentDebugLocation(DILocation::get(Context, Of->getLine(), 0, SP));
}

void ThunkBuilder::endBy(ArrayRef<Value *> Results) {
  SmallVector<Type *, 12> Types;
  for (Value *V : Results)
    Types.push_back(V->getType());
  PayloadCounts N = countPayload(Types);
  FunctionCallee Return =
      M.getOrInsertFunction(("weft.return.i" + Twine(N.Ints) + "f" + Twine(N.Floats)).str(),
                            FunctionType::get(Type::getVoidTy(Context), Types, false));
  B.CreateCall(Return, Results);
  // Not unreachable, though it is: before that, the inliner takes calls for cold
  // and would not put the body in here. weft-lower makes it unreachable.
  B.CreateRetVoid();
}

void ThunkBuilder::callInRegisters() {
  SmallVector<Value *, 13> Args{Thunk->getArg(0)};
  unsigned Ints = 0, Floats = 0;
  for (Type *Ty : Body.getFunctionType()->params().drop_front()) {
    if (isFloatLane(Ty))
      Args.push_back(B.CreateFPTrunc(floatArg(Floats++), Ty));
    else if (Ty->isPointerTy())
      Args.push_back(B.CreateIntToPtr(intArg(Ints++), Ty));
    else
      Args.push_back(B.CreateTrunc(intArg(Ints++), Ty));
  }
  CallInst *Call = B.CreateCall(&Body, Args);
  Call->setCallingConv(Body.getCallingConv());
  // zeroext and the like are part of the convention: caller and callee agree.
  AttributeList Of = Body.getAttributes();
  Call->setAttributes(Of.removeFnAttributes(Context));

  SmallVector<Value *, 12> IntResults, FloatResults;
  auto Widen = [&](Value *V) {
    if (isFloatLane(V->getType()))
      FloatResults.push_back(B.CreateFPExt(V, B.getDoubleTy()));
    else if (V->getType()->isPointerTy())
      IntResults.push_back(B.CreatePtrToInt(V, B.getInt64Ty()));
    else
      IntResults.push_back(B.CreateZExt(V, B.getInt64Ty()));
  };
  if (auto *Struct = dyn_cast<StructType>(Call->getType())) {
    for (unsigned I = 0; I < Struct->getNumElements(); ++I)
      Widen(B.CreateExtractValue(Call, I));
  } else if (!Call->getType()->isVoidTy()) {
    Widen(Call);
  }
  append_range(IntResults, FloatResults);
  endBy(IntResults);
}

void ThunkBuilder::callInMemory() {
  auto *Ints = ArrayType::get(B.getInt64Ty(), WEFT_PAYLOAD_INTS);
  auto *Floats = ArrayType::get(B.getDoubleTy(), WEFT_PAYLOAD_FLOATS);
  auto *Payload = StructType::get(Context, {Ints, Floats});
  Value *Io = B.CreateAlloca(Payload, nullptr, "io");
  auto Place = [&](unsigned Half, unsigned I) {
    return B.CreateInBoundsGEP(Payload, Io, {B.getInt32(0), B.getInt32(Half), B.getInt32(I)});
  };
  for (unsigned I = 0; I < WEFT_PAYLOAD_INTS; ++I)
    B.CreateStore(intArg(I), Place(0, I));
  for (unsigned I = 0; I < WEFT_PAYLOAD_FLOATS; ++I)
    B.CreateStore(floatArg(I), Place(1, I));
  CallInst *Call = B.CreateCall(&Body, {Thunk->getArg(0), Io});
  Call->setCallingConv(Body.getCallingConv());
  SmallVector<Value *, 12> Results;
  for (unsigned I = 0; I < WEFT_PAYLOAD_INTS; ++I)
    Results.push_back(B.CreateLoad(B.getInt64Ty(), Place(0, I)));
  for (unsigned I = 0; I < WEFT_PAYLOAD_FLOATS; ++I)
    Results.push_back(B.CreateLoad(B.getDoubleTy(), Place(1, I)));
  endBy(Results);
}

Function *ThunkBuilder::make(BodyForm Form, const Twine &Name) {
  SmallVector<Type *, 13> Params{PointerType::getUnqual(Context)};
  Params.append(WEFT_PAYLOAD_INTS, Type::getInt64Ty(Context));
  Params.append(WEFT_PAYLOAD_FLOATS, Type::getDoubleTy(Context));
  Thunk = Function::Create(FunctionType::get(Type::getVoidTy(Context), Params, false),
                           GlobalValue::InternalLinkage, Name, M);
  Thunk->addFnAttr(ThunkAttribute);
  Thunk->addFnAttr("frame-pointer", "all");
  Thunk->setUWTableKind(UWTableKind::Async);
  // Else the inliner refuses to put the body in here. Not the sanitizers'
  // attributes: this frame is left by a jump, and they would never clean it.
  for (StringRef Same : {"target-cpu", "target-features", "tune-cpu"})
    if (Attribute A = Body.getFnAttribute(Same); A.isValid())
      Thunk->addFnAttr(A);
  B.SetInsertPoint(BasicBlock::Create(Context, "", Thunk));
  describeForDebuggers();
  if (Form == BodyForm::Registers)
    callInRegisters();
  else
    callInMemory();
  return Thunk;
}

} // namespace

Function *weft::thunkFor(Function &Body, BodyForm Form) {
  if (!Body.hasName())
    Body.setName("weft_body");
  std::string Name =
      ((Form == BodyForm::Memory ? "weft_thunk.mem." : "weft_thunk.") + Body.getName()).str();
  if (Function *Before = Body.getParent()->getFunction(Name); Before && isThunk(*Before))
    return Before;
  return ThunkBuilder(Body).make(Form, Name);
}
