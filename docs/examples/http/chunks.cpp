/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

#include "chunks.h"
#include "exchange.h"

#include <algorithm>
#include <cstring>

namespace http {

namespace {

int digit(unsigned char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool in_name(unsigned char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool in_text(unsigned char c) { return c == '\t' || (c >= ' ' && c != 127); }

} // namespace

Chunks::Result Chunks::step(unsigned char c) {
  const auto next = [this](bool good, At at) {
    at_ = at;
    return good ? Result::More : Result::Bad;
  };
  switch (at_) {
  case At::First:
    left_ = 0;
    lines_ = 1;
    if (digit(c) < 0)
      return Result::Bad;
    [[fallthrough]];
  case At::Size:
    if (const int d = digit(c); d >= 0) {
      left_ = left_ * 16 + static_cast<unsigned>(d);
      return left_ > limits.body ? Result::BodyTooLarge : next(true, At::Size);
    }
    if (c == '\r')
      return next(true, At::SizeEnd);
    [[fallthrough]];
  case At::Blank:
    return next(c == ';' || c == ' ' || c == '\t', c == ';' ? At::Extension : At::Blank);
  case At::Extension:
    return c == '\r' ? next(true, At::SizeEnd) : next(in_text(c), At::Extension);
  case At::SizeEnd:
    return next(c == '\n', left_ ? At::Data : At::Trailer);
  case At::DataCr:
    return next(c == '\r', At::DataLf);
  case At::DataLf:
    return next(c == '\n', At::First);
  case At::Trailer:
    return c == '\r' ? next(true, At::End) : next(in_name(c), At::Name);
  case At::Name:
    return c == ':' ? next(true, At::Value) : next(in_name(c), At::Name);
  case At::Value:
    return c == '\r' ? next(true, At::ValueEnd) : next(in_text(c), At::Value);
  case At::ValueEnd:
    return next(c == '\n', At::Trailer);
  case At::End:
    return c == '\n' ? Result::Done : Result::Bad;
  case At::Data:
    break;
  }
  return Result::Bad;
}

size_t Chunks::take(const char *data, size_t size, std::string &body, Result &result) {
  result = Result::More;
  size_t i = 0;
  while (i < size && result == Result::More) {
    if (at_ == At::Data) {
      const size_t piece = std::min<uint64_t>(left_, size - i);
      if (body.size() + piece > limits.body) {
        result = Result::BodyTooLarge;
        break;
      }
      body.append(data + i, piece);
      i += piece;
      left_ -= piece;
      if (left_ == 0)
        at_ = At::DataCr;
      continue;
    }
    result = ++lines_ > limits.header ? Result::LinesTooLarge
                                      : step(static_cast<unsigned char>(data[i]));
    ++i;
  }
  return i;
}

} // namespace http
