"""One response, marked by hand: ``mathgrade try softmax:jacobian-entry answer.py``.

A derivation of one's own claim needs no course: ``mathgrade try --claim claim.toml proof.md``.

A value (JSON) or a text is given to the item as it is. Code is never run here:
it takes the place of the answer cell in a notebook with the reference's other
answers, and goes the way of a submission.
"""

from __future__ import annotations

import copy
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from mathgrade.course.attempts import Attempt, fill_in
from mathgrade.course.notebooks import (
    answers_of,
    grade_id,
    is_test,
    marked_name,
    notebook_path,
    read_notebook,
)
from mathgrade.course.points import graded_items
from mathgrade.derivation.claim import Claim, claim_from
from mathgrade.derivation.marked import MarkedDerivation, Proof
from mathgrade.derivation.marking import mark_derivation
from mathgrade.errors import CourseError, ItemError, JudgeError, ResponseError
from mathgrade.verdict import Outcome, Verdict

__all__ = ["KINDS_OF_FILE", "derivation_of", "read_claim_file", "try_claim", "try_file"]

KINDS_OF_FILE = {
    ".json": "a value as JSON, plain or as the codec writes it",
    ".py": "the code of the answer cell",
    ".md": "a text",
    ".tex": "a text",
    ".txt": "a text",
}


def try_file(course: Path, item: str, path: Path, *, student: str = "try") -> list[Verdict]:
    """Verdicts on the response in a file; one, unless a test cell marks several items.

    Args:
        course: the course folder.
        item: ``assignment:item``.
        path: a file of one of :data:`KINDS_OF_FILE`.
        student: whose variant is asked for.

    Raises:
        CourseError: no such item, file or kind of file.
        JudgeError: the code could not be run, through no fault of its own.
    """
    if path.suffix not in KINDS_OF_FILE:
        kinds = ", ".join(KINDS_OF_FILE)
        raise CourseError(f"{path.name}: expected a file of kind {kinds}.")
    text = _text(path)
    if path.suffix == ".py":
        return _mark_code(course, item, text, student)

    from mathgrade.items import find_item

    found = find_item(item, course)
    try:
        response = _value(text, path) if path.suffix == ".json" else text.strip()
        return [found.mark(response, student=student)]
    except ResponseError as error:
        return [Verdict.invalid(error.message, error.note)]


def try_claim(claim: Path, proof: Path) -> MarkedDerivation:
    """The derivation in a file, marked line by line.

    Args:
        claim: a claim file, in TOML.
        proof: the derivation, in Markdown or LaTeX; ``-`` is standard input.

    Raises:
        CourseError: a file cannot be read.
        ItemError: the claim file says something that cannot be read.
    """
    stated = read_claim_file(claim)
    text = sys.stdin.read() if str(proof) == "-" else _text(proof)
    return mark_derivation(text, stated)


def read_claim_file(path: Path) -> Claim:
    """The claim that a file states.

    Raises:
        CourseError: there is no such file, or it is not TOML.
        ItemError: what it says cannot be read.
    """
    try:
        data = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path} is not TOML: {error}.") from error
    try:
        return claim_from(data)
    except ItemError as error:
        raise ItemError(f"{path}: {error}") from error


def derivation_of(verdict: Verdict) -> MarkedDerivation:
    """The derivation that a verdict is on, as it was marked."""
    outcome = {
        Outcome.CORRECT: Proof.PROVED,
        Outcome.INVALID: Proof.INVALID,
        Outcome.UNDECIDED: Proof.UNDECIDED,
    }.get(verdict.outcome)
    if outcome is None:
        wrong = any(line.outcome.wrong for line in verdict.lines)
        outcome = Proof.WRONG if wrong else Proof.INCOMPLETE
    missing: tuple[str, ...] = ()
    if outcome not in (Proof.PROVED, Proof.WRONG):
        missing = tuple(f.message for f in verdict.findings if not f.met and f.message)
    return MarkedDerivation(outcome, verdict.credit, verdict.lines, missing)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from error


def _value(text: str, path: Path) -> Any:
    """A value as the codec writes it, else the plain JSON that it is."""
    from mathgrade.codec import CodecError, decode

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ResponseError(f"{path.name} is not JSON: {error}.", "response.not-json") from error
    try:
        return decode(data)
    except CodecError:  # a list of rows, say; it is the item that refuses what it cannot read
        return data


def _mark_code(course: Path, item: str, code: str, student: str) -> list[Verdict]:
    from mathgrade.autograde.marking import Place, mark_notebook

    assignment, colon, name = item.partition(":")
    if not colon:
        raise CourseError(f"Expected an item as ASSIGNMENT:ITEM, got {item!r}.")
    source = read_notebook(notebook_path(course, "source", assignment))
    test = _test_of(source, assignment, name)
    answer = marked_name(grade_id(test))
    if answer not in answers_of(source):
        raise CourseError(f"The test cell {grade_id(test)!r} has no answer cell {answer!r}.")
    attempt = Attempt("try", cells={answer: code.strip("\n")})
    nb = fill_in(attempt, source, source=source, blank=source)
    nb = _only(nb, grade_id(test))
    folder = course / "source" / assignment
    (mark,) = mark_notebook(nb, Place(course, assignment, assignment, student, folder))
    if mark.verdicts:
        return list(mark.verdicts)
    if mark.review:
        raise JudgeError(f"{item} could not be marked: {mark.review}")
    if mark.error:
        return [Verdict.incorrect(mark.error, "test.failed", criterion="The tests pass")]
    return [Verdict.correct("The tests pass")]


def _test_of(nb: Any, assignment: str, name: str) -> Any:
    """The test cell of an item: the one that names it, else the one of its answer cell."""
    tests = [cell for cell in nb.cells if is_test(cell)]
    for cell in tests:
        if name in graded_items(cell.source, assignment):
            return cell
    for cell in tests:
        if marked_name(grade_id(cell)) == name:
            return cell
    there = ", ".join(marked_name(grade_id(cell)) for cell in tests)
    raise CourseError(f"There is no item {name!r} in {assignment}; there is {there}.")


def _only(nb: Any, test: str) -> Any:
    """The notebook up to one test cell, without the tests before it."""
    nb = copy.copy(nb)
    position = next(n for n, cell in enumerate(nb.cells) if grade_id(cell) == test)
    nb.cells = [
        cell for cell in nb.cells[: position + 1] if grade_id(cell) == test or not is_test(cell)
    ]
    return nb
