// The bytes of a binary module, read as its grammar's smallest parts: LEB128 numbers of a stated
// width, vectors' lengths, names. Every failure throws an Error with the reference interpreter's
// text and the offset it belongs to.
//
// The reader knows nothing of sections: as in the reference interpreter a section may read past its
// own end, and that is found when its size is compared afterwards. So the only end that stops a
// read is the file's.
#pragma once
#include "syntax/lexer.h"
#include "syntax/module.h"

namespace wat {

class Bytes {
public:
  explicit Bytes(std::string_view all) : all_(all) {}

  size_t at() const { return at_; }
  void go_back(size_t at) { at_ = at; }
  size_t size() const { return all_.size(); }
  bool ended() const { return at_ == all_.size(); }

  static Pos position(size_t at) { return {0, (uint32_t)at}; }
  Pos here() const { return position(at_); }
  [[noreturn]] static void fail(size_t at, std::string text) {
    throw Error{Error::Malformed, position(at), std::move(text)};
  }
  void require(bool ok, size_t at, const char *text) const {
    if (!ok)
      fail(at, text);
  }

  /// The next byte without taking it, or -1 at the end.
  int peek() const { return ended() ? -1 : (unsigned char)all_[at_]; }
  uint8_t byte() {
    if (ended())
      past_end();
    return all_[at_++];
  }
  std::string_view take(size_t n) {
    if (n > all_.size() - at_)
      past_end();
    at_ += n;
    return all_.substr(at_ - n, n);
  }
  void expect(uint8_t b, const char *text) { require(byte() == b, at_ - 1, text); }

  uint32_t word32() {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
      v |= (uint32_t)byte() << 8 * i;
    return v;
  }
  uint64_t word64() {
    uint64_t lo = word32();
    return lo | (uint64_t)word32() << 32;
  }

  uint64_t unsigned_leb(int bits) {
    uint64_t v = 0;
    for (int shift = 0;; shift += 7, bits -= 7) {
      require(bits > 0, at_, "integer representation too long");
      uint8_t b = byte();
      require(bits >= 7 || (b & 0x7f) < 1 << bits, at_ - 1, "integer too large");
      v |= (uint64_t)(b & 0x7f) << shift;
      if (!(b & 0x80))
        return v;
    }
  }
  int64_t signed_leb(int bits) {
    uint64_t v = 0;
    for (int shift = 0;; shift += 7, bits -= 7) {
      require(bits > 0, at_, "integer representation too long");
      uint8_t b = byte();
      if (bits < 7) {
        uint8_t mask = (0xff << (bits - 1)) & 0x7f;
        require((b & mask) == 0 || (b & mask) == mask, at_ - 1, "integer too large");
      }
      v |= (uint64_t)(b & 0x7f) << shift;
      if (b & 0x80)
        continue;
      if (b & 0x40 && shift + 7 < 64)
        v |= ~(uint64_t)0 << (shift + 7);
      return (int64_t)v;
    }
  }
  uint32_t u32() { return (uint32_t)unsigned_leb(32); }
  uint64_t u64() { return unsigned_leb(64); }
  int s7() { return (int)signed_leb(7); }
  int32_t s32() { return (int32_t)signed_leb(32); }
  int64_t s33() { return signed_leb(33); }
  int64_t s64() { return signed_leb(64); }

  /// A length, which no well-formed input makes larger than what is left: so nothing is ever
  /// reserved for a lie.
  uint32_t length() {
    size_t start = at_;
    uint32_t n = u32();
    require(n <= all_.size() - start, start, "length out of bounds");
    return n;
  }
  std::string_view string() {
    uint32_t n = length();
    return take(n);
  }
  std::string name() {
    size_t start = at_;
    std::string_view s = string();
    require(is_utf8(s), start, "malformed UTF-8 encoding");
    return std::string(s);
  }

private:
  [[noreturn]] void past_end() const { fail(all_.size(), "unexpected end of section or function"); }

  std::string_view all_;
  size_t at_ = 0;
};

} // namespace wat
