# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# A task as a line, as the runtime's own dumps have it (runtime/src/dump_text.cpp).
import struct

import gdb

from .records import Block
from .table import read, word

CLASSES = ("default", "16K", "64K", "256K", "1M", "8M", "64M", "1G")


def seconds(ns):
    return f"{ns // 1000000 / 1000:.3f} s"


def named(task):
    return f"#{task.id} '{task.own_name}'" if task else "?"


def deadline(task, kind):
    """None where there is none."""
    t, rt = task.t, task.runtime
    place = task.u32("task.timer")
    if kind == "token":
        token = rt.process.token(task.u64("task.object"))
        place = token.u32("token.timer") if token else 0
    if not 0 < place <= rt.heap_size:
        return None
    return word(rt.heap + (place - 1) * t["heap.entry"] + t["heap.deadline"])


def detail(task, kind):
    t, process = task.t, task.runtime.process
    at = task.u64("task.object")
    if kind in ("channel send", "channel receive"):
        if not at:
            return ""
        closed = ", closed" if read(at + t["chan.closed"], 1) != b"\0" else ""
        return f"; channel {at:#x}, {word(at + t['chan.count'])} of {word(at + t['chan.capacity'])} in it{closed}"
    if kind == "select":
        cases = word(at + t["selecting.cases"])
        count = struct.unpack("<I", read(at + t["selecting.count"], 4))[0]
        said = []
        for i in range(min(count, 16)):
            case = cases + i * t["case.size"]
            op = struct.unpack("<I", read(case + t["case.op"], 4))[0]
            said.append(f"{'send' if op == t['case.send'] else 'receive'} {word(case + t['case.chan']):#x}")
        return ("; " if said else "") + ", ".join(said + ["..."] * (count > 16))
    if kind == "mutex":
        owner = word(at + t["mutex.owner"])
        if owner == (1 << 64) - 1:
            return f"; mutex {at:#x} held outside of tasks"
        return f"; mutex {at:#x} held by {named(process.task_of_handle(owner))}"
    if kind == "wait group":
        return f"; {at:#x} of {word(at + t['group.count'])}"
    if kind in ("condition", "semaphore"):
        return f"; {at:#x}"
    if kind == "join":
        return f"; of {named(process.task_at(at))}"
    if kind == "domain to close":
        d = task.runtime.domain(at)
        return f"; of #{d.id} '{d.name('domain.name')}'" if d else ""
    if kind == "token":
        token = process.token(at)
        if token and token.u64("token.fd_token") == at:
            return f"; token {at:#x}, descriptor {token.i32('token.fd')}"
        return f"; token {at:#x}"
    return ""


def stack_used(task):
    """Bytes; 0 where nobody knows."""
    block = task.block()
    if block is None or task.running():
        return 0
    inner, low = block.innermost(), block.innermost().sp
    for _ in range(100000):
        if inner.address == block.address:
            break
        low, inner = inner.psp, Block(task.runtime.process, inner.parent)
    used = block.stack()[1] - low
    return used if 0 < used < 1 << 30 else 0


def line(task):
    rt = task.runtime
    kind, reason = task.waits()
    out = f"{'*' if task.running() else ' '} #{task.id} '{task.own_name}' {task.state()}"
    out += f" for {reason}" if reason else ""
    out += f" in {rt.path(task.u64('task.domain'))}"
    now = rt.now
    try:
        out += detail(task, kind)
        until = deadline(task, kind) if task.parked() and not task.running() else None
        if until is not None:
            out += f"; until in {seconds(until - now)}" if until > now else f"; until now, late by {seconds(now - until)}"
    except (gdb.MemoryError, KeyError):
        out += "; (cannot be read)"
    out += f"; for {seconds(max(now - task.u64('task.since'), 0))}"
    try:
        stack_class = task.stack_class()
    except gdb.MemoryError:
        stack_class = len(CLASSES)
    out += f"; stack {CLASSES[stack_class] if stack_class < len(CLASSES) else '?'}"
    try:
        used = stack_used(task)
    except gdb.MemoryError:
        return out + ", damaged"
    return out + (", not begun" if not task.cb else f", {used} bytes used" if used else "")
