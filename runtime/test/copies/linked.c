/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Linked with two libraries: what one made the other resumes. */
#include <stdio.h>
#include <weft/base.h>

weft_cont a_make(uint64_t), b_make(uint64_t);
const weft_tag *a_tag(void), *b_tag(void);
uint64_t a_ask(weft_cont, const weft_tag *), b_ask(weft_cont, const weft_tag *);

int main(void) {
  for (int i = 0; i < 3; ++i) {
    weft_cont a = a_make(1), b = b_make(2);
    printf("%d %d\n", (int)b_ask(a, a_tag()), (int)a_ask(b, b_tag()));
  }
}
