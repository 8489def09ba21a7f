// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Names for code addresses, without malloc and without the loader's long lock: from signal handlers too.
//
// dladdr knows no static function and waits for whoever runs a library's constructor; libunwind's own names read
// /proc/self/maps for each frame and may allocate. So the objects' symbol tables are mapped here, once for as long as the
// Symbols live, and an address that was asked for is remembered. Of the loader it needs dl_iterate_phdr alone, as
// unwinding does.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::os {

struct Symbol {
  const char *name;     // null: unknown
  uintptr_t offset;     // from its start
  const char *object;   // the file's last name; "?" when in none
  uintptr_t object_offset;
};

// 12 KiB: never on a stack that a program chose.
class Symbols {
public:
  Symbols() = default;
  ~Symbols();
  Symbols(const Symbols &) = delete;

  // The function around `address`. Its texts live as long as this.
  Symbol at(uintptr_t address);

private:
  struct Object {
    uintptr_t low, high, base;
    char name[64];
    const char *file; // mapped; null: it could not be, or is not what is loaded
    size_t size;
    const char *symbols, *strings;
    size_t count, strings_size;
  };
  struct Known {
    uintptr_t address;
    const char *name;
    uintptr_t start;
  };
  static constexpr size_t kObjects = 32, kKnown = 256;

  Object *object_of(uintptr_t address);
  static void open_file(Object &object, const char *path, const void *headers, size_t headers_size);
  static void look_up(const Object &object, Known &known);

  Object objects_[kObjects];
  size_t count_ = 0;
  Known known_[kKnown] = {};
};

} // namespace weft::os
