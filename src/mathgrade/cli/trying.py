"""``mathgrade try`` and ``mathgrade compare``: one response, or two formulas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from mathgrade.cli.arguments import CourseOption
from mathgrade.cli.session import here, out, print_json

__all__ = ["compare", "try_"]


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
    """Mark one response by hand.

    FILE is .json (a value), .py (the code of the answer cell) or .md, .tex, .txt (a text).

    With --claim, marks a derivation of a claim of your own, line by line: mathgrade try
    --claim claim.toml proof.md (or - to read it from standard input).

    Exit code: 0 if the response is CORRECT, 1 if it is not, 2 if it cannot be read.
    """
    from mathgrade.cli.derivation import derivation_view
    from mathgrade.cli.json_views import verdict_json
    from mathgrade.cli.verdicts import verdict_view
    from mathgrade.course import trial
    from mathgrade.verdict import Outcome

    if claim is not None:
        if file is not None:
            raise typer.BadParameter(f"--claim takes one FILE, the derivation; got {file} as well")
        marked = trial.try_claim(claim, Path(item))
        if as_json:
            print_json(marked.to_json())
        else:
            out().print(derivation_view(marked))
        return {"proved": 0, "invalid": 2}.get(marked.outcome.value, 1)
    if file is None:
        raise typer.BadParameter("expected ITEM and FILE, or --claim FILE.toml and a derivation")
    verdicts = trial.try_file(here(course), item, file, student=student)
    if as_json:
        data = [verdict_json(verdict) for verdict in verdicts]
        print_json(data[0] if len(data) == 1 else data)
    else:
        for verdict in verdicts:
            out().print(verdict_view(verdict))
    outcomes = {verdict.outcome for verdict in verdicts}
    if Outcome.INVALID in outcomes:
        return 2
    return int(outcomes != {Outcome.CORRECT})


def compare(
    left: Annotated[str, typer.Argument(metavar="LEFT", help="Python text, or - with --json.")],
    right: Annotated[str | None, typer.Argument(metavar="RIGHT", help="Python text.")] = None,
    let: Annotated[
        list[str] | None,
        typer.Option("--let", metavar="NAME=KIND", help="x=real, z='vector K', A='matrix 3 2' …"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Speak JSON, a line each.")] = False,
) -> int:
    """Decide whether two formulas are equal; LEFT is the reference.

    With --json and - for LEFT, reads one JSON object a line from standard input,
    {"left", "right", "names"}, and writes {"outcome", "proof", "witness", "ms"} a line.

    Exit code: 0 if equal, 1 if different or undecided, 2 if a formula cannot be read. A stream
    of lines exits 0: each line carries its own outcome.
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
        print_json(answer)
    else:
        _show(answer)
    return {"equal": 0, "different": 1, "undecided": 1}.get(answer["outcome"], 2)


def _show(answer: dict[str, Any]) -> None:
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
