# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# The commands: weft tasks, domains, bt, task, conts.
import re
import struct

import gdb

from .lines import CLASSES, line
from .records import Block, Process
from .table import text, word
from .unwind import unwinder


class Weft(gdb.Command):
    """Tasks, domains and continuations of a program with Weft; live or from a core."""

    def __init__(self):
        super().__init__("weft", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)


def head(rt, several):
    state = "in a turn" if rt.raw_flag("rt.in_turn") else "between turns"
    name = f"runtime {rt.number}: " if several else ""
    workers = f"; {rt.workers} workers, {rt.idle()} idle" if rt.workers > 1 else ""
    return (f"{name}{rt.live()} tasks; host {text(rt.get('rt.host_name'))}, thread {rt.number_of_thread()}, "
            f"turn {rt.get('rt.turns')}, {state}{workers}{'; shutting down' if rt.raw_flag('rt.closing') else ''}")


def where(task):
    """Of several workers the one that runs it, and gdb's number of its thread."""
    if task.runtime.workers == 1 or not task.running():
        return ""
    try:
        return f"; worker {task.worker()}, thread {thread_of(task).num}"
    except gdb.GdbError:
        return f"; worker {task.worker()}"


class Command(gdb.Command):
    """What fails in one says so in one line: a process or core may hold anything, an argument too."""

    def invoke(self, argument, from_tty):
        try:
            self.run(argument)
        except gdb.MemoryError as e:
            raise gdb.GdbError(f"{unreadable(e)}.") from None
        except KeyError as e:
            raise gdb.GdbError(f"This libweft's table for debuggers has no {e}.") from None
        except (gdb.error, ValueError, OverflowError, struct.error) as e:
            raise gdb.GdbError(str(e)) from None


def unreadable(e):
    return f"{e}: overwritten, or not in this core (gcore leaves stacks out without WEFT_GUARD=mprotect)"


class Tasks(Command):
    """weft tasks [REGEX]: all tasks, as weft_dump shows them; those whose line the regular expression finds.
    * marks who runs; with several workers the worker's number (0 is the host's thread) and gdb's thread are told. Times count from the runtime's last look at its clock."""

    def __init__(self):
        super().__init__("weft tasks", gdb.COMMAND_STATUS)

    def run(self, argument):
        try:
            wanted = re.compile(argument)
        except re.error as e:
            raise gdb.GdbError(f"weft tasks REGEX: '{argument}' is none: {e}.") from None
        process = Process()
        runtimes = process.need_runtimes()
        lines = {rt: [] for rt in runtimes}
        for task in process.all_tasks():
            lines[task.runtime].append(line(task) + where(task))
        for rt in runtimes:
            print(head(rt, len(runtimes) > 1))
            for said in lines[rt]:
                if wanted.search(said):
                    print(said)


class Domains(Command):
    """weft domains: the tree of domains, with their schedulers, tasks, and how much is ready in each."""

    def __init__(self):
        super().__init__("weft domains", gdb.COMMAND_STATUS)

    def run(self, argument):
        process = Process()
        runtimes = process.need_runtimes()
        for rt in runtimes:
            print(head(rt, len(runtimes) > 1))
            for depth, d in rt.all_domains():
                print(f"{'  ' * (depth + 1)}#{d.id} {d.own_name()}: {text(d.u64('domain.sched'))}, {rt.tasks_in(d)} tasks, "
                      f"{rt.ready_in(d)} ready{', closed' if d.flag('domain.closed') else ''}{bound(d)}")


def bound(domain):
    names = {domain.t["bind.host"]: ", bound to the host", domain.t["bind.pool"]: ", bound to the pool"}
    return names.get(domain.u32("domain.bind"), "")


def print_frames(registers, starts, options):
    """`bt` of what is suspended, its frames numbered from 0, up to so many beginnings of stacks."""
    unwinder.choose(registers)
    try:
        # The frame that it seems to be called from is not its own.
        out = gdb.execute("backtrace " + options, to_string=True)
    finally:
        unwinder.choose(None)
    shown, t = [], Process().t
    for said in out.split("\n"):
        number = re.match(r"#(\d+)( +)(.*)", said)
        if number is None:
            if shown and said:
                shown.append(said)
            continue
        if int(number[1]) == 0:
            continue
        pc = re.match(r"(0x[0-9a-f]+) in ", number[3])
        pc = int(pc[1], 16) if pc else 0
        if t["code.root"] <= pc < t["code.root.end"]:
            break
        if t["code.entry"] <= pc < t["code.entry.end"]:
            starts -= 1
            if starts == 0:
                break
        shown.append(f"#{int(number[1]) - 1:<3}{number[3]}")
    print("\n".join(shown))


def thread_of(task):
    """Whose stack it runs on: not always its worker's (WEFT_MIGRATE); the worker's where it called something on that one's stack."""
    rt = task.runtime
    pointer, of_worker = rt.pointer_of_worker(task.worker()), None
    for thread, at in list(rt.process.threads()):
        if task.cb and task.cb in rt.process.running_blocks(at):
            return thread
        if at == pointer:
            of_worker = thread
    if of_worker:
        return of_worker
    raise gdb.GdbError("The task runs, on a thread that gdb does not see.")


def print_task(task, options):
    print(line(task) + where(task))
    if task.running():
        gdb.execute(f"thread apply {thread_of(task).num} -q backtrace {options}")
        return
    block = task.block()
    registers = block.saved() if block else None
    if registers is None:
        print("  (has not begun)")
        return
    print_frames(registers, block.length() + 1, options)


class Backtrace(Command):
    """weft bt TASK|all [OPTIONS]: a task's frames, where it waits or runs, over all continuations inside of it to its start.
    TASK is a number, a name, or RUNTIME.NUMBER; OPTIONS are those of backtrace: full, -frame-info ..., a number of frames.
    To look into the frames: weft task TASK."""

    def __init__(self):
        super().__init__("weft bt", gdb.COMMAND_STACK)

    def run(self, argument):
        name, _, options = argument.partition(" ")
        if not name:
            raise gdb.GdbError("weft bt TASK|all [OPTIONS]")
        process = Process()
        process.need_runtimes()
        if name != "all":
            print_task(process.task(name), options)
            return
        for task in list(process.all_tasks()):
            try:
                print_task(task, options)
            except gdb.MemoryError as e:
                print(f"  ({unreadable(e)})")
            except (gdb.error, gdb.GdbError) as e:
                print(f"  ({e})")
            print("")


class Choose(Command):
    """weft task TASK: from now on bt, up, frame, info locals and print show that task, which is parked or ready: its frames
    stand above the thread's own frame 0. weft task alone, or letting the program go on, ends it."""

    def __init__(self):
        super().__init__("weft task", gdb.COMMAND_STACK)

    def run(self, argument):
        if not argument:
            unwinder.choose(None)
            return
        task = Process().task(argument)
        print(line(task) + where(task))
        if task.running():
            unwinder.choose(None)
            thread_of(task).switch()
            return
        block = task.block()
        registers = block.saved() if block else None
        if registers is None:
            raise gdb.GdbError("It has not begun.")
        unwinder.choose(registers)
        gdb.execute("frame 1")


class Conts(Command):
    """weft conts [HANDLE]: continuations that are not tasks' own and are suspended or running: generators, fibers. With a handle,
    which is in a variable of the program: that one's frames."""

    def __init__(self):
        super().__init__("weft conts", gdb.COMMAND_STATUS)

    def run(self, argument):
        process = Process()
        if argument:
            handle = int(gdb.parse_and_eval(argument)) & (1 << 64) - 1
            slot = handle & (1 << process.t["slot.bits"]) - 1
            block = Block(process, word(process.t["slots"]) + slot * process.t["cb.size"])
            if handle and not block.inner:
                raise gdb.GdbError(f"{handle:#x} was never a continuation, or its block is not in this core.")
            if not handle or block.handle != handle:
                raise gdb.GdbError(f"{handle:#x} is consumed, or was never a continuation.")
            registers = block.saved()
            if registers is None:
                print("  (has not begun)")
            else:
                print_frames(registers, block.length(), "")
            return
        own = {task.cb for task in process.all_tasks()}
        shown = 0
        for block, state in process.blocks():
            if block.address in own:
                continue
            shown += 1
            if shown > 1000:
                continue
            at = ""
            if state == "suspended":
                try:
                    point = block.innermost().point()
                    at = " not begun" if block.is_fresh() else " at " + gdb.execute(f"output/a {point}", to_string=True)
                except gdb.MemoryError:
                    at = ", damaged"
            size = CLASSES[block.stack_class] if block.stack_class < len(CLASSES) else "?"
            print(f"  {block.handle:#x} {state}{at}; stack {size}")
        print(f"{shown} continuations outside of tasks" + ("; the first 1000 are shown" if shown > 1000 else ""))


for command in (Weft, Tasks, Domains, Backtrace, Choose, Conts):
    command()
