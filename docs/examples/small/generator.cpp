// A tree yields its values in order, by generators that yield each other's elements; a view takes the first few, and what
// was not asked for is unwound.
// expect: 1 2 3 4 5 6 7
// expect: 10 20 30 (left)
#include <cstdio>
#include <memory>
#include <ranges>
#include <weft/generator.hpp>

struct Node {
  int value;
  std::unique_ptr<Node> left, right;
};

weft::generator<int> in_order(const Node *node) {
  return [node](auto &yield) {
    if (!node)
      return;
    yield(weft::elements_of(in_order(node->left.get())));
    yield(node->value);
    yield(weft::elements_of(in_order(node->right.get())));
  };
}

struct Leaves {
  ~Leaves() { std::printf("(left)\n"); }
};

weft::generator<int> tens() {
  return [](auto &yield) {
    Leaves here;
    for (int i = 10;; i += 10)
      yield(i);
  };
}

static std::unique_ptr<Node> tree(int low, int high) {
  if (low > high)
    return nullptr;
  int middle = (low + high) / 2;
  return std::unique_ptr<Node>(new Node{middle, tree(low, middle - 1), tree(middle + 1, high)});
}

int main() {
  auto root = tree(1, 7);
  for (int value : in_order(root.get()))
    std::printf("%d%s", value, value < 7 ? " " : "\n");
  for (int value : tens() | std::views::take(3))
    std::printf("%d ", value);
}
