"""Marks a derivation: which line is the first wrong one, and whether the claim is derived."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mathgrade.derivation.claim import Claim
from mathgrade.derivation.hints import hint
from mathgrade.derivation.laws import law_text
from mathgrade.derivation.links import Link
from mathgrade.derivation.marked import Gap, LineOutcome, MarkedDerivation, MarkedLine, Proof
from mathgrade.derivation.milestones import reached
from mathgrade.derivation.reaching import (
    Marking,
    Reached,
    best_reached,
    claimed,
    graph_of,
    indices_in,
)
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.statements import Role
from mathgrade.derivation.truth import Judgement
from mathgrade.derivation.vocabulary import NotFollowedError, Vocabulary
from mathgrade.derivation.walking import Walk
from mathgrade.equality.symbolic.places import Pattern
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Node
from mathgrade.expression.nodes import Entry, Number, children, free_names

__all__ = ["Shares", "mark_derivation"]


@dataclass(frozen=True, slots=True)
class Shares:
    """What a derivation earns that is no proof, as parts of the credit.

    Attributes:
        cases: for cases of equal and distinct indices in which the claim is reached by
            right steps.
        lines: for right lines before the first wrong one (all of them, if none is wrong).
        milestones: for milestones that are reached.
        most: the most that can be earned without a proof.
    """

    cases: Fraction = Fraction(1, 2)
    lines: Fraction = Fraction(1, 4)
    milestones: Fraction = Fraction(1, 4)
    most: Fraction = Fraction(3, 4)

    def __post_init__(self) -> None:
        parts = (self.cases, self.lines, self.milestones)
        if min(parts) < 0 or not 0 <= self.most < 1:
            raise ItemError("The shares of a derivation are from 0 to 1, the most below 1.")


def mark_derivation(
    text: str,
    claim: Claim,
    *,
    shares: Shares | None = None,
    seed: int = 0,
    time_limit: float = 5.0,
) -> MarkedDerivation:
    """Marks a derivation in Markdown and LaTeX, or as typed without.

    *Wrong* is a derivation with a line that is false as written, even where later lines
    recover; *incomplete* one with nothing false that does not derive the claim; *proved*
    one in which each step can be followed with the claim's few elementary laws.

    Args:
        text: what was handed in.
        claim: what it is to show.
        shares: what is earned without a proof.
        seed: of the points that are drawn; same seed, same marks.
        time_limit: seconds of processor time after which what is not settled is left to a person.

    >>> from mathgrade.derivation.claim import read_claim
    >>> claim = read_claim(r"(a + b)^2 = a^2 + 2ab + b^2", {"a b": "real"})
    >>> mark_derivation("$(a+b)^2 = (a+b)(a+b) = a^2 + 2ab + b^2$", claim).outcome.value
    'proved'
    >>> mark_derivation("$(a+b)^2 = a^2 + b^2 = a^2 + 2ab + b^2$", claim).first_wrong.text
    'a^2 + b^2'
    """
    shares = shares or Shares()
    document = read_document(text, claim.context, claim.definitions)
    if document.fault:
        return MarkedDerivation(Proof.INVALID, Fraction(0), (), (document.fault,))
    own = frozenset(document.definitions) - frozenset(claim.definitions)
    try:
        words = Vocabulary(document.context, document.definitions, own, document.equations)
    except ResponseError as error:
        return MarkedDerivation(Proof.INVALID, Fraction(0), (), (error.message,))
    except NotFollowedError as error:
        return MarkedDerivation(Proof.UNDECIDED, Fraction(0), (), (str(error),))
    if not any(s.role is not Role.WORDS for s in document.statements) and document.unread:
        return MarkedDerivation(Proof.INVALID, Fraction(0), (), (document.unread,))
    judgement = Judgement(words, seed)
    walked = list(Walk(document, judgement).lines())
    marking = Marking(claim, words, walked, judgement, time.process_time() + time_limit)
    return _marked(marking, shares)


def _marked(marking: Marking, shares: Shares) -> MarkedDerivation:
    lines = [w.line for w in marking.walked]
    if lines and all(line.outcome in (LineOutcome.UNREAD, LineOutcome.START) for line in lines):
        lines = [line for line in lines if line.outcome is LineOutcome.UNREAD] or lines
    if lines and all(line.outcome is LineOutcome.UNREAD for line in lines):
        return MarkedDerivation(Proof.INVALID, Fraction(0), tuple(lines), (lines[0].message,))
    best = best_reached(marking)
    lines = _measured(marking)
    wrong = any(line.outcome.wrong for line in lines)
    if wrong:
        outcome = Proof.WRONG
    elif all(met for _, met in best):
        return MarkedDerivation(Proof.PROVED, Fraction(1), tuple(lines))
    elif marking.late() or any(
        line.outcome in (LineOutcome.UNREAD, LineOutcome.UNDECIDED) for line in lines
    ):
        outcome = Proof.UNDECIDED
    else:
        outcome = Proof.INCOMPLETE
    missing = () if wrong else tuple(_missing(marking, best, lines))
    gaps, words = tuple(gap for gap, _ in missing), tuple(text for _, text in missing)
    earned = tuple(_earned(marking, shares, best))
    credit = min(shares.most, sum((part for _, part in earned), Fraction(0)))
    # Wrong for certain, but what stands besides was not gone through to the end.
    unsettled = shares.most - credit if wrong and marking.late() else Fraction(0)
    return MarkedDerivation(outcome, credit, tuple(lines), words, earned, gaps, unsettled)


# -- what is said of it ----------------------------------------------------------------------


def _measured(marking: Marking) -> list[MarkedLine]:
    """The lines, with the laws their steps take and a hint where they are wrong."""
    lines = []
    hinted = False
    for walked in marking.walked:
        line = walked.line
        if walked.link is not None:
            line = replace(line, laws=_laws(marking, walked.link))
        elif line.outcome.wrong and walked.pair and not hinted:
            hinted = True
            line = replace(line, hint=hint(*walked.pair, marking.judgement, walked.conditions))
        lines.append(line)
    return lines


def _laws(marking: Marking, link: Link) -> tuple[str, ...] | None:
    """The laws a step takes: in the case that takes most; None if it is too big somewhere."""
    found: list[frozenset[str]] = []
    for graph in marking.graphs.values():
        if link.step in graph.laws:
            laws = graph.laws[link.step]
            if laws is None:
                return None
            found.append(laws)
    found.sort(key=_count)
    return tuple(sorted(found[-1])) if found else None


def _count(laws: frozenset[str]) -> int:
    return len(laws)


def _missing(
    marking: Marking, best: Reached, lines: Sequence[MarkedLine]
) -> Iterator[tuple[Gap, str]]:
    """What keeps a derivation without a false line from being a proof."""
    if not marking.links:
        yield Gap.NO_STEP, "There is no step that shows anything yet."
        return
    if marking.late():
        yield Gap.TOO_LONG, "It took too long to follow; a person will look."
    for line in lines:
        if line.outcome in (LineOutcome.UNREAD, LineOutcome.UNDECIDED):
            named = f"line {line.line}" in line.message
            yield Gap.UNREAD, line.message if named else f"Line {line.line}: {line.message}"
    for walked in marking.walked:
        if walked.link is None or _laws(marking, walked.link) is not None:
            continue
        number = walked.line.line
        if _is_claim(marking, walked.link):
            yield Gap.CIRCULAR, f"Line {number} is what is to be shown: no step can rest on it."
        else:
            yield Gap.TOO_BIG, f"Line {number}: {_too_big(marking, walked.link)}"
    open_cases = [pattern for pattern, met in best if not met]
    if len(best) > 1 and len(open_cases) < len(best):
        for pattern in open_cases:
            yield Gap.CASE, f"The case {_case_text(pattern)} is missing."
    elif _only_numbered(marking):
        yield (
            Gap.NOT_CONNECTED,
            "This is an example: the claim is about every size and every index.",
        )
    else:
        yield Gap.NOT_CONNECTED, "The steps do not connect the two sides of the claim."


def _only_numbered(marking: Marking) -> bool:
    """Whether the steps are about numbered entries alone, z_1 and z_2, and the claim is not."""
    due = claimed(marking, marking.claim.forms[0], {})
    sides = [side for link in marking.links for side in (link.left, link.right)]
    names = marking.words.formal.names
    sizes = {name for name, declared in names.items() if declared.kind == "size"}
    open_ones = set(marking.indices).union(*(sizes & free_names(side) for side in sides))
    named = indices_in(marking, due.left) | indices_in(marking, due.right)
    return bool(named) and not open_ones and any(map(_is_numbered, sides))


def _is_numbered(node: Node) -> bool:
    """Whether an entry stands in a formula whose indices are numbers."""
    here = isinstance(node, Entry) and all(isinstance(i, Number) for i in node.indices)
    return here or any(map(_is_numbered, children(node)))


def _is_claim(marking: Marking, link: Link) -> bool:
    """Whether a step only states the claim."""
    due = [claimed(marking, form, {}) for form in marking.claim.forms]
    return any({link.left, link.right} == {e.left, e.right} for e in due)


def _too_big(marking: Marking, link: Link) -> str:
    used: frozenset[str] = frozenset()
    for graph in marking.graphs.values():
        if link.step in graph.laws and graph.laws[link.step] is None:
            laws = graph.measure.laws(link.left, link.right, 5)
            if laws is not None and len(laws) > len(used):
                used = laws
    if not used:
        return "it is true, but how it comes about cannot be followed; show more steps."
    return f"it takes too much at once ({law_text(used)}); show the steps between."


def _case_text(pattern: Pattern) -> str:
    parts = [f"{a} = {b}" for a, (b, _) in sorted(pattern.same.items())]
    parts += [f"{a} ≠ {b}" for a, b, _ in sorted(pattern.apart)]
    return ", ".join(parts)


def _earned(marking: Marking, shares: Shares, best: Reached) -> Iterator[tuple[str, Fraction]]:
    """The parts of the credit of a derivation that is no proof; the claim alone earns none."""
    if all(_is_claim(marking, link) for link in marking.links):
        return
    led = sum(met for _, met in best)
    if led and len(best) > 1:
        yield "cases", shares.cases * Fraction(led, len(best))
    milestones = marking.claim.milestones
    if milestones:
        met = _passed(marking, best)
        yield "milestones", shares.milestones * Fraction(met, len(milestones))
    counted = [w for w in marking.walked if w.link is not None or w.line.outcome.wrong]
    first = next((k for k, w in enumerate(counted) if w.line.outcome.wrong), len(counted))
    good = sum(1 for w in counted[:first] if w.link is not None and _works(marking, w.link))
    if good:
        yield "lines", shares.lines * Fraction(good, max(len(counted), 3))


def _works(marking: Marking, link: Link) -> bool:
    """Whether a step does something: it can be followed, and its sides are not the same."""
    return bool(_laws(marking, link)) and not _is_claim(marking, link)


def _passed(marking: Marking, best: Reached) -> int:
    """How many milestones are reached before the first wrong line."""
    wrong = [k for k, w in enumerate(marking.walked) if w.line.outcome.wrong]
    if wrong:
        marking = replace(marking, walked=marking.walked[: wrong[0]], graphs={})
    graphs = [graph_of(marking, pattern, {}) for pattern, _ in best]
    count = 0
    for milestone in marking.claim.milestones:
        try:
            sides = marking.judgement.equation(milestone.left, milestone.right)
        except (ResponseError, NotFollowedError) as error:
            raise ItemError(f"The milestone `{milestone.text}` means nothing: {error}") from error
        count += reached(sides.left, sides.right, graphs)
    return count
