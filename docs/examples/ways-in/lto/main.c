#include "squares.h"
#include <stdio.h>

WEFT_ON1(on_square, square);

int main(void) {
  weft_payload p = {.i = {10}};
  weft_cont k = weft_cont_new(squares, NULL, WEFT_STACK_DEFAULT);
  uint64_t sum = 0;
  while (weft_resume(k, &on_square, &p, &p, &k) == 1)
    sum += p.i[0];
  printf("%llu\n", (unsigned long long)sum);
}
