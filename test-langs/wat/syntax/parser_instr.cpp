// Instructions, flat and folded. Nesting is kept in frames and not on the C++ stack, so that no input,
// however deep, can overflow it.
#include "syntax/number.h"
#include "syntax/parse.h"
#include "syntax/parser.h"
#include <bit>

namespace wat {

/// What is open: `block .. end`, or a parenthesis.
struct ModuleParser::Frame {
  enum Kind : uint8_t {
    Flat,   // block, loop, if, try_table up to `end`
    Plain,  // (op imm* expr*: `instr` comes after the operands
    Block,  // (block .., (loop .., (try_table ..
    If,     // (if .. before (then: the conditions; `instr` comes after them
    Then,   // in (then
    Rest,   // after (then ..)
    Else,   // in (else
    Closed, // after (else ..)
  };
  Kind kind;
  Instr instr;
  Index open = no_index; // of the block's instruction
  Index else_at = no_index;
  const std::string *name = nullptr;
};

Index ModuleParser::label() {
  if (!is(Token::Var))
    return nat32();
  const Token &t = next();
  Index depth = labels_.depth(*t.decoded);
  if (depth == no_index)
    fail(t.pos, "unknown label " + quoted_id(*t.decoded));
  return depth;
}

Index ModuleParser::field_index(Index type) {
  if (!is(Token::Var))
    return nat32();
  const Token &t = next();
  static const Space none{"field"};
  auto it = fields_.find(type);
  return lookup(it == fields_.end() ? none : it->second, t);
}

void ModuleParser::memory_argument(Instr &i) {
  i.x = optional_index(memories_);
  i.align = op_info(i.op).access;
  if (is(Token::OffsetEq))
    i.value = nat64(next());
  if (is(Token::AlignEq)) {
    const Token &t = next();
    uint64_t n = nat64(t);
    if (!std::has_single_bit(n))
      fail(t.pos, "alignment must be a power of two");
    i.align = uint32_t(std::countr_zero(n));
  }
}

void ModuleParser::handlers(Expr &e, Instr &i) {
  i.first = uint32_t(e.handlers.size());
  while (opens("on")) {
    HandlerClause h;
    next();
    h.pos = next().pos;
    h.tag = index(tags_);
    h.is_switch = take_keyword("switch");
    if (!h.is_switch)
      h.label = label();
    close();
    e.handlers.push_back(h);
  }
  i.count = uint32_t(e.handlers.size()) - i.first;
}

void ModuleParser::catches(Expr &e, Instr &i) {
  static const char *const words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  i.first = uint32_t(e.catches.size());
  for (bool more = true; more;) {
    more = false;
    for (int k = 0; k < 4; ++k)
      if (opens(words[k])) {
        CatchClause c;
        next();
        c.pos = next().pos;
        c.kind = CatchClause::Kind(k);
        if (c.kind <= CatchClause::CatchRef)
          c.tag = index(tags_);
        c.label = label();
        close();
        e.catches.push_back(c);
        more = true;
        break;
      }
  }
  i.count = uint32_t(e.catches.size()) - i.first;
}

void ModuleParser::number(Instr &i, Imm kind) {
  if (!is(Token::Nat) && !is(Token::Int) && !is(Token::Float))
    unexpected();
  const Token &t = next();
  bool ok = kind == Imm::I32   ? parse_int(t.text, 32, i.value)
            : kind == Imm::I64 ? parse_int(t.text, 64, i.value)
            : kind == Imm::F32 ? parse_f32(t.text, i.value)
                               : parse_f64(t.text, i.value);
  if (!ok)
    fail(t.pos, "constant out of range");
}

/// An instruction that opens no block, its name being read.
Instr ModuleParser::plain(Expr &e, Op op, Pos pos) {
  Instr i;
  i.op = op;
  i.pos = pos;
  // One index, or two of which the first may be left out.
  auto optional_first = [&](Space &first, Space &second) {
    bool both = ahead(1).kind == Token::Nat || ahead(1).kind == Token::Var;
    i.x = both ? index(first) : 0;
    i.y = index(second);
  };
  auto none_or_both = [&](Space &s) {
    if (starts_index()) {
      i.x = index(s);
      i.y = index(s);
    }
  };
  switch (op_info(op).imm) {
  case Imm::None:
    if (op == Op::Select && opens("result")) {
      i.op = Op::SelectT;
      i.first = uint32_t(e.types.size());
      while (take_open("result")) {
        val_types(e.types);
        close();
      }
      i.count = uint32_t(e.types.size()) - i.first;
    }
    break;
  case Imm::Block:
  case Imm::If:
  case Imm::TryTable:
  case Imm::Else:
  case Imm::End:
  case Imm::Types:
    unexpected(); // the caller's, or SelectT, which has no name of its own
  case Imm::Label:
    i.x = label();
    break;
  case Imm::Labels:
    i.first = uint32_t(e.labels.size());
    do
      e.labels.push_back(label());
    while (starts_index());
    i.x = e.labels.back();
    e.labels.pop_back();
    i.count = uint32_t(e.labels.size()) - i.first;
    break;
  case Imm::LabelCast:
    i.x = label();
    i.t = ref_type();
    i.t2 = ref_type();
    break;
  case Imm::Func:
    i.x = index(funcs_);
    break;
  case Imm::Type:
    i.x = index(types_);
    break;
  case Imm::TypeTable:
    i.x = optional_index(tables_);
    i.y = resolve(type_use(false));
    break;
  case Imm::Local:
    i.x = index(locals_);
    break;
  case Imm::Global:
    i.x = index(globals_);
    break;
  case Imm::Table:
    i.x = optional_index(tables_);
    break;
  case Imm::TableTable:
    none_or_both(tables_);
    break;
  case Imm::TableElem:
    optional_first(tables_, elems_);
    break;
  case Imm::Elem:
    i.x = index(elems_);
    break;
  case Imm::MemArg:
    memory_argument(i);
    break;
  case Imm::Memory:
    i.x = optional_index(memories_);
    break;
  case Imm::MemoryMemory:
    none_or_both(memories_);
    break;
  case Imm::MemoryData:
    optional_first(memories_, datas_);
    break;
  case Imm::Data:
    i.x = index(datas_);
    break;
  case Imm::I32:
  case Imm::I64:
  case Imm::F32:
  case Imm::F64:
    number(i, op_info(op).imm);
    break;
  case Imm::Heap:
    i.t = ValType::ref(true, heap_type());
    break;
  case Imm::RefType:
    i.t = ref_type();
    break;
  case Imm::TypeField:
    i.x = index(types_);
    i.y = field_index(i.x);
    break;
  case Imm::TypeCount:
    i.x = index(types_);
    i.value = nat32();
    break;
  case Imm::TypeType:
    i.x = index(types_);
    i.y = index(types_);
    break;
  case Imm::TypeData:
    i.x = index(types_);
    i.y = index(datas_);
    break;
  case Imm::TypeElem:
    i.x = index(types_);
    i.y = index(elems_);
    break;
  case Imm::Tag:
    i.x = index(tags_);
    break;
  case Imm::TypeTag:
    i.x = index(types_);
    i.y = index(tags_);
    break;
  case Imm::TypeHandlers:
    i.x = index(types_);
    handlers(e, i);
    break;
  case Imm::TypeTagHandlers:
    i.x = index(types_);
    i.y = index(tags_);
    handlers(e, i);
    break;
  }
  return i;
}

/// The block type, and for try_table the clauses: all that stands before a block's instructions.
Instr ModuleParser::block_start(Expr &e, Op op, Pos pos) {
  Instr i;
  i.op = op;
  i.pos = pos;
  TypeUse u = type_use(false);
  if (u.explicit_type != no_index || !u.params.empty() || u.results.size() > 1)
    i.type_use = resolve(u);
  else if (!u.results.empty())
    i.t = u.results[0];
  if (op == Op::TryTable)
    catches(e, i);
  return i;
}

void ModuleParser::block_end(Expr &e, const Frame &f, Pos pos) {
  Instr i;
  i.op = Op::End;
  i.pos = pos;
  i.other = f.open;
  Index at = Index(e.code.size());
  e.code.push_back(i);
  e.code[f.open].end = at;
  if (f.else_at != no_index)
    e.code[f.else_at].end = at;
  labels_.pop();
}

/// `$name?` after `end` or `else`.
void ModuleParser::end_label(const Frame &f) {
  if (!is(Token::Var))
    return;
  const Token &t = next();
  if (!f.name || *f.name != *t.decoded)
    fail(t.pos, "mismatching label");
}

/// As many instructions as stand there, or with \p one_folded exactly one that is folded.
void ModuleParser::instructions(Expr &e, bool one_folded) {
  std::vector<Frame> frames;
  auto open_block = [&](Frame &f) {
    f.open = Index(e.code.size());
    e.code.push_back(f.instr);
    labels_.push(f.name);
  };
  auto start_else = [&](Frame &f, Pos pos) {
    Instr i;
    i.op = Op::Else;
    i.pos = pos;
    i.other = f.open;
    f.else_at = Index(e.code.size());
    e.code[f.open].other = f.else_at;
    e.code.push_back(i);
  };
  // A block's name and type; the frame is pushed, and opened unless conditions come first.
  auto start_block = [&](Frame::Kind kind, Op op, Pos pos) {
    Frame f{kind, {}, no_index, no_index, nullptr};
    if (is(Token::Var))
      f.name = next().decoded;
    f.instr = block_start(e, op, pos);
    if (kind != Frame::If)
      open_block(f);
    frames.push_back(f);
  };
  auto is_block = [](Op op) {
    return op == Op::Block || op == Op::Loop || op == Op::If || op == Op::TryTable;
  };

  do {
    const Token &t = peek();
    Frame *top = frames.empty() ? nullptr : &frames.back();
    if (t.kind == Token::LPar) {
      const Token &word = ahead(1);
      const Op *op = word.kind == Token::Keyword ? find_op(word.text) : nullptr;
      if (top && top->kind == Frame::If && opens("then")) {
        at_ += 2;
        top->kind = Frame::Then;
        open_block(*top);
      } else if (top && top->kind == Frame::Rest) {
        if (!opens("else"))
          unexpected();
        at_ += 2;
        top->kind = Frame::Else;
        start_else(*top, word.pos);
      } else if (!op || *op == Op::Else || *op == Op::End || (top && top->kind == Frame::Closed)) {
        if (top)
          unexpected();
        return;
      } else {
        at_ += 2;
        if (is_block(*op))
          start_block(*op == Op::If ? Frame::If : Frame::Block, *op, word.pos);
        else {
          Frame f{Frame::Plain, plain(e, *op, word.pos), no_index, no_index, nullptr};
          frames.push_back(f);
        }
      }
      continue;
    }
    if (t.kind == Token::RPar) {
      if (!top)
        return;
      switch (top->kind) {
      case Frame::Flat:
      case Frame::If:
        unexpected();
      case Frame::Plain:
        e.code.push_back(top->instr);
        frames.pop_back();
        break;
      case Frame::Then:
        top->kind = Frame::Rest;
        break;
      case Frame::Else:
        top->kind = Frame::Closed;
        break;
      case Frame::Block:
      case Frame::Rest:
      case Frame::Closed:
        block_end(e, *top, t.pos);
        frames.pop_back();
        break;
      }
      next();
      continue;
    }
    const Op *op = t.kind == Token::Keyword ? find_op(t.text) : nullptr;
    bool takes_flat = !top || top->kind == Frame::Flat || top->kind == Frame::Block ||
                      top->kind == Frame::Then || top->kind == Frame::Else;
    if (!op || !takes_flat || one_folded > bool(top)) {
      if (top)
        unexpected();
      return;
    }
    if (*op == Op::End || *op == Op::Else) {
      if (!top)
        return;
      if (top->kind != Frame::Flat)
        unexpected();
      if (*op == Op::Else && (top->instr.op != Op::If || top->else_at != no_index))
        unexpected();
      Pos pos = next().pos;
      end_label(*top);
      if (*op == Op::Else)
        start_else(*top, pos);
      else {
        block_end(e, *top, pos);
        frames.pop_back();
      }
      continue;
    }
    Pos pos = next().pos;
    if (is_block(*op))
      start_block(Frame::Flat, *op, pos);
    else
      e.code.push_back(plain(e, *op, pos));
  } while (!one_folded || !frames.empty());
}

} // namespace wat
