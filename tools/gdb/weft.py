# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

# gdb's commands for programs with Weft: `source weft.py`, or by itself where libweft is installed
# (docs/reference/debugging.md). They work on a live process and on a core, call nothing in it, write nothing to it, and need
# no debug info of libweft: it says itself where everything is (weft_gdb/table.py).
import importlib
import os
import sys

# Not __file__: gdb leaves that of whatever sourced this.
sys.path.insert(0, os.path.dirname(os.path.abspath(sys._getframe().f_code.co_filename)))
for name in ("table", "records", "lines", "unwind", "commands", "stepping"):
    module = "weft_gdb." + name
    if module in sys.modules:  # sourced again, by two libraries or after a change
        importlib.reload(sys.modules[module])
    else:
        importlib.import_module(module)
sys.path.pop(0)
