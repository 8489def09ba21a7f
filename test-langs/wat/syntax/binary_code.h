// Types and instructions of the binary format. Private to the decoder; binary.h is the way in.
#pragma once
#include "syntax/bytes.h"

namespace wat {

class CodeDecoder {
public:
  explicit CodeDecoder(Bytes &in) : in_(in) {}

  HeapType heap_type();
  ValType ref_type();
  ValType val_type();

  /// Instructions up to the End without a block. Nesting costs no stack of ours.
  Expr expr();

  /// While watched, instructions that name a data segment are remembered: a module that has such
  /// must announce its segments.
  void watch_data(bool on) { watched_ = on; }
  bool names_data() const { return names_data_; }

private:
  void block_type(Instr &i);
  void instr(Expr &e);
  void immediates(Expr &e, Instr &i);
  void memory_argument(Instr &i);
  void catches(Expr &e, Instr &i);
  void handlers(Expr &e, Instr &i);
  void cast_label(Instr &i);

  Bytes &in_;
  bool watched_ = false, names_data_ = false;
};

} // namespace wat
