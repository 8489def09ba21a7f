//===- SameThread.cpp - Addresses kept while the thread is the same -------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A part of weft-tls, for shared libraries. There a thread-local's address is a call
// of __tls_get_addr in an accessor (ThreadAddress.h), and optimizers leave one behind
// each call that may suspend. But mostly a task goes on on the thread that it was on.
// So, of accessors that are called again:
//
//     %now = number of the thread          asm sideeffect: two loads
//     br (%now == %kept), same, other      other is cold
//   other:
//     %new = weft_rt_thread_number()
//     the addresses, by their accessors
//   same:
//     phi of the kept ones and those
//
// The accessors that are called between two suspensions in one block are a group,
// with one comparison. Those that are in the same groups are a class: they are known
// of the same thread, so one number is kept for all of them. Where a group stands at a
// block's begin, and on some ways there nothing has suspended since the last one, as on
// a loop's way back, the comparison is made on the other ways.
//
// A number is one thread's for ever: no other thread of the process has had it or
// will have it. So the same number is the same thread, whose variable is where it was
// as long as its library is loaded. A thread without a number reads 0: nothing is kept
// under that one (but under ~0, which nobody has), and the first comparison that fails
// on a thread gives it a number.
//
// What is kept is a value like others, and the only reads of the number are asm
// with effects, so that any optimization may follow, and one does: only now that the
// address is one value on a loop's way back can what was stored there be used again.
//
// Rejected: the thread pointer instead of a number: a new thread may have an ended
// one's, and other dynamic blocks. The same before optimization: branches around each
// use would hide from optimizers what they merge and hoist. A slot in the library's own
// static TLS for the address: one initial-exec variable makes the library's whole block
// static, for which a thread has little room.
//===----------------------------------------------------------------------===//

#include "SameThread.h"
#include "SuspendInfo.h"
#include "ThreadAddress.h"
#include "ThreadAliases.h"
#include "weft/arch/x86_64.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Scalar/GVN.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"
#include <map>

using namespace llvm;
using namespace weft;

namespace {

/// Calls of accessors in one block, between which nothing can suspend.
struct Group {
  SmallVector<CallInst *, 8> Calls;
  bool Top;              // nothing can in front of them in the block
  bool Followed = false; // something can behind them
  Instruction *first() const { return Calls.front(); }
  BasicBlock *block() const { return first()->getParent(); }
};

/// Accessors that are called in the same groups.
struct Class {
  SmallVector<Function *, 8> Accessors;
  SmallVector<unsigned, 8> Groups;
  AllocaInst *Number = nullptr;
};

/// What has to be done in some place for what is used there or behind it.
struct Work {
  SmallVector<Class *, 4> First; // on no way there has it been done before
  SmallVector<Class *, 4> Again; // it may have been, on another thread
};

class Keeping {
public:
  explicit Keeping(Function &F) : F(F) {}
  bool run();

private:
  void findGroups();
  void findClasses();
  void plan(Class &C);
  void emit(Instruction *Before, const Work &W);
  void compute(IRBuilder<> &B, const Class &C, Value *Number);
  void useKept(Group &G);

  Function &F;
  SmallVector<Group, 8> Groups;
  SmallPtrSet<const BasicBlock *, 16> Changing; // blocks in which the thread may change
  std::vector<Class> Classes;
  std::map<unsigned, Work> InGroups;
  MapVector<std::pair<BasicBlock *, BasicBlock *>, Work> OnEdges;
  MapVector<Function *, AllocaInst *> Places;
};

/// A number that no thread has.
Constant *nobody(LLVMContext &Context) {
  return ConstantInt::getAllOnesValue(Type::getInt64Ty(Context));
}

bool isAccessorCall(const Instruction &I) {
  auto *Call = dyn_cast<CallInst>(&I);
  return Call && Call->getCalledFunction() && isAddressAccessor(*Call->getCalledFunction());
}

/// Whether optimizers had to take \p I for one that may suspend. Accessors are not merged over others either.
bool mayChangeTheThread(const Instruction &I) {
  auto *Call = dyn_cast<CallBase>(&I);
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&I);
      Intrinsic && Intrinsic->isAssumeLikeIntrinsic())
    return false;
  return Call && !isAccessorCall(I) && !Call->onlyReadsMemory() && !Call->onlyAccessesArgMemory();
}

void Keeping::findGroups() {
  for (BasicBlock &Block : F) {
    unsigned First = Groups.size();
    bool Open = false;
    for (Instruction &I : Block)
      if (isAccessorCall(I)) {
        if (!Open)
          Groups.push_back({{}, !Changing.contains(&Block)});
        Open = true;
        Groups.back().Calls.push_back(cast<CallInst>(&I));
      } else if (mayChangeTheThread(I)) {
        Open = false;
        Changing.insert(&Block);
        for (Group &Earlier : drop_begin(Groups, First))
          Earlier.Followed = true;
      }
  }
}

void Keeping::findClasses() {
  MapVector<Function *, std::vector<unsigned>> In;
  for (unsigned N = 0; N < Groups.size(); ++N)
    for (CallInst *Call : Groups[N].Calls)
      if (auto &All = In[Call->getCalledFunction()]; All.empty() || All.back() != N)
        All.push_back(N);
  std::map<std::vector<unsigned>, unsigned> Known;
  for (auto &[Accessor, All] : In) {
    auto [At, New] = Known.try_emplace(All, Classes.size());
    if (New) {
      Classes.emplace_back();
      Classes.back().Groups.append(All.begin(), All.end());
    }
    Classes[At->second].Accessors.push_back(Accessor);
  }
}

/// Notes where what is done to keep what \p C's accessors answer, if they are called again anywhere.
void Keeping::plan(Class &C) {
  std::map<BasicBlock *, bool> Has; // a group of C; whether the thread may change behind the last
  SmallPtrSet<BasicBlock *, 16> Behind, Stale;
  SmallVector<BasicBlock *, 16> Next;
  for (unsigned N : C.Groups) {
    Has[Groups[N].block()] = Groups[N].Followed;
    Next.push_back(Groups[N].block());
  }
  // To where a way leads from a group.
  while (!Next.empty())
    for (BasicBlock *To : successors(Next.pop_back_val()))
      if (Behind.insert(To).second)
        Next.push_back(To);
  if (Has.size() == C.Groups.size() &&
      none_of(Has, [&](auto &At) { return Behind.contains(At.first); }))
    return;

  // At whose end the thread may be another than at the last group, or on some way there was none.
  auto Spoil = [&](BasicBlock *Block) {
    if (Stale.insert(Block).second)
      Next.push_back(Block);
  };
  for (BasicBlock &Block : F)
    if (auto At = Has.find(&Block);
        At != Has.end() ? At->second : Changing.contains(&Block) || Block.isEntryBlock())
      Spoil(&Block);
  while (!Next.empty())
    for (BasicBlock *To : successors(Next.pop_back_val()))
      if (!Has.count(To))
        Spoil(To);

  auto &Context = F.getContext();
  IRBuilder<> B(&F.getEntryBlock(), F.getEntryBlock().begin());
  C.Number = B.CreateAlloca(B.getInt64Ty());
  for (Function *Accessor : C.Accessors)
    Places[Accessor] = B.CreateAlloca(Accessor->getReturnType());
  B.CreateStore(nobody(Context), C.Number);

  SmallPtrSet<BasicBlock *, 16> Seen;
  for (unsigned N : C.Groups) { // in the order of each block
    BasicBlock *Block = Groups[N].block();
    bool Begins = Seen.insert(Block).second;
    auto IsStale = [&](BasicBlock *From) { return Stale.contains(From); };
    auto IsFixed = [&](BasicBlock *From) {
      return IsStale(From) &&
             (Block->isEHPad() || isa<IndirectBrInst, CallBrInst>(From->getTerminator()));
    };
    if (!Begins || !Groups[N].Top || all_of(predecessors(Block), IsStale) ||
        any_of(predecessors(Block), IsFixed)) {
      (!Begins || Behind.contains(Block) ? InGroups[N].Again : InGroups[N].First).push_back(&C);
      continue;
    }
    // On some ways there is nothing to do: it is done on the others, so that a loop has it in front.
    for (BasicBlock *From : predecessors(Block))
      if (IsStale(From)) {
        Work &W = OnEdges[{From, Block}];
        auto &To = Has.count(From) || Behind.contains(From) ? W.Again : W.First;
        if (!is_contained(To, &C)) // a switch may have several edges
          To.push_back(&C);
      }
  }
}

void Keeping::compute(IRBuilder<> &B, const Class &C, Value *Number) {
  for (Function *Accessor : C.Accessors) {
    CallInst *Call = B.CreateCall(Accessor);
    Call->setCallingConv(Accessor->getCallingConv());
    B.CreateStore(Call, Places[Accessor]);
  }
  B.CreateStore(Number, C.Number);
}

void Keeping::emit(Instruction *Before, const Work &W) {
  // A frame's variables are those of its first block, which may be divided here.
  if (BasicBlock *Entry = &F.getEntryBlock(); Before->getParent() == Entry)
    for (Instruction &I : make_early_inc_range(make_range(Before->getIterator(), Entry->end())))
      if (auto *Variable = dyn_cast<AllocaInst>(&I); Variable && Variable->isStaticAlloca())
        Variable->moveBefore(*Entry, Entry->begin());
  IRBuilder<> B(Before);
  auto *I64 = B.getInt64Ty();
  auto *Ty = FunctionType::get(I64, false);
  CallInst *Now = B.CreateCall(Ty, InlineAsm::get(Ty, WEFT_X86_64_THREAD_NUMBER("%", "$0"),
                                                  "=r,~{dirflag},~{fpsr},~{flags}",
                                                  /*hasSideEffects=*/true));
  readsOfTheThread(*Now);
  if (!W.First.empty()) {
    Value *Known = B.CreateSelect(B.CreateIsNull(Now), nobody(F.getContext()), Now);
    for (Class *C : W.First)
      compute(B, *C, Known);
  }
  if (W.Again.empty())
    return;
  Value *Other = nullptr;
  for (Class *C : W.Again) {
    Value *Differs = B.CreateICmpNE(Now, B.CreateLoad(I64, C->Number));
    Other = Other ? B.CreateOr(Other, Differs) : Differs;
  }
  MDNode *Rarely = MDBuilder(F.getContext()).createBranchWeights(1, (1u << 20) - 1);
  IRBuilder<> Cold(
      SplitBlockAndInsertIfThen(Other, Before->getIterator(), /*Unreachable=*/false, Rarely));
  Cold.SetCurrentDebugLocation(Before->getDebugLoc());
  CallInst *Number =
      Cold.CreateCall(F.getParent()->getOrInsertFunction("weft_rt_thread_number", Ty));
  Number->setDoesNotThrow();
  for (Class *C : W.Again)
    compute(Cold, *C, Number);
}

void Keeping::useKept(Group &G) {
  IRBuilder<> B(G.first());
  SmallDenseMap<Function *, Value *, 8> Kept;
  for (CallInst *Call : G.Calls) {
    Function *Accessor = Call->getCalledFunction();
    AllocaInst *Place = Places.lookup(Accessor);
    if (!Place)
      continue;
    Value *&V = Kept[Accessor];
    if (!V)
      V = B.CreateLoad(Accessor->getReturnType(), Place);
    Call->replaceAllUsesWith(V);
  }
  for (CallInst *Call : G.Calls)
    if (Places.count(Call->getCalledFunction()))
      Call->eraseFromParent();
}

bool Keeping::run() {
  findGroups();
  findClasses();
  for (Class &C : Classes)
    plan(C);
  if (Places.empty())
    return false;
  SmallVector<std::pair<Instruction *, const Work *>, 8> Where;
  for (auto &[Edge, W] : OnEdges)
    Where.push_back(
        {SplitBlockPredecessors(Edge.second, {Edge.first}, ".same")->getTerminator(), &W});
  for (auto &[N, W] : InGroups)
    Where.push_back({Groups[N].first(), &W});
  for (auto [Before, W] : Where)
    emit(Before, *W);
  for (Group &G : Groups)
    useKept(G);
  std::vector<AllocaInst *> All;
  for (Class &C : Classes)
    if (C.Number)
      All.push_back(C.Number);
  for (auto &[Accessor, Place] : Places)
    All.push_back(Place);
  DominatorTree DT(F);
  PromoteMemToReg(All, DT);
  return true;
}

/// Whether \p M is, or is to be, of a program in which libweft is, so that it may refer to a symbol more.
bool refersToLibweft(const Module &M) {
  return any_of(M.global_values(), [](const GlobalValue &G) {
    return G.isDeclarationForLinker() && (isRuntimeFunction(G.getName()) || G.getName().starts_with("weft_abi")) && !G.use_empty();
  });
}

} // namespace

bool weft::keepWhileSameThread(Module &M, FunctionAnalysisManager &Analyses) {
  if (!hasThreadPointer(M) || M.getPICLevel() == PICLevel::NotPIC ||
      M.getPIELevel() != PIELevel::Default || !refersToLibweft(M))
    return false;
  SmallPtrSet<Function *, 16> Callers;
  SmallVector<Function *, 16> InOrder;
  for (Function &Accessor : M)
    if (isAddressAccessor(Accessor))
      for (User *U : Accessor.users())
        if (auto *Call = dyn_cast<CallInst>(U); Call && Callers.insert(Call->getFunction()).second)
          InOrder.push_back(Call->getFunction());
  // What setjmp comes back to may find half of what was kept.
  erase_if(InOrder, [](Function *F) {
    return F->hasOptNone() || F->hasMinSize() || F->callsFunctionThatReturnsTwice();
  });
  // Once more, in one go for what was inlined and what it was inlined into.
  tellThreadLocalsApart(InOrder);
  for (Function *F : InOrder)
    if (Keeping(*F).run()) {
      Analyses.invalidate(*F, PreservedAnalyses::none());
      Analyses.invalidate(*F, GVNPass().run(*F, Analyses));
    }
  return !InOrder.empty();
}
