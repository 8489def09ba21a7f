// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Text in small pieces to wherever a dump goes: no allocation, no lock, no stdio; so also in a signal's handler.
#pragma once

#include "utf8.h"

#include <cstdint>
#include <cstring>

namespace weft {

class DumpWriter {
public:
  using Sink = void (*)(void *arg, const char *bytes, size_t size);
  DumpWriter(Sink sink, void *arg) : sink_(sink), arg_(arg) {}
  ~DumpWriter() { flush(); }
  DumpWriter(const DumpWriter &) = delete;

  DumpWriter &text(const char *s) { return bytes(s, strlen(s)); }
  DumpWriter &number(uint64_t v) {
    char digits[20];
    size_t n = sizeof digits;
    do
      digits[--n] = static_cast<char>('0' + v % 10);
    while (v /= 10);
    return bytes(digits + n, sizeof digits - n);
  }
  DumpWriter &hex(uint64_t v) {
    char digits[18];
    size_t n = sizeof digits;
    do
      digits[--n] = "0123456789abcdef"[v % 16];
    while (v /= 16);
    digits[--n] = 'x';
    digits[--n] = '0';
    return bytes(digits + n, sizeof digits - n);
  }
  // "1.204 s"
  DumpWriter &seconds(uint64_t ns) {
    uint64_t ms = ns / 1000000;
    char fraction[5] = {'.', static_cast<char>('0' + ms / 100 % 10), static_cast<char>('0' + ms / 10 % 10),
                        static_cast<char>('0' + ms % 10), '\0'};
    return number(ms / 1000).text(fraction).text(" s");
  }
  // What stands between quotes, in both formats: `quote` and the backslash by a backslash, control characters as
  // \u00nn, what is not UTF-8 as U+FFFD. At most `limit` bytes of s.
  DumpWriter &escaped(const char *s, char quote, size_t limit = 256) {
    auto *from = reinterpret_cast<const unsigned char *>(s);
    while (*from && limit) {
      size_t n = character(from);
      if (n > limit)
        break;
      if (n == 0) {
        text(quote == '"' ? "\\ufffd" : "\xef\xbf\xbd");
        n = 1;
      } else if (*from < 0x20 || *from == 0x7f) {
        char code[7] = {'\\', 'u', '0', '0', "0123456789abcdef"[*from >> 4], "0123456789abcdef"[*from & 15], 0};
        text(code);
      } else {
        if (*from == static_cast<unsigned char>(quote) || *from == '\\')
          bytes("\\", 1);
        bytes(reinterpret_cast<const char *>(from), n);
      }
      from += n;
      limit -= n;
    }
    return *this;
  }

  // JSON: the comma that is due, a key, a value.
  DumpWriter &item() {
    if (comma_)
      bytes(",", 1);
    comma_ = true;
    return *this;
  }
  DumpWriter &key(const char *k) { return item().text("\"").text(k).text("\":"); }
  DumpWriter &add(const char *k, uint64_t v) { return key(k).number(v); }
  DumpWriter &add(const char *k, const char *v) { return key(k).text("\"").escaped(v, '"').text("\""); }
  DumpWriter &add_hex(const char *k, uint64_t v) { return key(k).text("\"").hex(v).text("\""); }
  DumpWriter &add_bool(const char *k, bool v) { return key(k).text(v ? "true" : "false"); }
  DumpWriter &open(const char *bracket) {
    comma_ = false;
    return text(bracket);
  }
  DumpWriter &close(const char *bracket) {
    comma_ = true;
    return text(bracket);
  }

  void flush() {
    if (used_)
      sink_(arg_, buffer_, used_);
    used_ = 0;
  }

private:
  DumpWriter &bytes(const char *s, size_t n) {
    while (n) {
      if (used_ == sizeof buffer_)
        flush();
      size_t part = sizeof buffer_ - used_ < n ? sizeof buffer_ - used_ : n;
      memcpy(buffer_ + used_, s, part);
      used_ += part;
      s += part;
      n -= part;
    }
    return *this;
  }

  Sink sink_;
  void *arg_;
  bool comma_ = false;
  size_t used_ = 0;
  char buffer_[4096];
};

} // namespace weft
