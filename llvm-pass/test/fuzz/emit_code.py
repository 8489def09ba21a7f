# One function's IR as it grows: names, blocks, calls that may throw, and the landing pads that they unwind to.
# Knows nothing of statements or values.
from collections import namedtuple

from events import FORCED

Pad = namedtuple("Pad", "label dispatch slot catches")


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
