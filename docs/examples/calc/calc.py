#!/usr/bin/env python3
# The tutorial's front end: reads lines of a calculator with `spawn`, prints LLVM IR. Forty lines, to show
# how little green threads ask of a compiler; docs/tutorial.md walks through them.
import ast, re, sys
OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "sdiv"}
source, prelude = sys.stdin.read(), open(sys.path[0] + "/prelude.ll").read()
variables = sorted(set(re.findall(r"(\w+) =", source)))
program = [prelude, *(f"@var.{name} = global i64 0" for name in variables)]

def value(e, ir):  # adds to ir what computes e; answers where the result is
    match e:
        case str(): return value(ast.parse(e.strip(), mode="eval").body, ir)
        case ast.Constant(value=n) if type(n) is int: return n
        case ast.Name(id=name) if name in variables: code = f"load i64, ptr @var.{name}"
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if f"declare i64 @{name}()" in prelude: code = f"call i64 @{name}()"
        case ast.UnaryOp(op=ast.USub(), operand=x): code = f"sub i64 0, {value(x, ir)}"
        case ast.BinOp(left=x, op=op, right=y) if type(op) in OPERATORS:
            code = f"{OPERATORS[type(op)]} i64 {value(x, ir)}, {value(y, ir)}"
        case _: raise SyntaxError(f"what is '{ast.unparse(e)}'?")
    ir.append(f"%v{len(ir)} = {code}")
    return f"%v{len(ir) - 1}"

def statement(name, n, line, ir):
    match line.split(maxsplit=1):
        case []: pass
        case ["spawn", rest]:
            ir.append(f"call void @spawn(ptr @{function(f'{name}.{len(ir)}', [(n, s) for s in rest.split(';')], [])})")
        case [word, rest] if rest[0] == "=": ir.append(f"store i64 {value(rest[1:], ir)}, ptr @var.{word}")
        case [word, rest] if f"define void @{word}(i64" in prelude: ir.append(f"call void @{word}(i64 {value(rest, ir)})")
        case _: raise SyntaxError(f"what is '{line.strip()}'?")

def function(name, lines, ir):  # adds a function of these statements to the program; answers its name
    for n, line in lines:
        try: statement(name, n, line, ir)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
            sys.exit(f"calc.py: line {n}: {getattr(e, 'msg', e)}")
    program.append("\n  ".join([f"define void @{name}(ptr %arg) {{", *ir, "ret void\n}"]))
    return name

function("program", enumerate(source.splitlines(), 1), [])
print(*program, sep="\n")
