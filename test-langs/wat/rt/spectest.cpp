// The module "spectest" that scripts may import from.
#include "rt/instance.h"
#include <bit>
#include <cstdio>
#include <map>

namespace wat {

static void print() { printf("()\n"); }
static void print_i32(int32_t v) { printf("%d : i32\n", v); }
static void print_i64(int64_t v) { printf("%lld : i64\n", static_cast<long long>(v)); }
static void print_f32(float v) { printf("%.9g : f32\n", double(v)); }
static void print_f64(double v) { printf("%.17g : f64\n", v); }
static void print_i32_f32(int32_t i, float v) { printf("%d : i32 %.9g : f32\n", i, double(v)); }
static void print_f64_f64(double a, double b) { printf("%.17g : f64 %.17g : f64\n", a, b); }

static Extern global(ValType t, uint64_t bits) {
  return {ExternKind::Global, new GlobalObject{bits, {false, t}, nullptr}};
}

static float f32(uint64_t bits) { return std::bit_cast<float>(uint32_t(bits)); }
static double f64(uint64_t bits) { return std::bit_cast<double>(bits); }

Extern spectest(std::string_view field) {
  using V = ValType;
  static std::map<std::string_view, Extern> all = {
      {"print", host_function({}, [](FuncRef *, uint64_t *) { print(); })},
      {"print_i32", host_function({V::I32},
                                  [](FuncRef *, uint64_t *v) { print_i32(int32_t(v[0])); })},
      {"print_i64", host_function({V::I64},
                                  [](FuncRef *, uint64_t *v) { print_i64(int64_t(v[0])); })},
      {"print_f32", host_function({V::F32},
                                  [](FuncRef *, uint64_t *v) { print_f32(f32(v[0])); })},
      {"print_f64", host_function({V::F64},
                                  [](FuncRef *, uint64_t *v) { print_f64(f64(v[0])); })},
      {"print_i32_f32",
       host_function({V::I32, V::F32},
                     [](FuncRef *, uint64_t *v) { print_i32_f32(int32_t(v[0]), f32(v[1])); })},
      {"print_f64_f64",
       host_function({V::F64, V::F64},
                     [](FuncRef *, uint64_t *v) { print_f64_f64(f64(v[0]), f64(v[1])); })},
      {"global_i32", global(V::I32, 666)},
      {"global_i64", global(V::I64, 666)},
      {"global_f32", global(V::F32, std::bit_cast<uint32_t>(666.6f))},
      {"global_f64", global(V::F64, std::bit_cast<uint64_t>(666.6))},
      {"table", {ExternKind::Table,
                 make_table({false, {10, 20}, V::ref(true, HeapType::Func)}, 0)}},
      {"table64", {ExternKind::Table,
                   make_table({true, {10, 20}, V::ref(true, HeapType::Func)}, 0)}},
      {"memory", {ExternKind::Memory, make_memory({false, {1, 2}})}},
  };
  auto at = all.find(field);
  return at == all.end() ? Extern{} : at->second;
}

} // namespace wat
