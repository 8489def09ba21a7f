//===- HandlerTable.h - What a resume installs ------------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a constant handler table as the runtime will, by offset, so that the
// types by which a front end or clang built the initializer do not matter.
//===----------------------------------------------------------------------===//

#ifndef WEFT_HANDLERTABLE_H
#define WEFT_HANDLERTABLE_H

#include "Tag.h"

namespace weft {

struct HandlerTable {
  struct Entry {
    Tag On;
    unsigned Kind;
  };
  llvm::SmallVector<Entry, 4> Entries;

  enum Visibility {
    Visible,  ///< read
    Unseen,   ///< computed, or defined in another module
    Malformed ///< and Why says how
  };

  /// Reads the table that \p V is the address of.
  static Visibility read(llvm::Value *V, HandlerTable &Table, std::string &Why);
};

} // namespace weft

#endif
