// What is alive across a suspend is what it was: i128, x87, more integers and doubles than there are registers,
// a dynamic alloca and an over-aligned one. One checksum at every level.
// RUN: %everylevel %s | FileCheck %s
// CHECK: checksum 0x{{[0-9a-f]+}}
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <weft/markers.h>

WEFT_TAG(pause, "i64->i64");
WEFT_ON1(on, pause);

static uint64_t suspend(uint64_t x) {
  weft_payload io;
  io.i[0] = x;
  weft_suspend(&pause, &io, &io);
  return io.i[0];
}

static uint64_t mix(uint64_t h, const void *p, size_t n) {
  for (size_t i = 0; i < n; ++i)
    h = (h ^ ((const unsigned char *)p)[i]) * 0x100000001b3;
  return h;
}

__attribute__((noinline)) static uint64_t wide(uint64_t n) {
  unsigned __int128 a = ((unsigned __int128)n << 77) + 3, b = a * a;
  long double x = 1.25L + n, y = x / 3, z = x * y, w = z - 0.1L;
  uint64_t got = suspend(n);
  a = a * 7 + b + got;
  long double sum = x + y * z - w;
  double low = (double)sum;
  uint64_t h = mix(1, &a, sizeof a);
  return mix(h, &low, sizeof low);
}

__attribute__((noinline)) static uint64_t many(uint64_t n) {
  uint64_t i[24];
  double d[24];
#pragma clang loop unroll(full)
  for (int j = 0; j < 24; ++j) {
    i[j] = n * (j + 3) ^ (n >> j);
    d[j] = (double)i[j] / 7;
  }
  uint64_t got = suspend(i[5]);
  uint64_t h = got;
#pragma clang loop unroll(full)
  for (int j = 0; j < 24; ++j)
    h = h * 31 + i[j] + (uint64_t)(d[j] * 1000);
  return h;
}

__attribute__((noinline)) static uint64_t allocas(uint64_t n) {
  _Alignas(128) unsigned char aligned[128];
  unsigned char dynamic[n % 61 + 5];
  memset(aligned, (int)n, sizeof aligned);
  memset(dynamic, (int)(n + 1), sizeof dynamic);
  uint64_t misplaced = (uintptr_t)aligned % 128;
  uint64_t got = suspend(dynamic[0]);
  uint64_t h = mix(got, aligned, sizeof aligned);
  h = mix(h, dynamic, sizeof dynamic);
  unsigned char more[got % 17 + 1];
  memset(more, 9, sizeof more);
  suspend(more[0]);
  return mix(h, more, sizeof more) + misplaced + (uintptr_t)aligned % 128;
}

static void body(void *env, weft_payload *io) {
  (void)env;
  uint64_t h = 0;
  for (uint64_t n = 1; n < 50; ++n)
    h = h * 1000003 + (wide(n) ^ many(n) ^ allocas(n));
  io->i[0] = h;
}

int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io = {{0}};
  uint64_t seen = 0;
  long double mine = 1;
  while (weft_resume(k, &on, &io, &io, &k) == 1) {
    seen = seen * 33 + io.i[0];
    mine = mine * 1.0001L + 1;
    io.i[0] = seen;
  }
  printf("checksum %#llx %.15Lg\n", (unsigned long long)(io.i[0] ^ seen), mine);
  return 0;
}
