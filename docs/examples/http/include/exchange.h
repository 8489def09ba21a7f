/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// What a server of HTTP/1.1 answers to the bytes of one connection. Knows nothing of sockets, tasks or loops, so a server on tasks and one
// of callbacks (benchmarks/http) give the same bytes.
//
// http_parser reads a request's head; where head and body end is found here, by the letter of RFC 9112, for who is kinder than the proxy in
// front answers what that one took for a body (request smuggling): each line of a head ends by CR LF, none is folded, there is one Host and
// one length.
//
// Between two requests a connection is an Exchange of some 80 bytes; what a request needs while it comes in is its Scratch, which the server
// lends it. Many requests may come in one piece (pipelining) and one in many. An answer is whole or there is none: nothing is answered
// before the request has come in whole, but for "100 Continue".
//
//     GET, HEAD /      "Hello, World!"
//     POST /echo       the body
//     POST /stop       when Limits::stoppable: an answer, and Exchange::stop_asked
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "chunks.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <http_parser.h>

namespace http {

struct Limits {
  uint32_t header = 16 << 10; // request line and headers, and so trailers: 431
  size_t body = 1 << 20;      // 413
  bool stoppable = false;
};
extern Limits limits; // set before the first Exchange

struct Scratch {
  std::string url, body; // of the request that comes in
  std::string out;       // answers to be sent; the server empties it
  void reset();          // gives back what was large
};

class Exchange {
public:
  Exchange();
  Exchange(const Exchange &) = delete;
  Exchange &operator=(const Exchange &) = delete;

  // What was read; answers are appended to scratch.out. The same scratch as long as in_request().
  void feed(const char *data, size_t size, Scratch &scratch);
  // The request that is in the middle takes too long.
  void time_out(Scratch &scratch) { refuse(scratch, 408); }

  bool in_request() const { return in_request_; } // some of a request has come, not all
  uint32_t begun() const { return begun_; }       // how many requests have, so far
  bool closes() const { return closes_; }         // no more is read: send what there is, then close
  void close_next() { closing_ = true; }          // the next answer is the last
  static bool stop_asked;                         // by any connection

private:
  struct Callbacks;
  enum class Part : uint8_t { Head, Length, Chunks }; // of the request, that is read
  // How far a line of the head has come; Empty: a CR at its start, Cr: one elsewhere.
  enum class Line : uint8_t { None, Start, Empty, Middle, Cr };
  size_t feed_head(const char *data, size_t size);
  size_t end_of_head(const char *data, size_t size);
  size_t feed_length(const char *data, size_t size);
  size_t feed_chunks(const char *data, size_t size);
  void parse(const char *data, size_t size);
  void begin();
  int header_complete();
  void complete();
  void refuse(Scratch &scratch, int status);

  http_parser parser_;
  Scratch *scratch_ = nullptr;
  uint64_t left_ = 0; // of a body whose length is known
  Chunks chunks_;
  uint32_t begun_ = 0;
  uint16_t refusal_ = 0; // why no more is parsed
  Part part_ = Part::Head;
  // How much of a name or value has come, as pieces may be of any size.
  uint8_t host_at_ = 0, expect_at_ = 0, continue_at_ = 0, coding_at_ = 0, chunked_at_ = 0;
  Line line_ = Line::None;
  bool head_ends_ = false; // what is parsed is its last character
  bool in_value_ = false, of_expect_ = false, of_coding_ = false, has_host_ = false,
       has_coding_ = false;
  bool in_request_ = false, closes_ = false, closing_ = false;
};

} // namespace http

#endif
