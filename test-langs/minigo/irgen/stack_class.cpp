// Which stack a goroutine gets. Weft's stacks don't move, so their size is chosen at the go
// statement: a function from which no recursion can be reached has a longest path, and gets a small
// stack; one that may recurse gets a big one (address space; only touched pages cost). Indirect
// calls are assumed to reach every function of the same type whose address is taken.
#include "irgen/gen.h"
#include "weft/base.h"
#include "llvm/IR/InstIterator.h"

namespace minigo {

namespace {
struct Node {
  std::set<llvm::Function *> callees;
  uint64_t frame = 0;
  int index = -1, low = 0;
  bool on_stack = false, recursive = false;
  int component = -1;
  uint64_t depth = 0;
  bool reaches_recursion = false, summed = false;
};
} // namespace

void Gen::choose_stack_classes() {
  std::map<llvm::Function *, Node> nodes;
  std::map<llvm::FunctionType *, std::vector<llvm::Function *>> by_type;
  for (llvm::Function &f : m)
    if (!f.isDeclaration() && f.hasAddressTaken())
      by_type[f.getFunctionType()].push_back(&f);
  for (llvm::Function &f : m) {
    if (f.isDeclaration())
      continue;
    Node &n = nodes[&f];
    n.frame = 96;
    for (llvm::Instruction &i : llvm::instructions(f)) {
      if (auto *a = llvm::dyn_cast<llvm::AllocaInst>(&i)) {
        uint64_t size = dl().getTypeAllocSize(a->getAllocatedType());
        if (size > 16)
          n.frame += size;
      }
      auto *c = llvm::dyn_cast<llvm::CallBase>(&i);
      if (!c)
        continue;
      if (auto *callee = c->getCalledFunction()) {
        if (!callee->isDeclaration())
          n.callees.insert(callee);
        continue;
      }
      if (auto it = iface_calls.find(c); it != iface_calls.end())
        n.callees.insert(selector_targets[size_t(it->second)].begin(),
                         selector_targets[size_t(it->second)].end());
      else if (!c->isInlineAsm())
        n.callees.insert(by_type[c->getFunctionType()].begin(),
                         by_type[c->getFunctionType()].end());
    }
  }
  // Tarjan: a component of more than one function, or one that calls itself, recurses.
  int counter = 0;
  std::vector<llvm::Function *> stack;
  std::function<void(llvm::Function *)> visit = [&](llvm::Function *f) {
    Node &n = nodes[f];
    n.index = n.low = counter++;
    n.on_stack = true;
    stack.push_back(f);
    for (llvm::Function *c : n.callees) {
      Node &cn = nodes[c];
      if (cn.index < 0) {
        visit(c);
        n.low = std::min(n.low, cn.low);
      } else if (cn.on_stack)
        n.low = std::min(n.low, cn.index);
    }
    if (n.low == n.index) {
      std::vector<llvm::Function *> members;
      llvm::Function *w;
      do {
        w = stack.back();
        stack.pop_back();
        nodes[w].on_stack = false;
        members.push_back(w);
      } while (w != f);
      bool recursive = members.size() > 1 || n.callees.count(f);
      uint64_t depth = 0;
      bool reaches = recursive;
      for (auto *x : members)
        for (auto *c : nodes[x].callees)
          if (nodes[c].summed) {
            depth = std::max(depth, nodes[c].depth);
            reaches |= nodes[c].reaches_recursion;
          }
      for (auto *x : members) {
        nodes[x].depth = depth + nodes[x].frame;
        nodes[x].reaches_recursion = reaches;
        nodes[x].summed = true;
      }
    }
  };
  for (auto &[f, n] : nodes)
    if (n.index < 0)
      visit(f);
  for (GoSite &s : go_sites) {
    uint64_t depth = 0;
    bool big = false;
    auto consider = [&](llvm::Function *f) {
      depth = std::max(depth, nodes[f].depth);
      big |= nodes[f].reaches_recursion;
    };
    if (s.target)
      consider(s.target);
    else
      for (auto *f : by_type[s.type])
        consider(f);
    // The run-time library's own frames (fmt above all) need some 24 KiB.
    int cls = big                       ? WEFT_STACK_64M
              : depth < 32 * 1024       ? WEFT_STACK_DEFAULT
              : depth < 200 * 1024      ? WEFT_STACK_256K
              : depth < 7 * 1024 * 1024 ? WEFT_STACK_8M
                                        : WEFT_STACK_64M;
    s.call->setArgOperand(2, llvm::ConstantInt::get(i32, uint64_t(cls)));
  }
}

} // namespace minigo
