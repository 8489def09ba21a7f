// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What is UTF-8 in bytes that anybody may have written: names of tasks and domains.
#pragma once

#include <cstddef>

namespace weft {

// Bytes of the character that s, which ends by '\0', begins with; 0: it is not UTF-8.
inline size_t character(const unsigned char *s) {
  if (s[0] < 0x80)
    return 1;
  size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
  for (size_t i = 1; i < n; ++i)
    if ((s[i] & 0xc0) != 0x80)
      return 0;
  // Longer than needed, surrogates, beyond U+10FFFF.
  if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
      (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
    return 0;
  return n;
}

} // namespace weft
