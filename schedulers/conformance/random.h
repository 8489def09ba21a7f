// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// splitmix64: streams of one seed have nothing in common, so that each thread of a run has its own.
#pragma once

#include <cstdint>

class Random {
public:
  Random(uint64_t seed, uint64_t stream)
      : x_(seed * 0x9e3779b97f4a7c15 + stream * 0xbf58476d1ce4e5b9) {}
  uint64_t operator()() {
    uint64_t z = x_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t n) { return (*this)() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }

private:
  uint64_t x_;
};
