// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Lambdas as tasks of a group.
#pragma once

#include "weft/group.h"

#include <functional>
#include <memory>

// The task's handle, 0 when it was refused; *status says why.
inline weft_task spawn_into(weft_group *group, std::function<weft_status()> body,
                            weft_status *status = nullptr) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K; // for sanitizers and Catch2
  auto *fn = new std::function<weft_status()>(std::move(body));
  weft_task task = 0;
  weft_status made = weft_group_spawn(
      group,
      [](void *arg) {
        std::unique_ptr<std::function<weft_status()>> f(
            static_cast<std::function<weft_status()> *>(arg));
        return (*f)();
      },
      fn, &attr, &task);
  if (made != WEFT_OK)
    delete fn;
  if (status)
    *status = made;
  return task;
}
