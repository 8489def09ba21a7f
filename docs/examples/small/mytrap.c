// What a language says instead of Weft's own text when a marker breaks a rule.
// expect: a generator was used twice (rule 1)
#include <stdio.h>
#include <stdlib.h>
#include <weft/lowered.h>
#include <weft/markers.h>

// In place of libweft's, which is weak.
void weft_trap(int rule, weft_cont k, const weft_tag *tag) {
  (void)k, (void)tag;
  printf("%s (rule %d)\n", rule == WEFT_RULE_CONSUMED ? "a generator was used twice" : "an effect went wrong", rule);
  exit(0);
}

static void nothing(void *env, weft_payload *io) { (void)env, (void)io; }

int main(void) {
  weft_cont k = weft_cont_new(nothing, NULL, WEFT_STACK_DEFAULT);
  weft_resume(k, NULL, NULL, NULL, NULL);
  weft_resume(k, NULL, NULL, NULL, NULL);
  return 1;
}
