# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# weft-next.
#
# gdb's own `next` goes where control goes: over a resume or suspend to the next line on the other side of the switch.
# weft-next stays with the function's activation: it stops at the next line of *this* frame, or where it returns to,
# whatever runs in between. An activation is known by its CFA, which no switch changes.
import gdb


def cfa(frame):
    older = frame.older()
    return int(older.read_register("rsp")) if older is not None else 0


class OnlyIn(gdb.Breakpoint):
    def __init__(self, pc, wanted):
        super().__init__(f"*{pc:#x}", internal=True)
        self.silent = True
        self.wanted = wanted

    def stop(self):
        return cfa(outermost_inline(gdb.newest_frame())) == self.wanted


def outermost_inline(frame):
    while frame.type() == gdb.INLINE_FRAME:
        frame = frame.older()
    return frame


class WeftNext(gdb.Command):
    """weft-next [N]: like next, but stays in this frame over Weft's resumes, suspends and switches."""

    def __init__(self):
        super().__init__("weft-next", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        for _ in range(int(argument or 1)):
            self.once()

    def once(self):
        frame = outermost_inline(gdb.newest_frame())
        function, place = frame.function(), frame.find_sal()
        if function is None or place.symtab is None:
            raise gdb.GdbError("weft-next: no line information here")
        block = frame.block()
        while block.function is None or block.function.name != function.name:
            block = block.superblock
        stops = {entry.pc for entry in place.symtab.linetable()
                 if block.start < entry.pc < block.end and entry.line not in (0, place.line)}
        points = [OnlyIn(pc, cfa(frame)) for pc in sorted(stops)]
        caller = frame.older()
        if caller is not None and caller.find_sal().symtab is not None:
            points.append(OnlyIn(caller.pc(), cfa(outermost_inline(caller))))
        try:
            gdb.execute("continue", to_string=True)
        finally:
            for point in points:
                if point.is_valid():
                    point.delete()
        if gdb.selected_thread() and gdb.selected_thread().is_valid():
            gdb.execute("frame")


WeftNext()
