// weft_run_passes: errors come back as one text, a handler of the user's still hears of them, the module stays valid.
#include "weft/llvm-c.h"
#include "llvm-c/Analysis.h"
#include "llvm-c/Core.h"
#include "llvm-c/IRReader.h"
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

namespace {

struct Module {
  LLVMContextRef Context = LLVMContextCreate();
  LLVMModuleRef M = nullptr;
  char *Error = nullptr;

  explicit Module(const char *Text) {
    LLVMMemoryBufferRef Buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(Text, std::strlen(Text), "text");
    char *Why = nullptr;
    bool Failed = LLVMParseIRInContext(Context, Buffer, &M, &Why);
    INFO((Failed ? Why : ""));
    REQUIRE_FALSE(Failed);
  }
  ~Module() {
    LLVMDisposeMessage(Error);
    LLVMDisposeModule(M);
    LLVMContextDispose(Context);
  }
  bool run(const char *Options) {
    LLVMDisposeMessage(Error);
    return !weft_run_passes(M, nullptr, Options, &Error);
  }
  std::string text() {
    char *Text = LLVMPrintModuleToString(M);
    std::string Copy = Text;
    LLVMDisposeMessage(Text);
    return Copy;
  }
};

const char *const Right = R"(target triple = "x86_64-unknown-linux-gnu"
declare void @weft.cont.drop(i64)
define void @end(i64 %k) {
  %slot = alloca i64
  store i64 %k, ptr %slot
  %again = load i64, ptr %slot
  call void @weft.cont.drop(i64 %again)
  ret void
}
)";
const char *const Wrong = R"(target triple = "x86_64-unknown-linux-gnu"
declare void @weft.cont.drp(i64)
declare void @weft.cont.drop(i32)
define void @end(i64 %k) {
  call void @weft.cont.drp(i64 %k)
  ret void
}
define void @other() {
  call void @weft.cont.drop(i32 1)
  ret void
}
)";

bool has(const std::string &Text, const char *Part) { return Text.find(Part) != std::string::npos; }

} // namespace

TEST_CASE("markers are lowered at each level, and for links to come") {
  for (const char *Options : {(const char *)nullptr, "O0", "O1", "O2", "O3", "Os", "Oz", "O0,before-link=thin",
                              "O2,before-link=full", "O3,verify-each", "weft-only"}) {
    Module X(Right);
    CAPTURE(Options);
    CHECK(X.run(Options));
    CHECK(X.Error == nullptr);
    CHECK(has(X.text(), "@weft_rt_cont_drop"));
    CHECK_FALSE(has(X.text(), "@weft.cont.drop"));
  }
}

TEST_CASE("what is asked for is what runs") {
  Module Optimized(Right), Kept(Right), Other(Right);
  Optimized.run("O2");
  Kept.run("O0");
  Other.run("O2,weft-only");
  CHECK_FALSE(has(Optimized.text(), "alloca"));
  CHECK(has(Kept.text(), "alloca"));
  CHECK(has(Other.text(), "alloca"));
}

TEST_CASE("an unknown option changes nothing") {
  Module X(Right);
  std::string Before = X.text();
  CHECK_FALSE(X.run("O2,fast"));
  CHECK(has(X.Error, "unknown option 'fast'; there are O0 O1"));
  CHECK(X.text() == Before);
}

TEST_CASE("all errors are in the text, each with its place, and the module stays valid") {
  Module X(Wrong);
  CHECK_FALSE(X.run(nullptr));
  CHECK(has(X.Error, "in function 'end': unknown marker 'weft.cont.drp'; did you mean 'weft.cont.drop'?"));
  CHECK(has(X.Error, "in function 'other': weft.cont.drop: the handle has type i32"));
  CHECK(LLVMVerifyModule(X.M, LLVMReturnStatusAction, nullptr) == 0);
  CHECK_FALSE(has(X.text(), "call void @weft."));
}

TEST_CASE("nobody has to take the text") {
  Module X(Wrong);
  CHECK(weft_run_passes(X.M, nullptr, nullptr, nullptr) != 0);
}

TEST_CASE("a diagnostic handler hears of each error, then and later") {
  Module X(Wrong);
  int Heard = 0;
  LLVMContextSetDiagnosticHandler(X.Context, [](LLVMDiagnosticInfoRef, void *N) { ++*static_cast<int *>(N); }, &Heard);
  CHECK_FALSE(X.run("O1"));
  CHECK(Heard == 2);
  CHECK(X.Error != nullptr);
  CHECK(LLVMContextGetDiagnosticContext(X.Context) == &Heard);
}

TEST_CASE("a malformed module is refused as it is") {
  Module X(Right);
  LLVMValueRef End = LLVMGetNamedFunction(X.M, "end");
  LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(LLVMGetEntryBasicBlock(End)));
  CHECK_FALSE(X.run("O2"));
  CHECK(has(X.Error, "terminator"));
}
