/* A compiler that builds its IR through LLVM-C: what it compiles is in main() below, and would come from a parser. It
 * writes an object file, which is linked with libweft like any other.
 *
 *     compiler FILE.o [OPTIONS]      compiles the squares of 1 to 5, one resume each
 *     compiler --wrong FILE.o        the same with a mistake in it, to see what weft_run_passes says
 */
#include "weft/llvm-c.h"

#include "llvm-c/Analysis.h"
#include "llvm-c/Core.h"
#include "llvm-c/Target.h"
#include "llvm-c/TargetMachine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LLVMContextRef cx;
static LLVMModuleRef module;
static LLVMBuilderRef b;
static LLVMTypeRef i32, i64, ptr, none;

static LLVMTypeRef type_of_function(LLVMTypeRef result, LLVMTypeRef p1, LLVMTypeRef p2, LLVMTypeRef p3) {
  LLVMTypeRef params[] = {p1, p2, p3};
  return LLVMFunctionType(result, params, !!p1 + !!p2 + !!p3, 0);
}

static LLVMValueRef i32_of(unsigned value) { return LLVMConstInt(i32, value, 0); }

static LLVMValueRef constant(const char *name, LLVMValueRef value) {
  LLVMValueRef global = LLVMAddGlobal(module, LLVMTypeOf(value), name);
  LLVMSetInitializer(global, value);
  LLVMSetGlobalConstant(global, 1);
  LLVMSetLinkage(global, LLVMInternalLinkage);
  return global;
}

static LLVMValueRef text(const char *of) {
  return constant("text", LLVMConstStringInContext(cx, of, (unsigned)strlen(of), 0));
}

/* %weft.tag: its address is what it is known by, its signature what travels by it. */
static LLVMValueRef tag(const char *name, const char *signature) {
  LLVMValueRef words[] = {text(name), text(signature)};
  return constant(name, LLVMConstStructInContext(cx, words, 2, 0));
}

/* A handler table with one entry: a suspend by the tag ends the resume, which then gives 1. */
static LLVMValueRef handlers(LLVMValueRef of) {
  LLVMValueRef entry[] = {of, i32_of(0)};
  LLVMValueRef entries[] = {LLVMConstStructInContext(cx, entry, 2, 0)};
  LLVMValueRef table[] = {i32_of(1), i32_of(0), LLVMConstArray(LLVMTypeOf(entries[0]), entries, 1)};
  return constant("on", LLVMConstStructInContext(cx, table, 3, 0));
}

static LLVMBasicBlockRef block(LLVMValueRef function, const char *name) {
  return LLVMAppendBasicBlockInContext(cx, function, name);
}

/* void squares(ptr env): suspends with 1, 4, 9, 16 and 25. */
static LLVMValueRef squares(LLVMValueRef yield, int wrong) {
  LLVMValueRef f = LLVMAddFunction(module, "squares", type_of_function(none, ptr, NULL, NULL));
  LLVMBasicBlockRef entry = block(f, "entry"), loop = block(f, "loop"), end = block(f, "end");
  LLVMPositionBuilderAtEnd(b, entry);
  LLVMBuildBr(b, loop);
  LLVMPositionBuilderAtEnd(b, loop);
  LLVMValueRef n = LLVMBuildPhi(b, i64, "n");
  LLVMValueRef square = LLVMBuildMul(b, n, n, "square");
  LLVMTypeRef suspend_type = wrong ? type_of_function(none, ptr, i32, NULL) : type_of_function(none, ptr, i64, NULL);
  LLVMValueRef suspend = LLVMAddFunction(module, "weft.suspend.i64", suspend_type);
  LLVMValueRef sent[] = {yield, wrong ? LLVMBuildTrunc(b, square, i32, "") : square};
  LLVMBuildCall2(b, suspend_type, suspend, sent, 2, "");
  LLVMValueRef next = LLVMBuildAdd(b, n, LLVMConstInt(i64, 1, 0), "next");
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntSLE, next, LLVMConstInt(i64, 5, 0), ""), loop, end);
  LLVMValueRef values[] = {LLVMConstInt(i64, 1, 0), next};
  LLVMBasicBlockRef from[] = {entry, loop};
  LLVMAddIncoming(n, values, from, 2);
  LLVMPositionBuilderAtEnd(b, end);
  LLVMBuildRetVoid(b);
  return f;
}

/* i32 main(): resumes it until it returns, and prints what comes. */
static void program(LLVMValueRef body, LLVMValueRef on) {
  LLVMValueRef f = LLVMAddFunction(module, "main", type_of_function(i32, NULL, NULL, NULL));
  LLVMBasicBlockRef entry = block(f, "entry"), loop = block(f, "loop"), got = block(f, "got"), end = block(f, "end");
  LLVMPositionBuilderAtEnd(b, entry);
  LLVMTypeRef new_type = type_of_function(i64, ptr, ptr, i32);
  LLVMValueRef make = LLVMAddFunction(module, "weft.cont.new", new_type);
  LLVMValueRef made[] = {body, LLVMConstPointerNull(ptr), i32_of(0)};
  LLVMValueRef first = LLVMBuildCall2(b, new_type, make, made, 3, "first");
  LLVMBuildBr(b, loop);

  LLVMPositionBuilderAtEnd(b, loop);
  LLVMValueRef k = LLVMBuildPhi(b, i64, "k");
  LLVMTypeRef fields[] = {i32, i64, i64}; /* which outcome, the next handle, and what was sent */
  LLVMTypeRef resume_type = type_of_function(LLVMStructTypeInContext(cx, fields, 3, 0), i64, ptr, NULL);
  LLVMValueRef resume = LLVMAddFunction(module, "weft.resume.i64", resume_type);
  LLVMValueRef resumed[] = {k, on};
  LLVMValueRef r = LLVMBuildCall2(b, resume_type, resume, resumed, 2, "r");
  LLVMValueRef which = LLVMBuildExtractValue(b, r, 0, "which");
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntEQ, which, i32_of(1), ""), got, end);

  LLVMPositionBuilderAtEnd(b, got);
  LLVMTypeRef printf_params[] = {ptr};
  LLVMTypeRef printf_type = LLVMFunctionType(i32, printf_params, 1, 1);
  LLVMValueRef print = LLVMAddFunction(module, "printf", printf_type);
  LLVMValueRef printed[] = {text("%ld\n"), LLVMBuildExtractValue(b, r, 2, "value")};
  LLVMBuildCall2(b, printf_type, print, printed, 2, "");
  LLVMValueRef handles[] = {first, LLVMBuildExtractValue(b, r, 1, "next")};
  LLVMBasicBlockRef from[] = {entry, got};
  LLVMAddIncoming(k, handles, from, 2);
  LLVMBuildBr(b, loop);

  LLVMPositionBuilderAtEnd(b, end);
  LLVMBuildRet(b, i32_of(0));
}

static LLVMTargetMachineRef this_machine(void) {
  LLVMInitializeNativeTarget();
  LLVMInitializeNativeAsmPrinter();
  LLVMInitializeNativeAsmParser(); /* the switch is inline assembly */
  char *triple = LLVMGetDefaultTargetTriple(), *error = NULL;
  LLVMTargetRef target;
  if (LLVMGetTargetFromTriple(triple, &target, &error)) {
    fprintf(stderr, "compiler: %s\n", error);
    exit(1);
  }
  LLVMTargetMachineRef machine =
      LLVMCreateTargetMachine(target, triple, "", "", LLVMCodeGenLevelDefault, LLVMRelocPIC, LLVMCodeModelDefault);
  LLVMSetTarget(module, triple);
  LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
  LLVMSetModuleDataLayout(module, layout);
  LLVMDisposeTargetData(layout);
  LLVMDisposeMessage(triple);
  return machine;
}

int main(int argc, char **argv) {
  int wrong = argc > 1 && strcmp(argv[1], "--wrong") == 0;
  if (argc < 2 + wrong) {
    fprintf(stderr, "usage: compiler [--wrong] FILE.o [OPTIONS]\n");
    return 2;
  }
  cx = LLVMContextCreate();
  module = LLVMModuleCreateWithNameInContext("squares", cx);
  b = LLVMCreateBuilderInContext(cx);
  i32 = LLVMInt32TypeInContext(cx);
  i64 = LLVMInt64TypeInContext(cx);
  ptr = LLVMPointerTypeInContext(cx, 0);
  none = LLVMVoidTypeInContext(cx);
  LLVMTargetMachineRef machine = this_machine();
  LLVMValueRef yield = tag("yield", "i64->");
  program(squares(yield, wrong), handlers(yield));

  char *error = NULL;
  LLVMBool failed = weft_run_passes(module, machine, argv[2 + wrong], &error) ||
                    LLVMTargetMachineEmitToFile(machine, module, argv[1 + wrong], LLVMObjectFile, &error);
  if (failed) {
    fprintf(stderr, "compiler: %s\n", error);
    LLVMDisposeMessage(error);
  }
  LLVMDisposeBuilder(b);
  LLVMDisposeModule(module);
  LLVMContextDispose(cx);
  LLVMDisposeTargetMachine(machine);
  return failed;
}
