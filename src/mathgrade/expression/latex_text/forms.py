"""The shape of a piece while it is read, as far as it is plain: for ``A^{-1}`` and ``A^T``.

A full check of shapes comes after reading (:mod:`mathgrade.expression.shapes`); here it
only decides which of two readings is meant, so "not known" is a good answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from mathgrade.expression.names import Context, Size
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
    Fold,
    Identity,
    Inverse,
    Matrix,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Subst,
    Transpose,
    Zeros,
)

__all__ = ["Form", "form_of", "is_array"]

Form = tuple[Size | None, ...] | None
"""``()`` for a number, ``(rows, columns)`` for an array, None where it is not known."""


def is_array(node: Node, context: Context | None, bound: Iterable[str] = ()) -> bool:
    """Whether a piece surely is a vector or a matrix and not a number.

    >>> is_array(Matrix(((Number(1),),)), None), is_array(Name("A"), None)
    (True, False)
    """
    form = form_of(node, context, frozenset(bound))
    return form is not None and len(form) == 2


def form_of(node: Node, context: Context | None, bound: frozenset[str]) -> Form:
    """The shape of a piece, if it is plain."""
    match node:
        case Number() | Constant() | Delta():
            return ()
        case Name(name):
            return _name(name, context, bound)
        case Entry(Name(name), indices) if context is not None and name in context:
            declared = context[name]
            return (declared.shape[1], 1) if declared.kind == "family" and len(indices) == 1 else ()
        case Entry() | Apply():
            return None
        case Call(function, args):
            return (None, None) if function == "diag" and args else ()
        case Matrix(rows):
            return (len(rows), len(rows[0]))
        case Identity() | Zeros():
            return (None, None)
        case Transpose(body):
            form = form_of(body, context, bound)
            return form[::-1] if form is not None else None
        case Neg(body) | Div(body, _) | Power(body, _) | Inverse(body):
            return form_of(body, context, bound)
        case Derivative(body, _) | Subst(body, _, _):
            return form_of(body, context, bound)
        case Fold(_, body, index, _, _):
            return form_of(body, context, bound | {index})
        case Add(parts):
            return _first(form_of(part, context, bound) for part in parts)
        case Cases(branches):
            return _first(form_of(value, context, bound) for value, _ in branches)
        case Mul(factors):
            return _product([form_of(factor, context, bound) for factor in factors])
    return None


def _name(name: str, context: Context | None, bound: frozenset[str]) -> Form:
    if name in bound:
        return ()
    declared = context.get(name) if context is not None else None
    if declared is None or declared.kind in ("family", "function"):
        return None
    if declared.kind == "matrix":
        return declared.shape
    return (declared.shape[0], 1) if declared.shape else ()


def _first(forms: Iterable[Form]) -> Form:
    return next((form for form in forms if form is not None), None)


def _product(forms: list[Form]) -> Form:
    result: Form = ()
    for form in forms:
        if form is None or result is None:
            return None
        if not form or not result:
            result = result or form
        else:
            result = (result[0], form[1])
            if result == (1, 1):
                result = ()
    return result
