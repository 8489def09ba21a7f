// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A runtime is made and destroyed any number of times, on any thread: nothing is kept.
#include "sanitized.h"
#include "weft/task.h"

#include <catch2/catch.hpp>
#include <dirent.h>
#include <fstream>
#include <string>
#include <thread>

namespace {

size_t memory_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  size_t kib = 0;
  while (status >> word)
    if (word == "VmRSS:")
      status >> kib;
  return kib;
}

int descriptors() {
  int n = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (readdir(folder))
    n++;
  closedir(folder);
  return n;
}

void once(const char *sched) {
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.sched = sched;
  weft_runtime *rt = nullptr;
  char error[256] = "";
  weft_status made = weft_runtime_create(&config, &rt, error, sizeof error);
  INFO(error);
  REQUIRE(made == WEFT_OK);
  int ran = 0;
  for (int i = 0; i < 10; ++i)
    weft_spawn(
        rt, [](void *arg) { weft_yield(), ++*static_cast<int *>(arg); }, &ran, nullptr, nullptr);
  REQUIRE(weft_run(rt) == WEFT_OK);
  REQUIRE(ran == 10);
  REQUIRE(weft_runtime_destroy(rt) == WEFT_OK);
  REQUIRE(weft_runtime_current() == nullptr);
}

void many(const char *sched) {
  for (int i = 0; i < 50; ++i)
    once(sched);
  size_t before = memory_kib();
  int open = descriptors();
  for (int i = 0; i < 1000; ++i)
    once(sched);
  CHECK(descriptors() == open);
  if (!sanitized())
    CHECK(memory_kib() < before + 512);
}

} // namespace

TEST_CASE("a thousand runtimes, one after the other") { many("fifo"); }

TEST_CASE("a thousand with a scheduler by its path") { many(WEFT_FIFO_PLUGIN); }

TEST_CASE("a runtime of one thread after that of another") {
  for (int i = 0; i < 50; ++i) {
    std::thread([] { once("fifo"); }).join();
    once("fifo");
  }
}
