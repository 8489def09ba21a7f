// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A library that comes after the C++ runtime, by dlopen in the middle of a handler: its continuations have exceptions
// of their own, and the handler keeps its one.
#include <catch2/catch.hpp>
#include <dlfcn.h>
#include <stdexcept>
#include <string>

TEST_CASE("continuations of a dlopened library have exceptions of their own") {
  try {
    throw std::runtime_error("host ");
  } catch (const std::exception &) {
    void *library = dlopen(WEFT_LATE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    INFO((library ? "" : dlerror()));
    REQUIRE(library);
    auto take_turns = reinterpret_cast<const char *(*)()>(dlsym(library, "take_turns"));
    CHECK(take_turns() == std::string("host library host "));
    CHECK(reinterpret_cast<bool (*)()>(dlsym(library, "follows"))());
    try {
      throw;
    } catch (const std::exception &e) {
      CHECK(e.what() == std::string("host "));
    }
  }
  CHECK_FALSE(std::current_exception());
  CHECK(std::uncaught_exceptions() == 0);
}
