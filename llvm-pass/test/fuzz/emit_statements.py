# Each kind of statement as IR; semantics.py says the same of each in Python. Of outcomes only those are emitted that
# semantics.py came to.
from emit_values import Values
from events import CLEANED
from program import LOCALS, SLOTS


class Statements(Values):
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
            sent = self.sent(node, down, b, self.p.m)
            if node.over:
                if not b:
                    self.br(done)
                    continue
                i0, f0 = self.p.cuts[b]
                sent = ["i64 1"] * (7 - i0) if i0 else ["double 1.0"] * (7 - f0)
            arguments = [f"i64 {h}", self.table(node)] + sent
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
        e = self.let(f"call ptr @fz_exception(i64 {code}, i32 {node.how})")
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
        # What is bound goes before what is sent, so a tag is for as much as is bound.
        on = self.label()
        self.put(f"br i1 {self.let(f'icmp eq i64 {bound}, {tag.cut}')}, label %{on}, label %{done}")
        self.at(on)
        v = self.marker("weft.switch", self.program.struct(self.program.types(tag.order[1])),
                        [f"i64 {h}", f"ptr @{self.n}_t{node.tag}"] + self.sent(node, tag.order[0]))
        self.answered(node, tag, v)
        self.br(done)
        self.at(done)

    def on_throw(self, node):
        done = self.label()
        self.fuel(done)
        self.call("void", "@fz_throw", [f"i64 {self.let(f'or i64 {self.local(node.i)}, 1')}", f"i32 {node.type}"])
        self.br(done)
        self.at(done)

    def on_handled(self, node):
        done, again = self.label(), self.label()
        self.fuel(done)
        code = self.let("call i64 @fz_handled()")
        self.log(node.id, self.fold([code, self.let("call i64 @fz_uncaught()")]))
        if node.rethrows:
            self.put(f"br i1 {self.let(f'icmp ne i64 {code}, 0')}, label %{again}, label %{done}")
            self.at(again)
            self.call("void", "@fz_rethrow", [])
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
        self.pad(self.everything())
        self.block(node.a)
        self.br(done)

        def caught(code):
            self.set_local(node.i, code)
            self.block(node.b)
        self.catch(node.id, caught, done)
        self.at(done)

    def on_handler(self, node):
        """As C++ does it: the exception is being handled until the block is left, however."""
        done = self.label()
        self.pad(node.types)
        dispatch = self.unwind[-1].dispatch
        self.block(node.a)
        self.br(done)
        v = self.landed()
        object = self.let(f"extractvalue {{ ptr, i32 }} {v}, 0")
        mine = self.label()
        slot = self.tmp()
        self.lines.insert(1, f"  {slot} = alloca i64")
        for type in node.types:
            self.when(v, type)
            p = self.let(f"call ptr @__cxa_begin_catch(ptr {object})")
            self.put(f"store i64 {self.let(f'call i64 @fz_code(ptr {p}, i32 {type})')}, ptr {slot}")
            self.br(mine)
            self.otherwise()
        self.resume_unwinding(v, dispatch in self.handed_on and object)
        self.at(mine)
        code = self.let(f"load i64, ptr {slot}")
        self.log(node.id, code)
        self.set_local(node.i, code)
        out = self.label()
        self.pad([])
        dispatch = self.unwind[-1].dispatch
        self.block(node.b)
        self.br(out)
        v = self.landed()
        self.put("call void @__cxa_end_catch()")
        self.resume_unwinding(v, dispatch in self.handed_on and self.let(f"extractvalue {{ ptr, i32 }} {v}, 0"))
        self.at(out)
        self.put("call void @__cxa_end_catch()")
        self.br(done)
        self.at(done)

    def on_cleanup(self, node):
        on, done = self.label(), self.label()
        self.pad([])
        dispatch = self.unwind[-1].dispatch
        self.block(node.a)
        self.br(done)
        v = self.landed()
        self.log(node.id, self.local(node.id % LOCALS))
        self.pad(self.everything())
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
