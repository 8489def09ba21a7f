//===- ThreadAddress.cpp - A thread-local's address, anew -----------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// To LLVM the address of a thread-local is a constant of the function: the
// intrinsic reads no memory, the thread pointer in code generation is a load that
// never changes, and a second call of __tls_get_addr is the first one's twin to
// several passes over machine code. What comes out of here is opaque to all of
// them, and to optimizers of IR it reads memory that nobody in sight can write
// (inaccessiblemem: read). So it is merged, and hoisted out of loops, up to the next
// call of which that is not known, as each call is that may suspend.
//
// Where the model is known to be local-exec or initial-exec, on x86-64:
//
//     movq %fs:0, %tp                          asm sideeffect, read of inaccessible memory
//     leaq x@tpoff(%tp), %address              or addq x@gottpoff(%rip): asm, of its operands
//
// Else a function that is never inlined, in whose frame the address is young:
//
//     define internal ptr @weft_address_of.x() noinline { the intrinsic, behind an asm }
//
// That one is right for every model, target and code generator: general and local
// dynamic, TLSDESC, emulated. A module does not say how it will be linked; where it
// has no PIE level it may become part of a library that is loaded late, in which
// the first form would not do.
//
// Where no optimization follows, plain loads and stores of scalars get the
// intrinsic back, each its own: code generation does it within the access, by the
// segment, so that there is no address to be kept.
//
// Rejected: the intrinsic for all uses after optimization: code generation merges it
// over calls, in one block even without optimizing. General dynamic's sequence as
// asm: it is a call, which needs a red zone moved and all registers saved at each
// site, for one instruction less. The symbol's name in the text instead of an
// operand: a link renames what is internal.
//===----------------------------------------------------------------------===//

#include "ThreadAddress.h"
#include "SuspendInfo.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace weft;

static constexpr StringLiteral AccessorPrefix = "weft_address_of.";

/// What every asm of x86 is taken to clobber.
static std::string clobbering(StringRef Constraints, const Module &M) {
  return (Constraints + (Triple(M.getTargetTriple()).isX86() ? ",~{dirflag},~{fpsr},~{flags}" : ""))
      .str();
}

/// Reads what only a call that is not known can write.
void weft::readsOfTheThread(CallBase &Call) {
  Call.setMemoryEffects(MemoryEffects::inaccessibleMemOnly(ModRefInfo::Ref));
  Call.setDoesNotThrow();
  Call.addFnAttr(Attribute::WillReturn);
}

/// A value that is \p V, which nobody can tell. \p Read: not before what it reads may have changed.
static CallInst *launder(IRBuilder<> &B, Value *V, bool Read) {
  auto *Ty = FunctionType::get(V->getType(), {V->getType()}, false);
  CallInst *Call = B.CreateCall(
      Ty, InlineAsm::get(Ty, "", clobbering("=r,0", *B.GetInsertBlock()->getModule()), Read), {V});
  readsOfTheThread(*Call);
  if (!Read)
    Call->setMemoryEffects(MemoryEffects::none());
  return Call;
}

namespace {
enum class Form { LocalExec, InitialExec, Accessor };
} // namespace

bool weft::hasThreadPointer(const Module &M) {
  Triple T(M.getTargetTriple());
  return T.getArch() == Triple::x86_64 && !T.isX32() && T.isOSBinFormatELF() &&
         !T.hasDefaultEmulatedTLS() && M.getDataLayout().getPointerSizeInBits(0) == 64;
}

static Form formOf(const GlobalValue &Variable) {
  const Module &M = *Variable.getParent();
  auto *GV = dyn_cast<GlobalVariable>(&Variable);
  if (!GV || !hasThreadPointer(M))
    return Form::Accessor;
  switch (GV->getThreadLocalMode()) {
  case GlobalVariable::LocalExecTLSModel:
    return Form::LocalExec;
  case GlobalVariable::InitialExecTLSModel:
    return Form::InitialExec;
  default:
    break;
  }
  if (M.getPIELevel() == PIELevel::Default)
    return Form::Accessor;
  return GV->isDSOLocal() || GV->hasLocalLinkage() ? Form::LocalExec : Form::InitialExec;
}

static void knowsWhatItIs(CallBase &Address, const GlobalValue &Variable) {
  Address.addRetAttr(Attribute::NonNull);
  Address.addRetAttr(Attribute::NoUndef);
  if (auto *GV = dyn_cast<GlobalVariable>(&Variable)) {
    const DataLayout &Layout = GV->getParent()->getDataLayout();
    Address.addRetAttr(
        Attribute::getWithAlignment(Address.getContext(), GV->getPointerAlignment(Layout)));
    if (GV->getValueType()->isSized())
      if (uint64_t Size = Layout.getTypeAllocSize(GV->getValueType()))
        Address.addDereferenceableRetAttr(Size);
  }
}

/// Of which thread-local an accessor is; null for the thread pointer's.
static const GlobalValue *answersFor(const Function &F) {
  for (const Instruction &I : F.getEntryBlock())
    if (auto *Address = dyn_cast<IntrinsicInst>(&I);
        Address && Address->getIntrinsicID() == Intrinsic::threadlocal_address)
      return dyn_cast<GlobalValue>(Address->getArgOperand(0));
  return nullptr;
}

bool weft::isAddressAccessor(const Function &F) {
  return F.hasLocalLinkage() && !F.isDeclaration() && F.getName().starts_with(AccessorPrefix) &&
         F.arg_empty() && F.hasFnAttribute(ThreadBoundAttribute) && answersFor(F);
}

const GlobalVariable *weft::variableOf(const Value &V) {
  auto *Call = dyn_cast<CallBase>(&V);
  if (!Call)
    return nullptr;
  if (isa<InlineAsm>(Call->getCalledOperand()))
    return Call->arg_size() == 2 && isThreadAddress(Call->getArgOperandUse(1))
               ? dyn_cast<GlobalVariable>(Call->getArgOperand(1))
               : nullptr;
  const Function *Callee = Call->getCalledFunction();
  return Callee && isAddressAccessor(*Callee) ? dyn_cast<GlobalVariable>(answersFor(*Callee))
                                              : nullptr;
}

/// A function that is never inlined, and answers what \p Compute emits into it.
static Function *accessor(Module &M, GlobalValue *For, const Twine &Of, Type *Result,
                          function_ref<Value *(IRBuilder<> &)> Compute) {
  std::string Name = (AccessorPrefix + Of).str();
  // Not any that has the name: a link renames what is internal, each by itself.
  if (Function *F = M.getFunction(Name); F && F->hasLocalLinkage() && !F->isDeclaration() && F->arg_empty() &&
      F->getReturnType() == Result && F->hasFnAttribute(ThreadBoundAttribute) && answersFor(*F) == For)
    return F;
  auto *F =
      Function::Create(FunctionType::get(Result, false), GlobalValue::InternalLinkage, Name, M);
  F->setDSOLocal(true);
  F->addFnAttr(Attribute::NoInline);
  F->addFnAttr(Attribute::NoUnwind);
  F->addFnAttr(Attribute::WillReturn);
  F->addFnAttr(NeverSuspendsAttribute);
  F->addFnAttr(ThreadBoundAttribute); // what it has inside is as it should be
  F->setMemoryEffects(MemoryEffects::inaccessibleMemOnly(ModRefInfo::Ref));
  if (M.getUwtable() != UWTableKind::None)
    F->setUWTableKind(M.getUwtable());
  IRBuilder<> B(BasicBlock::Create(M.getContext(), "", F));
  // Else the function would be found to read nothing, and calls of it merged.
  B.CreateRet(launder(B, Compute(B), /*Read=*/true));
  return F;
}

static CallInst *threadPointer(IRBuilder<> &B, Type *Result) {
  Module &M = *B.GetInsertBlock()->getModule();
  auto *Ty = FunctionType::get(Result, false);
  CallInst *Pointer;
  if (hasThreadPointer(M))
    Pointer = B.CreateCall(Ty, InlineAsm::get(Ty, "movq %fs:0, $0", clobbering("=r", M), true));
  else
    Pointer = B.CreateCall(accessor(M, nullptr, "thread", Result, [&](IRBuilder<> &In) {
      return In.CreateIntrinsic(Result, Intrinsic::thread_pointer, {});
    }));
  readsOfTheThread(*Pointer);
  return Pointer;
}

Value *weft::threadAddress(IRBuilder<> &B, GlobalValue &Variable) {
  Form As = formOf(Variable);
  if (As == Form::Accessor) {
    Function *Accessor =
        accessor(*Variable.getParent(), &Variable, Variable.getName(), Variable.getType(),
                 [&](IRBuilder<> &In) { return In.CreateThreadLocalAddress(&Variable); });
    CallInst *Call = B.CreateCall(Accessor);
    Call->setCallingConv(Accessor->getCallingConv());
    readsOfTheThread(*Call);
    knowsWhatItIs(*Call, Variable);
    return Call;
  }
  Type *Ptr = Variable.getType();
  CallInst *Pointer = threadPointer(B, Ptr);
  bool Local = As == Form::LocalExec;
  auto *Ty = FunctionType::get(Ptr, {Ptr, Ptr}, false);
  auto *Text = InlineAsm::get(
      Ty, Local ? "leaq ${2:P}@tpoff($1), $0" : "addq ${2:P}@gottpoff(%rip), $0",
      clobbering(Local ? "=r,r,^Ws" : "=r,0,^Ws", *Variable.getParent()), /*hasSideEffects=*/false);
  CallInst *Address = B.CreateCall(Ty, Text, {Pointer, &Variable});
  readsOfTheThread(*Address);
  Address->setMemoryEffects(MemoryEffects::none());
  knowsWhatItIs(*Address, Variable);
  return Address;
}

bool weft::isThreadAddress(const Use &U) {
  auto *Call = dyn_cast<CallBase>(U.getUser());
  auto *Asm = Call ? dyn_cast<InlineAsm>(Call->getCalledOperand()) : nullptr;
  return Asm && StringRef(Asm->getConstraintString()).contains("^Ws");
}

bool weft::answerAnew(CallBase &Call) {
  // Nobody merges calls of what is not said to read nothing.
  if (!Call.onlyReadsMemory() || Call.isMustTailCall())
    return false;
  IRBuilder<> B(&Call);
  B.SetCurrentDebugLocation(Call.getDebugLoc());
  Value *Callee = Call.getCalledOperand();
  if (cast<Function>(Callee)->isIntrinsic()) {
    Call.replaceAllUsesWith(threadPointer(B, Call.getType()));
    Call.eraseFromParent();
    return true;
  }
  AttributeList Attributes = Call.getAttributes();
  Call.setCalledOperand(launder(B, Callee, /*Read=*/false));
  Call.setAttributes(Attributes);
  readsOfTheThread(Call);
  return true;
}

/// Whether code generation folds a thread-local's address into the access: `%fs:x@tpoff`, `%fs:(%offset)`.
static bool isDoneBySegment(const Instruction &I, Type *Ty) {
  auto *Load = dyn_cast<LoadInst>(&I);
  bool Simple = Load ? Load->isSimple() : cast<StoreInst>(I).isSimple();
  return Simple &&
         (Ty->isPointerTy() || Ty->isFloatTy() || Ty->isDoubleTy() || Ty->isIntegerTy(8) ||
          Ty->isIntegerTy(16) || Ty->isIntegerTy(32) || Ty->isIntegerTy(64));
}

/// Whether in \p F all is done as usual: sanitizers look at addresses, and some code has to go without segments.
static bool hasPlainAccesses(const Function &F) {
  auto CodeModel = F.getParent()->getCodeModel();
  // Where X86DAGToDAGISel::matchLoadInAddress uses the segment.
  Triple T(F.getParent()->getTargetTriple());
  if (!T.isOSGlibc() && !T.isMusl() && !T.isAndroid() && !T.isOSFuchsia())
    return false;
  return !F.hasOptNone() && !F.hasFnAttribute("indirect-tls-seg-refs") &&
         !F.hasFnAttribute(Attribute::SanitizeAddress) &&
         !F.hasFnAttribute(Attribute::SanitizeThread) &&
         !F.hasFnAttribute(Attribute::SanitizeMemory) &&
         !F.hasFnAttribute(Attribute::SanitizeHWAddress) &&
         !F.getFnAttribute("target-features").getValueAsString().contains("+lvi-load-hardening") &&
         (!CodeModel || *CodeModel == CodeModel::Small);
}

bool weft::shortenAccesses(GlobalVariable &Variable) {
  const DataLayout &Layout = Variable.getParent()->getDataLayout();
  SmallVector<CallInst *, 8> Addresses;
  for (const Use &U : Variable.uses())
    if (isThreadAddress(U) && isa<CallInst>(U.getUser()) &&
        hasPlainAccesses(*cast<CallInst>(U.getUser())->getFunction()))
      Addresses.push_back(cast<CallInst>(U.getUser()));
  bool Changed = false;
  for (CallInst *Address : Addresses) {
    // With the address itself, places in the variable that are known.
    struct Place {
      Instruction *At;
      int64_t Offset;
    };
    SmallVector<Place, 8> Places = {{Address, 0}};
    for (unsigned N = 0; N < Places.size(); ++N) {
      Place P = Places[N];
      for (Use &U : make_early_inc_range(P.At->uses())) {
        auto *I = cast<Instruction>(U.getUser());
        if (auto *GEP = dyn_cast<GetElementPtrInst>(I)) {
          APInt Offset(64, 0);
          if (!GEP->getType()->isVectorTy() && GEP->accumulateConstantOffset(Layout, Offset))
            Places.push_back({GEP, P.Offset + Offset.getSExtValue()});
          continue;
        }
        if (!isa<LoadInst, StoreInst>(I) || getLoadStorePointerOperand(I) != P.At ||
            (isa<StoreInst>(I) && U.getOperandNo() == 0) ||
            !isDoneBySegment(*I, getLoadStoreType(I)) || !isInt<24>(P.Offset))
          continue;
        IRBuilder<> B(I);
        Value *To = B.CreateThreadLocalAddress(&Variable);
        U.set(P.Offset ? B.CreatePtrAdd(To, B.getInt64(P.Offset)) : To);
        Changed = true;
      }
    }
    auto *Pointer = dyn_cast<Instruction>(Address->getArgOperand(0));
    for (const Place &P : reverse(Places))
      if (P.At->use_empty())
        P.At->eraseFromParent();
    if (Pointer && Pointer->use_empty())
      Pointer->eraseFromParent();
  }
  return Changed;
}
