"""Regions of a source notebook that students must not see, and faults in their markers.

nbgrader looks for a text such as ``BEGIN SOLUTION`` anywhere in a line and
silently ignores what is misspelt: the region is then released with its answer.
So here a marker has one exact form, and whatever looks like one is reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["KINDS", "MarkerFault", "Region", "read_regions", "visible_lines", "without_markers"]

KINDS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")

_NAMES = "|".join(KINDS)
_EXACT = {
    "code": re.compile(rf"\s*### (BEGIN|END) ({_NAMES})"),
    # A Markdown cell has no comments of its own; nbgrader's guide writes === … ===.
    "markdown": re.compile(rf"\s*(?:### |=== |<!-- )(BEGIN|END) ({_NAMES})(?:(?<! -->)| ===| -->)"),
}
_WHAT_NBGRADER_SEES = re.compile(rf"(BEGIN|END) ({_NAMES})")
# A comment, or a line of punctuation as the guide draws it, that opens with a few words.
_COMMENT = re.compile(r"^\s*(?:#+|=+|<!--|//+|%+)\s*([A-Za-z][A-Za-z _:-]*)")
_SIDES = ("BEGIN", "END", "START", "STOP")


@dataclass(frozen=True, slots=True)
class Region:
    """Lines between two markers, or a whole answer cell that has none.

    Attributes:
        kind: one of :data:`KINDS`.
        lines: the lines between the markers, as they stand.
    """

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkerFault:
    """Something wrong with a marker: ``line`` counts from 1."""

    line: int
    message: str


def read_regions(source: str, cell_type: str = "code") -> tuple[list[Region], list[MarkerFault]]:
    r"""The regions of a cell, and what is wrong with its markers.

    >>> regions, faults = read_regions("### BEGIN SOLUTION\ny = 1\n### END SOLUTION")
    >>> regions[0].kind, regions[0].lines, faults
    ('SOLUTION', ('y = 1',), [])
    >>> read_regions("### BEGIN SOLUTON\ny = 1")[1][0].message
    "'### BEGIN SOLUTON' is not a marker; did you mean '### BEGIN SOLUTION'?"
    """
    regions: list[Region] = []
    faults: list[MarkerFault] = []
    open_kind, open_line, inside = "", 0, list[str]()
    for number, line in enumerate(source.split("\n"), start=1):
        marker = _exact(line, cell_type)
        if marker is None:
            fault = _lookalike(line, cell_type)
            if fault:
                faults.append(MarkerFault(number, fault))
            if open_kind:
                inside.append(line)
            continue
        side, kind = marker
        if side == "BEGIN" and not open_kind:
            open_kind, open_line, inside = kind, number, []
        elif side == "BEGIN":
            message = f"BEGIN {kind} inside the region {open_kind} that began on line {open_line}"
            faults.append(MarkerFault(number, f"{message}; regions cannot be nested"))
        elif open_kind == kind:
            regions.append(Region(kind, tuple(inside)))
            open_kind = ""
        elif open_kind:
            message = f"END {kind} inside the region {open_kind} that began on line {open_line}"
            faults.append(MarkerFault(number, message))
        else:
            faults.append(MarkerFault(number, f"END {kind} without a BEGIN {kind} before it"))
    if open_kind:
        faults.append(MarkerFault(open_line, f"BEGIN {open_kind} without an END {open_kind}"))
        regions.append(Region(open_kind, tuple(inside)))
    return regions, faults


def visible_lines(
    source: str, cell_type: str = "code", hidden: Collection[str] = KINDS
) -> Iterator[str]:
    r"""Lines of a cell outside its regions, without the markers.

    Args:
        hidden: which kinds of regions are left out.

    >>> list(visible_lines("a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc"))
    ['a', 'c']
    """
    inside = False
    for line in source.split("\n"):
        marker = _exact(line, cell_type)
        if marker is not None:
            inside = marker[0] == "BEGIN" and marker[1] in hidden
        elif not inside:
            yield line


def without_markers(source: str, cell_type: str = "code") -> str:
    r"""A cell as a student would have written it: the solution without its markers.

    >>> without_markers("def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION")
    'def f(x):\n    return x'
    """
    return "\n".join(line for line in source.split("\n") if _exact(line, cell_type) is None)


def _exact(line: str, cell_type: str) -> tuple[str, str] | None:
    pattern = _EXACT.get(cell_type, _EXACT["markdown"])
    match = pattern.fullmatch(line.rstrip()) if line.rstrip() == line else None
    return (match[1], match[2]) if match else None


def _lookalike(line: str, cell_type: str) -> str:
    """Why this line looks like a marker and is none; empty if it does not."""
    seen = _WHAT_NBGRADER_SEES.search(line)
    if seen:
        want = f"### {seen[1]} {seen[2]}"
        return f"{line.strip()!r} is not exactly a marker; write {want!r} alone on its line"
    comment = _COMMENT.match(line)
    if comment is None:
        return ""
    words = re.split(r"[\s_:-]+", comment[1].strip(" _:-"))
    if not 1 <= len(words) <= 4:
        return ""
    joined = re.sub(r"[^A-Z]", "", "".join(words).upper())
    closeness, best = max(
        (SequenceMatcher(None, joined, f"{side}{kind}".replace(" ", "")).ratio(), f"{side} {kind}")
        for side in ("BEGIN", "END")
        for kind in KINDS
    )
    if closeness >= 0.85:
        return f"{line.strip()!r} is not a marker; did you mean '### {best}'?"
    shouted = cell_type == "code" and comment[1].strip().isupper() and len(words) > 1
    if shouted and words[0] in _SIDES:
        known = ", ".join(KINDS)
        return f"{line.strip()!r} looks like a marker, but the regions are {known}"
    return ""
