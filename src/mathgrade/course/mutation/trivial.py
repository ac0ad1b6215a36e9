"""Answers anybody can give without a thought; nothing may be earned by them.

Of the right type for each answer test: 0, 1, the identity, the matrix asked about, the
question copied. One that is the right answer, as 0 may be, is none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import singledispatch
from typing import Any

import numpy as np

from mathgrade import expression
from mathgrade.answers import SVD, Choice, Derivation, Expression, Function, Matrix, Number
from mathgrade.answers.answer import AnswerTest
from mathgrade.answers.formula import read_own

__all__ = ["blank_answer", "trivial_answers"]


@singledispatch
def trivial_answers(test: AnswerTest) -> Iterator[tuple[str, Any]]:
    """Answers without a thought, each with what it is called."""
    del test
    yield "0", 0
    yield "1", 1


def blank_answer(test: AnswerTest) -> Any:
    """What a student hands in who did nothing."""
    if isinstance(test, Derivation):
        return "*YOUR ANSWER HERE*"
    if isinstance(test, Function):
        return _stub
    return "" if isinstance(test, Choice) else None


def _stub(*_args: object, **_kwargs: object) -> None:
    raise NotImplementedError


@trivial_answers.register
def _(test: Number) -> Iterator[tuple[str, Any]]:
    del test
    yield "0", 0
    yield "1", 1
    yield "-1", -1


@trivial_answers.register
def _(test: Choice) -> Iterator[tuple[str, Any]]:
    if not isinstance(test.reference, str):  # one option of several is a guess, not nothing
        yield "no option", frozenset()
        yield "every option", frozenset(test.options)


@trivial_answers.register
def _(test: Expression) -> Iterator[tuple[str, Any]]:
    node, context = read_own(test.reference, test.names)
    shape = expression.shape_of(node, context)
    if len(shape) != 2 or not all(isinstance(n, int) for n in shape):
        yield "0", 0
        yield "1", 1
        return
    yield from _plain_matrices((int(shape[0]), int(shape[1])))


@trivial_answers.register
def _(test: Matrix) -> Iterator[tuple[str, Any]]:
    shape, _ = test.entries_of_reference()
    yield from _plain_matrices(shape)


def _plain_matrices(shape: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    yield "zeros", np.zeros(shape)
    yield "ones", np.ones(shape)
    if len(shape) == 2:
        yield "identity", np.eye(*shape)


@trivial_answers.register
def _(test: SVD) -> Iterator[tuple[str, Any]]:
    A = np.array(test.reference, dtype=float)
    m, n = A.shape
    p = min(m, n)
    yield "the matrix itself and identities", (A, np.eye(n), np.eye(n))
    yield "identities and the matrix itself", (np.eye(m), np.eye(m), A)
    yield "the matrix itself as Σ", (np.eye(m), A, np.eye(n))
    yield "identities", (np.eye(m, p), np.eye(p), np.eye(p, n))
    yield "ones", (np.ones((m, p)), np.ones(p), np.ones((p, n)))
    yield "zeros", (np.zeros((m, p)), np.zeros(p), np.zeros((p, n)))
    yield "identities and the right size of Σ", (np.eye(m, p), np.ones(p), np.eye(p, n))


@trivial_answers.register
def _(test: Derivation) -> Iterator[tuple[str, Any]]:
    claims = [test.claim] if isinstance(test.claim, str) else list(test.claim)
    yield "nothing", ""
    yield "the claim", f"$${claims[0]}$$"
    yield "the claim, twice", f"$${claims[0]}$$\n\nso\n\n$${claims[0]}$$"
    yield "the claim and a word", f"It is obvious that $${claims[0]}$$"


@trivial_answers.register
def _(test: Function) -> Iterator[tuple[str, Any]]:

    def filled(fill: Callable[[Any], Any]) -> Callable[..., Any]:
        def constant(*args: Any, **kwargs: Any) -> Any:
            due = np.asarray(test.reference(*args, **kwargs))
            return fill(due)

        return constant

    yield "returns 0", lambda *_a, **_k: 0
    yield "returns None", lambda *_a, **_k: None
    yield "returns zeros", filled(lambda due: np.zeros_like(due, dtype=float))
    yield "returns ones", filled(lambda due: np.ones_like(due, dtype=float))
    yield "returns an identity", filled(_identity)
    yield "returns its argument", lambda *args, **_k: args[0] if args else None


def _identity(due: Any) -> Any:
    return np.eye(*due.shape) if due.ndim == 2 else np.ones_like(due, dtype=float)
