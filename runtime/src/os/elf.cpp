// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// os.h's redirect_calls where objects are ELF.
//
// A shared library calls its own exported functions through a table as well, so that a definition that
// comes earlier in the search can take their place. One that comes too late for the search is written into the
// table here. The loader has made it read-only where it was told so (PT_GNU_RELRO); elsewhere it may still be
// writing there itself, so only what was read-only becomes so again.
#include "os.h"

#include <cstring>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#define WEFT_R_CALL R_X86_64_JUMP_SLOT
#define WEFT_R_ADDRESS R_X86_64_GLOB_DAT
#elif defined(__aarch64__)
#define WEFT_R_CALL R_AARCH64_JUMP_SLOT
#define WEFT_R_ADDRESS R_AARCH64_GLOB_DAT
#endif

namespace weft::os {
namespace {

struct Search {
  const char *name;
  void *to;
  void **definition;
  bool found;
};

struct Object {
  uintptr_t base = 0;
  const ElfW(Sym) *symbols = nullptr;
  const char *strings = nullptr;
  const ElfW(Rela) *tables[2] = {};
  size_t sizes[2] = {}; // in bytes
  uintptr_t read_only = 0, read_only_end = 0;
};

bool contains(const dl_phdr_info *info, const void *address) {
  auto at = reinterpret_cast<uintptr_t>(address);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &p = info->dlpi_phdr[i];
    if (p.p_type == PT_LOAD && at - info->dlpi_addr - p.p_vaddr < p.p_memsz)
      return true;
  }
  return false;
}

Object read(const dl_phdr_info *info) {
  Object o;
  o.base = info->dlpi_addr;
  const ElfW(Dyn) *dynamic = nullptr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &p = info->dlpi_phdr[i];
    if (p.p_type == PT_DYNAMIC)
      dynamic = reinterpret_cast<const ElfW(Dyn) *>(o.base + p.p_vaddr);
    if (p.p_type == PT_GNU_RELRO) {
      o.read_only = o.base + p.p_vaddr;
      o.read_only_end = o.read_only + p.p_memsz;
    }
  }
  for (; dynamic && dynamic->d_tag != DT_NULL; ++dynamic) {
    // The loader has made addresses of these, but for objects that the kernel maps.
    uintptr_t at = dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_SYMTAB && at > o.base)
      o.symbols = reinterpret_cast<const ElfW(Sym) *>(at);
    else if (dynamic->d_tag == DT_STRTAB && at > o.base)
      o.strings = reinterpret_cast<const char *>(at);
    else if (dynamic->d_tag == DT_JMPREL)
      o.tables[0] = reinterpret_cast<const ElfW(Rela) *>(at);
    else if (dynamic->d_tag == DT_RELA)
      o.tables[1] = reinterpret_cast<const ElfW(Rela) *>(at);
    else if (dynamic->d_tag == DT_PLTRELSZ)
      o.sizes[0] = dynamic->d_un.d_val;
    else if (dynamic->d_tag == DT_RELASZ)
      o.sizes[1] = dynamic->d_un.d_val;
  }
  return o;
}

bool write_slot(const Object &o, void **slot, void *to) {
  auto at = reinterpret_cast<uintptr_t>(slot);
  bool protect = at >= o.read_only && at < o.read_only_end;
  auto *page = reinterpret_cast<void *>(at & ~(page_size() - 1));
  if (protect && mprotect(page, page_size(), PROT_READ | PROT_WRITE) != 0)
    return false;
  __atomic_store_n(slot, to, __ATOMIC_RELEASE);
  if (protect)
    mprotect(page, page_size(), PROT_READ);
  return true;
}

int visit(dl_phdr_info *info, size_t, void *arg) {
  auto *search = static_cast<Search *>(arg);
  if (contains(info, search->to))
    return 0;
  Object o = read(info);
  if (!o.symbols || !o.strings)
    return 0;
  for (int t = 0; t < 2; ++t)
    for (size_t i = 0; o.tables[t] && i < o.sizes[t] / sizeof(ElfW(Rela)); ++i) {
      const ElfW(Rela) &r = o.tables[t][i];
      if (ELF64_R_TYPE(r.r_info) != WEFT_R_CALL && ELF64_R_TYPE(r.r_info) != WEFT_R_ADDRESS)
        continue;
      const ElfW(Sym) &symbol = o.symbols[ELF64_R_SYM(r.r_info)];
      if (symbol.st_shndx == SHN_UNDEF || strcmp(o.strings + symbol.st_name, search->name) != 0)
        continue;
      if (!search->found)
        *search->definition = reinterpret_cast<void *>(o.base + symbol.st_value);
      search->found |= write_slot(o, reinterpret_cast<void **>(o.base + r.r_offset), search->to);
    }
  return 0;
}

} // namespace

bool redirect_calls(const char *name, void *to, void **definition) {
  Search search = {name, to, definition, false};
  dl_iterate_phdr(visit, &search);
  return search.found;
}

} // namespace weft::os
