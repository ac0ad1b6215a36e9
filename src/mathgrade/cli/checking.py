"""``mathgrade check`` and ``mathgrade release``: what an instructor does before students see it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mathgrade.cli.arguments import AsJson, Assignment, Assignments, CourseOption, Workers
from mathgrade.cli.session import failed, here, out, print_json, progress, session

if TYPE_CHECKING:
    from mathgrade.course.check import Line
    from mathgrade.course.mutation import Bite

__all__ = ["check", "release"]


def check(
    assignment: Assignments = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Restore canonical form first.")] = False,
    look: Annotated[bool, typer.Option("--look", help="Only look; run no attempts.")] = False,
    workers: Workers = 2,
    as_json: AsJson = False,
    course: CourseOption = None,
) -> int:
    """Test a course: marks, leaks, points, canonical form.

    The reference must get full marks, a blank notebook none, and every attempt in
    reference/attempts/ the marks it states; nothing of the solutions may stand in release/.

    Each reference is changed in one place, again and again; an item whose test gives such a
    mutant full marks fails. One that is right as well goes into EQUIVALENT of the reference file.

    Exit code: 0 if nothing failed, 1 if something did, 2 if the course cannot be read.
    """
    from mathgrade.cli.json_views import checks_json
    from mathgrade.course.check import fix_course

    root = here(course)
    restored = [
        path.relative_to(root) for path in (fix_course(root, assignment or ()) if fix else ())
    ]
    if not as_json:
        for path in restored:
            out().print(f"restored {path}")
    lines, bites = _checked(root, assignment or [], run=not look, workers=workers)
    if as_json:
        checks, items = checks_json(lines), [one.to_json() for one in bites]
        print_json({"restored": list(map(str, restored)), "checks": checks, "items": items})
    else:
        _show(lines, bites)
    return int(_has_failed(lines))


def release(assignment: Assignment, as_json: AsJson = False, course: CourseOption = None) -> int:
    """Check an assignment, then make its release.

    Exit code: 0 if it was released, 1 if a check failed, 2 if it cannot be read.
    """
    from mathgrade.cli.json_views import checks_json
    from mathgrade.course.nbgrader_runs import generate, open_course

    root = here(course)
    lines, bites = _checked(root, [assignment], released=False)
    if not as_json:
        _show(lines, bites)
    refused = _has_failed(lines)
    folder = root / "release" / assignment
    if not refused:
        generate(open_course(root, debug=session().debug), assignment)
    if as_json:
        print_json({"released": "" if refused else str(folder), "checks": checks_json(lines)})
    elif refused:
        failed([f"{assignment} was not released: mend what failed first."])
    else:
        out().print(f"released: {folder}", soft_wrap=True)
    return int(refused)


def _checked(
    root: Path, names: list[str], *, released: bool = True, run: bool = True, workers: int = 2
) -> tuple[Sequence[Line], Sequence[Bite]]:
    from mathgrade.course.check import check_course
    from mathgrade.course.nbgrader_runs import open_course

    bites: list[Bite] = []
    with progress(lines=False) as (start, step):

        def bitten(one: Bite) -> None:
            bites.append(one)
            step(f"{one.assignment}: {one.item}")

        lines = check_course(
            open_course(root, debug=session().debug),
            names,
            released=released,
            run=run,
            workers=workers,
            on_start=start,
            on_done=lambda one: step(f"{one.assignment}: {one.name}"),
            on_bite=bitten,
        )
    return lines, sorted(bites, key=lambda one: one.assignment)  # they come as they are done


def _has_failed(lines: Sequence[Line]) -> bool:
    from mathgrade.course.check import Status

    return any(line.status is Status.FAILED for line in lines)


def _show(lines: Sequence[Line], bites: Sequence[Bite]) -> None:
    from mathgrade.cli.bites import bite_table
    from mathgrade.cli.tables import check_table
    from mathgrade.course.check import Status

    if bites:
        out().print(bite_table(bites))
    out().print(check_table(lines))
    count = {status: sum(line.status is status for line in lines) for status in Status}
    ok, warning, bad = count[Status.OK], count[Status.WARNING], count[Status.FAILED]
    out().print(f"{ok} ok, {warning} with a warning, {bad} failed")
    if session().quiet:
        failed(
            f"{line.assignment}: {line.check}: {'; '.join(line.details)}"
            for line in lines
            if line.status is Status.FAILED
        )
