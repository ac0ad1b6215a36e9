"""``mathgrade collect``: an archive of submissions becomes ``submitted/`` and ``receipts/``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mathgrade.cli.arguments import AsJson
from mathgrade.cli.session import here, out, print_json

__all__ = ["add_collect"]


def add_collect(app: typer.Typer) -> None:
    """Register the command."""
    app.command(help="Take in Moodle's or Canvas's archive of all submissions.")(collect)


def collect(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The zip file.")],
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Such as softmax.")],
    *,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Columns number (the platform's) and student."),
    ] = None,
    received: Annotated[
        str, typer.Option(metavar="TIME", help="One time of receipt for all, with its zone.")
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace hand-ins that are there and are others.")
    ] = False,
    as_json: AsJson = False,
    course: Annotated[
        Path | None,
        typer.Option("--course", help="The course folder; the one around you if left out."),
    ] = None,
) -> int:
    """Exit 0 if everybody's was taken, 1 if one was refused, 2 if the archive cannot be read."""
    from mathgrade.cli.json_views import collected_json
    from mathgrade.course import collecting

    found, nobodys = collecting.collect(
        here(course),
        archive,
        assignment,
        roster=None if roster is None else collecting.read_roster(roster),
        received=_time(received) if received else None,
        replace=replace,
    )
    failed = [one for one in found if one.error]
    if as_json:
        print_json(collected_json(assignment, found, nobodys))
        return int(bool(failed))
    console = out()
    for one in found:
        for refusal in one.refusals:
            console.print(Text(f"  {one.student}  {refusal}"), soft_wrap=True)
    for refusal in nobodys:
        console.print(Text(f"  {refusal}"), soft_wrap=True)
    for one in failed:
        console.print(Text(f"✗ {one.student}  {one.error}", "bold red"), soft_wrap=True)
    count = {kind: sum(one.outcome == kind for one in found) for kind in _KINDS}
    told = ", ".join(f"{number} {kind}" for kind, number in count.items())
    console.print(f"{told}, {len(failed)} refused")
    known = [one.received for one in found if one.received is not None]
    if known:
        first, last = (
            time.astimezone().isoformat(" ", "minutes") for time in (min(known), max(known))
        )
        console.print(f"received between {first} and {last} (receipts/{assignment}.csv)")
    unknown = len(found) - len(failed) - len(known)
    if unknown:
        console.print(f"{unknown} without a time of receipt, so never late; --received gives one")
    return int(bool(failed))


_KINDS = ("new", "replaced", "unchanged")


def _time(text: str) -> datetime.datetime:
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"expected 2026-11-26T23:59:00+01:00, got {text}") from error
    if time.tzinfo is None:
        raise typer.BadParameter(f"{text} has no zone; expected 2026-11-26T23:59:00+01:00")
    return time
