// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "order.h"

#include <cstring>
#include <fstream>

namespace explore {

namespace {
constexpr char kMagic[8] = "WEFTXP1";
static_assert(sizeof(Choice) == sizeof kMagic, "the header is of a choice's size");
} // namespace

std::optional<Order> read_order(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  char magic[sizeof kMagic];
  if (!in.read(magic, sizeof magic) || memcmp(magic, kMagic, sizeof magic) != 0)
    return {};
  Order order;
  // Its file has its full size from the beginning; the end is a choice that has no possibilities.
  for (Choice c; in.read(reinterpret_cast<char *>(&c), sizeof c) && c.possible != 0;)
    order.push_back(c);
  return order;
}

bool write_order(const std::string &path, const Order &order) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(kMagic, sizeof kMagic);
  out.write(reinterpret_cast<const char *>(order.data()), static_cast<std::streamsize>(order.size() * sizeof(Choice)));
  return static_cast<bool>(out.flush());
}

std::vector<size_t> deviations(const Order &order) {
  std::vector<size_t> at;
  for (size_t i = 0; i < order.size(); ++i)
    if (order[i].taken != 0)
      at.push_back(i);
  return at;
}

} // namespace explore
