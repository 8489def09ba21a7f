// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// os.h's redirect_calls, and notes and names of loaded objects, where objects are ELF.
//
// A shared library calls its own exported functions through a table as well, so that a definition that
// comes earlier in the search can take their place. One that comes too late for the search is written into the
// table here. The loader has made it read-only where it was told so (PT_GNU_RELRO); elsewhere it may still be
// writing there itself, so only what was read-only becomes so again.
#include "os.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#pragma weak dlopen
#pragma weak dlerror

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
  bool imports; // also of those that do not define it
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
  if (!search->imports && contains(info, search->to))
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
      if ((symbol.st_shndx == SHN_UNDEF) != search->imports || strcmp(o.strings + symbol.st_name, search->name) != 0)
        continue;
      if (!search->found && !search->imports)
        *search->definition = reinterpret_cast<void *>(o.base + symbol.st_value);
      search->found |= write_slot(o, reinterpret_cast<void **>(o.base + r.r_offset), search->to);
    }
  return 0;
}

} // namespace

bool redirect_calls(const char *name, void *to, void **definition) {
  Search search = {name, to, definition, false, false};
  dl_iterate_phdr(visit, &search);
  return search.found;
}

bool redirect_imports(const char *name, void *to, void **own) {
  if (void *found = dlsym(RTLD_DEFAULT, name))
    *own = found; // not by our own table, which is redirected too
  Search search = {name, to, nullptr, false, true};
  dl_iterate_phdr(visit, &search);
  return search.found;
}

namespace {

struct Notes {
  const char *name;
  uint32_t type;
  void (*visit)(void *arg, const char *file, const char *desc);
  void *arg;
};

// The loader has no name for the program.
const char *named(const char *name, char *program, size_t size) {
  if (name && name[0])
    return name;
  ssize_t n = readlink("/proc/self/exe", program, size - 1);
  program[n > 0 ? n : 0] = '\0';
  return n > 0 ? program : "the program";
}

int visit_notes(dl_phdr_info *info, size_t, void *arg) {
  auto *notes = static_cast<const Notes *>(arg);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &p = info->dlpi_phdr[i];
    if (p.p_type != PT_NOTE)
      continue;
    size_t align = p.p_align == 8 ? 8 : 4;
    auto padded = [align](size_t n) { return (n + align - 1) & ~(align - 1); };
    auto *at = reinterpret_cast<const char *>(info->dlpi_addr + p.p_vaddr), *end = at + p.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) head;
      memcpy(&head, at, sizeof head);
      const char *name = at + sizeof head;
      const char *desc = at + padded(sizeof head + head.n_namesz);
      at = desc + padded(head.n_descsz);
      if (at > end)
        break;
      if (head.n_type == notes->type && head.n_namesz == strlen(notes->name) + 1 &&
          strcmp(name, notes->name) == 0) {
        char program[512];
        notes->visit(notes->arg, named(info->dlpi_name, program, sizeof program), desc);
      }
    }
  }
  return 0;
}

struct Named {
  const void *address;
  char *out;
  size_t size;
};

int visit_name(dl_phdr_info *info, size_t, void *arg) {
  auto *to = static_cast<Named *>(arg);
  if (!contains(info, to->address))
    return 0;
  char program[512];
  snprintf(to->out, to->size, "%s", named(info->dlpi_name, program, sizeof program));
  return 1;
}

} // namespace

void each_note(const char *name, uint32_t type, void (*visit)(void *arg, const char *file, const char *desc),
               void *arg) {
  Notes notes = {name, type, visit, arg};
  dl_iterate_phdr(visit_notes, &notes);
}

void file_of(const void *address, char *out, size_t size) {
  Named to = {address, out, size};
  if (!dl_iterate_phdr(visit_name, &to))
    snprintf(out, size, "the program");
}

void stay_loaded(const void *address) {
  char file[512];
  file_of(address, file, sizeof file);
  // Not there in a static program that loads nothing. The program itself is not found by its path, and need not be.
  if (dlopen && !dlopen(file, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) && dlerror)
    dlerror(); // which is not for the program to find
}

} // namespace weft::os
