// The same in C++, where a continuation is a range: the elements of a tree, in order, from a recursion.
#include <cstdio>
#include <weft/generator.hpp>

struct Node {
  int value;
  const Node *left = nullptr, *right = nullptr;
};

static void walk(const Node *node, weft::yielder<int> &yield) {
  if (!node)
    return;
  walk(node->left, yield);
  yield(node->value);
  walk(node->right, yield);
}

int main() {
  Node one{1}, three{3}, two{2, &one, &three}, five{5}, four{4, &two, &five};
  for (int value : weft::generator<int>([&](auto &yield) { walk(&four, yield); }))
    std::printf("%d", value);
  std::puts("");
}
