r"""LaTeX to the tree: ``read_latex`` for one formula, ``parse`` for what was noticed as well."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mathgrade.expression.latex_text.brackets import BRACKET_STARTS
from mathgrade.expression.latex_text.calls import CALL_STARTS
from mathgrade.expression.latex_text.derivatives import DERIVATIVE_STARTS
from mathgrade.expression.latex_text.environments import ENVIRONMENT_KINDS, ENVIRONMENT_STARTS
from mathgrade.expression.latex_text.faults import Remark, fault
from mathgrade.expression.latex_text.folds import FOLD_STARTS
from mathgrade.expression.latex_text.joins import JOINS
from mathgrade.expression.latex_text.names import NAME_KINDS, NAME_STARTS, is_word
from mathgrade.expression.latex_text.parser import Grammar, Parser, Reader, Setting
from mathgrade.expression.latex_text.scripts import BEHIND
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.names import Context
from mathgrade.expression.nodes import Node

__all__ = ["GRAMMAR", "Latex", "Reading", "open_parser", "parse", "read_latex"]


def _sign(parser: Parser, _token: Token) -> Node:  # pragma: no cover
    raise AssertionError(f"signs are read by Parser.piece, at {parser.at}")


_SIGNS: dict[str, Reader] = {"+": _sign, "-": _sign}
GRAMMAR = Grammar(
    joins=JOINS,
    starts={
        **_SIGNS,
        **NAME_STARTS,
        **CALL_STARTS,
        **FOLD_STARTS,
        **DERIVATIVE_STARTS,
        **BRACKET_STARTS,
        **ENVIRONMENT_STARTS,
    },
    kinds={**NAME_KINDS, **ENVIRONMENT_KINDS},
    behind=BEHIND,
    is_word=is_word,
)

_AROUND = re.compile(
    r"\s*(?:\$\$(.*)\$\$|\$([^$]*)\$|\\\[(.*)\\\]|\\\((.*)\\\)"
    r"|\\begin\{(?:equation|displaymath|math)\*?\}(.*)\\end\{(?:equation|displaymath|math)\*?\})"
    r"\s*[.,;]?\s*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Latex:
    r"""Text that is LaTeX, not Python: ``Latex(r"\frac{1}{2}")``."""

    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A formula as it was read.

    Attributes:
        node: the tree.
        remarks: places that were perhaps not read as meant, in their order.
    """

    node: Node
    remarks: tuple[Remark, ...] = ()


def open_parser(text: str, context: Context | None, setting: Setting | None = None) -> Parser:
    """A parser at the start of a text, for readers of more than one formula."""
    return Parser(text, context, GRAMMAR, setting)


def parse(text: str, context: Context | None, setting: Setting | None = None) -> Reading:
    r"""The formula in a text, with remarks on what may be meant otherwise.

    Args:
        text: one formula in LaTeX, with or without ``$`` around it.
        context: the declared names; None takes any name as it comes.
        setting: what the text around the formula has fixed.

    Raises:
        LatexError: what could not be read, where, and what to write instead.

    >>> parse("x^10", None).remarks[0].message
    '^10 is set as ^1 followed by 0 and read so; write ^{10} with braces.'
    """
    around = _AROUND.fullmatch(text)
    if around is not None:
        # Blanks in its place keep the offsets right.
        k = next(k for k in range(1, 6) if around.group(k) is not None)
        text = " " * around.start(k) + around.group(k)
    if not text.strip():
        raise fault(text, 0, len(text), "the formula is empty", "expression.empty")
    parser = open_parser(text, context, setting)
    try:
        node = parser.expression()
    except RecursionError:
        raise fault(text, 0, len(text), "it is nested too deeply", "expression.too-big") from None
    while parser.token.kind == "tag" or parser.token.text in (".", ",", ";", r"\\"):
        if parser.peek().kind not in ("stop", "tag"):
            break
        parser.next()
    if parser.token.kind != "stop":
        parser.unexpected("an operator is missing here, or a bracket is closed too early")
    remarks = sorted(parser.remarks, key=lambda remark: (remark.start, remark.end))
    return Reading(node, tuple(dict.fromkeys(remarks)))


def read_latex(text: str, context: Context | None) -> Node:
    """The tree of a formula in LaTeX; nothing is evaluated.

    Args:
        text: one formula, with or without ``$`` around it.
        context: the declared names; None takes any name as it comes.

    Raises:
        LatexError: what could not be read, where, and what to write instead.

    >>> from mathgrade.expression import read_names, to_text
    >>> names = read_names({"z": "vector K", "i": "index K"})
    >>> to_text(read_latex(r"\\frac{e^{z_i}}{\\sum_k e^{z_k}}", names))
    'exp(z[i])/Sum(exp(z[k]), k, 1, K)'
    >>> read_latex("2 + z_j", names)
    Traceback (most recent call last):
        ...
    mathgrade.expression.latex_text.faults.LatexError: Cannot read the formula at \
character 7, 'j': the name j is not known here; names that may be used: z, i, K.
    """
    return parse(text, context).node
