"""How hard the test of an item bites: which mutants of the right answer it takes for right.

The right answer is changed in one place, again and again, and each mutant is marked as a
response is. A mutant that gets full marks *survives*: its item's test looks in too few
places, unless the mutant is right as well. That is proved where it can be; elsewhere
the author says why, in ``EQUIVALENT`` of the reference file.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from mathgrade.answers import Derivation, Function, Matrix
from mathgrade.answers.answer import AnswerTest
from mathgrade.course.mutation.code import code_mutants
from mathgrade.course.mutation.derivations import derivation_mutants
from mathgrade.course.mutation.mutant import Mutant, spread
from mathgrade.course.mutation.running import bench_for, fates, given_matrices
from mathgrade.course.mutation.trivial import blank_answer, trivial_answers
from mathgrade.course.mutation.values import equivalence, right_answer, value_mutants
from mathgrade.course.notebooks import (
    answers_of,
    grade_id,
    is_test,
    marked_name,
    notebook_path,
    read_notebook,
)
from mathgrade.course.points import graded_items, graded_names
from mathgrade.course.regions import without_markers
from mathgrade.errors import MathgradeError
from mathgrade.items import Item, load_assignment
from mathgrade.verdict import Outcome

__all__ = ["Bite", "Probe", "Survivor", "bite", "probes_of"]

Given = list[tuple[str, Any]]
"""Vectors and matrices the notebook gives, with their names."""

STUDENT = "s001"  # whose variant is looked at
_MOST_VALUES, _MOST_CODE, _MOST_LINES = 60, 60, 6


@dataclass(frozen=True, slots=True)
class Probe:
    """One item to look at: plain data, so that it can go to another process.

    Attributes:
        course, assignment: where it is.
        test: grade_id of its test cell.
        item: its name; empty for a test cell of plain asserts.
        first: the first item of its test cell.
    """

    course: Path
    assignment: str
    test: str
    item: str = ""
    first: str = ""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that got full marks, or that only a person could have marked.

    Attributes:
        name: what it is.
        why: for one that is right, why; else what is known of it.
    """

    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Bite:
    """How hard the test of one item bites.

    Attributes:
        assignment, item: which.
        mutants: how many were marked.
        killed: how many lost marks.
        equivalent: those that did not, because they are right.
        survivors: those that did not, and should have.
        seconds: processor time of marking the right answer.
        blank: credit of an answer that is not there.
        trivial: credit of each answer without a thought that is not right.
        plain: whether it is a cell of plain asserts: there nobody can say which mutants are right.
        shared: the item of the same test cell whose mutants are this one's, too; may be empty.
        unused: entries of EQUIVALENT that no survivor needs.
        fault: why the item could not be looked at; empty if it could.
    """

    assignment: str
    item: str
    mutants: int = 0
    killed: int = 0
    equivalent: tuple[Survivor, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    seconds: float = 0.0
    blank: float = 0.0
    trivial: dict[str, float] = field(default_factory=dict)
    plain: bool = False
    shared: str = ""
    unused: tuple[str, ...] = ()
    fault: str = ""

    @property
    def rate(self) -> float | None:
        """Part of the mutants that are not right that lost marks; None without mutants.

        >>> Bite("svd", "v-scale", 8, 6, (Survivor("1/1"),), (Survivor("2"),)).rate
        0.8571428571428571
        """
        count = self.killed + len(self.survivors)
        return self.killed / count if count else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "assignment": self.assignment,
            "item": self.item,
            "mutants": self.mutants,
            "killed": self.killed,
            "rate": self.rate,
            "equivalent": [{"name": s.name, "why": s.why} for s in self.equivalent],
            "survivors": [{"name": s.name, "why": s.why} for s in self.survivors],
            "seconds": round(self.seconds, 4),
            "blank": self.blank,
            "trivial": dict(self.trivial),
            "plain": self.plain,
            "shared": self.shared,
            "unused": list(self.unused),
            "fault": self.fault,
        }


def probes_of(course: Path, assignment: str) -> list[Probe]:
    """What is to be looked at in an assignment: every item, and every cell of plain asserts.

    Derivations come first: they take longest.
    """
    nb = read_notebook(notebook_path(course, "source", assignment))
    found = []
    for cell in nb.cells:
        if not is_test(cell):
            continue
        items = list(dict.fromkeys(graded_items(cell.source, assignment)))
        found += [
            Probe(course, assignment, grade_id(cell), item, items[0] if items else "")
            for item in items or [""]
        ]
    written = {grade_id(cell) for cell in nb.cells if cell.cell_type == "markdown"}
    return sorted(found, key=lambda probe: marked_name(probe.test) not in written)


def bite(probe: Probe) -> Bite:
    """Look at one item. Never raises for what is wrong with it: that is the ``fault``."""
    name = probe.item or marked_name(probe.test)
    found = Bite(probe.assignment, name, plain=not probe.item)
    try:
        nb = _notebook(probe.course, probe.assignment)
        if not probe.item:
            return _bitten_code(found, probe, nb, ())
        assignment = load_assignment(probe.course, probe.assignment)
        item = assignment[probe.item]
        test = item.test(STUDENT)
        found = _trivially(found, item, test, _given(probe.course, probe.assignment))
        if callable(test.reference):
            if probe.first != probe.item:
                return replace(found, shared=probe.first)
            found = _bitten_code(found, probe, nb, _responses(probe, nb))
        else:
            found = _bitten_value(found, item, test, nb)
        return _excused(found, assignment.equivalent.get(item.name, {}))
    except MathgradeError as error:
        return replace(found, fault=str(error))
    except SyntaxError as error:
        return replace(found, fault=f"line {error.lineno} is not Python")


@lru_cache(maxsize=8)
def _notebook(course: Path, assignment: str) -> Any:
    return read_notebook(notebook_path(course, "source", assignment))


@lru_cache(maxsize=8)
def _given(course: Path, assignment: str) -> Given:
    return given_matrices(course, assignment, _notebook(course, assignment), STUDENT)


# -- what is earned without an answer --------------------------------------------------------


def _trivially(found: Bite, item: Item, test: AnswerTest, given: Given) -> Bite:
    """With the credit of answers nobody has thought about."""
    source = f"def {getattr(test, 'name', '') or item.name.replace('-', '_')}(*_): return 0"

    def credit(response: Any) -> float:
        return float(item.mark(response, student=STUDENT, source=source).credit)

    earned = {
        name: credit(response)
        for name, response in trivial_answers(test)
        if not equivalence(test, response)
    }
    if isinstance(test, Matrix):
        copied = {name: credit(value) for name, value in given}
        earned |= {name: part for name, part in copied.items() if part < 1}  # else it is asked for
    return replace(found, blank=credit(blank_answer(test)), trivial=earned)


# -- values and derivations ------------------------------------------------------------------


def _bitten_value(found: Bite, item: Item, test: AnswerTest, nb: Any) -> Bite:
    if isinstance(test, Derivation):
        text = without_markers(answers_of(nb).get(item.name, ""), "markdown")
        right: Any = text
        mutants = list(islice(derivation_mutants(test, text), _MOST_LINES))
    else:
        right = right_answer(test)
        mutants = spread(value_mutants(test), _MOST_VALUES)
    begin = time.process_time()
    verdict = item.mark(right, student=STUDENT)
    found = replace(found, seconds=time.process_time() - begin, mutants=len(mutants))
    if verdict.outcome is not Outcome.CORRECT:
        return replace(found, mutants=0, fault="the reference itself is not marked right")
    killed, equivalent, survivors = 0, list[Survivor](), list[Survivor]()
    for mutant in mutants:
        outcome = test.mark(mutant.response, explain=False).outcome
        if outcome is Outcome.UNDECIDED:
            survivors.append(Survivor(mutant.name, "could not be decided"))
        elif outcome is not Outcome.CORRECT:
            killed += 1
        elif why := equivalence(test, mutant.response):
            equivalent.append(Survivor(mutant.name, why))
        else:
            survivors.append(Survivor(mutant.name, "marked right"))
    return replace(found, killed=killed, equivalent=tuple(equivalent), survivors=tuple(survivors))


# -- code ------------------------------------------------------------------------------------


def _responses(probe: Probe, nb: Any) -> tuple[tuple[Item, str], ...]:
    """The items of a test cell, each with the name of its response."""
    assignment = load_assignment(probe.course, probe.assignment)
    source = next(cell.source for cell in nb.cells if grade_id(cell) == probe.test)
    return tuple(
        (assignment[item], name)
        for item, name in graded_names(source, probe.assignment).items()
        if isinstance(assignment[item].test(STUDENT), Function)
    )


def _bitten_code(found: Bite, probe: Probe, nb: Any, items: tuple[tuple[Item, str], ...]) -> Bite:
    answer = answers_of(nb).get(marked_name(probe.test))
    if answer is None:
        return replace(found, fault=f"there is no answer cell {marked_name(probe.test)!r}")
    mutants: list[Mutant] = spread(code_mutants(answer), _MOST_CODE)
    bench = bench_for(probe.course, probe.assignment, nb, probe.test, student=STUDENT, items=items)
    seconds, results = fates(bench, mutants)
    survivors = [
        Survivor(fate.mutant, fate.why or "marked right")
        for fate in results
        if fate.outcome is not Outcome.INCORRECT
    ]
    return replace(
        found,
        mutants=len(mutants),
        killed=len(mutants) - len(survivors),
        survivors=tuple(survivors),
        seconds=seconds,
    )


def _excused(found: Bite, reasons: Any) -> Bite:
    """With the survivors of which the author says that they are right among the equivalents."""
    excused, left, used = list(found.equivalent), list[Survivor](), set[str]()
    for survivor in found.survivors:
        key = next((text for text in reasons if text in survivor.name), None)
        if key is None:
            left.append(survivor)
        else:
            used.add(key)
            excused.append(Survivor(survivor.name, reasons[key]))
    unused = tuple(text for text in reasons if text not in used)
    return replace(found, equivalent=tuple(excused), survivors=tuple(left), unused=unused)
