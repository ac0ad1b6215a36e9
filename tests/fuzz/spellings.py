r"""Other spellings of a derivation that mean the same: ``\dfrac``, ``\left(``, other letters.

Each changes the text between dollars, and nothing that is not there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from mathgrade.derivation.statements import Document, Role, Side
from mathgrade.equality.diagnosis.trees import everywhere, renamed
from mathgrade.expression import Node, to_latex
from mathgrade.expression.nodes import (
    Call,
    Derivative,
    Entry,
    Fold,
    Identity,
    Inverse,
    Matrix,
    Mul,
    Name,
    Number,
    Transpose,
    children,
    free_names,
)

__all__ = ["SPELLINGS", "respelled"]

_MATH = re.compile(r"\$\$.*?\$\$|\$[^$]+\$|\\begin\{(align|equation)(\*?)\}.*?\\end\{\1\2\}", re.S)
_ONE = Number(Fraction(1))
_LETTERS = "lmpqrs"
Spelling = Callable[[str, Document, random.Random], str]


def respelled(text: str, document: Document, spelling: str, rng: random.Random) -> str:
    """The text in another spelling; the same where there is nothing to change."""
    return SPELLINGS[spelling](text, document, rng)


def _in_math(text: str, change: Callable[[str], str]) -> str:
    return _MATH.sub(lambda found: change(found.group()), text)


def _replaced(pattern: str, new: str) -> Spelling:
    def spelling(text: str, document: Document, rng: random.Random) -> str:
        return _in_math(text, lambda math: re.sub(pattern, new, math))

    return spelling


def _brackets(text: str, document: Document, rng: random.Random) -> str:
    def change(math: str) -> str:
        math = re.sub(r"(?<!\\left)\(", r"\\left(", math)
        return re.sub(r"(?<!\\right)\)", r"\\right)", math)

    return _in_math(text, change)


def _spaces(text: str, document: Document, rng: random.Random) -> str:
    def space(found: re.Match[str]) -> str:
        return rng.choice((" ", r" \, ", r" \; ", "\n", "  ", r"\! "))

    inside = r"(?<=[\w})]) (?=[-+\\(]|e\^)(?!\\(?:begin|end|\\|text|q?quad))"
    return _in_math(text, lambda math: re.sub(inside, space, math))


def _exponentials(new: str) -> Spelling:
    def spelling(text: str, document: Document, rng: random.Random) -> str:
        return _in_math(text, lambda math: _without_powers(math, new))

    return spelling


def _without_powers(math: str, new: str) -> str:
    found = re.search(r"(?<![\w\\{])e\^|(?<=\{)e\^", math)
    if found is None:
        return math
    start, at = found.start(), found.end()
    end = at + 1
    if math[at] == "{":
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(math[end], 0)
            end += 1
        inside = math[at + 1 : end - 1]
    elif math[at] == "\\":
        return math[:end] + _without_powers(math[end:], new)
    else:
        inside = math[at]
    written = new.replace("#", _without_powers(inside, new))
    return f"{math[:start]}{written}{_without_powers(math[end:], new)}"


def _limits(text: str, document: Document, rng: random.Random) -> str:
    r"""``\sum_k`` with the ends it is read to have."""

    def written(source: str, node: Node) -> str:
        ends = {f.index: to_latex(f.high) for f in _folds(node) if f.low == _ONE}

        def full(found: re.Match[str]) -> str:
            index = found.group(1).strip("{}")
            if index not in ends:
                return found.group()
            return rf"\sum_{{{index}=1}}^{{{ends[index]}}}"

        return re.sub(r"\\sum_(\w|\{\w\})(?!\s*\^)", full, source)

    return _by_sides(text, document, written)


def _folds(node: Node) -> Iterator[Fold]:
    if isinstance(node, Fold):
        yield node
    for child in children(node):
        yield from _folds(child)


def _by_sides(text: str, document: Document, written: Callable[[str, Node], str]) -> str:
    """The text with each of its sides written anew."""
    for side in reversed(list(_sides(document))):
        if side.node is not None:
            source = text[side.start : side.end]
            new = written(source, side.node)
            if new != source:
                text = f"{text[: side.start]}{new} {text[side.end :]}"
    return text


def _sides(document: Document) -> Iterator[Side]:
    """The sides in the order they stand in the text, without what is defined."""
    found = [
        side
        for statement in document.statements
        if statement.role is not Role.WORDS
        for k, side in enumerate(statement.sides)
        if statement.definition is None or k
    ]
    yield from sorted(found, key=lambda side: side.start)


def _as_read(text: str, document: Document, rng: random.Random) -> str:
    return _by_sides(text, document, lambda _, node: to_latex(node))


def _reordered(text: str, document: Document, rng: random.Random) -> str:
    """The factors of products of numbers in another order."""

    def shuffled(node: Node) -> Node:
        if not isinstance(node, Mul) or not all(_is_number(f, document) for f in node.factors):
            return node
        return Mul(tuple(rng.sample(node.factors, len(node.factors))))

    def written(source: str, node: Node) -> str:
        new = everywhere(node, shuffled)
        return source if new == node else to_latex(new)

    return _by_sides(text, document, written)


def _is_number(node: Node, document: Document) -> bool:
    """Whether a factor is a number by its form; a matrix or vector never is."""
    match node:
        case Matrix() | Transpose() | Inverse() | Identity():
            return False
        case Entry(Name(name), indices):
            declared = document.context.get(name)
            return declared is None or len(declared.shape) in (0, len(indices))
        case Name(name):
            definition = document.definitions.get(name)
            if definition is not None:
                return _is_number(definition.body, document)
            declared = document.context.get(name)
            return declared is None or not declared.shape
        case Derivative(body, by):
            return all(_is_number(part, document) for part in (body, *by))
        case Mul(factors):
            return all(_is_number(f, document) for f in factors) or _is_scalar_product(node)
        case Entry() | Call():
            return True
    return all(_is_number(child, document) for child in children(node))


def _is_scalar_product(node: Mul) -> bool:
    return len(node.factors) == 2 and isinstance(node.factors[0], Transpose)


def _bound_renamed(text: str, document: Document, rng: random.Random) -> str:
    """Other letters for the indices of sums."""
    letters = [c for c in _LETTERS if not _uses(document, c)]
    if not letters:
        return text

    def changed(node: Node) -> Node:
        if not isinstance(node, Fold):
            return node
        free = [c for c in letters if c not in free_names(node.body)]
        inner = {f.index for f in _folds(node.body)}
        free = [c for c in free if c not in inner]
        if not free:
            return node
        new = rng.choice(free)
        return Fold(
            node.kind, renamed(node.body, {node.index: Name(new)}), new, node.low, node.high
        )

    def written(source: str, node: Node) -> str:
        new = everywhere(node, changed)
        return source if new == node else to_latex(new)

    return _by_sides(text, document, written)


def _uses(document: Document, letter: str) -> bool:
    if letter in document.context.names:
        return True
    return any(
        letter in free_names(side.node) or letter in {f.index for f in _folds(side.node)}
        for statement in document.statements
        for side in statement.sides
        if side.node is not None
    )


def _free_renamed(text: str, document: Document, rng: random.Random) -> str:
    """Other letters for the indices the claim is about, in the whole text."""
    used = {
        name
        for statement in document.statements
        for side in statement.sides
        if side.node is not None
        for name in free_names(side.node)
    }
    names = document.context.names
    indices = sorted(n for n in used if n in names and names[n].kind == "index")
    letters = [c for c in _LETTERS if not _uses(document, c) and c not in "".join(_formulas(text))]
    if not indices or len(letters) < len(indices):
        return text
    put = dict(zip(indices, rng.sample(letters, len(indices)), strict=True))
    token = re.compile(
        r"\\[a-zA-Z]+(?:\{[a-z*]{3,}\})?|(?<=[_^])[a-zA-Z]|(?<=_\{)[a-zA-Z]{2,3}(?=\})|[a-zA-Z]+"
    )

    def one(found: re.Match[str]) -> str:
        word = found.group()
        inside = found.string[found.start() - 2 : found.start()] == "_{"
        if len(word) == 1 or (inside and len(word) < 4):
            return "".join(put.get(c, c) for c in word)
        return word

    return _in_math(text, lambda math: token.sub(one, math))


def _formulas(text: str) -> list[str]:
    return [re.sub(r"\\[a-zA-Z]+", "", found.group()) for found in _MATH.finditer(text)]


_FACTOR = r"(?=e\^|\\delta|\\frac|w_|[yz]_)"
SPELLINGS: dict[str, Spelling] = {
    "brackets that grow": _brackets,
    "brackets that do not grow": _replaced(r"\\(?:left|right)(?=[()])", ""),
    "spaces": _spaces,
    "large fractions": _replaced(r"\\frac", r"\\dfrac"),
    "exp": _exponentials(r"\exp(#)"),
    "upright e": _exponentials(r"\mathrm{e}^{#}"),
    "dots": _replaced(rf"(?<=e\^\{{z_[a-z]\}}) {_FACTOR}", r" \\cdot "),
    "no dots": _replaced(rf"(?<=[a-z}})]) \\cdot {_FACTOR}", " "),
    "ends of sums": _limits,
    "as it is shown": _as_read,
    "order of factors": _reordered,
    "letters of sums": _bound_renamed,
    "letters of indices": _free_renamed,
}
