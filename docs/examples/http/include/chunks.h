/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A body in chunks (RFC 9112, 7.1), to the letter: who reads its framing more kindly than the proxy in front takes a part of the body for a
// request. So a line ends by CR LF and nothing else, extensions and trailers hold no control characters, and two bytes end a chunk's data.
#ifndef HTTP_CHUNKS_H
#define HTTP_CHUNKS_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace http {

class Chunks {
public:
  enum class Result : uint8_t { More, Done, Bad, BodyTooLarge, LinesTooLarge };

  void begin() { *this = {}; }
  // How much of the data is of this body; all of it but when `result` is Done, and no more is to be taken after anything but More.
  size_t take(const char *data, size_t size, std::string &body, Result &result);

private:
  enum class At : uint8_t {
    First, // of a chunk's size
    Size,
    Blank, // behind the size, so that an extension must follow
    Extension,
    SizeEnd,
    Data,
    DataCr,
    DataLf,
    Trailer, // its first character, or the last line's CR
    Name,
    Value,
    ValueEnd,
    End
  };
  Result step(unsigned char c);

  uint64_t left_ = 0; // of the chunk
  uint32_t lines_ =
      0; // bytes of the line of this chunk's size; of the last one's with all trailers
  At at_ = At::First;
};

} // namespace http

#endif
