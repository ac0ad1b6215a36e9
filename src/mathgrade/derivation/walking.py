"""Goes through a derivation line by line: what is said to equal what, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mathgrade.derivation.links import Link
from mathgrade.derivation.marked import LineOutcome, MarkedLine
from mathgrade.derivation.statements import Document, Role, Side, Statement
from mathgrade.derivation.truth import Equation, Judgement
from mathgrade.derivation.vocabulary import NotFollowedError
from mathgrade.equality import Decision, Equality
from mathgrade.errors import ResponseError
from mathgrade.expression import Node, to_latex
from mathgrade.expression.nodes import (
    Derivative,
    Entry,
    Logic,
    Name,
    Relation,
    children,
    free_names,
)

__all__ = ["Walk", "Walked"]

_EQUAL = "=="
_STARTS = ("implies", "iff", "maps")


@dataclass(frozen=True, slots=True)
class Walked:
    """One line that was gone through.

    Attributes:
        line: what became of it.
        link: the step, if it is true.
        pair: the two sides as they were read, for a hint; None if there are none.
        conditions: under which it was looked at.
    """

    line: MarkedLine
    link: Link | None = None
    pair: tuple[Node, Node] | None = None
    conditions: tuple[Node, ...] = ()


@dataclass(slots=True)
class _Chain:
    """Where a chain stands.

    Attributes:
        head: its left end; None if that could not be read.
        last: the side the next one is compared with.
        sound: whether the step to ``last`` was true.
    """

    head: Node | None = None
    last: Node | None = None
    sound: bool = True


@dataclass(slots=True)
class Walk:
    """Goes through one derivation.

    Args:
        document: the derivation as it was read.
        judgement: says whether equations hold.

    Attributes:
        chain: where the present chain stands.
        chains: the two before it.
    """

    document: Document
    judgement: Judgement
    chain: _Chain = field(default_factory=_Chain)
    chains: list[_Chain] = field(default_factory=list)
    steps: int = 0
    supposed: tuple[Node, ...] = ()

    def lines(self) -> Iterator[Walked]:
        """Each line, with what became of it."""
        for statement in self.document.statements:
            match statement.role:
                case Role.WORDS:
                    continue
                case Role.CASE:
                    self.supposed = ()
                    yield Walked(_case(statement))
                case Role.ASIDE:
                    kept, self.chain = self.chain, _Chain()
                    yield from self._statement(statement)
                    self.chain = kept
                case _:
                    yield from self._statement(statement)

    def _statement(self, statement: Statement) -> Iterator[Walked]:
        if self._supposes(statement):
            yield self._supposed(statement)
            return
        relations = list(statement.relations)
        sides = list(statement.sides)
        if statement.continues and relations[:1] == [_EQUAL] and sides and sides[0].node:
            self._resume(sides[0].node, (*statement.conditions, *self.supposed))
        conditions = (*statement.conditions, *self.supposed)
        defines = statement.definition is not None
        if not statement.continues and sides:
            first = sides.pop(0)
            if self.chain.last is not None:
                self.chains = [self.chain, *self.chains[:1]]
            self.chain = _Chain(first.node, first.node)
            yield Walked(_plain(first, statement, LineOutcome.START))
        for relation, side in zip(relations, sides, strict=False):
            if relation in _STARTS:
                self.chain = _Chain(side.node, side.node)
                walked = Walked(_plain(side, statement, LineOutcome.START))
            elif side.node is None:
                self.chain.last = None
                walked = Walked(_plain(side, statement, LineOutcome.UNREAD))
            elif defines:
                defines = False
                self.chain.last = side.node
                walked = Walked(_plain(side, statement, LineOutcome.DEFINITION))
            elif relation == _EQUAL:
                walked = self._step(statement, side, side.node, conditions)
            else:
                walked = self._relation(statement, side, relation, conditions)
            yield replace(walked, line=replace(walked.line, relation=relation))

    def _resume(self, node: Node, conditions: tuple[Node, ...]) -> None:
        """Takes up the chain that a line goes on from: an earlier one, past a reminder between."""
        for chain in (self.chain, *self.chains):
            if chain.last is not None:
                found, _ = self._judged(chain.last, node, conditions)
                if found.outcome is Equality.EQUAL:
                    self.chain = chain
                    return

    # -- special cases -------------------------------------------------------------------

    def _supposes(self, statement: Statement) -> bool:
        """Whether a statement only narrows what is shown: ``Let c = 0``, ``c ≠ 0``.

        That is so where it says of a name of the claim, which may be anything, what it is.
        """
        if statement.continues or len(statement.sides) != 2 or statement.definition is not None:
            return False
        left, right = (side.node for side in statement.sides)
        if left is None or right is None:
            return False
        words = set(statement.words.lower().replace(",", " ").replace(":", " ").split())
        if not self._is_free(left, defined=bool(words & _SPECIAL)):
            return False
        if statement.relations != (_EQUAL,):
            return True
        said = bool(words & _SUPPOSING) or (bool(self.supposed) and words <= {"and"})
        return said and self._judged(left, right, ())[0].outcome is not Equality.EQUAL

    def _is_free(self, node: Node, *, defined: bool) -> bool:
        """Whether a formula is a name of the claim, or an entry of it, that may be anything.

        Args:
            defined: whether it may have a definition; to "let" such a name be something else
                is no special case but a mistake.
        """
        base = node.base if isinstance(node, Entry) else node
        if not isinstance(base, Name) or (not defined and base.name in self.document.definitions):
            return False
        declared = self.document.context.get(base.name)
        return declared is not None and declared.kind != "index"

    def _supposed(self, statement: Statement) -> Walked:
        left, right = (side.node for side in statement.sides)
        assert left is not None
        assert right is not None
        condition = Relation(statement.relations[0], left, right)
        self.supposed = (*self.supposed, condition)
        self.chain = _Chain()
        line = MarkedLine(
            statement.line, statement.text, to_latex(condition), LineOutcome.CASE, _NARROWS
        )
        return Walked(line)

    def _step(
        self, statement: Statement, side: Side, node: Node, conditions: tuple[Node, ...]
    ) -> Walked:
        chain = self.chain
        before = chain.last if chain.last is not None else chain.head
        if before is None:
            self.chain = _Chain(node, node)
            return Walked(_plain(side, statement, LineOutcome.START))
        found, link = self._judged(before, node, conditions)
        chain.last = node
        if found.outcome is Equality.EQUAL:
            outcome = LineOutcome.TRUE
            if not chain.sound and chain.head is not None:
                whole, _ = self._judged(chain.head, node, conditions)
                if whole.outcome is Equality.EQUAL:
                    chain.sound = True
                else:
                    outcome = LineOutcome.FOLLOWS
            return Walked(_plain(side, statement, outcome), link, conditions=conditions)
        if found.outcome is Equality.UNDECIDED:
            line = _plain(side, statement, LineOutcome.UNDECIDED)
            return Walked(replace(line, message=found.reason))
        if not chain.sound and chain.head is not None:
            whole, link = self._judged(chain.head, node, conditions)
            if whole.outcome is Equality.EQUAL:
                chain.sound = True
                line = _plain(side, statement, LineOutcome.RECOVERS)
                message = "The value is right, but it does not follow from the line before."
                return Walked(replace(line, message=message), link)
        if self.supposed:
            line = _plain(side, statement, LineOutcome.SPECIAL)
            return Walked(replace(line, message=_NARROWS))
        chain.sound = False
        ill = found.outcome is Equality.ILL_FORMED
        line = _plain(side, statement, LineOutcome.ILL_FORMED if ill else LineOutcome.FALSE)
        line = replace(line, message=self._why(before, node, found), witness=found.witness)
        return Walked(line, None, (before, node), conditions)

    def _judged(
        self, left: Node, right: Node, conditions: tuple[Node, ...]
    ) -> tuple[Decision, Link | None]:
        """Whether two sides are equal: always, or else under the conditions."""
        try:
            equation = self.judgement.equation(left, right)
        except ResponseError as error:
            return Decision(Equality.ILL_FORMED, reason=error.message), None
        except NotFollowedError as error:
            return Decision(Equality.UNDECIDED, reason=str(error)), None
        found = self.judgement.decide(equation)
        needed: tuple[Node, ...] = ()
        if found.outcome is not Equality.EQUAL and conditions:
            under = self._under(equation, conditions)
            if under.outcome is not Equality.UNDECIDED or found.outcome is Equality.UNDECIDED:
                found, needed = under, conditions
        if found.outcome is not Equality.EQUAL:
            return found, None
        self.steps += 1
        needed = (*needed, *self.judgement.only(equation))
        return found, Link(equation.left, equation.right, needed, self.steps)

    def _under(self, equation: Equation, conditions: tuple[Node, ...]) -> Decision:
        indexed, put = [], {}
        for condition in conditions:
            match condition:
                case Relation("==", Name(name), value) if self._is_number(name):
                    put[name] = value
                case _ if condition not in self.supposed:
                    indexed.append(condition)
        return self.judgement.decide(equation, indexed, put)

    def _is_number(self, name: str) -> bool:
        declared = self.document.context.get(name)
        return declared is not None and declared.kind in ("real", "size")

    def _relation(
        self, statement: Statement, side: Side, relation: str, conditions: tuple[Node, ...]
    ) -> Walked:
        """An inequality, or something that is only said to be near: no link of a proof."""
        before, self.chain.last = self.chain.last, side.node
        line = _plain(side, statement, LineOutcome.UNDECIDED)
        if before is None or side.node is None or relation == "approx" or conditions:
            line = replace(line, outcome=LineOutcome.SPECIAL)
            return Walked(replace(line, message="Only equations are followed."))
        found = self.judgement.holds(relation, before, side.node)
        if found.outcome is Equality.EQUAL:
            return Walked(replace(line, outcome=LineOutcome.TRUE, laws=()))
        if found.outcome is Equality.UNDECIDED:
            return Walked(replace(line, message=found.reason))
        ill = found.outcome is Equality.ILL_FORMED
        outcome = LineOutcome.ILL_FORMED if ill else LineOutcome.FALSE
        return Walked(replace(line, outcome=outcome, message=found.reason, witness=found.witness))

    def _why(self, left: Node, right: Node, found: Decision) -> str:
        """What does not fit, where it can be said better than by numbers."""
        context = self.document.context
        sides = [
            {n for n in free_names(side) if n in context and context[n].kind == "index"}
            for side in (left, right)
        ]
        for side in (left, right):
            whole = _whole_variable(side, context.names)
            if whole:
                return (
                    f"{whole} stands for a whole vector; say by which entry it is differentiated, "
                    f"such as {whole}_j."
                )
        for here, there, which in ((0, 1, "left"), (1, 0, "right")):
            alone = sorted(sides[here] - sides[there])
            if alone:
                return f"The index {alone[0]} stands on the {which} side only."
        if found.outcome is Equality.ILL_FORMED:
            return found.reason
        if found.note == "undefined":
            return "It is undefined where the side before has a value."
        return ""


def _plain(side: Side, statement: Statement, outcome: LineOutcome) -> MarkedLine:
    if side.node is None:
        outcome = LineOutcome.UNREAD
    read_as = "" if side.node is None else to_latex(side.node)
    remarks = tuple(r.message for r in statement.remarks if r.line == side.line)
    return MarkedLine(side.line, side.text, read_as, outcome, side.fault, remarks=remarks)


def _case(statement: Statement) -> MarkedLine:
    if not statement.conditions:
        return MarkedLine(statement.line, statement.text, "", LineOutcome.CASE)
    condition: Node = statement.conditions[0]
    if len(statement.conditions) > 1:
        condition = Logic("and", statement.conditions)
    return MarkedLine(statement.line, statement.text, to_latex(condition), LineOutcome.CASE)


_NARROWS = "What follows is only said for this special case."
_SPECIAL = frozenset(
    ("assume", "assuming", "suppose", "supposing", "if", "when", "at", "case", "generality")
)
_SUPPOSING = _SPECIAL | frozenset(
    ("let", "where", "take", "set", "for", "with", "choose", "consider", "example", "same")
)


def _whole_variable(node: Node, names: object) -> str:
    """The vector that something is differentiated by without an index; empty if none is."""
    if isinstance(node, Derivative):
        for variable in node.by:
            if isinstance(variable, Name):
                declared = names.get(variable.name) if isinstance(names, dict) else None
                if declared is not None and declared.kind in ("vector", "simplex", "family"):
                    return variable.name
    return next((found for c in children(node) if (found := _whole_variable(c, names))), "")
