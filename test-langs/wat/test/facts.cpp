// What the validator says of instructions besides that they are valid: an IR generator trusts it.
#include "syntax/parse.h"
#include "valid/validate.h"
#include <catch2/catch.hpp>

using namespace wat;

namespace {

struct Checked {
  CanonicalTypes types;
  Module m;
  Validated v;
  explicit Checked(const char *text) : m(parse_module(text)), v(validate(m, types)) {}

  /// The facts of the only instruction \p op in function \p f.
  InstrFacts of(Op op, size_t f = 0) const {
    const InstrFacts *found = nullptr;
    for (size_t k = 0; k < m.funcs[f].body.code.size(); k++)
      if (m.funcs[f].body.code[k].op == op) {
        REQUIRE(!found);
        found = &v.funcs[f].code[k];
      }
    REQUIRE(found);
    return *found;
  }
};

} // namespace

TEST_CASE("there is a fact for every instruction of a body and none for imports") {
  Checked c(R"((import "m" "f" (func)) (func (nop) (block (nop))))");
  CHECK(c.v.funcs[0].code.empty());
  CHECK(c.v.funcs[1].code.size() == c.m.funcs[1].body.code.size());
}

TEST_CASE("a height counts the whole frame's operands before the instruction") {
  Checked c(R"((func (result i32)
    (i64.const 1) (i64.const 2)
    (block (param i64) (drop) (f32.const 1) (f64.const 2) (i32.const 3) (br_if 0) (return (i32.const 4)))
    (unreachable)))");
  CHECK(c.of(Op::Block).height == 2);
  CHECK(c.of(Op::Drop).height == 2);
  CHECK(c.of(Op::BrIf).height == 4);
  CHECK(c.of(Op::Unreachable).height == 1);
  CHECK(c.v.funcs[0].max_height == 4);
}

TEST_CASE("code is unreachable from an instruction that never continues to the end of its block") {
  auto after = [](const char *body) {
    Checked c(("(tag $t) (func (param exnref) (block " + std::string(body) +
               " (nop) ) (memory.size) (drop)) (memory 1)")
                  .c_str());
    CHECK(c.of(Op::MemorySize).reachable);
    return c.of(Op::Nop).reachable;
  };
  CHECK(after("(i32.const 1) (drop)"));
  CHECK(after("(br_if 0 (i32.const 1))"));
  CHECK_FALSE(after("(unreachable)"));
  CHECK_FALSE(after("(br 0)"));
  CHECK_FALSE(after("(return)"));
  CHECK_FALSE(after("(throw $t)"));
  CHECK_FALSE(after("(throw_ref (local.get 0))"));
  CHECK_FALSE(after("(br_table 0 0 (i32.const 1))"));
  CHECK_FALSE(after("(return_call 0 (ref.null exn))"));
}

TEST_CASE("a block inside unreachable code is unreachable, and an else is as reachable as its if") {
  Checked inner("(func (unreachable) (block (nop)))");
  CHECK_FALSE(inner.of(Op::Nop).reachable);
  Checked other("(func (param i32) (if (local.get 0) (then (unreachable)) (else (nop))))");
  CHECK(other.of(Op::Nop).reachable);
  Checked dead("(func (param i32) (return) (if (local.get 0) (then) (else (nop))))");
  CHECK_FALSE(dead.of(Op::Nop).reachable);
}

TEST_CASE("instructions that serve many types say which one they have") {
  const char *text = R"((type $s (struct)) (type $s2 (struct))
    (func (param (ref null $s2)) (drop (ref.as_non_null (local.get 0))))
    (func (param f64) (drop (select (local.get 0) (local.get 0) (i32.const 1))))
    (func (param anyref) (result i32) (ref.test (ref $s) (local.get 0)))
    (func (param externref) (result i32) (ref.is_null (local.get 0)))
    (func (unreachable) (drop)))";
  Checked c(text);
  const HeapType s(c.v.numbers[0]);
  CHECK(c.of(Op::RefAsNonNull, 0).operand == ValType::ref(true, s));
  CHECK(c.of(Op::Drop, 0).operand == ValType::ref(false, s));
  CHECK(c.of(Op::Select, 1).operand == ValType(ValType::F64));
  CHECK(c.of(Op::Drop, 1).operand == ValType(ValType::F64));
  CHECK(c.of(Op::RefTest, 2).operand == ValType::ref(true, HeapType::Any));
  CHECK(c.of(Op::RefIsNull, 3).operand == ValType::ref(true, HeapType::Extern));
  CHECK(c.of(Op::Drop, 4).operand == ValType());
}

TEST_CASE("a complaint stands where its instruction does") {
  Module m = parse_module("(func\n  (i32.const 1)\n  (i64.eqz)\n  (drop))");
  CanonicalTypes types;
  try {
    validate(m, types);
    FAIL("valid");
  } catch (const Error &e) {
    CHECK(e.kind == Error::Invalid);
    CHECK(e.pos.line == 3);
    CHECK(e.pos.column == 4);
  }
}
