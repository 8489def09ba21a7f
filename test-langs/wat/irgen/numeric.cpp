// Numbers. LLVM's operations differ from WebAssembly's where a result is undefined (shifts by the width,
// division, conversion of what does not fit) and in what becomes of NaNs: minimum and maximum quieten them.
#include "irgen/gen.h"
#include "llvm/IR/Intrinsics.h"

namespace wat {
using namespace llvm;

Value *FuncGen::truncate(Value *v, Type *to, bool is_signed) {
  trap_if(b.CreateFCmpUNO(v, v), TrapCode::InvalidConversion);
  bool wide = v->getType()->isDoubleTy();
  unsigned bits = to->getIntegerBitWidth();
  // The first values that do not fit, and whether the lower one is itself too low.
  double low = is_signed ? (bits == 32 ? (wide ? -2147483649.0 : -2147483648.0) : -0x1p63) : -1.0;
  double high = is_signed ? (bits == 32 ? 0x1p31 : 0x1p63) : (bits == 32 ? 0x1p32 : 0x1p64);
  bool exact = is_signed && !(bits == 32 && wide);
  Constant *l = ConstantFP::get(v->getType(), low), *h = ConstantFP::get(v->getType(), high);
  Value *under = exact ? b.CreateFCmpOLT(v, l) : b.CreateFCmpOLE(v, l);
  trap_if(b.CreateOr(under, b.CreateFCmpOGE(v, h)), TrapCode::IntegerOverflow);
  return is_signed ? b.CreateFPToSI(v, to) : b.CreateFPToUI(v, to);
}

Value *FuncGen::divide(const Instr &i) {
  Value *y = pop(), *x = pop();
  Type *t = x->getType();
  Constant *zero = ConstantInt::get(t, 0), *minus = ConstantInt::getSigned(t, -1);
  trap_if(b.CreateICmpEQ(y, zero), TrapCode::DivideByZero);
  switch (i.op) {
  case Op::I32DivS:
  case Op::I64DivS: {
    Constant *least = ConstantInt::get(t, APInt::getSignedMinValue(t->getIntegerBitWidth()));
    trap_if(b.CreateAnd(b.CreateICmpEQ(x, least), b.CreateICmpEQ(y, minus)), TrapCode::IntegerOverflow);
    return b.CreateSDiv(x, y);
  }
  case Op::I32DivU:
  case Op::I64DivU:
    return b.CreateUDiv(x, y);
  case Op::I32RemS:
  case Op::I64RemS: {
    Value *is_minus = b.CreateICmpEQ(y, minus); // the least number by -1 is undefined in LLVM
    Value *r = b.CreateSRem(x, b.CreateSelect(is_minus, ConstantInt::get(t, 1), y));
    return b.CreateSelect(is_minus, zero, r);
  }
  default:
    return b.CreateURem(x, y);
  }
}

bool FuncGen::numeric(const Instr &i) {
  auto binary = [&](auto make) {
    Value *y = pop(), *x = pop();
    push(make(x, y));
    return true;
  };
  auto unary = [&](auto make) {
    push(make(pop()));
    return true;
  };
  auto compare = [&](CmpInst::Predicate p) {
    Value *y = pop(), *x = pop();
    push(b.CreateZExt(CmpInst::isFPPredicate(p) ? b.CreateFCmp(p, x, y) : b.CreateICmp(p, x, y), g.i32));
    return true;
  };
  auto intrinsic = [&](Intrinsic::ID id) {
    Value *v = pop();
    push(b.CreateUnaryIntrinsic(id, v));
    return true;
  };
  // A floating-point operation with a constant that LLVM may fold away, NaN's quiet bit and all, sees it
  // through a barrier.
  auto fence = [&](Value *v) -> Value * {
    Function *f = Intrinsic::getOrInsertDeclaration(&g.m, Intrinsic::arithmetic_fence, {v->getType()});
    return b.CreateCall(f, {v});
  };
  auto opaque = [&](Value *v) { return isa<ConstantFP>(v) ? fence(v) : v; };
  auto shift_by = [&](Value *y) {
    return b.CreateAnd(y, ConstantInt::get(y->getType(), y->getType()->getIntegerBitWidth() - 1));
  };
  auto rotate = [&](Intrinsic::ID id) {
    Value *y = pop(), *x = pop();
    push(b.CreateIntrinsic(id, {x->getType()}, {x, x, y}));
    return true;
  };
  auto extreme = [&](Intrinsic::ID id) {
    Value *y = pop(), *x = pop();
    push(b.CreateSelect(b.CreateFCmpUNO(x, y), b.CreateFAdd(x, y), b.CreateBinaryIntrinsic(id, x, y)));
    return true;
  };
  auto extend = [&](Type *from) {
    Value *v = pop();
    push(b.CreateSExt(b.CreateTrunc(v, from), v->getType()));
    return true;
  };
  auto saturate = [&](Intrinsic::ID id, Type *to) {
    Value *v = pop();
    push(b.CreateIntrinsic(id, {to, v->getType()}, {v}));
    return true;
  };
#define WAT_INTS(op) case Op::I32##op: case Op::I64##op
#define WAT_FLOATS(op) case Op::F32##op: case Op::F64##op
  switch (i.op) {
  case Op::I32Const:
    return push(b.getInt32(uint32_t(i.value))), true;
  case Op::I64Const:
    return push(b.getInt64(i.value)), true;
  case Op::F32Const:
    return push(ConstantFP::get(g.cx, APFloat(APFloat::IEEEsingle(), APInt(32, uint32_t(i.value))))), true;
  case Op::F64Const:
    return push(ConstantFP::get(g.cx, APFloat(APFloat::IEEEdouble(), APInt(64, i.value)))), true;
  WAT_INTS(Eqz):
    return unary([&](Value *v) {
      return b.CreateZExt(b.CreateICmpEQ(v, ConstantInt::get(v->getType(), 0)), g.i32);
    });
  WAT_INTS(Eq):
    return compare(CmpInst::ICMP_EQ);
  WAT_INTS(Ne):
    return compare(CmpInst::ICMP_NE);
  WAT_INTS(LtS):
    return compare(CmpInst::ICMP_SLT);
  WAT_INTS(LtU):
    return compare(CmpInst::ICMP_ULT);
  WAT_INTS(GtS):
    return compare(CmpInst::ICMP_SGT);
  WAT_INTS(GtU):
    return compare(CmpInst::ICMP_UGT);
  WAT_INTS(LeS):
    return compare(CmpInst::ICMP_SLE);
  WAT_INTS(LeU):
    return compare(CmpInst::ICMP_ULE);
  WAT_INTS(GeS):
    return compare(CmpInst::ICMP_SGE);
  WAT_INTS(GeU):
    return compare(CmpInst::ICMP_UGE);
  WAT_FLOATS(Eq):
    return compare(CmpInst::FCMP_OEQ);
  WAT_FLOATS(Ne):
    return compare(CmpInst::FCMP_UNE);
  WAT_FLOATS(Lt):
    return compare(CmpInst::FCMP_OLT);
  WAT_FLOATS(Gt):
    return compare(CmpInst::FCMP_OGT);
  WAT_FLOATS(Le):
    return compare(CmpInst::FCMP_OLE);
  WAT_FLOATS(Ge):
    return compare(CmpInst::FCMP_OGE);
  WAT_INTS(Clz):
    return unary([&](Value *v) { return b.CreateBinaryIntrinsic(Intrinsic::ctlz, v, b.getFalse()); });
  WAT_INTS(Ctz):
    return unary([&](Value *v) { return b.CreateBinaryIntrinsic(Intrinsic::cttz, v, b.getFalse()); });
  WAT_INTS(Popcnt):
    return intrinsic(Intrinsic::ctpop);
  WAT_INTS(Add):
    return binary([&](Value *x, Value *y) { return b.CreateAdd(x, y); });
  WAT_INTS(Sub):
    return binary([&](Value *x, Value *y) { return b.CreateSub(x, y); });
  WAT_INTS(Mul):
    return binary([&](Value *x, Value *y) { return b.CreateMul(x, y); });
  WAT_INTS(DivS):
  WAT_INTS(DivU):
  WAT_INTS(RemS):
  WAT_INTS(RemU):
    return push(divide(i)), true;
  WAT_INTS(And):
    return binary([&](Value *x, Value *y) { return b.CreateAnd(x, y); });
  WAT_INTS(Or):
    return binary([&](Value *x, Value *y) { return b.CreateOr(x, y); });
  WAT_INTS(Xor):
    return binary([&](Value *x, Value *y) { return b.CreateXor(x, y); });
  WAT_INTS(Shl):
    return binary([&](Value *x, Value *y) { return b.CreateShl(x, shift_by(y)); });
  WAT_INTS(ShrS):
    return binary([&](Value *x, Value *y) { return b.CreateAShr(x, shift_by(y)); });
  WAT_INTS(ShrU):
    return binary([&](Value *x, Value *y) { return b.CreateLShr(x, shift_by(y)); });
  WAT_INTS(Rotl):
    return rotate(Intrinsic::fshl);
  WAT_INTS(Rotr):
    return rotate(Intrinsic::fshr);
  WAT_FLOATS(Abs):
    return intrinsic(Intrinsic::fabs);
  WAT_FLOATS(Neg):
    return unary([&](Value *v) { return b.CreateFNeg(v); });
  WAT_FLOATS(Ceil):
    return intrinsic(Intrinsic::ceil);
  WAT_FLOATS(Floor):
    return intrinsic(Intrinsic::floor);
  WAT_FLOATS(Trunc):
    return intrinsic(Intrinsic::trunc);
  WAT_FLOATS(Nearest):
    return intrinsic(Intrinsic::roundeven);
  WAT_FLOATS(Sqrt):
    return intrinsic(Intrinsic::sqrt);
  WAT_FLOATS(Add):
    return binary([&](Value *x, Value *y) { return b.CreateFAdd(opaque(x), opaque(y)); });
  WAT_FLOATS(Sub):
    return binary([&](Value *x, Value *y) { return b.CreateFSub(opaque(x), opaque(y)); });
  WAT_FLOATS(Mul):
    return binary([&](Value *x, Value *y) { return b.CreateFMul(opaque(x), opaque(y)); });
  WAT_FLOATS(Div):
    return binary([&](Value *x, Value *y) { return b.CreateFDiv(opaque(x), opaque(y)); });
  WAT_FLOATS(Min):
    return extreme(Intrinsic::minimum);
  WAT_FLOATS(Max):
    return extreme(Intrinsic::maximum);
  WAT_FLOATS(Copysign):
    return binary([&](Value *x, Value *y) { return b.CreateBinaryIntrinsic(Intrinsic::copysign, x, y); });
  case Op::I32WrapI64:
    return unary([&](Value *v) { return b.CreateTrunc(v, g.i32); });
  case Op::I32TruncF32S:
  case Op::I32TruncF64S:
    return unary([&](Value *v) { return truncate(v, g.i32, true); });
  case Op::I32TruncF32U:
  case Op::I32TruncF64U:
    return unary([&](Value *v) { return truncate(v, g.i32, false); });
  case Op::I64TruncF32S:
  case Op::I64TruncF64S:
    return unary([&](Value *v) { return truncate(v, g.i64, true); });
  case Op::I64TruncF32U:
  case Op::I64TruncF64U:
    return unary([&](Value *v) { return truncate(v, g.i64, false); });
  case Op::I64ExtendI32S:
    return unary([&](Value *v) { return b.CreateSExt(v, g.i64); });
  case Op::I64ExtendI32U:
    return unary([&](Value *v) { return b.CreateZExt(v, g.i64); });
  case Op::F32ConvertI32S:
  case Op::F32ConvertI64S:
    return unary([&](Value *v) { return b.CreateSIToFP(v, g.f32); });
  case Op::F32ConvertI32U:
  case Op::F32ConvertI64U:
    return unary([&](Value *v) { return b.CreateUIToFP(v, g.f32); });
  case Op::F64ConvertI32S:
  case Op::F64ConvertI64S:
    return unary([&](Value *v) { return b.CreateSIToFP(v, g.f64); });
  case Op::F64ConvertI32U:
  case Op::F64ConvertI64U:
    return unary([&](Value *v) { return b.CreateUIToFP(v, g.f64); });
  case Op::F32DemoteF64:
    // Of a promotion the fence is what keeps both: together they quieten NaNs.
    return unary([&](Value *v) { return b.CreateFPTrunc(fence(v), g.f32); });
  case Op::F64PromoteF32:
    return unary([&](Value *v) { return b.CreateFPExt(v, g.f64); });
  case Op::I32ReinterpretF32:
    return unary([&](Value *v) { return b.CreateBitCast(v, g.i32); });
  case Op::I64ReinterpretF64:
    return unary([&](Value *v) { return b.CreateBitCast(v, g.i64); });
  case Op::F32ReinterpretI32:
    return unary([&](Value *v) { return b.CreateBitCast(v, g.f32); });
  case Op::F64ReinterpretI64:
    return unary([&](Value *v) { return b.CreateBitCast(v, g.f64); });
  WAT_INTS(Extend8S):
    return extend(g.i8);
  WAT_INTS(Extend16S):
    return extend(g.i16);
  case Op::I64Extend32S:
    return extend(g.i32);
  case Op::I32TruncSatF32S:
  case Op::I32TruncSatF64S:
    return saturate(Intrinsic::fptosi_sat, g.i32);
  case Op::I32TruncSatF32U:
  case Op::I32TruncSatF64U:
    return saturate(Intrinsic::fptoui_sat, g.i32);
  case Op::I64TruncSatF32S:
  case Op::I64TruncSatF64S:
    return saturate(Intrinsic::fptosi_sat, g.i64);
  case Op::I64TruncSatF32U:
  case Op::I64TruncSatF64U:
    return saturate(Intrinsic::fptoui_sat, g.i64);
  default:
    return false;
  }
}

} // namespace wat
