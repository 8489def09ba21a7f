/* HOST-05: a post into a pipe that is full waits for the loop, which waits for it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

#include <fcntl.h>

static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  weft_status status = right_make(params, host, error, error_size);
  loop *l = *host;
  int ends[2];
  close(l->posted);
  if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
    abort();
  l->posted = ends[0];
  l->word = (uint64_t)ends[1];
  return status;
}
static void destroy(void *self) {
  close((int)((loop *)self)->word);
  right_destroy(self);
}
static void post(void *self) {
  ssize_t n = write((int)((loop *)self)->word, "", 1);
  (void)n;
}
static bool take(loop *l) {
  char bytes[4096];
  bool any = false;
  while (read(l->posted, bytes, sizeof bytes) > 0)
    any = true;
  return any;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  table.make = make;
  table.destroy = destroy;
  ops.post = post;
  steps.take_post = take;
  return &table;
}
