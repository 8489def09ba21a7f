/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Prints the marker table as marker-examples-compile reads it: fields end by \x1f, rows by \x1e. */
#include <stdio.h>

int main(void) {
#define WEFT_MARKER(id, name, form, since, summary, ir, c)                                         \
  printf("%s\x1f%s\x1f%d\x1f%s\x1f%s\x1f%s\x1e", name, form, since, summary, ir, c);
#include <weft/intrinsics.def>
#undef WEFT_MARKER
  return 0;
}
