#!/usr/bin/env python3
# The tutorial's front end: reads lines of a calculator with `spawn`, prints LLVM IR. Twenty lines, to show
# how little green threads ask of a compiler; docs/tutorial.md walks through them.
import ast, re, sys
OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "sdiv"}

def value(e, ir):  # adds to ir what computes e; answers where the result is
    if isinstance(e, str): e = ast.parse(e.strip(), mode="eval").body
    if isinstance(e, ast.Constant): return e.value
    if isinstance(e, ast.Name): code = f"load i64, ptr @var.{e.id}"
    if isinstance(e, ast.Call): code = f"call i64 @{e.func.id}()"
    if isinstance(e, ast.BinOp): code = f"{OPERATORS[type(e.op)]} i64 {value(e.left, ir)}, {value(e.right, ir)}"
    ir.append(f"%v{len(ir)} = {code}")
    return f"%v{len(ir) - 1}"

def function(name, lines, ir):  # prints a function of these statements; answers its name
    for word, rest in (line.split(maxsplit=1) for line in lines if line.strip()):
        if word == "spawn": ir.append(f"call void @spawn(ptr @{function(f'{name}.{len(ir)}', rest.split(';'), [])})")
        elif rest[0] == "=": ir.append(f"store i64 {value(rest[1:], ir)}, ptr @var.{word}")
        else: ir.append(f"call void @{word}(i64 {value(rest, ir)})")
    print(f"define void @{name}(ptr %arg) {{", *ir, "ret void\n}", sep="\n  ")
    return name

source, prelude = sys.stdin.read(), open(sys.path[0] + "/prelude.ll").read()
print(prelude, *sorted({f"@var.{name} = global i64 0" for name in re.findall(r"(\w+) =", source)}), sep="\n")
function("program", source.splitlines(), [])
