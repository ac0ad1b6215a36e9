"""Numbers: degrees and radians, percentages, powers of ten, rounding.

A number has no structure to go by, so only slips are listed that leave digits nobody gets by
chance. What any two small whole numbers may have to do with each other explains nothing:
6 for 3 may be a doubling, a square of something, or a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mathgrade.equality.diagnosis.edit import MATRIX, NUMBER, Candidate, Edit, Slack, Task
from mathgrade.equality.diagnosis.trees import negated, number
from mathgrade.expression.nodes import Add, Call, Constant, Div, Mul, Neg, Node, Number, Power

__all__ = ["NUMBERS", "ROUNDING"]

_NEAR = Fraction(1, 1000)


def _plain(task: Task, least: int) -> bool:
    """Whether both numbers are so short that they may well meet by chance."""
    values = [_rational(n) for n in (task.reference, task.response)]
    heights = [max(abs(v.numerator), v.denominator) for v in values if v is not None]
    return len(heights) == 2 and max(heights) < least


def _rational(node: Node) -> Fraction | None:
    match node:
        case Number(value):
            return value
        case Neg(Number(value)):
            return -value
        case Div(Number(top), Number(bottom)) if bottom:
            return top / bottom
    return None


def _sign(task: Task) -> Iterator[Candidate]:
    yield Candidate(negated(task.reference))


def _degrees(task: Task) -> Iterator[Candidate]:
    half_turn = Div(number(180), Constant("pi"))
    for words, expected in (
        ({"got": "degrees", "due": "radians"}, Mul((task.reference, half_turn))),
        ({"got": "radians", "due": "degrees"}, Div(task.reference, half_turn)),
    ):
        yield Candidate(expected, words=words)


def _percent(task: Task) -> Iterator[Candidate]:
    yield Candidate(Mul((task.reference, number(100))))
    yield Candidate(Div(task.reference, number(100)))


def _magnitude(task: Task) -> Iterator[Candidate]:
    if not _plain(task, 20):
        for power in (1, -1, 3, -3, -2, 2, 4, -4, 6, -6):
            yield Candidate(Mul((task.reference, number(Fraction(10) ** power))))


def _factor(task: Task) -> Iterator[Candidate]:
    if not _plain(task, 20):
        roots = (Call("sqrt", (number(2),)), Constant("pi"))
        for factor in (number(2), number(-2), *roots):
            yield Candidate(Mul((task.reference, factor)))
            yield Candidate(Div(task.reference, factor))


def _reciprocal(task: Task) -> Iterator[Candidate]:
    if not _plain(task, 2):
        yield Candidate(Div(number(1), task.reference))


def _square(task: Task) -> Iterator[Candidate]:
    if not _plain(task, 20):
        yield Candidate(Power(task.reference, number(2)))
        yield Candidate(Call("sqrt", (task.reference,)))


def _complement(task: Task) -> Iterator[Candidate]:
    value = _rational(task.reference)
    if value is None or (0 < value < 1 and not _plain(task, 10)):
        yield Candidate(Add((number(1), Neg(task.reference))))


def _rounded(task: Task) -> Iterator[Candidate]:
    if task.decimals is not None:
        # A last digit cut off rather than rounded is the same oversight.
        unit = Slack(Fraction(999, 1000) / Fraction(10) ** task.decimals)
        yield Candidate(task.reference, slack=unit)


def _rounded_early(task: Task) -> Iterator[Candidate]:
    if task.decimals is not None:
        yield Candidate(task.reference, slack=Slack(relative=_NEAR))


_NUMBER = frozenset((NUMBER,))
_EITHER = frozenset((NUMBER, MATRIX))

ROUNDING = (
    Edit(
        "rounded",
        "edit.rounded",
        "Right as far as the digits go, but more of them are wanted. Give more digits or the "
        "exact form, and round only at the end.",
        _rounded,
        _EITHER,
    ),
)

NUMBERS = (
    Edit("sign", "edit.sign", "The size is right, but the sign is not.", _sign, _NUMBER),
    Edit(
        "degrees and radians",
        "edit.degrees",
        "This looks like an angle in {got}; {due} are asked.",
        _degrees,
        _NUMBER,
    ),
    Edit(
        "percent",
        "edit.percent",
        "This is off by a factor of 100, as a percentage is from the number itself.",
        _percent,
        _NUMBER,
    ),
    Edit(
        "power of ten",
        "edit.magnitude",
        "The digits are right, but the order of magnitude is not: look at units and powers of ten.",
        _magnitude,
        _NUMBER,
    ),
    Edit(
        "reciprocal",
        "edit.reciprocal",
        "Numerator and denominator have changed places.",
        _reciprocal,
        _NUMBER,
    ),
    Edit(
        "constant factor",
        "edit.factor",
        "A simple constant factor is missing, or is one too many.",
        _factor,
        _NUMBER,
    ),
    Edit(
        "square or root",
        "edit.square",
        "A square or a root is missing, or is one too many.",
        _square,
        _NUMBER,
    ),
    Edit(
        "complement",
        "edit.complement",
        "This is what is left to 1, not the part that is asked.",
        _complement,
        _NUMBER,
    ),
    Edit(
        "rounded early",
        "edit.rounded-early",
        "Near, but not near enough: it seems that something was rounded on the way. Round only at "
        "the end.",
        _rounded_early,
        _EITHER,
    ),
)
