# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# libweft's own description of its memory (runtime/src/debug_table.h): 32 bytes an entry, a name and a number. Nothing about the
# layout of blocks and records is known on this side.
import re
import struct

import gdb

MAGIC = 0x7765667464656231


class NoWeft(gdb.GdbError):
    pass


def read(address, size):
    """Bytes of the process or core; gdb.MemoryError where there are none."""
    return gdb.selected_inferior().read_memory(address, size).tobytes()


def word(address):
    return struct.unpack("<Q", read(address, 8))[0]


def text(address, limit=256):
    """The C string there, at most so many bytes of it; "?" where it cannot be read."""
    out = b""
    try:
        while len(out) < limit:
            part = read(address + len(out), min(64 - (address + len(out)) % 64, limit - len(out)))
            end = part.find(b"\0")
            if end >= 0:
                return printable(out + part[:end])
            out += part
    except gdb.MemoryError:
        if not out:
            return "?"
    return printable(out)


def printable(raw):
    """As the runtime's dumps write names: one line, whatever the bytes are."""
    out = []
    for c in raw.decode("utf-8", "replace"):
        if ord(c) < 0x20 or ord(c) == 0x7F:
            out.append(f"\\u{ord(c):04x}")
        else:
            out.append("\\" + c if c in "\\'" else c)
    return "".join(out)


def find():
    try:
        return int(gdb.parse_and_eval("(unsigned long)&weft_debug_table"))
    except gdb.error:
        pass
    # A stripped program keeps its sections.
    listing = gdb.execute("info files", to_string=True)
    for low in re.findall(r"(0x[0-9a-f]+) - 0x[0-9a-f]+ is \.weft_debug", listing):
        low = int(low, 16)
        high = int(re.search(rf"{low:#018x} - (0x[0-9a-f]+)", listing).group(1), 16)
        for at in range(low, high, 32):
            try:
                if word(at + 24) == MAGIC and read(at, 11) == b"weft.debug\0":
                    return at
            except gdb.MemoryError:
                break
    raise NoWeft("No libweft here: no symbol weft_debug_table, and no section .weft_debug.")


class Table(dict):
    """name -> number."""

    def __init__(self):
        super().__init__()
        try:
            start = find()
            if word(start + 24) != MAGIC:
                raise NoWeft("This libweft's table for debuggers has another form than these commands know.")
            self.take(start, 0)
        except gdb.MemoryError:
            raise NoWeft("libweft's table for debuggers cannot be read: has the program been started?") from None

    def entries(self, at):
        for _ in range(1000):
            raw = read(at, 32)
            name = raw[:24].split(b"\0")[0].decode("ascii", "replace")
            if not name:
                return
            yield name, struct.unpack("<Q", raw[24:])[0]
            at += 32

    def take(self, at, depth):
        for name, value in self.entries(at):
            if name == "more":
                if value and depth < 4:
                    self.take(value, depth + 1)
            else:
                self[name] = value
