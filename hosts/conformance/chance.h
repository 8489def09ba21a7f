// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Numbers that a seed gives, the same everywhere.
#pragma once

#include <cstdint>

namespace host_conformance {

class Chance {
public:
  explicit Chance(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 1) {}
  uint64_t next() { // splitmix64
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  uint64_t below(uint64_t n) { return next() % n; }

private:
  uint64_t state_;
};

} // namespace host_conformance
