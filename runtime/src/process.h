// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What a copy of libweft owes the process that it is in: to be the only one in use there (PROC-01), to stay loaded once
// it was used, and to leave things in order across a fork (PROC-02).
//
// Several copies may be loaded, when libraries were each linked with a libweft.a. Where the loader binds the calls of
// all of them to the first one's functions, that one is in use and the others sleep; each of those finds out by
// asking for the record through an exported function, and touches nothing. Where it does not (RTLD_LOCAL, hidden
// symbols), each would have its own idea of the running continuation, and what suspends across both would corrupt
// them: so the second one that is used ends the process and names both files. Copies find each other by a note in
// their files, which no symbol visibility hides. Rejected: a unique symbol (STB_GNU_UNIQUE), which hidden symbols defeat.
#pragma once

#include <mutex>

namespace weft {

// Another copy's functions have taken the place of this one's. Fatal when only its data have.
bool sleeps();

// Before this copy is used: with a thread's first continuation, and with a runtime. Any number of calls.
void join_process();

// Held across a fork, so that the child finds nothing half changed. Taken in this order, after those of the task level.
std::mutex &idle_blocks_lock();
std::mutex &stacks_lock();
std::mutex &slots_lock();

// The task level's part, registered once: its locks, and what becomes of runtimes in the child.
void watch_forks_of_runtimes();

} // namespace weft
