# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# Looking at what is suspended without touching a register, so on cores too: while one is chosen, this unwinder says that the
# frame in which the selected thread stopped was called by the suspended one. From there on gdb walks by itself, over
# trampolines as ever. Rejected: writing sp, pc and the others and writing them back (not on a core; and a debugger that dies
# between the two has changed the program); a stack walk of our own (no locals, no lines, no frame filters).
import gdb
from gdb.unwinder import Unwinder, register_unwinder


# gdb ends every backtrace at main and at the entry point, so one that begins there would end at once: these are on while
# something is chosen.
PAST = ("backtrace past-main", "backtrace past-entry")


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class Suspended(Unwinder):
    def __init__(self):
        super().__init__("weft-suspended")
        self.registers = None  # of the chosen one
        self.stopped_at = None  # (sp, pc): the frame that it stands above
        self.turned_on = []  # of PAST: what the user has off

    def choose(self, registers):
        self.registers = None
        while self.turned_on:
            gdb.execute(f"set {self.turned_on.pop()} off", to_string=True)
        gdb.invalidate_cached_frames()
        if registers is not None:
            frame = gdb.newest_frame()
            self.stopped_at = int(frame.read_register("rsp")), int(frame.read_register("rip"))
            self.registers = registers
            for name in PAST:
                if not gdb.parameter(name):
                    gdb.execute(f"set {name} on", to_string=True)
                    self.turned_on.append(name)
            gdb.invalidate_cached_frames()

    def __call__(self, pending):
        if self.registers is None:
            return None
        sp, pc = pending.read_register("rsp"), pending.read_register("rip")
        if (int(sp), int(pc)) != self.stopped_at:
            return None
        # gdb stops where a caller's frame lies below the called one's, so this one claims to be the lowest.
        info = pending.create_unwind_info(FrameId(gdb.Value(self.registers["rsp"] - 16).cast(sp.type), pc))
        plain = pending.read_register("rax").type
        for name, value in self.registers.items():
            kind = {"rsp": sp.type, "rip": pc.type}.get(name, plain)
            info.add_saved_register(name, gdb.Value(value).cast(kind))
        return info


unwinder = Suspended()
register_unwinder(None, unwinder, replace=True)


def forget(*_):
    if unwinder.registers is not None:
        unwinder.choose(None)


gdb.events.cont.connect(forget)
gdb.events.exited.connect(forget)
