// A program is one module with main; all that it imports must be of "spectest", and what it runs must be
// there: both are known now, so neither waits for the program to start.
#include "driver/build.h"
#include "driver/check.h"
#include "driver/file.h"
#include "syntax/parse.h"
#include "valid/validate.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <filesystem>

namespace wat {

static void complain(const std::string &file, Pos at, const std::string &text) {
  if (at.line)
    fprintf(stderr, "%s:%u:%u: %s\n", file.c_str(), at.line, at.column, text.c_str());
  else if (at.column)
    fprintf(stderr, "%s: offset %u: %s\n", file.c_str(), at.column, text.c_str());
  else
    fprintf(stderr, "%s: %s\n", file.c_str(), text.c_str());
}

bool load_file(const std::string &path, Module &m) {
  Definition d;
  d.bytes = read_file(path);
  d.form = is_binary(d.bytes) ? Definition::Binary : Definition::Quote;
  try {
    m = load(d);
    CanonicalTypes types;
    validate(m, types);
    return true;
  } catch (const Error &e) {
    complain(path, e.pos, e.message);
    return false;
  }
}

/// Does a host's thing have the type that the module wants? Nothing of "spectest" refers to defined types.
static bool import_fits(const Module &m, const Import &im, Extern e) {
  auto within = [](const Limits &have, uint64_t size, const Limits &want) {
    return size >= want.min && (!want.max || (have.max && *have.max <= *want.max));
  };
  if (e.kind != im.kind)
    return false;
  switch (e.kind) {
  case ExternKind::Func: {
    const SubType &have = static_cast<FuncRef *>(e.object)->type->sub, &want = m.types[m.funcs[im.index].type].sub;
    return have == want && m.groups[m.types[m.funcs[im.index].type].group].count == 1;
  }
  case ExternKind::Table: {
    auto *t = static_cast<TableObject *>(e.object);
    const TableType &want = m.tables[im.index].type;
    return t->type.addr64 == want.addr64 && within(t->type.limits, t->size, want.limits) && t->type.elem == want.elem;
  }
  case ExternKind::Memory: {
    auto *o = static_cast<MemoryObject *>(e.object);
    const MemoryType &want = m.memories[im.index].type;
    return o->type.addr64 == want.addr64 && within(o->type.limits, o->bytes >> 16, want.limits);
  }
  case ExternKind::Global: {
    auto &have = static_cast<GlobalObject *>(e.object)->type;
    const GlobalType &want = m.globals[im.index].type;
    return have.is_mutable == want.is_mutable && have.type == want.type;
  }
  case ExternKind::Tag:
    break;
  }
  return false;
}

static bool can_be_a_program(const Module &m, const std::string &file) {
  bool ok = true;
  for (const Import &im : m.imports) {
    std::string name = "\"" + im.module + "\" \"" + im.field + "\"";
    Extern e = im.module == "spectest" ? spectest(im.field) : Extern{};
    if (!e.object)
      complain(file, im.pos, "unknown import " + name + ": a program has only what \"spectest\" offers");
    else if (!import_fits(m, im, e))
      complain(file, im.pos, "incompatible import type: " + name);
    else
      continue;
    ok = false;
  }
  const Export *entry = nullptr;
  for (const char *name : {"_start", "main"})
    for (const Export &e : m.exports)
      if (!entry && e.name == name)
        entry = &e;
  if (!entry && !m.start) {
    complain(file, {}, "nothing to run: a program exports the function \"_start\" or \"main\", or has a start function");
    return false;
  }
  if (!entry)
    return ok;
  if (entry->kind != ExternKind::Func) {
    complain(file, entry->pos, "what a program exports as \"" + entry->name + "\" must be a function");
    return false;
  }
  const SubType &t = m.types[m.funcs[entry->index].type].sub;
  if (entry->name == "_start" && (!t.params.empty() || !t.results.empty())) {
    complain(file, entry->pos, "\"_start\" must have no parameters and no results");
    return false;
  }
  for (const ValType &p : t.params)
    if (p.is_ref()) {
      complain(file, entry->pos, "\"main\" takes a reference, which no command line can give");
      return false;
    }
  return ok;
}

static std::string identifier(const std::string &s) {
  std::string out;
  for (char c : s)
    out += isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return out;
}

static bool write(const std::string &path, const std::string &text) {
  std::error_code ec;
  llvm::raw_fd_ostream out(path, ec, llvm::sys::fs::OF_None);
  if (!ec) {
    out << text;
    out.flush();
    ec = out.error();
    out.clear_error();
  }
  if (ec)
    fprintf(stderr, "wat: cannot write %s: %s\n", path.c_str(), ec.message().c_str());
  return !ec;
}

/// An archive when the output's name says so, else the object itself.
static void build_library(const Unit &u, const BuildOptions &o) {
  if (!o.output.ends_with(".a"))
    return compile(u, o.compile, o.output);
  TempDir dir;
  std::string object = dir.file(u.symbol + ".o");
  compile(u, o.compile, object);
  auto member = llvm::NewArchiveMember::getFile(object, true);
  llvm::Error e = member.takeError();
  if (!e) {
    std::vector<llvm::NewArchiveMember> members;
    member->MemberName = "module.o";
    members.push_back(std::move(*member));
    e = llvm::writeArchive(o.output, members, llvm::SymtabWritingMode::NormalSymtab, llvm::object::Archive::K_GNU,
                           true, false);
  }
  if (e)
    throw WriteFailed{"cannot write " + o.output + ": " + llvm::toString(std::move(e))};
}

bool build(BuildOptions o) {
  namespace fs = std::filesystem;
  const std::string &file = o.compile.file;
  Module m;
  if (!load_file(file, m) || (!o.library && !can_be_a_program(m, file)))
    return false;
  if (o.output.empty() && !o.emit_llvm)
    o.output = fs::path(file).stem().string() + (o.library ? ".o" : "");
  if (would_overwrite(o.output, file))
    return false;
  if (o.name.empty())
    o.name = identifier(fs::path(file).stem().string());
  Unit unit{m, o.library ? "wat_module_" + o.name : "wat_program_module", !o.library};
  try {
    if (o.emit_llvm)
      return write(o.output.empty() ? "-" : o.output, wat::emit_llvm(unit, o.compile));
    if (o.library) {
      build_library(unit, o);
      return true;
    }
    TempDir dir;
    std::string object = dir.file("program.o");
    compile(unit, o.compile, object);
    return link_program(object, o.output, o.compile.debug);
  } catch (const Error &e) {
    complain(file, e.pos, e.message);
  } catch (const WriteFailed &e) {
    fprintf(stderr, "wat: %s\n", e.message.c_str());
  }
  return false;
}

} // namespace wat
