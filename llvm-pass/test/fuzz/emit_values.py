# Values of a program's IR: payloads by their lanes, and values of many types that stay alive over a statement.
# Each of the latter goes through an empty asm, else the optimizer computes it again behind the marker.
from emit_code import Code
from events import ACC, MASK


def signed(v):
    v &= MASK
    return v - (1 << 64) if v >> 63 else v


class Values(Code):
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
