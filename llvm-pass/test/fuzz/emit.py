# A program of program.py as LLVM IR. Each @pN_run is called by harness.cpp, which has the fz_ functions; many programs
# share one module, so that the compiler starts once. A function's text is emit_code.py's, emit_values.py's and
# emit_statements.py's, in layers; here is what stands around it.
#
# Registers: fz_log leaves every register that a call may change with rubbish in it, an asm in front of each marker and
# each return does so with the callee-saved ones; "live" statements hold values of many types over a marker.
from emit_code import TYPES
from emit_statements import Statements
from events import ENDED
from program import LOCALS, SLOTS, blocks_of


class Module:
    def __init__(self, features="", sanitize=""):
        self.declared, self.text, self.features, self.programs = {}, [], features, []
        self.sanitize = "".join(f" sanitize_{s}" for s in ("address", "thread") if s in sanitize)

    def declare(self, base, result, arguments):
        """The marker's name with a suffix of its own for this type."""
        key = (base, result, tuple(arguments))
        if key not in self.declared:
            self.declared[key] = f"@{base}.t{len(self.declared)}"
        return self.declared[key]

    def add(self, program):
        self.programs.append(program)
        self.text.append(ProgramText(self, program).text())

    def ir(self):
        head = ['target triple = "x86_64-unknown-linux-gnu"', "%weft.tag = type { ptr, ptr }",
                "declare void @fz_log(i64, i64) nounwind", "declare i64 @fz_opaque(i64) nounwind",
                "declare void @fz_poison() nounwind", "declare void @fz_throw(i64, i32)", "declare void @fz_rethrow()",
                "declare ptr @fz_exception(i64, i32) nounwind", "declare i64 @fz_caught(ptr) nounwind",
                "declare i64 @fz_take(ptr, i32) nounwind", "declare i64 @fz_code(ptr, i32) nounwind", "declare i64 @fz_handled() nounwind",
                "declare i64 @fz_uncaught() nounwind", "declare ptr @__cxa_begin_catch(ptr) nounwind", "declare void @__cxa_end_catch() nounwind",
                "declare i32 @llvm.eh.typeid.for.p0(ptr) nounwind", *(f"{type} = external constant ptr" for type in TYPES[1:]),
                "declare void @_Unwind_Resume(ptr) noreturn", "declare i32 @__gxx_personality_v0(...)", "declare i64 @weft.cont.new(ptr, ptr, i32)",
                "declare void @weft.cont.drop(i64)"]
        head += [f"declare {result} {name}({', '.join(arguments)})" for (_, result, arguments), name in self.declared.items()]
        rows = ", ".join(f"{{ i64, ptr }} {{ i64 {p.seed}, ptr @p{p.seed}_run }}" for p in self.programs)
        traps = ", ".join(f"i32 {p.traps}" for p in self.programs)
        tail = [f"@fz_programs = constant [{len(self.programs)} x {{ i64, ptr }}] [{rows}]",
                f"@fz_traps_in_cxx = constant [{len(self.programs)} x i32] [{traps}]",
                f"@fz_count = constant i64 {len(self.programs)}"]
        extra = {"": "", "avx2": ' "target-features"="+avx2"',
                 "avx512": ' "target-features"="+avx512f,+avx512vl,+avx512bw,+avx512dq"'}[self.features]
        tail += [f"attributes #0 = {{ uwtable{self.sanitize}{extra} }}"]
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


class FunctionText(Statements):
    def text(self):
        f, p = self.f, self.p
        self.at("entry")
        self.put("%dropped = alloca i1")
        self.put("store i1 false, ptr %dropped")
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
            self.pad(self.everything())
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
            self.pad(self.everything())
            self.log(ENDED, s)
            self.call("void", "@weft.cont.drop", [f"i64 {h}"])
            self.br(done)
            self.catch(ENDED, lambda code: None, done)
            self.at(done)
