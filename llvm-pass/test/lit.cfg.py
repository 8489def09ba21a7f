# What the pass's tests need beyond cmake/lit/base.cfg.py.
#   %everylevel ARGS..   compiles and runs at -O0 to -O3 with the plug-in and the runtime; the outputs have to be
#                        the same, and are printed once
#   %step_outside PROGRAM   steps a program from its first int3 to its second, unwinding from outside at each step
#   %step_inside  what to link so that a program does the same to itself (Inputs/stepping)
import ctypes
import os
import shutil

config.excludes = {*config.excludes, "fuzz", "unit"}  # suites of their own; a set by now

config.substitutions.insert(0, (
    r"%everylevel\b", "%src/llvm-pass/test/Inputs/every-level %t %pass %build %abi"))
# An LLVM that the plug-in is not for.
if shutil.which("opt-14") and shutil.which("clang-14"):
    config.available_features.add("llvm-14")
# Older ones do not say whether a link follows; then it is assumed (lib/compat/ExtensionPoints.h).
if int(config.weft_llvm_version) >= 20:
    config.available_features.add("knows-the-link")
if os.path.isdir(os.path.join(config.weft_llvm_bin, "../include/c++/v1")):
    config.available_features.add("libc++")
if shutil.which("gcc"):
    config.available_features.add("gcc")


def may_trace():
    child = os.fork()
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).ptrace(0, 0, None, None) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


tests = config.weft_build + "/tests"
config.substitutions.insert(0, (r"%step_outside\b", tests + "/step-outside"))
config.substitutions.insert(0, (r"%step_inside\b",
                                f"-Wl,--whole-archive {tests}/libstep-inside.a -Wl,--no-whole-archive -lstdc++ -ldl"))
if may_trace():
    config.available_features.add("ptrace")
if shutil.which("gdb"):
    config.available_features.add("gdb")
