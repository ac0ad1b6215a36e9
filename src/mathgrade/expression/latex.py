"""Writes a formula in LaTeX, as a student would set it by hand."""

from __future__ import annotations

from mathgrade.expression.functions import FUNCTIONS
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

__all__ = ["to_latex"]

_TERM, _FACTOR, _POWER, _ATOM = 1, 2, 4, 5

_GREEK = frozenset(
    (
        *(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "mu",
        ),
        *(
            "nu",
            "xi",
            "rho",
            "sigma",
            "tau",
            "phi",
            "chi",
            "psi",
            "omega",
            "Gamma",
            "Delta",
            "Theta",
        ),
        *("Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
    )
)
_SPELT = {"lam": r"\lambda", "lamda": r"\lambda", "varepsilon": r"\varepsilon"}
_RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
_LOGIC = {"and": r"\ \text{and}\ ", "or": r"\ \text{or}\ "}


def to_latex(node: Node) -> str:
    r"""The formula in LaTeX, without dollar signs.

    >>> from mathgrade.expression import read
    >>> print(to_latex(read("exp(z[i])/Sum(exp(z[k]), k, 1, K)")))
    \frac{e^{z_{i}}}{\sum_{k=1}^{K} e^{z_{k}}}
    """
    return _write(node)[0]


def _name(name: str) -> str:
    stem, _, tail = name.partition("_")
    if not tail and stem.rstrip("0123456789") and stem[-1].isdigit():
        tail = stem[len(stem.rstrip("0123456789")) :]
        stem = stem.rstrip("0123456789")
    if stem in _GREEK:
        stem = "\\" + stem
    elif stem in _SPELT:
        stem = _SPELT[stem]
    elif len(stem) > 1:
        stem = rf"\mathrm{{{stem}}}"
    tail = tail.replace("_", ",")
    return f"{stem}_{{{tail}}}" if tail else stem


def _at(node: Node, least: int) -> str:
    text, strength = _write(node)
    return text if strength >= least else rf"\left({text}\right)"


def _list(nodes: tuple[Node, ...], between: str = ", ") -> str:
    return between.join(to_latex(n) for n in nodes)


def _write(node: Node) -> tuple[str, int]:
    match node:
        case Number(value):
            top, bottom = abs(value.numerator), value.denominator
            text = str(top) if bottom == 1 else rf"\frac{{{top}}}{{{bottom}}}"
            if value < 0:
                return "-" + text, _TERM
            return text, _ATOM if bottom == 1 else _FACTOR
        case Constant(name):
            return (r"\pi" if name == "pi" else "e"), _ATOM
        case Name(name):
            return _name(name), _ATOM
        case Entry(base, indices):
            inner = _list(indices, "," if len(indices) > 1 else "")
            if isinstance(base, Name) and "_" not in _name(base.name):
                return f"{_name(base.name)}_{{{inner}}}", _ATOM
            if isinstance(base, Apply):
                return f"{to_latex(base)}_{{{inner}}}", _ATOM
            return rf"\left({to_latex(base)}\right)_{{{inner}}}", _ATOM
        case Add(terms):
            return _sum(terms), _TERM
        case Neg(term):
            return "-" + _at(term, _FACTOR), _TERM
        case Mul(factors):
            return _product(factors), _FACTOR
        case Div(top, bottom):
            return rf"\frac{{{to_latex(top)}}}{{{to_latex(bottom)}}}", _FACTOR
        case Power(base, exponent):
            return f"{_at(base, _ATOM)}^{{{to_latex(exponent)}}}", _POWER
        case Call(function, args):
            return _call(function, args)
        case Apply(function, args):
            return rf"{_name(function)}\left({_list(args)}\right)", _ATOM
        case Delta(left, right):
            between = "" if isinstance(left, Name) and isinstance(right, Name) else ","
            return rf"\delta_{{{to_latex(left)}{between}{to_latex(right)}}}", _ATOM
        case Fold(kind, body, index, low, high):
            sign = r"\sum" if kind == "sum" else r"\prod"
            limits = rf"_{{{_name(index)}={to_latex(low)}}}^{{{to_latex(high)}}}"
            return f"{sign}{limits} {_at(body, _POWER)}", _TERM
        case Cases(branches):
            lines = r" \\ ".join(
                rf"{to_latex(v)} & \text{{otherwise}}"
                if c == Truth(True)
                else rf"{to_latex(v)} & \text{{if }} {to_latex(c)}"
                for v, c in branches
            )
            return rf"\begin{{cases}} {lines} \end{{cases}}", _ATOM
        case Relation(op, left, right):
            return f"{to_latex(left)} {_RELATIONS[op]} {to_latex(right)}", 0
        case Logic("not", (arg,)):
            return rf"\text{{not}}\ {_at(arg, _ATOM)}", 0
        case Logic(op, args):
            return _LOGIC[op].join(_joined(op, a) for a in args), 0
        case Truth(value):
            return rf"\text{{{'always' if value else 'never'}}}", _ATOM
        case Derivative(body, by):
            return _derivative(body, by), _TERM
        case Subst(body, name, value):
            bar = rf"_{{{_name(name)}={to_latex(value)}}}"
            return rf"\left.{to_latex(body)}\right|{bar}", _FACTOR
        case Matrix(rows):
            lines = r" \\ ".join(_list(row, " & ") for row in rows)
            return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}", _ATOM
        case Transpose(body):
            return rf"{_at(body, _ATOM)}^{{\mathsf T}}", _POWER
        case Inverse(body):
            return f"{_at(body, _ATOM)}^{{-1}}", _POWER
        case Identity(size):
            return f"I_{{{to_latex(size)}}}", _ATOM
        case Zeros(rows, columns):
            return rf"0_{{{to_latex(rows)}\times {to_latex(columns)}}}", _ATOM
        case Listing(items):
            return rf"\left({_list(items)}\right)", _ATOM
        case FiniteSet(items):
            return rf"\left\{{{_list(items)}\right\}}" if items else r"\emptyset", _ATOM
        case Interval(low, high, open_low, open_high):
            first = "(" if open_low or low is None else "["
            last = ")" if open_high or high is None else "]"
            ends = (to_latex(low) if low else r"-\infty", to_latex(high) if high else r"\infty")
            return rf"\left{first}{ends[0]}, {ends[1]}\right{last}", _ATOM
        case Union(parts):
            return r" \cup ".join(_at(p, _ATOM) for p in parts), _TERM
    raise AssertionError(f"no LaTeX for {type(node).__name__}")  # pragma: no cover


def _sum(terms: tuple[Node, ...]) -> str:
    text = _at(terms[0], _TERM)
    for term in terms[1:]:
        piece = _at(term, _FACTOR) if isinstance(term, Add) else to_latex(term)
        text += f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
    return text


def _product(factors: tuple[Node, ...]) -> str:
    pieces = [_at(f, _FACTOR) for f in factors]
    text = pieces[0]
    for piece in pieces[1:]:
        # 2·3 and x·3 need a sign between them; 2x does not.
        dot = piece[0].isdigit() or (piece.startswith(r"\frac") and text[-1].isdigit())
        text += (r" \cdot " if dot else " ") + piece
    return text


def _joined(op: str, arg: Node) -> str:
    """A part of a condition; an ``or`` inside an ``and`` keeps its parentheses."""
    inside = isinstance(arg, Logic) and arg.op not in (op, "not")
    return rf"\left({to_latex(arg)}\right)" if inside else to_latex(arg)


def _call(function: str, args: tuple[Node, ...]) -> tuple[str, int]:
    if function == "exp":
        return f"e^{{{to_latex(args[0])}}}", _POWER
    if function == "sqrt":
        return rf"\sqrt{{{to_latex(args[0])}}}", _ATOM
    if function == "abs":
        return rf"\left|{to_latex(args[0])}\right|", _ATOM
    if function == "factorial":
        return f"{_at(args[0], _ATOM)}!", _POWER
    return rf"{FUNCTIONS[function].latex}\left({_list(args)}\right)", _ATOM


def _derivative(body: Node, by: tuple[Node, ...]) -> str:
    order = f"^{{{len(by)}}}" if len(by) > 1 else ""
    below = r" \, ".join(rf"\partial {to_latex(v)}" for v in by)
    return rf"\frac{{\partial{order}}}{{{below}}} {_at(body, _POWER)}"
