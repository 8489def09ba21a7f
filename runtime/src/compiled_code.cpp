// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Code that no loaded object has (weft/code.h): libunwind finds the tables of all others by the loader, and has a list for
// these. It wants a sorted table of where each function begins and where its entry of .eh_frame is, as linkers make
// it in .eh_frame_hdr; JITs' linkers do not, so it is made here.
#include "weft/code.h"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

namespace {

struct Entry { // as in .eh_frame_hdr, from the table's base
  int32_t start, fde;
};

// What weft_code_add does not read is no table to it: it is told of sections that LLVM wrote.
struct Reader {
  const unsigned char *at;

  template <class T> T take() {
    T value;
    memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  }
  uint64_t uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      unsigned char byte = take<unsigned char>();
      value |= uint64_t(byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return value;
    }
  }
  // DW_EH_PE_absptr, _sdata4 and _sdata8 (or _udata), from here (_pcrel) or not.
  std::optional<int64_t> pointer(unsigned char encoding) {
    const auto here = reinterpret_cast<int64_t>(at);
    int64_t value;
    switch (encoding & 0x0f) {
    case 0x03:
    case 0x0b:
      value = take<int32_t>();
      break;
    case 0x00:
    case 0x04:
    case 0x0c:
      value = take<int64_t>();
      break;
    default:
      return {};
    }
    switch (encoding & 0x70) {
    case 0x00:
      return value;
    case 0x10:
      return value + here;
    default:
      return {};
    }
  }
};

// How a CIE says that its entries spell addresses.
std::optional<unsigned char> encoding_of(const unsigned char *cie) {
  Reader r{cie + 8};
  unsigned char version = r.take<unsigned char>();
  auto *augmentation = reinterpret_cast<const char *>(r.at);
  r.at += strlen(augmentation) + 1;
  r.uleb(); // code and data alignment, the return address's register
  r.uleb();
  version == 1 ? r.take<unsigned char>() : r.uleb();
  if (*augmentation != 'z')
    return *augmentation ? std::nullopt : std::optional<unsigned char>(0);
  r.uleb();
  for (const char *c = augmentation + 1; *c; ++c) {
    if (*c == 'R')
      return r.take<unsigned char>();
    if (*c == 'L')
      r.take<unsigned char>();
    else if (*c == 'P' && !r.pointer(r.take<unsigned char>() & 0x7f))
      return {};
  }
  return 0;
}

struct Lists {
  void (*add)(unw_dyn_info_t *) = nullptr;
  void (*cancel)(unw_dyn_info_t *) = nullptr;
  Lists() {
    // The one that backtraces walk by (backtrace.cpp): it is loaded once.
    void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
      return;
    add = reinterpret_cast<decltype(add)>(dlsym(handle, "_U_dyn_register"));
    cancel = reinterpret_cast<decltype(cancel)>(dlsym(handle, "_U_dyn_cancel"));
  }
};
const Lists &lists() {
  static const Lists found;
  return found;
}

} // namespace

struct weft_code {
  unw_dyn_info_t info = {};
  std::vector<Entry> table;
};

weft_code *weft_code_add(const void *eh_frame, size_t size) try {
  if (!lists().add || !lists().cancel)
    return nullptr;
  auto *const begin = static_cast<const unsigned char *>(eh_frame), *const end = begin + size;
  const auto base = reinterpret_cast<int64_t>(begin);
  auto code = std::make_unique<weft_code>();
  int64_t low = INT64_MAX, high = 0;
  for (auto *at = begin; at + 8 <= end;) {
    Reader r{at};
    const uint32_t length = r.take<uint32_t>();
    if (!length)
      break;
    if (length == 0xffffffff)
      return nullptr;
    auto *const id_at = r.at;
    if (uint32_t id = r.take<uint32_t>()) {
      auto encoding = encoding_of(id_at - id);
      if (!encoding)
        return nullptr;
      auto start = r.pointer(*encoding), bytes = r.pointer(*encoding & 0x0f);
      if (!start || !bytes || *start - base != int32_t(*start - base))
        return nullptr;
      code->table.push_back({int32_t(*start - base), int32_t(at - begin)});
      low = std::min(low, *start);
      high = std::max(high, *start + *bytes);
    }
    at = id_at + length;
  }
  if (code->table.empty())
    return nullptr;
  std::sort(code->table.begin(), code->table.end(),
            [](const Entry &a, const Entry &b) { return a.start < b.start; });
  unw_dyn_info_t &info = code->info;
  info.start_ip = unw_word_t(low);
  info.end_ip = unw_word_t(high);
  info.format = UNW_INFO_FORMAT_REMOTE_TABLE; // "remote" is how its table is laid out
  info.u.rti.segbase = unw_word_t(base);
  info.u.rti.table_len = code->table.size() * sizeof(Entry) / sizeof(unw_word_t);
  info.u.rti.table_data = reinterpret_cast<unw_word_t>(code->table.data());
  lists().add(&info);
  return code.release();
} catch (const std::bad_alloc &) {
  return nullptr;
}

void weft_code_remove(weft_code *code) {
  if (!code)
    return;
  lists().cancel(&code->info);
  delete code;
}
