"""A derivation as it was read: statements, each a chain of relations, with the words around them.

Nothing here says what is right. Formulas are trees as they were written: no shape has been
checked, and functions that were defined (``softmax(z)``) stand as :class:`Apply`, an entry
of their value as :class:`Entry` of that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mathgrade.expression import Context, Node

__all__ = ["Definition", "Document", "Remark", "Role", "Side", "Statement"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was read, but perhaps not as meant; ``line`` counts from 1."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a chain.

    Attributes:
        node: the formula; None where it cannot be read.
        text: as typed, without what only sets it (``&``, ``\\\\``, tags).
        line: line of the whole text it starts on, from 1.
        start, end: where it stands in the whole text.
        fault: why it cannot be read, and what to write instead; empty if it can.
        struck: whether something in it is struck out with ``\\cancel``.
    """

    node: Node | None
    text: str
    line: int
    start: int = 0
    end: int = 0
    fault: str = ""
    struck: bool = False


class Role(StrEnum):
    """What a statement does in a derivation."""

    STEP = "step"  # part of the reasoning
    DEFINITION = "definition"  # says what a new name stands for; may go on as a chain
    CASE = "case"  # opens a case (its condition), or ends all of them (no condition)
    ASIDE = "aside"  # a reminder or reason ("since e^{a+b} = e^a e^b"): checked, no link of a chain
    WORDS = "words"  # a formula inside a sentence that claims nothing


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for: ``S = …``, ``q_i = …``, ``f(x) = …``, ``softmax(v)_i = …``.

    Attributes:
        name: the name that is defined.
        arguments: names of the arguments of a function.
        indices: names of the indices of an entry.
        body: the formula, in those names and the others that are known.
        vectors: which arguments are vectors (known by an index in the body).
        macro: whether the body holds free indices that the head does not name
            (``Let f = e^{z_i}``): the name is then only short for the body.
    """

    name: str
    arguments: tuple[str, ...]
    indices: tuple[str, ...]
    body: Node
    vectors: frozenset[str] = frozenset()
    macro: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One chain ``a = b = c``, as it was written.

    Attributes:
        role: what it does.
        sides: the sides, in order; none for a case.
        relations: ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``approx``, ``implies``,
            ``iff``, ``maps``: one between each two sides, and one before the first if the
            statement goes on from the chain before it.
        continues: whether it starts with a relation.
        conditions: relations between indices under which it is said to hold, from the
            case that is open or from "for i = j" beside it.
        own: whether the conditions were written beside this statement alone.
        line: line of the text it starts on, from 1.
        text: as typed.
        words: the words before it, since the formula before.
        tag: a number it can be referred to by.
        remarks: places that were perhaps not read as meant.
        definition: what it defines, if its role is DEFINITION.
    """

    role: Role
    sides: tuple[Side, ...] = ()
    relations: tuple[str, ...] = ()
    continues: bool = False
    conditions: tuple[Node, ...] = ()
    own: bool = False
    line: int = 1
    text: str = ""
    words: str = ""
    tag: str = ""
    remarks: tuple[Remark, ...] = ()
    definition: Definition | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A whole derivation as it was read.

    Attributes:
        statements: in the order they were written.
        context: what each name is: those of the claim, indices the text uses, names it
            introduces.
        definitions: those of the claim and those of the text, by name.
        fault: why nothing of it can be read (too long, too deep); empty if it can.
        unread: why the first formula that claims nothing cannot be read; empty if all can.
    """

    statements: tuple[Statement, ...]
    context: Context
    definitions: dict[str, Definition] = field(default_factory=dict)
    fault: str = ""
    unread: str = ""

    @property
    def equations(self) -> list[tuple[Node, Node]]:
        """The sides of all equations that hold without a condition, each with the next."""
        found = []
        for statement in self.statements:
            nodes = [side.node for side in statement.sides]
            relations = statement.relations[1:] if statement.continues else statement.relations
            if not statement.conditions and statement.role is not Role.WORDS:
                found += [
                    (a, b)
                    for a, b, relation in zip(nodes, nodes[1:], relations, strict=False)
                    if a is not None and b is not None and relation == "=="
                ]
        return found
