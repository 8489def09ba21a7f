# What a program of program.py logs, by the rules of abi/rules.md alone. A continuation is a Python generator that
# yields the markers it comes to; Machine.run hands values and exceptions to whichever is running. Nothing here
# knows of stacks, blocks or caches.
import struct
from collections import Counter

from events import ACC, CLEANED, ENDED, FORCED, MASK, RAISED, TRAP
from program import LOCALS, SLOTS

CONSUMED, UNHANDLED, DROPPING, PAYLOAD, BARRIER = 1, 2, 3, 6, 7
BITS = {"i1": 1, "i8": 8, "i16": 16, "i32": 32, "i64": 64, "ptr": 64}


class Thrown(Exception):
    def __init__(self, code, type):
        self.code, self.type = code, type  # program.py's number of a type; 0 is not C++'s


class Dropped(BaseException):
    pass


class Cont:
    def __init__(self, code):
        self.code, self.parent, self.on, self.inner = code, None, [], self
        self.fresh, self.bound, self.version = True, [[], []], 0
        self.handled, self.uncaught = [], 0  # C++'s exceptions: those in the hands of handlers, how many are in flight
        self.dropped = False  # the outermost of a chain that is
        self.dropping = False  # one of such a chain


def double_bits(v):
    return struct.unpack("<Q", struct.pack("<d", v))[0]


def fold(values):
    acc = 0
    for v in values:
        acc = (acc * ACC + v) & MASK
    return acc


class Machine:
    def __init__(self, program):
        self.p, self.log, self.count, self.fuel = program, [], Counter(), program.fuel
        self.slots = [(None, 0, 0)] * SLOTS  # continuation, its version, how much is bound
        self.functions = {f.name: f for f in program.functions}

    def event(self, id, value):
        self.log.append((id, value & MASK))

    # --- continuations -----------------------------------------------------------------------------

    def trap(self, rule, what):
        self.count[f"trap {rule}"] += 1
        self.event(TRAP + rule, what)
        return self.thrown(1000 + rule, self.p.traps)

    def thrown(self, code, type):
        """An exception in flight in the running continuation."""
        self.current.uncaught += type != 0
        return Thrown(code, type)

    def caught(self, e):
        self.current.uncaught -= e.type != 0
        return e.code

    def take(self, handle):
        cont, version = handle
        if cont is None or cont.version != version:
            raise self.trap(CONSUMED, cont is None)
        cont.version += 1
        return cont

    def search(self, tag, kind):
        levels, cont = 0, self.current
        while cont is not self.root:
            if cont.on is BARRIER:
                raise self.trap(BARRIER, 2 + tag)
            if cont.dropping:
                self.count["trap in a clean-up of a drop"] += 1
                raise self.trap(DROPPING, 2 + tag)
            if (tag, kind) in cont.on:
                self.count[f"{'switch' if kind else 'suspend'} at level {min(levels, 4)}"] += 1
                return cont, cont.on.index((tag, kind)) + 1
            levels, cont = levels + 1, cont.parent
        raise self.trap(UNHANDLED, 2 + tag)

    def enter(self, cont, ints, floats, handle=None):
        """What goes on at the innermost of a chain, and with what: bound values first."""
        inner = cont.inner
        ints, floats = inner.bound[0] + ints, inner.bound[1] + floats
        inner.bound = [[], []]
        self.current = inner
        if inner.fresh:
            inner.fresh = False
            inner.generator = self.body(inner.code[0], inner.code[1], ints, floats, handle)
            return None
        return ints, floats, handle

    def link(self, cont, on):
        cont.parent, cont.on = self.current, on

    def marker(self, request):
        """One marker of the running continuation: what is sent to the one that runs next."""
        op, *rest = request
        self.count[op] += 1
        if op == "resume":
            handle, on, ints, floats = rest
            cont = self.take(handle)
            self.note("resume", cont)
            self.link(cont, on)
            return self.enter(cont, ints, floats)
        if op == "refuse":  # a resume or a switch that sends too much behind what is bound
            handle, tag = rest
            self.take(handle)
            handle[0].version -= 1
            if tag is not None:
                self.search(tag, 1)
            self.count["too much behind bound values"] += 1
            raise self.trap(PAYLOAD, 1)
        if op == "suspend":
            tag, ints, floats = rest
            outermost, which = self.search(tag, 0)
            outermost.inner = self.current
            self.current = outermost.parent
            return which, (outermost, outermost.version), ints, floats
        if op == "switch":
            handle, tag, ints, floats = rest
            cont = self.take(handle)
            try:
                outermost, _ = self.search(tag, 1)
            except Thrown:
                cont.version -= 1
                raise
            self.note("switch", cont)
            outermost.inner = self.current
            cont.parent, cont.on = outermost.parent, outermost.on
            return self.enter(cont, ints + [0], floats, (outermost, outermost.version))
        if op == "rthrow":
            handle, on, code, how = rest
            cont = self.take(handle)
            self.note("rthrow", cont)
            type = 1 if how >= 2 else 0
            if how == 1:
                self.event(RAISED, code)
            if how == 3 and self.current.handled:
                code, type = self.current.handled[-1].code, self.current.handled[-1].type
                self.count["rthrow of what is being handled"] += 1
            if not cont.fresh:
                self.link(cont, on)
                self.current = cont.inner
                cont.inner.bound = [[], []]
            raise self.thrown(code, type)  # in there; out of a fresh one at once
        if op == "drop":
            cont = self.take(rest[0])
            self.note("drop", cont)
            if cont.fresh:
                return None
            self.link(cont, [])
            cont.dropped = True
            self.current = cont.inner
            link = cont.inner
            while link is not cont.parent:  # no handler of the chain is found any more
                link.dropping, link = True, link.parent
            cont.inner.bound = [[], []]
            self.current.uncaught += 1
            raise Dropped
        if op == "bind":
            handle, b = rest
            cont, version = handle
            if cont is None or cont.version != version:
                raise self.trap(CONSUMED, cont is None)
            cuts = self.p.cuts
            if b + 1 >= len(cuts):
                raise self.trap(PAYLOAD, 1)
            cont.version += 1
            cont.inner.bound[0] += self.pending[0]
            cont.inner.bound[1] += self.pending[1]
            return cont, cont.version
        raise AssertionError(op)

    def note(self, op, cont):
        what = "fresh" if cont.fresh else "chain" if cont.inner is not cont else "suspended"
        self.count[f"{op} of {what}{' with bound values' if any(cont.inner.bound) else ''}"] += 1

    def run(self):
        self.root = self.current = Cont(None)
        self.root.generator = self.main()
        send, throw = None, None
        while True:
            running = self.current
            try:
                if throw is not None:
                    request = running.generator.throw(throw)
                else:
                    request = running.generator.send(send)
            except StopIteration as end:
                if running is self.root:
                    return self.log
                assert not running.dropped
                self.current = running.parent
                send, throw = (0, None, *end.value), None
                continue
            except Thrown as e:
                assert running is not self.root
                self.count["exception leaves"] += 1
                self.current, throw = running.parent, e
                self.current.uncaught += e.type != 0
                continue
            except Dropped as e:
                self.current = running.parent
                self.current.uncaught += not running.dropped
                send, throw = None, None if running.dropped else e
                continue
            throw = None
            try:
                send = self.marker(request)
            except (Thrown, Dropped) as e:
                throw = e

    # --- code --------------------------------------------------------------------------------------

    def body(self, f, env, ints, floats, handle):
        x = self.locals()
        values = [env] + ints[:f.takes[0]] + floats[:f.takes[1]]
        node = type("Start", (), {"id": 1, "keep": f.keep})
        if f.takes[0] > self.p.m:
            del values[1 + self.p.m]
        self.received(x, node, values, f.takes[0] > self.p.m and handle)
        yield from self.block(f.block, x, 0)
        self.aligned(f)
        r = self.p.returns
        return ([self.int_lane(x, j, (j % LOCALS, j * 1001)) for j in range(r[0])],
                [self.float_lane(x, (j % LOCALS, j * 1001 + 1)) for j in range(r[1])])

    def main(self):
        x = self.locals()
        try:
            yield from self.block(self.p.main.block, x, 0)
        except Thrown as e:
            self.event(ENDED, self.caught(e))
        for s in range(SLOTS):
            cont, version, _ = self.slots[s]
            if cont is not None:
                try:
                    self.event(ENDED, s)
                    yield ("drop", (cont, version))
                except Thrown as e:
                    self.event(ENDED, self.caught(e))
        self.aligned(self.p.main)

    def function(self, f, depth, a, values):
        x = self.locals()
        x[0] = a
        yield from self.block(f.block, x, depth)
        self.event(1, fold(values))
        self.aligned(f)
        return (x[0] + x[1]) & MASK

    def aligned(self, f):
        if f.align:
            self.event(2, f.align * 77)

    @staticmethod
    def locals():
        return [i + 3 for i in range(LOCALS)]

    def raw(self, x, arg):
        return (x[arg[0]] + arg[1]) & MASK

    def int_lane(self, x, j, arg):
        return self.raw(x, arg) & ((1 << BITS[self.p.ints[j]]) - 1)

    def float_lane(self, x, arg):
        return double_bits((self.raw(x, arg) & 4095) * 0.25)

    def payload(self, x, node, counts):
        return ([self.int_lane(x, j, node.args[0][j]) for j in range(counts[0])],
                [self.float_lane(x, node.args[1][j]) for j in range(counts[1])])

    def received(self, x, node, values, handle):
        acc = fold(values)
        self.event(node.id, acc)
        x[node.id % LOCALS] ^= acc
        if handle:
            self.slots[node.keep] = (*handle, 0)
            self.event(node.id, 77)

    @staticmethod
    def seen(node, what, value):
        node.__dict__.setdefault(what, set()).add(value)

    def spend(self):
        self.fuel -= 1
        return self.fuel >= 0

    def table(self, node):
        return self.p.tables[node.table]

    def block(self, nodes, x, depth):
        for node in nodes:
            kind, node.ran = node.kind, True
            if kind == "arith":
                j = (x[node.j] + node.c) & MASK
                x[node.i] = {"add": x[node.i] + j, "mul": x[node.i] * j, "xor": x[node.i] ^ j}[node.op] & MASK
                self.event(node.id, x[node.i])
            elif kind == "move":
                self.slots[node.d] = self.slots[node.s]
            elif kind == "null":
                self.slots[node.d] = (None, 0, 0)
            elif kind == "if":
                yield from self.block(node.a if x[node.i] & node.mask else node.b, x, depth)
            elif kind == "loop":
                for _ in range(node.n):
                    if not self.spend():
                        break
                    yield from self.block(node.a, x, depth)
            elif kind == "try":
                try:
                    yield from self.block(node.a, x, depth)
                    continue
                except Thrown as e:
                    code = self.caught(e)
                except Dropped:
                    self.event(FORCED, node.id)
                    raise
                self.event(node.id, code)
                x[node.i] = code
                yield from self.block(node.b, x, depth)
            elif kind == "handler":
                try:
                    yield from self.block(node.a, x, depth)
                    continue
                except Thrown as e:
                    if not any(t in ({2: (2, 1)}.get(e.type, (e.type,))) for t in node.types):
                        raise
                    handled = e
                code, me = self.caught(handled), self.current
                self.count["handler of C++"] += 1
                self.event(node.id, code)
                x[node.i] = code
                me.handled.append(handled)
                try:
                    yield from self.block(node.b, x, depth)
                finally:
                    me.handled.pop()
            elif kind == "cleanup":
                try:
                    yield from self.block(node.a, x, depth)
                except (Thrown, Dropped) as e:
                    self.count["clean-ups of a drop" if isinstance(e, Dropped) else "clean-ups"] += 1
                    self.event(node.id, x[node.id % LOCALS])
                    try:
                        yield from self.block(node.b, x, depth)
                    except Thrown as inner:
                        self.event(CLEANED, self.caught(inner))
                    except Dropped:
                        self.event(FORCED, CLEANED)
                        raise
                    self.event(node.id, 1)
                    raise e
            elif kind == "live":
                seed = x[node.i]
                yield from self.block(node.a, x, depth)
                self.event(node.id, fold([self.live(t, seed, k) for k, t in enumerate(node.types)]))
            elif kind == "dyn":
                v = x[node.i]
                yield from self.block(node.a, x, depth)
                self.event(node.id, 2 * v)
            elif self.spend():
                if hasattr(node, "guard"):
                    self.taken = self.slots[node.s]
                    self.seen(node, "cuts", self.taken[2])
                    if node.guard and self.taken[0] is None:
                        continue
                    if node.clear:
                        self.slots[node.s] = (None, 0, 0)
                yield from getattr(self, "on_" + kind)(node, x, depth)

    def on_new(self, node, x, depth):
        self.count["new"] += 1
        self.slots[node.d] = (Cont((self.p.bodies[node.body], node.env)), 0, 0)
        return
        yield

    def on_bind(self, node, x, depth):
        cont, version, b = self.taken
        self.pending = [[], []]
        if b + 1 < len(self.p.cuts):
            (i0, f0), (i1, f1) = self.p.cuts[b], self.p.cuts[b + 1]
            ints, floats = self.payload(x, node, (i1, f1))
            self.pending = [ints[i0:], floats[f0:]]
        cont, version = yield ("bind", (cont, version), b)
        self.slots[node.d] = (cont, version, b + 1)
        self.event(node.id, b)

    def on_resume(self, node, x, depth):
        cont, version, b = self.taken
        ints, floats = self.payload(x, node, (self.p.m, self.p.q))
        i0, f0 = self.p.cuts[b]
        if node.over:
            if b:
                yield ("refuse", (cont, version), None)
            return
        outcome = yield ("resume", (cont, version), self.table(node), ints[i0:] + [0], floats[f0:])
        self.outcome(x, node, outcome)

    def on_rthrow(self, node, x, depth):
        cont, version, _ = self.taken
        outcome = yield ("rthrow", (cont, version), self.table(node), x[node.i] | 1, node.how)
        self.outcome(x, node, outcome)

    def outcome(self, x, node, outcome):
        which, handle, ints, floats = outcome
        self.slots[node.d] = (*handle, 0) if handle else (None, 0, 0)
        self.count["returned" if which == 0 else "suspended"] += 1
        self.seen(node, "outcomes", which)
        self.event(node.id, which)
        if which == 0:
            ints, floats = ints[:self.p.returns[0]], floats[:self.p.returns[1]]
        self.received(x, node, ints + floats + [handle is None], None)

    def on_suspend(self, node, x, depth):
        tag = self.p.tags[node.tag]
        answer = yield ("suspend", node.tag, *self.payload(x, node, tag.sent))
        self.answered(x, node, tag, answer)

    def on_switch(self, node, x, depth):
        cont, version, b = self.taken
        tag = self.p.tags[node.tag]
        if b == tag.cut:
            ints, floats = self.payload(x, node, tag.sent)
            i0, f0 = self.p.cuts[b]
            op = "refuse" if tag.over else "switch"
            answer = yield (op, (cont, version), node.tag, *((ints[i0:], floats[f0:]) if not tag.over else ()))
            self.answered(x, node, tag, answer)

    def answered(self, x, node, tag, answer):
        ints, floats, handle = answer
        if len(ints) > self.p.m:
            ints = ints[:self.p.m] + ints[self.p.m + 1:]
        kept = tag.answer[0] > self.p.m
        values = ints[:tag.answer[0] - kept] + floats[:tag.answer[1]]
        self.received(x, node, values, kept and handle)

    def on_throw(self, node, x, depth):
        self.count["throw"] += 1
        raise self.thrown(x[node.i] | 1, node.type)
        yield

    def on_handled(self, node, x, depth):
        handled = self.current.handled
        self.event(node.id, fold([handled[-1].code if handled else 0, self.current.uncaught]))
        if node.rethrows and handled:
            self.count["rethrow"] += 1
            raise self.thrown(handled[-1].code, handled[-1].type)
        return
        yield

    def on_drop(self, node, x, depth):
        cont, version, _ = self.taken
        yield ("drop", (cont, version))
        self.event(node.id, 0)

    def on_call(self, node, x, depth):
        if depth >= 3:
            return
        f, v = self.functions[node.f], self.raw(x, node.arg)
        values = [self.exotic(t, v, k) for k, t in enumerate(f.exotic)]
        running, on = self.current, self.current.on
        self.count["call under a barrier" if node.barrier else "call"] += 1
        if node.barrier and running is not self.root:
            running.on = BARRIER
        try:
            v = yield from self.function(f, depth + 1, v, values)
        finally:
            if node.barrier:
                running.on = on
        x[node.i] = v
        self.event(node.id, v)

    def exotic(self, type, seed, k):
        s = (seed + k * 1000003) & MASK
        if type == "i128":
            return (s + (s ^ (k + 5))) & MASK
        if type == "x86_fp80" or type == "i64":
            return s
        if type in ("i1", "i8", "i16", "i32"):
            return s & ((1 << BITS[type]) - 1)
        return double_bits(float(s & 0xffff))

    def live(self, type, seed, k):
        if type.startswith("<") and type != "<4 x float>":
            s = (seed + k * 1000003) & MASK
            n = 2 if type == "<16 x i8>" else int(type[1])
            return fold([(s + 7 * lane) & MASK for lane in range(n)])
        return self.exotic(type, seed, k)


def hash_of(log):
    h = 0
    for id, value in log:
        h = ((h ^ (id * ACC + value)) * 0xD6E8FEB86659FD93) & MASK
        h ^= h >> 29
    return h
