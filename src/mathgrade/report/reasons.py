"""Why marks were lost: the notes of the verdicts in the autograded notebooks, counted by item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mathgrade.course.notebooks import grade_id, is_test, marked_name
from mathgrade.feedback.output import one_line_error
from mathgrade.feedback.verdicts import read_verdicts
from mathgrade.proof_rows import brief
from mathgrade.verdict import Finding, Verdict

__all__ = ["Example", "Reason", "count_reasons", "reasons_in"]

FAILED = "test.failed"
"""Note of an ordinary test that stopped with an error."""

MAX_READ_AS = 400
"""Characters of LaTeX of an example; a longer one is not drawn."""


@dataclass(frozen=True, slots=True)
class Example:
    """One response that had a note, without its student.

    Attributes:
        read_as: the response, or the line of it that is wrong, in LaTeX; may be empty.
        message: what was said to it.
        witness: numbers at which it is wrong; may be empty.
    """

    read_as: str
    message: str
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why marks of an item were lost.

    Attributes:
        note: the stable code, such as ``edit.sign``.
        count: in how many attempts.
        example: of one of them.
    """

    note: str
    count: int
    example: Example


Found = Mapping[tuple[str, str], Mapping[str, Example]]
"""By notebook and item: an example for each note."""


def count_reasons(
    root: Path, assignment: str, students: Sequence[str]
) -> dict[tuple[str, str], tuple[Reason, ...]]:
    """The notes of each item, the commonest first.

    A note counts once an attempt, however often it was given. The example shown is the one
    that is quickest read.

    Args:
        root: the course folder.
        assignment: which assignment.
        students: whose attempts.
    """
    counted: dict[tuple[str, str], dict[str, list[Example]]] = {}
    for student in students:
        for item, notes in reasons_in(root / "autograded" / student / assignment).items():
            for note, example in notes.items():
                counted.setdefault(item, {}).setdefault(note, []).append(example)
    return {
        item: tuple(
            Reason(note, len(examples), min(examples, key=_length))
            for note, examples in sorted(notes.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        )
        for item, notes in counted.items()
    }


def reasons_in(folder: Path) -> Found:
    """The notes in one attempt; a notebook that cannot be read has none."""
    found: dict[tuple[str, str], dict[str, Example]] = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            # Written by us or by nbgrader: no need to check it.
            cells = json.loads(path.read_bytes())["cells"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        for cell in cells:
            if is_test(cell):
                notes = dict(_notes(cell))
                if notes:
                    found[path.stem, marked_name(grade_id(cell))] = notes
    return found


def _notes(cell: Mapping[str, Any]) -> Iterator[tuple[str, Example]]:
    verdicts = list(read_verdicts(cell))
    for verdict in verdicts:
        for finding in _telling(verdict):
            yield finding.note, _example(verdict, finding)
    if not verdicts:
        error = one_line_error(cell)
        if error:
            yield FAILED, Example("", error)


def _telling(verdict: Verdict) -> list[Finding]:
    """The findings that say why marks were lost.

    A known mistake is a remark beside the criterion that is not met for its sake: where that is
    the only one, the remark says it better.
    """
    noted = [f for f in verdict.findings if f.met is not True and f.note]
    criteria = [f for f in noted if f.share]
    remarks = [f for f in noted if not f.share]
    return remarks if remarks and len(criteria) == 1 else noted


def _example(verdict: Verdict, finding: Finding) -> Example:
    message = brief(finding, verdict) or finding.criterion
    read_as, witness = verdict.read_as, ""
    if finding.witness is not None:
        witness = finding.witness.text(reveal=True)  # instructors know the answer
    wrong = next((line for line in verdict.lines if line.outcome.wrong), None)
    if wrong is not None:
        read_as, witness = wrong.read_as, wrong.difference()
        if finding.share:
            message = wrong.hint or wrong.message or "A line is wrong, by no slip that has a name."
    return Example(read_as if len(read_as) <= MAX_READ_AS else "", message, witness)


def _length(example: Example) -> tuple[bool, int, str, str]:
    return not example.read_as, len(example.read_as), example.read_as, example.message
