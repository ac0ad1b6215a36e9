"""The commands, one function each: arguments in, one call, a table or a line out."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from mathgrade import __version__
from mathgrade.cli.collect import add_collect
from mathgrade.cli.session import Session, here, marking_progress, out, progress

if TYPE_CHECKING:
    from mathgrade.verdict import Verdict

__all__ = ["app"]

_MANUAL = """\
Marks mathematics in Jupyter notebooks: hidden tests outside the student's process,
equality of formulas that is decided, and a reason with every mark.

Works inside a course: a folder with nbgrader_config.py and source/. The way of an assignment:

  1. write source/NAME/NAME.ipynb in JupyterLab and its items in reference/NAME.py
  2. `mathgrade check NAME`       reference gets full marks, nothing leaks
  3. `mathgrade release NAME`     makes release/NAME for students
  4. `mathgrade collect ZIP NAME` into submitted/STUDENT/NAME/, or nbgrader's exchange
  5. `mathgrade autograde NAME`   a row a student, with the reason for what is missing
  6. `mathgrade feedback NAME`    a page a student, under feedback/

To see all of it at work on sample students: `mathgrade demo`.
"""

_EXAMPLES = """\
Examples:

  mathgrade demo --students 12
  mathgrade check softmax --fix
  mathgrade collect softmax.zip softmax --roster students.csv
  mathgrade autograde svd --student s007 --force
  mathgrade try softmax:jacobian-entry answer.py
  mathgrade try --claim claim.toml proof.md
  mathgrade compare "sin(x)**2" "1 - cos(x)**2" --let x=real
  mathgrade doctor

Exit codes: 0 all is well · 1 the answer is no: a check failed, a response is not right,
a submission could not be marked · 2 wrong use, or something cannot be read ·
3 a fault of mathgrade (add --debug to see it) · 130 interrupted
"""


def _block(text: str) -> str:
    # click keeps the line breaks of a paragraph that begins with \b
    return "\n\n".join(f"\b\n{part}" for part in text.strip().split("\n\n"))


def _leave(code: int | None, **_: object) -> None:
    """What a command returns is the exit code."""
    raise typer.Exit(code or 0)


app = typer.Typer(
    name="mathgrade",
    result_callback=_leave,
    help=_block(_MANUAL),
    epilog=_block(_EXAMPLES),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="The course folder; the one around you if left out."),
]
Assignment = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as softmax.")]
Students = Annotated[
    list[str] | None, typer.Option("--student", help="Only this student; may be given again.")
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mathgrade {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks and nbgrader's log.")
    ] = False,
    _shown: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    if not isinstance(context.obj, Session):
        context.obj = Session(debug)


@app.command(help="See it at work: a class of sample students, in a fresh folder.")
def demo(
    context: typer.Context,
    *,
    students: Annotated[int, typer.Option(help="How many students.")] = 12,
    folder: Annotated[Path, typer.Option(help="Where to make it.")] = Path("demo"),
    assignment: Annotated[
        list[str] | None, typer.Option(help="Only this assignment; may be given again.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder that is no demo.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Notebooks marked at a time.")] = 2,
    course: CourseOption = None,
) -> int:
    """Exit 0 if every attempt was marked and got the marks it should, else 1."""
    from mathgrade.cli.tables import class_table, reviews_of, show_pages
    from mathgrade.course.demo import make_demo

    begin = time.perf_counter()
    with progress() as (start, step):
        made = make_demo(
            here(course),
            folder,
            students=students,
            assignments=assignment or (),
            force=force,
            workers=workers,
            debug=context.obj.debug,
            on_start=start,
            on_step=step,
        )
    console = out()
    bad = list(made.failures)
    for group in made.classes:
        console.print(class_table(group.assignment, group.rows, group.attempts))
        waiting = sum(bool(m.review) for row in group.rows for m in row.items.values())
        if waiting:
            console.print(f"* {waiting} marks wait for a person in formgrader")
        for line in reviews_of(group.rows):
            console.print(Text(f"  {line}"), soft_wrap=True)
        console.print()
        bad += [f"{group.assignment}: {line}" for line in group.surprises]
    for line in bad:
        console.print(Text(f"✗ {line}", "bold red"), soft_wrap=True)
    console.print("Open these pages:")
    show_pages(console, made.pages)
    seconds = time.perf_counter() - begin
    count = sum(len(group.rows) for group in made.classes)
    console.print(f"{count} notebooks in {seconds:.0f} s, in {made.folder}", soft_wrap=True)
    if not bad:
        console.print(Text("Every attempt got the marks it should.", "green"))
    return int(bool(bad))


@app.command(help="Test a course: marks, leaks, points, canonical form.")
def check(
    context: typer.Context,
    assignment: Annotated[
        list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="All if left out.")
    ] = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Restore canonical form first.")] = False,
    look: Annotated[bool, typer.Option("--look", help="Only look; run no attempts.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Attempts run at a time.")] = 2,
    course: CourseOption = None,
) -> int:
    """Exit 0 if nothing failed, 1 if something did, 2 if the course cannot be read."""
    from mathgrade.course.check import fix_course

    root = here(course)
    if fix:
        for path in fix_course(root, assignment or ()):
            out().print(f"restored {path.relative_to(root)}")
    return _check(context, root, assignment or [], run=not look, workers=workers)


def _check(
    context: typer.Context,
    root: Path,
    names: list[str],
    *,
    released: bool = True,
    run: bool = True,
    workers: int = 2,
) -> int:
    from mathgrade.cli.tables import check_table
    from mathgrade.course.check import Status, check_course
    from mathgrade.course.nbgrader_runs import open_course

    with progress(lines=False) as (start, step):
        lines = check_course(
            open_course(root, debug=context.obj.debug),
            names,
            released=released,
            run=run,
            workers=workers,
            on_start=start,
            on_done=lambda one: step(f"{one.assignment}: {one.name}"),
        )
    out().print(check_table(lines))
    count = {status: sum(line.status is status for line in lines) for status in Status}
    ok, warning, failed = count[Status.OK], count[Status.WARNING], count[Status.FAILED]
    out().print(f"{ok} ok, {warning} with a warning, {failed} failed")
    return int(failed > 0)


@app.command(help="Check an assignment, then make its release.")
def release(context: typer.Context, assignment: Assignment, course: CourseOption = None) -> int:
    """Exit 0 if it was released, 1 if a check failed, 2 if it cannot be read."""
    from mathgrade.course.nbgrader_runs import generate, open_course

    root = here(course)
    if _check(context, root, [assignment], released=False):
        out().print(Text(f"{assignment} was not released: mend what failed first.", "bold red"))
        return 1
    generate(open_course(root, debug=context.obj.debug), assignment)
    out().print(f"released: {root / 'release' / assignment}", soft_wrap=True)
    return 0


add_collect(app)


@app.command(help="Mark the submissions of an assignment.")
def autograde(
    context: typer.Context,
    assignment: Assignment,
    *,
    student: Students = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Marked at a time; 0 is as many as there are cores.")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler, tcp://HOST:PORT.")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Mark again what has not changed.")
    ] = False,
    course: CourseOption = None,
) -> int:
    """Exit 0 if every submission was marked, 1 if one could not be, 2 if there is none."""
    from mathgrade.cli.tables import class_table, reviews_of
    from mathgrade.course.marks import class_marks
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.course.submissions import autograde_all

    opened = open_course(here(course), debug=context.obj.debug)
    console = out()
    with marking_progress() as (start, step):
        results = autograde_all(
            opened,
            assignment,
            student or (),
            force=force,
            workers=workers,
            scheduler=scheduler,
            on_start=start,
            on_step=step,
        )
    chosen = {result.student for result in results}
    rows = class_marks(opened, assignment, chosen)
    console.print(class_table(assignment, rows))
    for line in reviews_of(rows, by_hand=True):
        console.print(Text(f"  {line}"), soft_wrap=True)
    for result in results:
        for refusal in result.refusals:
            console.print(Text(f"  {result.student}  {refusal}"), soft_wrap=True)
    failed = [result for result in results if result.error]
    for result in failed:
        console.print(Text(f"✗ {result.student}  {result.error}", "bold red"), soft_wrap=True)
    kept = sum(result.kept for result in results)
    marked = len(results) - kept - len(failed)
    line = f"{marked} marked, {len(failed)} could not be marked"
    console.print(line + (f", {kept} have not changed (--force marks again)" if kept else ""))
    return int(bool(failed))


@app.command(help="Make a page for each marked submission.")
def feedback(
    context: typer.Context,
    assignment: Assignment,
    student: Students = None,
    course: CourseOption = None,
) -> int:
    """Exit 0 if every page was made, 1 if one could not be, 2 if nothing is marked yet."""
    from mathgrade.cli.tables import show_pages
    from mathgrade.course.nbgrader_runs import open_course
    from mathgrade.course.submissions import feedback_all

    opened = open_course(here(course), debug=context.obj.debug)
    with progress(lines=False) as (start, step):
        pages, failures = feedback_all(
            opened, assignment, student or (), on_start=start, on_step=step
        )
    console = out()
    console.print(f"{len(pages)} pages:")
    show_pages(console, pages)
    for line in failures:
        console.print(Text(f"✗ {line}", "bold red"), soft_wrap=True)
    return int(bool(failures))


@app.command(
    name="try",
    help="Mark one response by hand.\n\n"
    "FILE is .json (a value), .py (the code of the answer cell) or .md, .tex, .txt (a text).\n\n"
    "With --claim, marks a derivation of a claim of your own, line by line: "
    "mathgrade try --claim claim.toml proof.md (or - to read it from standard input).",
)
def try_(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Such as softmax:jacobian-entry.")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The response.")] = None,
    *,
    claim: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="What the derivation is to show.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    student: Annotated[str, typer.Option(help="Whose variant of the item.")] = "try",
    course: CourseOption = None,
) -> int:
    """Exit 0 if the response is CORRECT, 1 if it is not, 2 if it cannot be read."""
    from mathgrade.cli.derivation import derivation_view
    from mathgrade.cli.tables import verdict_view
    from mathgrade.course import trial
    from mathgrade.verdict import Outcome

    if claim is not None:
        if file is not None:
            raise typer.BadParameter(f"--claim takes one FILE, the derivation; got {file} as well")
        marked = trial.try_claim(claim, Path(item))
        if as_json:
            typer.echo(json.dumps(marked.to_json(), ensure_ascii=False))
        else:
            out().print(derivation_view(marked))
        return {"proved": 0, "invalid": 2}.get(marked.outcome.value, 1)
    if file is None:
        raise typer.BadParameter("expected ITEM and FILE, or --claim FILE.toml and a derivation")
    verdicts = trial.try_file(here(course), item, file, student=student)
    if as_json:
        data = [_verdict_json(verdict) for verdict in verdicts]
        typer.echo(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False))
    else:
        for verdict in verdicts:
            out().print(verdict_view(verdict))
    outcomes = {verdict.outcome for verdict in verdicts}
    if Outcome.INVALID in outcomes:
        return 2
    return int(outcomes != {Outcome.CORRECT})


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    from mathgrade.course.trial import derivation_of

    data = verdict.to_json()
    if data.pop("lines"):
        data["derivation"] = derivation_of(verdict).to_json()
    return data


@app.command(
    help="Decide whether two formulas are equal; LEFT is the reference.\n\n"
    "With --json and - for LEFT, reads one JSON object a line from standard input, "
    '{"left", "right", "names"}, and writes {"outcome", "proof", "witness", "ms"} a line.',
)
def compare(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="Python text, or - with --json.")],
    right: Annotated[str | None, typer.Argument(metavar="RIGHT", help="Python text.")] = None,
    let: Annotated[
        list[str] | None,
        typer.Option("--let", metavar="NAME=KIND", help="x=real, z='vector K', A='matrix 3 2' …"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Speak JSON, a line each.")] = False,
) -> int:
    """Exit 0 if equal, 1 if different or undecided, 2 if a formula cannot be read.

    A stream of lines exits 0: each line carries its own outcome.
    """
    from mathgrade.course import comparison

    if left == "-" and right is None:
        if not as_json:
            raise typer.BadParameter("reading from standard input needs --json")
        for line in comparison.compare_lines(sys.stdin):
            typer.echo(line)
            sys.stdout.flush()
        return 0
    if right is None:
        raise typer.BadParameter("expected two formulas, LEFT and RIGHT")
    answer = comparison.compare(left, right, comparison.declared(let or ()))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        console = out()
        style = {"equal": "bold green", "different": "bold red"}.get(answer["outcome"], "magenta")
        how = f"   {answer['proof']}" if answer["proof"] else ""
        console.print(Text(answer["outcome"].upper(), style).append(how, "default"))
        if answer.get("message"):
            console.print(Text(answer["message"]), soft_wrap=True)
        witness = answer["witness"]
        if witness:
            where = [witness["place"]] if witness["place"] else []
            where += [f"{name} = {value}" for name, value in witness["at"].items()]
            values = f"left is {witness['left']}, right is {witness['right']}"
            console.print(Text(f"  at {', '.join(where)}: {values}" if where else f"  {values}"))
    return {"equal": 0, "different": 1, "undecided": 1}.get(answer["outcome"], 2)


@app.command(help="Which layers of protection hold on this machine, by trying them.")
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> int:
    """Exit 0 if students' code can be run confined, else 1."""
    from dataclasses import asdict

    from mathgrade.cli.tables import layer_table, part_table
    from mathgrade.course.doctor import Route, diagnose

    found = diagnose()
    if as_json:
        data = {**asdict(found), "route": found.route.name.lower()}
        typer.echo(json.dumps(data, ensure_ascii=False))
    else:
        console = out()
        console.print(layer_table(found.layers))
        console.print(part_table(found.parts))
        style = "bold red" if found.route is Route.NONE else "green"
        console.print(Text(f"Students' code runs {found.route}.", style), soft_wrap=True)
    return int(found.route is Route.NONE)
