// Small functions that call themselves get their own body in place of those calls, a few levels deep. LLVM's inliner leaves
// recursion alone; engines that inline by what they see running do not, and on fib it halves the time.
#include "irgen/recursion.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/Cloning.h"

namespace wat {
using namespace llvm;

static constexpr unsigned most_own = 60, most_grown = 600; // instructions

// A call of itself that may be replaced: in the WebAssembly sense no tail call, and without a landing pad.
static CallInst *self_call(Instruction &i, Function &f) {
  auto *c = dyn_cast<CallInst>(&i);
  return c && c->getCalledFunction() == &f && !c->isMustTailCall() ? c : nullptr;
}

void inline_recursion(Module &m) {
  std::vector<Function *> small;
  for (Function &f : m)
    if (!f.isDeclaration() && !f.hasPersonalityFn() && f.getInstructionCount() <= most_own)
      small.push_back(&f);
  for (Function *f : small) {
    auto calls = [&] {
      std::vector<CallInst *> all;
      for (Instruction &i : instructions(*f))
        if (CallInst *c = self_call(i, *f))
          all.push_back(c);
      return all;
    };
    std::vector<CallInst *> now = calls();
    if (now.empty())
      continue;
    ValueToValueMapTy map;
    Function *level = CloneFunction(f, map);
    // The frame that it goes to was checked against the stack's limit.
    for (Instruction &i : instructions(*level))
      if (i.hasMetadata("wat.stack_check"))
        cast<BranchInst>(i).setCondition(ConstantInt::getFalse(m.getContext()));
    unsigned size = level->getInstructionCount();
    while (!now.empty() && f->getInstructionCount() + now.size() * size <= most_grown) {
      for (CallInst *c : now) {
        c->setCalledFunction(level);
        InlineFunctionInfo info;
        if (!InlineFunction(*c, info).isSuccess())
          c->setCalledFunction(f);
      }
      now = calls();
    }
    if (level->use_empty())
      level->eraseFromParent();
  }
}

} // namespace wat
