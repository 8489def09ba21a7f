"""Counting of cases for the scripts beside it: each prints its failures and one line of totals at the end."""
import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("WEFT_SOURCE") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("WEFT_BUILD") or SOURCE / "build")
INCLUDE = SOURCE / "abi" / "include"

passed = failed = skipped = 0


def succeeds(name, *command, stdin=""):
    """A case: the command exits with 0."""
    done = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, text=True)
    return check(name, done.returncode == 0, done.stdout + done.stderr)


def check(name, holds, why=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {name}\n{why}")
    return holds


def skip(name):
    global skipped
    skipped += 1
    print(f"skipped: {name}")


def finish():
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
