//===- SuspendInfo.cpp - weft-suspend-info: which calls may suspend -------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk over all calls says what each function may do by itself; then Yes, and
// after it Maybe, travel from callees to callers. A definition that another may
// replace when the program is linked counts for no more than a declaration, to its
// callers.
//
// What cannot write memory that its caller does not see cannot suspend: whoever
// goes on in the meantime would write some. Optimizers go by the same (they merge
// what such a call cannot have changed), so the two cannot disagree.
//
// Rejected: an answer by declared types or calling conventions, which C and C++ do
// not have; and taking what is unknown for harmless, which most code would be
// right with, and some of it silently wrong.
//===----------------------------------------------------------------------===//

#include "SuspendInfo.h"
#include "Barrier.h"
#include "MarkerCall.h"
#include "weft/Passes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace weft;

//===----------------------------------------------------------------------===//
// By name
//===----------------------------------------------------------------------===//

static const StringMap<Suspends> &runtimeFunctions() {
  static const StringMap<Suspends> Table = [] {
    StringMap<Suspends> T;
#define WEFT_MAY_SUSPEND(name) T[#name] = Suspends::Yes;
#define WEFT_NEVER_SUSPENDS(name) T[#name] = Suspends::Never;
#include "weft/suspends.def"
    return T;
  }();
  return Table;
}

bool weft::isRuntimeFunction(StringRef Name) { return runtimeFunctions().contains(Name); }

using Names = std::initializer_list<StringLiteral>;

/// What compilers call for exceptions. __cxa_end_catch is not among them: it may run
/// the exception's destructor.
static bool isOfUnwinding(StringRef Name) {
  static const Names All = {"__cxa_allocate_exception",
                            "__cxa_free_exception",
                            "__cxa_throw",
                            "__cxa_rethrow",
                            "__cxa_begin_catch",
                            "__cxa_get_exception_ptr",
                            "__cxa_bad_cast",
                            "__cxa_bad_typeid",
                            "__cxa_throw_bad_array_new_length",
                            "__cxa_pure_virtual",
                            "__cxa_deleted_virtual",
                            "__cxa_guard_acquire",
                            "__cxa_guard_release",
                            "__cxa_guard_abort",
                            "__cxa_atexit",
                            "__cxa_thread_atexit",
                            "_Unwind_Resume",
                            "_Unwind_RaiseException",
                            "_ZSt9terminatev",
                            "__stack_chk_fail"};
  StringRef InStd = Name; // std::__throw_.., which are functions without anything else in their names
  return is_contained(All, Name) ||
         (InStd.consume_front("_ZSt") && InStd.ltrim("0123456789").starts_with("__throw_"));
}

/// Of the functions that LLVM knows, those that call what they are given.
static bool callsBack(StringRef Name) {
  static const Names All = {"qsort",  "qsort_r", "bsearch", "lfind",   "lsearch",
                            "atexit", "ftw",     "nftw",    "scandir", "glob"};
  return is_contained(All, Name);
}

bool weft::isOfTheThread(const Function &F) {
  static const Names All = {"__errno_location",
                            "__errno",
                            "___errno",
                            "__error",
                            "__h_errno_location",
                            "__res_state",
                            "pthread_self",
                            "thrd_current",
                            "__ctype_b_loc",
                            "__ctype_tolower_loc",
                            "__ctype_toupper_loc",
                            "__cxa_get_globals",
                            "__cxa_get_globals_fast",
                            "__tls_get_addr",
                            "___tls_get_addr",
                            "__emutls_get_address"};
  return F.getIntrinsicID() == Intrinsic::thread_pointer ||
         (F.isDeclaration() && is_contained(All, F.getName()));
}

KnownFunction weft::knownByName(const Function &F, const TargetLibraryInfoImpl &Libraries) {
  StringRef Name = F.getName();
  if (isMarkerName(Name)) {
    auto Marker = parseMarkerName(Name);
    if (!Marker)
      return {Suspends::Yes, "a marker"};
    switch (Marker->Op) {
    case MarkerOp::Resume:
    case MarkerOp::ResumeThrow:
      return {Suspends::Yes, "which resumes what may suspend further"};
    case MarkerOp::Suspend:
    case MarkerOp::Switch:
      return {Suspends::Yes, "which suspends"};
    default:
      return {isSupported(Marker->Op) ? Suspends::Never : Suspends::Yes, "a marker"};
    }
  }
  if (auto Known = runtimeFunctions().find(Name); Known != runtimeFunctions().end())
    return Known->second == Suspends::Yes
               ? KnownFunction{Suspends::Yes, "which waits"}
               : KnownFunction{Suspends::Never, "of libweft, which never waits"};
  if (isOfTheThread(F))
    return {Suspends::Never, "of the running thread"};
  if (isOfUnwinding(Name))
    return {Suspends::Never, "of the language's own library"};
  LibFunc Which;
  if (!callsBack(Name) && Libraries.getLibFunc(F, Which))
    return {Suspends::Never, "of the C library, which calls nothing of the program's"};
  return {Suspends::Maybe, "of which nothing is known"};
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

template <typename CalledOrCall> static bool writesOnlyWhatIsSeen(const CalledOrCall &C) {
  MemoryEffects Effects = C.getMemoryEffects();
  return Effects.onlyReadsMemory() || Effects.onlyAccessesArgPointees();
}

SuspendInfo::Answer SuspendInfo::outside(const Function &F,
                                         const TargetLibraryInfoImpl &Libraries) const {
  KnownFunction Known = knownByName(F, Libraries);
  if (Known.Kind == Suspends::Yes)
    return {Suspends::Yes, Known.Why, &F};
  if (F.hasFnAttribute(MaySuspendAttribute))
    return {Suspends::Yes, "which says \"weft-maysuspend\"", &F};
  if (F.hasFnAttribute(NeverSuspendsAttribute))
    return {Suspends::Never, "which was seen not to", &F};
  if (Known.Kind == Suspends::Never)
    return {Suspends::Never, Known.Why, &F};
  switch (F.getIntrinsicID()) {
  case Intrinsic::not_intrinsic:
    break;
  case Intrinsic::coro_resume: // they call what they are given
  case Intrinsic::coro_destroy:
  case Intrinsic::coro_await_suspend_void:
  case Intrinsic::coro_await_suspend_bool:
  case Intrinsic::coro_await_suspend_handle:
  case Intrinsic::experimental_gc_statepoint:
  case Intrinsic::experimental_patchpoint_void:
  case Intrinsic::experimental_patchpoint:
    return {Suspends::Maybe, "an indirect call", &F};
  default:
    return {Suspends::Never, "an intrinsic", &F};
  }
  if (writesOnlyWhatIsSeen(F))
    return {Suspends::Never, "which writes no memory but its arguments'", &F};
  if (F.hasFnAttribute(Attribute::NoCallback))
    return {Suspends::Never, "which is nocallback", &F};
  if (F.hasFnAttribute(NoSuspendAttribute))
    return {Suspends::Never, "which says \"weft-nosuspend\"", &F, /*Claimed=*/true};
  return {Suspends::Maybe, F.isDeclaration() ? Known.Why : "which another definition may replace",
          &F};
}

SuspendInfo::Answer SuspendInfo::direct(const CallBase &Call) const {
  AttributeSet Attributes = Call.getAttributes().getFnAttrs();
  if (Attributes.hasAttribute(BarredAttribute) || isBarrier(Call))
    return {Suspends::Never, "behind a barrier"};
  if (Attributes.hasAttribute(MaySuspendAttribute))
    return {Suspends::Yes, Call.isInlineAsm() ? "a switch" : "it says \"weft-maysuspend\""};
  if (Call.isInlineAsm())
    return {Suspends::Never, "assembly"};
  Answer A = {Suspends::Maybe, "an indirect call"};
  if (const Function *Callee = calledFunction(Call)) {
    if (auto Known = Outside.find(Callee); Known != Outside.end())
      A = Known->second;
    else if (auto Seen = Defined.find(Callee); Seen != Defined.end())
      A = {Seen->second.Kind, Seen->second.Why, Callee};
  }
  if (A.Kind == Suspends::Maybe && writesOnlyWhatIsSeen(Call))
    return {Suspends::Never, "it writes no memory but its arguments'", A.By};
  if (A.Kind == Suspends::Maybe && Attributes.hasAttribute(NoSuspendAttribute))
    A = {Suspends::Never, "it says \"weft-nosuspend\"", nullptr, /*Claimed=*/true};
  // Believed where a barrier can see to it.
  if (A.Claimed && !whyNoBarrier(Call).empty())
    A.Kind = Suspends::Maybe;
  return A;
}

static bool isSeenTo(const Function &F) {
  return F.hasFnAttribute(NeverSuspendsAttribute) ||
         F.getFnAttribute(NoSuspendAttribute).getValueAsString() == KeptClaim;
}

SuspendInfo::SuspendInfo(const Module &M) {
  TargetLibraryInfoImpl Libraries{Triple(M.getTargetTriple())};
  for (const Function &F : M) {
    if (F.isDeclaration() || F.isInterposable())
      Outside[&F] = outside(F, Libraries);
    if (!F.isDeclaration())
      Defined[&F];
  }

  DenseMap<const Function *, SmallVector<const CallBase *, 2>> Callers;
  SmallVector<const Function *, 32> Now[3];
  auto Raise = [&](const Function *F, Suspends To, const CallBase *At, const char *Why) {
    Summary &S = Defined[F];
    if (S.Kind >= To)
      return;
    S = {To, At, Why};
    Now[unsigned(To)].push_back(F);
  };
  for (auto &[F, Ignored] : Defined) {
    (void)Ignored;
    if (isSeenTo(*F))
      continue;
    if (F->hasFnAttribute(MaySuspendAttribute))
      Raise(F, Suspends::Yes, nullptr, "which says \"weft-maysuspend\"");
    // A coroutine of the language may be resumed on another thread, too.
    if (F->isPresplitCoroutine())
      Raise(F, Suspends::Maybe, nullptr, "which is a coroutine");
    if (F->hasFnAttribute(Attribute::Naked))
      Raise(F, Suspends::Maybe, nullptr, "whose text is its own");
    for (const Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallBase>(&I);
      if (!Call || isa<DbgInfoIntrinsic>(I))
        continue;
      // Barriers, and what the call says of itself, come before what the callee is.
      Answer A = direct(*Call);
      if (A.By && !Outside.contains(A.By))
        Callers[A.By].push_back(Call);
      else
        Raise(F, A.Kind, Call, nullptr);
    }
  }
  for (Suspends Kind : {Suspends::Yes, Suspends::Maybe})
    for (auto &List = Now[unsigned(Kind)]; !List.empty();) {
      const Function *Callee = List.pop_back_val();
      if (Defined[Callee].Kind != Kind)
        continue;
      for (const CallBase *Call : Callers[Callee])
        if (!isSeenTo(*Call->getFunction()))
          Raise(Call->getFunction(), Kind, Call, nullptr);
    }
}

Suspends SuspendInfo::of(const CallBase &Call) const { return direct(Call).Kind; }

Suspends SuspendInfo::of(const Function &F) const {
  if (auto Seen = Defined.find(&F); Seen != Defined.end())
    return Seen->second.Kind;
  auto Known = Outside.find(&F);
  return Known == Outside.end() ? Suspends::Maybe : Known->second.Kind;
}

bool SuspendInfo::isClaimed(const CallBase &Call) const { return direct(Call).Claimed; }

bool SuspendInfo::maySuspend(const Instruction &I) const {
  auto *Call = dyn_cast<CallBase>(&I);
  return Call && of(*Call) != Suspends::Never;
}

//===----------------------------------------------------------------------===//
// In words
//===----------------------------------------------------------------------===//

static std::string named(const Function &F) { return ("'" + F.getName() + "'").str(); }

std::string SuspendInfo::why(const CallBase &Call) const {
  Answer A = direct(Call);
  if (!A.By)
    return A.Why;
  std::string Text = "calls " + named(*A.By);
  // Each step leads nearer to what suspends, so there is an end.
  for (unsigned Steps = 1;; ++Steps) {
    auto Seen = Defined.find(A.By);
    if (Outside.contains(A.By) || Seen == Defined.end())
      return Text + ", " + A.Why;
    if (Seen->second.Kind == Suspends::Never)
      return Text + ", in which nothing suspends";
    if (!Seen->second.At)
      return Text + ", " + Seen->second.Why;
    A = direct(*Seen->second.At);
    if (!A.By)
      return Text + ", which has " + (StringRef(A.Why).starts_with("it ") ? "a call: " : "") +
             A.Why;
    Text += ", which calls " + named(*A.By);
    if (Steps == 8)
      return Text + ", and so on";
  }
}

static StringRef word(Suspends Kind) {
  switch (Kind) {
  case Suspends::Never:
    return "never suspends";
  case Suspends::Maybe:
    return "maybe suspends";
  case Suspends::Yes:
    return "may suspend";
  }
  llvm_unreachable("of three");
}

void SuspendInfo::print(const Module &M, raw_ostream &Out) const {
  for (const Function &F : M) {
    if (F.isDeclaration())
      continue;
    Out << "function " << named(F) << ": " << word(of(F)) << '\n';
    for (const Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallBase>(&I);
      if (!Call || isa<IntrinsicInst>(I))
        continue;
      Out << "  ";
      if (const DILocation *At = Call->getDebugLoc())
        Out << At->getFilename() << ':' << At->getLine() << ':' << At->getColumn() << ": ";
      Out << word(of(*Call)) << ": " << why(*Call) << '\n';
    }
  }
}

void SuspendInfo::record(Module &M) const {
  for (Function &F : M)
    if (auto Seen = Defined.find(&F);
        Seen != Defined.end() && !Outside.contains(&F) && Seen->second.Kind == Suspends::Never)
      F.addFnAttr(NeverSuspendsAttribute);
}

PreservedAnalyses weft::SuspendInfoPrinterPass::run(Module &M, ModuleAnalysisManager &) {
  SuspendInfo(M).print(M, Out);
  return PreservedAnalyses::all();
}
