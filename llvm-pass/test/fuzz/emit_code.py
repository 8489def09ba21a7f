# One function's IR as it grows: names, blocks, calls that may throw, and the landing pads that they unwind to.
# Knows nothing of statements or values.
from collections import namedtuple

from events import FORCED

# The clauses of a landing pad, by the type that program.py numbers: 0 is what C++ did not throw, and all the rest.
TYPES = ["null", "@_ZTI4fz_a", "@_ZTI4fz_b", "@_ZTIm"]
Pad = namedtuple("Pad", "label dispatch slot clauses")


class Code:
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
        if self.count % 3:  # over the call nothing stays in the others, so what the switch does to them shows only without
            self.put("call void @fz_poison()")
        clobbers = ",".join(f"~{{{r}}}" for r in registers)
        self.put(f'call void asm sideeffect "{text}", "{clobbers}"()')

    def log(self, id, value):
        self.put(f"call void @fz_log(i64 {id}, i64 {value})")

    def local(self, i):
        return self.let(f"load i64, ptr %x{i}")

    def set_local(self, i, v):
        self.put(f"store i64 {v}, ptr %x{i}")

    # What is thrown in here goes to a pad. As clang does it, an inner pad of a function catches what an outer one will,
    # and hands on what is not its own by a branch: the search for a handler looks at one pad in a frame.
    def pad(self, types):
        """What catches the types, or cleans up when there are none."""
        slot = self.tmp()
        self.lines.insert(1, f"  {slot} = alloca {{ ptr, i32 }}")
        clauses = list(types) + (self.unwind[-1].clauses if self.unwind else [])
        if 0 in clauses:
            clauses = clauses[:clauses.index(0) + 1]
        self.unwind.append(Pad(self.label(), self.label(), slot, clauses))

    def everything(self):
        return [1, 3, 0] if self.p.cxx else [0]

    def landed(self):
        """The innermost pad's code begins; gives what arrived."""
        pad = self.unwind.pop()
        self.at(pad.label)
        clauses = " cleanup" * (0 not in pad.clauses) + "".join(f" catch ptr {TYPES[t]}" for t in pad.clauses)
        v = self.let("landingpad { ptr, i32 }" + clauses)
        self.put(f"store {{ ptr, i32 }} {v}, ptr {pad.slot}")
        self.br(pad.dispatch)
        self.at(pad.dispatch)
        return self.let(f"load {{ ptr, i32 }}, ptr {pad.slot}")

    def catch(self, id, caught, done):
        """Ends the innermost pad's statements: catches all but what is not the program's, a drop."""
        mine, other = self.label(), self.label()
        slot = self.tmp()
        self.lines.insert(1, f"  {slot} = alloca i64")
        v = self.landed()
        object = self.let(f"extractvalue {{ ptr, i32 }} {v}, 0")
        for type in self.everything()[:-1]:
            self.when(v, type)
            self.put(f"store i64 {self.let(f'call i64 @fz_take(ptr {object}, i32 {type})')}, ptr {slot}")
            self.br(mine)
            self.otherwise()
        code = self.let(f"call i64 @fz_caught(ptr {object})")
        self.put(f"store i64 {code}, ptr {slot}")
        self.put(f"br i1 {self.let(f'icmp ne i64 {code}, 0')}, label %{mine}, label %{other}")
        self.at(other)
        self.log(FORCED, id)
        self.put("store i1 true, ptr %dropped")
        self.resume_unwinding(v, object)
        self.at(mine)
        code = self.let(f"load i64, ptr {slot}")
        self.log(id, code)
        caught(code)
        self.br(done)

    def when(self, v, type):
        """Begins what is for an exception of C++'s type; otherwise() begins the rest."""
        yes, self.no = self.label(), self.label()
        wanted = self.let(f"call i32 @llvm.eh.typeid.for.p0(ptr {TYPES[type]})")
        selector = self.let(f"extractvalue {{ ptr, i32 }} {v}, 1")
        self.put(f"br i1 {self.let(f'icmp eq i32 {selector}, {wanted}')}, label %{yes}, label %{self.no}")
        self.at(yes)

    def otherwise(self):
        self.at(self.no)

    def resume_unwinding(self, v, caught=None):
        if self.unwind:
            self.put(f"store {{ ptr, i32 }} {v}, ptr {self.unwind[-1].slot}")
            self.br(self.unwind[-1].dispatch)
            self.handed_on.add(self.unwind[-1].dispatch)
        elif caught:
            # LLVM takes it that nothing gets past a catch-all, and would remove a `resume`. Only a drop may go on by this
            # call: inlined, it is one more landing pad of the frame, and C++ looks for the handler's pad only once.
            drop, other = self.label(), self.label()
            self.put(f"br i1 {self.let('load i1, ptr %dropped')}, label %{drop}, label %{other}")
            self.at(drop)
            self.put(f"call void @_Unwind_Resume(ptr {caught})")
            self.put("unreachable")
            self.at(other)
            self.put(f"resume {{ ptr, i32 }} {v}")
        else:
            self.put(f"resume {{ ptr, i32 }} {v}")
