// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An order: the choices of one run, as schedulers/explore writes and reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace explore {

struct Choice {
  uint16_t possible;
  uint16_t taken; // 0: the usual
  uint32_t what;
};
using Order = std::vector<Choice>;

// Nothing when the file is no log.
std::optional<Order> read_order(const std::string &path);
bool write_order(const std::string &path, const Order &order);

// At which choices it is not the usual one.
std::vector<size_t> deviations(const Order &order);

} // namespace explore
