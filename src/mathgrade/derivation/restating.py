"""Whether a step only says again what is to be shown, however it is spelt.

Indices that are equal in a case are one, deltas are 0 or 1 there, and definitions may be written
out: to put the claim down like that is no step towards it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.derivation.forms import Forms
from mathgrade.derivation.spelling import Spelling
from mathgrade.equality.symbolic.places import NeedCaseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import Delta, Derivative, Name, Number, children
from mathgrade.expression.substitution import pieces_changed, substituted

__all__ = ["Restating", "derivatives_in"]


def derivatives_in(node: Node) -> Iterator[Derivative]:
    """The derivatives by one variable that stand in a formula."""
    if isinstance(node, Derivative) and len(node.by) == 1:
        yield node
    for child in children(node):
        yield from derivatives_in(child)


@dataclass(slots=True)
class Restating:
    """Tells the claim from steps towards it, in one case.

    Args:
        forms: how formulas are spelt, and what steps take.
        max_laws: how many laws one step may take.
        claims: what is to be shown, in any of its forms.
    """

    forms: Forms
    max_laws: int
    claims: Sequence[tuple[Node, Node]] = ()
    _large: list[tuple[Node, Node]] = field(init=False)
    _heads: dict[str, Node] = field(init=False)
    _spelt: dict[Node, Spelling] = field(default_factory=dict)

    def __post_init__(self) -> None:
        measure = self.forms.measure
        self._heads = {n: Name(head) for n, (head, _) in measure.pattern.same.items()}
        self._large = [c for c in self.claims if measure.laws(*c, self.max_laws) is None]

    def is_exercise(self, a: Node, b: Node) -> bool:
        """Whether a step within the laws is all of a claim that is not, definitions written out."""
        return any(self.spans((a, b), claim) for claim in self._large) and bool(
            self.forms.measure.laws(a, b, self.max_laws)
        )

    def spans(self, step: tuple[Node, Node], claim: tuple[Node, Node]) -> bool:
        """Whether a step is the claim itself; of a derivative, with definitions put in, too.

        ``∂/∂z_j log Σ_k e^{z_k}`` for ``∂F/∂z_j`` says what is to be done, and does nothing.
        """
        unfolded = self.forms.measure.vocabulary.unfolded
        a, b = map(self.spelt, step)
        start, end = ({self.spelt(side)} for side in claim)
        if any(True for side in claim for _ in derivatives_in(side)):
            start.add(self.spelt(unfolded(claim[0])))
            end.add(self.spelt(unfolded(claim[1])))
        return (a in start and b in end) or (b in start and a in end)

    def spelt(self, node: Node) -> Spelling:
        """How a formula is spelt in this case, where deltas are 0 or 1 and some indices one."""
        if node not in self._spelt:
            self._spelt[node] = self.forms.spelt(self._resolved(node))
        return self._spelt[node]

    def _resolved(self, node: Node) -> Node:
        match node:
            case Delta(Name(a), Name(b)):
                with contextlib.suppress(NeedCaseError):
                    places = (
                        self.forms.measure.pattern.resolve((a, 0)),
                        self.forms.measure.pattern.resolve((b, 0)),
                    )
                    return Number(Fraction(self.forms.measure.pattern.equal(*places)))
        return pieces_changed(substituted(node, self._heads), self._resolved)
