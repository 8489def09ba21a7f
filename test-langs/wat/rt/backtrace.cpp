// A frame belongs to the function whose unwind table's entry has its address: that needs no symbols and holds in
// stripped programs. The place comes from the line tables; where it lies in another function's text, that function was
// inlined. Rejected: walking debug information for inlined frames, of which this sees only the innermost.
#include "rt/backtrace.h"
#include "rt/lines.h"
#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unwind.h>

namespace wat {
namespace {

struct Known {
  const Compiled *module;
  uint32_t index;
};

std::mutex lock;
std::vector<const Compiled *> modules;
std::unordered_map<uintptr_t, Known> functions; // by where their code begins

bool before(Pos a, Pos b) { return a.line != b.line ? a.line < b.line : a.column < b.column; }

/// A binary module has offsets, which line tables hold as lines.
Pos of_table(Pos p) { return p.line ? p : Pos{p.column, 0}; }

bool within(const FuncInfo &f, Pos p) {
  return !f.imported && !before(p, of_table(f.first)) && !before(of_table(f.last), p);
}

std::string frame_text(const Known &k, uintptr_t address) {
  const FuncInfo &f = k.module->funcs[k.index];
  std::string name(f.name.view());
  Pos p;
  if (!line_of(address, p))
    return name;
  std::string place = " (" + std::string(k.module->file.view()) + ":" + std::to_string(p.line) +
                      (p.column ? ":" + std::to_string(p.column) : "") + ")";
  if (!within(f, p))
    for (const FuncInfo &other : k.module->funcs)
      if (within(other, p))
        return std::string(other.name.view()) + place + ", inlined in " + name;
  return name + place;
}

} // namespace

std::vector<uintptr_t> frames() {
  std::vector<uintptr_t> out;
  out.reserve(most_frames);
  auto add = [](_Unwind_Context *cx, void *arg) {
    auto *out = static_cast<std::vector<uintptr_t> *>(arg);
    int is_next = 0;
    uintptr_t ip = _Unwind_GetIPInfo(cx, &is_next);
    if (!ip || out->size() == out->capacity())
      return _URC_END_OF_STACK;
    out->push_back(is_next ? ip : ip - 1);
    return _URC_NO_REASON;
  };
  _Unwind_Backtrace(add, &out);
  return out;
}

void register_functions(const Compiled &c) {
  std::lock_guard guard(lock);
  if (std::find(modules.begin(), modules.end(), &c) != modules.end())
    return;
  modules.push_back(&c);
  for (uint32_t k = 0; k < c.funcs.count; ++k)
    if (!c.funcs[k].imported)
      functions[reinterpret_cast<uintptr_t>(c.funcs[k].code)] = {&c, k};
}

std::string backtrace_text(const std::vector<uintptr_t> &frames, const char *indent) {
  std::lock_guard guard(lock);
  std::string text;
  unsigned number = 0;
  for (uintptr_t address : frames) {
    auto start = reinterpret_cast<uintptr_t>(_Unwind_FindEnclosingFunction(reinterpret_cast<void *>(address)));
    if (auto at = functions.find(start); start && at != functions.end())
      text += indent + ("#" + std::to_string(number++) + "  ") + frame_text(at->second, address) + "\n";
  }
  if (frames.size() == most_frames)
    text += std::string(indent) + "...\n";
  return text;
}

} // namespace wat
