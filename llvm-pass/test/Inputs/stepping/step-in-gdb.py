# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# In gdb (-batch -x): runs the program to its first int3, then `stepi` by `stepi` to the second, and takes a backtrace
# at each instruction of code that has a name in the program. SEEN names a file of step-outside's output on the same
# program: gdb's stack, as functions, has to be one of those that libunwind saw, which were judged one by one.
import os
import gdb

gdb.execute("set pagination off")
gdb.execute("set print demangle off")
gdb.execute("set backtrace past-main on")
gdb.execute("set backtrace past-entry off")
with open(os.environ["SEEN"]) as lines:
    saw = [line[4:].strip().split(" < ") for line in lines if line.startswith("saw ")]
# Frames of libc have names for gdb that they do not have for step-outside.
program = {name for stack in saw for name in stack if not name.startswith("(")} - {"_start"}
legal = {tuple(name for name in stack if name in program) for stack in saw}



def outside_inlined(frame):
    while frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    return frame


gdb.execute("run few", to_string=True)
steps = looked = bad = 0
inferior = gdb.selected_inferior()
while True:
    gdb.execute("stepi", to_string=True)
    if not gdb.selected_thread() or gdb.selected_thread().ptid[0] == 0:
        print("the program ended")
        break
    frame = outside_inlined(gdb.newest_frame())
    steps += 1
    if bytes(inferior.read_memory(frame.pc(), 1)) == b"\xcc":
        break
    if frame.name() not in program:
        # The linker's and libc's: to their end in one go.
        if frame.older() and frame.older().name() in program:
            gdb.execute("finish", to_string=True)
            frame = outside_inlined(gdb.newest_frame())
        else:
            continue
    names, reason, older = [], "", frame
    while older is not None:
        if older.type() != gdb.INLINE_FRAME and older.name() in program:
            names.append(older.name())
        if older.name() == "main":
            break
        reason = older.unwind_stop_reason()
        older = older.older()
    looked += 1
    if tuple(names) not in legal or names[-1] not in ("main", "weft_rt_entry_root"):
        bad += 1
        if bad <= 5:
            print("BAD at", gdb.execute("x/i $pc", to_string=True).strip(), " < ".join(names),
                  gdb.frame_stop_reason_string(reason))
print(f"{steps} steps, {looked} looked at, {bad} bad")
gdb.execute("set confirm off")
gdb.execute("kill")
