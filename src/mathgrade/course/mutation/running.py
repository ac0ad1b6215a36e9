"""Runs mutants of code: each in a process of its own, with the cells of the notebook it needs.

It is the instructor's own code, changed in one place, so a process that can be ended is
all it needs. Cells and test run as in the notebook, with ``grade`` taking the
verdicts; what a mutant prints is dropped, and a mutant that does not end is ended.
"""

from __future__ import annotations

import ast
import contextlib
import multiprocessing
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mathgrade.autograde.attempt import CellError
from mathgrade.autograde.execution import cell_error, execute, run_statement
from mathgrade.autograde.names import bound_names, free_names, parse_cell
from mathgrade.autograde.score import points_of
from mathgrade.autograde.scratch import scratch_folder
from mathgrade.course.mutation.mutant import Mutant
from mathgrade.course.mutation.variation import difference_of
from mathgrade.course.notebooks import answers_of, grade_id, is_answer, is_test, marked_name
from mathgrade.course.notebooks import points_of as worth_of
from mathgrade.course.regions import without_markers
from mathgrade.errors import CourseError
from mathgrade.items import Item
from mathgrade.notebook import Sitting, seated
from mathgrade.verdict import Outcome, Verdict

__all__ = ["Bench", "Fate", "bench_for", "fates", "given_matrices"]

_FORK = multiprocessing.get_context("fork")
_LEAST_SECONDS = 1.0  # of processor time for a mutant, or ten times what the reference takes
_MEMORY = 2 << 30  # bytes a mutant may use beyond what is there


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mutant of code.

    Attributes:
        mutant: its name.
        outcome: CORRECT if it passed the test, UNDECIDED if a person would have to look.
        why: where it differs from the reference all the same, or that it was not seen to.
    """

    mutant: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """A test cell with what it takes to run it.

    Attributes:
        course, assignment, student: for the draws and the references.
        before: sources of the cells that run before the answer cell.
        answer: grade_id of the answer cell.
        answers: sources of all answer cells.
        test: source of the test cell.
        points: what it is worth.
        items: the items it marks, each with the name of its response in the cell, or empty.
    """

    course: Path
    assignment: str
    student: str
    before: tuple[str, ...]
    answer: str
    answers: Mapping[str, str]
    test: str
    points: float
    items: tuple[tuple[Item, str], ...] = ()


def bench_for(
    course: Path,
    assignment: str,
    nb: Any,
    test: str,
    *,
    student: str,
    items: tuple[tuple[Item, str], ...] = (),
) -> Bench:
    """The bench of one test cell of a source notebook.

    Of the cells before the answer, those run that bind a name that is needed.

    Raises:
        CourseError: a cell is not Python.
    """
    answer = marked_name(test)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    names = [grade_id(cell) for cell in cells]
    place = names.index(answer)
    marked = cells[names.index(test)]
    answers = {
        name: without_markers(text, "code" if name in names else "markdown")
        for name, text in answers_of(nb).items()
    }
    kept: list[str] = []
    try:
        needed = _needed(answers[answer]) | _needed(marked.source)
        for cell in reversed([c for c in cells[:place] if not is_test(c)]):
            source = without_markers(cell.source)
            if bound_names(source) & needed:
                kept.insert(0, source)
                needed |= _needed(source)
    except SyntaxError as error:
        raise CourseError(f"{assignment}: a cell is not Python: {error}") from error
    return Bench(
        course,
        assignment,
        student,
        tuple(kept),
        answer,
        answers,
        marked.source,
        worth_of(marked),
        items,
    )


def _needed(source: str) -> set[str]:
    free = free_names(source)
    return {*free.names, *free.maybe, *free.builtin_names}


def fates(bench: Bench, mutants: list[Mutant]) -> tuple[float, list[Fate]]:
    """Processor time of marking the reference, and what becomes of each mutant.

    Raises:
        CourseError: the reference itself is not marked right, or its cells cannot be run.
    """
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_serve, args=(theirs, bench, mutants))
    process.start()
    theirs.close()
    try:
        found = ours.recv()
    except EOFError:
        raise CourseError(f"{bench.assignment}: {bench.answer} ended the process.") from None
    finally:
        ours.close()
        process.join()
    if isinstance(found, str):
        raise CourseError(f"{bench.assignment}: {bench.answer}: {found}")
    seconds, results = found
    return float(seconds), list(results)


def _serve(channel: Connection, bench: Bench, mutants: list[Mutant]) -> None:
    """In a process of its own: run what comes before once, then a process for each mutant."""
    with _workplace(bench):
        try:
            namespace: dict[str, Any] = {"__name__": "__main__"}
            with seated(_sitting(bench, [], {})):
                for source in bench.before:
                    run_statement(source, namespace)
                own = dict(namespace)
                run_statement(bench.answers[bench.answer], own)
            begin = time.process_time()
            fate = _mark(bench, "", bench.answers[bench.answer], namespace, own)
            taken = time.process_time() - begin
        except Exception as error:
            channel.send(f"its cells cannot be run: {type(error).__name__}: {error}")
            return
        if fate.outcome is not Outcome.CORRECT:
            channel.send(f"the reference is not marked right: {fate.why or fate.outcome.value}")
            return
        seconds = max(_LEAST_SECONDS, 10 * taken)
        found = [_in_process(bench, mutant, dict(namespace), own, seconds) for mutant in mutants]
        channel.send((taken, found))


@contextlib.contextmanager
def _workplace(bench: Bench) -> Iterator[None]:
    """A folder with what lies beside the notebook, and nothing printed."""
    folder = bench.course / "source" / bench.assignment
    os.environ |= {"MPLBACKEND": "Agg", "MATHGRADE_STUDENT": bench.student}
    with (
        scratch_folder(folder) as scratch,
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        os.chdir(scratch)
        yield
        os.chdir(bench.course)


def _in_process(
    bench: Bench, mutant: Mutant, namespace: dict[str, Any], own: dict[str, Any], seconds: float
) -> Fate:
    ours, theirs = _FORK.Pipe()
    mark = partial(_mark, bench, mutant.name, mutant.response, namespace, own)
    process = _FORK.Process(target=_try, args=(theirs, mark, mutant.name, seconds))
    process.start()
    theirs.close()
    ended = Fate(mutant.name, Outcome.INCORRECT, "it does not end, or ends the process")
    try:
        if not ours.poll(10 * seconds + 20):  # it sleeps: its processor time stands still
            process.kill()
            return ended
        fate = ours.recv()
    except EOFError:
        return ended
    finally:
        process.join()
        ours.close()
    assert isinstance(fate, Fate)
    return fate


def _try(channel: Connection, mark: Callable[[], Fate], name: str, seconds: float) -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if _has_proc() else 0
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + _MEMORY, hard))
    try:
        fate = mark()
    except BaseException as error:  # SystemExit too: it is a mutant
        fate = Fate(name, Outcome.INCORRECT, f"{type(error).__name__}: {error}"[:200])
    channel.send(fate)


def _has_proc() -> bool:
    return Path("/proc/self/statm").is_file()


def _sitting(bench: Bench, verdicts: list[Verdict], answers: Mapping[str, str]) -> Sitting:
    return Sitting(
        verdicts.append,
        {**bench.answers, **answers},
        str(bench.course),
        bench.assignment,
        bench.student,
    )


def _mark(
    bench: Bench, name: str, source: str, namespace: dict[str, Any], own: dict[str, Any]
) -> Fate:
    """Run one answer and its test; ``own`` holds what the reference defines."""
    verdicts: list[Verdict] = []
    error: CellError | None = None
    value: Any = None
    with seated(_sitting(bench, verdicts, {bench.answer: source})):
        run_statement(source, namespace)
        cell = dict(namespace)
        try:
            value = execute(parse_cell(bench.test), "test", cell, cell)
        except Exception as fault:
            error = cell_error(fault, "test")
    if any(verdict.outcome is Outcome.UNDECIDED for verdict in verdicts):
        reason = next(v.needs_review for v in verdicts if v.needs_review)
        return Fate(name, Outcome.UNDECIDED, reason)
    score, _ = points_of(value, error, verdicts, bench.points)
    if score < bench.points:
        return Fate(name, Outcome.INCORRECT, error.evalue if error else "")
    seen = [
        difference_of(item, bench.student, own[response], namespace[response])
        for item, response in bench.items
        if name and response in own and response in namespace
    ]
    return Fate(name, Outcome.CORRECT, next(filter(None, seen), ""))


def given_matrices(course: Path, assignment: str, nb: Any, student: str) -> list[tuple[str, Any]]:
    """Vectors and matrices that the locked cells of a notebook give to students, with their names.

    What a locked cell needs of an answer is not there: such a cell gives nothing.
    """
    sources = [
        cell.source
        for cell in nb.cells
        if cell.cell_type == "code" and not is_test(cell) and not is_answer(cell)
    ]
    bench = Bench(course, assignment, student, tuple(sources), "", answers_of(nb), "", 0)
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_give, args=(theirs, bench))
    process.start()
    theirs.close()
    try:
        return list(ours.recv())
    except EOFError:
        return []
    finally:
        ours.close()
        process.join()


def _assigned(sources: tuple[str, ...]) -> Iterator[str]:
    """Names that cells assign at their top level: not what a loop in a plot runs over."""
    for source in sources:
        with contextlib.suppress(SyntaxError):
            for statement in parse_cell(source).body:
                if isinstance(statement, ast.Assign):
                    for target in statement.targets:
                        yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def _give(channel: Connection, bench: Bench) -> None:
    import numpy as np
    import sympy as sp

    namespace: dict[str, Any] = {"__name__": "__main__"}
    with _workplace(bench), seated(_sitting(bench, [], {})):
        for source in bench.before:
            with contextlib.suppress(Exception):
                run_statement(source, namespace)
    found = []
    for name in _assigned(bench.before):
        value: Any = namespace.get(name)
        numbers = isinstance(value, np.ndarray) and value.dtype.kind in "iuf"
        if (numbers and 0 < value.ndim < 3 and value.size <= 100) or (
            isinstance(value, sp.MatrixBase) and len(value) <= 100
        ):
            found.append((name, value))
    channel.send(found)
