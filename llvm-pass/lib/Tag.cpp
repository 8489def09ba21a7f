//===- Tag.cpp - Tags and their signatures --------------------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tag that is unnamed_addr is refused, because LLVM and linkers then merge it
// with its twins. linkonce_odr by itself is fine (a C++ `inline const` tag): it
// is one object wherever it is defined.
//===----------------------------------------------------------------------===//

#include "Tag.h"
#include "MarkerCall.h"
#include "weft/base.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

static Type *typeNamed(StringRef Name, LLVMContext &Context) {
  if (Name == "ptr")
    return PointerType::getUnqual(Context);
  if (Name == "float")
    return Type::getFloatTy(Context);
  if (Name == "double")
    return Type::getDoubleTy(Context);
  for (unsigned Bits : {1u, 8u, 16u, 32u, 64u})
    if (Name == "i" + utostr(Bits))
      return IntegerType::get(Context, Bits);
  return nullptr;
}

std::optional<Signature> Signature::parse(StringRef Text, LLVMContext &Context, std::string &Why) {
  auto Fail = [&](size_t At, const Twine &Message) {
    Why = ("signature \"" + Text + "\", character " + Twine(At + 1) + ": " + Message).str();
    return std::nullopt;
  };
  size_t Arrow = Text.find("->");
  if (Arrow == StringRef::npos)
    return Fail(Text.size(), "\"->\" is missing");

  Signature Result;
  struct Side {
    StringRef Text;
    size_t At;
    SmallVectorImpl<Type *> &Types;
    const char *What;
  } Sides[] = {{Text.take_front(Arrow), 0, Result.Payload, "payload"},
               {Text.drop_front(Arrow + 2), Arrow + 2, Result.Answer, "answer"}};
  for (Side &S : Sides) {
    if (S.Text.empty())
      continue;
    SmallVector<StringRef, 8> Words;
    S.Text.split(Words, ',');
    for (StringRef Word : Words) {
      size_t At = Word.data() - Text.data();
      Type *Ty = typeNamed(Word, Context);
      if (!Ty)
        return Fail(At, (Word.empty() ? Twine("a type is missing")
                                      : "'" + Word + "' is no type of a signature") +
                            " (i1 i8 i16 i32 i64 ptr float double)");
      S.Types.push_back(Ty);
    }
    PayloadCounts N = countPayload(S.Types);
    if (N.Ints > WEFT_PAYLOAD_INTS)
      return Fail(S.At, Twine(S.What) + " with " + Twine(N.Ints) +
                            " integers and pointers, at most " + Twine(WEFT_PAYLOAD_INTS) +
                            " travel");
    if (N.Floats > WEFT_PAYLOAD_FLOATS)
      return Fail(S.At, Twine(S.What) + " with " + Twine(N.Floats) + " floats, at most " +
                            Twine(WEFT_PAYLOAD_FLOATS) + " travel");
  }
  return Result;
}

std::string weft::spell(ArrayRef<Type *> Types) {
  std::string Text;
  for (Type *Ty : Types) {
    if (!Text.empty())
      Text += ',';
    if (Ty->isPointerTy())
      Text += "ptr";
    else if (Ty->isFloatTy())
      Text += "float";
    else if (Ty->isDoubleTy())
      Text += "double";
    else
      Text += "i" + utostr(Ty->getIntegerBitWidth());
  }
  return Text;
}

/// The C string that word \p Index of the tag points to.
static bool readString(GlobalVariable &GV, unsigned Index, StringRef &Text) {
  const DataLayout &DL = GV.getParent()->getDataLayout();
  Type *Ptr = PointerType::getUnqual(GV.getContext());
  Constant *Word = ConstantFoldLoadFromConst(GV.getInitializer(), Ptr,
                                             APInt(64, Index * DL.getTypeAllocSize(Ptr)), DL);
  return Word && getConstantStringInfo(Word, Text);
}

std::optional<Tag> Tag::read(Value *V, std::string &Why) {
  auto *GV = dyn_cast<GlobalVariable>(V->stripPointerCastsAndAliases());
  if (!GV) {
    Why = "the tag is not the address of a %weft.tag";
    return std::nullopt;
  }
  auto Fail = [&](const Twine &Message) {
    Why = ("tag '" + GV->getName() + "' " + Message).str();
    return std::nullopt;
  };
  auto *Ty = dyn_cast<StructType>(GV->getValueType());
  while (Ty && Ty->getNumElements() == 1) // a C++ class derived from weft_tag
    Ty = dyn_cast<StructType>(Ty->getElementType(0));
  if (!Ty || Ty->getNumElements() != 2 ||
      !all_of(Ty->elements(), [](Type *E) { return E->isPointerTy(); }))
    return Fail("is not a %weft.tag = type { ptr, ptr }");
  // A C++ front end declares `extern const weft_tag` without "constant": only the definition knows.
  if (!GV->isConstant() && !GV->isDeclaration())
    return Fail("has to be constant");
  if (GV->isThreadLocal())
    return Fail("is thread-local: it would be another tag on each thread");
  if (GV->getUnnamedAddr() != GlobalValue::UnnamedAddr::None)
    return Fail("is unnamed_addr: it could be merged with another (rule CONT-07)");
  if (!GV->hasInitializer())
    return Tag{GV, {}, std::nullopt};

  StringRef Name, Text;
  if (!readString(*GV, 0, Name))
    return Fail("does not point to a constant name");
  if (!readString(*GV, 1, Text))
    return Fail("does not point to a constant signature");
  std::string Wrong;
  std::optional<Signature> Types = Signature::parse(Text, GV->getContext(), Wrong);
  if (!Types)
    return Fail("has a wrong " + Wrong);
  return Tag{GV, Text, std::move(Types)};
}
