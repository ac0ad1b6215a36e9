"""The form of an answer: how it is read, without a word on whether it is right.

Used by ``check`` in the visible part of a test cell, where nothing of the reference
exists: the form asked stands in the call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mathgrade import expression
from mathgrade.answers.choice import Choice
from mathgrade.answers.entries import Formulas, Numbers, matrix_latex, read_entries
from mathgrade.answers.formula import NOT_CARRIED_OUT, differentiates, read_formula
from mathgrade.answers.received import describe, is_grid, shape_text
from mathgrade.answers.scalar import read_scalar
from mathgrade.answers.svd_factors import svd_latex
from mathgrade.codec.absent import Absent
from mathgrade.equality import Decision, decide
from mathgrade.equality.meaning import meaningless
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Kind, Node

__all__ = ["KINDS", "read_form"]

_LOOKS_FOR = 2.0  # seconds of processor time, in which any formula that is asked for is looked at

KINDS = ("number", "expression", "statement", "matrix", "vector", "svd", "function", "text")


def read_form(
    response: object,
    *,
    names: Mapping[str, str] | None = None,
    shape: Sequence[int] | None = None,
    kind: str | None = None,
    options: Iterable[str] | None = None,
    several: bool = False,
) -> tuple[str, str]:
    """How a response is read.

    Args:
        response: the answer.
        names: what each name in a formula stands for.
        shape: of the matrix or vector; with "svd" of the matrix that is decomposed.
        kind: one of :data:`KINDS`; left out, it follows from the others.
        options: the keys of a choice, or a mapping of keys to what they stand for.
        several: whether a set of options is chosen.

    Returns:
        LaTeX of the reading (may be empty), and the words that go before it.

    Raises:
        ResponseError: the form is wrong.
        ItemError: the call itself is wrong.

    >>> read_form("2*x", names={"x": "real"})
    ('2 x', 'Read as')
    """
    if isinstance(response, Absent):
        raise ResponseError(response.message, response.note)
    if response is Ellipsis or response is NotImplemented:
        raise ResponseError("There is no answer yet.", "response.missing")
    if options is not None:
        return "", _choice(response, options, several)
    if kind is None:
        kind = "matrix" if shape is not None else "expression" if names is not None else "any"
    if kind not in (*KINDS, "any"):
        raise ItemError(f"check: kind {kind!r} is none of {', '.join(KINDS)}.")
    return _READERS[kind](response, names, shape)


def _number(response: Any, _names: Any, _shape: Any) -> tuple[str, str]:
    number = read_scalar(response)
    return (expression.to_latex(number.node) if number.exact else number.text), "Read as"


def _expression(response: Any, names: Any, _shape: Any) -> tuple[str, str]:
    context = expression.read_names(names or {})
    node = read_formula(response, context)
    _require_meaning([node], context)
    words = f"{NOT_CARRIED_OUT} Read as" if differentiates(node) else "Read as"
    return expression.to_latex(node), words


def _require_meaning(formulas: Iterable[Node], context: Context) -> None:
    """Refuse what marking refuses: an entry beyond the ends of its vector or matrix.

    Raises:
        ResponseError: a formula means nothing.
    """
    end = time.thread_time() + _LOOKS_FOR

    def same(left: Node, right: Node) -> Decision:
        return decide(left, right, context, time_limit=max(end - time.thread_time(), 0.01))

    for formula in formulas:
        found = meaningless(formula, context, same)
        if found is not None:
            hint = " Entries are counted from 1." if "ndex 0 of" in found.reason else ""
            raise ResponseError(f"This means nothing here: {found.reason}{hint}", found.note)
        if time.thread_time() > end:
            return


def _choice(response: object, options: Iterable[str], several: bool) -> str:
    known = dict(options) if isinstance(options, Mapping) else dict.fromkeys(options, "")
    chosen = Choice(frozenset() if several else next(iter(known), ""), known).chosen(response)
    shown = [f"{k}, {known[k]}" if known[k] else k for k in known if k in chosen]
    return f"Read as {'; '.join(shown) or 'none of the options'}"


def _statement(response: Any, names: Any, _shape: Any) -> tuple[str, str]:
    context = expression.read_names(names or {})
    node, kind, _ = expression.read_any(response, context)
    if kind is Kind.FORMULA:
        raise ResponseError(
            "Expected an equation, an inequality, a list or a set, received a formula.",
            "statement.kind",
        )
    _require_meaning([node], context)
    return expression.to_latex(node), f"Read as {kind.value}"


def _matrix(response: Any, names: Any, shape: Any, *, vector: bool = False) -> tuple[str, str]:
    kind: Any = Numbers() if names is None else Formulas(expression.read_names(names))
    if not is_grid(response) and not hasattr(type(response), "is_MatrixExpr"):
        what = "a vector" if vector else "a matrix"
        if names is None or not isinstance(response, str):
            raise ResponseError(f"Expected {what}, received {describe(response)}.", "type.matrix")
    grid = kind.grid(response)
    legal = [tuple(shape)] if shape is not None else []
    if vector and legal and len(legal[0]) == 1:
        legal += [(*legal[0], 1), (1, *legal[0])]
    if legal and grid.shape not in legal:
        raise ResponseError(
            f"Expected shape {shape_text(legal[0])}, received {shape_text(grid.shape)}.",
            "matrix.shape",
        )
    latex, words = matrix_latex(kind, grid), f"Read with shape {shape_text(grid.shape)} as"
    if isinstance(kind, Formulas):
        _require_meaning(map(kind.read, grid.entries), kind.context)
    left = names is not None and any(map(differentiates, read_entries(kind, grid)))
    return latex, f"{NOT_CARRIED_OUT} {words}" if left else words


def _vector(response: Any, names: Any, shape: Any) -> tuple[str, str]:
    return _matrix(response, names, shape, vector=True)


def _svd(response: Any, _names: Any, shape: Any) -> tuple[str, str]:
    return svd_latex(response, None if shape is None else tuple(shape)), "Read as"


def _function(response: Any, _names: Any, _shape: Any) -> tuple[str, str]:
    if not callable(response):
        raise ResponseError(f"Expected a function, received {describe(response)}.", "type.function")
    code = getattr(response, "__code__", None)
    if getattr(code, "co_names", ()) == ("NotImplementedError",):
        raise ResponseError(
            "The function only raises NotImplementedError. Replace that line by your answer.",
            "response.missing",
        )
    name = str(getattr(response, "__name__", ""))[:60]
    return "", f"Read as the function {name}" if name.isidentifier() else "Read as a function"


def _text(response: Any, _names: Any, _shape: Any) -> tuple[str, str]:
    if not isinstance(response, str) or not response.strip():
        raise ResponseError(f"Expected a text, received {describe(response)}.", "type.text")
    return "", f"Read as {describe(response)}"


def _any(response: Any, _names: Any, _shape: Any) -> tuple[str, str]:
    for reader in (_function, _text, _number, _matrix):
        try:
            return reader(response, None, None)
        except ResponseError:
            continue
    return expression.to_latex(read_formula(response, Context())), "Read as"


_READERS: dict[str, Callable[[Any, Any, Any], tuple[str, str]]] = {
    "number": _number,
    "expression": _expression,
    "statement": _statement,
    "matrix": _matrix,
    "vector": _vector,
    "svd": _svd,
    "function": _function,
    "text": _text,
    "any": _any,
}
