//===- Verify.cpp - weft-verify: misuse is an error, with its place -------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs once, before the optimizer, on what the front end wrote: after it a tag
// may legally be a select of tags. Everything that is wrong in a module is
// reported, one complaint for each call. A call complained about is removed, so
// that a host which goes on regardless does not crash later.
//
//===----------------------------------------------------------------------===//

#include "Barrier.h"
#include "CallRewrite.h"
#include "Claims.h"
#include "Diagnostics.h"
#include "HandlerTable.h"
#include "MarkerCall.h"
#include "Markers.h"
#include "SuspendInfo.h"
#include "Tag.h"
#include "Target.h"
#include "Thunk.h"
#include "weft/Passes.h"
#include "weft/base.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

namespace {

class Verifier {
public:
  explicit Verifier(Module &M) : M(M) {}
  bool run();

private:
  void barriers();
  void functions();
  void addressesTaken();
  /// What is wrong with a call; empty when nothing is.
  std::string complaint(CallBase &Call);
  std::string aboutBody(const MarkerCall &Call);
  std::string aboutBound(const MarkerCall &Call);
  std::string aboutSent(const MarkerCall &Call);
  std::string aboutBarrier(const MarkerCall &Call);
  std::string aboutHandlers(const MarkerCall &Call);
  std::string aboutTag(const MarkerCall &Call);

  Module &M;
  Diagnostics Found;
};

/// "result field 3 (i32)": what is too narrow for \p Outcome among \p Fields.
std::string tooNarrow(ArrayRef<Type *> Outcome, ArrayRef<Type *> Fields) {
  for (bool Floats : {false, true}) {
    SmallVector<Type *, 8> From, To;
    for (Type *Ty : Outcome)
      if (isFloatLane(Ty) == Floats)
        From.push_back(Ty);
    for (Type *Ty : Fields)
      if (isFloatLane(Ty) == Floats)
        To.push_back(Ty);
    const char *What = Floats ? "float" : "integer or pointer";
    const char *Many = Floats ? "floats" : "integers or pointers";
    if (From.size() > To.size())
      return ("carries " + Twine(From.size()) + " " + (From.size() == 1 ? What : Many) +
              ", and the result has " + (To.empty() ? Twine("none") : Twine(To.size())))
          .str();
    auto Bits = [](Type *Ty) { return Ty->isPointerTy() ? 64 : Ty->getScalarSizeInBits(); };
    for (unsigned I = 0; I < From.size(); ++I)
      if (Bits(From[I]) > Bits(To[I]))
        return ("carries " + Twine(spell(From[I])) + " as " + What + " " + Twine(I + 1) +
                ", and the result's is " + spell(To[I]))
            .str();
  }
  return {};
}

std::string Verifier::aboutBody(const MarkerCall &Call) {
  Value *V = Call.body()->stripPointerCastsAndAliases();
  std::string Why;
  if (auto *Body = dyn_cast<Function>(V)) {
    if (!isThunk(*Body) && !isBody(*Body, Call.InC ? BodyForm::Memory : BodyForm::Registers, Why))
      return Why;
  } else if (!Call.InC || isa<Constant>(V)) {
    return "the body is not a function of this module (a declaration will do): its type "
           "says how it is called";
  }
  if (auto *Class = dyn_cast<ConstantInt>(Call.stackClass()))
    if (Class->getZExtValue() >= WEFT_STACK_CLASSES)
      return ("stack class " + Twine(Class->getZExtValue()) + " is out of range: 0 to " +
              Twine(WEFT_STACK_CLASSES - 1))
          .str();
  return {};
}

/// The marker that \p Handle comes from, if it is one's result.
std::optional<MarkerCall> markerBehind(Value *Handle) {
  auto *Before = dyn_cast<CallBase>(Handle);
  Function *Callee = Before ? calledFunction(*Before) : nullptr;
  auto Name = Callee ? parseMarkerName(Callee->getName()) : std::nullopt;
  std::string Why;
  return Name ? MarkerCall::parse(*Before, *Name, Why) : std::nullopt;
}

/// What the calls of cont.bind from \p At backwards bind in this function, and
/// the marker in front of them.
SmallVector<Type *, 8> boundAt(std::optional<MarkerCall> &At) {
  SmallVector<Type *, 8> Bound;
  while (At && At->Op == MarkerOp::ContBind && !At->InC) {
    Bound.insert(Bound.begin(), At->Sent.begin(), At->Sent.end());
    At = markerBehind(At->handle());
  }
  return Bound;
}

/// Whether a resume or switch sends more than travels behind what is bound.
std::string Verifier::aboutSent(const MarkerCall &Call) {
  if (Call.InC || Call.Call->hasFnAttr(SendsAllAttribute))
    return {};
  auto At = markerBehind(Call.handle());
  PayloadCounts Bound = countPayload(boundAt(At)), Sent = countPayload(Call.Sent);
  unsigned Handle = Call.Op == MarkerOp::Switch;
  auto TooMuch = [](unsigned Bound, unsigned Sent, unsigned Handle, StringRef What) {
    return ("sends " + Twine(Sent) + " " + What + (Handle ? " and the handle of who is left" : "") +
            " behind " + Twine(Bound) + " that are bound, at most 6 travel (rule CONT-08)")
        .str();
  };
  if (Bound.Ints && Bound.Ints + Sent.Ints + Handle > WEFT_PAYLOAD_INTS)
    return TooMuch(Bound.Ints, Sent.Ints, Handle, "integers and pointers");
  if (Bound.Floats && Bound.Floats + Sent.Floats > WEFT_PAYLOAD_FLOATS)
    return TooMuch(Bound.Floats, Sent.Floats, 0, "floats");
  return {};
}

/// Where the continuation is made in the same function: whether its body takes
/// what is bound, all calls of cont.bind in between counted.
std::string Verifier::aboutBound(const MarkerCall &Call) {
  if (Call.InC)
    return bindsTooMany(Call);
  std::optional<MarkerCall> At = Call;
  SmallVector<Type *, 8> Bound = boundAt(At);
  PayloadCounts N = countPayload(Bound);
  if (N.Ints > WEFT_PAYLOAD_INTS || N.Floats > WEFT_PAYLOAD_FLOATS)
    return ("binds, with what was bound before, " +
            Twine(N.Ints > WEFT_PAYLOAD_INTS ? N.Ints : N.Floats) +
            (N.Ints > WEFT_PAYLOAD_INTS ? " integers and pointers" : " floats") +
            ", at most 6 travel")
        .str();
  if (!At || At->Op != MarkerOp::ContNew || At->InC)
    return {};
  auto *Thunk = dyn_cast<Function>(At->body()->stripPointerCasts());
  const Function *Body = Thunk && isThunk(*Thunk) ? bodyOf(*Thunk) : Thunk;
  std::string Why;
  if (!Body || !isBody(*Body, BodyForm::Registers, Why))
    return {};
  for (bool Floats : {false, true}) {
    SmallVector<Type *, 8> Sent, Taken;
    copy_if(Bound, std::back_inserter(Sent), [&](Type *Ty) { return isFloatLane(Ty) == Floats; });
    copy_if(drop_begin(Body->getFunctionType()->params()), std::back_inserter(Taken),
            [&](Type *Ty) { return isFloatLane(Ty) == Floats; });
    if (Sent.size() > Taken.size() || ArrayRef(Sent) != ArrayRef(Taken).take_front(Sent.size()))
      return ("binds (" + Twine(spell(Bound)) + "), but body '" + Body->getName() + "' takes (" +
              spell(Body->getFunctionType()->params().drop_front()) + ") (rule CONT-09)")
          .str();
  }
  return {};
}

/// weft-markers has taken away what is right.
std::string Verifier::aboutBarrier(const MarkerCall &Call) {
  for (const User *U : Call.Call->users())
    if (auto *By = dyn_cast<CallBase>(U); By && By->getCalledOperand() == Call.Call)
      if (std::string Why = whyNoBarrier(*By); !Why.empty())
        return Why;
  return "what WEFT_BARRIER(f) gives can only be called, at once";
}

std::string Verifier::aboutHandlers(const MarkerCall &Call) {
  HandlerTable Table;
  std::string Why;
  if (HandlerTable::read(Call.handlers(), Table, Why) == HandlerTable::Malformed)
    return Why;
  if (Call.InC)
    return {};
  for (auto [I, Entry] : enumerate(Table.Entries)) {
    // A switch goes from one continuation to another: its payload is not seen here.
    if (Entry.Kind != WEFT_ON_SUSPEND || !Entry.On.Types)
      continue;
    std::string Narrow = tooNarrow(Entry.On.Types->Payload, Call.Received);
    if (!Narrow.empty())
      return ("tag '" + Entry.On.Global->getName() + "' (\"" + Entry.On.SignatureText +
              "\"), which is outcome " + Twine(I + 1) + ", " + Narrow)
          .str();
  }
  return {};
}

std::string Verifier::aboutTag(const MarkerCall &Call) {
  if (!isa<Constant>(Call.tag())) {
    if (Call.InC || Call.Call->hasFnAttr(ComputedTagAttribute))
      return {};
    return "the tag is computed; it has to be the address of a %weft.tag constant";
  }
  std::string Why;
  std::optional<Tag> By = Tag::read(Call.tag(), Why);
  if (!By)
    return Why;
  if (!By->Types)
    return {};
  auto Says = [&](StringRef What, const Twine &Has, ArrayRef<Type *> Wanted) {
    return (What + " is (" + Has + "), but tag '" + By->Global->getName() + "' (\"" +
            By->SignatureText + "\") says (" + spell(Wanted) + ")")
        .str();
  };
  if (Call.InC) {
    auto *Ints = dyn_cast<ConstantInt>(Call.Call->getArgOperand(3));
    unsigned Wanted = countPayload(By->Types->Payload).Ints;
    if (Call.Op == MarkerOp::Switch && Ints && Ints->getZExtValue() != Wanted)
      return ("sends " + Twine(Ints->getZExtValue()) + " integers, but tag '" +
              By->Global->getName() + "' (\"" + By->SignatureText + "\") says " + Twine(Wanted))
          .str();
    return {};
  }
  if (ArrayRef(Call.Sent) != ArrayRef(By->Types->Payload))
    return Says("the payload", spell(Call.Sent), By->Types->Payload);
  if (ArrayRef(Call.Received) != ArrayRef(By->Types->Answer))
    return Says("the answer", spell(Call.Received), By->Types->Answer);
  return {};
}

std::string Verifier::complaint(CallBase &Call) {
  StringRef Text = calledFunction(Call)->getName();
  auto Name = parseMarkerName(Text);
  if (!Name) {
    std::string Near = nearestMarker(Text);
    return ("unknown marker '" + Text + "'" +
            (Near.empty() ? "" : "; did you mean '" + Near + "'?"))
        .str();
  }
  std::string Prefix = (nameOf(Name->Op) + ": ").str();
  if (!isSupported(Name->Op))
    return Prefix + "not supported by this version of the pass";
  std::string Why = whyUnsupportedTarget(M);
  if (!Why.empty())
    return Prefix + Why;
  auto Parsed = MarkerCall::parse(Call, *Name, Why);
  if (Parsed) {
    switch (Parsed->Op) {
    case MarkerOp::ContNew:
      Why = aboutBody(*Parsed);
      break;
    case MarkerOp::ContBind:
      Why = aboutBound(*Parsed);
      break;
    case MarkerOp::ResumeThrow:
      if (isa<ConstantPointerNull>(Parsed->exception()->stripPointerCasts())) {
        Why = "the exception is null; it is an _Unwind_Exception or a weft_raise (rule CONT-12)";
        break;
      }
      [[fallthrough]];
    case MarkerOp::Resume:
      Why = aboutHandlers(*Parsed);
      if (Why.empty() && Parsed->Op == MarkerOp::Resume)
        Why = aboutSent(*Parsed);
      break;
    case MarkerOp::Switch:
      Why = aboutSent(*Parsed);
      if (!Why.empty())
        break;
      [[fallthrough]];
    case MarkerOp::Suspend:
      Why = aboutTag(*Parsed);
      break;
    case MarkerOp::Barrier:
      Why = aboutBarrier(*Parsed);
      break;
    case MarkerOp::Return:
      if (!isThunk(*Call.getFunction()))
        Why = "is the pass's own; a body ends by ret";
      break;
    default:
      break;
    }
  }
  return Why.empty() ? Why : Prefix + Why;
}

void Verifier::barriers() {
  bool CallsClaim = false;
  for (Function &F : M) {
    if (F.hasFnAttribute(BarrierAttribute))
      Found.error(F, "function '" + F.getName() +
                         "' is \"weft.barrier\": it is an attribute of calls");
    for (Instruction &I : instructions(F))
      if (auto *Call = dyn_cast<CallBase>(&I)) {
        CallsClaim |= claimsNoSuspend(*Call);
        if (std::string Why; isBarrier(*Call) && !(Why = whyNoBarrier(*Call)).empty())
          Found.error(*Call, "weft.barrier: " + Why);
      }
  }
  reportClaims(M, CallsClaim, Found);
}

void Verifier::functions() {
  for (Function &F : M)
    if (isMarkerName(F.getName()) && !F.isDeclaration())
      Found.error(F,
                  "'" + F.getName() + "' is defined here: names that begin with weft. are markers");
}

/// Where a marker is used other than by calling it.
void Verifier::addressesTaken() {
  auto Complain = [&](const Function &Marker, const User *By) {
    std::string Message =
        ("the address of marker '" + Marker.getName() + "' is taken: a marker can only be called")
            .str();
    if (auto *At = dyn_cast<Instruction>(By))
      Found.error(*At, Message);
    else
      Found.error("'" + By->getName() + "': " + Message);
  };
  for (Function &F : M) {
    if (!isMarkerName(F.getName()))
      continue;
    SmallVector<const User *, 8> Users;
    SmallPtrSet<const User *, 8> Seen;
    for (const Use &U : F.uses()) {
      auto *Call = dyn_cast<CallBase>(U.getUser());
      if (!Call || !Call->isCallee(&U))
        Users.push_back(U.getUser());
    }
    while (!Users.empty()) {
      const User *U = Users.pop_back_val();
      if (!Seen.insert(U).second)
        continue;
      if (isa<Instruction>(U)) {
        Complain(F, U);
      } else if (isa<GlobalValue>(U)) {
        // llvm.used and annotations do not call it.
        if (!U->getName().starts_with("llvm."))
          Complain(F, U);
      } else {
        append_range(Users, U->users());
      }
    }
  }
}

bool Verifier::run() {
  SmallVector<CallBase *, 4> Bad;
  for (CallBase *Call : collectMarkerCalls(M)) {
    std::string Message = complaint(*Call);
    if (Message.empty())
      continue;
    Found.error(*Call, Message);
    Bad.push_back(Call);
  }
  barriers();
  functions();
  addressesTaken();
  if (Found.empty())
    return false;
  Found.report(M.getContext());
  for (CallBase *Call : Bad)
    removeCall(*Call);
  return true;
}

} // namespace

PreservedAnalyses weft::VerifyPass::run(Module &M, ModuleAnalysisManager &) {
  return Verifier(M).run() ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
