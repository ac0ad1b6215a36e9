"""Mark one notebook: run the student's cells, judge each test cell where it stands."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_locked, is_solution

from mathgrade.autograde.attempt import Attempt, CellResult
from mathgrade.autograde.claimed import claimed_student
from mathgrade.autograde.imports import imported_modules
from mathgrade.autograde.instructor import asked_names
from mathgrade.autograde.judge_client import JudgeSession, open_session, warm_up
from mathgrade.autograde.kernel import KernelDied, Limits, StudentKernel
from mathgrade.autograde.scratch import scratch_folder
from mathgrade.autograde.warm import borrowed_kernel, warm_up_kernels
from mathgrade.card import card, plain
from mathgrade.errors import CourseError, JudgeError
from mathgrade.notebook import CARD_TYPE
from mathgrade.verdict import Verdict

__all__ = ["CellMark", "Kernels", "Limits", "Place", "leave_to_person", "mark_notebook"]

Kernels = Callable[..., contextlib.AbstractContextManager[StudentKernel]]
"""Gives a fresh kernel for one attempt: called as
``kernels(limits, name, ahead=ahead, modules=modules)``."""

_IN_KERNEL = "in-kernel"


class Kept(Protocol):
    """Test cells whose outputs are kept from when the attempt was last marked."""

    def begin(self) -> None:
        """The notebook is run from its start."""
        ...

    def restore(self, cell: NotebookNode) -> bool:
        """Give a test cell the outputs it had; False where it has to be run."""
        ...

    def ran(self, name: str, *, reached: bool) -> None:
        """A test was run; ``reached``: it did more in the student's process than look."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt belongs.

    Attributes:
        course: the course folder (with ``source/`` and ``reference/``).
        assignment: name of the assignment.
        notebook: name of the notebook, without ``.ipynb``.
        student: id of the student, from the submission's folder.
        folder: the folder the notebook was handed in with; its other files are
            copied to where the notebook runs.
    """

    course: Path
    assignment: str
    notebook: str
    student: str
    folder: Path


@dataclass(frozen=True, slots=True)
class CellMark:
    """The mark of one test cell.

    Attributes:
        grade_id: the cell's id.
        points: what it is worth.
        score: points earned; None where a person has to decide.
        verdicts: what each ``grade`` in it found.
        error: exception that ended the cell, ``"AssertionError: …"``; may be empty.
        review: why a person must look; empty if nobody has to.
    """

    grade_id: str
    points: float
    score: float | None
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""
    review: str = ""


@dataclass(slots=True)
class _Run:
    """What one pass over the notebook came to."""

    marks: list[CellMark] = field(default_factory=list)
    died: str = ""  # the student's kernel ended during this run, and might not in another
    fault: str = ""  # ours


def mark_notebook(
    nb: NotebookNode,
    place: Place,
    limits: Limits | None = None,
    *,
    ahead: bool = False,
    kernels: Kernels = borrowed_kernel,
    kept: Kept | None = None,
) -> list[CellMark]:
    """Run and mark a notebook; outputs are written into it.

    A run that ended with a dead kernel or a fault of ours is done once more
    from the start: only what happens twice is the student's doing. A fault of
    ours that persists leaves the cells it hit to a person.

    Args:
        nb: the notebook, with the instructor's test cells in place.
        place: whose it is and where it belongs.
        limits: what it may use.
        ahead: another attempt is likely to follow: start its kernel already.
        kernels: where the student's kernels come from.
        kept: test cells that are not to be run again.

    Returns:
        One mark for each test cell, in the notebook's order.

    Raises:
        CourseError: nothing confines students' code on this machine.
    """
    limits = limits or Limits()
    run = _mark_once(nb, place, limits, kernels, kept, ahead=ahead)
    if run.died or run.fault:
        run = _mark_once(nb, place, limits, kernels, kept, ahead=ahead)
    return run.marks


def leave_to_person(nb: NotebookNode, reason: str) -> list[CellMark]:
    """Run nothing; each cell that has points says why a person must look."""
    marks = []
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_test(cell):
            marks.append(_mark_of(cell, CellResult(score=None, review=reason)))
        elif is_grade(cell):
            cell.metadata["mathgrade"] = {"review": reason, "undecided": True}
    return marks


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is an autograder test: graded, code, and not for the student to fill in."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def _is_given(cell: NotebookNode) -> bool:
    """Whether a cell is locked code of the instructor's that is no test."""
    marked = is_grade(cell) or is_solution(cell)
    return cell.cell_type == "code" and is_locked(cell) and not marked


def _mark_once(
    nb: NotebookNode,
    place: Place,
    limits: Limits,
    kernels: Kernels,
    kept: Kept | None,
    *,
    ahead: bool,
) -> _Run:
    run = _Run()
    if kept is not None:
        kept.begin()
    warm_up()
    kernel_name = nb.metadata.get("kernelspec", {}).get("name", "python3")
    warm_up_kernels(limits, kernel_name)
    source = _source_notebook(place)
    code = [
        c.source
        for c in (source.cells if source else ())
        if c.cell_type == "code" and not is_test(c)
    ]
    modules = imported_modules(code, place.course / "source" / place.assignment)
    in_kernel = _in_kernel(source or nb)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch_folder(place.folder))
        session: JudgeSession | None = None
        kernel: StudentKernel | None = None
        try:
            kernel = stack.enter_context(kernels(limits, kernel_name, ahead=ahead, modules=modules))
            kernel.take(
                folder,
                {"MATHGRADE_STUDENT": place.student, "MATHGRADE_ASSIGNMENT": place.assignment},
            )
            session = open_session(_attempt(nb, source, place), folder, limits)
            stack.callback(session.close)
        except CourseError:
            raise
        except Exception as fault:
            run.fault = str(fault) if isinstance(fault, JudgeError) else _named(fault)
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            if is_test(cell) and kept is not None and kept.restore(cell):
                run.marks.append(_stock_mark(cell))
            elif is_test(cell) and source is not None and not _has(source, cell, is_test):
                run.marks.append(_unknown(cell))
            elif is_test(cell) and cell.metadata.nbgrader["grade_id"] not in in_kernel:
                run.marks.append(_judge(cell, session, kernel, run))
                _note(cell, kept, reached=session is None or session.reached)
            elif kernel is not None:
                _run_cell(cell, kernel, run)
                if is_test(cell):
                    run.marks.append(_stock_mark(cell))
                    _note(cell, kept, reached=True)
        if kernel is not None and not kernel.certain:
            run.died = kernel.died
    return run


def _in_kernel(nb: NotebookNode) -> set[str]:
    """Test cells to run where the student works: what the instructor tagged, not the hand-in."""
    tagged = (c for c in nb.cells if is_test(c) and _IN_KERNEL in c.metadata.get("tags", []))
    return {cell.metadata.nbgrader["grade_id"] for cell in tagged}


def _has(source: NotebookNode, cell: NotebookNode, kind: Callable[[NotebookNode], bool]) -> bool:
    """Whether the instructor's notebook has this cell, of this kind: what a hand-in says of its
    own cells decides nothing about what runs on the trusted side."""
    grade_id = cell.metadata.nbgrader["grade_id"]
    return any(kind(c) and c.metadata.nbgrader["grade_id"] == grade_id for c in source.cells)


def _unknown(cell: NotebookNode) -> CellMark:
    review = "not marked: source/ has no test cell of this name; was it renamed after the release?"
    return _mark_of(cell, CellResult(score=None, review=review))


def _run_cell(cell: NotebookNode, kernel: StudentKernel, run: _Run) -> None:
    if kernel.died or run.fault:
        cell.outputs = []
        cell.execution_count = None
        return
    try:
        kernel.run(cell)
    except KernelDied as death:
        cell.outputs.append(
            new_output(
                "error",
                ename="DeadKernelError",
                evalue=str(death),
                traceback=[f"DeadKernelError: {death}"],
            )
        )
    except Exception as error:  # nothing a student's code does may cost anybody a mark
        run.fault = f"a cell could not be run: {_named(error)}"


def _judge(
    cell: NotebookNode, session: JudgeSession | None, kernel: StudentKernel | None, run: _Run
) -> CellMark:
    grade_id = cell.metadata.nbgrader["grade_id"]
    points = float(cell.metadata.nbgrader["points"])
    if session is None or kernel is None or run.fault:
        result = CellResult(score=None, review=f"not marked: {run.fault}")
    else:
        try:
            result = session.run(cell.source, points, grade_id, kernel)
        except Exception as fault:  # of ours, whatever it is: never a zero
            run.fault = str(fault) if isinstance(fault, JudgeError) else _named(fault)
            result = CellResult(score=None, review=f"not marked: {run.fault}")
    return _mark_of(cell, result)


def _note(cell: NotebookNode, kept: Kept | None, *, reached: bool) -> None:
    """Remember whether a test did more in the student's process than look at values."""
    if reached:
        cell.metadata.setdefault("mathgrade", NotebookNode())["reached"] = True
    if kept is not None:
        kept.ran(cell.metadata.nbgrader["grade_id"], reached=reached)


def _mark_of(cell: NotebookNode, result: CellResult) -> CellMark:
    _write(cell, result)
    grade_id = cell.metadata.nbgrader["grade_id"]
    points = float(cell.metadata.nbgrader["points"])
    error = result.error
    text = "" if error is None else f"{error.ename}: {error.evalue}"
    return CellMark(grade_id, points, result.score, result.verdicts, text, result.review)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _write(cell: NotebookNode, result: CellResult) -> None:
    """Outputs of a judged cell, so that nbgrader reads the score we mean."""
    cell.execution_count = None
    outputs = []
    if result.printed:
        outputs.append(new_output("stream", name="stdout", text=result.printed))
    for verdict in result.verdicts:
        data = {
            "text/plain": plain(verdict),
            "text/html": card(verdict),
            CARD_TYPE: verdict.to_json(),
        }
        outputs.append(new_output("display_data", data=data))
    if result.error is not None:
        error = result.error
        outputs.append(
            new_output(
                "error",
                ename=error.ename,
                evalue=error.evalue,
                traceback=list(error.traceback),
            )
        )
    elif result.partial or result.score is None:
        outputs.append(
            new_output(
                "execute_result",
                data={"text/plain": repr(float(result.score or 0.0))},
                execution_count=None,
            )
        )
    cell.outputs = outputs
    cell.metadata.pop("mathgrade", None)
    if result.review:
        cell.metadata["mathgrade"] = {"review": result.review, "undecided": result.score is None}


def _stock_mark(cell: NotebookNode) -> CellMark:
    """The mark of a cell that ran in the student's kernel, as nbgrader reads it."""
    from nbgrader.utils import determine_grade

    nbgrader = cell.metadata.nbgrader
    points = float(nbgrader["points"])
    # A warning on stderr is no failure; nbgrader would take it for one.
    cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    try:
        score, _ = determine_grade(cell)
    except ValueError:  # more than the maximum
        score = points
    errors = [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
    return CellMark(nbgrader["grade_id"], points, score, error=errors[0] if errors else "")


def _attempt(nb: NotebookNode, source: NotebookNode | None, place: Place) -> Attempt:
    trusted = tuple(
        cell.source
        for cell in nb.cells
        if _is_given(cell) and (source is None or _has(source, cell, _is_given))
    )
    imports: tuple[str, ...] = ()
    asked: set[str] = set()
    answers: dict[str, str] = {}
    if source is not None:
        # An answer cell the student deleted is an empty answer.
        answers = {c.metadata.nbgrader["grade_id"]: "" for c in source.cells if is_solution(c)}
        code = [cell for cell in source.cells if cell.cell_type == "code"]
        imports = tuple(cell.source for cell in code if not is_test(cell))
        for cell in code:
            if is_solution(cell):
                asked |= asked_names(cell.source)
    for cell in nb.cells:
        if is_solution(cell):
            answers[cell.metadata.nbgrader["grade_id"]] = cell.source
    return Attempt(
        course=str(place.course),
        assignment=place.assignment,
        student=place.student,
        answers=answers,
        trusted=trusted,
        imports=imports,
        asked=frozenset(asked),
        claimed=claimed_student(c.source for c in nb.cells if c.cell_type == "code"),
    )


def _source_notebook(place: Place) -> NotebookNode | None:
    """The instructor's own notebook, which says what students are asked for."""
    path = place.course / "source" / place.assignment / f"{place.notebook}.ipynb"
    if not path.is_file():
        return None
    return nbformat.read(path, as_version=4)
