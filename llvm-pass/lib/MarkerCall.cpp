//===- MarkerCall.cpp - What a call of a marker says ----------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The names come from abi/'s marker table. The types are those of the call, not
// of the declaration: linking modules may leave a declaration of another type.
//===----------------------------------------------------------------------===//

#include "MarkerCall.h"
#include "weft/base.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Support/raw_ostream.h"
#include <tuple>

using namespace llvm;
using namespace weft;

namespace {

struct MarkerInfo {
  MarkerOp Op;
  StringLiteral Name; ///< with "weft."
  StringLiteral Form;
  unsigned Since;
};

constexpr MarkerInfo Markers[] = {
#define WEFT_MARKER(id, name, form, since, summary, ir_example, c_example)                         \
  {MarkerOp::id, "weft." name, form, since},
#include "weft/intrinsics.def"
#undef WEFT_MARKER
    {MarkerOp::Return, "weft.return", "weft.return(A...)", 1},
    {MarkerOp::BarrierEnter, "weft.barrier.enter", "{ ptr, ptr } weft.barrier.enter(ptr site)", 1},
    {MarkerOp::BarrierLeave, "weft.barrier.leave", "void weft.barrier.leave(ptr, ptr)", 1},
};

StringRef plain(StringRef Name) {
  Name.consume_front("\01");
  return Name;
}

bool hasCSpelling(MarkerOp Op) {
  return is_contained({MarkerOp::ContNew, MarkerOp::ContBind, MarkerOp::Resume,
                       MarkerOp::ResumeThrow, MarkerOp::Suspend, MarkerOp::Switch,
                       MarkerOp::Barrier},
                      Op);
}

std::string text(const Type *Ty) {
  std::string S;
  raw_string_ostream(S) << *Ty;
  return S;
}

} // namespace

bool weft::isMarkerName(StringRef Name) { return plain(Name).starts_with("weft."); }

std::optional<MarkerName> weft::parseMarkerName(StringRef Name) {
  Name = plain(Name);
  const MarkerInfo *Best = nullptr;
  for (const MarkerInfo &M : Markers)
    if (Name.starts_with(M.Name) && (Name.size() == M.Name.size() || Name[M.Name.size()] == '.') &&
        (!Best || Best->Name.size() < M.Name.size()))
      Best = &M;
  if (!Best)
    return std::nullopt;
  // ".mem.call" is what markers_or_calls.h says: the same marker, which without the pass would be a call.
  StringRef Suffix = Name.drop_front(Best->Name.size());
  return MarkerName{Best->Op, hasCSpelling(Best->Op) && (Suffix == ".mem" || Suffix == ".mem.call")};
}

std::string weft::nearestMarker(StringRef Name) {
  Name = plain(Name);
  StringRef Best;
  unsigned BestDistance = 3; // more than two typing errors is another word
  for (const MarkerInfo &M : Markers) {
    if (M.Op >= MarkerOp::Return)
      continue;
    // A suffix is not part of the name: compare as many words as the op has.
    size_t End = 0;
    for (size_t Words = M.Name.count('.') + 1; Words && End != StringRef::npos; --Words)
      End = Name.find('.', End ? End + 1 : 0);
    unsigned Distance = M.Name.edit_distance(Name.take_front(End), true, BestDistance);
    if (Distance < BestDistance) {
      Best = M.Name;
      BestDistance = Distance;
    }
  }
  return Best.str();
}

static const MarkerInfo &infoOf(MarkerOp Op) {
  return *find_if(Markers, [Op](const MarkerInfo &M) { return M.Op == Op; });
}
StringRef weft::nameOf(MarkerOp Op) { return infoOf(Op).Name; }
StringRef weft::formOf(MarkerOp Op) { return infoOf(Op).Form; }
bool weft::isSupported(MarkerOp Op) { return infoOf(Op).Since != 0; }

bool weft::isPayloadType(const Type *Ty) {
  if (auto *Int = dyn_cast<IntegerType>(Ty))
    return is_contained({1u, 8u, 16u, 32u, 64u}, Int->getBitWidth());
  if (auto *Ptr = dyn_cast<PointerType>(Ty))
    return Ptr->getAddressSpace() == 0;
  return Ty->isFloatTy() || Ty->isDoubleTy();
}

PayloadCounts weft::countPayload(ArrayRef<Type *> Types) {
  PayloadCounts N;
  for (Type *Ty : Types)
    ++(isFloatLane(Ty) ? N.Floats : N.Ints);
  return N;
}

std::optional<SmallVector<Type *, 8>> weft::payloadOfResult(Type *Ty) {
  SmallVector<Type *, 8> Types;
  if (auto *Struct = dyn_cast<StructType>(Ty))
    append_range(Types, Struct->elements());
  else if (!Ty->isVoidTy())
    Types.push_back(Ty);
  if (!all_of(Types, isPayloadType))
    return std::nullopt;
  return Types;
}

Function *weft::calledFunction(const CallBase &Call) {
  return dyn_cast<Function>(Call.getCalledOperand()->stripPointerCasts());
}

std::string weft::bindsTooMany(const MarkerCall &Call) {
  for (auto [Index, Most, What] : {std::tuple(2u, WEFT_PAYLOAD_INTS, "integers"),
                                   std::tuple(3u, WEFT_PAYLOAD_FLOATS, "floats")})
    if (auto *N = dyn_cast<ConstantInt>(Call.Call->getArgOperand(Index)))
      if (N->getZExtValue() > unsigned(Most))
        return ("binds " + Twine(N->getZExtValue()) + " " + What + ", at most " + Twine(Most) +
                " travel (rule CONT-08)")
            .str();
  return {};
}

//===----------------------------------------------------------------------===//
// Reading one call
//===----------------------------------------------------------------------===//

namespace {

/// Reads operands from left to right and keeps the first complaint.
class Reader {
public:
  Reader(CallBase &Call, MarkerName Name, std::string &Why)
      : Why(Why), Result{&Call, Name.Op, Name.InC, 0, {}, {}} {}

  std::optional<MarkerCall> read();

private:
  CallBase &call() { return *Result.Call; }
  bool fail(const Twine &Message) {
    Why = (Message + "; the form is " + formOf(Result.Op)).str();
    return false;
  }

  bool operand(unsigned Index, const char *What, bool IsRight, const char *Wanted) {
    if (Index >= call().arg_size())
      return fail(Twine(What) + " is missing");
    if (IsRight)
      return true;
    return fail(Twine(What) + " has type " + text(call().getArgOperand(Index)->getType()) +
                ", not " + Wanted);
  }
  bool integer(unsigned Index, const char *What, unsigned Bits) {
    return operand(Index, What,
                   Index < call().arg_size() &&
                       call().getArgOperand(Index)->getType()->isIntegerTy(Bits),
                   Bits == 64 ? "i64" : "i32");
  }
  bool pointer(unsigned Index, const char *What) {
    auto Right = [&] {
      auto *Ty = dyn_cast<PointerType>(call().getArgOperand(Index)->getType());
      return Ty && Ty->getAddressSpace() == 0;
    };
    return operand(Index, What, Index < call().arg_size() && Right(), "ptr");
  }
  bool noMoreThan(unsigned Count) {
    if (call().arg_size() <= Count)
      return true;
    return fail("takes " + Twine(Count) + (Count == 1 ? " argument" : " arguments") + ", not " +
                Twine(call().arg_size()));
  }
  bool result(bool IsRight, const char *Wanted) {
    if (IsRight)
      return true;
    return fail("the result has type " + text(call().getType()) + ", not " + Wanted);
  }

  bool sentFrom(unsigned First, unsigned MaxInts);
  bool elements(ArrayRef<Type *> Types, const char *What, unsigned MaxInts);
  bool receivedAsStated();
  bool receivedByResume();
  bool callIsPlain();
  bool readCanonical();
  bool readC();

  std::string &Why;
  MarkerCall Result;
};

bool Reader::elements(ArrayRef<Type *> Types, const char *What, unsigned MaxInts) {
  for (auto [I, Ty] : enumerate(Types))
    if (!isPayloadType(Ty))
      return fail(Twine(What) + " " + Twine(I + 1) + " has type " + text(Ty) +
                  ", which no payload can carry: pass a pointer to it");
  PayloadCounts N = countPayload(Types);
  if (N.Ints > MaxInts)
    return fail(
        Twine(What) + "s: " + Twine(N.Ints) + " integers and pointers, at most " + Twine(MaxInts) +
        " travel" +
        (MaxInts < WEFT_PAYLOAD_INTS ? " (one place is the handle of the continuation left)" : "") +
        ": pass a pointer to the rest");
  if (N.Floats > WEFT_PAYLOAD_FLOATS)
    return fail(Twine(What) + "s: " + Twine(N.Floats) + " floats, at most " +
                Twine(WEFT_PAYLOAD_FLOATS) + " travel: pass a pointer to the rest");
  return true;
}

bool Reader::sentFrom(unsigned First, unsigned MaxInts) {
  Result.FirstPayload = First;
  for (unsigned I = First, E = call().arg_size(); I < E; ++I) {
    for (auto Kind : {Attribute::ByVal, Attribute::StructRet, Attribute::ByRef, Attribute::InAlloca,
                      Attribute::Preallocated})
      if (call().paramHasAttr(I, Kind))
        return fail("argument " + Twine(I + 1) + " is " + Attribute::getNameFromAttrKind(Kind) +
                    ": pass a plain pointer");
    Result.Sent.push_back(call().getArgOperand(I)->getType());
  }
  return elements(Result.Sent, "payload element", MaxInts);
}

bool Reader::receivedAsStated() {
  Type *Ty = call().getType();
  if (auto *Struct = dyn_cast<StructType>(Ty))
    append_range(Result.Received, Struct->elements());
  else if (!Ty->isVoidTy())
    Result.Received.push_back(Ty);
  return elements(Result.Received, "answer element", WEFT_PAYLOAD_INTS);
}

bool Reader::receivedByResume() {
  auto *Struct = dyn_cast<StructType>(call().getType());
  if (!result(Struct && Struct->getNumElements() >= 2 &&
                  Struct->getElementType(0)->isIntegerTy(32) &&
                  Struct->getElementType(1)->isIntegerTy(64),
              "a struct that begins { i32, i64 (which outcome, next handle)"))
    return false;
  append_range(Result.Received, Struct->elements().drop_front(2));
  return elements(Result.Received, "result element", WEFT_PAYLOAD_INTS);
}

bool Reader::callIsPlain() {
  if (isa<CallBrInst>(call()))
    return fail("a marker cannot be the target of callbr");
  if (call().getFunctionType()->isVarArg())
    return fail("a marker is declared with the types of this use, not variadic");
  if (call().getCallingConv() != CallingConv::C)
    return fail("a marker has the C calling convention");
  if (call().hasOperandBundles())
    return fail("a marker takes no operand bundles");
  if (call().isMustTailCall())
    return fail("a marker cannot be called by musttail: the caller's frame has to stay");
  if (call().getFunction()->hasFnAttribute(Attribute::Naked))
    return fail("a naked function cannot use markers: it has no frame to return to");
  if (auto *Invoke = dyn_cast<InvokeInst>(&call())) {
    const LandingPadInst *Pad = Invoke->getUnwindDest()->getLandingPadInst();
    auto *Ty = Pad ? dyn_cast<StructType>(Pad->getType()) : nullptr;
    auto IsWord = [](Type *E) { return E->isPointerTy() || E->isIntegerTy(); };
    if (!Ty || Ty->getNumElements() != 2 || !IsWord(Ty->getElementType(0)) ||
        !Ty->getElementType(1)->isIntegerTy())
      return fail("an invoked marker has a landing pad of { ptr, i32 }, no funclet and no token");
  }
  return true;
}

bool Reader::readCanonical() {
  Type *Ty = call().getType();
  switch (Result.Op) {
  case MarkerOp::ContNew:
    return pointer(0, "the body") && pointer(1, "the environment") &&
           integer(2, "the stack class", 32) && noMoreThan(3) && result(Ty->isIntegerTy(64), "i64");
  case MarkerOp::ContBind:
    return integer(0, "the handle", 64) && sentFrom(1, WEFT_PAYLOAD_INTS) &&
           result(Ty->isIntegerTy(64), "i64");
  case MarkerOp::Resume:
    return integer(0, "the handle", 64) && pointer(1, "the handler table") &&
           sentFrom(2, WEFT_PAYLOAD_INTS) && receivedByResume();
  case MarkerOp::ResumeThrow:
    return integer(0, "the handle", 64) && pointer(1, "the handler table") &&
           pointer(2, "the exception") && noMoreThan(3) && sentFrom(3, 0) && receivedByResume();
  case MarkerOp::Suspend:
    return pointer(0, "the tag") && sentFrom(1, WEFT_PAYLOAD_INTS) && receivedAsStated();
  case MarkerOp::Switch:
    return integer(0, "the handle", 64) && pointer(1, "the tag") &&
           sentFrom(2, WEFT_PAYLOAD_INTS - 1) && receivedAsStated();
  case MarkerOp::ContDrop:
    return integer(0, "the handle", 64) && noMoreThan(1) && result(Ty->isVoidTy(), "void");
  case MarkerOp::Return:
    return sentFrom(0, WEFT_PAYLOAD_INTS) && result(Ty->isVoidTy(), "void");
  case MarkerOp::Barrier:
    return fail("is an attribute of a call, and no function");
  case MarkerOp::BarrierEnter: {
    auto *Struct = dyn_cast<StructType>(Ty);
    return pointer(0, "the site") && noMoreThan(1) &&
           result(Struct && Struct->getNumElements() == 2 &&
                      all_of(Struct->elements(), [](Type *E) { return E->isPointerTy(); }),
                  "{ ptr, ptr }");
  }
  case MarkerOp::BarrierLeave:
    return pointer(0, "the place") && pointer(1, "the table") && noMoreThan(2) &&
           result(Ty->isVoidTy(), "void");
  default:
    return fail("is not supported by this version of the pass");
  }
}

bool Reader::readC() {
  Type *Ty = call().getType();
  switch (Result.Op) {
  case MarkerOp::ContNew:
    return readCanonical();
  case MarkerOp::ContBind:
    return integer(0, "the handle", 64) && pointer(1, "the values") &&
           integer(2, "the number of integers", 32) && integer(3, "the number of floats", 32) &&
           noMoreThan(4) && result(Ty->isIntegerTy(64), "i64");
  case MarkerOp::Resume:
    return integer(0, "the handle", 64) && pointer(1, "the handler table") && pointer(2, "in") &&
           pointer(3, "out") && pointer(4, "next") && noMoreThan(5) &&
           result(Ty->isIntegerTy(32), "i32");
  case MarkerOp::ResumeThrow:
    return integer(0, "the handle", 64) && pointer(1, "the handler table") &&
           pointer(2, "the exception") && pointer(3, "out") && pointer(4, "next") &&
           noMoreThan(5) && result(Ty->isIntegerTy(32), "i32");
  case MarkerOp::Suspend:
    return pointer(0, "the tag") && pointer(1, "in") && pointer(2, "out") && noMoreThan(3) &&
           result(Ty->isVoidTy(), "void");
  case MarkerOp::Switch:
    return integer(0, "the handle", 64) && pointer(1, "the tag") && pointer(2, "in") &&
           integer(3, "the number of integers", 32) && pointer(4, "out") && noMoreThan(5) &&
           result(Ty->isVoidTy(), "void");
  case MarkerOp::Barrier:
    return pointer(0, "the function") && pointer(1, "the file") && integer(2, "the line", 32) &&
           noMoreThan(3) && result(Ty->isPointerTy(), "ptr");
  default:
    return fail("has no C spelling");
  }
}

std::optional<MarkerCall> Reader::read() {
  if (!callIsPlain() || !(Result.InC ? readC() : readCanonical()))
    return std::nullopt;
  return std::move(Result);
}

} // namespace

std::optional<MarkerCall> MarkerCall::parse(CallBase &Call, MarkerName Name, std::string &Why) {
  return Reader(Call, Name, Why).read();
}
