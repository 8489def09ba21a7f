// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The parts of the program `weft`: continuations through markers, exceptions thrown into them, and tasks
// under a scheduler that is loaded by path.
#pragma once

#include "serve.h"

namespace bench {

// switches.cpp
Result loop(uint64_t, uint64_t ops);
Result driver(uint64_t n, uint64_t ops);
Result ring(uint64_t n, uint64_t ops);
Result nested(uint64_t depth, uint64_t ops);
Result forward(uint64_t depth, uint64_t ops);
Result suspend_in_callee(uint64_t, uint64_t ops);
Result resume_in_callee(uint64_t, uint64_t ops);
Result both_in_callees(uint64_t, uint64_t ops);
Result both_by_jump(uint64_t, uint64_t ops);
Result tree(uint64_t, uint64_t ops);
Result search(uint64_t depth, uint64_t ops);
Result search_level(uint64_t depth, uint64_t ops);
Result barrier(uint64_t, uint64_t ops);
Result bind(uint64_t, uint64_t ops);
Result create(uint64_t, uint64_t ops);

// generators.cpp
Result generator(uint64_t, uint64_t ops);
Result elements(uint64_t depth, uint64_t ops);
Result generator_tree(uint64_t height, uint64_t ops);

// throws.cpp
Result throw_into(uint64_t depth, uint64_t ops);

// tasks.cpp
Result yield(uint64_t n, uint64_t ops);
Result explore(uint64_t n, uint64_t ops);
Result spawn(uint64_t batch, uint64_t ops);
Result channel(uint64_t, uint64_t ops);
Result parked(uint64_t n, uint64_t ops);
Result park(uint64_t, uint64_t ops);
Result tls(uint64_t, uint64_t ops);
Result tls_without(uint64_t, uint64_t ops);
Result tls_compute(uint64_t, uint64_t ops);
Result tls_compute_without(uint64_t, uint64_t ops);
Result tls_library(uint64_t, uint64_t ops);
Result tls_library_without(uint64_t, uint64_t ops);

// nesting.cpp
Result nesting(uint64_t depth, uint64_t ops);
Result nesting_by_turns(uint64_t depth, uint64_t ops);
Result nesting_tree(uint64_t depth, uint64_t ops);

// hosted.cpp
Result empty_turn(uint64_t, uint64_t ops);
Result complete(uint64_t n, uint64_t ops);
Result complete_afar(uint64_t, uint64_t ops);
Result eventfds(uint64_t, uint64_t ops);

// parallel.cpp
Result skynet(uint64_t leaves, uint64_t ops);
Result storm(uint64_t spawners, uint64_t ops);
Result ping_pong(uint64_t, uint64_t ops);
Result ping_pong_apart(uint64_t, uint64_t ops);

} // namespace bench
