// From the module model to LLVM IR with Weft's markers. ModuleGen declares functions and makes what is
// one per module; FuncGen turns one body from operand-stack code into SSA. Only validated modules come here.
// The calling convention is tailcc for all WebAssembly functions, so that tail calls need not have equal
// signatures (docs/decisions/0015).
#pragma once
#include "irgen/debug.h"
#include "rt/instance.h"
#include "rt/wire.h"
#include "weft/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <map>

namespace wat {

class ModuleGen {
public:
  /// \p prefix is the one name that the object defines (its Compiled), and starts all others.
  ModuleGen(llvm::Module &m, const Module &source, std::string prefix, std::string file);
  void generate();
  std::vector<std::vector<HandlerClause>> handlers; // of each resume
  std::unique_ptr<DebugInfo> debug;                 // set before generate() for -g

  llvm::Module &m;
  const Module &source;
  Layout layout;
  std::string prefix, file;
  llvm::LLVMContext &cx;
  llvm::Type *i1, *i8, *i16, *i32, *i64, *f32, *f64, *ptr, *none;

  llvm::Type *type(ValType t) const;
  const SubType &func_type(Index type) const { return source.types[type].sub; }
  const SubType &cont_type(Index type) const {
    return source.types[source.types[type].sub.cont.index()].sub;
  }
  llvm::FunctionType *signature(const SubType &t);
  llvm::Type *result_type(const std::vector<ValType> &results);
  llvm::Function *func(Index i) const { return funcs_[i]; }
  /// For people: by its name, else as what it is exported, else by its number.
  std::string shown_name(Index i) const;
  /// A function of the run-time library: r its result, a its arguments, as letters: v i l p.
  llvm::FunctionCallee rt(const char *name, const char *signature);
  llvm::Function *body_thunk(const SubType &t);
  llvm::Function *entry_thunk(const SubType &t);
  llvm::Function *host_thunk(const SubType &t);
  llvm::GlobalVariable *thread();
  bool is_cont(ValType t) const;
  Wire wire(const std::vector<ValType> &types) const;
  std::vector<llvm::Type *> wire_types(const std::vector<ValType> &types) const;
  /// The places that a receiver looks at to which cont.bind may have given some of the values.
  std::vector<llvm::Type *> bindable_types(const std::vector<ValType> &types) const;
  void set_attributes(llvm::Function *f);
  llvm::Constant *wasm_exception();
  llvm::MDNode *alias_kind(const char *name);

private:
  void describe();
  std::vector<llvm::Function *> funcs_;
  std::map<std::string, llvm::Function *> thunks_;
};

/// Values as the 64 bits in which tables, globals and buffers hold them.
llvm::Value *to_bits(llvm::IRBuilder<> &b, llvm::Value *v);
llvm::Value *from_bits(llvm::IRBuilder<> &b, llvm::Value *bits, llvm::Type *t);
/// The same for what travels with a switch: f32 and f64 as a double with their bits.
llvm::Value *to_wire(llvm::IRBuilder<> &b, llvm::Value *v);
llvm::Value *from_wire(llvm::IRBuilder<> &b, llvm::Value *v, llvm::Type *t);

class FuncGen {
public:
  FuncGen(ModuleGen &g, llvm::Function *f, const Expr &code);
  /// A function's body.
  void body(const Func &f);
  /// A constant expression, as a function from the instance to bits.
  void constant();

private:
  struct Control {
    const Instr *open;                 // null: the function's body
    llvm::BasicBlock *branch, *next;   // where a br goes; what follows the End (the same but for loops)
    llvm::BasicBlock *otherwise = nullptr;
    std::vector<llvm::PHINode *> labels, results;
    std::vector<llvm::Value *> params; // of an if: for its else
    size_t height;
    llvm::BasicBlock *outer_dispatch;  // try_table: what was dispatch_ outside
  };

  // control.cpp
  void run();
  void step(const Instr &i);
  void open(const Instr &i);
  void close(const Instr &i);
  void otherwise(const Instr &i);
  std::vector<ValType> block_params(const Instr &i), block_results(const Instr &i);
  std::vector<llvm::PHINode *> phis(llvm::BasicBlock *b, const std::vector<ValType> &types);
  Control &label(Index depth) { return controls_[controls_.size() - 1 - depth]; }
  /// The values of a branch are the top of the stack; they stay there.
  void add_edge(Control &to);
  void branch(Control &to);
  void branch_if(llvm::Value *condition, Control &to); // goes on when not
  void table(const Instr &i);
  void ret();
  void dead();
  void stack_check(const Func &f);

  // numeric.cpp
  bool numeric(const Instr &i);
  llvm::Value *divide(const Instr &i);
  llvm::Value *truncate(llvm::Value *v, llvm::Type *to, bool is_signed);

  // memory.cpp
  bool memory(const Instr &i);
  bool variable(const Instr &i);
  bool faults(const Instr &i); // an access beyond the end does
  llvm::Value *address(const Instr &i, unsigned size);
  llvm::Value *element(Index table, llvm::Value *index);

  // call.cpp
  bool call(const Instr &i);
  void call_code(const SubType &t, llvm::Value *code, llvm::Value *instance, bool tail,
                 llvm::FunctionType *type);
  void call_ref(const SubType &t, llvm::Value *ref, bool tail);
  llvm::Value *indirect(const Instr &i);
  void push_results(const SubType &t, llvm::Value *result);
  void ret_values(const std::vector<llvm::Value *> &values);

  // reference.cpp
  bool reference(const Instr &i);
  bool aggregate(const Instr &i);
  llvm::Value *test(llvm::Value *ref, ValType t);
  llvm::Value *array_element(Index type, llvm::Value *array, llvm::Value *index);
  llvm::Value *loaded_field(const FieldType &f, llvm::Value *at, bool is_signed);
  void store_field(const FieldType &f, llvm::Value *value, llvm::Value *at);

  // exception.cpp
  bool exception(const Instr &i);
  void open_try(const Instr &i, Control &c);
  llvm::Value *new_exn(Index tag);
  void raise(llvm::Value *exn);
  /// A call that may throw: an invoke where a try_table is around it.
  llvm::Value *may_throw(llvm::FunctionCallee f, llvm::ArrayRef<llvm::Value *> args,
                         llvm::CallingConv::ID cc = llvm::CallingConv::C);

  // continuation.cpp
  bool continuation(const Instr &i);
  void resume(const Instr &i);
  void suspend(const Instr &i);
  void switch_to(const Instr &i);
  void bind(const Instr &i);
  llvm::Value *live_cont(); // popped
  std::vector<llvm::Value *> send(const std::vector<ValType> &types,
                                  const std::vector<llvm::Value *> &values);
  std::vector<llvm::Value *> receive(const std::vector<ValType> &types,
                                     llvm::ArrayRef<llvm::Value *> received);
  /// At the start of a continuation, or after its suspension.
  std::vector<llvm::Value *> receive_bindable(const std::vector<ValType> &types,
                                              llvm::ArrayRef<llvm::Value *> received);
  void sort(llvm::ArrayRef<llvm::Value *> received, std::vector<llvm::Value *> &ints,
            std::vector<llvm::Value *> &floats); // floats are f64
  /// Marks that may throw, as may_throw's calls.
  weft::MarkerBuilder markers();
  llvm::Value *values_array(size_t count); // in the function's frame
  void restore_limits();
  friend class ModuleGen;

  // Everybody's.
  llvm::Value *pop();
  std::vector<llvm::Value *> pop(size_t n);
  void push(llvm::Value *v) { stack_.push_back(v); }
  void push(const std::vector<llvm::Value *> &v) { stack_.insert(stack_.end(), v.begin(), v.end()); }
  llvm::Value *slot(uint32_t index, llvm::Type *t); // what an instance's slot holds
  llvm::Value *field(llvm::Value *base, size_t offset);
  /// Notes that an access is to one of four kinds of memory that never overlap: "memory" (a memory's bytes), "element" (a
  /// table's), "global", "header" (what describes a memory or table). So a store to one leaves loads of others in registers.
  template <class T> T *apart(T *access, const char *kind) {
    llvm::MDNode *n = g.alias_kind(kind);
    access->setMetadata(llvm::LLVMContext::MD_tbaa, n);
    return access;
  }
  llvm::Value *header(llvm::Value *object, size_t offset, llvm::Type *t) {
    return apart(llvm::cast<llvm::LoadInst>(load_field(object, offset, t)), "header");
  }
  llvm::Value *load_field(llvm::Value *base, size_t offset, llvm::Type *t, bool invariant = false);
  llvm::Value *pointer(llvm::Value *ref) { return b.CreateIntToPtr(ref, g.ptr); }
  void trap_if(llvm::Value *condition, TrapCode code);
  void trap(TrapCode code);
  llvm::BasicBlock *block(const char *name);
  llvm::Value *rt(const char *name, const char *signature, llvm::ArrayRef<llvm::Value *> args);
  llvm::Value *size64(llvm::Value *v) { return b.CreateZExt(v, g.i64); }
  [[noreturn]] void unsupported(const Instr &i, const char *what = "");

  ModuleGen &g;
  llvm::Function *f_;
  llvm::IRBuilder<> b;
  const Expr &code_;
  const SubType *type_ = nullptr; // null in constant expressions
  llvm::Value *instance_;
  std::vector<llvm::Value *> stack_;
  std::vector<Control> controls_;
  std::vector<llvm::AllocaInst *> locals_;
  std::map<TrapCode, llvm::BasicBlock *> traps_;
  bool dead_ = false;
  size_t at_ = 0;
  llvm::BasicBlock *dispatch_ = nullptr; // of the innermost try_table
  std::map<llvm::BasicBlock *, llvm::AllocaInst *> caught_;
  std::map<llvm::BasicBlock *, llvm::BasicBlock *> pads_;
  llvm::Value *limit_ = nullptr; // of this stack, loaded at the start
  llvm::Instruction *entry_end_ = nullptr;
};

} // namespace wat
