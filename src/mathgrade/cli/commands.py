"""The command line as a whole: its manual, the options of every command, and which there are."""

from __future__ import annotations

from typing import Annotated

import typer

from mathgrade import __version__
from mathgrade.cli import authoring, export, indexes
from mathgrade.cli.checking import check, release
from mathgrade.cli.collect import add_collect
from mathgrade.cli.demo import demo
from mathgrade.cli.doctor import doctor
from mathgrade.cli.lab import lab
from mathgrade.cli.marking import autograde, feedback
from mathgrade.cli.report import report
from mathgrade.cli.session import Session
from mathgrade.cli.trying import compare, try_

__all__ = ["app"]

_MANUAL = """\
Marks mathematics in Jupyter notebooks: hidden tests outside the student's process,
equality of formulas that is decided, and a reason with every mark.

Works inside a course: a folder with nbgrader_config.py and source/. The way of an assignment:

  1. `mathgrade new NAME`         source/NAME/NAME.ipynb, to write in JupyterLab, and its items
                                  in reference/NAME.py; see `mathgrade lab`
  2. `mathgrade check NAME`       reference gets full marks, nothing leaks
  3. `mathgrade release NAME`     makes release/NAME for students
  4. `mathgrade collect ZIP NAME` into submitted/STUDENT/NAME/, or nbgrader's exchange
  5. `mathgrade autograde NAME`   a row a student, with the reason for what is missing
  6. `mathgrade feedback NAME`    a page a student, under feedback/
  7. `mathgrade report`           the class: which items to look at, and why marks were lost
  8. `mathgrade export NAME`      marks for Moodle, Canvas, Blackboard, or as CSV
  9. `mathgrade solution NAME`    the solution to publish, once nobody can hand in any more

To see all of it at work on sample students: `mathgrade demo`.
"""

_EXAMPLES = """\
Examples:

  mathgrade demo --students 12
  mathgrade lab --student s001
  mathgrade check softmax --fix
  mathgrade collect softmax.zip softmax --roster students.csv
  mathgrade variants svd:decomposition --students s007,s008
  mathgrade autograde svd --student s007 --force
  mathgrade try softmax:jacobian-entry answer.py
  mathgrade try --claim claim.toml proof.md
  mathgrade compare "sin(x)**2" "1 - cos(x)**2" --let x=real
  mathgrade doctor

Results go to standard output, progress to standard error: a bar on a terminal, plain lines
elsewhere and with --plain. With --json a command prints one JSON object instead of a table.

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
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Say only what went wrong; the exit code tells."),
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="No colours, no bars: a line for each step.")
    ] = False,
    _shown: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    if not isinstance(context.obj, Session):
        context.obj = Session(debug, quiet, plain)


# In the order in which `mathgrade --help` lists them. A command's docstring is its own manual.
app.command()(demo)
app.command()(lab)
authoring.register(app)
app.command()(check)
app.command()(release)
add_collect(app)
app.command()(autograde)
app.command()(feedback)
app.command()(report)
export.register(app)
indexes.register(app)
app.command("try")(try_)
app.command()(compare)
app.command()(doctor)
