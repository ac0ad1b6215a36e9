r"""Conditions of cases: ``i = j``, ``i \neq j``, ``x > 0``, and what "otherwise" means."""

from __future__ import annotations

import re
from fractions import Fraction

from mathgrade.derivation.reading.chains import Chain
from mathgrade.derivation.reading.parts import Scanner
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.expression import Node
from mathgrade.expression.latex_text import LatexError
from mathgrade.expression.latex_text.commands import GREEK
from mathgrade.expression.nodes import Logic, Name, Number, Relation

__all__ = [
    "describes",
    "evaluated",
    "has_number",
    "index_condition",
    "negated",
    "only_a_size",
    "over_condition",
    "real_condition",
    "trailing_bracket",
]

_ATOM = re.compile(r"\(?\s*(?:\\?([A-Za-z]+)|(\d{1,3}))\s*\)?")
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_BRACKET = re.compile(
    r"(?:\\[ ,;:!]|\s)*\(\s*(\\?[A-Za-z]+)\s*(=|≠|!=|\\neq?(?![A-Za-z]))\s*(\\?[A-Za-z]+)\s*\)\s*$"
)
_EVALUATED = re.compile(
    r"(?:\\right|\\[bB]igg?[lr]?)?\s*(?:\||\\vert)\s*_\s*\{\s*(\\?[A-Za-z]+)\s*"
    r"(=|≠|!=|\\neq?(?![A-Za-z]))\s*(\\?[A-Za-z]+)\s*\}\s*$"
)
_OVER = re.compile(r"\s*(\\?[A-Za-z]+)\s*(=|≠|!=|\\neq?(?![A-Za-z]))\s*(\\?[A-Za-z]+)\s*")
_NOTHING = re.compile(r"\s*0\s*\(([^()]{1,40})\)\s*")
_GROUP = re.compile(r"(?<!\\)\{[^{}]*\}")
_DESCRIBES = re.compile(
    r"\\(?:in|notin|ni|subset|subseteq|forall|exists|colon|ldots|dots|mapsto)(?![A-Za-z])"
    r"|[∈∀∃⊂ℝℕℤ]|\\R(?![A-Za-z])"
)
_SPACE_NAME = re.compile(r"\\mathbb\s*\{?\s*[RNZC]\s*\}?")
_DOTS = re.compile(r"\s*(?:\\[lcv]?dots[cb]?|\.{2,}|…|⋯)")


def index_condition(
    chain: Chain, scanner: Scanner, vocabulary: Vocabulary
) -> tuple[Node, ...] | None:
    """The relations of a chain between indices (or numbers); None if it is any other chain."""
    if len(chain.sides) < 2 or chain.leads or chain.trails:
        return None
    atoms: list[Node] = []
    indices = 0
    for place in chain.sides:
        if place[1] - place[0] > 12:
            return None
        found = _ATOM.fullmatch(scanner.source(*place).strip())
        if found is None:
            return None
        name, number = found.groups()
        if number:
            atoms.append(Number(Fraction(int(number))))
            continue
        if len(name) > 1 and "\\" + name not in GREEK:
            return None
        if not vocabulary.is_index(name):
            return None
        indices += 1
        atoms.append(Name(name))
    if not indices:
        return None
    known = [
        vocabulary.names[atom.name].high
        for atom in atoms
        if isinstance(atom, Name) and atom.name in vocabulary
    ]
    for atom in atoms:
        if isinstance(atom, Name) and atom.name not in vocabulary:
            size = vocabulary.size or next(iter(known), None)
            if size is None:
                return None
            vocabulary.add_index(atom.name, size)
    return _relations(chain, atoms)


def real_condition(
    chain: Chain, scanner: Scanner, vocabulary: Vocabulary
) -> tuple[Node, ...] | None:
    """The relations of a chain such as ``x > 0`` that can be read; None if they cannot."""
    if len(chain.sides) < 2 or chain.leads or chain.trails:
        return None
    sources = [scanner.source(*place) for place in chain.sides]
    equal = any(op in ("==", "!=", "define") for op in chain.relations)
    if equal and not all(_ATOM.fullmatch(source.strip()) for source in sources):
        return None  # an equation that is claimed
    sides: list[Node] = []
    for source in sources:
        if len(source) > 40:
            return None
        try:
            sides.append(vocabulary.read(source).node)
        except LatexError:
            return None
    if equal and any(isinstance(s, Name) and s.name in vocabulary.definitions for s in sides):
        return None
    return _relations(chain, sides)


def _relations(chain: Chain, sides: list[Node]) -> tuple[Node, ...] | None:
    operators = ["==" if op == "define" else op for op in chain.relations]
    if not all(op in _OPPOSITE for op in operators):
        return None
    pairs = zip(operators, sides, sides[1:], strict=False)
    return tuple(Relation(op, left, right) for op, left, right in pairs)


def has_number(conditions: tuple[Node, ...]) -> bool:
    """Whether a condition compares with a number: ``i = 1``."""
    return any(isinstance(c, Relation) and isinstance(c.right, Number) for c in conditions)


def negated(conditions: tuple[Node, ...]) -> tuple[Node, ...]:
    """What holds "otherwise".

    >>> negated((Relation("==", Name("i"), Name("j")),))
    (Relation(op='!=', left=Name(name='i'), right=Name(name='j')),)
    """
    match conditions:
        case (Relation(op, left, right),):
            return (Relation(_OPPOSITE[op], left, right),)
        case ():
            return ()
    return (Logic("not", (Logic("and", conditions),)),)


def only_a_size(chain: Chain, scanner: Scanner, vocabulary: Vocabulary) -> bool:
    """Whether a chain gives a number to an index or a size: ``n = 2``, ``k = 1``."""
    if len(chain.sides) != 2 or chain.leads:
        return False
    left, right = (_ATOM.fullmatch(scanner.source(*place).strip()) for place in chain.sides)
    if left is None or right is None or not left.group(1) or not right.group(2):
        return False
    name = left.group(1)
    declared = vocabulary.names.get(name)
    if declared is not None:
        return declared.kind in ("index", "size")
    return vocabulary.is_size(name) or vocabulary.is_index(name)


def evaluated(source: str, vocabulary: Vocabulary) -> tuple[int, tuple[Node, ...]] | None:
    r"""Where ``|_{i=j}`` stands at the end of a side, and its condition between indices."""
    found = _EVALUATED.search(source)
    if found is None:
        return None
    condition = index_relation(found, vocabulary)
    return (found.start(), condition) if condition else None


def index_relation(found: re.Match[str], vocabulary: Vocabulary) -> tuple[Node, ...]:
    """The condition in the three groups of a match: index, sign, index."""
    left, sign, right = (word.lstrip("\\") for word in found.groups())
    if not all(vocabulary.is_index(word) and word in vocabulary for word in (left, right)):
        return ()
    return (Relation("==" if sign == "=" else "!=", Name(left), Name(right)),)


def over_condition(over: str, vocabulary: Vocabulary) -> tuple[Node, ...]:
    r"""The condition over a relation: ``\\overset{i=j}{=}``."""
    found = _OVER.fullmatch(over)
    return index_relation(found, vocabulary) if found else ()


def trailing_bracket(source: str, vocabulary: Vocabulary) -> tuple[int, tuple[Node, ...]] | None:
    """Where a condition in brackets at the end of a side starts, and what it says."""
    nothing = _NOTHING.fullmatch(source)  # 0 (x \\le 0): zero times a condition says nothing
    if nothing is not None:
        try:
            said = vocabulary.read(nothing.group(1)).node
        except LatexError:
            return None
        return (nothing.start(1) - 1, (said,)) if isinstance(said, Relation) else None
    found = _BRACKET.search(source)
    if found is None or not source[: found.start()].strip():
        return None
    condition = index_relation(found, vocabulary)
    return (found.start(), condition) if condition else None


def describes(chain: Chain, scanner: Scanner) -> bool:
    r"""Whether a chain only says what letters may be: ``c \in \mathbb{R}``, ``1, \dots, n``."""
    if not chain.sides:
        return False
    source = scanner.source(chain.sides[0][0], chain.sides[-1][1])
    if _DOTS.match(source) and len(chain.sides) == 1:
        return True
    source = source.replace(r"\{", "((").replace(r"\}", "))")
    source = _SPACE_NAME.sub(lambda found: "ℝ" * len(found.group()), source)
    for _ in range(4):
        source, done = _GROUP.subn(lambda found: "_" * len(found.group()), source)
        if not done:
            break
    found = _DESCRIBES.search(source)
    if found is None:
        return False
    if "dots" in found.group():  # 1, …, n, but not a_1 + … + a_n
        return chain.mark == "," and _DOTS.fullmatch(source.split("=")[-1]) is not None
    return True
