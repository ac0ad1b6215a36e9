r"""Formulas without marks: which lines of plain text are formulas, and which words are words.

A word is a word of the formula if it is a name or a function, is applied or indexed
(``sofmax(z)``), or is short and no word of the languages students write in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mathgrade.expression.functions import SPELLINGS
from mathgrade.expression.latex_text.commands import PLAIN_LETTERS, PLAIN_WORDS

__all__ = [
    "BRACKETED",
    "MATHEMATICAL",
    "RELATED",
    "is_formula_line",
    "phrases",
    "words_between",
]

MATHEMATICAL = frozenset({*SPELLINGS, *PLAIN_WORDS, *PLAIN_LETTERS, "Sum", "Product", "softmax"})

# A name with a relation behind it: the start of a condition.
RELATED = re.compile(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?\s*(?:=|≠|!=|<|>|\\neq?(?![a-z]))")
# A condition in brackets with its word: (for i = j).
BRACKETED = re.compile(
    r"[(\[]\s*(?:if|for|when|where|case|falls|für)\s+[^()\[\]=<>≠]{1,20}(?:=|≠|!=|<|>|\\neq?\b)"
    r"[^()\[\]=]{1,20}[)\]]"
)
_BETWEEN_WORDS = re.compile(r"[^\s,.;:()'#0-9*-]|\d\s*[=)]")
_OPENED_BEFORE = re.compile(r"\s([(\[])\s*$")
_BEHIND_WORDS = re.compile(
    r"\s*#?\s*\d{0,2}\s*[:.)]|\s*[:,.]|\s+\d{1,2}(?=\s*[(:])|\s+\d(?=\s+[A-Za-z]\s*[=≠\\!])"
)
_FAR = 200  # characters of a remark in brackets
_MOST_WORDS = 8  # words a line may hold beside its formula
_RELATION = re.compile(
    r"!?=|≠|≤|≥|<|>|\\(?:neq?|leq?|geq?|lt|gt|equiv|approx|triangleq|coloneqq)(?![A-Za-z])"
)
_SIGNS = re.compile(r"[_^()+*/\\\[\]{}∑∂−·²√]|\d")
_WORD = re.compile(r"\\(?:text|mbox|textbf|textit|textrm)\s*\{[^{}]*\}|\\[A-Za-z]+|[A-Za-zÀ-ÿ]+")
_APPLIED = ("_", "(", "[", "{", "^")  # "entry (1, 2)", with a space, is no call
_SHORT = frozenset(
    re.findall(
        r"\w+",
        """so we if is by of to in as at an or on it be us do no my up me go the and for all let set
    was can are has had get got not now use via any one two our but its how see say new put
    then than that this with when from same both case also here have gets thus hence where since
    wo da an so es ist und wir bei für mit von zu am im der die das le la et si de un une""",
    )
)


def is_formula_line(line: str, known: Callable[[str], bool], *, leads: bool = False) -> bool:
    """Whether a line that stands alone is a formula, perhaps with a few words around it.

    Args:
        leads: whether the next line starts with a relation.

    >>> is_formula_line("softmax(z-c)_i = exp(z_i-c)/sum_j exp(z_j-c)", lambda word: False)
    True
    >>> is_formula_line("We use that the sum of all entries = 1.", lambda word: False)
    False
    """
    relation = _RELATION.search(line)
    if relation is None:
        return leads and bool(_SIGNS.search(line)) and not any(words_between(line, known))
    if "://" in line:
        return False
    words = [line[a:b] for a, b in words_between(line, known)]
    if not words:
        return True
    if len(words) > _MOST_WORDS:
        return False
    before = line[: relation.start()]
    last = [(a, b) for a, b in words_between(before, known)]
    # What stands right before the sign is a formula, not the end of a sentence.
    left = before[last[-1][1] if last else 0 :].strip(" \t,:.;&")
    if not left:
        return not last and bool(_SIGNS.search(line))
    after = line[relation.end() :]
    right = after[: next(words_between(after, known), (len(after), 0))[0]].strip(" \t,:.;&=")
    if not right:
        return False
    return bool(_SIGNS.search(left + right)) or len(left) + len(right) == 2


def words_between(line: str, known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where the words stand that are not part of a formula."""
    for found in _WORD.finditer(line):
        word = found.group()
        if word[0] == "\\":
            continue
        start, end = found.span()
        # The index of something, or a word in a group (\mathrm{…}), belongs to the formula.
        if line[start - 1 : start] in ("_", "^", "{", "\\") and start:
            continue
        if len(word) == 1 and not (word in "aI" and line[end : end + 2].strip().isalpha()):
            continue
        if len(word) == 1:
            yield start, end
            continue
        lower = word.lower()
        if lower in _SHORT:
            yield start, end
        elif word in MATHEMATICAL or known(word):
            continue
        elif len(word) > 3 and line[end : end + 1] not in _APPLIED:
            yield start, end


def phrases(line: str, known: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Words that follow each other, with the marks between and around them, as one."""
    found: list[tuple[int, int]] = []
    for start, end in words_between(line, known):
        if found and start < found[-1][1]:
            continue
        bracket = _remark(line, start)
        if bracket is not None:
            found.append(bracket)
        elif found and not _BETWEEN_WORDS.search(line[found[-1][1] : start]):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    joined = []
    for start, end in found:
        behind = _BEHIND_WORDS.match(line, end)
        joined.append((start, behind.end() if behind else end))
    return joined


def _remark(line: str, start: int) -> tuple[int, int] | None:
    """The bracket that words at a place begin: ``[cancel e^(-c)]``; not one with a condition."""
    opened = _OPENED_BEFORE.search(line, max(start - 6, 0), start)
    if opened is None:
        return None
    depth = 0
    for k in range(opened.start(1), min(start + _FAR, len(line))):
        depth += (line[k] in "([{") - (line[k] in ")]}")
        if not depth:
            inside = line[start:k]
            words = re.match(r"[A-Za-z]+", inside)
            if BRACKETED.match(line, opened.start(1)) and words:
                return opened.start(1), start + words.end()
            return None if RELATED.search(inside) else (opened.start(1), k + 1)
    return None
