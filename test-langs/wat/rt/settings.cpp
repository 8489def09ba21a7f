#include "rt/settings.h"
#include <cstdlib>
#include <string>
#include <string_view>
#include <weft/task.h>

namespace wat {
namespace {

struct Class {
  uint32_t stack_class;
  uint64_t bytes;
};
constexpr uint64_t kib = 1024;
constexpr Class classes[] = {
    {WEFT_STACK_64K, 64 * kib},  {WEFT_STACK_256K, 256 * kib},   {WEFT_STACK_1M, 1024 * kib},
    {WEFT_STACK_8M, 8192 * kib}, {WEFT_STACK_64M, 65536 * kib}, {WEFT_STACK_1G, 1048576 * kib},
};

// "64K", "64k", "65536", as Weft reads its own (runtime/src/config.cpp). 0: not a size.
uint64_t parse_size(std::string_view text) {
  uint64_t n = 0;
  int shift = 0;
  for (size_t k = 0; k < text.size(); ++k) {
    char c = text[k];
    if (c >= '0' && c <= '9') {
      if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, uint64_t(c - '0'), &n))
        return 0;
      continue;
    }
    shift = c == 'k' || c == 'K' ? 10 : c == 'm' || c == 'M' ? 20 : c == 'g' || c == 'G' ? 30 : 0;
    if (!shift || !k || k + 1 != text.size())
      return 0;
  }
  return n > UINT64_MAX >> shift ? 0 : n << shift;
}

bool read_stack(std::string_view text, Settings &s) {
  uint64_t bytes = parse_size(text);
  if (bytes == 16 * kib) // has no room beside the reserve (stack.cpp)
    bytes = classes[0].bytes;
  for (const Class &c : classes)
    if (c.bytes == bytes) {
      s.stack_class = c.stack_class;
      s.stack_bytes = c.bytes;
      return true;
    }
  return false;
}

bool read_memory(std::string_view text, Settings &s) { return (s.most_memory = parse_size(text)) != 0; }

bool read_gc(std::string_view text, Settings &s) {
  for (;;) {
    size_t end = text.find(',');
    std::string_view word = text.substr(0, end);
    if (word == "stats")
      s.stats = true;
    else if (word == "stress")
      s.stress = 1;
    else if (!word.starts_with("stress:") || word.find_first_not_of("0123456789", 7) != word.npos ||
             !(s.stress = parse_size(word.substr(7))))
      return false;
    if (end == text.npos)
      return true;
    text.remove_prefix(end + 1);
  }
}

struct Environment : Settings {
  std::string wrong;
  Environment() : Settings{classes[1].stack_class, classes[1].bytes} {
    read("WEFT_STACK", read_stack, "16K, 64K, 256K, 1M, 8M, 64M, 1G");
    read("WAT_MEMORY", read_memory, "a number of bytes above 0, or of K, M or G");
    read("WAT_GC", read_gc, "stress, stress:N with N above 0, stats, or two of them with a comma between");
  }
  void read(const char *name, bool (*parse)(std::string_view, Settings &), const char *accepted) {
    const char *text = getenv(name);
    Settings said = *this;
    if (!text || !*text) // as Weft has it, empty is not set
      return;
    if (parse(text, said))
      static_cast<Settings &>(*this) = said;
    else if (wrong.empty())
      wrong = std::string(name) + "=" + text + ": accepted: " + accepted;
  }
};

const Environment &environment() {
  static const Environment e;
  return e;
}

} // namespace

const Settings &settings() { return environment(); }
const char *wrong_setting() { return environment().wrong.empty() ? nullptr : environment().wrong.c_str(); }

} // namespace wat
