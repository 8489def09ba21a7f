/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// What a server of HTTP/1.1 answers to the bytes of one connection. Knows nothing of sockets, tasks or loops, so a server on tasks and one
// of callbacks (benchmarks/http) give the same bytes.
//
// The parser is http_parser; here are limits, routes and answers. Between two requests a connection is an Exchange of some 60 bytes; what
// a request needs while it comes in is its Scratch, which the server lends it. Many requests may come in one piece (pipelining) and one in
// many. An answer is whole or there is none: nothing is answered before the request has come in whole, but for "100 Continue".
//
//     GET, HEAD /      "Hello, World!"
//     POST /echo       the body
//     POST /stop       when Limits::stoppable: an answer, and Exchange::stop_asked
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

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
  bool closes() const { return closes_; }         // no more is read: send what there is, then close
  bool refused() const { return refused_; }       // closes() in the middle of what the peer sends
  void close_next() { closing_ = true; }          // the next answer is the last
  static bool stop_asked;                         // by any connection

private:
  struct Callbacks;
  void begin();
  int header_complete();
  void complete();
  void refuse(Scratch &scratch, int status);

  http_parser parser_;
  Scratch *scratch_ = nullptr;
  uint16_t refusal_ = 0; // a callback's reason
  // How much of a name or value has come, as pieces may be of any size.
  uint8_t host_at_ = 0, expect_at_ = 0, continue_at_ = 0;
  bool in_value_ = false, of_expect_ = false, has_host_ = false;
  bool in_request_ = false, closes_ = false, refused_ = false, closing_ = false;
};

} // namespace http

#endif
