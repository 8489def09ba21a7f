// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An address is what its text says, and the other way round.
#include "on_hosts.h"

namespace {
std::string text(const weft_addr &a) {
  char out[200];
  return weft_addr_text(&a, out, sizeof out) == WEFT_OK ? out : "?";
}
} // namespace

TEST_CASE("addresses come back as the text they were made of") {
  weft_addr a;
  CHECK(weft_addr_ip("127.0.0.1", 80, &a) == WEFT_OK);
  CHECK(text(a) == "127.0.0.1:80");
  CHECK(weft_addr_port(&a) == 80);
  CHECK(weft_addr_ip("::1", 65535, &a) == WEFT_OK);
  CHECK(text(a) == "[::1]:65535");
  CHECK(weft_addr_ip(nullptr, 1, &a) == WEFT_OK);
  CHECK(text(a) == "[::]:1");
  CHECK(weft_addr_unix("/run/x", &a) == WEFT_OK);
  CHECK(text(a) == "/run/x");
  CHECK(weft_addr_port(&a) == 0);
  CHECK(weft_addr_unix("@x", &a) == WEFT_OK);
  CHECK(text(a) == "@x");
  CHECK(weft_addr_unix(nullptr, &a) == WEFT_OK);
  CHECK(text(a).empty());
}

TEST_CASE("what is no address is refused") {
  weft_addr a;
  for (const char *host : {"localhost", "", "1.2.3", "::g", "127.0.0.1%lo"})
    CHECK(weft_addr_ip(host, 1, &a) == WEFT_E_INVAL);
  CHECK(weft_addr_unix("", &a) == WEFT_E_INVAL);
  CHECK(weft_addr_unix("@", &a) == WEFT_E_INVAL);
  CHECK(weft_addr_unix(std::string(107, 'x').c_str(), &a) == WEFT_OK);
  CHECK(text(a) == std::string(107, 'x'));
  CHECK(weft_addr_unix(std::string(108, 'x').c_str(), &a) == WEFT_E_INVAL);
  CHECK(weft_addr_unix(("@" + std::string(107, 'x')).c_str(), &a) == WEFT_OK);
  CHECK(text(a) == "@" + std::string(107, 'x'));
  char small[4];
  CHECK(weft_addr_text(&a, small, sizeof small) == WEFT_E_INVAL);
}
