# A program of program.py as LLVM IR. Each @pN_run is called by harness.c, which has the fz_ functions; many programs
# share one module, so that the compiler starts once. Of outcomes only those are emitted that semantics.py came to.
#
# Registers: fz_log leaves every register that a call may change with rubbish in it, an asm in front of each marker and
# each return does so with the callee-saved ones; "live" statements hold values of many types over a marker. Each of
# those goes through an empty asm, else the optimizer computes it again behind the marker.
from collections import namedtuple

from program import LOCALS, SLOTS, blocks_of

MASK = (1 << 64) - 1
ACC = 0x9E3779B97F4A7C15
# Log events that are no statement's; harness.c knows them too.
TRAP, RAISED, FORCED, ENDED, CLEANED = 1 << 40, 2 << 40, 3 << 40, 4 << 40, 5 << 40


def signed(v):
    v &= MASK
    return v - (1 << 64) if v >> 63 else v


class Module:
    def __init__(self, features=""):
        self.declared, self.text, self.features, self.programs = {}, [], features, []

    def declare(self, base, result, arguments):
        """The marker's name with a suffix of its own for this type."""
        key = (base, result, tuple(arguments))
        if key not in self.declared:
            self.declared[key] = f"@{base}.t{len(self.declared)}"
        return self.declared[key]

    def add(self, program):
        self.programs.append(program.seed)
        self.text.append(ProgramText(self, program).text())

    def ir(self):
        head = ['target triple = "x86_64-unknown-linux-gnu"', "%weft.tag = type { ptr, ptr }",
                "declare void @fz_log(i64, i64) nounwind", "declare i64 @fz_opaque(i64) nounwind",
                "declare void @fz_poison() nounwind", "declare void @fz_throw(i64)",
                "declare ptr @fz_exception(i64, i1) nounwind", "declare i64 @fz_caught(ptr) nounwind",
                "declare void @_Unwind_Resume(ptr) noreturn", "declare i32 @__gxx_personality_v0(...)", "declare i64 @weft.cont.new(ptr, ptr, i32)",
                "declare void @weft.cont.drop(i64)"]
        head += [f"declare {result} {name}({', '.join(arguments)})" for (_, result, arguments), name in self.declared.items()]
        rows = ", ".join(f"{{ i64, ptr }} {{ i64 {s}, ptr @p{s}_run }}" for s in self.programs)
        tail = [f"@fz_programs = constant [{len(self.programs)} x {{ i64, ptr }}] [{rows}]",
                f"@fz_count = constant i64 {len(self.programs)}"]
        extra = {"": "", "avx2": ' "target-features"="+avx2"',
                 "avx512": ' "target-features"="+avx512f,+avx512vl,+avx512bw,+avx512dq"'}[self.features]
        tail += [f"attributes #0 = {{ uwtable{extra} }}"]
        return "\n".join(head + self.text + tail) + "\n"


class ProgramText:
    def __init__(self, module, program):
        self.module, self.p, self.out = module, program, []
        self.name = f"p{program.seed}"
        self.dynamic = any(node.kind == "dyn" for block in blocks_of(program) for node in block)

    def types(self, order):
        return [self.p.ints[j] if lane == "i" else self.p.floats[j] for lane, j in order]

    def text(self):
        p, n = self.p, self.name
        for t in p.tags:
            name = f"{n}.{t.index}"
            sig = ",".join(self.types(t.order[0])) + "->" + ",".join(self.types(t.order[1]))
            self.out += [f'@{n}_n{t.index} = private constant [{len(name) + 1} x i8] c"{name}\\00"',
                         f'@{n}_s{t.index} = private constant [{len(sig) + 1} x i8] c"{sig}\\00"',
                         f"@{n}_t{t.index} = constant %weft.tag {{ ptr @{n}_n{t.index}, ptr @{n}_s{t.index} }}"]
        for i, entries in enumerate(p.tables):
            room = max(len(entries), 1)
            rows = ", ".join(f"{{ ptr, i32 }} {{ ptr @{n}_t{t}, i32 {kind} }}" for t, kind in entries) or "{ ptr, i32 } zeroinitializer"
            self.out.append(f"@{n}_on{i} = private constant {{ i32, i32, [{room} x {{ ptr, i32 }}] }} "
                            f"{{ i32 {len(entries)}, i32 0, [{room} x {{ ptr, i32 }}] [{rows}] }}")
        self.out += [f"@{n}_fuel = internal global i64 {p.fuel}", f"@{n}_H = internal global [{SLOTS} x i64] zeroinitializer",
                     f"@{n}_B = internal global [{SLOTS} x i64] zeroinitializer"]
        self.result = self.struct(self.types(p.returns_order))
        for f in p.bodies + p.functions + [p.main]:
            self.out += FunctionText(self, f).text()
        return "\n".join(self.out)

    @staticmethod
    def struct(types):
        return "void" if not types else types[0] if len(types) == 1 else "{ " + ", ".join(types) + " }"


Pad = namedtuple("Pad", "label dispatch slot catches")


class FunctionText:
    def __init__(self, program, f):
        self.program, self.p, self.f, self.module, self.n = program, program.p, f, program.module, program.name
        self.lines, self.count, self.unwind, self.handed_on = [], 0, [], set()

    def tmp(self):
        self.count += 1
        return f"%v{self.count}"

    def label(self):
        self.count += 1
        return f"L{self.count}"

    def put(self, line):
        self.lines.append("  " + line)

    def let(self, what):
        v = self.tmp()
        self.put(f"{v} = {what}")
        return v

    def at(self, label):
        self.lines.append(label + ":")

    def br(self, label):
        self.put(f"br label %{label}")

    # What may throw: an invoke where there is somebody to tell.
    def call(self, result, callee, arguments, attributes=""):
        v = "" if result == "void" else self.tmp()
        what = f"{result} {callee}({', '.join(arguments)}){attributes}"
        head = f"{v} = " if v else ""
        if self.unwind:
            on = self.label()
            self.put(f"{head}invoke {what} to label %{on} unwind label %{self.unwind[-1].label}")
            self.at(on)
        else:
            self.put(f"{head}call {what}")
        return v

    def marker(self, base, result, arguments):
        self.poison()
        name = self.module.declare(base, result, [a.split(" ")[0] for a in arguments])
        return self.call(result, name, arguments)

    def poison(self):
        registers = ["r12", "r13", "r14", "r15"] + ([] if self.program.dynamic else ["rbx"])
        text = "\\0A".join(f"movq $$-{17 + i}, %{r}" for i, r in enumerate(registers))
        self.put("call void @fz_poison()")
        clobbers = ",".join(f"~{{{r}}}" for r in registers)
        self.put(f'call void asm sideeffect "{text}", "{clobbers}"()')

    def log(self, id, value):
        self.put(f"call void @fz_log(i64 {id}, i64 {value})")

    def local(self, i):
        return self.let(f"load i64, ptr %x{i}")

    def set_local(self, i, v):
        self.put(f"store i64 {v}, ptr %x{i}")

    def raw(self, arg):
        return self.let(f"add i64 {self.local(arg[0])}, {signed(arg[1])}")

    # The typed value of a lane.
    def lane(self, lane, j, arg):
        v = self.raw(arg)
        if lane == "i":
            t = self.p.ints[j]
            if t == "i64":
                return f"i64 {v}"
            if t == "ptr":
                return f"ptr {self.let(f'inttoptr i64 {v} to ptr')}"
            return f"{t} {self.let(f'trunc i64 {v} to {t}')}"
        low = self.let(f"and i64 {v}, 4095")
        d = self.let(f"fmul double {self.let(f'uitofp i64 {low} to double')}, 2.5e-01")
        if self.p.floats[j] == "float":
            return f"float {self.let(f'fptrunc double {d} to float')}"
        return f"double {d}"

    def widen(self, type, v):
        if type == "ptr":
            return self.let(f"ptrtoint ptr {v} to i64")
        if type == "float":
            type, v = "double", self.let(f"fpext float {v} to double")
        if type == "double":
            return self.let(f"bitcast double {v} to i64")
        return v if type == "i64" else self.let(f"zext {type} {v} to i64")

    def fold(self, values):
        acc = "0"
        for v in values:
            acc = self.let(f"add i64 {self.let(f'mul i64 {acc}, {signed(ACC)}')}, {v}")
        return acc

    def received(self, node, values, keep, of_switch):
        """Logs what came; keeps the handle that a switch brought; (values are widened, in lane order)"""
        acc = self.fold([v for k, v in enumerate(values) if k != of_switch])
        self.log(node.id, acc)
        self.set_local(node.id % LOCALS, self.let(f"xor i64 {acc}, {self.local(node.id % LOCALS)}"))
        if of_switch is not None:
            h = values[of_switch]
            some, on = self.label(), self.label()
            self.put(f"br i1 {self.let(f'icmp ne i64 {h}, 0')}, label %{some}, label %{on}")
            self.at(some)
            self.set_slot(keep, h, 0)
            self.log(node.id, 77)
            self.br(on)
            self.at(on)

    def slot(self, s, which="H"):
        return self.let(f"load i64, ptr getelementptr ([{SLOTS} x i64], ptr @{self.n}_{which}, i64 0, i64 {s})")

    def set_slot(self, s, h, bound):
        self.put(f"store i64 {h}, ptr getelementptr ([{SLOTS} x i64], ptr @{self.n}_H, i64 0, i64 {s})")
        self.put(f"store i64 {bound}, ptr getelementptr ([{SLOTS} x i64], ptr @{self.n}_B, i64 0, i64 {s})")

    def consumed(self, node, done):
        """The handle that a statement uses up, and how much was bound to it; mostly none is no reason to try."""
        h, bound = self.slot(node.s), self.slot(node.s, "B")
        if node.guard:
            on = self.label()
            self.put(f"br i1 {self.let(f'icmp ne i64 {h}, 0')}, label %{on}, label %{done}")
            self.at(on)
        if node.clear:
            self.set_slot(node.s, "0", "0")
        return h, bound

    def fuel(self, skip):
        left = self.let(f"load i64, ptr @{self.n}_fuel")
        left = self.let(f"sub i64 {left}, 1")
        self.put(f"store i64 {left}, ptr @{self.n}_fuel")
        on = self.label()
        self.put(f"br i1 {self.let(f'icmp sge i64 {left}, 0')}, label %{on}, label %{skip}")
        self.at(on)

    # --- functions ---------------------------------------------------------------------------------

    def text(self):
        f, p = self.f, self.p
        self.at("entry")
        for i in range(LOCALS):
            self.put(f"%x{i} = alloca i64")
            self.put(f"store i64 {i + 3}, ptr %x{i}")
        if f.align:
            self.put(f"%aligned = alloca [64 x i8], align {f.align}")
            v = self.let(f"call i64 @fz_opaque(i64 {f.align * 77})")
            self.put(f"store volatile i64 {v}, ptr %aligned, align {f.align}")
        head = f"define internal {self.program.result}"
        parameters, self.depth = [], "0"
        if f.role == "body":
            types = self.program.types(f.order)
            parameters = ["ptr %env"] + [f"{t} %a{k}" for k, t in enumerate(types)]
            order = sorted(range(len(types)), key=lambda k: (f.order[k][0] == "f", f.order[k][1]))
            values = [self.widen(types[k], f"%a{k}") for k in order]
            of_switch = p.m if f.takes[0] > p.m else None
            start = type("Start", (), {"id": 1})
            self.received(start, [self.widen("ptr", "%env")] + values, f.keep, None if of_switch is None else of_switch + 1)
        elif f.role == "function":
            head = "define internal i64"
            parameters = ["i64 %depth", "i64 %a"] + [f"{t} %e{k}" for k, t in enumerate(f.exotic)]
            self.depth = "%depth"
            self.set_local(0, "%a")
        else:
            head = "define void"
        if f.role == "main":
            on = self.label()
            self.pad(True)
        self.block(f.block)
        if f.role == "main":
            self.br(on)
            self.catch(ENDED, lambda code: None, on)
            self.at(on)
            self.ending()
        if f.role == "function":
            self.log(1, self.fold([self.exotic(t, f"%e{k}") for k, t in enumerate(f.exotic)]))
        if f.align:
            v = self.let(f"load volatile i64, ptr %aligned, align {f.align}")
            address = self.let("ptrtoint ptr %aligned to i64")
            low = self.let(f"and i64 {address}, {f.align - 1}")
            self.log(2, self.let(f"add i64 {v}, {low}"))
        if f.role == "body":
            self.ret_body()
        elif f.role == "function":
            v = self.let(f"add i64 {self.local(0)}, {self.local(1)}")
            self.poison()
            self.put(f"ret i64 {v}")
        else:
            self.put("ret void")
        name = f"{self.n}_run" if f.role == "main" else f"{self.n}_{f.name}"
        return [f"{head} @{name}({', '.join(parameters)}) #0 {f.attributes} personality ptr @__gxx_personality_v0 {{",
                *self.lines, "}"]

    def exotic(self, type, v):
        if type == "x86_fp80":
            return self.let(f"fptosi x86_fp80 {v} to i64")
        if type == "i128":
            low, high = self.let(f"trunc i128 {v} to i64"), self.let(f"lshr i128 {v}, 64")
            high = self.let(f"trunc i128 {high} to i64")
            return self.let(f"add i64 {low}, {high}")
        if type == "<4 x float>":
            return self.widen("float", self.let(f"extractelement <4 x float> {v}, i64 2"))
        return self.widen(type, v)

    def ret_body(self):
        order = self.p.returns_order
        values = [self.lane(lane, j, (j % LOCALS, j * 1001 + (lane == "f"))) for lane, j in order]
        self.poison()
        if not values:
            return self.put("ret void")
        if len(values) == 1:
            return self.put(f"ret {values[0]}")
        v = "poison"
        for k, value in enumerate(values):
            v = self.let(f"insertvalue {self.program.result} {v}, {value}, {k}")
        self.put(f"ret {self.program.result} {v}")

    def ending(self):
        """Main drops what is left in the slots."""
        for s in range(SLOTS):
            done, drop = self.label(), self.label()
            h = self.slot(s)
            self.put(f"br i1 {self.let(f'icmp ne i64 {h}, 0')}, label %{drop}, label %{done}")
            self.at(drop)
            self.pad(True)
            self.log(ENDED, s)
            self.call("void", "@weft.cont.drop", [f"i64 {h}"])
            self.br(done)
            self.catch(ENDED, lambda code: None, done)
            self.at(done)

    # What is thrown in here goes to a pad. As clang does it, an inner pad of a function catches what an outer one will,
    # and hands on what is not its own by a branch: the search for a handler looks at one pad in a frame.
    def pad(self, catches):
        slot = self.tmp()
        self.lines.insert(1, f"  {slot} = alloca {{ ptr, i32 }}")
        catches = catches or any(p.catches for p in self.unwind)
        self.unwind.append(Pad(self.label(), self.label(), slot, catches))

    def landed(self):
        """The innermost pad's code begins; gives what arrived."""
        pad = self.unwind.pop()
        self.at(pad.label)
        clauses = " cleanup" * (not pad.catches) + " catch ptr null" * pad.catches
        v = self.let("landingpad { ptr, i32 }" + clauses)
        self.put(f"store {{ ptr, i32 }} {v}, ptr {pad.slot}")
        self.br(pad.dispatch)
        self.at(pad.dispatch)
        return self.let(f"load {{ ptr, i32 }}, ptr {pad.slot}")

    def catch(self, id, caught, done):
        """Ends the innermost pad's statements: catches all but what is not the program's, a drop."""
        mine, other = self.label(), self.label()
        v = self.landed()
        object = self.let(f"extractvalue {{ ptr, i32 }} {v}, 0")
        code = self.let(f"call i64 @fz_caught(ptr {object})")
        self.put(f"br i1 {self.let(f'icmp ne i64 {code}, 0')}, label %{mine}, label %{other}")
        self.at(other)
        self.log(FORCED, id)
        self.resume_unwinding(v, object)
        self.at(mine)
        self.log(id, code)
        caught(code)
        self.br(done)

    def resume_unwinding(self, v, caught=None):
        if self.unwind:
            self.put(f"store {{ ptr, i32 }} {v}, ptr {self.unwind[-1].slot}")
            self.br(self.unwind[-1].dispatch)
            self.handed_on.add(self.unwind[-1].dispatch)
        elif caught:  # LLVM takes it that nothing gets past a catch-all, and would remove a `resume`
            self.put(f"call void @_Unwind_Resume(ptr {caught})")
            self.put("unreachable")
        else:
            self.put(f"resume {{ ptr, i32 }} {v}")

    # --- statements --------------------------------------------------------------------------------

    def block(self, nodes):
        for node in nodes:
            getattr(self, "on_" + node.kind)(node)

    def on_arith(self, node):
        v = self.let(f"{node.op} i64 {self.local(node.i)}, {self.let(f'add i64 {self.local(node.j)}, {node.c}')}")
        self.set_local(node.i, v)
        self.log(node.id, v)

    def on_move(self, node):
        self.set_slot(node.d, self.slot(node.s), self.slot(node.s, "B"))

    def on_null(self, node):
        self.set_slot(node.d, "0", "0")

    def on_new(self, node):
        done = self.label()
        self.fuel(done)
        body = self.p.bodies[node.body].name
        v = self.call("i64", "@weft.cont.new", [f"ptr @{self.n}_{body}", f"ptr inttoptr (i64 {node.env} to ptr)", f"i32 {node.stack}"])
        self.set_slot(node.d, v, 0)
        self.br(done)
        self.at(done)

    def on_bind(self, node):
        done = self.label()
        self.fuel(done)
        h, bound = self.consumed(node, done)
        labels = self.cases(node, bound, done)
        for b, label in labels:
            self.at(label)
            if b + 1 < len(self.p.cuts):
                (i0, f0), (i1, f1) = self.p.cuts[b], self.p.cuts[b + 1]
                values = [self.lane("i", j, node.args[0][j]) for j in range(i0, i1)]
                values += [self.lane("f", j, node.args[1][j]) for j in range(f0, f1)]
            elif self.p.cuts[b][0]:
                values = ["i64 1"] * 6
            else:
                values = ["double 1.0"] * 6
            v = self.marker("weft.cont.bind", "i64", [f"i64 {h}"] + values)
            self.set_slot(node.d, v, b + 1)
            self.log(node.id, b)
            self.br(done)
        self.at(done)

    def cases(self, node, bound, done):
        labels = [(b, self.label()) for b in sorted(getattr(node, "cuts", {0}))]
        cases = " ".join(f"i64 {b}, label %{label}" for b, label in labels)
        self.put(f"switch i64 {bound}, label %{done} [ {cases} ]")
        return labels

    def sent(self, node, order, b=0, zero=None):
        """The arguments of a payload, after the first ones that are bound."""
        i0, f0 = self.p.cuts[b]
        out = []
        for lane, j in order:
            if j >= (i0 if lane == "i" else f0):
                out.append("i64 0" if lane == "i" and j == zero else self.lane(lane, j, node.args[lane == "f"][j]))
        return out

    def on_resume(self, node):
        done = self.label()
        self.fuel(done)
        h, bound = self.consumed(node, done)
        result = "{ i32, i64" + "".join(f", {t}" for _, _, t in node.layout) + " }"
        down = [("i", j) for j in range(self.p.m + 1)] + [("f", j) for j in range(self.p.q)]
        for b, label in self.cases(node, bound, done):
            self.at(label)
            arguments = [f"i64 {h}", self.table(node)] + self.sent(node, down, b, self.p.m)
            v = self.marker("weft.resume", result, arguments)
            self.outcomes(node, result, v, done)
        self.at(done)

    def table(self, node):
        if not self.p.tables[node.table] and node.id % 2:
            return "ptr null"
        return f"ptr @{self.n}_on{node.table}"

    def on_rthrow(self, node):
        done = self.label()
        self.fuel(done)
        h, _ = self.consumed(node, done)
        result = "{ i32, i64" + "".join(f", {t}" for _, _, t in node.layout) + " }"
        code = self.let(f"or i64 {self.local(node.i)}, 1")
        e = self.let(f"call ptr @fz_exception(i64 {code}, i1 {str(node.by_raise).lower()})")
        v = self.marker("weft.resume.throw", result, [f"i64 {h}", self.table(node), f"ptr {e}"])
        self.outcomes(node, result, v, done)
        self.at(done)

    def outcomes(self, node, result, v, done):
        which = self.let(f"extractvalue {result} {v}, 0")
        next = self.let(f"extractvalue {result} {v}, 1")
        self.set_slot(node.d, next, 0)
        entries = self.p.tables[node.table]
        labels = [(i, self.label()) for i in sorted(getattr(node, "outcomes", {0}))]
        wrong = self.label()
        cases = " ".join(f"i32 {i}, label %{label}" for i, label in labels)
        self.put(f"switch i32 {which}, label %{wrong} [ {cases} ]")
        self.at(wrong)
        self.log(node.id, 999999)
        self.br(done)
        for i, label in labels:
            self.at(label)
            self.log(node.id, i)
            kind = entries[i - 1][1] if i else 0
            ints, floats = self.p.returns if i == 0 else self.p.tags[entries[i - 1][0]].sent if kind == 0 else (0, 0)
            places = {(lane, j): (k + 2, t) for k, (lane, j, t) in enumerate(node.layout)}
            values = []
            for lane, j in [("i", j) for j in range(ints)] + [("f", j) for j in range(floats)]:
                k, t = places[lane, j]
                values.append(self.widen(t, self.let(f"extractvalue {result} {v}, {k}")))
            is_null = self.let(f"zext i1 {self.let(f'icmp eq i64 {next}, 0')} to i64")
            self.received(node, values + [is_null], None, None)
            self.br(done)

    def answered(self, node, tag, v):
        types = self.program.types(tag.order[1])
        result = self.program.struct(types)
        keys = sorted(range(len(types)), key=lambda k: (tag.order[1][k][0] == "f", tag.order[1][k][1]))
        values = []
        for k in keys:
            values.append(self.widen(types[k], v if len(types) == 1 else self.let(f"extractvalue {result} {v}, {k}")))
        self.received(node, values, node.keep, self.p.m if tag.answer[0] > self.p.m else None)

    def on_suspend(self, node):
        done = self.label()
        self.fuel(done)
        tag = self.p.tags[node.tag]
        v = self.marker("weft.suspend", self.program.struct(self.program.types(tag.order[1])),
                        [f"ptr @{self.n}_t{node.tag}"] + self.sent(node, tag.order[0]))
        self.answered(node, tag, v)
        self.br(done)
        self.at(done)

    def on_switch(self, node):
        done = self.label()
        self.fuel(done)
        tag = self.p.tags[node.tag]
        h, bound = self.consumed(node, done)
        # What is bound goes before what is sent, so with bound values less is sent than the tag says; only a resume can.
        on = self.label()
        self.put(f"br i1 {self.let(f'icmp eq i64 {bound}, 0')}, label %{on}, label %{done}")
        self.at(on)
        v = self.marker("weft.switch", self.program.struct(self.program.types(tag.order[1])),
                        [f"i64 {h}", f"ptr @{self.n}_t{node.tag}"] + self.sent(node, tag.order[0]))
        self.answered(node, tag, v)
        self.br(done)
        self.at(done)

    def on_throw(self, node):
        done = self.label()
        self.fuel(done)
        self.call("void", "@fz_throw", [f"i64 {self.let(f'or i64 {self.local(node.i)}, 1')}"])
        self.br(done)
        self.at(done)

    def on_drop(self, node):
        done = self.label()
        self.fuel(done)
        h, _ = self.consumed(node, done)
        self.poison()
        self.call("void", "@weft.cont.drop", [f"i64 {h}"])
        self.log(node.id, 0)
        self.br(done)
        self.at(done)

    def on_call(self, node):
        done, deep = self.label(), self.label()
        self.fuel(done)
        self.put(f"br i1 {self.let(f'icmp ult i64 {self.depth}, 3')}, label %{deep}, label %{done}")
        self.at(deep)
        f = next(f for f in self.p.functions if f.name == node.f)
        v = self.raw(node.arg)
        arguments = [f"i64 {self.let(f'add i64 {self.depth}, 1')}", f"i64 {v}"]
        arguments += [f"{t} {self.make(t, v, k)}" for k, t in enumerate(f.exotic)]
        v = self.call("i64", f"@{self.n}_{f.name}", arguments, ' "weft.barrier"' if node.barrier else "")
        self.set_local(node.i, v)
        self.log(node.id, v)
        self.br(done)
        self.at(done)

    def on_if(self, node):
        a, b, done = self.label(), self.label(), self.label()
        c = self.let(f"icmp ne i64 {self.let(f'and i64 {self.local(node.i)}, {node.mask}')}, 0")
        self.put(f"br i1 {c}, label %{a}, label %{b}")
        for label, block in ((a, node.a), (b, node.b)):
            self.at(label)
            self.block(block)
            self.br(done)
        self.at(done)

    def on_loop(self, node):
        head, done = self.label(), self.label()
        counter = self.tmp()
        self.lines.insert(1, f"  {counter} = alloca i64")
        self.put(f"store i64 {node.n}, ptr {counter}")
        self.br(head)
        self.at(head)
        left = self.let(f"sub i64 {self.let(f'load i64, ptr {counter}')}, 1")
        self.put(f"store i64 {left}, ptr {counter}")
        on = self.label()
        self.put(f"br i1 {self.let(f'icmp sge i64 {left}, 0')}, label %{on}, label %{done}")
        self.at(on)
        self.fuel(done)
        self.block(node.a)
        self.br(head)
        self.at(done)

    def on_try(self, node):
        done = self.label()
        self.pad(True)
        self.block(node.a)
        self.br(done)

        def caught(code):
            self.set_local(node.i, code)
            self.block(node.b)
        self.catch(node.id, caught, done)
        self.at(done)

    def on_cleanup(self, node):
        on, done = self.label(), self.label()
        self.pad(False)
        dispatch = self.unwind[-1].dispatch
        self.block(node.a)
        self.br(done)
        v = self.landed()
        self.log(node.id, self.local(node.id % LOCALS))
        self.pad(True)
        self.block(node.b)
        self.br(on)
        self.catch(CLEANED, lambda code: None, on)
        self.at(on)
        self.log(node.id, 1)
        from_catch_all = dispatch in self.handed_on
        self.resume_unwinding(v, from_catch_all and self.let(f"extractvalue {{ ptr, i32 }} {v}, 0"))
        self.at(done)

    def on_live(self, node):
        seed = self.let(f"call i64 @fz_opaque(i64 {self.local(node.i)})")
        values = [self.make(t, seed, k, True) for k, t in enumerate(node.types)]
        self.block(node.a)
        self.log(node.id, self.fold([self.unmake(t, v) for t, v in zip(node.types, values)]))

    def on_dyn(self, node):
        size = self.let(f"add i64 {self.let(f'and i64 {self.local(node.i)}, 127')}, 16")
        v = self.let(f"call i64 @fz_opaque(i64 {self.local(node.i)})")
        a = self.let(f"alloca i8, i64 {size}, align 16")
        self.put(f"store volatile i64 {v}, ptr {a}")
        last = self.let(f"getelementptr i8, ptr {a}, i64 {self.let(f'sub i64 {size}, 8')}")
        self.put(f"store volatile i64 {v}, ptr {last}, align 1")
        self.block(node.a)
        self.log(node.id, self.let(f"add i64 {self.let(f'load volatile i64, ptr {a}')}, "
                                   f"{self.let(f'load volatile i64, ptr {last}, align 1')}"))

    # --- values that stay alive ----------------------------------------------------------------------

    def opaque(self, type, v):
        constraint = {"i64": "r", "i32": "r", "double": "x", "float": "x", "<4 x float>": "x", "<2 x i64>": "x",
                      "<16 x i8>": "x", "x86_fp80": "{st}"}.get(type)
        if self.module.features and type == "<4 x i64>":
            constraint = "x"
        if self.module.features == "avx512" and (type.startswith("<")):
            constraint = "v"
        if not constraint:
            return v
        return self.let(f'call {type} asm sideeffect "", "={constraint},0"({type} {v})')

    def make(self, type, seed, k, opaque=False):
        s = self.let(f"add i64 {seed}, {k * 1000003}")
        if opaque:
            s = self.opaque("i64", s)
        if type == "i64":
            return s
        if type in ("i1", "i8", "i16", "i32"):
            v = self.let(f"trunc i64 {s} to {type}")
        elif type == "i128":
            low, high = self.let(f"zext i64 {s} to i128"), self.let(f"xor i64 {s}, {k + 5}")
            high = self.let(f"zext i64 {high} to i128")
            v = self.let(f"or i128 {low}, {self.let(f'shl i128 {high}, 64')}")
        elif type in ("double", "float"):
            low = self.let(f"trunc i64 {s} to i16")
            v = self.let(f"uitofp i16 {low} to {type}")
        elif type == "x86_fp80":
            v = self.let(f"sitofp i64 {s} to x86_fp80")
        elif type == "<4 x float>":
            f = self.let(f"uitofp i16 {self.let(f'trunc i64 {s} to i16')} to float")
            v = self.let(f"insertelement <4 x float> zeroinitializer, float {f}, i64 2")
        elif type == "<16 x i8>":
            v = self.let(f"bitcast <2 x i64> {self.vector(2, s)} to <16 x i8>")
        else:
            v = self.vector(int(type[1]), s)
        return self.opaque(type, v) if opaque else v

    def vector(self, n, s):
        v = f"zeroinitializer"
        for lane in range(n):
            v = self.let(f"insertelement <{n} x i64> {v}, i64 {self.let(f'add i64 {s}, {lane * 7}')}, i64 {lane}")
        return v

    def unmake(self, type, v):
        if type == "i64":
            return v
        if type in ("i128", "x86_fp80", "<4 x float>"):
            return self.exotic(type, v)
        if type == "<16 x i8>":
            type, v = "<2 x i64>", self.let(f"bitcast <16 x i8> {v} to <2 x i64>")
        if type.startswith("<"):
            n = int(type[1])
            return self.fold([self.let(f"extractelement {type} {v}, i64 {lane}") for lane in range(n)])
        return self.widen(type, v)
