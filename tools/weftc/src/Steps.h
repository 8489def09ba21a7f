// What weftc does outside its own process: a folder for intermediate files, and programs that it
// runs. Both end with weftc, however it ends: a signal first stops the program that runs, then
// removes the folder, so that nothing is left behind and nothing is written later.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace weftc {

// The one folder of this run; made at the first use.
class TempFolder {
public:
  explicit TempFolder(bool verbose) : verbose_(verbose) {}
  ~TempFolder();
  TempFolder(const TempFolder &) = delete;

  // A path for a new file in it.
  llvm::Expected<std::string> file(llvm::StringRef suffix);

private:
  bool verbose_;
};

std::string quoted(llvm::ArrayRef<std::string> command);
// Prints a step under -v: text that a shell runs.
void show_step(const llvm::Twine &command);

struct Outcome {
  int status = 0;      // exit status; 128 + signal when killed
  std::string message; // what it wrote to its standard error
};

// Runs command[0]. Standard error is collected, so that the caller can add to it.
llvm::Expected<Outcome> run_program(llvm::ArrayRef<std::string> command);

} // namespace weftc
