// Where things are and how complaints are made. Every complaint of every stage goes through
// Diagnostics, which sorts by position and stops at ten, as gc does; nothing else prints errors.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace minigo {

struct Pos {
  uint16_t file = 0;
  uint32_t line = 0, col = 0;
  bool valid() const { return line != 0; }
  bool operator<(const Pos &o) const {
    return file != o.file ? file < o.file : line != o.line ? line < o.line : col < o.col;
  }
};

struct SourceFile {
  std::string path; // as given on the command line; what messages show
  std::string text;
};

class Diagnostics {
public:
  void error(Pos pos, const std::string &message);
  void not_supported(Pos pos, const std::string &what) { error(pos, "not supported: " + what); }
  bool failed() const { return !errors_.empty(); }
  uint16_t add_file(const std::string &path);
  const std::string &file_name(uint16_t file) const { return files_[file]; }
  /// Prints what was collected to standard error, at most ten, in source order.
  void print();
  void set_limit(int n) { limit_ = n; }

private:
  struct Error {
    Pos pos;
    std::string message;
  };
  std::vector<std::string> files_;
  std::vector<Error> errors_;
  int limit_ = 10;
};

/// Thrown by the parser at the first syntax error of a file; already reported.
struct SyntaxError {};

/// Owns every node, type and object of a compilation; all live until the end of it.
class Arena {
public:
  template <class T, class... A> T *make(A &&...a) {
    auto p = std::make_shared<T>(std::forward<A>(a)...);
    T *raw = p.get();
    owned_.push_back(std::move(p));
    return raw;
  }

private:
  std::vector<std::shared_ptr<void>> owned_;
};

} // namespace minigo
