"""Marks a derivation: which line is the first wrong one, and whether the claim is derived."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from mathgrade.derivation.claim import Claim, Form
from mathgrade.derivation.graph import Graph, cases_of
from mathgrade.derivation.hints import hint
from mathgrade.derivation.laws import law_text
from mathgrade.derivation.links import Link
from mathgrade.derivation.marked import Gap, LineOutcome, MarkedDerivation, MarkedLine, Proof
from mathgrade.derivation.milestones import reached
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.statements import Role
from mathgrade.derivation.truth import Equation, Judgement
from mathgrade.derivation.vocabulary import NotFollowedError, Vocabulary
from mathgrade.derivation.walking import Walk, Walked
from mathgrade.equality.symbolic.places import Pattern
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Declaration, Node
from mathgrade.expression.nodes import Entry, Name, Neg, Number, children, free_names
from mathgrade.expression.substitution import substituted

__all__ = ["Shares", "mark_derivation"]

MAX_INSTANCES = 27  # ways to choose the indices of a step otherwise
MAX_INDICES = 4
MAX_RENAMINGS = 6

Reached = list[tuple[Pattern, bool]]
"""For each case of equal and distinct indices whether the steps connect both sides."""


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


@dataclass(slots=True)
class _Marking:
    """One derivation on its way through marking."""

    claim: Claim
    words: Vocabulary
    walked: list[Walked]
    judgement: Judgement
    deadline: float
    graphs: dict[object, Graph] = field(default_factory=dict)

    def late(self) -> bool:
        return time.process_time() > self.deadline

    @property
    def links(self) -> list[Link]:
        return [w.link for w in self.walked if w.link is not None]

    @property
    def indices(self) -> frozenset[str]:
        """The indices that stand free in the steps."""
        return frozenset().union(
            *(_indices(self, side) for link in self.links for side in (link.left, link.right))
        )


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
    marking = _Marking(claim, words, walked, judgement, time.process_time() + time_limit)
    return _marked(marking, shares)


def _marked(marking: _Marking, shares: Shares) -> MarkedDerivation:
    lines = [w.line for w in marking.walked]
    if lines and all(line.outcome in (LineOutcome.UNREAD, LineOutcome.START) for line in lines):
        lines = [line for line in lines if line.outcome is LineOutcome.UNREAD] or lines
    if lines and all(line.outcome is LineOutcome.UNREAD for line in lines):
        return MarkedDerivation(Proof.INVALID, Fraction(0), tuple(lines), (lines[0].message,))
    best = _best(marking)
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


# -- reaching the claim ----------------------------------------------------------------------


def _best(marking: _Marking) -> Reached:
    """What is reached of the form of the claim that is reached best."""
    best: Reached = []
    for form in sorted(marking.claim.forms, key=lambda f: _unused(marking, f)):
        found = _reached(marking, form)
        if not best or _part(found) > _part(best):
            best = found
        if _part(best) == 1:
            break
    return best


def _part(found: Reached) -> Fraction:
    return Fraction(sum(met for _, met in found), len(found))


def _unused(marking: _Marking, form: Form) -> int:
    """How many indices of a form the derivation never uses: the form it is about has fewest."""
    equation = _claimed(marking, form, {})
    return len(
        (_indices(marking, equation.left) | _indices(marking, equation.right)) - marking.indices
    )


def _reached(marking: _Marking, form: Form) -> Reached:
    """For each case of the claim whether the steps connect its sides."""
    equations = [_claimed(marking, form, put) for put in _signs(marking, form)]
    indices = _indices(marking, equations[0].left) | _indices(marking, equations[0].right)
    found: Reached = []
    for put in _renamings(marking, indices):
        found = [
            (pattern, _connected(marking, equations, pattern, put))
            for pattern in _cases(marking, indices, put)
        ]
        if all(met for _, met in found):
            break
    return found


def _cases(marking: _Marking, indices: frozenset[str], put: Mapping[str, str]) -> Iterator[Pattern]:
    others = {put.get(n, n) for n in marking.indices}
    sizes = [n for n, d in marking.words.formal.names.items() if d.kind == "size"]
    ranges = {n: _range(d) for n, d in marking.words.formal.names.items()}
    return cases_of(indices, others - indices, ranges, sizes)


def _renamings(marking: _Marking, indices: frozenset[str]) -> Iterator[dict[str, str]]:
    """Ways to call the derivation's indices as the claim does; none, last of all.

    Indices of the claim that the derivation never uses stand for others that it does.
    """
    unused = sorted(indices - marking.indices)
    foreign = sorted(marking.indices - indices)
    names = marking.words.formal.names
    for chosen in itertools.islice(itertools.permutations(foreign, len(unused)), MAX_RENAMINGS):
        if unused and all(
            _range(names[a]) == _range(names[b]) for a, b in zip(chosen, unused, strict=True)
        ):
            yield dict(zip(chosen, unused, strict=True))
    yield {}


def _claimed(marking: _Marking, form: Form, put: Mapping[str, Node]) -> Equation:
    try:
        sides = (substituted(side, put) for side in (form.left, form.right))
        return marking.judgement.equation(*sides)
    except (ResponseError, NotFollowedError) as error:
        raise ItemError(f"The claim `{form.text}` means nothing: {error}") from error


def _signs(marking: _Marking, form: Form) -> Iterator[dict[str, Node]]:
    """The claim as it is, and with the sign of a number changed that may be any number."""
    yield {}
    names = marking.claim.context.names
    for name in sorted(free_names(form.left) | free_names(form.right)):
        if names.get(name) == Declaration("real") and name not in marking.claim.definitions:
            yield {name: Neg(Name(name))}


def _connected(
    marking: _Marking, equations: Sequence[Equation], pattern: Pattern, put: Mapping[str, str]
) -> bool:
    graph = _graph(marking, pattern, put)
    return any(graph.connects(e.left, e.right) for e in equations)


def _graph(marking: _Marking, pattern: Pattern, put: Mapping[str, str]) -> Graph:
    key = (frozenset(pattern.same.items()), pattern.apart, frozenset(put.items()))
    graph = marking.graphs.get(key)
    if graph is None:
        claims = [
            (e.left, e.right)
            for form in marking.claim.forms
            for signs in _signs(marking, form)
            for e in (_claimed(marking, form, signs),)
        ]
        graph = Graph(marking.words, pattern, marking.claim.max_laws, marking.late, claims)
        marking.graphs[key] = graph
        names: dict[str, Node] = {old: Name(new) for old, new in put.items()}
        graph.add(link.renamed(names) for link in marking.links)
        graph.instantiate(_instances(marking, pattern, put))
    return graph


def _instances(
    marking: _Marking, pattern: Pattern, put: Mapping[str, str]
) -> Iterator[dict[str, Node]]:
    """Every other way to choose the indices of the derivation among those of the case."""
    names = marking.words.formal.names
    used = sorted({put.get(n, n) for n in marking.indices})
    if len(used) > MAX_INDICES:
        return
    claimed = set(pattern.same) | {n for a, b, _ in pattern.apart for n in (a, b)} | set(used)
    choices = [[i for i in sorted(claimed) if _range(names[i]) == _range(names[n])] for n in used]
    for chosen in itertools.islice(itertools.product(*choices), MAX_INSTANCES):
        if list(chosen) != used:
            yield {n: Name(i) for n, i in zip(used, chosen, strict=True)}


def _range(declared: Declaration) -> tuple[object, object]:
    return (declared.low, declared.high)


def _indices(marking: _Marking, node: Node) -> frozenset[str]:
    names = marking.words.formal.names
    return frozenset(n for n in free_names(node) if n in names and names[n].kind == "index")


# -- what is said of it ----------------------------------------------------------------------


def _measured(marking: _Marking) -> list[MarkedLine]:
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


def _laws(marking: _Marking, link: Link) -> tuple[str, ...] | None:
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
    marking: _Marking, best: Reached, lines: Sequence[MarkedLine]
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


def _only_numbered(marking: _Marking) -> bool:
    """Whether the steps are about numbered entries alone, z_1 and z_2, and the claim is not."""
    claimed = _claimed(marking, marking.claim.forms[0], {})
    sides = [side for link in marking.links for side in (link.left, link.right)]
    names = marking.words.formal.names
    sizes = {name for name, declared in names.items() if declared.kind == "size"}
    open_ones = set(marking.indices).union(*(sizes & free_names(side) for side in sides))
    named = _indices(marking, claimed.left) | _indices(marking, claimed.right)
    return bool(named) and not open_ones and any(map(_is_numbered, sides))


def _is_numbered(node: Node) -> bool:
    """Whether an entry stands in a formula whose indices are numbers."""
    here = isinstance(node, Entry) and all(isinstance(i, Number) for i in node.indices)
    return here or any(map(_is_numbered, children(node)))


def _is_claim(marking: _Marking, link: Link) -> bool:
    """Whether a step only states the claim."""
    claimed = [_claimed(marking, form, {}) for form in marking.claim.forms]
    return any({link.left, link.right} == {e.left, e.right} for e in claimed)


def _too_big(marking: _Marking, link: Link) -> str:
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


def _earned(marking: _Marking, shares: Shares, best: Reached) -> Iterator[tuple[str, Fraction]]:
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


def _works(marking: _Marking, link: Link) -> bool:
    """Whether a step does something: it can be followed, and its sides are not the same."""
    return bool(_laws(marking, link)) and not _is_claim(marking, link)


def _passed(marking: _Marking, best: Reached) -> int:
    """How many milestones are reached before the first wrong line."""
    wrong = [k for k, w in enumerate(marking.walked) if w.line.outcome.wrong]
    if wrong:
        marking = replace(marking, walked=marking.walked[: wrong[0]], graphs={})
    graphs = [_graph(marking, pattern, {}) for pattern, _ in best]
    count = 0
    for milestone in marking.claim.milestones:
        try:
            sides = marking.judgement.equation(milestone.left, milestone.right)
        except (ResponseError, NotFollowedError) as error:
            raise ItemError(f"The milestone `{milestone.text}` means nothing: {error}") from error
        count += reached(sides.left, sides.right, graphs)
    return count
