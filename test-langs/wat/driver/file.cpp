#include "driver/file.h"
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

namespace wat {

std::string read_file(const std::string &path) {
  std::unique_ptr<FILE, int (*)(FILE *)> in(fopen(path.c_str(), "rb"), [](FILE *f) { return f ? fclose(f) : 0; });
  std::string bytes;
  char part[65536];
  while (in) {
    size_t n = fread(part, 1, sizeof part, in.get());
    bytes.append(part, n);
    if (n < sizeof part) {
      if (ferror(in.get())) // of a directory, say
        break;
      return bytes;
    }
  }
  fprintf(stderr, "wat: cannot read %s: %s\n", path.c_str(), strerror(errno));
  exit(2);
}

bool is_binary(const std::string &bytes) { return bytes.starts_with(std::string_view("\0asm", 4)); }

bool would_overwrite(const std::string &output, const std::string &file) {
  std::error_code ec;
  if (!std::filesystem::equivalent(output, file, ec))
    return false;
  fprintf(stderr, "wat: %s would be overwritten: say -o\n", file.c_str());
  return true;
}

} // namespace wat
