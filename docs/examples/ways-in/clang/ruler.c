// A generator in C that suspends from the depth of a recursion: the marks of a ruler.
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(mark, "i64->"); // carries a number out, nothing back in
WEFT_ON1(on_mark, mark);

static void marks(uint64_t height) {
  if (height == 0)
    return;
  marks(height - 1);
  weft_payload p = {.i = {height}};
  weft_suspend(&mark, &p, NULL);
  marks(height - 1);
}

static void ruler(void *env, weft_payload *io) {
  (void)env;
  marks(io->i[0]);
}

int main(void) {
  weft_payload p = {.i = {3}};
  weft_cont k = weft_cont_new(ruler, NULL, WEFT_STACK_DEFAULT);
  while (weft_resume(k, &on_mark, &p, &p, &k) ==
         1) // 1: suspended by the table's first tag; 0: returned
    printf("%llu", (unsigned long long)p.i[0]);
  puts("");
}
