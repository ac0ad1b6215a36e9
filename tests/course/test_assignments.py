"""The course itself: its notebooks, references and attempts agree with each other.

Cells run in this process, one after the other, as in a notebook that goes on after an
error. Attempts that end the process or never end are left to the judge's own tests.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from mathgrade.answers import Choice, Derivation, Expression, Function
from mathgrade.codec.absent import Absent
from mathgrade.course.attempts import (
    BLANK,
    REFERENCE,
    Attempt,
    attempt_faults,
    expected_marks,
    fill_in,
    read_attempts,
)
from mathgrade.course.notebooks import (
    answers_of,
    grade_id,
    is_answer,
    is_by_hand,
    is_test,
    marked_name,
    notebook_path,
    points_of,
    read_notebook,
)
from mathgrade.items import Item, load_assignment
from mathgrade.notebook import Sitting, seated
from mathgrade.verdict import Outcome, Verdict

COURSE = Path(__file__).resolve().parents[2]
ASSIGNMENTS = ["derivatives", "activations", "softmax", "chain-rule", "svd"]
STUBS = {
    "code": "# YOUR CODE HERE\nraise NotImplementedError()",
    "markdown": "YOUR ANSWER HERE",
}
# Ways out of this process, which only the judge is made for.
RUNAWAY = ("os._exit", "while True")


@pytest.fixture(autouse=True)
def _plots_are_drawn_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    mpl.use("Agg")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    yield
    plt.close("all")


def source_of(assignment: str) -> Any:
    return read_notebook(notebook_path(COURSE, "source", assignment))


def filled(assignment: str, attempt: Attempt) -> Any:
    """The source notebook with an attempt's cells; stubs where a blank one is its base."""
    source = source_of(assignment)
    blank = source_of(assignment)
    for cell in blank.cells:
        if is_answer(cell):
            cell.source = STUBS[cell.cell_type]
    return fill_in(attempt, source, source=source, blank=blank)


def names_in(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def run(assignment: str, attempt: Attempt) -> tuple[dict[str, Verdict], list[str]]:
    """Verdicts by item, and what the cells that are not tests raised."""
    nb = filled(assignment, attempt)
    verdicts: list[Verdict] = []
    student = student_of(attempt)
    sitting = Sitting(verdicts.append, answers_of(nb), str(COURSE), assignment, student)
    marked: dict[str, Verdict] = {}
    errors: list[str] = []
    namespace: dict[str, Any] = {}
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        code = compile(cell.source, cell.id, "exec")
        with seated(sitting), quiet():
            if is_test(cell):
                absent = names_in(cell.source) - set(namespace) - set(dir(builtins))
                exec(code, namespace | {n: Absent(n, f"`{n}` was never assigned.") for n in absent})
                marked[marked_name(cell.id)] = verdicts.pop()
                continue
            try:
                exec(code, namespace)
            except Exception as error:
                errors.append(f"{cell.id}: {type(error).__name__}: {error}")
    return marked, errors


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def told(assignment: str, marked: dict[str, Verdict], attempt: Attempt) -> set[tuple[str, str]]:
    """Items and notes of the known mistakes whose messages an attempt is shown."""
    found = set()
    for name, item in load_assignment(COURSE, assignment).items.items():
        known = {m.message: m.note for m in item.known(student_of(attempt))}
        shown = {f.message for f in marked[name].findings}
        found |= {(name, note) for message, note in known.items() if message in shown}
    return found


def stated_notes(attempt: Attempt) -> set[tuple[str, str]]:
    return {(name, note) for name, notes in attempt.notes.items() for note in notes}


def student_of(attempt: Attempt) -> str:
    """Each attempt is handed in by a student of its own, as in ``mathgrade check``."""
    return "attempt-" + attempt.name.replace(" ", "-")


def attempts() -> Iterator[Any]:
    for assignment in ASSIGNMENTS:
        for attempt in read_attempts(COURSE, assignment):
            if not any(way in text for text in attempt.cells.values() for way in RUNAWAY):
                yield pytest.param(assignment, attempt, id=f"{assignment}-{attempt.name}")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_reference_runs_without_an_error_and_gets_full_marks(assignment: str) -> None:
    marked, errors = run(assignment, REFERENCE)
    assert errors == []
    lost = {name: v.findings for name, v in marked.items() if v.outcome is not Outcome.CORRECT}
    assert lost == {}
    assert {n: v.earned for n, v in marked.items()} == expected_marks(
        REFERENCE, source_of(assignment)
    )


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_nothing_filled_in_earns_nothing(assignment: str) -> None:
    marked, _ = run(assignment, BLANK)
    assert {v.earned for v in marked.values()} == {0.0}


@pytest.mark.parametrize(("assignment", "attempt"), attempts())
def test_an_attempt_gets_the_marks_and_notes_it_states(assignment: str, attempt: Attempt) -> None:
    marked, _ = run(assignment, attempt)
    expected = expected_marks(attempt, source_of(assignment))
    got = {name: verdict.earned for name, verdict in marked.items()}
    assert got == pytest.approx(expected, abs=0.006)
    for name, note in stated_notes(attempt):
        verdict = marked[name]
        assert note in {verdict.note, *(f.note for f in verdict.findings)}, (name, verdict)
    assert told(assignment, marked, attempt) <= stated_notes(attempt)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_there_are_eight_attempts_that_name_only_what_the_notebook_has(assignment: str) -> None:
    found = read_attempts(COURSE, assignment)
    assert len(found) >= 8
    source = source_of(assignment)
    assert {a.name: attempt_faults(a, source) for a in found} == {a.name: [] for a in found}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_item_has_an_answer_cell_and_a_test_cell_of_its_points(assignment: str) -> None:
    cells = source_of(assignment).cells
    tested = {marked_name(grade_id(c)): points_of(c) for c in cells if is_test(c)}
    items = load_assignment(COURSE, assignment).items
    assert tested == {name: item.points for name, item in items.items()}
    by_hand = {grade_id(c) for c in cells if is_by_hand(c)}
    assert set(answers_of(source_of(assignment))) - by_hand == set(items)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_reader_sees_only_questions_about_the_form(assignment: str) -> None:
    """What stands before the hidden tests is a docstring and a call of check."""
    for cell in filter(is_test, source_of(assignment).cells):
        visible, _, hidden = cell.source.partition("### BEGIN HIDDEN TESTS\n")
        first, second = ast.parse(visible).body
        assert isinstance(first.value, ast.Constant), cell.id
        assert second.value.func.id == "check", cell.id
        assert hidden.endswith("\n### END HIDDEN TESTS"), cell.id
        assert hidden.startswith(f'grade("{assignment}:{marked_name(cell.id)}"'), cell.id


# -- known mistakes ------------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_known_mistake_is_made_by_an_attempt(assignment: str) -> None:
    stated = {pair for a in read_attempts(COURSE, assignment) for pair in stated_notes(a)}
    items = load_assignment(COURSE, assignment).items
    known = {(name, m.note) for name, item in items.items() for m in item.known("s001")}
    assert known - stated == set()


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_there_are_mistakes_enough_and_each_note_has_one_message(assignment: str) -> None:
    for name, item in load_assignment(COURSE, assignment).items.items():
        known = item.known("s001")
        test = item.test("s001")
        least = 4 if isinstance(test, Expression | Derivation) else 3
        if isinstance(test, Choice):
            least = 2  # of the wrong names of a curve all but one have the same shape
        assert len({m.note for m in known}) >= least, name
        assert len({(m.note, m.message) for m in known}) == len({m.note for m in known}), name


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_wrong_attempts_outnumber_right_ones(assignment: str) -> None:
    found = read_attempts(COURSE, assignment)
    right = [a for a in found if a.base == "reference" and not a.marks]
    assert len(right) < len(found) / 2


def mistakes() -> Iterator[Any]:
    for assignment in ASSIGNMENTS:
        for item in load_assignment(COURSE, assignment).items.values():
            yield pytest.param(item, id=item.full_name)


@pytest.mark.parametrize("item", mistakes())
@pytest.mark.parametrize("student", ["s001", "s002", "s003"])
def test_every_known_mistake_is_wrong_and_gets_its_own_note(item: Item, student: str) -> None:
    if not item.variant and student != "s001":
        return  # nothing is drawn: once is enough
    test, known = item.test(student), item.known(student)
    assert len(known) >= 2
    for mistake in known:
        response = test.example(mistake.response)
        if item.name == "decomposition":
            response = svd_of(response)
        if isinstance(test, Derivation):
            response = f"$${response}$$"  # a wrong step, as a student would write it
        source = "def f(z): return z" if isinstance(test, Function) else ""
        verdict = item.mark(response, student=student, source=source)
        notes = {verdict.note, *(f.note for f in verdict.findings)}
        assert verdict.outcome in (Outcome.PARTIAL, Outcome.INCORRECT), mistake
        assert mistake.note in notes, (mistake, verdict)
        assert mistake.credit <= verdict.credit < 1


def svd_of(matrix: Any) -> Any:
    import numpy as np

    return np.linalg.svd(np.array(matrix, dtype=float))
