"""Mutants of code: the solution of an answer cell with one expression or statement changed.

Only what stands between the solution's markers is changed: the rest is given to students.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from mathgrade.autograde.names import parse_cell
from mathgrade.course.mutation.mutant import Mutant
from mathgrade.course.regions import without_markers

__all__ = ["code_mutants"]

Change = tuple[str, ast.AST | None]
"""What was changed, and what stands there now; None where a statement was taken out."""

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_SIGNS = (ast.Add, ast.Sub)
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_PAIRS = (
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("sum", "mean"),
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("tanh", "sinh"),
    ("exp", "cosh"),
    ("log", "sqrt"),
    ("ones", "zeros"),
    ("ones_like", "zeros_like"),
    ("floor", "ceil"),
    ("ValueError", "RuntimeError"),
    ("TypeError", "RuntimeError"),
)
_OTHER_NAME = {b: a for a, b in _PAIRS} | dict(_PAIRS)
# Of no consequence: what these leave out is put in again, these take arguments in any order.
_CONVERTERS = ("array", "asarray")
_SYMMETRIC = ("maximum", "minimum", "max", "min", "add", "multiply", "hypot")


def code_mutants(source: str) -> Iterator[Mutant]:
    """Mutants of an answer cell; the response of each is the text of the whole cell.

    Args:
        source: the cell as it stands in ``source/``, markers included.

    Raises:
        SyntaxError: it is not Python.

    >>> cell = "### BEGIN SOLUTION\\ny = x + 1\\n### END SOLUTION"
    >>> [m.name for m in code_mutants(cell)][:2]
    ['sign: y = x + 1 -> y = x - 1', 'dropped term: y = x + 1 -> y = x']
    """
    plain = without_markers(source)
    tree = parse_cell(plain)
    hidden = _hidden_lines(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    original = ast.unparse(tree)
    seen, names = {original}, dict[str, int]()
    for position, node in enumerate(ast.walk(tree)):
        if getattr(node, "lineno", 0) not in hidden:
            continue
        for kind, new in _changes(node, parents):
            changed, shown = _put(tree, position, new, parents)
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text in seen:
                continue
            seen.add(text)
            name = f"{kind}: {shown}"
            names[name] = names.get(name, 0) + 1
            if names[name] > 1:
                name = f"{name} ({names[name]})"
            yield Mutant(kind, name, text)


def _hidden_lines(source: str) -> set[int]:
    """Lines of the cell without its markers that were between them; all if it has none."""
    hidden: set[int] = set()
    number, inside, any_marker = 0, False, False
    for line in source.split("\n"):
        if not without_markers(line + "\n").strip() and line.strip():
            inside, any_marker = "BEGIN" in line, True
            continue
        number += 1
        if inside:
            hidden.add(number)
    return hidden if any_marker else set(range(1, number + 1))


def _put(
    tree: ast.Module, position: int, new: ast.AST | None, parents: dict[ast.AST, ast.AST]
) -> tuple[ast.Module, str]:
    """The tree with another node in one place, and the change in words."""
    nodes = list(ast.walk(tree))
    changed = copy.deepcopy(tree)
    copies = list(ast.walk(changed))
    old = nodes[position]
    around = _shown_part(old, parents)
    before = _text(around)
    for node in copies:
        for field, value in ast.iter_fields(node):
            if value is copies[position]:
                setattr(node, field, new)
            elif isinstance(value, list):
                value[:] = _replaced(value, copies[position], new)
                if not value and field == "body":
                    value.append(ast.Pass())
    if around is old:
        return changed, f"{before} -> {'nothing' if new is None else _text(new)}"
    return changed, f"{before} -> {_text(copies[nodes.index(around)])}"


def _replaced(parts: list[ast.AST], old: ast.AST, new: ast.AST | None) -> list[ast.AST]:
    put = [] if new is None else [new]
    return [kept for part in parts for kept in (put if part is old else [part])]


def _shown_part(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    """The simple statement around a node, so that a change can be seen in its place."""
    while not isinstance(node, ast.stmt) and node in parents:
        above = parents[node]
        if isinstance(above, ast.stmt) and hasattr(above, "body"):
            return node  # the head of a loop or condition
        node = above
    return node


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= 90 else f"{text[:89]}…"


def _changes(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[Change]:
    match node:
        case ast.BinOp(left, op, right):
            yield from _of_operation(left, op, right)
        case ast.UnaryOp(ast.USub(), operand):
            yield "sign", operand
        case ast.UnaryOp(ast.Not(), operand):
            yield "condition", operand
        case ast.Constant():
            yield from _of_constant(node, parents)
        case ast.Compare(left, [op], others):
            for other in _COMPARISONS.get(type(op), ()):
                yield "condition", ast.Compare(left, [other()], others)
        case ast.BoolOp(op, values):
            other_op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "condition", ast.BoolOp(other_op, values)
            yield from (("condition", value) for value in values)
        case ast.IfExp(_, body, orelse):
            yield "one case only", body
            yield "one case only", orelse
        case ast.Call():
            yield from _of_call(node)
        case ast.Name(name, ast.Load()) if name in _OTHER_NAME:
            yield "other function", ast.Name(_OTHER_NAME[name], ast.Load())
        case ast.Attribute(value, name, ast.Load()) if name in _OTHER_NAME:
            yield "other function", ast.Attribute(value, _OTHER_NAME[name], ast.Load())
        case ast.Attribute(value, "T", ast.Load()):
            yield "layout", value
        case ast.stmt():
            yield from _of_statement(node, parents)


def _of_operation(left: ast.expr, op: ast.operator, right: ast.expr) -> Iterator[Change]:
    if type(op) in _OPERATORS:
        kind = "sign" if isinstance(op, _SIGNS) else "operation"
        yield kind, ast.BinOp(left, _OPERATORS[type(op)](), right)
    kind = "dropped term" if isinstance(op, _SIGNS) else "dropped factor"
    yield kind, left
    if not isinstance(op, ast.Pow):
        yield kind, right
    if isinstance(op, ast.Sub | ast.Div | ast.MatMult):
        yield "order", ast.BinOp(right, op, left)


def _of_constant(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "condition", ast.Constant(not value)
    elif isinstance(value, int):
        negative = isinstance(parents.get(node), ast.UnaryOp)  # -1 is minus 1: 0 and -2
        yield "off by one", ast.Constant(value + 1)
        if value or not negative:
            yield "off by one", ast.Constant(value - 1)
    elif isinstance(value, float):
        yield "factor", ast.Constant(2 * value)
        yield "factor", ast.Constant(value / 2)
        yield "off by one", ast.Constant(value + 1)


def _of_call(node: ast.Call) -> Iterator[Change]:
    args, keywords = node.args, node.keywords
    if isinstance(node.func, ast.Name) and node.func.id == "range" and args:
        last = ast.BinOp(args[-1], ast.Sub(), ast.Constant(1))
        yield "off by one", ast.Call(node.func, [*args[:-1], last], keywords)
        first = [ast.Constant(1), args[0]] if len(args) == 1 else args
        if len(args) == 1:
            yield "off by one", ast.Call(node.func, first, keywords)
    elif args and not isinstance(args[0], ast.Starred) and _called(node.func) not in _CONVERTERS:
        yield "dropped function", args[0]
    if len(args) >= 2 and _called(node.func) not in _SYMMETRIC:
        yield "order", ast.Call(node.func, [args[1], args[0], *args[2:]], keywords)
    for k in range(len(keywords)):
        kept = keywords[:k] + keywords[k + 1 :]
        yield "dropped argument", ast.Call(node.func, args, kept)


def _called(function: ast.expr) -> str:
    """The last part of a function's name, empty for anything else that is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _of_statement(node: ast.stmt, parents: dict[ast.AST, ast.AST]) -> Iterator[Change]:
    match node:
        case ast.Return(value) if value is not None:
            yield "constant", ast.Return(ast.Constant(0))
            zero = ast.BinOp(value, ast.Mult(), ast.Constant(0))
            yield "constant", ast.Return(zero)
            yield "constant", ast.Return(ast.BinOp(zero, ast.Add(), ast.Constant(1)))
            yield "sign", ast.Return(ast.UnaryOp(ast.USub(), value))
            yield "factor", ast.Return(ast.BinOp(value, ast.Mult(), ast.Constant(2)))
            # Of a number or a vector this raises: only a matrix has a layout.
            axes: list[ast.expr] = [ast.Constant(0), ast.Constant(1)]
            turned = ast.Call(ast.Attribute(value, "swapaxes", ast.Load()), axes, [])
            yield "layout", ast.Return(turned)
            function = _function_around(node, parents)
            if function is not None and function.args.args:
                first = function.args.args[0].arg
                yield "an argument handed back", ast.Return(ast.Name(first, ast.Load()))
        case ast.AugAssign(target, op, value):
            if type(op) in _OPERATORS:
                kind = "sign" if isinstance(op, _SIGNS) else "operation"
                yield kind, ast.AugAssign(target, _OPERATORS[type(op)](), value)
            yield "dropped statement", None
        case ast.Assign(targets, _):
            if any(isinstance(t, ast.Subscript | ast.Attribute) for t in targets):
                yield "dropped statement", None
        case ast.Expr(value) if not isinstance(value, ast.Constant):
            yield "dropped statement", None
        case ast.If(_, body, orelse):
            yield "condition", ast.If(ast.Constant(True), body, orelse)
            yield "condition", ast.If(ast.Constant(False), body, orelse)


def _function_around(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.FunctionDef | None:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef):
            return node
    return None
