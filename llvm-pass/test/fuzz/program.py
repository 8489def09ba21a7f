# Random programs of the continuation level, as trees. emit.py turns one into LLVM IR, semantics.py says what it logs.
#
# All programs are defined: every payload is a prefix of one row of integer types and one of float types, which
# the program has, so that sender and receiver agree on types whoever meets whom. Place `m` of the integers is an
# i64: the handle that a switch adds, or 0 from a resume. Handles live in global slots, so that anybody may use
# anybody's, consumed and null ones included; beside each lies how much was bound to it. Programs end because each
# statement that could go on for ever takes from the program's fuel, and is skipped without.
#
# Clean-ups mostly suspend by tags that main alone handles, and resume under a table that lists all others, so that what
# they do comes off more often than not; what is their own chain's is CONT-03 when it is dropped.
import random

INT_TYPES = ["i1", "i8", "i16", "i32", "i64", "ptr"]
LIVE_TYPES = ["i64", "i64", "i64", "i64", "i32", "i128", "double", "double", "float", "x86_fp80", "<4 x float>",
              "<2 x i64>", "<4 x i64>", "<8 x i64>", "<16 x i8>", "i1"]
SLOTS, LOCALS = 6, 4


class Node:
    """A statement: kind, its fields, and `blocks`, the names of the fields that are lists of statements."""

    def __init__(self, kind, id, blocks=(), **fields):
        self.kind, self.id, self.blocks = kind, id, blocks
        self.__dict__.update(fields)


class Function:
    def __init__(self, name, role):
        self.name, self.role, self.block = name, role, []
        self.attributes, self.align, self.takes, self.exotic = "", 0, (0, 0), []


class Tag:
    # `cut`: for switches to what has so much bound (a place of p.cuts), so less is sent than others do; `over`: too much is.
    def __init__(self, index, kind, sent, answer, order, of_main, cut=0, over=False):
        self.index, self.kind, self.sent, self.answer, self.order, self.of_main = index, kind, sent, answer, order, of_main
        self.cut, self.over = cut, over


class Program:
    pass


def interleave(r, ints, floats):
    row = [("i", j) for j in range(ints)] + [("f", j) for j in range(floats)]
    keep = {"i": iter(range(ints)), "f": iter(range(floats))}
    r.shuffle(row)
    return [(lane, next(keep[lane])) for lane, _ in row]


class Generator:
    def __init__(self, seed, size):
        self.r = random.Random(seed)
        self.size = size
        p = self.p = Program()
        p.seed, self.next_id = seed, 1
        r = self.r
        p.m, p.q = r.choice([0, 1, 2, 3, 4, 5, 5]), r.choice([0, 0, 1, 2, 4, 6])
        p.ints = [r.choice(INT_TYPES) for _ in range(6)]
        p.ints[p.m] = "i64"
        p.floats = [r.choice(["float", "double"]) for _ in range(6)]
        p.returns = (r.randint(0, 6), r.choice([0, 0, 1, 2, 6]))
        p.returns_order = interleave(r, *p.returns)
        p.cuts = [(0, 0)]
        if r.random() < 0.6:
            for _ in range(r.randint(1, 2)):
                cut = (r.randint(p.cuts[-1][0], p.m), r.randint(p.cuts[-1][1], p.q))
                if cut != p.cuts[-1]:
                    p.cuts.append(cut)
        p.fuel = r.choice([60, 100, 200, 400])
        p.cxx = r.random() < 0.6  # exceptions of C++ too
        p.traps = 1 if p.cxx and r.random() < 0.5 else 0
        p.tags = []
        for i in range(r.randint(3, 6)):
            kind = 1 if i == 1 or (i > 2 and r.random() < 0.4) else 0
            sent = (p.m, p.q) if kind else (r.randint(0, 6), r.choice([0, 0, 1, 3, 6]))
            answer = (p.m + 1 if kind or r.random() < 0.7 else r.randint(0, p.m + 1), r.randint(0, p.q))
            p.tags.append(Tag(i, kind, sent, answer, (interleave(r, *sent), interleave(r, *answer)), i == 2))
        for cut in range(1, len(p.cuts)):
            i0, f0 = p.cuts[cut]
            order = [(lane, j) for lane, j in interleave(r, p.m, p.q) if j >= (i0 if lane == "i" else f0)]
            answer = (p.m + 1, r.randint(0, p.q))
            p.tags.append(Tag(len(p.tags), 1, (p.m, p.q), answer, (order, interleave(r, *answer)), False, cut))
            if i0:  # with the handle of who is left one too many
                p.tags.append(Tag(len(p.tags), 1, (p.m, p.q), (0, 0), ([("i", p.m)] * (6 - i0), []), False, cut, True))
        plain = [t for t in p.tags if not t.of_main]
        # Tables: of bodies, which the tags of main are not in; of main; of clean-ups, which list all the others.
        p.tables, self.of_bodies, self.of_main = [], [], []
        for i in range(r.randint(2, 4)):
            self.of_bodies.append(self.table(plain, r.randint(0, 3)))
        # One entry, of a tag that is suspended by and switched by.
        entry = (r.choice([t for t in plain if t.kind == 1 and not t.cut]).index, r.randrange(2))
        p.tables.append([entry])
        self.of_bodies.append(len(p.tables) - 1)
        self.of_main.append(len(p.tables) - 1)
        self.of_main.append(self.table(p.tags, r.randint(2, 5)))
        self.of_main.append(self.table(p.tags, 0, p.tags))
        self.of_cleanups = self.table(plain, 0, plain)
        p.bodies = [Function(f"b{i}", "body") for i in range(r.randint(2, 4))]
        p.functions = [Function(f"f{i}", "function") for i in range(r.randint(1, 3))]
        p.main = Function("main", "main")
        for f in p.bodies + p.functions + [p.main]:
            self.function(f)

    def table(self, tags, extra, all_of=()):
        r = self.r
        entries = [(t.index, t.kind) for t in all_of]
        for _ in range(extra):
            t = r.choice(tags)
            kind = t.kind
            if t.kind == 1 and not t.cut and r.random() < 0.3:
                kind = 0  # a tag for switching may be suspended by too
            if (t.index, kind) not in entries:
                entries.append((t.index, kind))
        if len(entries) > 1 and r.random() < 0.7:
            r.shuffle(entries)
        self.p.tables.append(entries)
        return len(self.p.tables) - 1

    def function(self, f):
        r, p = self.r, self.p
        f.align = r.choice([0, 0, 0, 32, 64])
        if f.role == "body":
            f.takes = (p.m + 1, p.q) if r.random() < 0.7 else (r.randint(0, p.m + 1), r.randint(0, p.q))
            f.order = interleave(r, *f.takes)
            f.keep = r.randrange(SLOTS)
        if f.role == "function":
            f.exotic = [r.choice(["i128", "<4 x float>", "x86_fp80", "double", "i8"]) for _ in range(r.randint(0, 3))]
        f.attributes = r.choice(["", "", "noinline", "noinline optnone", "alwaysinline" if f.role == "function" else ""])
        self.f, self.dynamic = f, False
        f.block = self.block(self.size if f.role != "main" else 3 * self.size, 0, False)
        if f.role == "main":  # once more, with what is left of it
            f.block = [Node("loop", self.id(), ("a",), n=r.choice([1, 1, 2, 3]), a=f.block)]

    def id(self):
        self.next_id += 1
        return self.next_id

    def local(self):
        return self.r.randrange(LOCALS)

    def arg(self):
        return (self.local(), self.r.choice([0, 1, 255, self.r.getrandbits(32), self.r.getrandbits(64)]))

    def args(self):
        return [self.arg() for _ in range(6)], [self.arg() for _ in range(6)]

    def slots(self):
        """What a statement uses up, and where it puts what comes of it."""
        r = self.r
        s = r.randrange(3 if r.random() < 0.7 else SLOTS)
        return {"s": s, "d": s if r.random() < 0.85 else r.randrange(SLOTS), "guard": r.random() < 0.93,
                "clear": r.random() < 0.93}

    def block(self, n, depth, cleanup):
        r, p, out = self.r, self.p, []
        if self.f.role == "main" and depth == 0:
            out += [self.new(i) for i in range(SLOTS) if self.r.random() < (1 if i < 3 else 0.3)]
        for _ in range(self.r.randint(max(1, n // 2), n)):
            node = self.statement(depth, cleanup)
            if node.kind not in ("try", "arith", "new", "handled") and self.r.random() < (0.8 if self.f.role == "main" and depth == 0 else 0.1):
                node = Node("try", self.id(), ("a", "b"), i=self.local(), a=[node], b=[])
            elif node.kind in ("suspend", "switch", "loop") and not cleanup and depth < 2 and self.r.random() < 0.4:
                node = Node("cleanup", self.id(), ("a", "b"), a=[node], b=self.block(2, 2, True))
                if r.random() < 0.4:  # to whoever is next
                    tags = [t for t in p.tags if not t.cut]
                    node.b.insert(0, Node("suspend", self.id(), tag=r.choice(tags).index, args=self.args(), keep=r.randrange(SLOTS)))
            out.append(node)
        return out

    def new(self, d=None):
        r = self.r
        return Node("new", self.id(), d=r.randrange(SLOTS) if d is None else d, body=r.randrange(len(self.p.bodies)),
                    stack=r.choice([0, 3, 3, 4]), env=r.getrandbits(30))

    def resume_fields(self, cleanup):
        r, p = self.r, self.p
        table = self.of_cleanups if cleanup and r.random() < 0.7 else r.choice(
            self.of_bodies if self.f.role != "main" else self.of_main[2:] if r.random() < 0.7 else self.of_main)
        ints, floats = p.returns
        for t, kind in p.tables[table]:
            if kind == 0:
                ints, floats = max(ints, p.tags[t].sent[0]), max(floats, p.tags[t].sent[1])
        ints, floats = r.choice([ints, 6]), r.choice([floats, 6])
        wider = {"i1": ["i1", "i8", "i64"], "i8": ["i8", "i32"], "i16": ["i16", "i64"], "i32": ["i32", "i64"],
                 "i64": ["i64"], "ptr": ["ptr", "i64"]}
        layout = []
        for lane, j in interleave(r, ints, floats):
            layout.append((lane, j, r.choice(wider[p.ints[j]]) if lane == "i" else
                           r.choice([p.floats[j], "double"])))
        return {"table": table, "layout": layout}

    def statement(self, depth, cleanup):
        r, p = self.r, self.p
        weights = {"arith": 2, "new": 2, "resume": 7 if self.f.role == "main" else 4, "suspend": 12, "switch": 5,
                   "throw": 1, "rthrow": 1.5, "drop": 1, "move": 0.5, "null": 0.2, "bind": 4 if len(p.cuts) > 1 else 0,
                   "call": 0 if cleanup else 2, "live": 3, "dyn": 0.5}
        if self.f.role == "main":
            weights.update({"suspend": 0.1, "switch": 0.1, "throw": 0.1, "resume": 8, "drop": 1, "rthrow": 2.5, "new": 1, "switch": 0.1, "call": 1})
        if depth < 3:
            weights.update({"if": 1, "loop": 3 if self.f.role == "main" else 4, "try": 2.5, "cleanup": 0 if cleanup else 2})
            if p.cxx:
                weights["handler"] = 4
        if p.cxx:
            weights.update({"handled": 1.5, "throw": weights["throw"] * 2})
        weights["drive"] = 14 if self.f.role == "main" else 3
        weights["nest"] = 0 if cleanup else 2
        weights["bound"] = 0 if cleanup or len(p.cuts) == 1 else 2
        kind = r.choices(list(weights), list(weights.values()))[0]
        inner = lambda n, c=cleanup: self.block(n, depth + 1, c)
        if kind == "arith":
            return Node(kind, self.id(), i=self.local(), j=self.local(), op=r.choice(["add", "mul", "xor"]), c=r.getrandbits(40) | 1)
        if kind == "new":
            return self.new()
        if kind == "bind":
            return Node(kind, self.id(), **self.slots(), args=self.args())
        if kind == "resume":
            return Node(kind, self.id(), **self.slots(), args=self.args(), over=len(p.cuts) > 1 and r.random() < 0.25,
                        **self.resume_fields(cleanup))
        if kind == "drive":  # one continuation, as long as there is something of it
            s = self.slots()["s"]
            step = Node("resume", self.id(), s=s, d=s, guard=True, clear=True, over=False, args=self.args(), **self.resume_fields(cleanup))
            if r.random() < 0.6:
                step = Node("try", self.id(), ("a", "b"), i=self.local(), a=[step], b=[])
            if r.random() < 0.25:  # and then it is dropped, with what stands in it
                drop = Node("drop", self.id(), s=s, d=s, guard=True, clear=True)
                return Node("try", self.id(), ("a", "b"), i=self.local(), b=[],
                            a=[Node("loop", self.id(), ("a",), n=r.randint(1, 2), a=[step]), drop])
            return Node("loop", self.id(), ("a",), n=r.randint(3, 8), a=[step])
        if kind == "bound":  # something is bound, and then too much is sent, or it is switched to, or gets what is missing
            s = r.randrange(3)
            of = {"s": s, "d": s, "guard": True}
            out = [self.new(s)] if r.random() < 0.6 else []
            tags = [t for t in p.tags if t.cut]
            for cut in range(1, r.randint(2, len(p.cuts)) if len(p.cuts) > 1 else 1):
                out.append(Node("bind", self.id(), **of, clear=True, args=self.args()))
                if r.random() < 0.6:
                    over = Node("resume", self.id(), **of, clear=False, over=True, args=self.args(), **self.resume_fields(cleanup))
                    out.append(Node("try", self.id(), ("a", "b"), i=self.local(), a=[over], b=[]))
                for tag in tags if self.f.role != "main" else []:
                    if tag.cut == cut and r.random() < 0.6:
                        hop = Node("switch", self.id(), tag=tag.index, **of, clear=r.random() < 0.5, args=self.args(), keep=r.randrange(SLOTS))
                        out.append(Node("try", self.id(), ("a", "b"), i=self.local(), a=[hop], b=[]))
            out.append(Node("resume", self.id(), **of, clear=True, over=False, args=self.args(), **self.resume_fields(cleanup)))
            return Node("try", self.id(), ("a", "b"), i=self.local(), a=out, b=[])
        if kind == "nest":  # a new one, one level further in
            new = self.new()
            s = new.d
            step = Node("resume", self.id(), s=s, d=s, guard=True, clear=True, over=False, args=self.args(), **self.resume_fields(cleanup))
            loop = Node("loop", self.id(), ("a",), n=r.randint(2, 5), a=[step])
            return Node("try", self.id(), ("a", "b"), i=self.local(), a=[new, loop], b=[])
        if kind == "rthrow":
            return Node(kind, self.id(), **self.slots(), i=self.local(), how=r.randrange(4 if p.cxx else 2), **self.resume_fields(cleanup))
        if kind == "suspend":
            tags = [t for t in p.tags if t.of_main] if cleanup and r.random() < 0.5 else \
                [t for t in p.tags if not t.cut] + [t for t in p.tags if t.kind == 0]
            return Node(kind, self.id(), tag=r.choice(tags).index, args=self.args(), keep=r.randrange(SLOTS))
        if kind == "switch":
            tags = [t for t in p.tags if t.kind == 1]
            slots = self.slots()
            slots["clear"] = r.random() < 0.65  # without a handler it is as it was
            return Node(kind, self.id(), tag=r.choice(tags).index, **slots, args=self.args(), keep=r.randrange(SLOTS))
        if kind == "throw":
            return Node(kind, self.id(), i=self.local(), type=r.randrange(4) if p.cxx else 0)
        if kind == "handled":
            return Node(kind, self.id(), rethrows=r.random() < 0.4)
        if kind == "handler":
            types = r.choice([[1], [2], [3], [2, 1], [3, 2], [1, 3], [2, 3, 1]])
            node = Node(kind, self.id(), ("a", "b"), i=self.local(), types=types, a=inner(3), b=inner(3))
            if r.random() < 0.5:
                node.a.append(Node("throw", self.id(), i=self.local(), type=r.choice(types)))
                node.b.insert(r.randrange(len(node.b) + 1), Node("handled", self.id(), rethrows=r.random() < 0.5))
            return node
        if kind == "drop":
            return Node(kind, self.id(), **self.slots())
        if kind == "move":
            return Node(kind, self.id(), s=r.randrange(SLOTS), d=r.randrange(SLOTS))
        if kind == "null":
            return Node(kind, self.id(), d=r.randrange(SLOTS))
        if kind == "call":
            f = r.choice(p.functions)
            return Node(kind, self.id(), f=f.name, i=self.local(), arg=self.arg(), barrier=r.random() < 0.25)
        if kind == "if":
            return Node(kind, self.id(), ("a", "b"), i=self.local(), mask=r.choice([1, 2, 5]), a=inner(2), b=inner(2))
        if kind == "loop":
            return Node(kind, self.id(), ("a",), n=r.randint(2, 5), a=inner(3))
        if kind == "try":
            return Node(kind, self.id(), ("a", "b"), i=self.local(), a=inner(3), b=inner(1))
        if kind == "cleanup":
            return Node(kind, self.id(), ("a", "b"), a=inner(3), b=inner(2, True))
        if kind == "live":
            types = [r.choice(LIVE_TYPES) for _ in range(r.choice([2, 6, 12]))]
            return Node(kind, self.id(), ("a",), types=types, i=self.local(), a=[self.statement(3, cleanup)])
        if kind == "dyn":
            return Node(kind, self.id(), ("a",), i=self.local(), a=[self.statement(3, cleanup)])
        raise AssertionError(kind)


def generate(seed, size=6):
    return Generator(seed, size).p


def blocks_of(program):
    """Every list of statements, outer ones first."""
    todo = [f.block for f in program.bodies + program.functions + [program.main]]
    for block in todo:
        yield block
        for node in block:
            todo += [getattr(node, name) for name in node.blocks]


def prune(program):
    """Takes away what did not run when the program was interpreted, but for a little."""
    for block in blocks_of(program):
        block[:] = [node for node in block if hasattr(node, "ran") or node.id % 32 == 0]
