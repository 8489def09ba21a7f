# What the pass's tests need beyond cmake/lit/base.cfg.py.
#   %everylevel ARGS..   compiles and runs at -O0 to -O3 with the plug-in and the runtime; the outputs have to be
#                        the same, and are printed once
import shutil

config.substitutions.insert(0, (
    r"%everylevel\b", "%src/llvm-pass/test/Inputs/every-level %t %pass %build %abi"))
# An LLVM that the plug-in is not for.
if shutil.which("opt-14") and shutil.which("clang-14"):
    config.available_features.add("llvm-14")
if shutil.which("gcc"):
    config.available_features.add("gcc")
