// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Names of functions by address, from the .symtab of the program under test and of libweft.so: what the
// unwinders themselves offer is slow, or knows exported names alone. Code of other objects has no name
// here: it is stepped over, and stands in a stack as "(libc.so.6)" and the like.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

struct Symbols {
  struct Function {
    uintptr_t low, high;
    std::string name, file;
    uintptr_t base;
  };
  struct Mapping {
    uintptr_t low, high;
    std::string file;
    bool watched;
  };
  std::vector<Function> functions;
  std::vector<Mapping> mappings;

  // `pid` may be "self".
  explicit Symbols(const std::string &pid) {
    std::ifstream maps("/proc/" + pid + "/maps");
    std::string line;
    char program[4096] = "";
    if (readlink(("/proc/" + pid + "/exe").c_str(), program, sizeof program - 1) < 0)
      return;
    std::string last;
    while (std::getline(maps, line)) {
      std::istringstream words(line);
      std::string range, rights, offset, device, inode, file;
      words >> range >> rights >> offset >> device >> inode >> file;
      if (file.empty() || file[0] != '/')
        continue;
      size_t dash = range.find('-');
      uintptr_t low = std::stoull(range.substr(0, dash), nullptr, 16);
      uintptr_t high = std::stoull(range.substr(dash + 1), nullptr, 16);
      bool watched = file == program || file.find("libweft.so") != std::string::npos;
      if (file != last && watched)
        read(file, low);
      last = file;
      mappings.push_back({low, high, file.substr(file.rfind('/') + 1), watched});
    }
    std::sort(functions.begin(), functions.end(),
              [](const Function &a, const Function &b) { return a.low < b.low; });
  }

  // Ours: to be right at every instruction. Not the linker's jump tables: lld gives them no CFI.
  bool watched(uintptr_t ip) const { return find(ip) != nullptr; }

  // The first instruction of a function.
  bool enters(uintptr_t ip) const {
    const Function *f = find(ip);
    return f && f->low == ip;
  }

  std::string name(uintptr_t ip) const {
    if (const Function *f = find(ip))
      return f->name;
    for (const Mapping &m : mappings)
      if (ip >= m.low && ip < m.high)
        return "(" + m.file + ")";
    return "??";
  }

  // Function and offset.
  std::string place(uintptr_t ip) const {
    const Function *f = find(ip);
    return f ? f->name + "+" + std::to_string(ip - f->low) : name(ip);
  }

  // The code around ip, as objdump has it.
  void disassemble(uintptr_t ip) const {
    const Function *f = find(ip);
    if (!f)
      return;
    fflush(stdout);
    uintptr_t at = ip - f->base, from = std::max(f->low - f->base, at - 24);
    char command[8192];
    snprintf(command, sizeof command,
             "objdump -d --no-show-raw-insn --start-address=%zu --stop-address=%zu %s | "
             "grep '^ ' | sed 's/^ *%zx:/ =>&/'",
             size_t(from), size_t(at + 16), f->file.c_str(), size_t(at));
    if (system(command) != 0)
      puts("    (no objdump)");
  }

private:
  const Function *find(uintptr_t ip) const {
    auto after = std::upper_bound(functions.begin(), functions.end(), ip,
                                  [](uintptr_t at, const Function &f) { return at < f.low; });
    if (after == functions.begin())
      return nullptr;
    const Function &f = *--after;
    return ip < f.high ? &f : nullptr;
  }

  void read(const std::string &file, uintptr_t base) {
    std::ifstream in(file, std::ios::binary);
    std::string image((std::istreambuf_iterator<char>(in)), {});
    auto at = [&](size_t offset) { return image.data() + offset; };
    Elf64_Ehdr header;
    memcpy(&header, at(0), sizeof header);
    if (header.e_type == ET_EXEC)
      base = 0;
    std::vector<Elf64_Shdr> sections(header.e_shnum);
    memcpy(sections.data(), at(header.e_shoff), sections.size() * sizeof(Elf64_Shdr));
    for (const Elf64_Shdr &s : sections) {
      if (s.sh_type != SHT_SYMTAB)
        continue;
      for (size_t i = 0; i < s.sh_size / sizeof(Elf64_Sym); ++i) {
        Elf64_Sym symbol;
        memcpy(&symbol, at(s.sh_offset + i * sizeof symbol), sizeof symbol);
        if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || !symbol.st_size)
          continue;
        functions.push_back({base + symbol.st_value, base + symbol.st_value + symbol.st_size,
                             at(sections[s.sh_link].sh_offset) + symbol.st_name,
                             file, base});
      }
    }
  }
};
