// Line tables of DWARF 4 in 64-bit ELF files, as LLVM writes them for wat's modules. Tables of other versions
// are passed over: those are the run-time libraries' own, and nobody asks for addresses in them. A damaged
// table ends its reading and nothing more: every read is checked against the section's end.
#include "rt/lines.h"
#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wat {
namespace {

struct Row {
  uint64_t address; // in the file
  Pos place;
  bool ends; // a gap begins here
  size_t number = 0; // in the table's order
};
using Rows = std::vector<Row>;

class Reader {
public:
  Reader(const unsigned char *at, const unsigned char *end) : at_(at), end_(end) {}
  bool left() const { return at_ < end_; }
  uint64_t fixed(unsigned bytes) {
    uint64_t v = 0;
    if (size_t(end_ - at_) < bytes)
      at_ = end_;
    else
      memcpy(&v, std::exchange(at_, at_ + bytes), bytes);
    return v;
  }
  uint64_t leb(bool is_signed = false) {
    uint64_t v = 0;
    unsigned shift = 0;
    unsigned char byte = 0x80;
    while (left() && byte & 0x80) {
      byte = *at_++;
      if (shift < 64)
        v |= uint64_t(byte & 0x7f) << shift;
      shift += 7;
    }
    if (is_signed && byte & 0x40 && shift < 64)
      v |= ~uint64_t(0) << shift;
    return v;
  }
  void skip(uint64_t n) { at_ += std::min(n, uint64_t(end_ - at_)); }
  Reader part(uint64_t n) {
    Reader r(at_, at_ + std::min(n, uint64_t(end_ - at_)));
    at_ = r.end_;
    return r;
  }

private:
  const unsigned char *at_, *end_;
};

/// One unit's line program: section 6.2 of DWARF 4.
void run(Reader unit, Rows &rows) {
  if (unit.fixed(2) != 4)
    return;
  Reader header = unit.part(unit.fixed(4));
  unsigned min_length = unsigned(header.fixed(1));
  header.fixed(1); // operations in an instruction: one
  header.fixed(1); // default_is_stmt
  int line_base = int8_t(header.fixed(1));
  unsigned line_range = unsigned(header.fixed(1)), opcode_base = unsigned(header.fixed(1));
  std::vector<unsigned> operands(1);
  for (unsigned k = 1; k < opcode_base; ++k)
    operands.push_back(unsigned(header.fixed(1)));
  if (!line_range)
    return;
  const Row start{0, {1, 0}, false};
  Row row = start;
  while (unit.left()) {
    unsigned op = unsigned(unit.fixed(1));
    if (op >= opcode_base) {
      op -= opcode_base;
      row.address += op / line_range * min_length;
      row.place.line += uint32_t(line_base + int(op % line_range));
      rows.push_back(row);
      continue;
    }
    switch (op) {
    case 0: { // extended
      Reader e = unit.part(unit.leb());
      switch (e.fixed(1)) {
      case 1: // end_sequence
        row.ends = true;
        rows.push_back(row);
        row = start;
        break;
      case 2: // set_address
        row.address = e.fixed(8);
      }
      break;
    }
    case 1: // copy
      rows.push_back(row);
      break;
    case 2: // advance_pc
      row.address += unit.leb() * min_length;
      break;
    case 3: // advance_line
      row.place.line += uint32_t(unit.leb(true));
      break;
    case 5: // set_column
      row.place.column = uint32_t(unit.leb());
      break;
    case 8: // const_add_pc
      row.address += (255 - opcode_base) / line_range * min_length;
      break;
    case 9: // fixed_advance_pc
      row.address += unit.fixed(2);
      break;
    default:
      for (unsigned k = 0; k < operands[op]; ++k)
        unit.leb();
    }
  }
}

Rows read(const unsigned char *file, size_t size) {
  Rows rows;
  Elf64_Ehdr h;
  if (size < sizeof h)
    return rows;
  memcpy(&h, file, sizeof h);
  if (memcmp(h.e_ident, ELFMAG, SELFMAG) || h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_shstrndx >= h.e_shnum ||
      h.e_shoff > size || size - h.e_shoff < h.e_shnum * sizeof(Elf64_Shdr))
    return rows;
  std::vector<Elf64_Shdr> sections(h.e_shnum);
  memcpy(sections.data(), file + h.e_shoff, h.e_shnum * sizeof(Elf64_Shdr));
  const Elf64_Shdr &names = sections[h.e_shstrndx];
  static const char wanted[] = ".debug_line";
  for (const Elf64_Shdr &s : sections) {
    uint64_t name = names.sh_offset + s.sh_name;
    if (name > size || size - name < sizeof wanted || memcmp(file + name, wanted, sizeof wanted) ||
        s.sh_flags & SHF_COMPRESSED || s.sh_offset > size || s.sh_size > size - s.sh_offset)
      continue;
    Reader r(file + s.sh_offset, file + s.sh_offset + s.sh_size);
    while (r.left())
      run(r.part(r.fixed(4)), rows);
  }
  // What ends a sequence comes before what begins another at the same address.
  // Of several rows of one address the last holds.
  for (size_t k = 0; k < rows.size(); ++k)
    rows[k].number = k;
  std::sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
    if (a.address != b.address)
      return a.address < b.address;
    return a.ends != b.ends ? a.ends : a.number < b.number;
  });
  return rows;
}

Rows read(const std::string &path) {
  Rows rows;
  int fd = open(path.empty() ? "/proc/self/exe" : path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat s;
  if (fd >= 0 && !fstat(fd, &s) && s.st_size > 0)
    if (void *p = mmap(nullptr, size_t(s.st_size), PROT_READ, MAP_PRIVATE, fd, 0); p != MAP_FAILED) {
      rows = read(static_cast<const unsigned char *>(p), size_t(s.st_size));
      munmap(p, size_t(s.st_size));
    }
  if (fd >= 0)
    close(fd);
  return rows;
}

std::mutex lock;
std::map<std::string, Rows> known;

const Rows &rows_of(const std::string &file) {
  auto [at, is_new] = known.try_emplace(file);
  if (is_new)
    at->second = read(file);
  return at->second;
}

} // namespace

void keep_lines(const std::string &file) {
  std::lock_guard guard(lock);
  rows_of(file);
}

bool line_of(uintptr_t address, Pos &place) {
  struct Search {
    uintptr_t address, bias = 0;
    std::string file = {};
  } search{address};
  auto holds = [](dl_phdr_info *info, size_t, void *arg) {
    auto *s = static_cast<Search *>(arg);
    for (int k = 0; k < info->dlpi_phnum; ++k)
      if (auto &p = info->dlpi_phdr[k];
          p.p_type == PT_LOAD && s->address - info->dlpi_addr - p.p_vaddr < p.p_memsz) {
        s->bias = info->dlpi_addr;
        s->file = info->dlpi_name;
        return 1;
      }
    return 0;
  };
  if (!dl_iterate_phdr(holds, &search))
    return false;
  std::lock_guard guard(lock);
  const Rows &rows = rows_of(search.file);
  uint64_t in_file = address - search.bias;
  auto next = std::upper_bound(rows.begin(), rows.end(), in_file,
                               [](uint64_t a, const Row &row) { return a < row.address; });
  if (next == rows.begin() || (--next)->ends || !next->place.line)
    return false;
  place = next->place;
  return true;
}

} // namespace wat
