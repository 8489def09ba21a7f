// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A text for every status; errno's own texts by the C library's table, which needs no lock.
#include "weft/base.h"

#include <cstring>

extern "C" const char *weft_status_text(weft_status status) {
  switch (status) {
  case WEFT_OK:
    return "success";
  case WEFT_E_NOMEM:
    return "out of memory";
  case WEFT_E_INVAL:
    return "invalid argument";
  case WEFT_E_STALE:
    return "the handle is stale";
  case WEFT_E_CLOSED:
    return "closed";
  case WEFT_E_CANCELLED:
    return "cancelled";
  case WEFT_E_TIMEOUT:
    return "timed out";
  case WEFT_E_BUSY:
    return "in use";
  case WEFT_E_AGAIN:
    return "would have to wait";
  case WEFT_E_DEADLOCK:
    return "deadlock: nothing can wake the remaining tasks";
  case WEFT_E_ABI:
    return "made for another ABI";
  case WEFT_E_NOTASK:
    return "not called by a task";
  case WEFT_E_LIMIT:
    return "a limit of the implementation is reached";
  case WEFT_E_NOTFOUND:
    return "not found";
  case WEFT_E_REJECTED:
    return "rejected";
  default:
    break;
  }
  if (status < 0 && status > -4096)
    if (const char *text = strerrordesc_np(-status))
      return text;
  return "unknown status";
}
