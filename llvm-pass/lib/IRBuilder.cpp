//===- IRBuilder.cpp - Markers that cannot be misspelled ------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes what MarkerCall.cpp, Tag.cpp and HandlerTable.cpp read, with the same
// words for what is wrong. A declaration's suffix spells its types, so that one op
// with two types is two declarations and the IR says what it means.
//
// A result field is shared by all outcomes of a resume. Where they agree on its
// type it has that type, so that a pointer stays one; where not, it is the widest
// integer. Rejected: i64 always, which costs a front end's pointers their
// provenance.
//
//===----------------------------------------------------------------------===//

#include "weft/IRBuilder.h"
#include "Barrier.h"
#include "MarkerCall.h"
#include "Markers.h"
#include "Tag.h"
#include "Thunk.h"
#include "weft/base.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace weft;

[[noreturn]] static void misused(const Place &At, const Twine &Message) {
  report_fatal_error(Twine(At.File) + ":" + Twine(At.Line) + ": " + Message);
}

static std::string text(const Type *Ty) {
  std::string S;
  raw_string_ostream(S) << *Ty;
  return S;
}

static TypeList typesOf(Values Of) {
  TypeList Result;
  for (Value *V : Of)
    Result.push_back(V->getType());
  return Result;
}

/// Nothing, the value, or a struct of them: how payloads are results.
static Type *resultType(LLVMContext &Context, Types Of) {
  return Of.empty()       ? Type::getVoidTy(Context)
         : Of.size() == 1 ? Of[0]
                          : static_cast<Type *>(StructType::get(Context, Of));
}

std::string weft::whyNotPayload(Types Payload) {
  for (auto [I, Ty] : enumerate(Payload))
    if (!isPayloadType(Ty))
      return ("value " + Twine(I + 1) + " has type " + text(Ty) +
              ", which no payload can carry: pass a pointer to it")
          .str();
  PayloadCounts N = countPayload(Payload);
  if (N.Ints > WEFT_PAYLOAD_INTS)
    return (Twine(N.Ints) + " integers and pointers, at most " + Twine(WEFT_PAYLOAD_INTS) +
            " travel: pass a pointer to the rest")
        .str();
  if (N.Floats > WEFT_PAYLOAD_FLOATS)
    return (Twine(N.Floats) + " floats, at most " + Twine(WEFT_PAYLOAD_FLOATS) +
            " travel: pass a pointer to the rest")
        .str();
  return {};
}

static void needPayload(const Twine &What, Types Payload, const Place &At) {
  if (std::string Why = whyNotPayload(Payload); !Why.empty())
    misused(At, What + ": " + Why);
}

static void needType(const Twine &What, const Value *V, bool IsRight, StringRef Wanted,
                     const Place &At) {
  if (!V)
    misused(At, What + " is missing");
  if (!IsRight)
    misused(At, What + " has type " + text(V->getType()) + ", not " + Wanted);
}

static void needHandle(StringRef Op, const Value *K, const Place &At) {
  needType("weft." + Op + ": the handle", K, K && K->getType()->isIntegerTy(64), "i64", At);
}

static void needPointer(const Twine &What, const Value *V, const Place &At) {
  auto *Ty = V ? dyn_cast<PointerType>(V->getType()) : nullptr;
  needType(What, V, Ty && Ty->getAddressSpace() == 0, "ptr", At);
}

//===----------------------------------------------------------------------===//
// Tags and handler tables
//===----------------------------------------------------------------------===//

static StructType *tagType(LLVMContext &Context) {
  if (auto *Ty = StructType::getTypeByName(Context, "weft.tag"))
    return Ty;
  Type *Ptr = PointerType::getUnqual(Context);
  return StructType::create(Context, {Ptr, Ptr}, "weft.tag");
}

static TypedTag typed(Value *Address, StringRef Name, Types Payload, Types Answer,
                      const Place &At) {
  needPayload("tag '" + Name + "', payload", Payload, At);
  needPayload("tag '" + Name + "', answer", Answer, At);
  return {Address, TypeList(Payload), TypeList(Answer)};
}

TypedTag TypedTag::define(Module &M, const Twine &Name, Types Payload, Types Answer,
                          GlobalValue::LinkageTypes Linkage, Place At) {
  LLVMContext &Context = M.getContext();
  std::string Called = Name.str();
  TypedTag Result = typed(nullptr, Called, Payload, Answer, At);
  auto Text = [&](const Twine &Of) {
    Constant *String = ConstantDataArray::getString(Context, Of.str());
    auto *GV = new GlobalVariable(M, String->getType(), true, GlobalValue::PrivateLinkage, String,
                                  "weft.text");
    GV->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return GV;
  };
  Constant *Words[] = {Text(Called), Text(spell(Payload) + "->" + spell(Answer))};
  StructType *Ty = tagType(Context);
  Result.Address = new GlobalVariable(M, Ty, true, Linkage, ConstantStruct::get(Ty, Words), Called);
  return Result;
}

TypedTag TypedTag::declare(Module &M, StringRef Symbol, Types Payload, Types Answer, Place At) {
  GlobalVariable *GV = M.getNamedGlobal(Symbol);
  if (!GV)
    GV = new GlobalVariable(M, tagType(M.getContext()), true, GlobalValue::ExternalLinkage, nullptr,
                            Symbol);
  return typed(GV, Symbol, Payload, Answer, At);
}

TypedTag TypedTag::computed(Value *Address, Types Payload, Types Answer, Place At) {
  needPointer("a computed tag", Address, At);
  return typed(Address, Address->getName(), Payload, Answer, At);
}

TypedTag TypedTag::yield(Module &M) { return declare(M, "weft_yield_tag", {}, {}); }

Handlers Handlers::none(LLVMContext &Context) {
  return {ConstantPointerNull::get(PointerType::getUnqual(Context)), {}};
}

Handlers Handlers::define(Module &M, ArrayRef<Handler> Entries, Place At) {
  LLVMContext &Context = M.getContext();
  if (Entries.empty())
    return none(Context);
  Type *I32 = Type::getInt32Ty(Context);
  auto *EntryTy = StructType::get(Context, {PointerType::getUnqual(Context), I32});
  SmallVector<Constant *, 4> Words;
  for (auto [I, E] : enumerate(Entries)) {
    auto *Tag = dyn_cast_if_present<Constant>(E.Tag.Address);
    if (!Tag)
      misused(At, "handler table, entry " + Twine(I + 1) + ": a constant table has constant tags");
    for (auto [J, Before] : enumerate(Entries.take_front(I)))
      if (Before.Tag.Address == Tag && Before.IsSwitch == E.IsSwitch)
        misused(At, "handler table: entries " + Twine(J + 1) + " and " + Twine(I + 1) +
                        " are both for tag '" + Tag->getName() + "'");
    Words.push_back(ConstantStruct::get(
        EntryTy, {Tag, ConstantInt::get(I32, E.IsSwitch ? WEFT_ON_SWITCH : WEFT_ON_SUSPEND)}));
  }
  auto *Array = ArrayType::get(EntryTy, Words.size());
  Constant *Fields[] = {ConstantInt::get(I32, Words.size()), ConstantInt::get(I32, 0),
                        ConstantArray::get(Array, Words)};
  Constant *Table = ConstantStruct::getAnon(Fields);
  auto *GV =
      new GlobalVariable(M, Table->getType(), true, GlobalValue::PrivateLinkage, Table, "weft.on");
  return {GV, SmallVector<Handler, 2>(Entries)};
}

Handlers Handlers::computed(Value *Table, ArrayRef<Handler> Entries, Place At) {
  needPointer("a computed handler table", Table, At);
  return {Table, SmallVector<Handler, 2>(Entries)};
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// The fields of a resume's result after which and next.
static TypeList fieldsOf(LLVMContext &Context, Types Returns, const Handlers &On, unsigned &Ints) {
  TypeList Lanes[2];
  auto Add = [&](Types Outcome) {
    unsigned N[2] = {};
    for (Type *Ty : Outcome) {
      bool Floats = isFloatLane(Ty);
      unsigned J = N[Floats]++;
      if (J == Lanes[Floats].size()) {
        Lanes[Floats].push_back(Ty);
        continue;
      }
      Type *&Field = Lanes[Floats][J];
      if (Field == Ty)
        continue;
      if (Floats)
        Field = Type::getDoubleTy(Context);
      else if (Field->isPointerTy() || Ty->isPointerTy())
        Field = Type::getInt64Ty(Context);
      else if (Ty->getIntegerBitWidth() > Field->getIntegerBitWidth())
        Field = Ty;
    }
  };
  Add(Returns);
  for (const Handler &E : On.Entries)
    if (!E.IsSwitch)
      Add(E.Tag.Payload);
  Ints = Lanes[0].size();
  TypeList All = Lanes[0];
  append_range(All, Lanes[1]);
  return All;
}

static Value *narrow(IRBuilderBase &B, Value *V, Type *As) {
  if (V->getType() == As)
    return V;
  if (isFloatLane(As))
    return B.CreateFPTrunc(V, As);
  return As->isPointerTy() ? B.CreateIntToPtr(V, As) : B.CreateTrunc(V, As);
}

Value *Resumed::which() const { return B.CreateExtractValue(Call, 0); }
Value *Resumed::next() const { return B.CreateExtractValue(Call, 1); }

static Value *field(IRBuilderBase &B, CallBase *Call, unsigned First, unsigned End, unsigned J,
                    Type *As, bool Floats, const Place &At) {
  if (First + J >= End)
    misused(At, "no outcome of this resume has " + Twine(J + 1) +
                    (Floats ? " floats" : " integers or pointers"));
  Type *Has = Call->getType()->getStructElementType(First + J);
  auto Bits = [](Type *Ty) { return Ty->isPointerTy() ? 64 : Ty->getScalarSizeInBits(); };
  if (!isPayloadType(As) || isFloatLane(As) != Floats || Bits(As) > Bits(Has) ||
      (Has->isPointerTy() && !As->isPointerTy()))
    misused(At, "result field of type " + text(Has) + " taken as " + text(As));
  return narrow(B, B.CreateExtractValue(Call, First + J), As);
}

Value *Resumed::integer(unsigned J, Type *As, Place At) const {
  return field(B, Call, 2, 2 + Ints, J, As, false, At);
}

Value *Resumed::floating(unsigned J, Type *As, Place At) const {
  return field(B, Call, 2 + Ints, Call->getType()->getStructNumElements(), J, As, true, At);
}

ValueList Resumed::unpack(Types As, const Place &At) const {
  ValueList Result;
  unsigned N[2] = {};
  for (Type *Ty : As)
    Result.push_back(isFloatLane(Ty) ? floating(N[1]++, Ty, At) : integer(N[0]++, Ty, At));
  return Result;
}

ValueList Resumed::returned(Place At) const { return unpack(Returns, At); }

ValueList Resumed::sentBy(unsigned Entry, Place At) const {
  if (Entry == 0 || Entry > On.size())
    misused(At, "the handler table has no entry " + Twine(Entry) + "; they are counted from 1");
  if (On[Entry - 1].IsSwitch)
    misused(At, "entry " + Twine(Entry) + " is for switches, which do not come back to the resume");
  return unpack(On[Entry - 1].Tag.Payload, At);
}

//===----------------------------------------------------------------------===//
// Markers
//===----------------------------------------------------------------------===//

FunctionType *MarkerBuilder::bodyType(LLVMContext &Context, Types Returns, Types Takes, Place At) {
  needPayload("a body's results", Returns, At);
  needPayload("what a body takes", Takes, At);
  TypeList Params{PointerType::getUnqual(Context)};
  append_range(Params, Takes);
  return FunctionType::get(resultType(Context, Returns), Params, false);
}

ReturnInst *MarkerBuilder::returnFromBody(Values Results, Place At) {
  Type *Ty = B.GetInsertBlock()->getParent()->getReturnType();
  if (resultType(B.getContext(), typesOf(Results)) != Ty)
    misused(At, "the body's results are (" + spell(typesOf(Results)) + "), but its type says " +
                    text(Ty));
  if (Results.empty())
    return B.CreateRetVoid();
  if (Results.size() == 1)
    return B.CreateRet(Results[0]);
  ValueList All(Results);
  return B.CreateAggregateRet(All.data(), unsigned(All.size()));
}

CallBase *MarkerBuilder::emit(StringRef Op, Type *Result, Values Args) {
  Function *F = B.GetInsertBlock()->getParent();
  TypeList Params = typesOf(Args);
  auto *Ty = FunctionType::get(Result, Params, false);
  std::string Name = ("weft." + Op).str();
  auto Letters = [&](Type *T) {
    Name += T->isVoidTy()      ? "v"
            : T->isPointerTy() ? "p"
            : T->isFloatTy()   ? "f"
            : T->isDoubleTy()  ? "d"
                               : "i" + utostr(T->getIntegerBitWidth());
  };
  Name += '.';
  if (auto *Struct = dyn_cast<StructType>(Result))
    for_each(Struct->elements(), Letters);
  else
    Letters(Result);
  Name += '.';
  for_each(Params, Letters);
  FunctionCallee Marker = F->getParent()->getOrInsertFunction(Name, Ty);
  if (!Unwind)
    return B.CreateCall(Marker, Args);
  BasicBlock *On = BasicBlock::Create(B.getContext(), "", F, B.GetInsertBlock()->getNextNode());
  InvokeInst *Call = B.CreateInvoke(Marker, On, Unwind, Args);
  B.SetInsertPoint(On);
  return Call;
}

Value *MarkerBuilder::contNew(Function *Body, Value *Env, uint32_t Stack, Place At) {
  return contNew(Body, Env, B.getInt32(Stack), At);
}

Value *MarkerBuilder::contNew(Function *Body, Value *Env, Value *Stack, Place At) {
  std::string Why;
  if (!Body)
    misused(At, "weft.cont.new: the body is missing");
  if (!isBody(*Body, BodyForm::Registers, Why))
    misused(At, "weft.cont.new: " + Why);
  needPointer("weft.cont.new: the environment", Env, At);
  needType("weft.cont.new: the stack class", Stack, Stack && Stack->getType()->isIntegerTy(32),
           "i32", At);
  if (auto *Class = dyn_cast<ConstantInt>(Stack);
      Class && Class->getZExtValue() >= WEFT_STACK_CLASSES)
    misused(At, "weft.cont.new: stack class " + Twine(Class->getZExtValue()) +
                    " is out of range: 0 to " + Twine(WEFT_STACK_CLASSES - 1));
  return emit("cont.new", B.getInt64Ty(), {Body, Env, Stack});
}

Value *MarkerBuilder::contBind(Value *K, Values Bound, Place At) {
  needHandle("cont.bind", K, At);
  needPayload("weft.cont.bind", typesOf(Bound), At);
  ValueList Args{K};
  append_range(Args, Bound);
  return emit("cont.bind", B.getInt64Ty(), Args);
}

Resumed MarkerBuilder::resumeBy(StringRef Op, Value *K, const Handlers &On, Types Returns,
                                Values Sent, const Place &At) {
  needHandle(Op, K, At);
  needPayload("weft." + Op + ", what it returns", Returns, At);
  unsigned Ints;
  TypeList Fields{B.getInt32Ty(), B.getInt64Ty()};
  append_range(Fields, fieldsOf(B.getContext(), Returns, On, Ints));
  ValueList Args{K, On.Table};
  append_range(Args, Sent);
  CallBase *Call = emit(Op, StructType::get(B.getContext(), Fields), Args);
  return Resumed(B, Call, Returns, On, Ints);
}

Resumed MarkerBuilder::resume(Value *K, const Handlers &On, Types Returns, Values Sent, Place At) {
  needPayload("weft.resume, what it sends", typesOf(Sent), At);
  return resumeBy("resume", K, On, Returns, Sent, At);
}

Resumed MarkerBuilder::resumeThrow(Value *K, const Handlers &On, Types Returns, Value *Exception,
                                   Place At) {
  needPointer("weft.resume.throw: the exception", Exception, At);
  if (isa<ConstantPointerNull>(Exception))
    misused(At, "weft.resume.throw: the exception is null (rule CONT-12)");
  return resumeBy("resume.throw", K, On, Returns, {Exception}, At);
}

static void needPayloadOf(StringRef Op, const TypedTag &Tag, Values Payload, const Place &At) {
  TypeList Has = typesOf(Payload);
  needPayload("weft." + Op, Has, At);
  if (Has != Tag.Payload)
    misused(At, "weft." + Op + ": the payload is (" + spell(Has) + "), but tag '" +
                    Tag.Address->getName() + "' (\"" + spell(Tag.Payload) + "->" +
                    spell(Tag.Answer) + "\") says (" + spell(Tag.Payload) + ")");
}

ValueList MarkerBuilder::answers(CallBase *Call, const TypedTag &Tag) {
  if (!isa<Constant>(Tag.Address))
    Call->addFnAttr(Attribute::get(B.getContext(), ComputedTagAttribute));
  ValueList Result;
  if (Tag.Answer.size() == 1)
    Result.push_back(Call);
  else
    for (unsigned I = 0; I < Tag.Answer.size(); ++I)
      Result.push_back(B.CreateExtractValue(Call, I));
  return Result;
}

ValueList MarkerBuilder::suspend(const TypedTag &Tag, Values Payload, Place At) {
  needPayloadOf("suspend", Tag, Payload, At);
  ValueList Args{Tag.Address};
  append_range(Args, Payload);
  return answers(emit("suspend", resultType(B.getContext(), Tag.Answer), Args), Tag);
}

ValueList MarkerBuilder::switchTo(Value *K, const TypedTag &Tag, Values Payload, Place At) {
  needHandle("switch", K, At);
  needPayloadOf("switch", Tag, Payload, At);
  if (countPayload(Tag.Payload).Ints >= WEFT_PAYLOAD_INTS)
    misused(
        At,
        "weft.switch: 6 integers and pointers, at most 5 travel: one place is the handle of the "
        "continuation left");
  ValueList Args{K, Tag.Address};
  append_range(Args, Payload);
  return answers(emit("switch", resultType(B.getContext(), Tag.Answer), Args), Tag);
}

void MarkerBuilder::contDrop(Value *K, Place At) {
  needHandle("cont.drop", K, At);
  emit("cont.drop", B.getVoidTy(), {K});
}

CallBase *MarkerBuilder::barrier(CallBase *Call, Place At) {
  if (std::string Why = whyNoBarrier(*Call); !Why.empty())
    misused(At, "weft.barrier: " + Why);
  Call->addFnAttr(Attribute::get(Call->getContext(), BarrierAttribute));
  return Call;
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

void MarkerBuilder::yield(Place At) {
  suspend(TypedTag::yield(*B.GetInsertBlock()->getModule()), {}, At);
}

Value *MarkerBuilder::spawn(Value *Fn, Value *Arg, Place At) {
  needPointer("weft_spawn: the function", Fn, At);
  needPointer("weft_spawn: its argument", Arg, At);
  Type *Ptr = B.getPtrTy();
  FunctionCallee Spawn = B.GetInsertBlock()->getModule()->getOrInsertFunction(
      "weft_spawn", FunctionType::get(B.getInt32Ty(), {Ptr, Ptr, Ptr, Ptr, Ptr}, false));
  Value *Null = ConstantPointerNull::get(B.getPtrTy());
  return B.CreateCall(Spawn, {Null, Fn, Arg, Null, Null});
}

bool weft::isSwitch(const Instruction &I) {
  auto *Call = dyn_cast<CallBase>(&I);
  const Function *Callee = Call ? calledFunction(*Call) : nullptr;
  auto Name =
      Callee && isMarkerName(Callee->getName()) ? parseMarkerName(Callee->getName()) : std::nullopt;
  return Name && is_contained(
                     {MarkerOp::Resume, MarkerOp::ResumeThrow, MarkerOp::Suspend, MarkerOp::Switch},
                     Name->Op);
}
