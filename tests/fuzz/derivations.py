"""Fuzzes ``mathgrade.derivation.mark_derivation`` with edits of derivations that are proofs.

    python -m tests.fuzz.derivations --count 2500 --seed 7

Three things are held against the proofs of ``tests/cases/derivations``: an edit that makes one
side false must be found, at that side (at the next one, where the edited side starts a chain);
another spelling of the same must stay proved; and no seed may call a proof wrong. Whether an
edited side is false is for :mod:`tests.fuzz.values` to say, which evaluates it at points; what
it does not find false is passed over.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mathgrade.derivation.claim import Claim, read_claim
from mathgrade.derivation.marked import LineOutcome, MarkedDerivation, Proof
from mathgrade.derivation.marking import mark_derivation
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.statements import Document, Role, Side
from mathgrade.expression import Node, to_latex
from tests.derivation import cases
from tests.derivation.cases import FOLDER, Case, read_cases
from tests.fuzz.slips import SLIPS, TYPING_SLIPS, places
from tests.fuzz.spellings import SPELLINGS, respelled
from tests.fuzz.values import compare

__all__ = ["Edit", "Found", "edits", "judge", "marked", "proofs", "respellings"]

TIME_LIMIT = 60.0  # not bounded by the time of a busy machine
LONGEST = 600  # characters of an edited side


@dataclass(frozen=True, slots=True)
class Pair:
    """A side, and what it is said to equal.

    Attributes:
        at: its number among all that is marked, from 0.
        before: the side before it in its chain; None if it starts one.
        after: the side after it, if it starts a chain.
        fixed: whether it belongs to what is defined, and so makes nothing false.
    """

    at: int
    side: Side
    before: Node | None
    after: Node | None
    conditions: tuple[Node, ...]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A proof with one side changed, which makes a step false.

    Attributes:
        wrong: number of the line that is false then, among all that is marked.
        line: the same as a line of the text.
    """

    case: str
    slip: str
    was: str
    now: str
    text: str
    wrong: int
    line: int
    next: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What became of an edit: "found", "elsewhere" (another line first), "missed", "exception"."""

    edit: Edit
    verdict: str
    outcome: str
    seconds: float
    said: str = ""


@cache
def proofs() -> dict[str, Case]:
    """The derivations of the table that are proved."""
    return {
        f"{case.claim}/{case.slug}": case
        for case in read_cases()
        if case.expected == "proved" and not case.known_failure
    }


@cache
def claim_of(folder: str) -> Claim:
    """The claim of a folder of the table."""
    found = cases.read_claim(FOLDER / folder / "claim.toml")
    return read_claim(found.claims, found.names, found.definitions, max_laws=found.max_laws)


def marked(text: str, folder: str, seed: int = 0) -> MarkedDerivation:
    """A derivation of the claim of a folder, marked."""
    return mark_derivation(text, claim_of(folder), seed=seed, time_limit=TIME_LIMIT)


@cache
def _original(name: str) -> MarkedDerivation:
    return marked(proofs()[name].text, proofs()[name].claim)


def _read(text: str, folder: str) -> Document:
    claim = claim_of(folder)
    return read_document(text, claim.context, claim.definitions)


def pairs(document: Document, lines: MarkedDerivation) -> list[Pair]:
    """The sides of a derivation, numbered as its marked lines are."""
    found: list[Pair] = []
    at = 0
    last: Node | None = None
    for statement in document.statements:
        if statement.role is Role.WORDS:
            continue
        if statement.role is Role.CASE or lines.lines[at].outcome is LineOutcome.CASE:
            at += 1
            continue
        kept = last
        sides, relations = list(statement.sides), list(statement.relations)
        if not statement.continues:
            relations = ["", *relations]
        elif statement.role is Role.ASIDE:
            kept = None
        for k, (relation, side) in enumerate(zip(relations, sides, strict=True)):
            before = last if relation == "==" else None
            follows = k + 1 < len(sides) and relations[k + 1] == "=="
            after = sides[k + 1].node if before is None and follows else None
            fixed = statement.definition is not None and k < 2
            found.append(Pair(at, side, before, after, statement.conditions, fixed))
            last = side.node
            at += 1
        if statement.role is Role.ASIDE:
            last = kept
    return found


# -- edits that make a line false ------------------------------------------------------------


@cache
def _of(name: str) -> tuple[Document, tuple[Pair, ...]]:
    case = proofs()[name]
    document = _read(case.text, case.claim)
    found = pairs(document, _original(name))
    return document, tuple(p for p in found if not p.fixed and p.side.node is not None)


@cache
def _holds(name: str, pair: Pair) -> bool:
    """Whether the step to a side, or from it, is seen to be true before it is edited."""
    node = pair.side.node
    left, right = (node, pair.after) if pair.before is None else (pair.before, node)
    if left is None or right is None:
        return False
    rng = random.Random(f"{name}/{pair.at}")
    return compare(left, right, _of(name)[0], rng, pair.conditions) == "agree"


def _slipped(name: str, pair: Pair, rng: random.Random) -> tuple[str, str, Node | None] | None:
    """A slip in one side: its name, the side as it is typed then, as it is meant."""
    document, _ = _of(name)
    assert pair.side.node is not None
    if rng.random() < 0.25:
        slip = rng.choice(sorted(TYPING_SLIPS))
        source = proofs()[name].text[pair.side.start : pair.side.end]
        typed = list(TYPING_SLIPS[slip](source))
        return (slip, rng.choice(typed), None) if typed else None
    slip = rng.choice(sorted(SLIPS))
    made = [
        (place, new)
        for place in places(pair.side.node, document.context)
        for new in SLIPS[slip](place)
    ]
    if not made:
        return None
    place, new = rng.choice(made)
    whole = place.spot.put(new)
    return slip, to_latex(whole), whole


def make(seed: int, number: int) -> Edit | None:
    """The edit of a number; None where it is not seen to make anything false."""
    rng = random.Random(f"{seed}/{number}")
    name = rng.choice(sorted(proofs()))
    case = proofs()[name]
    document, editable = _of(name)
    pair = rng.choice(editable)
    if not _holds(name, pair):
        return None
    made = _slipped(name, pair, rng)
    if made is None or len(made[1]) > LONGEST:
        return None
    slip, typed, meant = made
    text = f"{case.text[: pair.side.start]}{typed} {case.text[pair.side.end :]}"
    changed = _read(text, case.claim)
    if _form(changed) != _form(document) or changed.definitions != document.definitions:
        return None  # read as something else: a definition, words
    node = _side(changed, document, pair)
    if node is None:
        return None
    if meant is not None and compare(meant, node, changed, rng, pair.conditions) == "differ":
        return None  # a slip that cannot be typed so
    left, right = (pair.before, node) if pair.before is not None else (node, pair.after)
    assert left is not None
    assert right is not None
    if compare(left, right, changed, rng, pair.conditions) != "differ":
        return None
    following = pair.before is None
    wrong = pair.at + following
    line = _original(name).lines[wrong].line
    return Edit(name, slip, pair.side.text, typed, text, wrong, line, following)


def _form(document: Document) -> list[tuple[object, ...]]:
    return [(s.role, s.relations, len(s.sides), s.conditions) for s in document.statements]


def _side(changed: Document, document: Document, pair: Pair) -> Node | None:
    for old, new in zip(document.statements, changed.statements, strict=True):
        for k, side in enumerate(old.sides):
            if side is pair.side:
                return new.sides[k].node
    return None


def edits(seed: int, count: int) -> Iterator[Edit]:
    """So many edits that make a line false."""
    number = 0
    while count:
        edit = make(seed, number)
        number += 1
        if edit is not None:
            count -= 1
            yield edit


def judge(edit: Edit) -> Found:
    """Whether the false line of an edit is found."""
    start = time.process_time()
    try:
        found = marked(edit.text, proofs()[edit.case].claim)
    except Exception as error:  # whatever it is, it should not have come out of marking
        said = f"{type(error).__name__}: {error}"
        return Found(edit, "exception", "none", time.process_time() - start, said)
    seconds = time.process_time() - start
    first = next((k for k, line in enumerate(found.lines) if line.outcome.wrong), None)
    outcome = found.outcome.value
    if found.outcome is Proof.WRONG:
        there = first == edit.wrong
        said = "" if there else f"{first} instead of {edit.wrong}"
        return Found(edit, "found" if there else "elsewhere", outcome, seconds, said)
    said = "; ".join(found.missing)
    return Found(edit, "missed", outcome, seconds, said)


# -- what must not change anything -----------------------------------------------------------


def respellings(seed: int, count: int) -> Iterator[tuple[str, str, str]]:
    """So many proofs written otherwise: name, spelling and text of each."""
    number = 0
    while count:
        rng = random.Random(f"spelling {seed}/{number}")
        number += 1
        name, spelling = rng.choice(sorted(proofs())), rng.choice(sorted(SPELLINGS))
        text = respelled(proofs()[name].text, _of(name)[0], spelling, rng)
        if text != proofs()[name].text:
            count -= 1
            yield name, spelling, text


# -- the command line ------------------------------------------------------------------------


def _report_edits(seed: int, count: int) -> int:
    verdicts: Counter[str] = Counter()
    slips: Counter[str] = Counter()
    following = 0
    slowest: Found | None = None
    bad: list[Found] = []
    for done, edit in enumerate(edits(seed, count), start=1):
        found = judge(edit)
        verdicts[f"{found.verdict} ({found.outcome})"] += 1
        slips[edit.slip] += 1
        following += edit.next
        if slowest is None or found.seconds > slowest.seconds:
            slowest = found
        if not done % 100:
            print(f"{done} of {count}: {dict(verdicts)}", flush=True)
        if found.verdict != "found":
            bad.append(found)
            print(f"# {found.verdict}: {edit.case}, {edit.slip}, line {edit.line}: {found.outcome}")
            print(f"#   was {edit.was}\n#   now {edit.now}\n#   {found.said}", flush=True)
    print(f"{count} false lines: {dict(verdicts)}; {following} at the side after the edited one")
    if slowest is not None:
        print(f"slowest {slowest.seconds:.1f} s: {slowest.edit.case}, now {slowest.edit.now}")
    print(f"{dict(slips.most_common())}", flush=True)
    return len(bad)


def _report_spellings(seed: int, count: int) -> int:
    outcomes: Counter[str] = Counter()
    for name, spelling, text in respellings(seed, count):
        found = marked(text, proofs()[name].claim)
        outcomes[f"{found.outcome.value}, {spelling}"] += 1
        if found.outcome is not Proof.PROVED:
            print(f"# {found.outcome.value}: {name}, {spelling}: {'; '.join(found.missing)}")
            print(f"{text}\n", flush=True)
    print(f"{count} other spellings: {dict(sorted(outcomes.items()))}", flush=True)
    return sum(n for key, n in outcomes.items() if not key.startswith("proved"))


def _report_seeds(count: int) -> int:
    outcomes: Counter[str] = Counter()
    for name, case in proofs().items():
        for seed in range(count):
            found = marked(case.text, case.claim, seed)
            outcomes[found.outcome.value] += 1
            if found.outcome is not Proof.PROVED:
                print(f"# seed {seed}: {name} is {found.outcome.value}", flush=True)
    print(f"{len(proofs())} proofs under {count} seeds: {dict(outcomes)}", flush=True)
    return outcomes["wrong"]


def main(argv: list[str] | None = None) -> int:
    """Runs the fuzzer; 1 if anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.derivations", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="edits that make a line false")
    parser.add_argument("--spellings", type=int, default=100, help="other spellings of proofs")
    parser.add_argument("--seeds", type=int, default=1, help="seeds each proof is marked with")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    bad = _report_edits(args.seed, args.count) if args.count else 0
    bad += _report_spellings(args.seed, args.spellings) if args.spellings else 0
    bad += _report_seeds(args.seeds)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
