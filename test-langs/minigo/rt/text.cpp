// Strings: bytes with a length, shared and never written; UTF-8 by convention only.
#include "rt.h"
#include <cstring>

namespace minigo::rt {

String new_string(std::string_view s) {
  if (s.empty())
    return {nullptr, 0};
  char *p = static_cast<char *>(mg_alloc(int64_t(s.size())));
  memcpy(p, s.data(), s.size());
  return {p, int64_t(s.size())};
}

void put_rune(std::string &out, int32_t r) {
  if (r < 0 || r > 0x10FFFF || (r >= 0xD800 && r <= 0xDFFF))
    r = 0xFFFD;
  if (r < 0x80)
    out += char(r);
  else if (r < 0x800)
    (out += char(0xC0 | r >> 6)) += char(0x80 | (r & 63));
  else if (r < 0x10000)
    ((out += char(0xE0 | r >> 12)) += char(0x80 | (r >> 6 & 63))) += char(0x80 | (r & 63));
  else
    (((out += char(0xF0 | r >> 18)) += char(0x80 | (r >> 12 & 63))) +=
     char(0x80 | (r >> 6 & 63))) += char(0x80 | (r & 63));
}

// Invalid encodings are U+FFFD, one byte wide, as in Go.
int32_t decode_rune(const char *s, int64_t n, int64_t i, int64_t *next) {
  auto *p = reinterpret_cast<const unsigned char *>(s) + i;
  int64_t left = n - i;
  *next = i + 1;
  unsigned c = p[0];
  if (c < 0x80)
    return int32_t(c);
  int len = c >= 0xF0 && c <= 0xF4 ? 4 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xC2 && c < 0xE0 ? 2 : 0;
  if (!len || left < len)
    return 0xFFFD;
  int32_t r = int32_t(c & (0xFFu >> (len + 1)));
  for (int k = 1; k < len; ++k) {
    if ((p[k] & 0xC0) != 0x80)
      return 0xFFFD;
    r = r << 6 | (p[k] & 63);
  }
  static const int32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (r < smallest[len] || r > 0x10FFFF || (r >= 0xD800 && r <= 0xDFFF))
    return 0xFFFD;
  *next = i + len;
  return r;
}

extern "C" int32_t mg_decode_rune(const char *s, int64_t n, int64_t i, int64_t *next) {
  return decode_rune(s, n, i, next);
}

extern "C" String mg_concat(const char *a, int64_t an, const char *b, int64_t bn) {
  if (!an)
    return {b, bn};
  if (!bn)
    return {a, an};
  char *p = static_cast<char *>(mg_alloc(an + bn));
  memcpy(p, a, size_t(an));
  memcpy(p + an, b, size_t(bn));
  return {p, an + bn};
}

extern "C" int32_t mg_string_compare(const char *a, int64_t an, const char *b, int64_t bn) {
  int64_t n = an < bn ? an : bn;
  int c = n ? memcmp(a, b, size_t(n)) : 0;
  return c ? c : an < bn ? -1 : an > bn;
}

extern "C" String mg_string_from_bytes(const char *p, int64_t n) {
  return new_string({p, size_t(n)});
}

extern "C" String mg_string_from_runes(const int32_t *p, int64_t n) {
  std::string s;
  for (int64_t k = 0; k < n; ++k)
    put_rune(s, p[k]);
  return new_string(s);
}

extern "C" String mg_string_from_rune(int64_t r) {
  std::string s;
  put_rune(s, r < 0 || r > 0x10FFFF ? -1 : int32_t(r));
  return new_string(s);
}

extern "C" void mg_runes_from_string(Slice *out, const char *p, int64_t n) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++count)
    decode_rune(p, n, i, &i);
  auto *q = static_cast<int32_t *>(mg_alloc(count * 4));
  int64_t k = 0;
  for (int64_t i = 0; i < n; ++k)
    q[k] = decode_rune(p, n, i, &i);
  *out = {reinterpret_cast<char *>(q), count, count};
}

// strings and bytes: the searches; the rest of those packages is Go (lib/).
extern "C" int64_t mg_strings_Index(const String *s, const String *sub) {
  if (sub->len == 0)
    return 0;
  auto *p = static_cast<const char *>(memmem(s->ptr, size_t(s->len), sub->ptr, size_t(sub->len)));
  return p ? p - s->ptr : -1;
}

extern "C" int64_t mg_strings_IndexByte(const String *s, char c) {
  auto *p = s->len ? static_cast<const char *>(memchr(s->ptr, c, size_t(s->len))) : nullptr;
  return p ? p - s->ptr : -1;
}

// A string over the bytes of a slice that nobody writes any more.
extern "C" void mg_strings_view(String *out, const Slice *b) { *out = {b->ptr, b->len}; }

} // namespace minigo::rt
