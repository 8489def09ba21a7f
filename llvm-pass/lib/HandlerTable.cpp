//===- HandlerTable.cpp - What a resume installs --------------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout is weft_handlers of abi/base.h: count, flags, then 16 bytes an
// entry. The search reads the first entry even when count is 0.
//===----------------------------------------------------------------------===//

#include "HandlerTable.h"
#include "weft/base.h"
#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace weft;

HandlerTable::Visibility HandlerTable::read(Value *V, HandlerTable &Table, std::string &Why) {
  V = V->stripPointerCastsAndAliases();
  if (isa<ConstantPointerNull>(V))
    return Visible; // lists nothing
  if (!isa<Constant>(V))
    return Unseen;
  auto *GV = dyn_cast<GlobalVariable>(V);
  if (!GV) {
    Why = "the handler table is not the address of a constant";
    return Malformed;
  }
  auto Fail = [&](const Twine &Message) {
    Why = ("handler table '" + GV->getName() + "' " + Message).str();
    return Malformed;
  };
  // Not "constant" when C++ only declares it (Tag.cpp).
  if (GV->isDeclaration())
    return Unseen;
  if (!GV->isConstant())
    return Fail("has to be constant (rule CONT-06)");
  if (!GV->hasInitializer())
    return Unseen;

  LLVMContext &Context = GV->getContext();
  const DataLayout &DL = GV->getParent()->getDataLayout();
  auto Load = [&](Type *Ty, uint64_t Offset) {
    return ConstantFoldLoadFromConst(GV->getInitializer(), Ty, APInt(64, Offset), DL);
  };
  auto *I32 = Type::getInt32Ty(Context);
  auto *Ptr = PointerType::getUnqual(Context);
  constexpr uint64_t Entry0 = offsetof(weft_handlers, entry);

  uint64_t Size = DL.getTypeAllocSize(GV->getValueType());
  if (Size < sizeof(weft_handlers))
    return Fail("has " + Twine(Size) +
                " bytes; one with room for an entry, { i32 count, "
                "i32 0, [n x { ptr tag, i32 kind }] }, has at least " +
                Twine(sizeof(weft_handlers)) + " (rule CONT-06)");
  auto *Count = dyn_cast_or_null<ConstantInt>(Load(I32, offsetof(weft_handlers, count)));
  auto *Flags = dyn_cast_or_null<ConstantInt>(Load(I32, offsetof(weft_handlers, flags)));
  if (!Count || !Flags)
    return Fail("does not begin with two i32 constants, count and flags");
  if (!Flags->isZero())
    return Fail("has flags " + Twine(Flags->getZExtValue()) + ", not 0");
  uint64_t Entries = Count->getZExtValue();
  uint64_t Room = (Size - Entry0) / sizeof(weft_handler);
  if (Entries != Room && !(Entries == 0 && Room == 1))
    return Fail("says " + Twine(Entries) + " entries and has " + Twine(Room));

  for (uint64_t I = 0; I < Entries; ++I) {
    uint64_t At = Entry0 + I * sizeof(weft_handler);
    Constant *TagWord = Load(Ptr, At + offsetof(weft_handler, tag));
    auto *Kind = dyn_cast_or_null<ConstantInt>(Load(I32, At + offsetof(weft_handler, kind)));
    if (!TagWord || !Kind)
      return Fail("entry " + Twine(I + 1) + " is not { ptr tag, i32 kind }");
    std::string Wrong;
    std::optional<Tag> On = Tag::read(TagWord, Wrong);
    if (!On)
      return Fail("entry " + Twine(I + 1) + ": " + Wrong);
    uint64_t KindValue = Kind->getZExtValue();
    if (KindValue != WEFT_ON_SUSPEND && KindValue != WEFT_ON_SWITCH)
      return Fail("entry " + Twine(I + 1) + " has kind " + Twine(KindValue) +
                  "; there is 0 (suspend) and 1 (switch)");
    for (auto [J, Before] : enumerate(Table.Entries))
      if (Before.On.Global == On->Global && Before.Kind == KindValue)
        return Fail("entries " + Twine(J + 1) + " and " + Twine(I + 1) + " are both for tag '" +
                    On->Global->getName() + "' and kind " + Twine(KindValue));
    Table.Entries.push_back({std::move(*On), unsigned(KindValue)});
  }
  return Visible;
}
