// IR generation. Gen holds what is one per module (types, descriptors, functions still to be
// made); Fn holds one function in the making. Functions are generated when first referred to, so a
// program pays only for what it reaches of the library packages.
//
// Values: scalars, strings, slices, interfaces and small structs are SSA values. Arrays and big
// structs ("in memory", Gen::in_memory) are represented by a pointer to storage that holds them
// until the next side effect; whoever keeps one copies it.
#pragma once
#include "sema/checker.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <deque>

namespace minigo {

using llvm::BasicBlock;
using llvm::Constant;
using llvm::Value;

struct GenOptions {
  bool debug = false;
  std::string directory;
};

class Gen {
public:
  Gen(llvm::Module &m, TypeTable &types, Diagnostics &diag, const GenOptions &opts);
  /// Packages in initialisation order, main last.
  void generate(const std::vector<Package *> &packages, const std::vector<FuncInfo *> &functions);

  // layout.cpp
  llvm::Type *type(Type *t);
  bool in_memory(Type *t);
  bool pointer_shaped(Type *t);
  uint64_t size_of(Type *t) { return dl().getTypeAllocSize(type(t)); }
  uint64_t align_of(Type *t) { return dl().getABITypeAlign(type(t)).value(); }
  const llvm::DataLayout &dl() { return m.getDataLayout(); }
  bool returns_in_memory(Type *sig);
  llvm::StructType *tuple_struct(const std::vector<Type *> &ts);
  llvm::FunctionType *fn_type(Type *sig, Type *recv, bool with_ctx);
  Constant *zero(Type *t) { return Constant::getNullValue(type(t)); }
  Constant *i64v(int64_t v) { return llvm::ConstantInt::get(i64, uint64_t(v), true); }
  Constant *const_string(const std::string &s);
  Constant *c_string(const std::string &s);
  Constant *constant(const ConstVal &v, Type *t);
  void set_attrs(llvm::Function *f);

  // descriptors.cpp
  Constant *descriptor(Type *t);
  int selector(const std::string &name, Type *sig, Package *pkg);
  void fill_descriptors();
  bool add_methods();
  llvm::Function *method_wrapper(Type *t, const std::string &name, Package *pkg);

  // functions.cpp
  llvm::Function *function(FuncInfo *f);
  llvm::Function *literal_function(FuncInfo *f);
  Constant *function_value(Object *f);
  llvm::Function *native(FuncInfo *f, bool *sret);
  llvm::GlobalVariable *global(Object *v);
  void drain();
  void make_init(const std::vector<Package *> &packages);
  llvm::FunctionCallee rt(const char *name, llvm::Type *ret, llvm::ArrayRef<llvm::Type *> args,
                          bool noreturn = false);

  // stack_class.cpp
  void choose_stack_classes();

  llvm::Module &m;
  llvm::LLVMContext &cx;
  TypeTable &types;
  Diagnostics &diag;
  GenOptions opts;
  bool program_recovers = false;

  llvm::Type *i1, *i8, *i16, *i32, *i64, *f32, *f64, *void_;
  llvm::PointerType *ptr;
  llvm::StructType *string_t, *slice_t, *iface_t;

  struct GoSite {
    llvm::CallInst *call;
    llvm::Function *target; // null: a func value of type `type`
    llvm::FunctionType *type;
  };
  std::vector<GoSite> go_sites;
  std::map<const Value *, int> iface_calls; // call instruction -> selector
  std::vector<std::vector<llvm::Function *>> selector_targets;

  struct Debug {
    std::unique_ptr<llvm::DIBuilder> b;
    llvm::DICompileUnit *unit = nullptr;
    std::map<int, llvm::DIFile *> files;
    llvm::DISubroutineType *sig = nullptr;
  } dbg;
  llvm::DIFile *debug_file(int file);

private:
  struct Described {
    Type *t;
    llvm::GlobalVariable *g;
    std::vector<llvm::Function *> methods;
  };
  std::map<Type *, llvm::Type *> lowered_;
  std::map<Type *, int> memory_;
  std::map<Type *, size_t> described_index_;
  std::deque<Described> described_;
  std::map<std::string, int> selector_index_;
  struct Sel {
    std::string name;
    Type *sig;
    Package *pkg;
  };
  std::vector<Sel> selectors_;
  std::map<FuncInfo *, llvm::Function *> functions_;
  std::map<Object *, Constant *> function_values_;
  std::map<Object *, llvm::GlobalVariable *> globals_;
  std::map<std::string, Constant *> strings_;
  std::map<std::string, llvm::Function *> wrappers_;
  std::deque<FuncInfo *> pending_;
};

/// A function in the making.
class Fn {
public:
  Fn(Gen &g, llvm::Function *f, FuncInfo *info) : g(g), f(f), info(info), b(g.cx) {}
  void body(); // of info
  void init_body(const std::vector<Package *> &packages);
  void start_thunk();
  void finish_thunk(Type *sig, const std::vector<Value *> &results, Value *ret);

  Gen &g;
  llvm::Function *f;
  FuncInfo *info;
  llvm::IRBuilder<> b;
  BasicBlock *entry = nullptr;

  // memory (value.cpp)
  Value *temp(llvm::Type *t, const char *name = "");
  Value *alloc(llvm::Type *t);
  Value *alloc_bytes(Value *n);
  Value *load(Type *t, Value *p);
  void store(Type *t, Value *v, Value *p);
  Value *keep(Type *t, Value *v);  // a copy of an in-memory value; others as they are
  Value *spill(Type *t, Value *v); // a pointer to the value
  void zero_at(Type *t, Value *p);
  Value *zero(Type *t);
  Value *field_ptr(Type *t, Value *p, unsigned k) { return b.CreateStructGEP(g.type(t), p, k); }
  BasicBlock *block(const char *name) { return BasicBlock::Create(g.cx, name, f); }
  bool done() { return b.GetInsertBlock()->getTerminator() != nullptr; }
  void jump(BasicBlock *to) {
    if (!done())
      b.CreateBr(to);
  }
  void at(BasicBlock *bb) { b.SetInsertPoint(bb); }
  void location(Pos p);
  Value *call_rt(const char *name, llvm::Type *ret, llvm::ArrayRef<Value *> args,
                 bool noreturn = false);
  /// Goes on where bad is false; otherwise calls the panicking function, which never returns.
  void panic_if(Value *bad, const char *fn, llvm::ArrayRef<Value *> args);
  void nil_check(Value *p);

  // expressions (expr.cpp, operator.cpp)
  Value *expr(Expr *e);
  Value *expr_as(Expr *e, Type *t);
  std::vector<Value *> multi(Expr *e, std::vector<Type *> &types);
  Value *addr(Expr *e);
  Value *addr_or_temp(Expr *e);
  Value *selector(Selector *e);
  Value *walk(Value *v, bool is_addr, Type *&t, const std::vector<int> &path, size_t n,
              bool &now_addr);
  Value *index_int(Expr *e);
  Value *element_addr(IndexExpr *e);
  Value *index(IndexExpr *e);
  Value *slice_expr(SliceExpr *e);
  Value *composite(CompositeLit *e, Value *into = nullptr, bool zeroed = false);
  Value *func_lit(FuncLit *e, bool on_stack = false);
  Value *closure(llvm::Function *code, llvm::ArrayRef<Value *> fields, bool on_stack);
  Value *method_value(Selector *e);
  Value *method_expr(Selector *e);
  Value *var_addr(Object *o);
  Value *unary(UnaryExpr *e);
  Value *binary(BinaryExpr *e);
  Value *arith(Tok op, Type *t, Value *x, Value *y, Type *count_type, bool count_known_ok);
  Value *divide(bool rem, Type *t, Value *x, Value *y);
  Value *shift(Tok op, Type *t, Value *x, Value *y, Type *yt);
  Value *compare(Tok op, Type *t, Value *x, Value *y);
  Value *equal(Type *t, Value *x, Value *y);
  Value *equal_strings(Value *x, Value *y);
  Value *receive(Value *ch, Type *elem, Value **ok);

  // conversions (convert.cpp)
  Value *convert(Value *v, Type *from, Type *to);
  Value *conversion(CallExpr *e);
  Value *box(Value *v, Type *t, bool on_stack = false);
  Value *unbox(Value *data, Type *t);
  Value *type_assert(TypeAssert *e, Value **ok);
  Value *implements(Value *td, Type *iface);
  Value *make_iface(Value *td, Value *data);
  Value *make_string(Value *p, Value *n);
  Value *make_slice(Value *p, Value *n, Value *c);
  Value *part(Value *v, unsigned k) { return b.CreateExtractValue(v, k); }

  // calls (call.cpp, builtin.cpp)
  struct Target {
    FuncInfo *fn = nullptr; // known function
    Value *code = nullptr;  // else: address
    Value *ctx = nullptr;   // closure object, for func values
    Value *recv = nullptr;
    Type *recv_type =
        nullptr; // Go type of recv as the callee takes it; null with recv: a bare pointer
    Type *sig = nullptr;
    int selector = -1;
  };
  Target target(CallExpr *e, bool later = false);
  std::vector<Value *> arguments(CallExpr *e, Type *sig, bool noescape);
  std::vector<Value *> emit_call(const Target &t, llvm::ArrayRef<Value *> args);
  std::vector<Value *> call_native(FuncInfo *fn, Value *recv, Type *recv_type,
                                   llvm::ArrayRef<Value *> args);
  std::vector<Value *> call_multi(CallExpr *e);
  Value *builtin(CallExpr *e);
  Value *append(CallExpr *e);
  Value *make(CallExpr *e);
  Value *pack_call(CallExpr *e, bool on_stack, llvm::Function **code, bool *thunk);

  // statements (stmt.cpp, assign.cpp, loops.cpp, defer.cpp)
  void stmts(const std::vector<Stmt *> &list);
  void stmt(Stmt *s);
  void assign(AssignStmt *s);
  void assign_values(const std::vector<Expr *> &lhs, const std::vector<Object *> *defined,
                     const std::vector<Value *> &vals, const std::vector<Type *> &types);
  struct Place { // of an assignment, evaluated before the values
    bool blank = false;
    Value *addr = nullptr;
    Value *map = nullptr, *key = nullptr;
    Type *map_type = nullptr, *type = nullptr;
  };
  Place place(Expr *lhs);
  void put(const Place &p, Value *v);
  Value *map_slot(Value *map, Type *map_type, Value *key_ptr);
  void define_var(Object *o, Value *init);
  void var_spec(Spec *s);
  void return_stmt(ReturnStmt *s);
  void leave();
  void if_stmt(IfStmt *s);
  void switch_stmt(SwitchStmt *s);
  void type_switch(TypeSwitchStmt *s);
  void select_stmt(SelectStmt *s);
  void for_stmt(ForStmt *s);
  void range_stmt(RangeStmt *s);
  void go_stmt(GoStmt *s);
  void yield();
  void defer_stmt(DeferStmt *s);
  void enter_defers();
  void condition(Expr *e, BasicBlock *yes, BasicBlock *no);

  struct Jump {
    Stmt *stmt;
    BasicBlock *brk, *cont;
  };
  std::vector<Jump> jumps;
  std::map<const Stmt *, BasicBlock *> labels;
  std::map<Object *, Value *> vars;
  std::vector<Value *> result_slots;
  Value *ret_ptr = nullptr;
  Value *defer_frame = nullptr;
  llvm::DISubprogram *subprogram = nullptr;
};

} // namespace minigo
