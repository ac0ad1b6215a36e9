"""Every derivation of tests/cases/derivations is marked as its label says."""

from __future__ import annotations

from functools import cache, lru_cache

import pytest

from mathgrade.derivation.claim import Claim, read_claim
from mathgrade.derivation.marked import MarkedDerivation
from mathgrade.derivation.marking import mark_derivation
from tests.derivation import cases
from tests.derivation.cases import FOLDER, Case, read_cases

CASES = {f"{case.claim}/{case.slug}": case for case in read_cases()}
SETTLED = [name for name, case in CASES.items() if not case.known_failure]
FAILING = [name for name, case in CASES.items() if case.known_failure]
EMPTY = [name for name, case in CASES.items() if case.expected != "proved"]


@lru_cache
def claim_of(folder: str) -> Claim:
    found = cases.read_claim(FOLDER / folder / "claim.toml")
    return read_claim(
        found.claims,
        found.names,
        found.definitions,
        max_laws=found.max_laws,
        milestones=found.milestones,
    )


@cache
def marked(name: str) -> MarkedDerivation:
    """A derivation, marked once for all tests; not bounded by the time of a busy machine."""
    case = CASES[name]
    return mark_derivation(case.text, claim_of(case.claim), time_limit=20)


def is_as_labelled(case: Case, found: MarkedDerivation) -> bool:
    first = found.first_wrong.line if found.first_wrong else None
    return (found.outcome.value, first) == (case.expected, case.first_wrong_line)


@pytest.mark.parametrize("name", SETTLED)
def test_a_derivation_is_marked_as_its_label_says(name):
    found = marked(name)
    assert is_as_labelled(CASES[name], found), (found.outcome, found.first_wrong, found.missing)


@pytest.mark.parametrize("name", FAILING)
def test_a_known_failure_is_struck_off_once_it_is_settled(name):
    assert not is_as_labelled(CASES[name], marked(name)), "settled: take known_failure out"


@pytest.mark.parametrize("name", EMPTY)
def test_what_is_no_proof_is_never_taken_for_one(name):
    assert marked(name).outcome.value != "proved", "a proof that shows nothing passed"


def test_most_of_the_table_is_settled():
    assert len(FAILING) < len(CASES) / 10
