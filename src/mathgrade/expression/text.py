"""Writes a formula as plain text, in the spelling the Python reader reads back."""

from __future__ import annotations

from mathgrade.expression.nodes import (
    Add,
    Apply,
    Call,
    Cases,
    Constant,
    Delta,
    Derivative,
    Div,
    Entry,
    FiniteSet,
    Fold,
    Identity,
    Interval,
    Inverse,
    Listing,
    Logic,
    Matrix,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Relation,
    Subst,
    Transpose,
    Truth,
    Union,
    Zeros,
)

__all__ = ["to_text"]

# How tightly a piece holds together; a piece weaker than its place asks gets parentheses.
_TERM, _FACTOR, _SIGN, _POWER, _ATOM = 1, 2, 3, 4, 5


def to_text(node: Node) -> str:
    """The formula as text.

    >>> from mathgrade.expression import read
    >>> to_text(read("-(x+1)**2/ (3*x)"))
    '-(x + 1)**2/(3*x)'
    """
    return _write(node)[0]


def _at(node: Node, least: int) -> str:
    text, strength = _write(node)
    return text if strength >= least else f"({text})"


def _list(nodes: tuple[Node, ...]) -> str:
    return ", ".join(to_text(n) for n in nodes)


def _write(node: Node) -> tuple[str, int]:
    match node:
        case Number(value):
            if value < 0:
                return str(value), _TERM
            return str(value), _ATOM if value.denominator == 1 else _FACTOR
        case Constant(name) | Name(name):
            return name, _ATOM
        case Entry(base, indices):
            return f"{_at(base, _ATOM)}[{_list(indices)}]", _ATOM
        case Add(terms):
            return _sum(terms), _TERM
        case Neg(term):
            return "-" + _at(term, _FACTOR), _TERM
        case Mul(factors):
            first, *rest = factors
            parts = [_at(first, _FACTOR), *(_at(f, _SIGN) for f in rest)]
            return "*".join(parts), _FACTOR
        case Div(top, bottom):
            return f"{_at(top, _FACTOR)}/{_at(bottom, _POWER)}", _FACTOR
        case Power(base, exponent):
            return f"{_at(base, _ATOM)}**{_at(exponent, _POWER)}", _POWER
        case Call(function, args) | Apply(function, args):
            return f"{function}({_list(args)})", _ATOM
        case Delta(left, right):
            return f"delta({to_text(left)}, {to_text(right)})", _ATOM
        case Fold(kind, body, index, low, high):
            inner = ", ".join((to_text(body), index, to_text(low), to_text(high)))
            return f"{kind.capitalize()}({inner})", _ATOM
        case Cases(branches):
            inner = ", ".join(f"({to_text(v)}, {to_text(c)})" for v, c in branches)
            return f"Piecewise({inner})", _ATOM
        case Relation(op, left, right):
            return f"{to_text(left)} {op} {to_text(right)}", 0
        case Logic("not", (arg,)):
            return f"not {_at(arg, _ATOM)}", 0
        case Logic(op, args):
            return f" {op} ".join(f"({to_text(a)})" for a in args), 0
        case Truth(value):
            return str(value), _ATOM
        case Derivative(body, by):
            return f"diff({to_text(body)}, {_list(by)})", _ATOM
        case Subst(body, name, value):
            return f"Subs({to_text(body)}, {name}, {to_text(value)})", _ATOM
        case Matrix(rows):
            return "[" + ", ".join(f"[{_list(row)}]" for row in rows) + "]", _ATOM
        case Transpose(body):
            return f"T({to_text(body)})", _ATOM
        case Inverse(body):
            return f"inv({to_text(body)})", _ATOM
        case Identity(size):
            return f"Identity({to_text(size)})", _ATOM
        case Zeros(rows, columns):
            return f"ZeroMatrix({to_text(rows)}, {to_text(columns)})", _ATOM
        case Listing(items):
            return f"({_list(items)}{',' if len(items) == 1 else ''})", _ATOM
        case FiniteSet(items):
            return f"{{{_list(items)}}}" if items else "EmptySet", _ATOM
        case Interval(low, high, open_low, open_high):
            ends = (to_text(low) if low else "-oo", to_text(high) if high else "oo")
            sides = f", {open_low}, {open_high}" if open_low or open_high else ""
            return f"Interval({', '.join(ends)}{sides})", _ATOM
        case Union(parts):
            return f"Union({_list(parts)})", _ATOM
    raise AssertionError(f"no text for {type(node).__name__}")  # pragma: no cover


def _sum(terms: tuple[Node, ...]) -> str:
    parts: list[str] = []
    for k, term in enumerate(terms):
        text = _at(term, _TERM)
        if k and isinstance(term, Add):
            text = f"({text})"
        if not k:
            parts.append(text)
        elif text.startswith("-"):
            parts.append(f"- {text[1:]}")
        else:
            parts.append(f"+ {text}")
    return " ".join(parts)
