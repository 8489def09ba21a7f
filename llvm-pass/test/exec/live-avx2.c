// Vectors of 256 bits live across suspends.
// REQUIRES: avx2
// RUN: %everylevel -mavx2 %s | FileCheck %s
// CHECK: checksum {{[0-9]+}}
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(pause, "->");
WEFT_ON1(on, pause);
typedef float v8 __attribute__((vector_size(32)));

__attribute__((noinline)) static float run(float x) {
  v8 v[12];
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; ++i)
    v[i] = (v8){x, 1, 2, 3, 4, 5, 6, 7} * (float)(i + 1);
  weft_suspend(&pause, 0, 0);
  v8 sum = {0};
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; ++i)
    sum += v[i] * (v[(i + 5) % 12] - 1);
  return sum[0] + sum[3] * 2 + sum[7] * 3;
}
static void body(void *env, weft_payload *io) {
  (void)env;
  double sum = 0;
  for (int i = 0; i < 20; ++i)
    sum += run((float)i);
  io->f[0] = sum;
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io;
  v8 mine = {1, 2, 3, 4, 5, 6, 7, 8};
  while (weft_resume(k, &on, 0, &io, &k))
    mine += mine * 0.25f;
  printf("checksum %.0f\n", io.f[0] + mine[0] + mine[7]);
}
