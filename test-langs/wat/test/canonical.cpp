// Types are equal across modules by structure, and each module's numbers say so.
#include "syntax/parse.h"
#include "valid/validate.h"
#include <catch2/catch.hpp>

using namespace wat;

static std::vector<Index> numbers(CanonicalTypes &types, const char *text) {
  return validate(parse_module(text), types).numbers;
}

TEST_CASE("modules that share a table of types share the numbers of equal groups") {
  CanonicalTypes types;
  auto a = numbers(
      types, "(rec (type $x (struct (field (ref null $y)))) (type $y (cont $f)) (type $f (func)))");
  auto b = numbers(types, "(type (func (param i32))) (rec (type $p (struct (field (ref null $q)))) "
                          "(type $q (cont $g)) (type $g (func)))");
  CHECK(std::vector<Index>(b.begin() + 1, b.end()) == a);
  const Index size = types.size();
  CHECK(numbers(types, "(type (func (param i32)))") == std::vector<Index>{b[0]});
  CHECK(types.size() == size);
}

TEST_CASE("a type that refers to an equal type of another module is equal") {
  CanonicalTypes types;
  auto a = numbers(types, "(type $f (func (param i64))) (type (cont $f))");
  auto b = numbers(types, "(type (struct)) (type $f (func (param i64))) (type (cont $f))");
  CHECK(a[1] == b[2]);
  CHECK(types[a[1]].cont == HeapType(a[0]));
}

TEST_CASE("groups of other shapes have other numbers") {
  CanonicalTypes types;
  auto alone = numbers(types, "(type (struct))"),
       second = numbers(types, "(rec (type (func)) (type (struct)))"),
       open = numbers(types, "(type (sub (struct)))"), array = numbers(types, "(type (array i8))");
  CHECK(alone[0] != second[1]);
  CHECK(alone[0] != open[0]);
  CHECK(array[0] != numbers(types, "(type (array i16))")[0]);
  CHECK(array[0] != numbers(types, "(type (array i32))")[0]);
  CHECK(array[0] != numbers(types, "(type (array (mut i8)))")[0]);
}

TEST_CASE("a function type of the host's is the module's of the same spelling") {
  CanonicalTypes types;
  auto a = numbers(types, "(type (func (param i32 externref) (result f64)))");
  CHECK(types.function({ValType::I32, ValType::ref(true, HeapType::Extern)}, {ValType::F64}) ==
        a[0]);
  CHECK(types.function({ValType::I32}, {ValType::F64}) != a[0]);
}

TEST_CASE("subtypes are found through declared supertypes across modules") {
  CanonicalTypes types;
  auto a = numbers(types, "(type $a (sub (struct))) (type $b (sub $a (struct (field i32)))) (type "
                          "$c (sub $b (struct (field i32 i64))))");
  auto b = numbers(types, "(type $a (sub (struct))) (type $other (sub (struct (field i32))))");
  CHECK(types.matches(a[2], b[0]));
  CHECK_FALSE(types.matches(b[0], a[2]));
  CHECK_FALSE(types.matches(a[2], b[1]));
  CHECK(types.top(HeapType(a[2])) == HeapType(HeapType::Any));
}
