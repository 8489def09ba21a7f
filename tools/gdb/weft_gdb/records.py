# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# Runtimes, domains, tasks and blocks, read from memory as they are. What was overwritten may lie there, so every walk
# is bounded and every read may fail: a list that bites its tail is cut, a record that cannot be read is left out.
import collections
import struct

import gdb

from . import table
from .table import Table, read, text, word


class Record:
    """Some bytes that start at an address; fields by the names of the table."""

    def __init__(self, t, address, raw, at=0):
        self.t, self.address, self.raw, self.at = t, address, raw, at

    def u64(self, field):
        return struct.unpack_from("<Q", self.raw, self.at + self.t[field])[0]

    def u32(self, field):
        return struct.unpack_from("<I", self.raw, self.at + self.t[field])[0]

    def i32(self, field):
        return struct.unpack_from("<i", self.raw, self.at + self.t[field])[0]

    def flag(self, field):
        return self.raw[self.at + self.t[field]] != 0

    def name(self, field):
        start = self.at + self.t[field]
        return table.printable(self.raw[start:start + self.t["name.size"]].split(b"\0")[0])


class Block:
    """A continuation's control block."""

    def __init__(self, process, address):
        t = process.t
        self.process, self.address = process, address
        raw = Record(t, address, read(address, t["cb.size"]))
        self.handle, self.sp, self.ip = raw.u64("cb.handle"), raw.u64("cb.sp"), raw.u64("cb.ip")
        self.psp, self.parent, self.inner = raw.u64("cb.psp"), raw.u64("cb.parent"), raw.u64("cb.inner")
        self.stack_class = raw.u32("cb.class")

    def stack(self):
        """(lowest, highest) address."""
        cold = self.address + self.process.t["cold.offset"]
        return word(cold + self.process.t["cold.low"]), word(cold + self.process.t["cold.top"])

    def innermost(self):
        if not self.inner:
            raise gdb.MemoryError(f"The block at {self.address:#x} is empty")
        return self if self.inner == self.address else Block(self.process, self.inner)

    def point(self):
        """Where it goes on: its ip, or behind the values that are bound to it."""
        t = self.process.t
        if "port.x86_64" in t and self.ip in (t["code.bound"], t["code.bound.fresh"]):
            return word(self.sp - t["bound.ip"])
        return self.ip

    def is_fresh(self):
        t = self.process.t
        return self.inner == self.address and self.point() in (t.get("code.entry"), t.get("code.root"))

    def saved(self):
        """The registers with which a suspended chain goes on; None when it has not begun."""
        if "port.x86_64" not in self.process.t:
            raise gdb.GdbError("Backtraces of what is suspended are known for libweft's own x86-64 port alone.")
        block = self.innermost()
        if block.is_fresh():
            return None
        low, high = block.stack()
        if not low <= block.sp < high:
            raise gdb.GdbError(f"The block at {block.address:#x} is damaged: its stack pointer {block.sp:#x} is outside of its stack.")
        rbx, rbp = struct.unpack("<QQ", read(block.sp, 16))
        return {"rip": block.point(), "rsp": block.sp + 16, "rbx": rbx, "rbp": rbp}

    def length(self):
        """Blocks in its suspended chain."""
        n, block = 1, self.innermost()
        while block.address != self.address and n < 100000:
            block, n = Block(self.process, block.parent), n + 1
        return n


class Domain(Record):
    def __init__(self, t, address):
        super().__init__(t, address, read(address, t["domain.size"]))
        self.id = self.u64("domain.id")

    def own_name(self):
        return self.name("domain.name") or f"#{self.id}"


class Task(Record):
    def __init__(self, runtime, address, raw, at):
        super().__init__(runtime.t, address, raw, at)
        self.runtime = runtime
        self.id = self.u64("task.id")
        self.own_name = self.name("task.name")
        self.cb = self.u64("task.cb")

    def running(self):
        return self.address in self.runtime.running

    def worker(self):
        """Whose number runs it; None where nobody does."""
        return self.runtime.running.get(self.address)

    def parked(self):
        return self.u32("task.state") == self.t["state.parked"]

    def state(self):
        return "running" if self.running() else "parked" if self.parked() else "ready"

    def waits(self):
        """(kind's name, text)"""
        if not self.parked() or self.running():
            return "", ""
        kind = self.runtime.process.kinds.get(self.u32("task.wait"), "")
        said = self.u64("task.waits")
        if said and kind in ("", "wake", "sleep", "join", "domain to close", "memory for a stack", "token"):
            return kind, text(said)
        if kind in ("channel send", "channel receive") and not self.u64("task.object"):
            return kind, kind + " (nil)"
        return kind, kind

    def block(self):
        return Block(self.runtime.process, self.cb) if self.cb else None

    def stack_class(self):
        return self.block().stack_class if self.cb else self.u32("task.class")

    def handle(self):
        bits = self.t["slot.bits"]
        return self.u64("task.note") >> bits << bits | self.u32("task.slot")


class Runtime(Record):
    def __init__(self, process, number, address):
        super().__init__(process.t, address, b"")
        self.process, self.number = process, number
        self.domains = {}
        self.counted = None
        # Read once: commands ask for each task.
        self.now = self.get("rt.now")
        self.workers = max(1, min(struct.unpack("<I", read(address + self.t["rt.workers"], 4))[0], 4096))
        self.pool = self.get("rt.pool") if self.workers > 1 else 0
        self.running = {task: worker for worker, task in enumerate(self.all_running()) if task}
        self.heap, self.heap_size = self.get("rt.heap"), self.get("rt.heap_size")

    def get(self, field):
        return word(self.address + self.t[field])

    def all_running(self):
        """The task that each worker runs, or 0; the host's thread first."""
        yield self.get("rt.running")
        for i in range(self.workers - 1 if self.pool else 0):
            try:
                yield word(self.pool + i * self.t["pool.size"] + self.t["pool.running"])
            except gdb.MemoryError:
                return

    def idle(self):
        return struct.unpack("<I", read(self.address + self.t["rt.idle"], 4))[0]

    def pointer_of_worker(self, worker):
        """Of its thread, as threads() has it."""
        return self.get("rt.thread") if worker == 0 else word(self.pool + (worker - 1) * self.t["pool.size"] + self.t["pool.thread"])

    def raw_flag(self, field):
        return read(self.address + self.t[field], 1) != b"\0"

    def number_of_thread(self):
        return struct.unpack("<i", read(self.address + self.t["rt.thread_number"], 4))[0]

    def ready_in(self, domain):
        """Without what runs, which its domain and those above count until it parks or ends."""
        count = domain.u32("domain.ready")
        if self.workers > 1:
            return self.census()[1][domain.address]
        task = self.process.task_at(next(iter(self.running))) if self.running else None
        if task is None or task.parked():
            return count
        at, seen = task.u64("task.domain"), set()
        while at and at not in seen:
            if at == domain.address:
                return max(count - 1, 0)
            seen.add(at)
            above = self.domain(at)
            at = above.u64("domain.parent") if above else 0
        return count

    def census(self):
        """(tasks, ready entities) by a domain's address: counted, for what several workers count is in pieces."""
        if self.counted is None:
            ready_states = [self.t[s] for s in ("state.ready", "state.ahead", "state.watched") if s in self.t]
            tasks, ready = collections.Counter(), collections.Counter()
            for task in self.tasks():
                at = task.u64("task.domain")
                tasks[at] += 1
                ready[at] += not task.parked() and not task.running()
            for _, d in self.all_domains():
                queued = d.u32("domain.state") in ready_states and not d.flag("domain.in_slice") and not d.flag("domain.hollow")
                ready[d.u64("domain.parent")] += queued
            self.counted = tasks, ready
        return self.counted

    def live(self):
        return sum(self.census()[0].values()) if self.workers > 1 else self.get("rt.live")

    def tasks_in(self, domain):
        return self.census()[0][domain.address] if self.workers > 1 else domain.u64("domain.tasks")

    def domain(self, address):
        if address not in self.domains:
            try:
                self.domains[address] = Domain(self.t, address)
            except gdb.MemoryError:
                self.domains[address] = None
        return self.domains[address]

    def path(self, address):
        names = []
        while address and len(names) < 64:
            d = self.domain(address)
            if d is None:
                names.append("?")
                break
            names.append(d.own_name())
            address = d.u64("domain.parent")
        return "/".join(reversed(names))

    def all_domains(self):
        """(depth, domain), parents first; one that was seen before ends its list."""
        seen, waiting = set(), [(0, self.get("rt.root"))]
        while waiting:
            depth, address = waiting.pop()
            if not address or address in seen:
                continue
            seen.add(address)
            d = self.domain(address)
            if d is None:
                continue
            yield depth, d
            waiting.append((depth, d.u64("domain.sibling") if depth else 0))
            waiting.append((depth + 1, d.u64("domain.child")))

    def tasks(self):
        for task in self.process.all_tasks():
            if task.runtime is self:
                yield task


class Process:
    """All of it, as of now: commands make one each."""

    def __init__(self):
        self.t = Table()
        self.kinds = {value: name[5:] for name, value in self.t.items() if name.startswith("wait.")}
        self.runtimes = []
        if "runtimes" in self.t:
            address, seen = word(self.t["runtimes"]), set()
            while address and address not in seen and len(seen) < 10000:
                seen.add(address)
                try:
                    if read(address + self.t["rt.created"], 1) != b"\0":
                        self.runtimes.append(Runtime(self, len(self.runtimes) + 1, address))
                    address = word(address + self.t["rt.next"])
                except gdb.MemoryError:
                    break
        self.by_address = {rt.address: rt for rt in self.runtimes}

    def need_runtimes(self):
        if not self.runtimes:
            raise gdb.GdbError("No runtime exists (weft_runtime_create): no tasks and no domains.")
        return self.runtimes

    def offset(self, kind, i):
        """Of record i in its chunk."""
        return i * self.t[kind + ".size"] + i // self.t["table.group"] * self.t[kind + ".gap"]

    def records(self, chunks, used, kind):
        """(address, bytes, offset) of each record of a table."""
        count = min(struct.unpack("<I", read(used, 4))[0], 1 << 14)
        for chunk in struct.unpack(f"<{count}Q", read(chunks, 8 * count)):
            try:
                raw = read(chunk, self.offset(kind, self.t["table.chunk"]))
            except gdb.MemoryError:
                continue
            for i in range(self.t["table.chunk"]):
                at = self.offset(kind, i)
                yield chunk + at, raw, at

    def all_tasks(self):
        t, alive = self.t, {self.t[s] for s in ("state.ready", "state.ahead", "state.watched", "state.parked") if s in self.t}
        if "tasks" not in t:
            return
        at_state, at_rt = t["task.state"], t["task.rt"]
        for address, raw, at in self.records(t["tasks"] + t["task.chunks"], t["tasks"] + t["task.used"], "task"):
            if struct.unpack_from("<I", raw, at + at_state)[0] not in alive:
                continue
            runtime = self.by_address.get(struct.unpack_from("<Q", raw, at + at_rt)[0])  # of a free record it is odd
            if runtime:
                yield Task(runtime, address, raw, at)

    def record_of(self, table_name, chunks, kind, handle):
        """The record of a handle's slot."""
        slot = handle & ((1 << self.t["slot.bits"]) - 1)
        per = self.t["table.chunk"]
        chunk = word(self.t[table_name] + chunks + 8 * (slot // per))
        address = chunk + self.offset(kind, slot % per)
        return address, read(address, self.t[kind + ".size"]) if chunk else None

    def task_of_handle(self, handle):
        if not handle:
            return None
        address, raw = self.record_of("tasks", self.t["task.chunks"], "task", handle)
        if raw is None:
            return None
        runtime = self.by_address.get(Record(self.t, address, raw).u64("task.rt"))
        task = runtime and Task(runtime, address, raw, 0)
        return task if task and task.handle() == handle else None

    def task_at(self, address):
        raw = read(address, self.t["task.size"])
        runtime = self.by_address.get(Record(self.t, address, raw).u64("task.rt"))
        return Task(runtime, address, raw, 0) if runtime else None

    def token(self, handle):
        address, raw = self.record_of("tokens", self.t["token.chunks"], "token", handle)
        return Record(self.t, address, raw) if raw is not None else None

    def task(self, name):
        """By its number, or RUNTIME.NUMBER where there are several, or its name."""
        runtime, wanted = None, name
        if name.count(".") == 1 and name.replace(".", "").isdigit():
            number, wanted = name.split(".")
            runtime = int(number)
        found = [task for task in self.all_tasks()
                 if (runtime is None or task.runtime.number == runtime)
                 and (str(task.id) == wanted if wanted.isdigit() else task.own_name == wanted)]
        if not found:
            self.need_runtimes()
            raise gdb.GdbError(f"There is no task {name} that is not done; `weft tasks` lists them.")
        if len(found) > 1:
            listed = ", ".join(f"{task.runtime.number}.{task.id}" for task in found[:8])
            raise gdb.GdbError(f"Several tasks are {name}: {listed}{', ...' if len(found) > 8 else ''}.")
        return found[0]

    def threads(self):
        """(gdb's thread, its thread pointer)"""
        selected = gdb.selected_thread()
        try:
            for thread in gdb.selected_inferior().threads():
                thread.switch()
                try:
                    yield thread, int(gdb.parse_and_eval("(unsigned long)$fs_base"))
                except gdb.error:
                    pass
        finally:
            if selected and selected.is_valid():
                selected.switch()

    def running_blocks(self, pointer):
        """Addresses of the blocks that run on a thread, innermost first."""
        at, root, seen = 0, self.t["cb.root"], {}
        try:
            at = word(((pointer + self.t["thread.offset"]) & (1 << 64) - 1) + self.t["thread.current"])
            while at and at != root and at not in seen and len(seen) < 100000:
                seen[at] = True
                at = Block(self, at).parent
        except gdb.MemoryError:
            pass
        return seen

    def blocks(self):
        """(block, "running" | "suspended") for each that is a chain's outermost or runs; what is free or inside a chain is not
        named."""
        t, size = self.t, self.t["cb.size"]
        used = struct.unpack("<I", read(t["slots.used"], 4))[0]
        table_at, root = word(t["slots"]), t["cb.root"]
        hidden, running = set(), []
        lists = [t["idle.left"], t["idle.trimmed"]] if t.get("idle.left") else []
        for _, pointer in list(self.threads()):
            record = (pointer + t["thread.offset"]) & (1 << 64) - 1
            try:
                at = word(record + t["thread.current"])
            except gdb.MemoryError:
                continue
            while at and at != root and at not in hidden and len(running) < used:
                hidden.add(at)
                running.append(Block(self, at))
                at = running[-1].parent
            lists += [record + t["thread.free"]]
            lists += [(pointer + t[name]) & (1 << 64) - 1 for name in ("idle.rested", "idle.cold")]
        for block in running:
            yield block, "running"
        raw = read(table_at, used * size)
        parents = [struct.unpack_from("<Q", raw, i * size + t["cb.parent"])[0] for i in range(used)]
        for start in lists:
            try:
                heads = struct.unpack(f"<{t['classes']}Q", read(start, 8 * t["classes"]))
            except gdb.MemoryError:
                continue
            for at in heads:
                while at and at not in hidden and (at - table_at) % size == 0 and 0 <= at - table_at < used * size:
                    hidden.add(at)
                    at = parents[(at - table_at) // size]
        for i in range(1, used):
            at = table_at + i * size
            inner = struct.unpack_from("<Q", raw, i * size + t["cb.inner"])[0]
            for _ in range(used):
                if at in hidden or inner == at or (inner - table_at) % size or not 0 <= inner - table_at < used * size:
                    break
                hidden.add(inner)
                inner = parents[(inner - table_at) // size]
        for i in range(1, used):
            at = table_at + i * size
            if at not in hidden:
                block = Block(self, at)
                if block.stack()[1]:  # else its slot is used up
                    yield block, "suspended"
