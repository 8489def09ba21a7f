// Finding and checking packages: the user's file is package main, every import is one of the
// library packages built into the compiler (lib/*.go). A Go package we don't have is "not
// supported", one that Go doesn't have either is gc's "package x is not in GOROOT".
#include "driver/compiler.h"
#include "syntax/parser.h"
#include <fstream>
#include <sstream>

namespace minigo {

static const char *const go_std[] = {"archive/tar",
                                     "archive/zip",
                                     "bufio",
                                     "bytes",
                                     "compress/gzip",
                                     "container/heap",
                                     "container/list",
                                     "container/ring",
                                     "context",
                                     "crypto",
                                     "crypto/md5",
                                     "crypto/rand",
                                     "crypto/sha1",
                                     "crypto/sha256",
                                     "database/sql",
                                     "embed",
                                     "encoding",
                                     "encoding/base64",
                                     "encoding/binary",
                                     "encoding/csv",
                                     "encoding/hex",
                                     "encoding/json",
                                     "encoding/xml",
                                     "errors",
                                     "expvar",
                                     "flag",
                                     "fmt",
                                     "go/ast",
                                     "hash",
                                     "hash/crc32",
                                     "hash/fnv",
                                     "html",
                                     "html/template",
                                     "image",
                                     "io",
                                     "io/fs",
                                     "io/ioutil",
                                     "log",
                                     "math",
                                     "math/big",
                                     "math/bits",
                                     "math/cmplx",
                                     "math/rand",
                                     "mime",
                                     "net",
                                     "net/http",
                                     "net/url",
                                     "os",
                                     "os/exec",
                                     "os/signal",
                                     "path",
                                     "path/filepath",
                                     "reflect",
                                     "regexp",
                                     "runtime",
                                     "runtime/debug",
                                     "runtime/pprof",
                                     "sort",
                                     "strconv",
                                     "strings",
                                     "sync",
                                     "sync/atomic",
                                     "syscall",
                                     "testing",
                                     "text/tabwriter",
                                     "text/template",
                                     "time",
                                     "unicode",
                                     "unicode/utf16",
                                     "unicode/utf8",
                                     "unsafe"};

namespace {

class Loader {
public:
  Loader(Arena &arena, Diagnostics &diag) : arena_(arena), diag_(diag) {}
  Checker *checker = nullptr;
  std::vector<Package *> order;

  File *parse(const std::string &shown, const std::string &text) {
    uint16_t id = diag_.add_file(shown);
    try {
      Parser p(lex(text, id, diag_), id, arena_, diag_);
      return p.parse_file();
    } catch (SyntaxError &) {
      return nullptr;
    }
  }

  Package *import(const std::string &path, Pos pos) {
    auto it = loaded_.find(path);
    if (it != loaded_.end()) {
      if (it->second && !done_.count(path))
        diag_.error(pos, "import cycle not allowed");
      return it->second;
    }
    const char *text = library_source(path);
    if (!text) {
      bool std_package = false;
      for (const char *p : go_std)
        std_package |= path == p;
      if (std_package)
        diag_.not_supported(pos, "package " + path);
      else
        diag_.error(pos, "package " + path + " is not in GOROOT");
      return loaded_[path] = nullptr;
    }
    auto *p = arena_.make<Package>();
    loaded_[path] = p;
    p->path = path;
    p->is_library = true;
    File *f = parse("$minigo/" + path + ".go", text);
    if (!f)
      return loaded_[path] = nullptr;
    p->name = f->package->name;
    p->files.push_back(f);
    // The package's imports come first; the checker can only look at one package at a time.
    for (Spec *s : f->imports)
      import(s->path, s->pos);
    checker->check_package(p);
    done_.insert(path);
    order.push_back(p);
    return p;
  }

private:
  Arena &arena_;
  Diagnostics &diag_;
  std::map<std::string, Package *> loaded_;
  std::set<std::string> done_;
};

} // namespace

std::vector<Package *> load(const Options &o, Arena &arena, TypeTable &types, Diagnostics &diag,
                            std::vector<FuncInfo *> &functions) {
  std::ifstream in(o.input, std::ios::binary);
  if (!in) {
    diag.error(Pos{}, "cannot read " + o.input);
    return {};
  }
  std::stringstream text;
  text << in.rdbuf();
  Loader loader(arena, diag);
  File *f = loader.parse(o.input, text.str());
  if (!f)
    return {};
  Checker checker(arena, types, diag,
                  [&](const std::string &path, Pos pos) { return loader.import(path, pos); });
  loader.checker = &checker;
  loader.import("runtime", Pos{});
  for (Spec *s : f->imports)
    loader.import(s->path, s->pos);
  auto *p = arena.make<Package>();
  p->path = "main";
  p->has_host = o.guest;
  p->name = f->package->name;
  p->files.push_back(f);
  if (p->name != "main") {
    diag.error(f->package->pos, "package command-line-arguments is not a main package");
    return {};
  }
  checker.check_package(p);
  if (diag.failed())
    return {};
  functions = checker.functions();
  loader.order.push_back(p);
  return loader.order;
}

} // namespace minigo
