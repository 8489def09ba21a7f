// The generator; main.c asks it. Link-time optimization may inline across the two.
#include "squares.h"

WEFT_TAG(square, "i64->");

void squares(void *env, weft_payload *io) {
  (void)env;
  for (uint64_t i = 1, n = io->i[0]; i <= n; ++i) {
    weft_payload p = {.i = {i * i}};
    weft_suspend(&square, &p, NULL);
  }
}
