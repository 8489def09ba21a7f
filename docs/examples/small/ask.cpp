// A dialogue that asks where it needs an answer, and whoever runs it decides how it is answered: here from a script, and
// one that is out of answers raises an exception where the question was asked.
// expect: What is your name? Ada
// expect: How old are you? 36
// expect: Ada is 36.
// expect: What is your name? Bob
// expect: How old are you? nobody knows: end of script
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
#include <weft/continuation.hpp>

inline constexpr weft::tag<std::string(std::string)> ask("ask");

static std::string dialogue() {
  std::string name = weft::suspend(ask, "What is your name?");
  try {
    return name + " is " + weft::suspend(ask, "How old are you?") + ".";
  } catch (const std::runtime_error &e) {
    return std::string("nobody knows: ") + e.what();
  }
}

static void play(std::vector<std::string> script) {
  weft::continuation<std::string()> k(dialogue);
  auto out = k.resume<ask>();
  for (size_t i = 0; !out.returned(); ++i) {
    std::printf("%s ", out.payload<ask>().c_str());
    if (i == script.size()) {
      out = out.next<ask>().throw_into<ask>(std::runtime_error("end of script"));
    } else {
      std::printf("%s\n", script[i].c_str());
      out = out.next<ask>().resume<ask>(script[i]);
    }
  }
  std::printf("%s\n", out.result().c_str());
}

int main() {
  play({"Ada", "36"});
  play({"Bob"});
}
