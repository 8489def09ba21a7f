// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// symbols.h where objects are ELF. Everything read from a file is checked against its size: a file may have been replaced
// since it was loaded. Then it names other functions, so one whose program headers differ is not believed.
#include "symbols.h"

#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::os {
namespace {

struct Found {
  uintptr_t address;
  uintptr_t low = 0, high = 0, base = 0;
  const char *path = nullptr;
  const void *headers = nullptr;
  size_t headers_size = 0;
};

int look(dl_phdr_info *info, size_t, void *arg) {
  auto *found = static_cast<Found *>(arg);
  uintptr_t low = UINTPTR_MAX, high = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &p = info->dlpi_phdr[i];
    if (p.p_type != PT_LOAD)
      continue;
    uintptr_t from = info->dlpi_addr + p.p_vaddr;
    low = from < low ? from : low;
    high = from + p.p_memsz > high ? from + p.p_memsz : high;
  }
  if (found->address < low || found->address >= high)
    return 0;
  found->low = low;
  found->high = high;
  found->base = info->dlpi_addr;
  found->path = info->dlpi_name;
  found->headers = info->dlpi_phdr;
  found->headers_size = info->dlpi_phnum * sizeof(ElfW(Phdr));
  return 1;
}

void last_name(char *to, size_t size, const char *path) {
  const char *slash = strrchr(path, '/');
  strncpy(to, slash ? slash + 1 : path, size - 1);
  to[size - 1] = '\0';
}

} // namespace

Symbols::~Symbols() {
  for (size_t i = 0; i < count_; ++i)
    if (objects_[i].file)
      munmap(const_cast<char *>(objects_[i].file), objects_[i].size);
}

void Symbols::open_file(Object &o, const char *path, const void *headers, size_t headers_size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  struct stat about;
  void *map = MAP_FAILED;
  if (fstat(fd, &about) == 0 && static_cast<size_t>(about.st_size) >= sizeof(ElfW(Ehdr)))
    map = mmap(nullptr, static_cast<size_t>(about.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (map == MAP_FAILED)
    return;
  o.file = static_cast<const char *>(map);
  o.size = static_cast<size_t>(about.st_size);
  auto inside = [&](uint64_t at, uint64_t size) { return at <= o.size && size <= o.size - at; };
  auto *header = reinterpret_cast<const ElfW(Ehdr) *>(o.file);
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || !inside(header->e_phoff, headers_size) ||
      memcmp(o.file + header->e_phoff, headers, headers_size) != 0 ||
      header->e_shentsize != sizeof(ElfW(Shdr)) ||
      !inside(header->e_shoff, header->e_shnum * sizeof(ElfW(Shdr))))
    return;
  auto *sections = reinterpret_cast<const ElfW(Shdr) *>(o.file + header->e_shoff);
  for (int i = 0; i < header->e_shnum; ++i) {
    const ElfW(Shdr) &s = sections[i];
    // The full table goes before the dynamic one.
    if (!(s.sh_type == SHT_SYMTAB || (s.sh_type == SHT_DYNSYM && !o.symbols)) ||
        s.sh_link >= header->e_shnum || !inside(s.sh_offset, s.sh_size))
      continue;
    const ElfW(Shdr) &strings = sections[s.sh_link];
    if (!inside(strings.sh_offset, strings.sh_size) || strings.sh_size == 0 ||
        o.file[strings.sh_offset + strings.sh_size - 1] != '\0')
      continue;
    o.symbols = o.file + s.sh_offset;
    o.count = s.sh_size / sizeof(ElfW(Sym));
    o.strings = o.file + strings.sh_offset;
    o.strings_size = strings.sh_size;
  }
}

Symbols::Object *Symbols::object_of(uintptr_t address) {
  for (size_t i = 0; i < count_; ++i)
    if (address >= objects_[i].low && address < objects_[i].high)
      return &objects_[i];
  Found found{address};
  if (count_ == kObjects || !dl_iterate_phdr(look, &found))
    return nullptr;
  Object &o = objects_[count_++];
  o = {};
  o.low = found.low;
  o.high = found.high;
  o.base = found.base;
  if (found.path && *found.path) {
    last_name(o.name, sizeof o.name, found.path);
    open_file(o, found.path, found.headers, found.headers_size);
    return &o;
  }
  char path[512];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  path[n > 0 ? n : 0] = '\0';
  if (char *gone = strstr(path, " (deleted)"))
    *gone = '\0';
  last_name(o.name, sizeof o.name, path);
  open_file(o, "/proc/self/exe", found.headers, found.headers_size);
  return &o;
}

void Symbols::look_up(const Object &o, Known &known) {
  bool global = false;
  uintptr_t at = known.address - o.base;
  auto *symbols = reinterpret_cast<const ElfW(Sym) *>(o.symbols);
  for (size_t i = 0; i < o.count; ++i) {
    const ElfW(Sym) &s = symbols[i];
    unsigned type = s.st_info & 15;
    if ((type != STT_FUNC && type != STT_NOTYPE && type != STT_GNU_IFUNC) || s.st_shndx == SHN_UNDEF ||
        at - s.st_value >= s.st_size || s.st_name >= o.strings_size)
      continue;
    bool is_global = s.st_info >> 4 != STB_LOCAL;
    if (known.name && (global || !is_global))
      continue;
    global = is_global;
    known.name = o.strings + s.st_name;
    known.start = o.base + s.st_value;
  }
}

Symbol Symbols::at(uintptr_t address) {
  Object *o = object_of(address);
  if (!o)
    return {nullptr, 0, "?", address};
  Known &known = known_[(address ^ address >> 8) % kKnown];
  if (known.address != address) {
    known = {address, nullptr, 0};
    if (o->symbols)
      look_up(*o, known);
  }
  bool named = known.name && *known.name;
  return {named ? known.name : nullptr, named ? address - known.start : 0, o->name, address - o->base};
}

} // namespace weft::os
