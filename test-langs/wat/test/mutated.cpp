// Damaged modules end in an Error or in a valid module, never otherwise: the decoder, the parser
// and the validator are given the scripts' own modules with bytes changed, dropped and repeated,
// the same ones in every run. Sanitizer builds make this strict.
#include "syntax/binary.h"
#include "syntax/script.h"
#include "valid/validate.h"
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

using namespace wat;

namespace {

std::vector<std::string> scripts() {
  std::vector<std::string> texts;
  for (auto &entry : std::filesystem::directory_iterator(WAT_SCRIPTS))
    if (entry.path().extension() == ".wast") {
      std::ifstream in(entry.path(), std::ios::binary);
      texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  std::sort(texts.begin(), texts.end()); // directories have no order
  return texts;
}

void damage(std::string &s, std::mt19937 &random) {
  for (unsigned n = 1 + random() % 3; n > 0 && !s.empty(); n--) {
    const size_t at = random() % s.size(),
                 length = std::min<size_t>(s.size() - at, 1 + random() % 8);
    switch (random() % 5) {
    case 0:
      s[at] = (char)random();
      break;
    case 1:
      s[at] ^= 1 << random() % 8;
      break;
    case 2:
      s.erase(at, length);
      break;
    case 3:
      s.insert(random() % s.size(), s.substr(at, length));
      break;
    default:
      s[at] = "\x00\x7f\x80\xff\x0b\x40\x63\xfb"[random() % 8];
      break;
    }
  }
}

/// True if \p make's module is valid, false if there is an Error.
template <class Make> bool survives(Make make) {
  try {
    CanonicalTypes types;
    const Module m = make();
    const Validated v = validate(m, types);
    for (size_t f = 0; f < m.funcs.size(); f++)
      if (m.funcs[f].import == no_index)
        REQUIRE(v.funcs[f].code.size() == m.funcs[f].body.code.size());
    return true;
  } catch (const Error &e) {
    REQUIRE(!e.message.empty());
    return false;
  }
}

} // namespace

TEST_CASE("damaged binary modules") {
  std::vector<std::string> modules;
  for (auto &text : scripts())
    for (auto &command : parse_script(text))
      if (command.definition && command.definition->form == Definition::Binary)
        modules.push_back(command.definition->bytes);
  REQUIRE(modules.size() > 50);
  std::mt19937 random(1);
  unsigned good = 0, bad = 0;
  for (unsigned n = 0; n < 20000; n++) {
    std::string bytes = modules[random() % modules.size()];
    damage(bytes, random);
    ++(survives([&] { return decode_binary(bytes); }) ? good : bad);
  }
  CHECK(good > 100); // else the damage hides what stands behind it
  CHECK(bad > 10000);
}

TEST_CASE("damaged scripts") {
  const auto texts = scripts();
  std::mt19937 random(2);
  unsigned good = 0;
  for (unsigned n = 0; n < 100; n++) {
    std::string text = texts[random() % texts.size()];
    damage(text, random);
    for (auto &command : parse_script(text))
      if (command.definition && command.definition->form == Definition::Text &&
          !command.definition->error)
        good += survives([&] { return command.definition->module; });
  }
  CHECK(good > 100);
}
