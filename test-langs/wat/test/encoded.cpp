// What is encoded decodes to the same model, names and places apart: for every module of the scripts and programs.
#include "syntax/binary.h"
#include "syntax/parse.h"
#include "syntax/script.h"
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

using namespace wat;

namespace {

std::string shape(Module m) {
  m.name.clear();
  auto clear = [](auto &items) {
    for (auto &item : items)
      item.name.clear();
  };
  clear(m.types), clear(m.funcs), clear(m.tables), clear(m.memories), clear(m.globals),
      clear(m.tags);
  clear(m.elems), clear(m.datas);
  for (auto &f : m.funcs)
    f.local_names.clear();
  static const std::regex place("  ;; [@0-9:]+");
  return std::regex_replace(dump(m), place, "");
}

} // namespace

TEST_CASE("an encoded module decodes to itself") {
  unsigned modules = 0;
  for (const char *folder : {WAT_SCRIPTS, WAT_SCRIPTS "/../programs"})
    for (auto &entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::string text((std::istreambuf_iterator<char>(in)), {});
      if (entry.path().extension() != ".wast")
        continue;
      INFO(entry.path());
      for (auto &command : parse_script(text)) {
        if (!command.definition || command.definition->error)
          continue;
        const Definition &d = *command.definition;
        std::optional<Module> m;
        try {
          m = d.form == Definition::Text     ? d.module
              : d.form == Definition::Binary ? decode_binary(d.bytes)
                                             : parse_module(d.bytes);
        } catch (const Error &) {
          continue; // malformed on purpose
        }
        INFO("line " << command.pos.line);
        CHECK(shape(decode_binary(encode_binary(*m))) == shape(*m));
        ++modules;
      }
    }
  CHECK(modules > 300);
}
