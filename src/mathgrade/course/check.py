"""The instructor's test: everything ``mathgrade check`` looks at, a line each.

An assignment is fit for students when its cells and items agree, nothing leaks,
and answers with known marks get exactly those marks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from mathgrade.course.attempts import BLANK, REFERENCE, attempt_faults, read_attempts
from mathgrade.course.canonical import departures, restored, unmendable
from mathgrade.course.leaks import leaks
from mathgrade.course.mutation import Bite, Probe, bite, probes_of
from mathgrade.course.nbgrader_runs import NbgraderCourse, generate_into
from mathgrade.course.notebooks import (
    extra_files,
    grade_id,
    is_answer,
    is_by_hand,
    is_test,
    notebook_path,
    read_notebook,
    require_assignments,
)
from mathgrade.course.parallel import each
from mathgrade.course.points import graded_items, in_kernel_tests, point_faults
from mathgrade.course.regions import read_regions
from mathgrade.course.replay import Replay, prepare, replay
from mathgrade.errors import CourseError, MathgradeError

__all__ = ["Line", "Status", "bite_lines", "check_course", "fix_course"]


class Status(StrEnum):
    """What came of one check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """One check of one assignment.

    Attributes:
        assignment: its name.
        check: what was looked at.
        status: ok, warning or failed.
        details: what was found, a line each; empty if nothing.
    """

    assignment: str
    check: str
    status: Status
    details: tuple[str, ...] = ()


@dataclass(slots=True)
class _Plan:
    """What the checks that only look came to, and the attempts still to be run."""

    lines: list[Line] = field(default_factory=list)
    replays: list[Replay] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)

    def add(self, assignment: str, check: str, found: Sequence[str], *, warn: bool = False) -> None:
        bad = Status.WARNING if warn else Status.FAILED
        self.lines.append(Line(assignment, check, bad if found else Status.OK, tuple(found)))


def check_course(
    course: NbgraderCourse,
    names: Sequence[str] = (),
    *,
    released: bool = True,
    run: bool = True,
    workers: int = 2,
    on_start: Callable[[int], None] = lambda _: None,
    on_done: Callable[[Replay], None] = lambda _: None,
    on_bite: Callable[[Bite], None] = lambda _: None,
) -> list[Line]:
    """Check assignments.

    Args:
        course: the course.
        names: which assignments; all if empty.
        released: whether ``release/`` must be fresh. If not, or where there is none yet, what
            nbgrader would release now is looked at instead.
        run: whether to run the attempts and to mark mutants of the reference; if not, the
            checks only look.
        workers: how many attempts or items are looked at at a time.
        on_start: told how many attempts and items there are, for a progress bar.
        on_done: told after each attempt.
        on_bite: told after each item.

    Raises:
        CourseError: a course that cannot be read.
    """
    plan = _Plan()
    for name in require_assignments(course.root, list(names)):
        _look(course, name, plan, released=released)
    if not run:
        return plan.lines
    on_start(len(plan.replays) + len(plan.probes))
    results = replay(plan.replays, workers=workers, on_done=on_done)
    lines = list(plan.lines)
    for (assignment, attempt), found in results.items():
        status = Status.FAILED if found else Status.OK
        lines.append(Line(assignment, _label(attempt), status, tuple(found)))
    order = {(r.assignment, _label(r.name)): n for n, r in enumerate(plan.replays)}
    names = list(dict.fromkeys(line.assignment for line in plan.lines))
    lines.sort(
        key=lambda it: (names.index(it.assignment), order.get((it.assignment, it.check), -1))
    )
    bites = _bites(plan.probes, workers, on_bite)
    for name in reversed(names):
        here = [found for found in bites if found.assignment == name]
        end = max(n for n, line in enumerate(lines) if line.assignment == name) + 1
        lines[end:end] = bite_lines(name, here)
    return lines


def _bites(probes: list[Probe], workers: int, on_bite: Callable[[Bite], None]) -> list[Bite]:
    found: dict[Probe, Bite] = {}
    for probe, result in each(bite, probes, workers=workers):
        if isinstance(result, Exception):  # a fault of that item alone
            fault = f"{type(result).__name__}: {result}"
            result = Bite(probe.assignment, probe.item or probe.test, fault=fault)
        found[probe] = result
        on_bite(result)
    return [found[probe] for probe in probes]


def bite_lines(assignment: str, bites: Sequence[Bite]) -> list[Line]:
    """What is said of an assignment whose items were looked at with mutants."""
    if not bites:
        return []
    alive = [
        (one.plain, f"{one.item}: {survivor.name} survives ({survivor.why})")
        for one in bites
        for survivor in one.survivors
    ]
    faults = [f"{one.item}: {one.fault}" for one in bites if one.fault]
    killed, right = (
        sum(counts) for counts in zip(*((b.killed, len(b.equivalent)) for b in bites), strict=True)
    )
    said = f"{killed} of {killed + len(alive)} lose marks"
    said += f", {right} more are right as well" if right else ""
    weak = [text for plain, text in alive if not plain]
    status = Status.FAILED if weak or faults else Status.OK
    lines = [Line(assignment, "mutants", status, (said, *faults, *weak))]
    loose = [text for plain, text in alive if plain]
    loose += [f"{b.item}: no survivor is named {text!r}" for b in bites for text in b.unused]
    bare = [b.item for b in bites if not (b.mutants or b.shared or b.fault)]
    loose += [f"{item}: no mutant could be made" for item in bare]
    if loose:
        lines.append(Line(assignment, "mutants to look at", Status.WARNING, tuple(loose)))
    earned = [
        f"{one.item}: {name} earns {credit:.0%}"
        for one in bites
        for name, credit in (("a blank answer", one.blank), *one.trivial.items())
        if credit
    ]
    status = Status.FAILED if earned else Status.OK
    return [*lines, Line(assignment, "answers without a thought", status, tuple(earned))]


def fix_course(course: Path, names: Sequence[str] = ()) -> list[Path]:
    """Bring source notebooks into canonical form; the files that changed."""
    changed = []
    for name in require_assignments(course, list(names)):
        for path in sorted((course / "source" / name).glob("*.ipynb")):
            text = path.read_text(encoding="utf-8")
            new = restored(text)
            if new != text:
                path.write_text(new, encoding="utf-8")
                changed.append(path)
    return changed


def _label(attempt: str) -> str:
    known = {REFERENCE.name: "the reference: full marks", BLANK.name: "blank: no marks"}
    return known.get(attempt, f"attempt {attempt}")


def _look(course: NbgraderCourse, name: str, plan: _Plan, *, released: bool) -> None:
    """Every check of an assignment that runs nothing; the attempts to run go into the plan."""
    path = notebook_path(course.root, "source", name)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    source = read_notebook(path)
    plan.add(name, "region markers", _marker_faults(source))
    plan.add(name, "ids", unmendable(text))
    found = departures(text)
    hint = ["run `mathgrade check --fix` to restore it"] if found else []
    plan.add(name, "canonical form", found + hint)
    plan.add(name, "points and items", _item_faults(course.root, name, source))
    in_kernel = [f"{cell!r} runs beside the student's code" for cell in in_kernel_tests(source)]
    if in_kernel:
        plan.add(name, "tests in the kernel", in_kernel, warn=True)
    with tempfile.TemporaryDirectory(prefix="mathgrade-check-") as folder:
        try:
            made = generate_into(course, name, Path(folder))
        except CourseError as error:
            plan.add(name, "release", [str(error)])
            return
        release = course.root / "release" / name
        there = released and release.is_dir()
        if there:
            plan.add(name, "release is fresh", _stale(release, made))
        elif released:
            plan.add(name, "release", ["not released yet: run `mathgrade release`"], warn=True)
        plan.add(name, "nothing leaks", leaks(release if there else made, course.root, name))
        blank = read_notebook(made / f"{name}.ipynb")
    _plan_attempts(course.root, name, plan, source, blank)
    plan.probes += probes_of(course.root, name)


def _plan_attempts(root: Path, name: str, plan: _Plan, source: Any, blank: Any) -> None:
    attempts, bad = [REFERENCE, BLANK], []
    try:
        for attempt in read_attempts(root, name):
            faults = attempt_faults(attempt, source)
            bad += [f"{attempt.name}: {fault}" for fault in faults]
            if not faults:
                attempts.append(attempt)
    except CourseError as error:
        bad.append(str(error))
    plan.add(name, "attempts can be read", bad)
    plan.replays += [prepare(root, name, a, source=source, blank=blank) for a in attempts]


def _marker_faults(source: Any) -> list[str]:
    faults = []
    for number, cell in enumerate(source.cells, start=1):
        where = f"cell {number} ({grade_id(cell) or cell.get('id', '')})"
        regions, wrong = read_regions(cell.source, cell.cell_type)
        faults += [f"{where}, line {fault.line}: {fault.message}" for fault in wrong]
        for region in regions:
            misplaced = {
                "SOLUTION": not is_answer(cell),
                "HIDDEN TESTS": not is_test(cell),
                "MARK SCHEME": not is_by_hand(cell),
            }[region.kind]
            if misplaced:
                faults.append(f"{where} has a region {region.kind} but is not a cell for it")
    return faults


def _item_faults(root: Path, name: str, source: Any) -> list[str]:
    graded = any(graded_items(cell.source, name) for cell in source.cells if is_test(cell))
    if not graded and not (root / "reference" / f"{name}.py").is_file():
        return point_faults(source, name, {})  # an assignment of plain asserts has no items
    from mathgrade.items import load_assignment

    try:
        items = load_assignment(root, name).items
    except MathgradeError as error:
        return [str(error)]
    return point_faults(source, name, items)


def _stale(release: Path, made: Path) -> list[str]:
    """How the committed release differs from what nbgrader makes now."""
    old, new = _contents(release), _contents(made)
    found = [f"{name} is missing" for name in sorted(new.keys() - old.keys())]
    found += [f"{name} does not come from source/" for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            found.append(f"{name} is not what nbgrader makes of source/ now")
    return found + ([f"run `mathgrade release {release.name}`"] if found else [])


def _contents(folder: Path) -> dict[str, bytes]:
    files = [*extra_files(folder), *folder.rglob("*.ipynb")]
    kept = [path for path in files if ".ipynb_checkpoints" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}
