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
from mathgrade.derivation.reading.cases import SENTENCE_END, Cases, Neighbours, Placed
from mathgrade.derivation.reading.chains import Chain, chains
from mathgrade.derivation.reading.conditions import (
    describes,
    evaluated,
    only_a_size,
    trailing_bracket,
)
from mathgrade.derivation.reading.indices import index_remarks
from mathgrade.derivation.reading.introducing import Introducer
from mathgrade.derivation.reading.parts import Scanner
from mathgrade.derivation.reading.pieces import Piece, pieces
from mathgrade.derivation.reading.plain import MATHEMATICAL
from mathgrade.derivation.reading.sides import Lines, SideReader
from mathgrade.derivation.reading.typed import with_signs
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.derivation.statements import Definition, Document, Remark, Role, Side, Statement
from mathgrade.expression import Context, Declaration, Node

__all__ = ["MAX_FORMULAS", "MAX_SIDES", "MAX_TEXT", "read_document"]

MAX_TEXT = 20_000  # characters of a derivation
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), " ")  # no width
MAX_FORMULAS = 400
MAX_SIDES = 800

_OF_ANOTHER = re.compile("is not known here|a prime belongs")  # a rule in letters of its own
_NUMBER = re.compile(r"(?:^|\n)\s*\((\d{1,2}|[a-z]|\*{1,3})\)\s*$")


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
    text = with_signs(text.translate(_UNSEEN), context)
    try:
        reader = _Reader(text, context, definitions, {})
        document = reader.run()
        if coming := reader.defined_later():
            document = _Reader(text, context, definitions, coming).run()
        return document
    except TooMuchError as error:
        return Document((), context, dict(definitions), str(error))


class _Reader:
    def __init__(
        self,
        text: str,
        context: Context,
        definitions: Mapping[str, Definition],
        coming: Mapping[str, Declaration],
    ) -> None:
        self.vocabulary = Vocabulary(text, context, definitions, coming)
        shown, self.pieces = pieces(text, self._known)
        self.scanner = Scanner(shown, self._known)
        self.lines = Lines(text)
        self.sides = SideReader(self.scanner, self.vocabulary, self.lines)
        self.introducer = Introducer(self.scanner, self.vocabulary, dict(definitions))
        self.cases = Cases(self.scanner, self.vocabulary)
        self.neighbours = Neighbours(self.pieces, self.scanner, self.vocabulary)
        self.found: list[Statement] = []
        self.pending = ""  # a relation the formula before ended with
        self.words = ""
        self.lone: tuple[tuple[int, int], str] | None = None  # a formula alone, words before
        self.begun = -1  # where words of the present formula start that claim nothing
        self.count = 0
        self.unread = ""

    def _known(self, word: str) -> bool:
        return word in self.vocabulary or word in MATHEMATICAL

    def run(self) -> Document:
        """Reads the text."""
        if sum(piece.kind != "words" for piece in self.pieces) > MAX_FORMULAS:
            raise TooMuchError(f"It holds more than {MAX_FORMULAS} formulas, which is too long.")
        for k, piece in enumerate(self.pieces):
            if piece.kind == "words":
                words = self.scanner.text[piece.start : piece.end]
                self.words += words
                if SENTENCE_END.search(words):
                    self.cases.local = ()
            elif piece.fault:
                self._unclosed(piece)
            else:
                self._piece(k, piece)
        self._closing(self.words, len(self.scanner.text))
        names = Context(dict(self.vocabulary.names))
        known = dict(self.vocabulary.definitions)
        return Document(tuple(self.found), names, known, unread=self.unread)

    def defined_later(self) -> dict[str, Declaration]:
        """Names that were not known where they were used, but are defined further on."""
        names, missed = self.vocabulary.names, self.vocabulary.missed
        return {name: names[name] for name in missed if name in self.vocabulary.definitions}

    def _unclosed(self, piece: Piece) -> None:
        line = self.lines.at(piece.start)
        text = self._shown(piece.start, piece.end)[:200]
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

    def _shown(self, start: int, end: int) -> str:
        return " ".join(self.scanner.source(start, end).split())

    # ---- one formula

    def _piece(self, k: int, piece: Piece) -> None:
        parts = self.scanner.scan(piece.start, piece.end, plain=piece.kind == "line")
        if len(parts) > 4 * MAX_SIDES:
            raise TooMuchError(f"It holds more than {MAX_SIDES} formulas, which is too long.")
        found = chains(parts, self.scanner)
        if not found:
            self.words += " " + " ".join(part.text for part in parts if part.kind == "words")
            return
        self._closing(f"{self.words} {found[0].words}", piece.start)
        inline = piece.kind == "inline"
        if not inline and not self.cases.leading:
            self.cases.local = ()
        lone, self.lone = self.lone, None
        if len(found) == 1 and self._alone(k, found[0], inline=inline):
            return
        if inline and len(found) == 1 and _is_single(found[0]):
            if lone is not None and self._defined_in_words(lone, found[0]):
                return
            self.lone = found[0].sides[0], told.last_sentence(self.words)[-100:]
        self.begun = -1
        if (number := _NUMBER.search(self.words)) and not found[0].tag:
            found[0].tag = number.group(1)
        words = self._taken()
        said = told.last_sentence(words)[-100:]
        behind = k > 1 and self.pieces[k - 2].kind == "inline" and said[:1].islower()
        opposite = () if behind else self.cases.otherwise(said)
        if opposite and found[0].sides and told.OPENS_OTHERWISE.search(said):
            self._open(found[0], opposite, words)
        placed = self.cases.place(found, words)
        for at, one in enumerate(placed):
            said = one.chain.words if at else f"{words} {one.chain.words}".strip()
            if one.opens:
                self._open(one.chain, one.opens, said)
                continue
            after = placed[at + 1].chain if at + 1 < len(placed) else None
            stray = inline and not self.neighbours.starts_with_relation(k)
            stray = stray or at > 0 or not (after is None or after.leads)
            self._chain(one, said, stray=stray, first=not at, after=after)
        if not inline:
            self.cases.local = ()

    # ---- cases

    def _closing(self, words: str, position: int) -> None:
        """Ends the case if the words say so."""
        if self.cases.open and told.CLOSES.search(words[-400:]):
            self.cases.open = ()
            line = self.lines.at(max(position - 1, 0))
            text = told.last_sentence(" ".join(words.split()))[-80:]
            self._add(Statement(Role.CASE, line=line, text=text))

    def _open(self, chain: Chain, conditions: tuple[Node, ...], words: str) -> None:
        self.cases.start(conditions)
        start, end = chain.sides[0][0], chain.sides[-1][1]
        line, text = self.lines.at(start), self._shown(start, end)
        if told.OTHERWISE.search(words):
            text = "otherwise"
        self._add(Statement(Role.CASE, conditions=conditions, line=line, text=text, words=words))

    def _alone(self, k: int, chain: Chain, *, inline: bool) -> bool:
        """Takes a formula that is only a condition: opens a case, or belongs to a neighbour."""
        words = " ".join(f"{self.words} {chain.words}".split())
        sentence = told.last_sentence(words)[-200:]
        conditions, local = self.cases.alone(chain, sentence)
        if not conditions:
            return False
        self.words = ""
        after = self.neighbours.after(k)
        named = self.neighbours.only_named(k, sentence, conditions)
        if not inline or not (
            named
            or self.neighbours.trails(k, words)
            or (local and after is not None and after.kind == "inline")
        ):
            self._open(chain, conditions, words)
            return True
        last = self.found[-1] if self.found else None
        if self.neighbours.trails(k, words):
            self.cases.last = conditions
            if last is not None and last.role in (Role.STEP, Role.ASIDE) and last.relations:
                self.found[-1] = replace(last, conditions=conditions, own=True)
        elif not named:
            self.cases.narrow(conditions, sentence)
        start, end = chain.sides[0][0], chain.sides[-1][1]
        line, text = self.lines.at(start), self._shown(start, end)
        self._add(Statement(Role.WORDS, line=line, text=text, words=words))
        return True

    # ---- one chain

    def _defined_in_words(self, lone: tuple[tuple[int, int], str], chain: Chain) -> bool:
        """Takes "denote by $S$ the sum $…$", "call the sum $…$ $S$"; the name and its body."""
        (first, before), second = lone, chain.sides[0]
        if told.NAMES_THEN.search(before) and told.THEN_BODY.fullmatch(self.words):
            sides = [first, second]
        elif told.BODY_THEN.search(before) and told.THEN_NAME.fullmatch(self.words):
            sides = [second, first]
        else:
            return False
        whole = Chain(sides, ["define"], rows=[chain.row] * 2, row=chain.row)
        head = self.introducer.head(whole, before, leads_on=False)
        definition = None if head is None else self.introducer.take(whole, head)
        if definition is None:
            return False
        self._put(whole, Role.DEFINITION, self._taken(), "", definition=definition)
        return True

    def _chain(
        self, placed: Placed, words: str, *, stray: bool, first: bool, after: Chain | None
    ) -> None:
        """Adds the statement of a chain.

        Args:
            stray: whether it claims nothing if it is a single formula.
            first: whether it is the first of its formula.
            after: the chain behind it.
        """
        chain = placed.chain
        leads = chain.leads or (self.pending if first else "")
        self.pending = chain.trails or ("" if first else self.pending)
        sentence = told.last_sentence(words)[-300:]
        if not chain.sides:
            self.pending, self.words = chain.leads, words
            return
        if self._is_words(chain, sentence, leads, stray=stray):
            self._words(chain, words)
            return
        self.begun = -1
        own = placed.own or (() if first else self.cases.otherwise(sentence))
        if not leads and chain.arrow in ("implies", "iff") and self._was_equation():
            leads = chain.arrow
        leads_on = after is not None and after.arrow == "to"
        head = None if leads else self.introducer.head(chain, sentence, leads_on)
        if head is not None:
            definition = self.introducer.take(chain, head)
            role = Role.STEP if definition is None else Role.DEFINITION
            self._put(chain, role, words, "", own, definition=definition)
            return
        if not leads and (definition := self.introducer.entry_function(chain)) is not None:
            self._put(chain, Role.DEFINITION, words, "", own, definition=definition)
            return
        reason = told.ASIDE.search(sentence) or chain.arrow == "because"
        self.introducer.in_the_middle(chain)
        self._put(chain, Role.ASIDE if reason and not leads else Role.STEP, words, leads, own)

    def _is_words(self, chain: Chain, sentence: str, leads: str, *, stray: bool) -> bool:
        """Whether a chain claims nothing."""
        if describes(chain, self.scanner) or told.ANNOUNCES.search(sentence):
            return True
        if chain.relations or leads:
            return not leads and only_a_size(chain, self.scanner, self.vocabulary)
        if chain.trails or (self._is_broken(chain) and not sentence.endswith(":")):
            return False
        return stray or chain.mark == ":" or chain.arrow == "to"

    def _is_broken(self, chain: Chain) -> bool:
        """Whether a bracket that is not closed hides a relation."""
        source = self.scanner.source(*chain.sides[0])
        pairs = (("{", "}"), ("(", ")"), ("[", "]"), (r"\left", r"\right"))
        return "=" in source and any(source.count(a) != source.count(b) for a, b in pairs)

    def _was_equation(self) -> bool:
        for statement in reversed(self.found):
            if statement.role in (Role.STEP, Role.DEFINITION):
                return bool(statement.relations)
        return False

    def _words(self, chain: Chain, words: str) -> None:
        """Adds a formula that claims nothing; its parts between commas are one."""
        start, end = chain.sides[0][0], chain.sides[-1][1]
        if not self.unread:
            read = (self.sides.read(*place)[0].fault for place in chain.sides)
            self.unread = next(filter(None, read), "")
        if self.begun >= 0:
            self.found[-1] = replace(self.found[-1], text=self._shown(self.begun, end))
            return
        self.begun = start
        line, text = self.lines.at(start), self._shown(start, end)
        self._add(Statement(Role.WORDS, line=line, text=text, words=words))

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
        places = list(chain.sides)
        for place in places:
            if (at := evaluated(self.scanner.source(*place), self.vocabulary)) is not None:
                own = own or at[1]
                self.scanner.blank(place[0] + at[0], place[1])
                left = self.scanner.text.find(r"\left.", *place)
                if left >= 0 and r"\right" in self.scanner.text[place[0] + at[0] : place[1]]:
                    self.scanner.blank(left, left + 6)
        bracket = trailing_bracket(self.scanner.source(*places[-1]), self.vocabulary)
        if bracket is not None:
            places[-1] = (places[-1][0], places[-1][0] + bracket[0])
            own = own or bracket[1]
        if leads and not own and self.found and self.found[-1].own:
            own = self.found[-1].conditions  # the chain goes on under the same condition
        own = own or self.cases.local
        read = [self.sides.read(*place) for place in places]
        sides = [side for side, _ in read]
        faults = [side.fault for side in sides if side.fault]
        if faults:
            reminder = role is Role.ASIDE or (not leads and told.RULE.search(words[-200:]))
            if len(sides) == 1 and not leads and not chain.trails and not self._is_broken(chain):
                self._words(chain, words)  # it claims nothing
                return
            if reminder and all(_OF_ANOTHER.search(fault) for fault in faults):
                self._words(chain, words)
                return
        relations = ["==" if r == "define" else r for r in chain.relations[: len(sides) - 1]]
        if leads:
            relations = ["==" if leads == "define" else leads, *relations]
        line = self.lines.at(places[0][0])
        remarks = [remark for _, said in read for remark in said]
        nodes = [side.node for side in sides if side.node is not None]
        remarks += [Remark(line, m) for m in index_remarks(nodes, self.vocabulary.names)]
        self._add(
            Statement(
                role,
                tuple(sides),
                tuple(relations),
                bool(leads),
                own or self.cases.open,
                bool(own),
                line,
                self._shown(chain.sides[0][0], chain.sides[-1][1]),
                words,
                chain.tag,
                tuple(dict.fromkeys(remarks)),
                definition,
            )
        )


def _is_single(chain: Chain) -> bool:
    return len(chain.sides) == 1 and not (chain.relations or chain.leads or chain.trails)
