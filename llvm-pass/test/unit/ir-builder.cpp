// MarkerBuilder writes what the pass accepts, gives results back in the front end's types, and ends the compiler at
// the line that misuses it.
#include "weft/IRBuilder.h"
#include "weft/Passes.h"
#include "weft/base.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"
#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace weft;

namespace {

/// A module with one function, in which a builder stands.
struct Front {
  LLVMContext Context;
  Module M{"front", Context};
  IRBuilder<> B{Context};
  Type *I1 = B.getInt1Ty(), *I32 = B.getInt32Ty(), *I64 = B.getInt64Ty(), *Ptr = B.getPtrTy(),
       *F32 = B.getFloatTy(), *F64 = B.getDoubleTy();
  Value *K, *Env;

  Front() {
    M.setDataLayout("e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128");
#if LLVM_VERSION_MAJOR >= 21
    M.setTargetTriple(Triple("x86_64-unknown-linux-gnu"));
#else
    M.setTargetTriple("x86_64-unknown-linux-gnu");
#endif
    Function *F = function("user", FunctionType::get(B.getVoidTy(), {I64, Ptr}, false));
    B.SetInsertPoint(BasicBlock::Create(Context, "", F));
    K = F->getArg(0);
    Env = F->getArg(1);
  }
  Function *function(const char *Name, FunctionType *Ty) {
    return Function::Create(Ty, GlobalValue::ExternalLinkage, Name, M);
  }
  Function *body(Types Returns, Types Takes) {
    return function("body", MarkerBuilder::bodyType(Context, Returns, Takes));
  }
  Value *zero(Type *Ty) { return Constant::getNullValue(Ty); }

  std::string text() {
    std::string S;
    raw_string_ostream(S) << M;
    return S;
  }

  /// What LLVM and the pass have against the finished module; "" when nothing, and then no marker is left.
  std::string complaints() {
    B.CreateRetVoid();
    std::string S;
    raw_string_ostream Out(S);
    if (verifyModule(M, &Out))
      return S;
    Context.setDiagnosticHandlerCallBack(
        [](const DiagnosticInfo *D, void *To) {
          DiagnosticPrinterRawOStream Printer(*static_cast<raw_string_ostream *>(To));
          D->print(Printer);
        },
        &Out);
    ModuleAnalysisManager None;
    MarkersPass().run(M, None);
    VerifyPass().run(M, None);
    LowerPass().run(M, None);
    verifyModule(M, &Out);
    for (Function &F : M)
      if (F.getName().starts_with("weft."))
        Out << "left: " << F.getName();
    return S;
  }
};

bool has(const std::string &Text, const std::string &Part) { return Text.find(Part) != std::string::npos; }

/// What a process says that runs \p Misuse, which has to end it.
template <class Fn> std::string saysWhenMisused(Fn Misuse) {
  int Pipe[2];
  REQUIRE(pipe(Pipe) == 0);
  pid_t Child = fork();
  if (Child == 0) {
    dup2(Pipe[1], 2);
    install_fatal_error_handler([](void *, const char *Reason, bool) {
      errs() << Reason;
      _exit(3);
    });
    Misuse();
    _exit(0);
  }
  close(Pipe[1]);
  std::string Text;
  char Part[512];
  for (ssize_t N; (N = read(Pipe[0], Part, sizeof Part)) > 0;)
    Text.append(Part, size_t(N));
  close(Pipe[0]);
  int Status;
  waitpid(Child, &Status, 0);
  REQUIRE(WIFEXITED(Status));
  REQUIRE(WEXITSTATUS(Status) == 3);
  return Text;
}

} // namespace

TEST_CASE("every marker passes the verifiers and is lowered") {
  Front X;
  TypedTag Ask = TypedTag::define(X.M, "ask", {X.I32, X.F64, X.Ptr}, {X.I64, X.F32});
  TypedTag Hop = TypedTag::define(X.M, "hop", {X.Ptr}, {X.Ptr, X.I64});
  TypedTag Shared = TypedTag::declare(X.M, "elsewhere", {X.I64}, {});
  MarkerBuilder Weft(X.B);
  Handlers On = Handlers::define(X.M, {onSuspend(Ask), onSwitch(Hop), onSuspend(Shared)});
  Value *New = Weft.contNew(X.body({X.I1}, {X.F64, X.I64}), X.Env, WEFT_STACK_16K);
  Value *Bound = Weft.contBind(New, {X.zero(X.F64)});
  Resumed R = Weft.resume(Bound, On, {X.I1}, {X.zero(X.I64)});
  R.returned();
  R.sentBy(1);
  R.sentBy(3);
  CHECK(Weft.suspend(Ask, {X.zero(X.I32), X.zero(X.F64), X.Env}).size() == 2);
  CHECK(Weft.suspend(Shared, {X.K}).empty());
  CHECK(Weft.switchTo(R.next(), Hop, {X.Env})[0]->getType() == X.Ptr);
  Weft.resumeThrow(X.K, Handlers::none(X.Context), {}, X.Env);
  Weft.contDrop(X.K);
  Weft.yield();
  Weft.spawn(X.function("run", FunctionType::get(X.B.getVoidTy(), {X.Ptr}, false)), X.Env);
  Function *Native = X.function("native", FunctionType::get(X.B.getVoidTy(), false));
  MarkerBuilder::barrier(X.B.CreateCall(Native));
  CHECK(has(X.text(), "c\"i32,double,ptr->i64,float\\00\""));
  CHECK(X.complaints() == "");
}

TEST_CASE("what is found at run time is taken as it is said to be") {
  Front X;
  MarkerBuilder Weft(X.B);
  Value *Tag = X.B.CreateLoad(X.Ptr, X.Env), *Table = X.B.CreateLoad(X.Ptr, X.Env);
  Weft.suspend(TypedTag::computed(Tag, {X.I64}, {X.F64}), {X.K});
  Weft.switchTo(X.K, TypedTag::computed(Tag, {}, {X.I64}), {});
  Type *Two[] = {X.F64, X.I64};
  Resumed R = Weft.resume(X.K, Handlers::computed(Table, {onSuspend(Types(Two)), onSwitch()}), {X.I64}, {});
  ValueList Sent = R.sentBy(1);
  CHECK(Sent[0]->getType() == X.F64);
  CHECK(Sent[1]->getType() == X.I64);
  CHECK(X.complaints() == "");
}

TEST_CASE("with an unwind destination, markers are invokes of it") {
  Front X;
  Function *F = X.B.GetInsertBlock()->getParent();
  F->setPersonalityFn(X.function("personality", FunctionType::get(X.I32, true)));
  BasicBlock *Pad = BasicBlock::Create(X.Context, "pad", F);
  IRBuilder<> AtPad(Pad);
  auto *Landed = AtPad.CreateLandingPad(StructType::get(X.Context, {X.Ptr, X.I32}), 0);
  Landed->setCleanup(true);
  AtPad.CreateResume(Landed);
  MarkerBuilder Weft(X.B, Pad);
  TypedTag Tag = TypedTag::define(X.M, "t", {}, {X.I64});
  Resumed R = Weft.resume(X.K, Handlers::define(X.M, {onSuspend(Tag)}), {}, {});
  CHECK(isa<InvokeInst>(R.call()));
  Weft.suspend(Tag);
  Weft.contDrop(R.next());
  std::string Text = X.text();
  CHECK(has(Text, "invoke { i32, i64 } @weft.resume"));
  CHECK(has(Text, "invoke i64 @weft.suspend"));
  CHECK(has(Text, "invoke void @weft.cont.drop"));
  CHECK(X.complaints() == "");
}

TEST_CASE("a result's field has the type that all its outcomes have, else one that holds each") {
  Front X;
  TypedTag Other = TypedTag::define(X.M, "other", {X.Ptr, X.I64, X.Ptr, X.F32}, {});
  Resumed R = MarkerBuilder(X.B).resume(X.K, Handlers::define(X.M, {onSuspend(Other)}),
                                        {X.Ptr, X.I32, X.I1, X.F64}, {});
  auto *Ty = cast<StructType>(R.call()->getType());
  std::vector<Type *> Fields(Ty->element_begin() + 2, Ty->element_end());
  CHECK(Fields == std::vector<Type *>{X.Ptr, X.I64, X.I64, X.F64});
  std::vector<Type *> Back;
  for (Value *V : R.returned())
    Back.push_back(V->getType());
  CHECK(Back == std::vector<Type *>{X.Ptr, X.I32, X.I1, X.F64});
  Back.clear();
  for (Value *V : R.sentBy(1))
    Back.push_back(V->getType());
  CHECK(Back == std::vector<Type *>{X.Ptr, X.I64, X.Ptr, X.F32});
  CHECK(R.floating(0, X.F32)->getType() == X.F32);
  CHECK(R.integer(1, X.I32)->getType() == X.I32);
  CHECK(X.complaints() == "");
}

TEST_CASE("a body returns what its type says") {
  for (unsigned Count : {0u, 1u, 3u}) {
    Front X;
    std::vector<Type *> Returns(Count, X.F64);
    Function *Body = X.body(Returns, {X.I64});
    IRBuilder<> B(BasicBlock::Create(X.Context, "", Body));
    std::vector<Value *> Results(Count, X.zero(X.F64));
    MarkerBuilder(B).returnFromBody(Results);
    MarkerBuilder(X.B).contNew(Body, X.Env);
    CHECK(X.complaints() == "");
  }
}

TEST_CASE("markers that run another stack are known") {
  Front X;
  MarkerBuilder Weft(X.B);
  Resumed R = Weft.resume(X.K, Handlers::none(X.Context), {}, {});
  CHECK(isSwitch(*R.call()));
  CHECK(isSwitch(*Weft.resumeThrow(X.K, Handlers::none(X.Context), {}, X.Env).call()));
  CHECK_FALSE(isSwitch(*cast<Instruction>(Weft.contNew(X.body({}, {}), X.Env))));
  CHECK_FALSE(isSwitch(*cast<Instruction>(Weft.spawn(X.Env, X.Env))));
}

TEST_CASE("a misuse names the front end's line and what is wrong") {
  Front X;
  MarkerBuilder Weft(X.B);
  TypedTag Tag = TypedTag::define(X.M, "yield", {X.I32}, {});
  auto Says = [](auto Misuse, const char *What, int Line) {
    std::string Text = saysWhenMisused(Misuse);
    CAPTURE(Text);
    CHECK(has(Text, "ir-builder.cpp:" + std::to_string(Line) + ": "));
    CHECK(has(Text, What));
  };
  Says([&] { Weft.suspend(Tag, {X.K}); },
       "weft.suspend: the payload is (i64), but tag 'yield' (\"i32->\") says (i32)", __LINE__ - 1);
  Says([&] { Weft.resume(X.Env, Handlers::none(X.Context), {}, {}); },
       "weft.resume: the handle has type ptr, not i64", __LINE__ - 1);
  Says([&] { TypedTag::define(X.M, "wide", {X.I64, X.B.getInt128Ty()}, {}); },
       "tag 'wide', payload: value 2 has type i128, which no payload can carry", __LINE__ - 1);
  Type *Seven[7];
  std::fill_n(Seven, 7, X.I64);
  Says([&] { TypedTag::define(X.M, "long", {}, Seven); },
       "tag 'long', answer: 7 integers and pointers, at most 6 travel", __LINE__ - 1);
  Says([&] { Handlers::define(X.M, {onSuspend(Tag), onSuspend(Tag)}); },
       "entries 1 and 2 are both for tag 'yield'", __LINE__ - 1);
  Says([&] { Weft.contNew(X.function("odd", FunctionType::get(X.B.getVoidTy(), {X.I64}, false)), X.Env); },
       "does not take the environment, a ptr, as its first parameter", __LINE__ - 1);
  Says([&] { Weft.contNew(X.body({}, {}), X.Env, 8); }, "stack class 8 is out of range: 0 to 7", __LINE__);
  Says([&] { Weft.resumeThrow(X.K, Handlers::none(X.Context), {}, X.zero(X.Ptr)); },
       "the exception is null (rule CONT-12)", __LINE__ - 1);
  Resumed R = Weft.resume(X.K, Handlers::define(X.M, {onSuspend(Tag)}), {}, {});
  Says([&] { R.sentBy(2); }, "has no entry 2", __LINE__);
  Says([&] { R.integer(1, X.I64); }, "no outcome of this resume has 2 integers or pointers", __LINE__);
  Says([&] { R.integer(0, X.I64); }, "result field of type i32 taken as i64", __LINE__);
  TypedTag Full = TypedTag::define(X.M, "full", Types(Seven).drop_front(), {});
  ValueList Six(6, X.K);
  Says([&] { Weft.switchTo(X.K, Full, Six); }, "at most 5 travel", __LINE__);
}

TEST_CASE("a front end can ask first") {
  Front X;
  CHECK(whyNotPayload({X.I64, X.F32}) == "");
  Type *Struct = StructType::get(X.Context, ArrayRef<Type *>(X.I64));
  CHECK(has(whyNotPayload(Struct), "value 1 has type { i64 }"));
}
