r"""Which conditions a statement stands under: of the case that is open, or its own.

"Case i = j" opens a case for all that follows; "a = b if i = j" and
``a = b, \quad i \neq j`` are the conditions of one statement; "both cases" ends them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mathgrade.derivation.reading import words as told
from mathgrade.derivation.reading.chains import Chain, chains
from mathgrade.derivation.reading.conditions import (
    describes,
    has_number,
    index_condition,
    negated,
    over_condition,
    real_condition,
)
from mathgrade.derivation.reading.parts import Scanner
from mathgrade.derivation.reading.pieces import Piece
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.expression import Node
from mathgrade.expression.nodes import free_names

__all__ = ["SENTENCE_END", "Cases", "Neighbours", "Placed"]

SENTENCE_END = re.compile(r"[.!?](?:\s|$)|\n\s*\n")
_TRAILING = re.compile(r"[\s,;]*(?:if|for|when|in\ case|provided(?:\ that)?|falls|für)\s*", re.I)
_ENDS_THERE = re.compile(r"\s*(?:$|[.,;)]|and\b|or\b|\n)")
_SAYS_CASE = re.compile(r"\b(?:sub)?case|\bfall\b", re.I)
_SUPPOSES = re.compile(r"\b(?:suppose|assum|let|consider)", re.I)
_SEVERAL = re.compile(r"\b(?:two|both|following|all|the|three)\s+(?:\w+\s+)?cases\b", re.I)
_ONLY = re.compile(r"\b(?:only|except|unless)\b[^.]{0,20}$", re.I)
_SAYS_WHEN = re.compile(
    r"\b(?:if|when|case|falls|wenn|let|suppose|assum(?:e|ing)|consider)\b", re.I
)


class Placed(NamedTuple):
    """A chain of a formula with its own conditions; or one that opens a case."""

    chain: Chain
    own: tuple[Node, ...] = ()
    opens: tuple[Node, ...] = ()


class Cases:
    """The case that is open while a text is read.

    Attributes:
        open: conditions of the open case.
        local: conditions up to the end of the sentence.
        leading: whether these open their sentence, and so hold for a formula set apart in it.
        last: the last condition that was written, which "otherwise" denies.
    """

    def __init__(self, scanner: Scanner, vocabulary: Vocabulary) -> None:
        self.scanner = scanner
        self.vocabulary = vocabulary
        self.open: tuple[Node, ...] = ()
        self.local: tuple[Node, ...] = ()
        self.leading = False
        self.last: tuple[Node, ...] = ()

    def start(self, conditions: tuple[Node, ...]) -> None:
        """Opens a case."""
        self.open = self.last = conditions
        self.local = ()

    def narrow(self, conditions: tuple[Node, ...], sentence: str) -> None:
        """Takes conditions for the rest of a sentence; ``sentence`` is what it said so far."""
        self.leading = not self.local and told.LEADS.fullmatch(sentence) is not None
        self.local = self.last = conditions

    def otherwise(self, words: str) -> tuple[Node, ...]:
        """The opposite of the last condition, if the words say "otherwise"."""
        return negated(self.last) if self.last and told.OTHERWISE.search(words) else ()

    def place(self, found: list[Chain], words: str) -> list[Placed]:
        """The chains of a formula without those that are conditions of their neighbours.

        Args:
            words: what stands before the formula.
        """
        placed: list[Placed] = []
        ahead: tuple[Node, ...] = ()  # a condition in front of the chains of its line
        row = -1
        for at, chain in enumerate(found):
            said = chain.words if at else f"{words[-60:]} {chain.words}"
            conditions = self._condition(chain, chain.words)
            explicit = _SAYS_CASE.search(said) is not None
            if conditions:
                self.last = conditions
                behind = placed[-1] if placed and not placed[-1].opens else None
                if behind is not None and not explicit and _ends_in(behind.chain, chain.row):
                    placed[-1] = behind._replace(own=conditions)
                    continue
                coming = found[at + 1] if at + 1 < len(found) else None
                if coming is not None and coming.row == chain.row and not explicit:
                    ahead, row = conditions, chain.row
                    coming.arrow = ""  # i = j ⇒ a = b
                else:
                    placed.append(Placed(chain, opens=conditions))
                    ahead = ()
                continue
            if chain.row != row and (chain.words or not chain.leads):
                ahead = ()
            over = over_condition(chain.over, self.vocabulary)
            placed.append(Placed(chain, over or self.otherwise(chain.note) or ahead))
        return placed

    def _condition(self, chain: Chain, words: str) -> tuple[Node, ...]:
        if describes(chain, self.scanner):
            return ()
        found = index_condition(chain, self.scanner, self.vocabulary)
        if found is not None and has_number(found) and not _SAYS_WHEN.search(words):
            return ()
        if found is None and told.LOCAL.search(words):
            found = real_condition(chain, self.scanner, self.vocabulary)
        return found or ()

    def alone(self, chain: Chain, words: str) -> tuple[tuple[Node, ...], bool]:
        """What a formula says that is only a condition, and whether of one statement only.

        No conditions if it is anything else.
        """
        says_case = told.CASE.search(words) is not None
        says_local = told.LOCAL.search(words) is not None
        says = says_case or says_local or told.TERM.search(words) is not None
        if chain.mark == "," or not says or describes(chain, self.scanner):
            return (), False
        explicit = _SAYS_CASE.search(words) is not None
        found = index_condition(chain, self.scanner, self.vocabulary)
        if found is not None and has_number(found) and not _SAYS_WHEN.search(words):
            return (), False
        if found is None and (says_local or explicit or _SUPPOSES.search(words)):
            found = real_condition(chain, self.scanner, self.vocabulary)
        return found or (), says_local and not explicit


def _ends_in(chain: Chain, row: int) -> bool:
    """Whether a chain with a relation ends in a line."""
    return bool(chain.rows) and chain.rows[-1] == row and bool(chain.relations or chain.leads)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands around a formula in its sentence."""

    pieces: list[Piece]
    scanner: Scanner
    vocabulary: Vocabulary

    def after(self, k: int) -> Piece | None:
        """The next formula, if it is in the same sentence."""
        return self._next(self.pieces[k + 1 :])

    def before(self, k: int) -> Piece | None:
        """The formula before, if it is in the same sentence."""
        return self._next(self.pieces[k - 1 :: -1] if k else [])

    def _next(self, pieces: list[Piece]) -> Piece | None:
        for piece in pieces:
            if piece.kind != "words":
                return piece
            if SENTENCE_END.search(self.scanner.text, piece.start, piece.end):
                return None
        return None

    def only_named(self, k: int, sentence: str, conditions: tuple[Node, ...]) -> bool:
        """Whether a condition is only named: "the two cases i = j and i ≠ j"."""
        if _SEVERAL.search(sentence) or _ONLY.search(sentence):
            return True
        if told.TERM.search(sentence) and self._of_a_sum(conditions):
            return True
        around = (self.after(k), self.before(k))
        return any(p is not None and p.kind == "inline" and self._is_condition(p) for p in around)

    def _of_a_sum(self, conditions: tuple[Node, ...]) -> bool:
        """Whether a condition is about an index that the claim does not know."""
        named = frozenset().union(*map(free_names, conditions))
        return bool(named - self.vocabulary.claimed)

    def _is_condition(self, piece: Piece) -> bool:
        if piece.end - piece.start > 30:
            return False
        found = chains(self.scanner.scan(piece.start, piece.end), self.scanner)
        return len(found) == 1 and bool(index_condition(found[0], self.scanner, self.vocabulary))

    def trails(self, k: int, words: str) -> bool:
        """Whether a condition belongs to the formula before: "$a = b$ for $i = j$"."""
        if not _TRAILING.fullmatch(words) or self.before(k) is None:
            return False
        rest = self.scanner.text[self.pieces[k].end + 1 : self.pieces[k].end + 40]
        return _ENDS_THERE.match(rest) is not None

    def starts_with_relation(self, k: int) -> bool:
        """Whether only blanks stand between a formula and the next one, which starts with =."""
        for piece in self.pieces[k + 1 : k + 3]:
            content = self.scanner.text[piece.start : piece.end].strip(" \t\n&")
            if piece.kind != "words":
                return content[:1] == "="
            if content:
                return False
        return False
