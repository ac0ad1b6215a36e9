r"""New names in a text: which chains say what a name stands for, and taking the name in.

``Let S = …`` needs no ``Let``: a name nobody knows on the left of ``=`` is defined there.
``f(z) = y = body`` introduces both; ``f(z) = \text{ReLU}(z) = \max(0, z)`` a name in the
middle. A name of the claim is never defined again, and a slip in spelling one is no new name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mathgrade.derivation.reading import words as told
from mathgrade.derivation.reading.chains import Chain
from mathgrade.derivation.reading.definitions import define, named
from mathgrade.derivation.reading.entry_functions import entry_function
from mathgrade.derivation.reading.heads import Head, read_head
from mathgrade.derivation.reading.parts import Scanner
from mathgrade.derivation.reading.plain import MATHEMATICAL
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.derivation.statements import Definition
from mathgrade.expression import Declaration
from mathgrade.expression.latex_text import LatexError

__all__ = ["Introducer"]

_OF_ENTRY = re.compile(r"\s*\\?[A-Za-z]+\s*\(\s*(?:\\?[A-Za-z]+)_.{1,8}\)\s*", re.DOTALL)
_NO_HEADS = frozenset(MATHEMATICAL - {"softmax", "gamma"})


@dataclass(frozen=True, slots=True)
class Introducer:
    """Finds and takes the definitions of one text; ``claim`` holds those that stand already."""

    scanner: Scanner
    vocabulary: Vocabulary
    claim: Mapping[str, Definition]

    def _head(self, place: tuple[int, int]) -> Head | None:
        """The head of a definition at a place."""
        head = read_head(self.scanner.source(*place))
        head = named(head) if head is not None else None
        if head is None or head.name in _NO_HEADS or not head.is_plain:
            return None
        if len(head.name) > 1 and all(letter in self.vocabulary for letter in head.name):
            return None  # a product of known letters
        return head

    def head(self, chain: Chain, sentence: str, leads_on: bool) -> Head | None:
        """The head of a chain that says what a new name stands for.

        Args:
            sentence: the words before it.
            leads_on: whether an arrow follows, as in "f(x) = 3x² → f'(x) = …".
        """
        if len(chain.sides) < 2 or chain.relations[0] not in ("==", "define"):
            return None
        head = self._head(chain.sides[0])
        if head is None:
            return None
        if head.stem and not self._is_primed(head, sentence, chain.relations[0]):
            return None
        if self.vocabulary.may_define(head.name):
            return None if self.vocabulary.near(head.name) else head
        known = self.vocabulary.definitions.get(head.name)
        if known is None or head.name in self.claim:
            return None
        again = told.DEFINES.search(sentence) or chain.relations[0] == "define"
        other = len(known.arguments) != len(head.arguments)
        shown = bool(head.arguments) and len(chain.sides) == 2 and leads_on
        return head if again or other or shown else None

    def _is_primed(self, head: Head, sentence: str, relation: str) -> bool:
        """Whether a prime makes another name, and no derivative: of a vector, or if said so."""
        declared = self.vocabulary.names.get(head.stem)
        if declared is None or declared.kind == "function":
            return False
        said = told.DEFINES.search(sentence) is not None or relation == "define"
        return said or declared.kind in ("vector", "simplex")

    def take(self, chain: Chain, head: Head) -> Definition | None:
        """Takes the definition a chain starts with, and names that stand between it and the body.

        None if the body cannot be read. One fault is enough for that: the name counts as
        known from here on.
        """
        heads, at = [head], 1
        while at < len(chain.sides) - 1:
            other = self._head(chain.sides[at])
            if other is None or other.stem or not self.vocabulary.may_define(other.name):
                break
            heads.append(other)
            at += 1
        names = self.vocabulary.names
        source = self.scanner.source(*chain.sides[at])
        first = None
        try:
            for one in heads:
                definition, declaration, _ = define(one, source, self.vocabulary)
                if one.stem:
                    self.vocabulary.primed[one.stem] = one.name
                for argument in definition.arguments:  # may be used from here on
                    if argument not in definition.vectors:
                        names.setdefault(argument, Declaration("real"))
                self.vocabulary.define(definition, declaration)
                first = first or definition
        except LatexError:
            names[head.name] = self._formal(head)
            return None
        return first

    def entry_function(self, chain: Chain) -> Definition | None:
        """Takes ``f(z_i) = body``; None if a chain is anything else."""
        if len(chain.sides) < 2 or chain.relations[0] not in ("==", "define"):
            return None
        source = self.scanner.source(*chain.sides[0])
        if not _OF_ENTRY.fullmatch(source):
            return None
        names, shorts = self.vocabulary.names, self.vocabulary.shorts
        held = dict(shorts)
        shorts.clear()
        try:
            short = entry_function(self.vocabulary.read(source).node)
            shorts.update(held)
            if short is None or short.function in self.vocabulary.claimed or short in shorts:
                return None
            if short.function in self.vocabulary.definitions and not any(
                other.function == short.function for other in shorts
            ):
                return None
            body = self.vocabulary.read(self.scanner.source(*chain.sides[1])).node
        except LatexError:
            return None
        finally:
            shorts.update(held)
        shorts[short] = body
        names.setdefault(short.function, Declaration("function"))
        definition = Definition(short.function, (), (), body, macro=True)
        self.vocabulary.definitions[short.function] = definition
        return definition

    def _formal(self, head: Head) -> Declaration:
        """What a head declares whose definition cannot be read."""
        if head.arguments:
            return Declaration("function", arity=len(head.arguments))
        sizes = tuple(self.vocabulary.size or 1 for _ in head.indices)
        return Declaration(("real", "vector", "matrix")[min(len(sizes), 2)], sizes[:2])

    def in_the_middle(self, chain: Chain) -> None:
        """Takes new functions on any side of a chain; the side behind is what they stand for."""
        for at in range(len(chain.sides) - 1):
            if chain.relations[at : at + 1] not in (["=="], ["define"]):
                continue
            head = self._head(chain.sides[at])
            if head is None or head.stem or not head.arguments or head.name in self.vocabulary:
                continue
            if self.vocabulary.may_define(head.name) and not self.vocabulary.near(head.name):
                source = self.scanner.source(*chain.sides[at + 1])
                try:
                    definition, declaration, _ = define(head, source, self.vocabulary)
                except LatexError:
                    continue
                self.vocabulary.define(definition, declaration)
