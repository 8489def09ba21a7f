// Do two trees of different shapes have the same leaves in the same order? Each is walked by a recursion of its
// own, and the two are compared leaf by leaf: what needs two stacks.
#include <cstdio>
#include <weft/generator.hpp>

struct Tree {
  int leaf = 0;
  const Tree *left = nullptr, *right = nullptr;
};

static void leaves(const Tree &tree, weft::yielder<int> &yield) {
  if (!tree.left)
    return yield(tree.leaf);
  leaves(*tree.left, yield);
  leaves(*tree.right, yield);
}

static bool same_fringe(const Tree &a, const Tree &b) {
  weft::generator<int> of_a([&](auto &yield) { leaves(a, yield); });
  weft::generator<int> of_b([&](auto &yield) { leaves(b, yield); });
  auto i = of_a.begin(), j = of_b.begin();
  for (; i != of_a.end() && j != of_b.end(); ++i, ++j)
    if (*i != *j)
      return false;
  return i == of_a.end() && j == of_b.end();
}

int main() {
  Tree one{1}, two{2}, three{3}, twelve{0, &one, &two}, twenty_three{0, &two, &three};
  Tree left{0, &twelve, &three}, right{0, &one, &twenty_three}, other{0, &twelve, &two};
  std::printf("%s, %s\n", same_fringe(left, right) ? "same" : "different",
              same_fringe(left, other) ? "same" : "different");
}
