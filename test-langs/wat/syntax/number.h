// Number literals to bits. Each returns false when the literal does not fit ("constant out of range").
#pragma once
#include <cstdint>
#include <string_view>

namespace wat {

bool parse_nat(std::string_view text, unsigned bits, uint64_t &out);
bool parse_int(std::string_view text, unsigned bits,
               uint64_t &out); // signed or unsigned, zero-extended
bool parse_f32(std::string_view text, uint64_t &out);
bool parse_f64(std::string_view text, uint64_t &out);

} // namespace wat
