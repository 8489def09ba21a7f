// zmm16-31 and mask registers are not saved by any call, so only the asm's clobbers keep them: enough vectors
// and masks are alive here to fill them.
// REQUIRES: avx512f, avx512bw
// RUN: %everylevel -mavx512f -mavx512bw -mavx512vl -mprefer-vector-width=512 %s | FileCheck %s
// CHECK: checksum {{[0-9]+}}
#include <immintrin.h>
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(pause, "->");
WEFT_ON1(on, pause);

__attribute__((noinline)) static uint64_t run(long long x) {
  __m512i v[28];
  __mmask8 m[7];
#pragma clang loop unroll(full)
  for (int i = 0; i < 28; ++i)
    v[i] = _mm512_add_epi64(_mm512_set1_epi64(x * (i + 1)), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
#pragma clang loop unroll(full)
  for (int i = 0; i < 7; ++i)
    m[i] = _mm512_cmpgt_epi64_mask(v[i], _mm512_set1_epi64(x + 3));
  weft_suspend(&pause, 0, 0);
  __m512i sum = _mm512_setzero_si512();
#pragma clang loop unroll(full)
  for (int i = 0; i < 28; ++i)
    __asm__("" : "+v"(v[i])); // or the sum would be made before the suspend, and no mask be alive
#pragma clang loop unroll(full)
  for (int i = 0; i < 28; ++i)
    sum = _mm512_add_epi64(sum, _mm512_maskz_add_epi64(m[i % 7], v[i], v[(i + 11) % 28]));
  return (uint64_t)_mm512_reduce_add_epi64(sum);
}
static void body(void *env, weft_payload *io) {
  (void)env;
  uint64_t sum = 0;
  for (int i = 0; i < 20; ++i)
    sum = sum * 3 + run(i);
  io->i[0] = sum;
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io;
  __m512i mine = _mm512_set1_epi64(3);
  __mmask8 odd = _mm512_cmpgt_epi64_mask(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), mine);
  while (weft_resume(k, &on, 0, &io, &k)) {
    mine = _mm512_mask_add_epi64(mine, odd, mine, mine);
    // What a function called here would be free to do.
    __asm__ volatile("kxorw %%k1, %%k1, %%k1\n\tkxorw %%k2, %%k2, %%k2\n\tkxorw %%k3, %%k3, %%k3\n\t"
                     "kxorw %%k4, %%k4, %%k4\n\tkxorw %%k5, %%k5, %%k5\n\tkxorw %%k6, %%k6, %%k6\n\t"
                     "kxorw %%k7, %%k7, %%k7" ::: "k1", "k2", "k3", "k4", "k5", "k6", "k7");
  }
  printf("checksum %llu\n", (unsigned long long)io.i[0] ^ (uint64_t)_mm512_reduce_add_epi64(mine));
}
