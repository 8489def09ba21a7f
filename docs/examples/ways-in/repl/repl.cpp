// A REPL whose every line is compiled by LLVM's JIT and run at once, with generators by Weft's markers.
//
//     > def upto(n) = if n > 0 then upto(n - 1); yield n else 0     any function may yield, from any depth
//     > total = 0; for x in upto(4) do total = total + x * x        a loop runs a call as a generator
//     = 30
//
// The values are 64-bit integers. A line, of at most 1000 characters, is an expression or `def NAME(PARAMETERS) = E`.
// Loosest first:
//     E; E      NAME = E (of the session)      if E then E else E      for NAME in F(..) do E      yield E
//     < <= > >= == !=      + -      * / %      -E      number, NAME, F(..), (E)      print(E) prints, and gives E
//
// Weft is in Generator, weft::MarkerBuilder for the markers, and in Repl, weft::createJit for all the rest; language.h
// has the parser. A definition keeps the functions that it was compiled with; the code of a line that is none is
// removed after it has run (rule CONT-16 holds: the loops of a line drop what they do not finish).
#include "language.h"

#include <weft/IRBuilder.h>
#include <weft/Jit.h>
#include <weft/lowered.h>

#include <llvm/ExecutionEngine/Orc/ThreadSafeModule.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <unistd.h>

using namespace llvm;

//===--- What compiled code calls -----------------------------------------------------------------------------===//
// They throw; frames of compiled code, on whichever stack, are unwound like all others.

extern "C" {
[[noreturn]] void repl_fail(const char *what) { throw std::runtime_error(what); }
int64_t repl_print(int64_t /*depth*/, int64_t value) { // called as compiled functions are
  std::cout << value << '\n';
  return value;
}
// A marker broke a rule: here, a yield that no loop is waiting for.
void weft_trap(int rule, weft_cont, const weft_tag *) {
  repl_fail(rule == WEFT_RULE_UNHANDLED ? "a yield outside of any `for`" : "a rule of Weft's was broken");
}
}

//===--- The code ---------------------------------------------------------------------------------------------===//

constexpr int64_t most_calls = 1000; // deep, on one stack or over several
constexpr uint32_t generator_stack = WEFT_STACK_1M;

struct Known {
  std::string symbol;
  size_t parameters;
};
struct Session {
  std::map<std::string, Known> functions{{"print", {"repl_print", 1}}};
  std::map<std::string, int64_t> variables; // nodes stay where they are
  unsigned number = 0;
};

/// One function: i64 NAME(i64 depth, i64 parameters..). `depth` counts the calls that it is inside of.
class Generator {
public:
  Generator(Module &m, Session &session) : m_(m), session_(session), cx_(m.getContext()), b_(cx_) {}

  void function(const std::string &symbol, const Line &line) {
    for (size_t i = 0; i < line.parameters.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (line.parameters[i] == line.parameters[j])
          throw Mistake{1, "two parameters are called " + line.parameters[i]};
    f_ = declare(symbol, line.parameters.size());
    b_.SetInsertPoint(BasicBlock::Create(cx_, "entry", f_));
    b_.CreateBr(BasicBlock::Create(cx_, "body", f_)); // variables go in front
    b_.SetInsertPoint(&f_->back());
    fail_if(b_.CreateICmpSGT(f_->getArg(0), number(most_calls)), "calls are nested too deeply");
    for (size_t i = 0; i < line.parameters.size(); ++i)
      locals_[line.parameters[i]] = f_->getArg(unsigned(i + 1));
    b_.CreateRet(value(*line.body));
  }

private:
  Value *value(const Node &n) {
    switch (n.kind) {
    case Node::Number:
      return number(n.number);
    case Node::Name:
      if (auto local = locals_.find(n.name); local != locals_.end())
        return local->second;
      if (!session_.variables.count(n.name))
        throw Mistake{n.column, "there is no " + n.name};
      return b_.CreateLoad(i64(), variable(n.name));
    case Node::Assign: {
      if (locals_.count(n.name))
        throw Mistake{n.column, n.name + " is a parameter or a loop's: it cannot be assigned"};
      session_.variables.insert({n.name, 0});
      Value *v = value(*n.of[0]);
      b_.CreateStore(v, variable(n.name));
      return v;
    }
    case Node::Sequence:
      value(*n.of[0]);
      return value(*n.of[1]);
    case Node::Binary:
      return binary(n);
    case Node::Call: {
      std::vector<Value *> args = arguments(n);
      const Known &known = callee(n);
      args.insert(args.begin(), b_.CreateAdd(f_->getArg(0), number(1)));
      auto *type = FunctionType::get(i64(), std::vector<Type *>(args.size(), i64()), false);
      return call(m_.getOrInsertFunction(known.symbol, type), args);
    }
    case Node::If: {
      Value *condition = b_.CreateICmpNE(value(*n.of[0]), number(0));
      BasicBlock *yes = block("then"), *no = block("else"), *after = block("after");
      b_.CreateCondBr(condition, yes, no);
      Value *result = variable_in_frame(i64());
      for (auto [at, branch] : {std::pair(yes, &n.of[1]), std::pair(no, &n.of[2])}) {
        b_.SetInsertPoint(at);
        b_.CreateStore(value(**branch), result);
        b_.CreateBr(after);
      }
      b_.SetInsertPoint(after);
      return b_.CreateLoad(i64(), result);
    }
    case Node::Yield: {
      Value *v = value(*n.of[0]);
      weft::MarkerBuilder(b_, pad_).suspend(yield(), {v});
      return v;
    }
    case Node::For:
      return loop(n);
    }
    return nullptr;
  }

  /// The call runs on a stack of its own and comes back with each value that it yields, or for good. When the loop's
  /// body fails, its generator is dropped on the way out.
  Value *loop(const Node &n) {
    const Node &source = *n.of[0];
    std::vector<Value *> args = arguments(source);
    const Known &known = callee(source);
    args.insert(args.begin(), b_.CreateAdd(f_->getArg(0), number(1)));
    std::vector<Type *> types(args.size(), i64());
    if (std::string why = weft::whyNotPayload(types); !why.empty()) // `depth` is one of them
      throw Mistake{source.column, "a generator has at most five arguments"};

    Value *k = variable_in_frame(i64()), *result = variable_in_frame(i64());
    b_.CreateStore(weft::MarkerBuilder(b_).contNew(body_for(known, types), null(), generator_stack), k);
    fail_if(b_.CreateICmpEQ(b_.CreateLoad(i64(), k), number(0)), "no memory for another generator");
    b_.CreateStore(number(0), result);
    BasicBlock *start = block("for"), *again = block("again"), *got = block("got"), *end = block("end");
    b_.CreateBr(start);
    b_.SetInsertPoint(start);
    auto on = weft::Handlers::define(m_, {weft::onSuspend(yield())});
    auto resumed = weft::MarkerBuilder(b_, pad_).resume(b_.CreateLoad(i64(), k), on, {}, args);
    b_.CreateStore(resumed.next(), k);
    b_.CreateCondBr(b_.CreateICmpEQ(resumed.which(), b_.getInt32(0)), end, got);

    b_.SetInsertPoint(got);
    BasicBlock *outer_pad = pad_, *outer_cleanup = cleanup_;
    open_pad([&] { weft::MarkerBuilder(b_).contDrop(b_.CreateLoad(i64(), k)); });
    auto shadowed = locals_;
    locals_[n.name] = resumed.sentBy(1)[0];
    b_.CreateStore(value(*n.of[1]), result);
    locals_ = std::move(shadowed);
    pad_ = outer_pad;
    cleanup_ = outer_cleanup;
    b_.CreateBr(again);
    b_.SetInsertPoint(again);
    b_.CreateBr(start);
    b_.SetInsertPoint(end);
    return b_.CreateLoad(i64(), result);
  }

  /// What a continuation runs: void body(ptr, i64..), which calls the function.
  Function *body_for(const Known &known, ArrayRef<Type *> types) {
    Function *body = Function::Create(weft::MarkerBuilder::bodyType(cx_, {}, types), GlobalValue::InternalLinkage,
                                      known.symbol + ".body", m_);
    IRBuilder<> b(BasicBlock::Create(cx_, "", body));
    std::vector<Value *> args;
    for (unsigned i = 0; i < types.size(); ++i)
      args.push_back(body->getArg(i + 1));
    b.CreateCall(m_.getOrInsertFunction(known.symbol, FunctionType::get(i64(), types, false)), args);
    weft::MarkerBuilder(b).returnFromBody({});
    return body;
  }

  /// Calls from here on unwind to `cleanup`, then to what they unwound to before.
  void open_pad(const std::function<void()> &cleanup) {
    auto at = b_.saveIP();
    if (!exception_) {
      exception_ = variable_in_frame(exception_type());
      f_->setPersonalityFn(cast<Constant>(
          m_.getOrInsertFunction("__gxx_personality_v0", FunctionType::get(b_.getInt32Ty(), true)).getCallee()));
    }
    BasicBlock *pad = block("pad"), *clean = block("clean");
    b_.SetInsertPoint(pad);
    auto *landed = b_.CreateLandingPad(exception_type(), 0);
    landed->setCleanup(true);
    b_.CreateStore(landed, exception_);
    b_.CreateBr(clean);
    b_.SetInsertPoint(clean);
    cleanup();
    if (cleanup_)
      b_.CreateBr(cleanup_);
    else
      b_.CreateResume(b_.CreateLoad(exception_type(), exception_));
    pad_ = pad;
    cleanup_ = clean;
    b_.restoreIP(at);
  }

  Value *binary(const Node &n) {
    Value *l = value(*n.of[0]), *r = value(*n.of[1]);
    auto compared = [&](CmpInst::Predicate p) { return b_.CreateZExt(b_.CreateICmp(p, l, r), i64()); };
    if (n.name == "/" || n.name == "%") {
      fail_if(b_.CreateICmpEQ(r, number(0)), "division by zero");
      Value *overflow = b_.CreateAnd(b_.CreateICmpEQ(l, number(INT64_MIN)), b_.CreateICmpEQ(r, number(-1)));
      r = b_.CreateSelect(overflow, number(1), r);
      return n.name == "/" ? b_.CreateSDiv(l, r) : b_.CreateSRem(l, r);
    }
    return n.name == "+"    ? b_.CreateAdd(l, r)
           : n.name == "-"  ? b_.CreateSub(l, r)
           : n.name == "*"  ? b_.CreateMul(l, r)
           : n.name == "<"  ? compared(CmpInst::ICMP_SLT)
           : n.name == "<=" ? compared(CmpInst::ICMP_SLE)
           : n.name == ">"  ? compared(CmpInst::ICMP_SGT)
           : n.name == ">=" ? compared(CmpInst::ICMP_SGE)
           : n.name == "==" ? compared(CmpInst::ICMP_EQ)
                            : compared(CmpInst::ICMP_NE);
  }
  std::vector<Value *> arguments(const Node &n) {
    std::vector<Value *> args;
    for (const Tree &a : n.of)
      args.push_back(value(*a));
    return args;
  }
  const Known &callee(const Node &n) {
    auto known = session_.functions.find(n.name);
    if (known == session_.functions.end())
      throw Mistake{n.column, "there is no function " + n.name};
    if (known->second.parameters != n.of.size())
      throw Mistake{n.column, n.name + " takes " + std::to_string(known->second.parameters) + " arguments, not " +
                                  std::to_string(n.of.size())};
    return known->second;
  }
  Value *call(FunctionCallee f, ArrayRef<Value *> args) {
    if (!pad_)
      return b_.CreateCall(f, args);
    BasicBlock *on = block("");
    Value *result = b_.CreateInvoke(f, on, pad_, args);
    b_.SetInsertPoint(on);
    return result;
  }
  void fail_if(Value *condition, const char *what) {
    BasicBlock *bad = block("bad"), *good = block("");
    b_.CreateCondBr(condition, bad, good);
    b_.SetInsertPoint(bad);
    call(m_.getOrInsertFunction("repl_fail", FunctionType::get(b_.getVoidTy(), {b_.getPtrTy()}, false)),
         {b_.CreateGlobalString(what)});
    b_.CreateUnreachable();
    b_.SetInsertPoint(good);
  }

  Function *declare(const std::string &symbol, size_t parameters) {
    return cast<Function>(
        m_.getOrInsertFunction(symbol, FunctionType::get(i64(), std::vector<Type *>(parameters + 1, i64()), false))
            .getCallee());
  }
  /// The one tag of all modules: the first of the session defines it, the others refer to it.
  weft::TypedTag yield() { return weft::TypedTag::declare(m_, "repl_yield", {i64()}, {}); }
  Value *variable(const std::string &name) { // lives in this process, so its address is a constant
    return b_.CreateIntToPtr(number(int64_t(&session_.variables[name])), b_.getPtrTy());
  }
  Value *variable_in_frame(Type *type) {
    return new AllocaInst(type, 0, "", f_->getEntryBlock().getTerminator()->getIterator());
  }
  Type *i64() { return b_.getInt64Ty(); }
  Type *exception_type() { return StructType::get(cx_, {b_.getPtrTy(), b_.getInt32Ty()}); }
  Value *number(int64_t n) { return b_.getInt64(uint64_t(n)); }
  Value *null() { return ConstantPointerNull::get(b_.getPtrTy()); }
  BasicBlock *block(const char *name) { return BasicBlock::Create(cx_, name, f_); }

  Module &m_;
  Session &session_;
  LLVMContext &cx_;
  IRBuilder<> b_;
  Function *f_ = nullptr;
  std::map<std::string, Value *> locals_;
  BasicBlock *pad_ = nullptr, *cleanup_ = nullptr; // of the innermost loop's body
  Value *exception_ = nullptr;
};

//===--- The loop ---------------------------------------------------------------------------------------------===//

class Repl {
public:
  Repl() {
    jit_ = check(weft::createJit());
    // A program exports nothing unless asked to; what compiled code may call is named here.
    orc::SymbolMap map;
    auto add = [&](const char *name, auto *address) {
      map[jit_->mangleAndIntern(name)] = {orc::ExecutorAddr(uintptr_t(address)), JITSymbolFlags::Exported};
    };
    add("repl_fail", &repl_fail);
    add("repl_print", &repl_print);
    check(jit_->getMainJITDylib().define(orc::absoluteSymbols(map)));
    auto [context, module] = new_module();
    weft::TypedTag::define(*module, "repl_yield", {Type::getInt64Ty(*context)}, {}, GlobalValue::ExternalLinkage);
    check(jit_->addIRModule(orc::ThreadSafeModule(std::move(module), std::move(context))));
  }

  /// False when something was wrong.
  bool run(const std::string &text, size_t number) {
    std::string before = std::to_string(number) + ":";
    Session saved = session_;
    try {
      Line line = Parser(text).line();
      std::string symbol = (line.name.empty() ? "line" : line.name) + "." + std::to_string(session_.number++);
      if (!line.name.empty())
        session_.functions[line.name] = {symbol, line.parameters.size()}; // known to itself
      auto [context, module] = new_module();
      Generator(*module, session_).function(symbol, line);
      auto code = jit_->getMainJITDylib().createResourceTracker();
      check(jit_->addIRModule(code, orc::ThreadSafeModule(std::move(module), std::move(context))));
      auto *run = check(jit_->lookup(symbol)).toPtr<int64_t (*)(int64_t)>();
      if (!line.name.empty())
        return true;
      struct Remove { // when the line is over, however it ends
        orc::ResourceTrackerSP code;
        ~Remove() { cantFail(code->remove()); }
      } remove{code};
      int64_t result = run(0);
      std::cout << "= " << result << '\n';
      return true;
    } catch (const Mistake &mistake) {
      restore(saved);
      std::cout << before << mistake.column << ": " << mistake.what << '\n';
    } catch (const std::exception &error) {
      std::cout << before << " " << error.what() << '\n';
    }
    return false;
  }

private:
  /// A line that was not understood defined nothing. Variables stay where compiled code knows them to be.
  void restore(const Session &saved) {
    session_.functions = saved.functions;
    for (auto v = session_.variables.begin(); v != session_.variables.end();)
      v = saved.variables.count(v->first) ? std::next(v) : session_.variables.erase(v);
  }
  std::pair<std::unique_ptr<LLVMContext>, std::unique_ptr<Module>> new_module() { // the module goes first
    auto context = std::make_unique<LLVMContext>();
    auto module = std::make_unique<Module>("repl", *context);
    module->setDataLayout(jit_->getDataLayout());
    return {std::move(context), std::move(module)};
  }
  static void check(Error error) {
    if (error)
      throw std::runtime_error("internal error: " + toString(std::move(error)));
  }
  template <class T> static T check(Expected<T> value) {
    check(value.takeError());
    return std::move(*value);
  }

  std::unique_ptr<orc::LLJIT> jit_;
  Session session_;
};

int main() {
  Repl repl;
  bool interactive = isatty(STDIN_FILENO), good = true;
  std::string text;
  for (size_t number = 1;; ++number) {
    if (interactive)
      std::cout << "> " << std::flush;
    if (!std::getline(std::cin, text))
      break;
    if (size_t first = text.find_first_not_of(" \t"); first == std::string::npos || text[first] == '#')
      continue;
    good &= repl.run(text, number);
    std::cout << std::flush;
  }
  return interactive || good ? 0 : 1;
}
