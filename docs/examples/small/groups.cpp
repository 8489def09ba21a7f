// Groups by C++: exceptions come out of the wait, and a scope that is left takes its tasks along. See docs/reference/structure.md.
//
// expect: 10 + 26 = 36
// expect: no page 3
// expect: stopped at a page

#include <weft/group.hpp>

#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

static int sum(const std::vector<int> &values) {
  int left = 0, right = 0;
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  weft::group tasks;
  tasks.spawn([&] { left = std::accumulate(values.begin(), middle, 0); });
  tasks.spawn([&] { right = std::accumulate(middle, values.end(), 0); });
  tasks.wait();
  std::printf("%d + %d = %d\n", left, right, left + right);
  return left + right;
}

static weft_status fetch(int page) {
  if (page == 3)
    throw std::runtime_error("no page " + std::to_string(page));
  return weft_park(); // ends when another one fails
}

static void fetch_all(int pages) {
  weft::group tasks;
  for (int page = 1; page <= pages; ++page)
    tasks.spawn([page] { return fetch(page); });
  tasks.wait();
}

static void program(void *) {
  sum({1, 2, 3, 4, 5, 6, 7, 8});
  try {
    fetch_all(4);
  } catch (const std::exception &e) {
    std::printf("%s\n", e.what());
  }
  weft::deadline soon(std::chrono::milliseconds(2));
  fetch_all(2);
  std::printf("%s\n", soon.end() == WEFT_E_TIMEOUT ? "stopped at a page" : "got all");
}

int main() {
  weft_runtime *rt;
  if (weft_runtime_create(nullptr, &rt, nullptr, 0) != WEFT_OK)
    return 1;
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  weft_spawn(rt, program, nullptr, &attr, nullptr);
  weft_status status = weft_run(rt);
  weft_runtime_destroy(rt);
  return status != WEFT_OK;
}
