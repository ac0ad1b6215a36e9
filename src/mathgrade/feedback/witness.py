"""A witness as a sentence whose numbers and names are set as formulas."""

from __future__ import annotations

import html
import re

from markupsafe import Markup

from mathgrade.expression import nodes, to_latex
from mathgrade.feedback.formula import formula
from mathgrade.witness import Witness

__all__ = ["difference", "example"]

_NUMBER = re.compile(r"[-−]?\d{1,30}(?:\.\d{1,30})?(?:[eE][-+]?\d{1,4})?")
_FRACTION = re.compile(r"(-?)(\d{1,30})/(\d{1,30})")
_NAME = re.compile(r"([A-Za-z]+)(?:_(\d+(?:[,_]\d+)*|[A-Za-z]))?")
_CONDITION = re.compile(r"[A-Za-z]\w{0,10}(?:\s*(?:=|!=|≠|<=|>=|<|>)\s*[\w']{1,10})+")
_SIGNS = {"!=": r"\neq ", "≠": r"\neq ", "<=": r"\leq ", ">=": r"\geq "}


def example(witness: Witness, *, reveal: bool = False) -> Markup:
    """Where an answer is wrong and what it is there; what was expected only if ``reveal``.

    Empty where the witness says nothing.

    >>> example(Witness({}, received="4", place="row 1"))
    Markup('In row 1 yours is <math><mn>4</mn></math>.')
    """
    parts = _where(witness)
    if witness.received:
        parts.append(f"yours is {_value(witness.received)}")
    line = " ".join(parts)
    if reveal and witness.expected:
        line += f", expected {_value(witness.expected)}"
    return _sentence(line)


def difference(witness: Witness) -> Markup:
    """Numbers at which a line of a derivation differs from the side before it; may be empty."""
    if not (witness.expected or witness.received):
        return Markup()
    values = (
        f"the side before is {_value(witness.expected)}, this one is {_value(witness.received)}"
    )
    return _sentence(" ".join([*_where(witness), values]))


def _where(witness: Witness) -> list[str]:
    parts = []
    if witness.place:
        placed = [_condition(piece) for piece in witness.place.split(", ")]
        word = "for" if "=" in witness.place else "in"
        parts.append(f"{word} {', '.join(placed)}")
    if witness.at:
        at = ", ".join(_equation(str(name), str(value)) for name, value in witness.at.items())
        parts.append(f"at {at}")
    return parts


def _equation(name: str, value: str) -> str:
    left, right = _name_latex(name), _number_latex(value)
    if left and right:
        return str(formula(f"{left} = {{{right}}}"))
    return f"{formula(left) if left else _code(name)} = {_value(value)}"


def _value(text: str) -> str:
    latex = _number_latex(text)
    if latex:
        return str(formula(latex))
    # "undefined" and "of shape (2, 2)" are words; a list of numbers is code.
    return _code(text) if re.search(r"[\[\](){}'\"=*/+]", text) else html.escape(text)


def _code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def _condition(text: str) -> str:
    if not _CONDITION.fullmatch(text):
        return html.escape(text)
    latex = re.sub(r"!=|≠|<=|>=", lambda sign: _SIGNS[sign[0]], text)
    return str(formula(latex))


def _number_latex(text: str) -> str:
    r"""LaTeX of a number; empty for anything else.

    >>> _number_latex("-1/3"), _number_latex("2.5e-07"), _number_latex("[1, 2]")
    ('-\\frac{1}{3}', '2.5 \\cdot 10^{-7}', '')
    """
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        return rf"{fraction[1]}\frac{{{fraction[2]}}}{{{fraction[3]}}}"
    if not _NUMBER.fullmatch(text):
        return ""
    digits, _, power = text.replace("−", "-").lower().partition("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}" if power else digits


def _name_latex(name: str) -> str:
    r"""LaTeX of a name such as ``z_1``; empty for what is none.

    >>> _name_latex("alpha_2"), _name_latex("rate"), _name_latex("argument 1")
    ('\\alpha_{2}', '\\mathrm{rate}', '')
    """
    if len(name) > 30 or not _NAME.fullmatch(name):
        return ""
    return to_latex(nodes.Name(name))


def _sentence(line: str) -> Markup:
    """With a capital and a full stop, where there is anything to say."""
    if not line:
        return Markup()
    return Markup(f"{line[0].upper()}{line[1:]}.")  # noqa: S704 (escaped piece by piece)
