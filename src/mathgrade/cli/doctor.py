"""``mathgrade doctor``: what holds on this machine, by trying it."""

from __future__ import annotations

from rich.text import Text

from mathgrade.cli.arguments import AsJson
from mathgrade.cli.session import out, print_json

__all__ = ["doctor"]


def doctor(*, as_json: AsJson = False) -> int:
    """Show how students' code is confined here, by trying.

    Exit code: 0 if students' code can be run confined, else 1.
    """
    from dataclasses import asdict

    from mathgrade.cli.tables import layer_table, part_table
    from mathgrade.course.doctor import Route, diagnose

    found = diagnose()
    if as_json:
        print_json({**asdict(found), "route": found.route.name.lower()})
    else:
        console = out()
        console.print(layer_table(found.layers))
        console.print(part_table(found.parts))
        style = "bold red" if found.route is Route.NONE else "green"
        console.print(Text(f"Students' code runs {found.route}.", style), soft_wrap=True)
    return int(found.route is Route.NONE)
