"""Whether a derivation goes wrong by a step that is known: ``e^{a - b} = e^a - e^b``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from mathgrade.derivation.claim import Claim, Form, read_step
from mathgrade.derivation.matching import matched
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.truth import Judgement
from mathgrade.derivation.vocabulary import NotFollowedError, Vocabulary
from mathgrade.derivation.walking import Walk, Walked
from mathgrade.equality import Equality
from mathgrade.errors import ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import Number, free_names
from mathgrade.expression.substitution import pieces_changed, substituted

__all__ = ["known_step"]

TIME = 2.0  # seconds of the processor for all known steps of a derivation
MAX_PLACES = 6  # where a known step may have been made in one line


def known_step(text: str, claim: Claim, steps: Sequence[str], *, seed: int = 0) -> int | None:
    r"""Which of some wrong steps the first wrong line of a derivation makes.

    A line makes a step if it is right once the step is allowed: its left side put for its
    right side, or the other way round, somewhere in the line or in the one before, its
    indices called anything.

    Args:
        text: the derivation.
        claim: what it is to show.
        steps: wrong equations in the claim's names, in LaTeX.
        seed: of the points that are drawn.

    Returns:
        The position of the first that fits, or None.

    Raises:
        ItemError: a step cannot be read.

    >>> from mathgrade.derivation.claim import read_claim
    >>> claim = read_claim(r"(a + b)^2 = a^2 + 2ab + b^2", {"a b": "real"})
    >>> known_step("$3(a+b)^2 = 3a^2 + 3b^2$", claim, ["ab = a + b", "(a+b)^2 = a^2 + b^2"])
    1
    """
    known = [read_step(step, claim) for step in steps]
    document = read_document(text, claim.context, claim.definitions)
    own = frozenset(document.definitions) - frozenset(claim.definitions)
    try:
        words = Vocabulary(document.context, document.definitions, own)
        judgement = Judgement(words, seed)
        wrong = next((w for w in Walk(document, judgement).lines() if w.line.outcome.wrong), None)
    except (ResponseError, NotFollowedError):
        return None
    if wrong is None or wrong.pair is None:
        return None
    deadline = time.process_time() + TIME
    for position, (step, context) in enumerate(known):
        free = free_names(step.left) | free_names(step.right)
        indices = frozenset(n for n in free if n in context and context[n].kind == "index")
        try:
            if _makes(wrong, step, indices, judgement, deadline):
                return position
        except (ResponseError, NotFollowedError):  # the step means nothing here
            continue
    return None


def _makes(
    wrong: Walked, step: Form, indices: frozenset[str], judgement: Judgement, deadline: float
) -> bool:
    assert wrong.pair is not None
    before, line = wrong.pair
    words = judgement.vocabulary
    left, right = words.plain(step.left), words.plain(step.right)
    for whole, other in ((before, line), (line, before)):
        plain = words.unfolded(words.plain(whole), words.own)
        for old, new in ((left, right), (right, left)):
            for changed in _allowed(plain, old, new, indices):
                if time.process_time() > deadline:
                    return False
                found = judgement.decide(judgement.equation(changed, other), wrong.conditions)
                if found.outcome is Equality.EQUAL:
                    return True
    return False


def _allowed(node: Node, old: Node, new: Node, indices: frozenset[str]) -> Iterator[Node]:
    """The formula with ``new`` put for ``old``: everywhere, and at each place alone."""
    if isinstance(old, Number):
        return
    places = _Places(old, new, indices)
    everywhere = places.put(node, None)
    if places.count:
        yield everywhere
    if 1 < places.count <= MAX_PLACES:
        for place in range(places.count):
            yield _Places(old, new, indices).put(node, place)


class _Places:
    """Puts one formula for another and counts where."""

    def __init__(self, old: Node, new: Node, indices: frozenset[str]) -> None:
        self.old, self.new, self.indices = old, new, indices
        self.count = 0

    def put(self, node: Node, only: int | None) -> Node:
        """The formula with the new one at one place, or at all if ``only`` is None."""
        found = matched(self.old, node, self.indices)
        if found is not None:
            here, self.count = self.count, self.count + 1
            return substituted(self.new, found) if only in (None, here) else node
        return pieces_changed(node, lambda child: self.put(child, only))
