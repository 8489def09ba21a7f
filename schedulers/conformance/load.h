// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A plug-in's table, for who calls it instead of a runtime. That it is one, the runtime's own loader has looked at before.
#pragma once

#include "drive.h"

namespace conformance {

// "path[:key=val,..]" in two.
std::string path_of(const std::string &spec);
DriveParams params_of(const std::string &spec);
// As long as the header's, with NULL for what an older one ends before. NULL and why not.
const weft_sched_ops *load(const std::string &path, std::string &error);
// A runtime's `find` (weft_sched_services): another policy's table, as the library itself gives it.
weft_status find_table(void *, const char *name, const weft_sched_ops **out, char *error, size_t size);

} // namespace conformance
