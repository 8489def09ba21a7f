// What all commands do with the files that they are given.
#pragma once
#include <string>

namespace wat {

/// A file's bytes. What cannot be read ends the process with 2, as other mistakes of the command line do.
std::string read_file(const std::string &path);
bool is_binary(const std::string &bytes);
/// Would writing `output` destroy the file that is read? Then that is said.
bool would_overwrite(const std::string &output, const std::string &file);

} // namespace wat
