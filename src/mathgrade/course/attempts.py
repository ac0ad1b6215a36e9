"""Answers with known marks, kept as TOML beside the reference.

An attempt says which answer cells a student filled in otherwise than the
reference (or than the blank notebook), and what marks that is worth. ``check``
replays them, ``demo`` makes a class of them.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mathgrade.course.notebooks import (
    answers_of,
    grade_id,
    is_answer,
    is_test,
    marked_name,
    points_of,
)
from mathgrade.course.regions import without_markers
from mathgrade.errors import CourseError

__all__ = ["BLANK", "REFERENCE", "Attempt", "attempt_faults", "expected_marks", "fill_in"]
__all__ += ["read_attempt", "read_attempts"]

_KEYS = {"title": str, "base": str, "cells": dict, "marks": dict, "notes": dict}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One notebook as a student might hand it in.

    Attributes:
        name: file name without ``.toml``.
        title: one line for people.
        base: ``"reference"`` or ``"blank"``: where cells not named come from.
        cells: source of an answer cell by grade_id.
        marks: points by item, where not full (base reference) or not zero (base blank).
        notes: the note codes a verdict on that item must carry, a text or several in the file.
    """

    name: str
    title: str = ""
    base: str = "reference"
    cells: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# Names with a space: no file of attempts can have them.
REFERENCE = Attempt("the reference", "The reference itself")
BLANK = Attempt("the release", "Nothing filled in", base="blank")


def read_attempts(course: Path, assignment: str) -> list[Attempt]:
    """The attempts of an assignment, by name.

    Raises:
        CourseError: a file that is not an attempt.
    """
    folder = course / "reference" / "attempts" / assignment
    return [read_attempt(path) for path in sorted(folder.glob("*.toml"))]


def read_attempt(path: Path) -> Attempt:
    """The attempt in a file.

    Raises:
        CourseError: not TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{path} is not TOML: {error}.") from error
    for key, value in data.items():
        if key not in _KEYS:
            raise CourseError(f"{path}: unknown key {key!r}; the keys are {', '.join(_KEYS)}.")
        if not isinstance(value, _KEYS[key]):
            kind = "a table" if _KEYS[key] is dict else "a text"
            raise CourseError(f"{path}: {key!r} must be {kind}.")
    if not data.get("title", "").strip():
        raise CourseError(f"{path}: expected a title, a line that says what the student did.")
    if data.get("base", "reference") not in ("reference", "blank"):
        raise CourseError(f"{path}: base is {data['base']!r}, expected 'reference' or 'blank'.")
    _require(path, data, "cells", str, "a text, the source of the cell")
    _require(path, data, "marks", (int, float), "a number of points")
    notes = {n: [c] if isinstance(c, str) else c for n, c in data.get("notes", {}).items()}
    for name, codes in notes.items():
        if not (isinstance(codes, list) and codes and all(isinstance(c, str) for c in codes)):
            raise CourseError(
                f"{path}: notes.{name} is {codes!r}, expected a note code such as 'matrix.shape', "
                "or a list of them."
            )
    return Attempt(
        path.stem,
        data["title"].strip(),
        data.get("base", "reference"),
        {name: text.strip("\n") for name, text in data.get("cells", {}).items()},
        {name: float(points) for name, points in data.get("marks", {}).items()},
        {name: tuple(codes) for name, codes in notes.items()},
    )


def _require(path: Path, data: dict[str, Any], table: str, kind: Any, words: str) -> None:
    for name, value in data.get(table, {}).items():
        if not isinstance(value, kind) or isinstance(value, bool):
            raise CourseError(f"{path}: {table}.{name} is {value!r}, expected {words}.")


def attempt_faults(attempt: Attempt, source: Any) -> list[str]:
    """Names in an attempt that the source notebook does not know, each with what is there."""
    answers = answers_of(source)
    worth = _worth(source)
    faults = [
        f"there is no answer cell {name!r}; there is {', '.join(answers)}"
        for name in attempt.cells
        if name not in answers
    ]
    for table, names in (("marks", attempt.marks), ("notes", attempt.notes)):
        faults += [
            f"{table}: there is no marked item {name!r}; there is {', '.join(worth)}"
            for name in names
            if name not in worth
        ]
    for name, points in attempt.marks.items():
        if name in worth and not 0 <= points <= worth[name]:
            faults.append(f"marks: {name} = {points:g}, expected 0 to {worth[name]:g}")
    return faults


def expected_marks(attempt: Attempt, source: Any) -> dict[str, float]:
    """Points an attempt must get, by the name of the answer that a test cell marks."""
    full = attempt.base == "reference"
    return {
        name: attempt.marks.get(name, worth if full else 0.0)
        for name, worth in _worth(source).items()
    }


def _worth(source: Any) -> dict[str, float]:
    """Points of each test cell, by the name of the answer it marks."""
    return {marked_name(grade_id(cell)): points_of(cell) for cell in source.cells if is_test(cell)}


def fill_in(attempt: Attempt, into: Any, *, source: Any, blank: Any) -> Any:
    """A copy of notebook ``into`` whose answer cells hold this attempt.

    Args:
        attempt: what to fill in.
        into: where: the source notebook to mark it directly, the released one to hand it in.
        source: the source notebook, for cells the attempt takes from the reference.
        blank: the released notebook, for cells it leaves alone.
    """
    base = answers_of(source if attempt.base == "reference" else blank)
    nb = copy.deepcopy(into)
    for cell in nb.cells:
        if is_answer(cell):
            name = grade_id(cell)
            text = attempt.cells.get(name, base.get(name, cell.source))
            cell["source"] = without_markers(text, cell.cell_type)
    return nb
