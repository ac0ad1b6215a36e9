"""The fuzzer's own tree of formulas, kept apart from the one under test, and its Python text.

One node type: an operation with its parts. Parts are nodes, or a string where a name or a
number stands. Every walk and every rewriting is then a few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "F",
    "add",
    "call",
    "delta",
    "div",
    "entry",
    "free",
    "ifeq",
    "is_matrix",
    "minus",
    "mul",
    "neg",
    "num",
    "power",
    "replace",
    "substitute",
    "sum_",
    "text",
    "var",
    "walk",
    "weight",
]


@dataclass(frozen=True, slots=True)
class F:
    """A formula: ``F("add", (x, y))``.

    ``num`` holds its Fraction as text in ``name``; ``var`` a name; ``call`` a function;
    ``sum`` and ``product`` their index, with parts body, low, high; ``matrix`` the
    number of its columns, with its entries row by row as parts.
    """

    op: str
    parts: tuple[F, ...] = ()
    name: str = ""

    @property
    def value(self) -> Fraction:
        """The number a ``num`` is."""
        return Fraction(self.name)


def num(value: int | Fraction | str) -> F:
    return F("num", (), str(Fraction(value)))


def var(name: str) -> F:
    return F("var", (), name)


def add(*terms: F) -> F:
    return F("add", terms) if len(terms) > 1 else terms[0]


def mul(*factors: F) -> F:
    return F("mul", factors) if len(factors) > 1 else factors[0]


def neg(term: F) -> F:
    return F("neg", (term,))


def minus(left: F, right: F) -> F:
    return add(left, neg(right))


def div(top: F, bottom: F) -> F:
    return F("div", (top, bottom))


def power(base: F, exponent: F | int) -> F:
    return F("pow", (base, num(exponent) if isinstance(exponent, int) else exponent))


def call(function: str, *args: F) -> F:
    return F("call", args, function)


def entry(base: str, *indices: F) -> F:
    return F("entry", indices, base)


def delta(left: F, right: F) -> F:
    return F("delta", (left, right))


def sum_(body: F, index: str, low: F, high: F, kind: str = "sum") -> F:
    return F(kind, (body, low, high), index)


def ifeq(left: F, right: F, same: F, other: F) -> F:
    return F("ifeq", (left, right, same, other))


def walk(f: F, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], F]]:
    """Every place of the tree with what stands there."""
    yield path, f
    for k, part in enumerate(f.parts):
        yield from walk(part, (*path, k))


def replace(f: F, path: tuple[int, ...], new: F) -> F:
    """The tree with ``new`` put at a place."""
    if not path:
        return new
    k, *rest = path
    parts = list(f.parts)
    parts[k] = replace(parts[k], tuple(rest), new)
    return F(f.op, tuple(parts), f.name)


def weight(f: F) -> int:
    """How many nodes the tree has."""
    return 1 + sum(weight(part) for part in f.parts)


def free(f: F) -> set[str]:
    """Names that stand free."""
    if f.op in ("var", "entry"):
        return {f.name}.union(*(free(p) for p in f.parts))
    if f.op in ("sum", "product"):
        body, low, high = f.parts
        return (free(body) - {f.name}) | free(low) | free(high)
    found = {f.name} if f.op == "apply" else set()
    return found.union(*(free(p) for p in f.parts))


def substitute(f: F, name: str, new: F) -> F:
    """``new`` put for a name; a bound index that would catch a name of ``new`` is left alone.

    >>> text(substitute(add(var("x"), num(1)), "x", mul(num(2), var("y"))))
    '2*y+1'
    """
    if f.op == "var" and f.name == name:
        return new
    if f.op in ("sum", "product") and f.name == name:
        body, low, high = f.parts
        return F(f.op, (body, substitute(low, name, new), substitute(high, name, new)), f.name)
    return F(f.op, tuple(substitute(p, name, new) for p in f.parts), f.name)


def is_matrix(f: F, matrices: set[str]) -> bool:
    """Whether the formula is a vector or matrix, given the names that are."""
    if f.op == "var":
        return f.name in matrices
    if f.op in ("matrix", "T", "inv", "eye", "diag"):
        return True
    if f.op == "matmul":
        return True
    if f.op in ("add", "mul", "neg", "pow", "div"):
        return any(is_matrix(p, matrices) for p in f.parts)
    return False


# How tightly each operation binds; what binds less is put in brackets.
_TIGHT = {"add": 1, "neg": 2, "mul": 3, "matmul": 3, "div": 3, "pow": 5}


def _rank(f: F) -> int:
    if f.op == "num":
        return 3 if "/" in f.name else 2 if f.name.startswith("-") else 9
    return _TIGHT.get(f.op, 9)


def _in(f: F, least: int) -> str:
    return f"({text(f)})" if _rank(f) < least else text(f)


def _add(f: F) -> str:
    out = _in(f.parts[0], 1)
    for term in f.parts[1:]:
        if term.op == "neg":
            out += "-" + _in(term.parts[0], 3)
        elif term.op == "num" and term.value < 0:
            out += f"-{-term.value}"
        else:
            out += "+" + _in(term, 2)
    return out


def _matrix(f: F) -> str:
    columns = int(f.name)
    entries = [text(p) for p in f.parts]
    rows = [entries[k : k + columns] for k in range(0, len(entries), columns)]
    return "[" + ",".join("[" + ",".join(row) + "]" for row in rows) + "]"


def _list(parts: tuple[F, ...]) -> str:
    return ",".join(text(p) for p in parts)


_WRITERS: dict[str, Callable[[F], str]] = {
    "num": lambda f: f.name,
    "var": lambda f: f.name,
    "pi": lambda f: "pi",
    "entry": lambda f: f"{f.name}[{_list(f.parts)}]",
    "add": _add,
    "neg": lambda f: "-" + _in(f.parts[0], 3),
    "mul": lambda f: "*".join([_in(f.parts[0], 3), *(_in(p, 4) for p in f.parts[1:])]),
    "matmul": lambda f: "@".join(_in(p, 4) for p in f.parts),
    "div": lambda f: f"{_in(f.parts[0], 3)}/{_in(f.parts[1], 4)}",
    "pow": lambda f: f"{_in(f.parts[0], 6)}**{_in(f.parts[1], 6)}",
    "call": lambda f: f"{f.name}({_list(f.parts)})",
    "apply": lambda f: f"{f.name}({_list(f.parts)})",
    "delta": lambda f: f"delta({_list(f.parts)})",
    "ifeq": lambda f: f"ifeq({_list(f.parts)})",
    "sum": lambda f: f"Sum({text(f.parts[0])},{f.name},{_list(f.parts[1:])})",
    "product": lambda f: f"Product({text(f.parts[0])},{f.name},{_list(f.parts[1:])})",
    "matrix": _matrix,
    "T": lambda f: f"T({_list(f.parts)})",
    "inv": lambda f: f"inv({_list(f.parts)})",
    "det": lambda f: f"det({_list(f.parts)})",
    "trace": lambda f: f"trace({_list(f.parts)})",
    "diag": lambda f: f"diag({_list(f.parts)})",
    "eye": lambda f: f"Identity({_list(f.parts)})",
    "diff": lambda f: f"diff({_list(f.parts)})",
}


def text(f: F) -> str:
    """The formula as Python text.

    >>> text(div(neg(var("x")), mul(num(2), add(var("x"), num("1/3")))))
    '(-x)/(2*(x+1/3))'
    """
    return _WRITERS[f.op](f)
