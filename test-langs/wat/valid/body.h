// The typing of instruction sequences: the operand stack's types, the open blocks and which locals
// are set, one instruction after another. After an instruction that never continues, the stack
// stands for any operands below what was pushed since (`unreachable`), until its block ends.
// Private to the validator.
//
// The rules are spread over body.cpp (the machine, control), body_data.cpp (variables, tables,
// memories, numbers), body_refs.cpp (references and aggregates) and body_switch.cpp (exceptions and
// stack switching).
#pragma once
#include "valid/context.h"

namespace wat {

class BodyChecker {
public:
  /// \p locals with parameters first, canonical; the first \p set of them, and those with a
  /// default, start set.
  BodyChecker(const Context &c, const Expr &e, std::vector<ValType> locals, size_t set,
              Types results);

  /// Checks the whole expression; \p facts is filled when given.
  void check(FuncFacts *facts = nullptr);

private:
  struct Frame {
    const Instr *opener; // null for the whole body
    Types params, results;
    ValType one; // what a block type of one result points `results` at; see results_of
    bool is_one = false;
    size_t height = 0; // of the stack below the block's operands
    size_t sets = 0;   // of set_here_ when it opened
    bool unreachable = false;
    bool dead = false; // opened in code that cannot be reached
    bool in_else = false;
  };

  // The machine
  [[noreturn]] void fail(std::string text) const { Context::fail(at_, std::move(text)); }
  void require(bool ok, const char *text) const { Context::require(ok, at_, text); }
  static Types results_of(const Frame &f) { return f.is_one ? Types(&f.one, 1) : f.results; }
  static Types label_of(const Frame &f) {
    return f.opener && f.opener->op == Op::Loop ? f.params : results_of(f);
  }
  Types label(Index depth, Pos at) const;
  size_t available() const { return stack_.size() - frames_.back().height; }
  Types top(size_t n) const { return Types(stack_).last(n); }
  ValType peek(size_t i) const {
    return available() > i ? stack_[stack_.size() - 1 - i] : ValType();
  }
  ValType peek_ref() const;
  void match_stack(Types have, Types want, Pos at) const;
  void pop(Types want);
  void pop(std::initializer_list<ValType> want) { pop(Types(want.begin(), want.size())); }
  /// Pops \p before and then what stands above it.
  void pop(Types before, std::initializer_list<ValType> above);
  void push(Types ts) { stack_.insert(stack_.end(), ts.begin(), ts.end()); }
  void push(ValType t) { stack_.push_back(t); }
  void never_continues();
  void operand(ValType t) { operand_ = t; }

  // Rules; each file says its own
  void instr(const Instr &i);
  bool control(const Instr &i);
  bool data(const Instr &i);
  bool refs(const Instr &i);
  bool switching(const Instr &i);

  void open(const Instr &i);
  void close(const Instr &i);
  void close_arm(const Instr &i);
  void branch_table(const Instr &i);
  void cast_branch(const Instr &i, bool on_fail);
  void return_call(const SubType &callee);
  void select(const Instr &i);
  void memory_access(const Instr &i);
  void number(const Instr &i);
  void local(const Instr &i);
  void table_access(const Instr &i);
  void memory_bulk(const Instr &i);
  bool structure(const Instr &i);
  bool array(const Instr &i);
  ValType cast_target(ValType t) const;
  void catches(const Instr &i);
  void handlers(const Instr &i, Types results);
  void cont_bind(const Instr &i);
  void switch_(const Instr &i);

  const Context &c_;
  const Expr &e_;
  std::vector<ValType> locals_;
  std::vector<bool> set_;
  std::vector<Index> set_here_; // locals set since the body began, to unset at the ends of blocks
  std::vector<ValType> stack_;
  std::vector<Frame> frames_;
  Pos at_;
  ValType operand_;
};

} // namespace wat
