// Collecting and printing complaints in gc's order and number.
#include "syntax/source.h"
#include <algorithm>
#include <cstdio>

namespace minigo {

void Diagnostics::error(Pos pos, const std::string &message) {
  for (auto &e : errors_)
    if (e.pos.file == pos.file && e.pos.line == pos.line && e.message == message)
      return;
  errors_.push_back({pos, message});
}

uint16_t Diagnostics::add_file(const std::string &path) {
  files_.push_back(path);
  return uint16_t(files_.size() - 1);
}

void Diagnostics::print() {
  std::vector<const Error *> sorted;
  for (auto &e : errors_)
    sorted.push_back(&e);
  std::sort(sorted.begin(), sorted.end(), [](const Error *a, const Error *b) {
    return a->pos < b->pos || (!(b->pos < a->pos) && a < b);
  });
  int shown = 0;
  for (const Error *at : sorted) {
    const Error &e = *at;
    if (++shown > limit_) {
      fprintf(stderr, "too many errors\n");
      break;
    }
    if (e.pos.valid())
      fprintf(stderr, "%s:%u:%u: %s\n", files_[e.pos.file].c_str(), e.pos.line, e.pos.col,
              e.message.c_str());
    else
      fprintf(stderr, "minigo: %s\n", e.message.c_str());
  }
}

} // namespace minigo
