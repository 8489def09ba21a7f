//===- Markers.cpp - weft-markers: from C's spelling to the canonical -----===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C passes payloads in memory, weft_payload *in and *out, because a struct over
// 16 bytes comes back through a hidden pointer and a function has one type. The
// canonical markers pass them as arguments and results. The buffers are loaded
// and stored around the call here, before SROA, which then dissolves them.
//
// How many elements: what the tag's signature says, where the tag is a visible
// constant; all twelve otherwise, and for a resume, since what a body returns is
// not known at the call. A literal null `in` sends nothing: what the other side reads
// is unspecified. A buffer that is null at run time sends zeros. A null `out` is nothing.
//
// This has to run before any optimization: SimplifyCFG merges two cont.new of
// different bodies into a select (Thunk.cpp), and two suspends by different tags
// likewise. What is malformed is left alone for weft-verify.
//
//===----------------------------------------------------------------------===//

#include "Markers.h"
#include "Barrier.h"
#include "CallRewrite.h"
#include "Claims.h"
#include "HandlerTable.h"
#include "MarkerCall.h"
#include "Tag.h"
#include "Thunk.h"
#include "weft/Passes.h"
#include "weft/base.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace weft;

SmallVector<CallBase *, 16> weft::collectMarkerCalls(Module &M) {
  SmallVector<CallBase *, 16> Calls;
  // Most modules have none: do not walk their instructions.
  if (none_of(M.functions(), [](Function &F) { return isMarkerName(F.getName()); }))
    return Calls;
  for (Function &F : M)
    for (Instruction &I : instructions(F))
      if (auto *Call = dyn_cast<CallBase>(&I))
        if (Function *Callee = calledFunction(*Call))
          if (isMarkerName(Callee->getName()))
            Calls.push_back(Call);
  return Calls;
}

namespace {

class Canonicalizer {
public:
  explicit Canonicalizer(Module &M)
      : M(M), Context(M.getContext()), Ptr(PointerType::getUnqual(Context)),
        I64(Type::getInt64Ty(Context)), Double(Type::getDoubleTy(Context)) {}

  bool run();

private:
  using Values = SmallVector<Value *, 16>;
  using Types = SmallVector<Type *, 16>;

  void body(MarkerCall &Call);
  void bind(MarkerCall &Call);
  void handlersOf(MarkerCall &Call);
  void resume(MarkerCall &Call);
  void suspendOrSwitch(MarkerCall &Call);
  void pin(Value *TagAddress);
  void keepApart(GlobalVariable &Tag);
  void keepTagsApart();

  void callRuntime(MarkerCall &Call, StringRef Name);
  Types everyRegister() const;
  Value *sourceOr(Value *Buffer, Constant *Instead, IRBuilder<> &B);
  Value *targetOr(Value *Buffer, Type *Ty, IRBuilder<> &B);
  Constant *zeroPayload();
  Constant *noHandlers();
  Value *place(Value *Buffer, Type *Ty, unsigned Lane, IRBuilder<> &B);
  void loadPayload(Value *Buffer, ArrayRef<Type *> Of, IRBuilder<> &B, Values &Args);
  void storePayload(Value *Buffer, ArrayRef<Type *> Of, ArrayRef<Value *> Elements, IRBuilder<> &B);

  Module &M;
  LLVMContext &Context;
  Type *Ptr, *I64, *Double;
  SmallSetVector<GlobalValue *, 8> Tags;
  bool Changed = false;
};

Canonicalizer::Types Canonicalizer::everyRegister() const {
  Types All(WEFT_PAYLOAD_INTS, I64);
  All.append(WEFT_PAYLOAD_FLOATS, Double);
  return All;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// \p Buffer, or \p Instead where it is null at run time.
Value *Canonicalizer::sourceOr(Value *Buffer, Constant *Instead, IRBuilder<> &B) {
  if (isKnownNonZero(Buffer, SimplifyQuery(M.getDataLayout())))
    return Buffer;
  return B.CreateSelect(B.CreateIsNull(Buffer), Instead, Buffer);
}

/// \p Buffer, or where it is null at run time a place that nobody reads.
Value *Canonicalizer::targetOr(Value *Buffer, Type *Ty, IRBuilder<> &B) {
  if (isKnownNonZero(Buffer, SimplifyQuery(M.getDataLayout())))
    return Buffer;
  Value *Unwanted = allocaInEntry(*B.GetInsertBlock()->getParent(), Ty, "weft.unwanted");
  return B.CreateSelect(B.CreateIsNull(Buffer), Unwanted, Buffer);
}

Constant *Canonicalizer::zeroPayload() {
  StringRef Name = "weft_zero_payload";
  if (GlobalVariable *GV = M.getNamedGlobal(Name))
    return GV;
  auto *Ty = ArrayType::get(I64, sizeof(weft_payload) / 8);
  return new GlobalVariable(M, Ty, true, GlobalValue::PrivateLinkage, Constant::getNullValue(Ty),
                            Name);
}

Value *Canonicalizer::place(Value *Buffer, Type *Ty, unsigned Lane, IRBuilder<> &B) {
  uint64_t Offset =
      (isFloatLane(Ty) ? offsetof(weft_payload, f) : offsetof(weft_payload, i)) + 8 * Lane;
  return B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), Buffer, Offset);
}

void Canonicalizer::loadPayload(Value *Buffer, ArrayRef<Type *> Of, IRBuilder<> &B, Values &Args) {
  if (isa<ConstantPointerNull>(Buffer)) {
    for (Type *Ty : Of)
      Args.push_back(Constant::getNullValue(Ty));
    return;
  }
  if (Of.empty())
    return;
  Buffer = sourceOr(Buffer, zeroPayload(), B);
  unsigned Ints = 0, Floats = 0;
  for (Type *Ty : Of) {
    if (isFloatLane(Ty)) {
      Value *V = B.CreateLoad(Double, place(Buffer, Ty, Floats++, B));
      Args.push_back(B.CreateFPTrunc(V, Ty));
    } else if (Ty->isPointerTy()) {
      Args.push_back(B.CreateLoad(Ptr, place(Buffer, Ty, Ints++, B)));
    } else {
      Value *V = B.CreateLoad(I64, place(Buffer, Ty, Ints++, B));
      Args.push_back(B.CreateTrunc(V, Ty));
    }
  }
}

void Canonicalizer::storePayload(Value *Buffer, ArrayRef<Type *> Of, ArrayRef<Value *> Elements,
                                 IRBuilder<> &B) {
  unsigned Ints = 0, Floats = 0;
  for (auto [Ty, V] : zip_equal(Of, Elements)) {
    if (isFloatLane(Ty))
      B.CreateStore(B.CreateFPExt(V, Double), place(Buffer, Ty, Floats++, B));
    else if (Ty->isPointerTy())
      B.CreateStore(V, place(Buffer, Ty, Ints++, B));
    else
      B.CreateStore(B.CreateZExt(V, I64), place(Buffer, Ty, Ints++, B));
  }
}

//===----------------------------------------------------------------------===//
// One marker
//===----------------------------------------------------------------------===//

Constant *Canonicalizer::noHandlers() {
  return M.getOrInsertGlobal("weft_no_handlers", StructType::get(Context, {I64, Ptr, I64}), [&] {
    return new GlobalVariable(M, StructType::get(Context, {I64, Ptr, I64}), true,
                              GlobalValue::ExternalLinkage, nullptr, "weft_no_handlers");
  });
}

void Canonicalizer::callRuntime(MarkerCall &Call, StringRef Name) {
  Call.Call->setCalledFunction(M.getOrInsertFunction(Name, Call.Call->getFunctionType()));
  Changed = true;
}

void Canonicalizer::body(MarkerCall &Call) {
  auto *Body = dyn_cast<Function>(Call.body()->stripPointerCastsAndAliases());
  if (!Body) {
    // All bodies of this form have one type, so a computed one is no problem.
    if (Call.InC && !isa<Constant>(Call.body()))
      callRuntime(Call, "weft_rt_cont_new_mem");
    return;
  }
  if (isThunk(*Body))
    return;
  BodyForm Form = Call.InC ? BodyForm::Memory : BodyForm::Registers;
  std::string Why;
  if (!isBody(*Body, Form, Why))
    return;
  Call.Call->setArgOperand(0, thunkFor(*Body, Form));
  if (Call.InC)
    Call.Call->setCalledFunction(
        M.getOrInsertFunction("weft.cont.new", Call.Call->getFunctionType()));
  Changed = true;
}

/// The values stay in memory: they are left at the continuation, not in registers.
void Canonicalizer::bind(MarkerCall &Call) {
  if (bindsTooMany(Call).empty())
    callRuntime(Call, "weft_rt_cont_bind");
}

/// Null and empty tables become the one that the search may look into.
void Canonicalizer::handlersOf(MarkerCall &Call) {
  HandlerTable Table;
  std::string Why;
  Value *On = Call.handlers();
  switch (HandlerTable::read(On, Table, Why)) {
  case HandlerTable::Visible:
    for (const HandlerTable::Entry &E : Table.Entries)
      pin(E.On.Global);
    if (!Table.Entries.empty())
      return;
    if (On != noHandlers()) {
      Call.Call->setArgOperand(1, noHandlers());
      Changed = true;
    }
    return;
  case HandlerTable::Unseen:
    if (!isa<Constant>(On)) {
      IRBuilder<> B(Call.Call);
      Call.Call->setArgOperand(1, sourceOr(On, noHandlers(), B));
    }
    return;
  case HandlerTable::Malformed:
    return;
  }
}

void Canonicalizer::resume(MarkerCall &Call) {
  handlersOf(Call);
  if (!Call.InC)
    return;
  CallBase &Old = *Call.Call;
  Value *In = Old.getArgOperand(2), *Out = Old.getArgOperand(3), *Next = Old.getArgOperand(4);
  IRBuilder<> B(&Old);
  Values Args{Old.getArgOperand(0), Old.getArgOperand(1)};
  Types Sent;
  std::string Name = (nameOf(Call.Op) + ".c").str();
  if (Call.Op == MarkerOp::ResumeThrow) {
    Args.push_back(Call.exception());
    Sent.push_back(Ptr);
  } else {
    if (!isa<ConstantPointerNull>(In)) {
      Sent = everyRegister();
      Name += ".all";
    }
    loadPayload(In, Sent, B, Args);
  }

  // All registers are the switch's anyway: taking what is not wanted is free.
  Types Received = everyRegister();
  Types Fields{Type::getInt32Ty(Context), I64};
  append_range(Fields, Received);
  Types Params{I64, Ptr};
  append_range(Params, Sent);
  auto *Ty = FunctionType::get(StructType::get(Context, Fields), Params, false);
  FunctionCallee Marker = M.getOrInsertFunction(Name, Ty);

  NewCall New = callInPlaceOf(Old, Ty, Marker.getCallee(), Args);
  if (!isa<ConstantPointerNull>(In))
    New.Call->addFnAttr(Attribute::get(Context, SendsAllAttribute));
  B.SetInsertPoint(New.After);
  B.SetCurrentDebugLocation(Old.getDebugLoc());
  if (!isa<ConstantPointerNull>(Next)) {
    Next = targetOr(Next, I64, B);
    B.CreateStore(B.CreateExtractValue(New.Call, 1), Next);
  }
  if (!isa<ConstantPointerNull>(Out)) {
    Out = targetOr(Out, ArrayType::get(I64, sizeof(weft_payload) / 8), B);
    Values Elements;
    for (unsigned I = 0; I < Received.size(); ++I)
      Elements.push_back(B.CreateExtractValue(New.Call, 2 + I));
    storePayload(Out, Received, Elements, B);
  }
  Old.replaceAllUsesWith(B.CreateExtractValue(New.Call, 0));
  Old.eraseFromParent();
  Changed = true;
}

void Canonicalizer::pin(Value *TagAddress) {
  if (auto *GV = dyn_cast<GlobalVariable>(TagAddress->stripPointerCastsAndAliases())) {
    if (GV->hasLocalLinkage())
      Tags.insert(GV);
    keepApart(*GV);
  }
}

/// No linker folds what lies in a section whose name is a C identifier, since a
/// program can find it by __start_ and __stop_; neither does LLVM merge it.
void Canonicalizer::keepApart(GlobalVariable &Tag) {
  Triple T(M.getTargetTriple());
  if (Tag.isDeclarationForLinker() || Tag.hasSection() ||
      !(T.str().empty() || T.isOSBinFormatELF()))
    return;
  Tag.setSection("weft_tags");
  Changed = true;
}

/// Also tags that are used in other modules only, by their type's name.
void Canonicalizer::keepTagsApart() {
  for (GlobalVariable &GV : M.globals()) {
    auto *Ty = dyn_cast<StructType>(GV.getValueType());
    while (Ty && Ty->getNumElements() == 1) // a C++ class derived from weft_tag
      Ty = dyn_cast<StructType>(Ty->getElementType(0));
    if (!Ty || !Ty->hasName() || !GV.isConstant())
      continue;
    StringRef Name = Ty->getName().rtrim("0123456789");
    for (StringRef Is : {"weft.tag", "struct.weft_tag"})
      if (Name == Is || (Name.ends_with(".") && Name.drop_back() == Is))
        keepApart(GV);
  }
}

void Canonicalizer::suspendOrSwitch(MarkerCall &Call) {
  bool IsSwitch = Call.Op == MarkerOp::Switch;
  std::string Why;
  std::optional<Tag> By;
  if (isa<Constant>(Call.tag()))
    By = Tag::read(Call.tag(), Why);
  if (By)
    pin(By->Global);
  if (!Call.InC)
    return;

  CallBase &Old = *Call.Call;
  Types Sent, Received;
  if (By && By->Types) {
    append_range(Sent, By->Types->Payload);
    append_range(Received, By->Types->Answer);
  } else {
    Sent = Received = everyRegister();
  }
  if (IsSwitch) {
    auto *Count = dyn_cast<ConstantInt>(Old.getArgOperand(3));
    if (!Count) {
      callRuntime(Call, "weft_rt_switch");
      return;
    }
    uint64_t Ints = Count->getZExtValue();
    if (Ints >= WEFT_PAYLOAD_INTS)
      return;
    if (By && By->Types) {
      if (countPayload(Sent).Ints != Ints)
        return;
    } else {
      Sent.erase(Sent.begin() + Ints, Sent.begin() + WEFT_PAYLOAD_INTS);
    }
  }
  Value *In = Old.getArgOperand(IsSwitch ? 2 : 1), *Out = Old.getArgOperand(IsSwitch ? 4 : 2);

  IRBuilder<> B(&Old);
  Values Args;
  Types Params;
  if (IsSwitch)
    Args.push_back(Call.handle());
  Args.push_back(Call.tag());
  loadPayload(In, Sent, B, Args);
  for (Value *V : Args)
    Params.push_back(V->getType());
  Type *ResultTy = Received.empty()       ? Type::getVoidTy(Context)
                   : Received.size() == 1 ? Received[0]
                                          : StructType::get(Context, Received);
  auto *Ty = FunctionType::get(ResultTy, Params, false);
  std::string Name = By && By->Types
                         ? (nameOf(Call.Op) + ".c." + spell(Sent) + "." + spell(Received)).str()
                         : (nameOf(Call.Op) + ".c.all" + Twine(countPayload(Sent).Ints)).str();
  std::replace(Name.begin(), Name.end(), ',', '_');
  FunctionCallee Marker = M.getOrInsertFunction(Name, Ty);

  NewCall New = callInPlaceOf(Old, Ty, Marker.getCallee(), Args);
  if (!isa<Constant>(Call.tag()))
    New.Call->addFnAttr(Attribute::get(Context, ComputedTagAttribute));
  if (!By || !By->Types)
    New.Call->addFnAttr(Attribute::get(Context, SendsAllAttribute));
  if (!Received.empty() && !isa<ConstantPointerNull>(Out)) {
    B.SetInsertPoint(New.After);
    B.SetCurrentDebugLocation(Old.getDebugLoc());
    Out = targetOr(Out, ArrayType::get(I64, sizeof(weft_payload) / 8), B);
    Values Elements;
    for (unsigned I = 0; I < Received.size(); ++I)
      Elements.push_back(Received.size() == 1 ? New.Call : B.CreateExtractValue(New.Call, I));
    storePayload(Out, Received, Elements, B);
  }
  Old.eraseFromParent();
  Changed = true;
}

/// A drop unwinds from a suspension point, so what suspends is not nounwind, whatever a front end thinks: to clang
/// all of C is. Else callers lose their clean-ups where LLVM sees both, in one module or at a link. In a module
/// with markers every function may reach one, by a pointer too.
static bool mayAllUnwind(Module &M) {
  bool Changed = false;
  for (Function &F : M) {
    if (F.isDeclaration() || !F.doesNotThrow())
      continue;
    Changed = true;
    F.removeFnAttr(Attribute::NoUnwind);
    for (User *U : F.users())
      if (auto *Call = dyn_cast<CallBase>(U); Call && Call->getCalledOperand() == &F)
        Call->removeFnAttr(Attribute::NoUnwind);
  }
  return Changed;
}

bool Canonicalizer::run() {
  bool CallsClaim = false;
  Changed = bracketBarriers(M, CallsClaim);
  Changed |= keepClaims(M, CallsClaim);
  SmallVector<CallBase *, 16> Calls(collectMarkerCalls(M));
  if (!Calls.empty())
    Changed |= mayAllUnwind(M);
  for (CallBase *Call : Calls) {
    auto Name = parseMarkerName(calledFunction(*Call)->getName());
    std::string Why;
    if (!Name || !isSupported(Name->Op))
      continue;
    auto Parsed = MarkerCall::parse(*Call, *Name, Why);
    if (!Parsed)
      continue;
    switch (Parsed->Op) {
    case MarkerOp::ContNew:
      body(*Parsed);
      break;
    case MarkerOp::ContBind:
      if (Parsed->InC)
        bind(*Parsed);
      break;
    case MarkerOp::Resume:
    case MarkerOp::ResumeThrow:
      resume(*Parsed);
      break;
    case MarkerOp::Suspend:
    case MarkerOp::Switch:
      suspendOrSwitch(*Parsed);
      break;
    default:
      break;
    }
  }
  keepTagsApart();
  if (!Tags.empty()) {
    appendToCompilerUsed(M, Tags.getArrayRef());
    Changed = true;
  }
  return Changed;
}

} // namespace

bool weft::canonicalizeMarkers(Module &M) { return Canonicalizer(M).run(); }

PreservedAnalyses weft::MarkersPass::run(Module &M, ModuleAnalysisManager &) {
  return canonicalizeMarkers(M) ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
