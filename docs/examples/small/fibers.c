// Fibers as C knows them: resumed and yielding, or switching to each other. What cannot be entered says so.
// expect: 0 1 4 9, returned 14, then an error
// expect: ping pong, ping pong, done
#include <stdint.h>
#include <stdio.h>
#include <weft/fiber.h>

static void *squares(void *arg) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < (intptr_t)arg; ++i) {
    weft_fiber_yield((void *)(i * i));
    sum += i * i;
  }
  return (void *)sum;
}

static void *pong(void *arg, weft_fiber from) {
  for (;;) {
    printf("%s pong, ", (const char *)arg);
    arg = weft_fiber_switch(from, NULL, &from);
  }
}

static void *ping(void *arg) {
  weft_fiber other = weft_fiber_alloc_switched(pong, WEFT_STACK_16K);
  weft_fiber_switch(other, "ping", &other);
  weft_fiber_switch(other, "ping", &other);
  weft_fiber_free(other); // which is suspended in its loop
  return arg;
}

int main(void) {
  weft_fiber_status status;
  weft_fiber f = weft_fiber_alloc(squares, WEFT_STACK_DEFAULT);
  for (void *arg = (void *)4;; arg = NULL) {
    intptr_t value = (intptr_t)weft_fiber_resume(f, arg, &status);
    if (status == WEFT_FIBER_RETURNED) {
      printf("returned %d, ", (int)value);
      break;
    }
    printf("%d%s", (int)value, value < 9 ? " " : ", ");
  }
  weft_fiber_resume(f, NULL, &status);
  puts(status == WEFT_FIBER_ERROR ? "then an error" : "?");
  printf("%s\n", (const char *)weft_fiber_main(ping, "done"));
}
