// The rows of ops.def as data, and the way from a name to its instruction.
#include "syntax/module.h"
#include <unordered_map>

namespace wat {

static const OpInfo infos[] = {
#define WAT_OP(id, text, prefix, code, imm) {text, prefix, code, Imm::imm, nullptr, nullptr, 0},
#define WAT_NUM(id, text, prefix, code, params, results)                                           \
  {text, prefix, code, Imm::None, params, results, 0},
#define WAT_MEM(id, text, code, params, results, access)                                           \
  {text, 0, code, Imm::MemArg, params, results, access},
#include "syntax/ops.def"
};

const OpInfo &op_info(Op op) { return infos[size_t(op)]; }

const Op *find_op(std::string_view text) {
  static const std::unordered_map<std::string_view, Op> by_text = [] {
    std::unordered_map<std::string_view, Op> m;
    for (size_t k = 0; k < std::size(infos); ++k)
      m.emplace(infos[k].text, Op(k)); // the first of a name stays
    return m;
  }();
  auto it = by_text.find(text);
  return it == by_text.end() ? nullptr : &it->second;
}

} // namespace wat
