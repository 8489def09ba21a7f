// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "load.h"
#include "conformance/suite.h"

#include <cstring>
#include <dlfcn.h>
#include <sstream>
#include <unistd.h>

namespace conformance {

namespace {

// As the runtime takes it (plugin.cpp).
size_t colon_of(const std::string &spec) {
  const size_t first = spec.find(':'), slash = spec.rfind('/');
  if (first == std::string::npos || slash == std::string::npos || spec.find('/') > first)
    return first;
  for (size_t colon = first; colon != std::string::npos; colon = spec.find(':', colon + 1)) {
    const size_t end = spec.find_first_of("/:,=", colon + 1);
    if (colon + 1 == spec.size() || (end != std::string::npos && end != colon + 1 && spec[end] == '='))
      return colon;
  }
  return spec.find(':', slash);
}

bool is_file(const std::string &path) { return access(path.c_str(), R_OK) == 0; }

} // namespace

std::string path_of(const std::string &spec) { return spec.substr(0, colon_of(spec)); }

DriveParams params_of(const std::string &spec) {
  DriveParams params;
  size_t colon = colon_of(spec);
  std::istringstream in(colon == std::string::npos ? "" : spec.substr(colon + 1));
  for (std::string one; std::getline(in, one, ',');)
    if (size_t equals = one.find('='); equals != std::string::npos)
      params.push_back({one.substr(0, equals), one.substr(equals + 1)});
  return params;
}

const weft_sched_ops *load(const std::string &path, std::string &error) {
  static weft_sched_ops table;
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  auto plugin = library ? reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL)) : nullptr;
  if (!plugin) {
    const char *why = dlerror();
    error = why ? why : "cannot be loaded";
    return nullptr;
  }
  const weft_sched_ops *ops = plugin();
  table = {};
  memcpy(static_cast<void *>(&table), ops, ops->size < sizeof table ? ops->size : sizeof table);
  return &table;
}

std::string find_plugin(const std::string &spec, std::string &error) {
  std::string path = path_of(spec), params = spec.substr(path.size());
  if (is_file(path))
    return (path.find('/') == std::string::npos ? "./" : "") + spec;
  if (!path.empty() && path.find('/') == std::string::npos) {
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);
    std::string folder(self, n > 0 ? static_cast<size_t>(n) : 0), lib = "weft-sched-" + path + ".so";
    folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/'));
    for (const char *place : {"/../" WEFT_LIBDIR "/weft/", "/../lib/weft/", "/../lib/"})
      if (is_file(folder + place + lib))
        return folder + place + lib + params;
  }
  error = "'" + path + "' is no file, and no scheduler of that name comes with Weft";
  return "";
}

weft_status find_table(void *, const char *name, const weft_sched_ops **out, char *error, size_t size) {
  std::string why, path = find_plugin(name, why);
  void *library = path.empty() ? nullptr : dlopen(path_of(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  auto plugin = library ? reinterpret_cast<weft_sched_plugin_fn>(dlsym(library, WEFT_SCHED_SYMBOL)) : nullptr;
  if (!plugin) {
    if (error && size)
      snprintf(error, size, "%s", why.empty() ? dlerror() : why.c_str());
    return WEFT_E_NOTFOUND;
  }
  *out = plugin();
  return WEFT_OK;
}

} // namespace conformance

weft_sched_ops load_policy(const char *path) {
  std::string error;
  const weft_sched_ops *ops = conformance::load(path, error);
  if (!ops) {
    fprintf(stderr, "%s: %s\n", path, error.c_str());
    exit(2);
  }
  return *ops;
}
