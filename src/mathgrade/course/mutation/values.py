"""Mutants of an answer that is a value: a number, a formula, a matrix, factors, an option.

Each answer test has its mutants, made of its reference, and its own notion of which of
them are right all the same. A test that is none of these has no mutants here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import singledispatch
from typing import Any

import numpy as np

from mathgrade import expression
from mathgrade.answers import SVD, Choice, Expression, Matrix, Number, Statement
from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.formula import read_own
from mathgrade.answers.scalar import NO_NAMES, Tolerance, nearest_float, read_reference
from mathgrade.course.mutation.formulas import changes
from mathgrade.course.mutation.mutant import Mutant
from mathgrade.equality import decide
from mathgrade.errors import MathgradeError, ResponseError
from mathgrade.expression import Context, Node, nodes, to_text

__all__ = ["equivalence", "right_answer", "value_mutants"]

_PROOFS = ("exact", "all sizes")
"""Proofs that leave nothing open; formulas that only agree where they were tried may differ."""


@singledispatch
def value_mutants(test: AnswerTest) -> Iterator[Mutant]:
    """Mutants of the reference of an answer test.

    Raises:
        ItemError: the reference cannot be read.
    """
    del test
    return iter(())


@singledispatch
def equivalence(test: AnswerTest, response: Any) -> str:
    """Why a mutant is as right as the reference; empty where nothing shows that it is."""
    del test, response
    return ""


@singledispatch
def right_answer(test: AnswerTest) -> Any:
    """The reference as a student would hand it in."""
    return test.reference


# -- numbers -------------------------------------------------------------------------------


def _same(reference: Node, mutant: Node, context: Context, given: Sequence[Any] = ()) -> str:
    """The proof that two formulas are equal, empty if there is none."""
    try:
        decision = decide(reference, mutant, context, given)
    except MathgradeError:
        return ""
    proved = decision.equal and decision.proof in _PROOFS
    return f"proved equal ({decision.proof})" if proved else ""


def _within(reference: Node, mutant: Node, tolerance: Tolerance | None) -> str:
    """Why two numbers count as the same: they are equal, or nearer than the item asks."""
    proof = _same(reference, mutant, NO_NAMES)
    if proof or tolerance is None:
        return proof
    try:
        one, other = (nearest_float(read_reference(node)) for node in (reference, mutant))
    except MathgradeError:
        return ""
    slack = float(tolerance.absolute) + float(tolerance.relative) * abs(one)
    return f"nearer than the item asks ({tolerance.text})" if abs(one - other) <= slack else ""


def _number_changes(node: Node, tolerance: Tolerance | None) -> Iterator[tuple[str, Node]]:
    """What a number may be mistaken for."""
    one = nodes.Number(Fraction(1))
    yield "sign", nodes.Neg(node)
    yield "factor", nodes.Mul((nodes.Number(Fraction(2)), node))
    yield "factor", nodes.Div(node, nodes.Number(Fraction(2)))
    yield "off by one", nodes.Add((node, one))
    yield "off by one", nodes.Add((node, nodes.Neg(one)))
    yield "power", nodes.Power(node, nodes.Number(Fraction(2)))
    if _same(nodes.Number(Fraction(0)), node, NO_NAMES) == "":
        yield "turned over", nodes.Div(one, node)
    if tolerance is not None:
        size = abs(Fraction(nearest_float(read_reference(node))))
        slack = tolerance.absolute + tolerance.relative * size
        if slack:
            yield "beyond the tolerance", nodes.Add((node, nodes.Number(2 * slack)))
            yield "beyond the tolerance", nodes.Add((node, nodes.Number(-2 * slack)))
    else:
        yield "rounded", nodes.Mul((node, nodes.Number(1 + Fraction(1, 10**6))))
    if not isinstance(node, nodes.Number):
        yield from changes(node, NO_NAMES)


@value_mutants.register
def _(test: Number) -> Iterator[Mutant]:
    node = read_reference(test.reference).node
    tolerance = Tolerance.of(test.decimals, test.atol, test.rtol)
    yield from (
        Mutant(kind, f"{kind}: {_shown(changed)}", changed)
        for kind, changed in _number_changes(node, tolerance)
    )


@right_answer.register
def _(test: Number) -> Any:
    return read_reference(test.reference).node


@equivalence.register
def _(test: Number, response: Any) -> str:
    reference = read_reference(test.reference).node
    received = _formula(response, NO_NAMES)
    tolerance = Tolerance.of(test.decimals, test.atol, test.rtol)
    return "" if received is None else _within(reference, received, tolerance)


def _formula(response: Any, context: Context) -> Node | None:
    try:
        return expression.read(response, context)
    except ResponseError:
        return None


def _shown(node: Node) -> str:
    """A formula as the name of a mutant, shortened."""
    text = to_text(node)
    return text if len(text) <= 80 else f"{text[:79]}…"


# -- formulas ------------------------------------------------------------------------------


@value_mutants.register
def _(test: Expression) -> Iterator[Mutant]:
    node, context = read_own(test.reference, test.names)
    yield from (
        Mutant(kind, f"{kind}: {_shown(changed)}", changed)
        for kind, changed in changes(node, context)
    )


@equivalence.register
def _(test: Expression, response: Any) -> str:
    reference, context = read_own(test.reference, test.names)
    received = _formula(response, context)
    return "" if received is None else _same(reference, received, context, test.given)


@value_mutants.register
def _(test: Statement) -> Iterator[Mutant]:
    context = expression.read_names(test.names)
    node = expression.read_any(test.reference, context)[0]
    yield from (
        Mutant(kind, f"{kind}: {_shown(changed)}", changed)
        for kind, changed in changes(node, context)
    )


@equivalence.register
def _(test: Statement, response: Any) -> str:
    context = expression.read_names(test.names)
    try:
        reference, received = (
            expression.read_any(value, context)[0] for value in (test.reference, response)
        )
    except ResponseError:
        return ""
    return _same(reference, received, context, test.given)


# -- matrices ------------------------------------------------------------------------------

Rows = tuple[tuple[Node, ...], ...]


def _rows(shape: tuple[int, ...], entries: Sequence[Node]) -> Rows:
    columns = shape[1] if len(shape) == 2 else 1
    return tuple(tuple(entries[k : k + columns]) for k in range(0, len(entries), columns))


def _handed_in(rows: Rows, shape: tuple[int, ...]) -> Any:
    """Rows as a student would hand them in: a list where a list is due."""
    return [row[0] for row in rows] if len(shape) == 1 else nodes.Matrix(rows)


@value_mutants.register
def _(test: Matrix) -> Iterator[Mutant]:
    shape, entries = test.entries_of_reference()
    context = Context() if test.names is None else expression.read_names(test.names)
    tolerance = Tolerance.of(test.decimals, test.atol, test.rtol)
    rows = _rows(shape, entries)
    for kind, words, changed in _arranged(rows, one_row=len(shape) == 1):
        yield Mutant(kind, f"{kind}: {words}", _handed_in(changed, shape))
    for kind, factor in (("sign of all", -1), ("factor", 2), ("factor", Fraction(1, 2))):
        by = nodes.Number(Fraction(factor))
        scaled = tuple(tuple(nodes.Mul((by, entry)) for entry in row) for row in rows)
        yield Mutant(kind, f"{kind}: all entries by {factor}", _handed_in(scaled, shape))
    for position, entry in enumerate(entries):
        place = f"entry {position + 1}"
        if len(shape) == 2:
            place = f"entry ({position // shape[1] + 1}, {position % shape[1] + 1})"
        made = (
            changes(entry, context) if test.names is not None else _number_changes(entry, tolerance)
        )
        for kind, changed_entry in made:
            changed = _rows(shape, [*entries[:position], changed_entry, *entries[position + 1 :]])
            name = f"{kind} in {place}: {_shown(changed_entry)}"
            yield Mutant(f"{kind} in an entry", name, _handed_in(changed, shape))


def _arranged(rows: Rows, *, one_row: bool) -> Iterator[tuple[str, str, Rows]]:
    """The same entries in another order or number."""
    if not one_row and len(rows[0]) > 1:
        yield "layout", "transposed", tuple(zip(*rows, strict=True))
        yield "order", "columns reversed", tuple(tuple(reversed(row)) for row in rows)
    if len(rows) > 1:
        yield "order", "rows reversed", rows[::-1]
        yield "dropped row", "without the last row", rows[:-1]


@equivalence.register
def _(test: Matrix, response: Any) -> str:
    shape, entries = test.entries_of_reference()
    context = Context() if test.names is None else expression.read_names(test.names)
    tolerance = Tolerance.of(test.decimals, test.atol, test.rtol)
    received = _formula(response, context)
    if not isinstance(received, nodes.Matrix):
        return ""
    rows = _rows(shape, entries)
    others = received.rows
    if test.vector and not test.layout:  # any way to write a vector will do
        rows, others = (tuple((e,) for row in m for e in row) for m in (rows, others))
    if len(rows) != len(others) or any(len(a) != len(b) for a, b in zip(rows, others, strict=True)):
        return ""
    why = ""
    for one, other in zip(_flat(rows), _flat(others), strict=True):
        numbers = test.names is None
        why = _within(one, other, tolerance) if numbers else _same(one, other, context)
        if not why:
            return ""
    return why


def _flat(rows: Rows) -> list[Node]:
    return [entry for row in rows for entry in row]


@right_answer.register
def _(test: Matrix) -> Any:
    shape, entries = test.entries_of_reference()
    return _handed_in(_rows(shape, entries), shape)


# -- decompositions ------------------------------------------------------------------------


def _decomposed(test: SVD) -> tuple[Any, Any, Any]:
    U, S, Vt = np.linalg.svd(np.array(test.reference, dtype=float), full_matrices=False)
    return U, S, Vt


@right_answer.register
def _(test: SVD) -> Any:
    return _decomposed(test)


@value_mutants.register
def _(test: SVD) -> Iterator[Mutant]:
    U, S, Vt = _decomposed(test)
    turn = np.eye(len(S))[::-1]
    made = [
        ("sign", "U with one column negated", (U * _signs(S), S, Vt)),
        ("sign", "Vᵀ with one row negated", (U, S, _signs(S)[:, None] * Vt)),
        ("sign", "Σ with one value negated, U as well", (U * _signs(S), S * _signs(S), Vt)),
        ("sign", "U negated", (-U, S, Vt)),
        ("factor", "Σ doubled", (U, 2 * S, Vt)),
        ("factor", "U doubled, Σ halved", (2 * U, S / 2, Vt)),
        ("factor", "Σ in U", (U * S, np.ones_like(S), Vt)),
        ("factor", "Σ in Vᵀ", (U, np.ones_like(S), S[:, None] * Vt)),
        ("order", "everything in ascending order", (U @ turn, S[::-1], turn @ Vt)),
        ("order", "Σ in ascending order", (U, S[::-1], Vt)),
        ("order", "columns of U exchanged", (U @ turn, S, Vt)),
        ("order", "rows of Vᵀ exchanged", (U, S, turn @ Vt)),
        ("layout", "V for Vᵀ", (U, S, Vt.T)),
        ("layout", "U and Vᵀ exchanged", (Vt, S, U)),
        ("power", "squares of the singular values", (U, S**2, Vt)),
        ("power", "roots of the singular values", (U, S**0.5, Vt)),
        ("rounded", "factors to three decimals", tuple(np.round(f, 3) for f in (U, S, Vt))),
        ("off by one", "Σ with the last value larger by 1", (U, S + np.eye(len(S))[-1], Vt)),
        ("dropped term", "the first term only", (U[:, :1], S[:1], Vt[:1])),
    ]
    yield from (Mutant(kind, f"{kind}: {words}", factors) for kind, words, factors in made)


def _signs(S: Any) -> Any:
    signs = np.ones_like(S)
    signs[0] = -1
    return signs


@equivalence.register
def _(test: SVD, response: Any) -> str:
    A = np.array(test.reference, dtype=float)
    try:
        U, S, Vt = (np.array(factor, dtype=float) for factor in response)
        n = len(S)
        sound = (
            S.ndim == 1
            and bool((S >= 0).all() and (np.diff(S) <= 0).all())
            and np.linalg.norm(U.T @ U - np.eye(n)) <= test.atol
            and np.linalg.norm(Vt @ Vt.T - np.eye(n)) <= test.atol
            and np.linalg.norm((U * S) @ Vt - A) <= test.atol * np.linalg.norm(A)
        )
    except (TypeError, ValueError):
        return ""
    return "a decomposition as well" if sound else ""


# -- options -------------------------------------------------------------------------------


@value_mutants.register
def _(test: Choice) -> Iterator[Mutant]:
    right = test.reference
    if isinstance(right, str):
        others: list[Any] = [key for key in test.options if key != right]
    else:
        others = [frozenset(right) ^ {key} for key in test.options]
    for other in others:
        shown = other if isinstance(other, str) else "{" + ", ".join(sorted(other)) + "}"
        yield Mutant("option", f"option: {shown}", other)
