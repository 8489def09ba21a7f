# What every lit suite has in common, so that RUN lines read alike in all folders:
#   opt clang FileCheck not llvm-objdump ..   those of the LLVM that Weft was built with (by PATH)
#   weftc minigo weft-trace-check ..          build/bin (by PATH)
#   %pass     the plug-in:            opt -load-pass-plugin=%pass -passes=weft-verify ..
#   %clang %clangxx                   clang and clang++ with the plug-in loaded
#   %abi      -I for abi/include      %rt  what to link to get the runtime (static)
#   %llvm_version   its major version
#   %src %build                       top of the source and of the build tree
# Features for REQUIRES: the machine (x86_64), cpu flags (avx512f ..), `full` under ./dev test --full,
# `sanitized` in a sanitizer build, `inline-port` where the pass lowers to the switch's text, not to calls (WEFT_PORT).
import os
import platform

import lit.formats

# cmd.exe-like portability is not wanted; the internal shell is faster but lacks subshells and signals.
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".ll", ".c", ".cpp", ".test", ".go"]
config.excludes = ["Inputs", "lit.cfg.py"]

# A switch to the wrong stack likes to spin. (lit needs psutil to end a whole tree of processes.)
if lit_config.maxIndividualTestTimeIsSupported[0]:
    lit_config.maxIndividualTestTime = 300

build, source, llvm = config.weft_build, config.weft_source, config.weft_llvm_bin
config.environment["PATH"] = os.pathsep.join([build + "/bin", llvm, os.environ.get("PATH", "/usr/bin:/bin")])
for name in ("HOME", "WEFT_TEST_FULL", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

plugin = f"{build}/lib/weft-pass-{config.weft_llvm_version}.so"
sanitize = f" -fsanitize={config.weft_sanitize}" if config.weft_sanitize else ""
for key, value in [
    ("%pass", plugin),
    ("%clangxx", f"{llvm}/clang++ -fpass-plugin={plugin}{sanitize}"),
    ("%clang", f"{llvm}/clang -fpass-plugin={plugin}{sanitize}"),
    ("%abi", f"-I{source}/abi/include"),
    ("%rt", f"{build}/lib/libweft.a -lstdc++ -lm -ldl -lpthread"),
    ("%llvm_version", config.weft_llvm_version),
    ("%src", source),
    ("%build", build),
]:
    config.substitutions.append((key + r"\b", value))

config.available_features.add(platform.machine())
with open("/proc/cpuinfo") as cpuinfo:
    flags = next((line for line in cpuinfo if line.startswith(("flags", "Features"))), "")
config.available_features.update(flags.partition(":")[2].split())
if os.environ.get("WEFT_TEST_FULL") == "1":
    config.available_features.add("full")
if config.weft_port != "portable":
    config.available_features.add("inline-port")
if config.weft_build_type != "Debug":
    config.available_features.add("optimized-runtime")
if config.weft_sanitize:
    config.available_features.add("sanitized")
