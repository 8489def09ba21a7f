/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

#include "exchange.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string_view>

namespace http {

Limits limits;
bool Exchange::stop_asked;

namespace {

constexpr std::string_view hello = "Hello, World!";
constexpr size_t kept = 64 << 10;

// "Date: ...\r\n" of this second.
std::string_view date_line() {
  static time_t of = -1;
  static char line[48];
  static size_t size;
  if (time_t now = time(nullptr); now != of) {
    tm parts;
    gmtime_r(&now, &parts);
    size = strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    of = now;
  }
  return {line, size};
}

// In the order in which Go's net/http writes them.
void answer(std::string &out, std::string_view status, size_t length, std::string_view type,
            std::string_view more) {
  char number[24];
  size_t digits = sizeof number;
  do
    number[--digits] = static_cast<char>('0' + length % 10);
  while (length /= 10);
  out.append("HTTP/1.1 ")
      .append(status)
      .append("\r\nContent-Length: ")
      .append(number + digits, sizeof number - digits);
  out.append("\r\nContent-Type: ")
      .append(type)
      .append("\r\n")
      .append(date_line())
      .append(more)
      .append("\r\n");
}

std::string_view line_of(int status) {
  switch (status) {
  case 400:
    return "400 Bad Request";
  case 404:
    return "404 Not Found";
  case 405:
    return "405 Method Not Allowed";
  case 408:
    return "408 Request Timeout";
  case 413:
    return "413 Content Too Large";
  case 431:
    return "431 Request Header Fields Too Large";
  case 501:
    return "501 Not Implemented";
  default:
    return "505 HTTP Version Not Supported";
  }
}

// How much of `name` has come, piece by piece: its length when all has, and more when it is another. Blanks behind it do not count.
void match(uint8_t &so_far, std::string_view name, const char *piece, size_t size) {
  for (size_t i = 0; i < size && so_far <= name.size(); ++i) {
    if (so_far < name.size() && (piece[i] | 0x20) == name[so_far])
      ++so_far;
    else if (so_far != name.size() || (piece[i] != ' ' && piece[i] != '\t'))
      so_far = 255;
  }
}

constexpr std::string_view host_name = "host", expect_name = "expect", expectation = "100-continue",
                           coding_name = "transfer-encoding", chunked = "chunked";

// "http://HOST/PATH", as proxies are asked (RFC 9112, 3.2.2): as "/PATH". The host is not looked at, as in a header. Nothing: it has none.
std::string_view origin_of(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  for (size_t i = 0; i < scheme.size(); ++i)
    if (i == url.size() || (url[i] >= 'A' && url[i] <= 'Z' ? url[i] | 0x20 : url[i]) != scheme[i])
      return url;
  url.remove_prefix(scheme.size());
  const size_t host = std::min(url.find_first_of("/?"), url.size());
  url.remove_prefix(host);
  return host == 0 ? std::string_view() : url.empty() || url[0] == '?' ? std::string_view("/") : url;
}

} // namespace

void Scratch::reset() {
  url.clear();
  body.clear();
  for (std::string *s : {&url, &body, &out})
    if (s->capacity() > kept)
      std::string().swap(*s);
}

// http_parser calls these; a negative value ends the parsing.
struct Exchange::Callbacks {
  static Exchange &of(http_parser *p) { return *static_cast<Exchange *>(p->data); }
  static int refuse(Exchange &e, uint16_t status) {
    e.refusal_ = status;
    return -1; // 1 would mean "no body" at the headers' end
  }
  static int message_begin(http_parser *p) { return of(p).begin(), 0; }
  static int url(http_parser *p, const char *at, size_t size) {
    return of(p).scratch_->url.append(at, size), 0;
  }
  static int header_field(http_parser *p, const char *at, size_t size) {
    Exchange &e = of(p);
    if (memchr(at, ' ',
               size)) // as some builds of the parser let through; proxies disagree on what it means
      return refuse(e, 400);
    if (e.in_value_)
      e.host_at_ = e.expect_at_ = e.coding_at_ = 0;
    e.in_value_ = false;
    match(e.host_at_, host_name, at, size);
    match(e.expect_at_, expect_name, at, size);
    match(e.coding_at_, coding_name, at, size);
    return 0;
  }
  static int header_value(http_parser *p, const char *at, size_t size) {
    Exchange &e = of(p);
    if (!e.in_value_) {
      e.in_value_ = true;
      const bool host = e.host_at_ == host_name.size();
      e.of_expect_ = e.expect_at_ == expect_name.size();
      e.of_coding_ = e.coding_at_ == coding_name.size();
      if ((host && e.has_host_) || (e.of_coding_ && e.has_coding_))
        return refuse(e, 400);
      e.has_host_ |= host;
      e.has_coding_ |= e.of_coding_;
    }
    if (e.of_expect_)
      match(e.continue_at_, expectation, at, size);
    if (e.of_coding_)
      match(e.chunked_at_, chunked, at, size);
    return 0;
  }
  static int headers_complete(http_parser *p) { return of(p).header_complete(); }

  static const http_parser_settings &settings() {
    static const http_parser_settings made = [] {
      http_parser_settings s;
      http_parser_settings_init(&s);
      s.on_message_begin = message_begin;
      s.on_url = url;
      s.on_header_field = header_field;
      s.on_header_value = header_value;
      s.on_headers_complete = headers_complete;
      http_parser_set_max_header_size(limits.header);
      return s;
    }();
    return made;
  }
};

Exchange::Exchange() {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

void Exchange::begin() {
  in_request_ = true;
  ++begun_;
  host_at_ = expect_at_ = continue_at_ = coding_at_ = chunked_at_ = 0;
  in_value_ = of_expect_ = of_coding_ = has_host_ = has_coding_ = false;
  scratch_->url.clear();
  scratch_->body.clear();
}

// The rules that http_parser leaves to its user. To 1 it reads no body.
int Exchange::header_complete() {
  if (!head_ends_) // it takes CR and anything for an end
    return Callbacks::refuse(*this, 400);
  head_ends_ = false;
  if (parser_.http_major != 1)
    return Callbacks::refuse(*this, 505);
  if (parser_.http_minor == 0 ? has_coding_ : !has_host_)
    return Callbacks::refuse(*this, 400);
  if (parser_.method == HTTP_CONNECT)
    return Callbacks::refuse(*this, 405);
  if (has_coding_ && chunked_at_ != chunked.size())
    return Callbacks::refuse(*this, 501);
  parser_.upgrade = 0; // offered, not taken
  left_ = parser_.flags & F_CONTENTLENGTH ? parser_.content_length : 0;
  if (left_ > limits.body)
    return Callbacks::refuse(*this, 413);
  if (continue_at_ == expectation.size() && parser_.http_minor >= 1)
    scratch_->out.append("HTTP/1.1 100 Continue\r\n\r\n");
  part_ = has_coding_ ? Part::Chunks : left_ ? Part::Length : Part::Head;
  if (has_coding_)
    chunks_.begin();
  return 1;
}

void Exchange::complete() {
  in_request_ = false;
  part_ = Part::Head;
  line_ = Line::None;
  std::string &out = scratch_->out;
  std::string_view url = scratch_->url;
  if (!url.starts_with('/') && (url = origin_of(url)).empty()) {
    refusal_ = 400;
    return;
  }
  const std::string_view path = url.substr(0, url.find('?'));
  const bool keeps = http_should_keep_alive(&parser_) && !closing_;
  const std::string_view more = !keeps ? std::string_view("Connection: close\r\n")
                                : parser_.http_minor == 0
                                    ? std::string_view("Connection: keep-alive\r\n")
                                    : std::string_view();
  const bool head = parser_.method == HTTP_HEAD;
  if (path == "/" && (parser_.method == HTTP_GET || head)) {
    answer(out, "200 OK", hello.size(), "text/plain", more);
    if (!head)
      out.append(hello);
  } else if (path == "/echo" && parser_.method == HTTP_POST) {
    answer(out, "200 OK", scratch_->body.size(), "application/octet-stream", more);
    out.append(scratch_->body);
  } else if (path == "/stop" && parser_.method == HTTP_POST && limits.stoppable) {
    stop_asked = true;
    answer(out, "200 OK", 0, "text/plain", more);
  } else {
    const bool known = path == "/" || path == "/echo";
    const std::string_view text = line_of(known ? 405 : 404);
    std::string allow;
    if (known)
      allow = path == "/" ? "Allow: GET, HEAD\r\n" : "Allow: POST\r\n";
    answer(out, text, text.size() + 1, "text/plain", allow.append(more));
    if (!head)
      out.append(text).append("\n");
  }
  closes_ = !keeps;
}

void Exchange::refuse(Scratch &scratch, int status) {
  in_request_ = false;
  closes_ = true;
  const std::string_view text = line_of(status);
  answer(scratch.out, text, text.size() + 1, "text/plain", "Connection: close\r\n");
  scratch.out.append(text).append("\n");
}

void Exchange::parse(const char *data, size_t size) {
  const size_t parsed = http_parser_execute(&parser_, &Callbacks::settings(), data, size);
  const http_errno error = HTTP_PARSER_ERRNO(&parser_);
  if (!refusal_ && (error != HPE_OK || parsed != size))
    refusal_ = error == HPE_HEADER_OVERFLOW             ? 431
               : error == HPE_INVALID_VERSION           ? 505
               : error == HPE_INVALID_TRANSFER_ENCODING ? 501
                                                        : 400;
}

// Where the line feed is that ends the head, or `size`; a line that does not end by CR LF, or is folded, is refused.
size_t Exchange::end_of_head(const char *data, size_t size) {
  size_t i = 0;
  while (line_ == Line::None && i < size && (data[i] == '\r' || data[i] == '\n'))
    ++i; // blank lines before a request are none of its own
  if (line_ == Line::None && i < size)
    line_ = Line::Middle;
  while (i < size && !refusal_) {
    if (line_ == Line::Start) {
      line_ = data[i] == '\r' ? Line::Empty : Line::Middle;
      if (data[i] == ' ' || data[i] == '\t' || data[i] == '\n')
        refusal_ = 400;
      ++i;
    } else if (line_ == Line::Empty) {
      if (data[i] == '\n')
        return i;
      refusal_ = 400;
    } else {
      const auto *feed = static_cast<const char *>(memchr(data + i, '\n', size - i));
      const size_t at = feed ? static_cast<size_t>(feed - data) : size;
      const bool cr = at > i ? data[at - 1] == '\r' : line_ == Line::Cr;
      if (feed && !cr)
        refusal_ = 400;
      line_ = feed ? Line::Start : cr ? Line::Cr : Line::Middle;
      i = at + (feed != nullptr);
    }
  }
  return size;
}

size_t Exchange::feed_head(const char *data, size_t size) {
  const size_t end = end_of_head(data, size);
  if (!refusal_ && end > 0)
    parse(data, end);
  if (refusal_ || end == size)
    return size;
  head_ends_ = true;
  parse(data + end, 1);
  if (!refusal_ && head_ends_) // the parser sees another end than we
    refusal_ = 400;
  head_ends_ = false;
  if (!refusal_ && part_ == Part::Head)
    complete();
  return end + 1;
}

size_t Exchange::feed_length(const char *data, size_t size) {
  const size_t piece = std::min<uint64_t>(left_, size);
  scratch_->body.append(data, piece);
  left_ -= piece;
  if (left_ == 0)
    complete();
  return piece;
}

size_t Exchange::feed_chunks(const char *data, size_t size) {
  Chunks::Result result;
  const size_t taken = chunks_.take(data, size, scratch_->body, result);
  switch (result) {
  case Chunks::Result::More:
    break;
  case Chunks::Result::Done:
    complete();
    break;
  case Chunks::Result::Bad:
    refusal_ = 400;
    break;
  case Chunks::Result::BodyTooLarge:
    refusal_ = 413;
    break;
  case Chunks::Result::LinesTooLarge:
    refusal_ = 431;
    break;
  }
  return taken;
}

void Exchange::feed(const char *data, size_t size, Scratch &scratch) {
  scratch_ = &scratch;
  for (size_t i = 0; i < size && !closes_ && !refusal_;)
    i += part_ == Part::Head     ? feed_head(data + i, size - i)
         : part_ == Part::Length ? feed_length(data + i, size - i)
                                 : feed_chunks(data + i, size - i);
  if (refusal_)
    refuse(scratch, refusal_);
  scratch_ = nullptr;
}

} // namespace http
