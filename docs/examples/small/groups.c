// A group, a deadline around it, and a clean-up that waits: see docs/reference/structure.md.
//
// expect: both: 3
// expect: one failed: -2, the other was cancelled
// expect: in time: no
// expect: cleaned up, though it was cancelled

#include <weft/group.h>
#include <weft/sync.h>

#include <errno.h>
#include <stdio.h>

static weft_status add(void *sum) {
  weft_yield();
  *(int *)sum += 1;
  return WEFT_OK;
}

static weft_status add_two(void *sum) {
  *(int *)sum += 2;
  return WEFT_OK;
}

static weft_status fails(void *arg) {
  (void)arg;
  return -ENOENT;
}

static const char *what = "went on";

static weft_status waits(void *arg) {
  (void)arg;
  weft_status status = weft_park(); // for ever, but for the cancel
  if (status == WEFT_E_CANCELLED)
    what = "was cancelled";
  return status;
}

static weft_status cleans_up(void *text) {
  weft_status status = weft_park();
  weft_scope shield;
  weft_shield_begin(&shield);
  if (weft_sleep(1000000) == WEFT_OK) // not interrupted
    *(const char **)text = "cleaned up";
  weft_shield_end(&shield);
  return status;
}

static weft_status both(weft_group_fn one, weft_group_fn other, void *arg) {
  weft_group *group = weft_group_new(NULL);
  if (!group)
    return WEFT_E_NOMEM;
  weft_status status = weft_group_spawn(group, one, arg, NULL, NULL);
  if (status == WEFT_OK)
    status = weft_group_spawn(group, other, arg, NULL, NULL);
  if (status != WEFT_OK)
    weft_group_cancel(group, status);
  status = weft_group_wait(group); // for both, whatever happens
  weft_group_free(group);
  return status;
}

static void program(void *arg) {
  (void)arg;
  int sum = 0;
  both(add, add_two, &sum);
  printf("both: %d\n", sum);

  weft_status status = both(waits, fails, NULL);
  printf("one failed: %d, the other %s\n", (int)status, what);

  const char *text = "did not clean up";
  weft_scope deadline;
  weft_deadline_begin(&deadline, weft_now() + 2000000);
  both(cleans_up, waits, &text);
  printf("in time: %s\n", weft_deadline_end(&deadline) == WEFT_E_TIMEOUT ? "no" : "yes");
  printf("%s, though it was cancelled\n", text);
}

int main(void) {
  weft_runtime *rt;
  char error[256];
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  weft_spawn(rt, program, NULL, NULL, NULL);
  weft_status status = weft_run(rt);
  weft_runtime_destroy(rt);
  return status != WEFT_OK;
}
