//===- X86_64Switch.cpp - The switch as LLVM inline asm -------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text is abi/'s (weft/arch/x86_64.h); here are the constraints around it.
//
//  * Everything but rbx and rbp is clobbered, so LLVM spills what is alive; those
//    two are saved by the text, as they may be frame and base pointer.
//  * An input's register is changed by the switch. LLVM has no way to say that
//    of an input and a clobber, so each input is tied to an output, which is
//    ignored if it means nothing.
//  * `alignstack` turns off the red zone, which the text's pushes would write.
//  * `unwind`, so that an invoke keeps its landing pad.
//  * xmm16-31 and k0-7 have to be named: a zmm16 stayed alive over a switch with
//    xmm0-15 alone. Naming st(i) empties the x87 stack, mm0-7 the same for MMX.
//    r16-31 are APX's. LLVM takes all of them on CPUs without the feature.
//
//===----------------------------------------------------------------------===//

// Taken out again where the module has no tracked branches.
#define WEFT_X86_64_LANDING "endbr64\n\t"
#define WEFT_X86_64_UNTRACKED "notrack "
// Taken out again where the switch is not invoked.
#define WEFT_X86_64_DETOUR_AT(label) ".byte 0x0f, 0xb9, 0x80\n\t.long 6f-" label "f\n\t"
#define WEFT_X86_64_DETOUR(R) "xorl %r15d, %r15d\n6:\n\t"

#include "X86_64Switch.h"
#include "weft/arch/x86_64.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DerivedTypes.h"

using namespace llvm;
using namespace weft;

static constexpr StringLiteral IntRegisters[] = {WEFT_X86_64_INT_REGS};
static constexpr StringLiteral FloatRegisters[] = {WEFT_X86_64_FLOAT_REGS};

StringRef X86_64Switch::intRegister(unsigned Lane) { return IntRegisters[Lane]; }
StringRef X86_64Switch::floatRegister(unsigned Lane) { return FloatRegisters[Lane]; }

static std::string without(std::string Text, std::initializer_list<StringRef> Parts) {
  for (StringRef Part : Parts)
    for (size_t At; (At = Text.find(Part)) != std::string::npos;)
      Text.erase(At, Part.size());
  return Text;
}

static std::string asAsked(std::string Text, SwitchTraits Traits) {
  if (!Traits.Tracked)
    Text = without(Text, {WEFT_X86_64_LANDING, WEFT_X86_64_UNTRACKED});
  if (!Traits.Detour)
    return without(Text, {WEFT_X86_64_DETOUR_AT("1"), WEFT_X86_64_DETOUR_AT("9"), WEFT_X86_64_DETOUR("%")});
  // DW_CFA_GNU_args_size, of which unwinders add to the stack pointer of a landing pad, is as the last call left it: LLVM
  // says for each call how much was pushed, but not for inline asm.
  return ".cfi_escape 0x2e, 0\n\t" + Text;
}

/// What differs from site to site is a part of the text, which is a literal.
static std::string put(std::string Text, StringRef Mark, const Twine &What) {
  return Text.replace(Text.find(Mark), Mark.size(), What.str());
}

std::string X86_64Switch::resumeText(unsigned Sent, SwitchTraits Traits) {
  return put(asAsked(WEFT_X86_64_RESUME("%", "$$", "@sent"), Traits), "@sent", Twine(Sent));
}
std::string X86_64Switch::suspendText(SwitchTraits Traits) {
  return asAsked(WEFT_X86_64_SUSPEND("%", "$$"), Traits);
}
std::string X86_64Switch::returnText() { return WEFT_X86_64_RETURN("%", "$$"); }
std::string X86_64Switch::currentText() { return WEFT_X86_64_CURRENT_IN_R12("%"); }
std::string X86_64Switch::switchText(unsigned IntsSent, unsigned Sent, SwitchTraits Traits) {
  std::string Text = asAsked(WEFT_X86_64_SWITCH("%", "$$", "@handle", "@sent"), Traits);
  return put(put(Text, "@handle", intRegister(IntsSent)), "@sent", Twine(Sent));
}

InlineAsm *X86_64Switch::detourOf(Type *Exception, Text Of, SwitchTraits Traits) {
  LLVMContext &Context = Exception->getContext();
  // From where the unwinder puts what a landingpad gives to where a text has it at its end.
  std::string Jump = "movq %rax, %r13\n\tmovq %rdx, %r14\n\t";
  Jump += Of == Text::Resume    ? WEFT_X86_64_DETOUR_OF_RESUME("%")
          : Of == Text::Suspend ? WEFT_X86_64_DETOUR_OF_SUSPEND("%")
                                : WEFT_X86_64_DETOUR_OF_SWITCH("%");
  auto *Ty = FunctionType::get(Type::getVoidTy(Context), {Exception, Type::getInt64Ty(Context)}, false);
  return InlineAsm::get(Ty, asAsked(Jump, {Traits.Tracked, false}), "{rax},{rdx},~{memory}", /*hasSideEffects=*/true);
}

X86_64Switch::Slot &X86_64Switch::slot(StringRef Register) {
  auto *Found = find_if(Slots, [&](const Slot &S) { return S.Register == Register; });
  if (Found != Slots.end())
    return *Found;
  Slots.push_back({Register.str(), nullptr, nullptr, 0});
  return Slots.back();
}

void X86_64Switch::in(StringRef Register, Value *V) { slot(Register).In = V; }

unsigned X86_64Switch::out(StringRef Register, Type *Ty) {
  Slot &S = slot(Register);
  S.Out = Ty;
  return S.OutOrder = Outs++;
}

static SmallVector<std::string, 128> everyRegister() {
  SmallVector<std::string, 128> All;
  for (StringRef R : {"rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "st"})
    All.push_back(R.str());
  for (StringRef R : {WEFT_X86_64_SCRATCH})
    All.push_back(R.str());
  auto Numbered = [&](StringRef Before, unsigned First, unsigned Last, StringRef After = "") {
    for (unsigned I = First; I <= Last; ++I)
      All.push_back((Before + Twine(I) + After).str());
  };
  Numbered("xmm", 0, 31);
  Numbered("k", 0, 7);
  Numbered("st(", 1, 7, ")");
  Numbered("mm", 0, 7);
  Numbered("r", 16, 31);
  return All;
}

X86_64Switch::Asm X86_64Switch::build(LLVMContext &Context, const std::string &Text,
                                      bool Returns) const {
  Asm Result;
  Result.Results.resize(Outs);
  SmallVector<std::string, 128> Constraints;
  SmallVector<std::string, 16> Inputs;
  SmallVector<Type *, 16> OutTypes, InTypes;
  for (const Slot &S : Slots) {
    if (Returns) {
      if (S.Out)
        Result.Results[S.OutOrder] = OutTypes.size();
      if (S.In)
        Inputs.push_back(utostr(OutTypes.size()));
      OutTypes.push_back(S.Out ? S.Out : S.In->getType());
      Constraints.push_back("={" + S.Register + "}");
    } else {
      Inputs.push_back("{" + S.Register + "}");
    }
    if (S.In) {
      Result.Args.push_back(S.In);
      InTypes.push_back(S.In->getType());
    }
  }
  append_range(Constraints, Inputs);
  if (Returns) {
    for (const std::string &Register : everyRegister())
      if (none_of(Slots, [&](const Slot &S) { return S.Register == Register; }))
        Constraints.push_back("~{" + Register + "}");
    for (StringRef Other : {"dirflag", "fpsr", "flags"})
      Constraints.push_back(("~{" + Other + "}").str());
  }
  Constraints.push_back("~{memory}");

  Type *ResultTy = OutTypes.empty()       ? Type::getVoidTy(Context)
                   : OutTypes.size() == 1 ? OutTypes[0]
                                          : StructType::get(Context, OutTypes);
  Result.Ty = FunctionType::get(ResultTy, InTypes, false);
  Result.Callee = InlineAsm::get(Result.Ty, Text, join(Constraints, ","), /*hasSideEffects=*/true,
                                 /*isAlignStack=*/true, InlineAsm::AD_ATT, /*canThrow=*/true);
  return Result;
}
