# gdb is there on developers' machines (./dev setup), not everywhere else.
import shutil

if shutil.which("gdb"):
    config.available_features.add("gdb")
