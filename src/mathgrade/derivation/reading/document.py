r"""Reads a whole derivation: its statements, in which case each stands, what it defines.

Words and formulas are taken in their order. What a formula does (step, definition, case,
aside) is told by the words right before it and by its own form; what cannot be read is a
fault of the side it stands in, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from mathgrade.derivation.reading import words as told
from mathgrade.derivation.reading.chains import Chain, chains
from mathgrade.derivation.reading.conditions import (
    describes,
    index_condition,
    negated,
    real_condition,
    trailing_bracket,
)
from mathgrade.derivation.reading.definitions import define, named
from mathgrade.derivation.reading.heads import Head, read_head
from mathgrade.derivation.reading.indices import index_remarks
from mathgrade.derivation.reading.parts import Scanner
from mathgrade.derivation.reading.pieces import Piece, pieces
from mathgrade.derivation.reading.plain import MATHEMATICAL
from mathgrade.derivation.reading.sides import Lines, SideReader
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.derivation.statements import Definition, Document, Remark, Role, Side, Statement
from mathgrade.expression import Context, Declaration, Node
from mathgrade.expression.latex_text import LatexError
from mathgrade.expression.nodes import Number, Relation

__all__ = ["MAX_FORMULAS", "MAX_SIDES", "MAX_TEXT", "read_document"]

MAX_TEXT = 20_000  # characters of a derivation
MAX_FORMULAS = 400
MAX_SIDES = 800

_NO_HEADS = frozenset(MATHEMATICAL - {"softmax", "gamma"})
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)|\n\s*\n")
_TRAILING = re.compile(r"[\s,;]*(?:if|for|when|in\ case|provided(?:\ that)?|falls|für)\s*", re.I)
_OF_ANOTHER = re.compile("is not known here|a prime belongs")  # a rule in letters of its own
_ENDS_THERE = re.compile(r"\s*(?:$|[.,;)]|and\b|or\b|\n)")


class TooMuchError(Exception):
    """More than anyone writes; the text is why."""


def read_document(text: str, context: Context, definitions: Mapping[str, Definition]) -> Document:
    r"""The statements of a derivation, as they were written.

    Args:
        text: Markdown with formulas in LaTeX or typed plainly.
        context: the names of the claim, defined names among them.
        definitions: what the defined names of the claim stand for.

    Returns:
        The document. What cannot be read is a fault in it; nothing is raised.

    >>> from mathgrade.expression import read_names
    >>> names = read_names({"a b c": "real"})
    >>> document = read_document("Since $a = b$ we get\n$$a = c \\\\ = b$$", names, {})
    >>> [(s.role.value, s.relations) for s in document.statements]
    [('aside', ('==',)), ('step', ('==', '=='))]
    """
    if len(text) > MAX_TEXT:
        reason = f"It has {len(text)} characters; a derivation of at most {MAX_TEXT} is read."
        return Document((), context, dict(definitions), reason)
    reader = _Reader(text, context, definitions)
    try:
        return reader.run()
    except TooMuchError as error:
        return Document((), context, dict(definitions), str(error))


class _Reader:
    def __init__(self, text: str, context: Context, definitions: Mapping[str, Definition]) -> None:
        self.vocabulary = Vocabulary(text, context, definitions)
        self.claim = dict(definitions)
        shown, self.pieces = pieces(text, self._known)
        self.scanner = Scanner(shown, self._known)
        self.lines = Lines(text)
        self.sides = SideReader(self.scanner, self.vocabulary, self.lines)
        self.found: list[Statement] = []
        self.case: tuple[Node, ...] = ()
        self.local: tuple[Node, ...] = ()  # conditions up to the end of the sentence
        self.otherwise: tuple[Node, ...] = ()  # the last condition that was written
        self.pending = ""  # a relation the formula before ended with
        self.words = ""
        self.leads_on = False  # whether an arrow follows the present chain
        self.own: dict[int, tuple[Node, ...]] = {}  # conditions of chains of one formula
        self.joins = False  # whether words of the same formula stand before
        self.begun = 0  # where they start
        self.count = 0

    def _known(self, word: str) -> bool:
        return word in self.vocabulary or word in MATHEMATICAL

    def run(self) -> Document:
        if sum(piece.kind != "words" for piece in self.pieces) > MAX_FORMULAS:
            raise TooMuchError(f"It holds more than {MAX_FORMULAS} formulas, which is too long.")
        for k, piece in enumerate(self.pieces):
            if piece.kind == "words":
                words = self.scanner.text[piece.start : piece.end]
                self.words += words
                if _SENTENCE_END.search(words):
                    self.local = ()
            elif piece.fault:
                self._unclosed(piece)
            else:
                self._piece(k, piece)
        self._closing(len(self.scanner.text))
        names = Context(dict(self.vocabulary.names))
        return Document(tuple(self.found), names, dict(self.vocabulary.definitions))

    def _unclosed(self, piece: Piece) -> None:
        line = self.lines.at(piece.start)
        text = " ".join(self.scanner.text[piece.start : piece.end].split())[:200]
        fault = f"Cannot read the formula in line {line}: {piece.fault}."
        side = Side(None, text, line, piece.start, piece.end, fault)
        self._add(Statement(Role.STEP, (side,), line=line, text=text, words=self._taken()))

    def _add(self, statement: Statement) -> None:
        self.found.append(statement)
        self.count += len(statement.sides) + 1
        if self.count > MAX_SIDES:
            raise TooMuchError(f"It holds more than {MAX_SIDES} formulas, which is too long.")

    def _taken(self) -> str:
        words, self.words = " ".join(self.words.split()), ""
        return words

    # ---- one formula

    def _piece(self, k: int, piece: Piece) -> None:
        parts = self.scanner.scan(piece.start, piece.end, plain=piece.kind == "line")
        if len(parts) > 4 * MAX_SIDES:
            raise TooMuchError(f"It holds more than {MAX_SIDES} formulas, which is too long.")
        self._closing(piece.start)
        found = chains(parts, self.scanner)
        if not found:
            self.words += " " + " ".join(part.text for part in parts if part.kind == "words")
            return
        if piece.kind != "inline":
            self.local = ()
        inline = piece.kind == "inline"
        if len(found) == 1 and self._whole_condition(k, piece, found[0]):
            return
        self._cases(found)
        at = 0
        self.joins = False
        words = self._taken()
        while at < len(found):
            chain = found[at]
            before = f"{words} {chain.words}".strip() if not at else chain.words
            self.leads_on = at + 1 < len(found) and found[at + 1].arrow == "to"
            alone = len(found) == 1 or (at + 1 < len(found) and bool(found[at + 1].leads))
            self._chain(k, chain, before, inline=inline, alone=alone and not at, first=not at)
            at += 1

    # ---- cases

    def _closing(self, position: int) -> None:
        """Ends the case if the words say so."""
        if self.case and told.CLOSES.search(self.words[-400:]):
            self.case = ()
            self._add(
                Statement(
                    Role.CASE,
                    line=self.lines.at(max(position - 1, 0)),
                    text=told.last_sentence(" ".join(self.words.split()))[-80:],
                )
            )

    def _open(self, conditions: tuple[Node, ...], chain: Chain, words: str) -> None:
        start, end = chain.sides[0][0], chain.sides[-1][1]
        self.case = self.otherwise = conditions
        self.local = ()
        self._add(
            Statement(
                Role.CASE,
                conditions=conditions,
                line=self.lines.at(start),
                text=" ".join(self.scanner.source(start, end).split()),
                words=words,
            )
        )

    def _whole_condition(self, k: int, piece: Piece, chain: Chain) -> bool:
        """Takes a formula that is only a condition: opens a case, or belongs to a neighbour."""
        before = " ".join((self.words + " " + chain.words).split())
        sentence = told.last_sentence(before)[-200:]
        says_case = told.CASE.search(sentence) is not None
        says_local = told.LOCAL.search(sentence) is not None
        if describes(chain, self.scanner) or chain.mark == ",":
            return False
        conditions = index_condition(chain, self.scanner, self.vocabulary)
        if conditions is None and (says_local or (says_case and re.search("(?i)case", sentence))):
            conditions = real_condition(chain, self.scanner, self.vocabulary)
            says_case = says_case and re.search("(?i)case", sentence) is not None
        if conditions is None or not (says_case or says_local):
            return False
        if any(_is_number(c) for c in conditions) and not re.search("(?i)case|if|when", sentence):
            return False
        if piece.kind == "inline" and self._mentioned(k, sentence):
            self._mention(chain, before)
            return True
        if piece.kind == "inline" and self._trails(k, before):
            last = self.found[-1]
            self.found[-1] = replace(last, conditions=conditions, own=True)
            self.otherwise = conditions
            self._mention(chain, before)
            return True
        if piece.kind == "inline" and says_local and not re.search("(?i)case", sentence):
            coming = self._coming(k)
            if coming is not None and coming.kind == "inline":
                self.local = self.otherwise = conditions
                self._mention(chain, before)
                return True
        self.words = ""
        self._open(conditions, chain, before)
        return True

    def _mention(self, chain: Chain, words: str) -> None:
        start, end = chain.sides[0][0], chain.sides[-1][1]
        text = " ".join(self.scanner.source(start, end).split())
        self._add(Statement(Role.WORDS, line=self.lines.at(start), text=text, words=words))
        self.words = ""

    def _coming(self, k: int) -> Piece | None:
        """The next formula, if it is in the same sentence."""
        for piece in self.pieces[k + 1 :]:
            if piece.kind != "words":
                return piece
            if _SENTENCE_END.search(self.scanner.text, piece.start, piece.end):
                return None
        return None

    def _mentioned(self, k: int, sentence: str) -> bool:
        """Whether a condition is only named, beside another one: "the cases i = j and i ≠ j"."""
        if re.search(r"(?i)\b(?:two|both|following|all|the|three)\s+(?:\w+\s+)?cases\b", sentence):
            return True
        return any(
            piece is not None and piece.kind == "inline" and self._is_condition(piece)
            for piece in (self._coming(k), self._gone(k))
        )

    def _gone(self, k: int) -> Piece | None:
        for piece in reversed(self.pieces[:k]):
            if piece.kind != "words":
                return piece
            if _SENTENCE_END.search(self.scanner.text, piece.start, piece.end):
                return None
        return None

    def _is_condition(self, piece: Piece) -> bool:
        if piece.end - piece.start > 30:
            return False
        found = chains(self.scanner.scan(piece.start, piece.end), self.scanner)
        return (
            len(found) == 1 and index_condition(found[0], self.scanner, self.vocabulary) is not None
        )

    def _trails(self, k: int, before: str) -> bool:
        """Whether a condition belongs to the formula before: "$a = b$ for $i = j$"."""
        if not self.found or not _TRAILING.fullmatch(before):
            return False
        if self.found[-1].role is not Role.STEP or not self.found[-1].relations:
            return False
        rest = self.scanner.text[self.pieces[k].end + 1 : self.pieces[k].end + 40]
        return _ENDS_THERE.match(rest) is not None

    def _cases(self, found: list[Chain]) -> None:
        """Hands the conditions among the chains of a display to the chains they belong to."""
        self.own = {}
        kept: list[Chain] = []
        ahead: tuple[tuple[Node, ...], int] | None = None
        for at, chain in enumerate(found):
            conditions = None if describes(chain, self.scanner) else self._condition(chain)
            last = kept[-1] if kept else None
            if (
                conditions is not None
                and last is not None
                and last.rows
                and last.relations + [x for x in (last.leads,) if x]
                and last.rows[-1] == chain.row
                and not re.search("(?i)case", chain.words)
            ):
                self.own[id(last)] = self.otherwise = conditions
                continue
            if conditions is not None:
                coming = found[at + 1] if at + 1 < len(found) else None
                explicit = re.search("(?i)case", chain.words + self.words[-60:] * (not at))
                if coming is not None and coming.row == chain.row and not explicit:
                    ahead = (conditions, chain.row)
                    self.otherwise = conditions
                    if chain.words and coming.words == "":
                        coming.words = ""
                    continue
                words = chain.words if at else f"{self._taken()} {chain.words}".strip()
                self._open(conditions, chain, words)
                ahead = None
                continue
            if ahead is not None and (chain.row == ahead[1] or (chain.leads and not chain.words)):
                self.own[id(chain)] = ahead[0]
            else:
                ahead = None
            if told.OTHERWISE.search(chain.note) and self.otherwise:
                self.own[id(chain)] = negated(self.otherwise)
            kept.append(chain)
        found[:] = kept

    def _condition(self, chain: Chain) -> tuple[Node, ...] | None:
        conditions = index_condition(chain, self.scanner, self.vocabulary)
        if conditions is not None and any(_is_number(c) for c in conditions):
            return conditions if re.search(r"(?i)\b(?:if|when|case)", chain.words) else None
        if conditions is None and told.LOCAL.search(chain.words):
            conditions = real_condition(chain, self.scanner, self.vocabulary)
        return conditions

    # ---- one chain

    def _chain(
        self, k: int, chain: Chain, words: str, *, inline: bool, alone: bool, first: bool
    ) -> None:
        own = self.own.get(id(chain), ())
        leads = chain.leads or (self.pending if first else "")
        if first:
            self.pending = ""
        sentence = told.last_sentence(words)[-300:]
        if not chain.sides:
            self.pending = chain.leads
            self.words = words
            return
        if self._is_words(k, chain, sentence, leads, inline=inline, alone=alone):
            self._put(chain, Role.WORDS, words, "")
            self.joins = chain.mark in (",", ":", "arrow", "gap", "words")
            return
        self.joins = False
        if told.OTHERWISE.search(sentence) and self.otherwise and not own:
            own = negated(self.otherwise)
        if not leads and chain.arrow in ("implies", "iff") and self._was_equation():
            leads = chain.arrow
        if chain.trails:
            self.pending = chain.trails
        role = Role.STEP
        if not leads and (told.ASIDE.search(sentence) or chain.arrow == "because"):
            role = Role.ASIDE
        head = None if leads else self._new_head(chain, sentence)
        if head is not None:
            self._definition(chain, head, words, own)
            return
        self._introduced(chain)
        self._put(chain, role, words, leads, own)

    def _is_words(
        self, k: int, chain: Chain, sentence: str, leads: str, *, inline: bool, alone: bool
    ) -> bool:
        """Whether a chain claims nothing."""
        if describes(chain, self.scanner):
            return True
        if chain.mark == "," and len(chain.sides) == 2 and not leads and self._is_range(chain):
            return True
        if told.ANNOUNCES.search(sentence):
            return True
        if chain.relations or leads:
            return chain.mark == ":" and not chain.relations
        if chain.trails:
            return False
        if inline:
            coming = self.pieces[k + 1 : k + 3]
            blank = [
                p for p in coming if p.kind != "words" or self.scanner.text[p.start : p.end].strip()
            ]
            return not (blank and blank[0].kind != "words" and self._starts_with_relation(blank[0]))
        return not alone or chain.mark == ":" or chain.arrow == "to"

    def _starts_with_relation(self, piece: Piece) -> bool:
        return self.scanner.text[piece.start : piece.end].lstrip(" \t\n&")[:1] == "="

    def _is_range(self, chain: Chain) -> bool:
        """``j = 1, 2, …``: a letter and the number it starts with."""
        left, right = (self.scanner.source(*place).strip() for place in chain.sides)
        return len(left) == 1 and right.isdigit() and chain.relations == ["=="]

    def _was_equation(self) -> bool:
        for statement in reversed(self.found):
            if statement.role in (Role.STEP, Role.DEFINITION):
                return bool(statement.relations)
        return False

    def _put(
        self,
        chain: Chain,
        role: Role,
        words: str,
        leads: str,
        own: tuple[Node, ...] = (),
        *,
        definition: Definition | None = None,
    ) -> None:
        """Reads the sides of a chain and adds its statement."""
        own = own or self.local
        sides: list[Side] = []
        remarks: list[Remark] = []
        places = chain.sides
        if role is not Role.WORDS and (bracket := self._bracket(places)):
            places, conditions = bracket
            own = own or conditions
        for place in places:
            side, said = self.sides.read(*place)
            sides.append(side)
            remarks += said
        relations = chain.relations[: len(sides) - 1] if sides else []
        if len(sides) == 1 and not leads and not chain.trails and sides[0].fault:
            role = Role.WORDS  # it claims nothing
        if leads:
            relations = [leads, *relations]
        if any(side.fault for side in sides):
            reminder = role is Role.ASIDE or (not leads and told.RULE.search(words[-200:]))
            unknown = all(_OF_ANOTHER.search(side.fault) for side in sides if side.fault)
            if role is Role.WORDS or (reminder and unknown):
                role, sides, relations, remarks, leads = Role.WORDS, [], [], [], ""
        if role is Role.WORDS:
            if self.joins:
                self._join(chain)
                return
            self.begun = chain.sides[0][0]
        nodes = [side.node for side in sides if side.node is not None]
        if role is not Role.WORDS:
            line = self.lines.at(chain.sides[0][0])
            remarks += [
                Remark(line, message) for message in index_remarks(nodes, self.vocabulary.names)
            ]
        self._add(
            Statement(
                role,
                tuple(sides),
                tuple("==" if r == "define" else r for r in relations),
                bool(leads),
                own or self.case,
                bool(own),
                self.lines.at(chain.sides[0][0]),
                " ".join(self.scanner.source(chain.sides[0][0], chain.sides[-1][1]).split()),
                words,
                chain.tag,
                tuple(dict.fromkeys(remarks)),
                definition,
            )
        )

    def _join(self, chain: Chain) -> None:
        """Takes words of a formula together that commas and arrows have cut."""
        last = self.found[-1]
        more = " ".join(self.scanner.source(self.begun, chain.sides[-1][1]).split())
        self.found[-1] = replace(last, sides=(), relations=(), text=more)

    def _bracket(
        self, places: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], tuple[Node, ...]] | None:
        if not places:
            return None
        start, end = places[-1]
        found = trailing_bracket(self.scanner.source(start, end), self.vocabulary)
        if found is None:
            return None
        return [*places[:-1], (start, start + found[0])], found[1]

    # ---- definitions

    def _head(self, place: tuple[int, int]) -> Head | None:
        """The head of a definition at a place, if its name may be defined."""
        head = read_head(self.scanner.source(*place))
        head = named(head) if head is not None else None
        if head is None or head.name in _NO_HEADS or not head.is_plain:
            return None
        known = [letter for letter in head.name if letter in self.vocabulary]
        if head.name.isalpha() and len(head.name) > 1 and len(known) == len(head.name):
            return None  # a product of known letters
        return head

    def _new_head(self, chain: Chain, sentence: str) -> Head | None:
        """The head of a chain that says what a new name stands for."""
        if len(chain.sides) < 2 or chain.relations[0] not in ("==", "define"):
            return None
        head = self._head(chain.sides[0])
        if head is None:
            return None
        if self.vocabulary.may_define(head.name):
            return None if self.vocabulary.near(head.name) else head
        known = self.vocabulary.definitions.get(head.name)
        if known is None or head.name in self.claim:
            return None
        again = told.DEFINES.search(sentence) or chain.relations[0] == "define"
        other = len(known.arguments) != len(head.arguments)
        introduced = bool(head.arguments) and len(chain.sides) == 2 and self.leads_on
        return head if again or other or introduced else None

    def _definition(self, chain: Chain, head: Head, words: str, own: tuple[Node, ...]) -> None:
        """Takes ``S = body``, and ``f(z) = y = body``, which introduces both."""
        heads, at = [head], 1
        while at < len(chain.sides) - 1:
            other = self._head(chain.sides[at])
            if other is None or not self.vocabulary.may_define(other.name):
                break
            heads.append(other)
            at += 1
        source = self.scanner.source(*chain.sides[at])
        definition = None
        for one in reversed(heads):
            try:
                definition, declaration, _ = define(one, source, self.vocabulary)
            except LatexError:
                definition = None
                break
            self.vocabulary.define(definition, declaration)
        if definition is None:  # one fault is enough: the name counts as known from here on
            self.vocabulary.names[head.name] = self._formal(head)
            self._put(chain, Role.STEP, words, "", own)
            return
        for argument in head.arguments:  # what the function is written in may be used from here on
            if argument not in self.vocabulary and argument not in definition.vectors:
                self.vocabulary.names[argument] = Declaration("real")
        self._put(chain, Role.DEFINITION, words, "", own, definition=definition)

    def _formal(self, head: Head) -> Declaration:
        """What a head declares whose definition cannot be read."""
        if head.arguments:
            return Declaration("function", arity=len(head.arguments))
        sizes = tuple(self.vocabulary.size or 1 for _ in head.indices)
        return Declaration(("real", "vector", "matrix")[min(len(sizes), 2)], sizes[:2])

    def _introduced(self, chain: Chain) -> None:
        """Takes new names in the middle of a chain: ``f(z) = ReLU(z) = max(0, z)``."""
        for at in range(len(chain.sides) - 1):
            if chain.relations[at : at + 1] not in (["=="], ["define"]):
                continue
            head = self._head(chain.sides[at])
            if head is None or not head.arguments or self.vocabulary.near(head.name):
                continue
            if head.name not in self.vocabulary and self.vocabulary.may_define(head.name):
                source = self.scanner.source(*chain.sides[at + 1])
                try:
                    definition, declaration, _ = define(head, source, self.vocabulary)
                except LatexError:
                    continue
                self.vocabulary.define(definition, declaration)


def _is_number(condition: Node) -> bool:
    return isinstance(condition, Relation) and isinstance(condition.right, Number)
