"""How one verdict looks on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from mathgrade.cli.derivation import rows_view
from mathgrade.proof_rows import brief, rows
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["verdict_view"]

_OUTCOME = {
    Outcome.CORRECT: "bold green",
    Outcome.PARTIAL: "bold yellow",
    Outcome.INCORRECT: "bold red",
    Outcome.INVALID: "bold red",
    Outcome.UNDECIDED: "bold magenta",
}


def verdict_view(verdict: Verdict) -> RenderableType:
    """A verdict for an instructor: what was read, every criterion, the witness in full."""
    head = Text(verdict.outcome.value.upper(), _OUTCOME[verdict.outcome])
    if verdict.points:
        head.append(f"   {round(verdict.earned, 2):g} of {verdict.points:g} points", "default")
    if verdict.item:
        head.append(f"   {verdict.item}", "dim")
    if verdict.note:
        head.append(f"   {verdict.note}", "dim")
    parts: list[RenderableType] = [head]
    if verdict.read_as:
        parts.append(Text(f"read as {verdict.read_as}", "cyan"))
    if verdict.lines:
        parts.append(rows_view(rows(verdict)))
    for finding in verdict.findings:
        parts.append(_finding(finding, verdict))
    return Group(*parts)


def _finding(finding: Finding, verdict: Verdict) -> Text:
    sign, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "magenta")}[finding.met]
    line = Text(f"  {sign} ", style).append(finding.criterion, "default")
    if finding.share and finding.share != 1:
        line.append(f" ({finding.share} of the credit)", "dim")
    if finding.message:
        line.append("\n    " + brief(finding, verdict).replace("\n", "\n    "), "default")
    if finding.witness is not None:
        line.append(f"\n    {finding.witness.text(reveal=True)}", "yellow")
    return line
