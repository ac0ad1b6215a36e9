"""Canonical form of a source notebook: what version control and reviewers need it to be.

No outputs and no execution counts, a cell's ``id`` equal to nbgrader's
``grade_id``, ids a person can read, and the very bytes nbformat writes.
:func:`departures` says what departs from it, :func:`restored` mends it.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

from mathgrade.course.notebooks import (
    TEST_SUFFIX,
    grade_id,
    is_answer,
    is_test,
    marked_name,
    notebook_text,
    parse_notebook,
)

__all__ = ["departures", "restored", "unmendable"]

_READABLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What nbgrader's toolbar (cell-0a1b2c3d4e5f6071) and JupyterLab (8 hex digits, or a uuid) make up.
_MADE_UP = re.compile(r"(cell-)?[0-9a-f]{8,}([0-9a-f-]{20,})?")
# Left behind in a cell's metadata by front ends; of no use to the next reader.
_CHATTER = ("collapsed", "scrolled", "execution", "ExecuteTime", "jp-MarkdownHeadingCollapsed")


def departures(text: str) -> list[str]:
    """What departs from canonical form and :func:`restored` can mend."""
    nb = parse_notebook(text)
    found = []
    seen = {grade_id(cell) for cell in nb.cells if grade_id(cell)}
    for number, cell in enumerate(nb.cells, start=1):
        where = f"cell {number} ({grade_id(cell) or cell.get('id') or cell.cell_type})"
        if cell.cell_type == "code" and cell.outputs:
            found.append(f"{where} has outputs")
        if cell.cell_type == "code" and cell.execution_count is not None:
            found.append(f"{where} has an execution count")
        if grade_id(cell) and cell.get("id") != grade_id(cell):
            found.append(f"{where} has the id {cell.get('id')!r}, expected its grade_id")
        elif not grade_id(cell) and not _is_readable(cell.get("id", "")):
            found.append(f"{where} has the id {cell.get('id')!r}, which says nothing to a reader")
        elif not grade_id(cell) and cell["id"] in seen:
            found.append(f"{where} has the id of another cell")
        seen.add(cell.get("id", ""))
        if any(key in cell.metadata for key in _CHATTER):
            found.append(f"{where} has metadata of a front end")
    if not found and restored(text) != text:
        found.append("the file is not formatted as nbformat writes it")
    return found


def unmendable(text: str) -> list[str]:
    """What is wrong with the ids and only an author can mend."""
    nb = parse_notebook(text)
    ids = [grade_id(cell) for cell in nb.cells if grade_id(cell)]
    found = [f"grade_id {name!r} is used {n} times" for name, n in Counter(ids).items() if n > 1]
    answers = {grade_id(cell) for cell in nb.cells if is_answer(cell)}
    for cell in nb.cells:
        name = grade_id(cell)
        if name and not _is_readable(name):
            found.append(f"grade_id {name!r} is not readable; write words, as in 'jacobian-entry'")
        if is_test(cell):
            if not name.endswith(TEST_SUFFIX):
                found.append(f"test cell {name!r}: expected an id that ends in '{TEST_SUFFIX}'")
            elif marked_name(name) not in answers:
                found.append(f"test cell {name!r}: there is no answer cell {marked_name(name)!r}")
    return found


def restored(text: str) -> str:
    """The notebook in canonical form. Doing it twice changes nothing more."""
    nb = copy.deepcopy(parse_notebook(text))
    nb["nbformat_minor"] = max(5, int(nb.get("nbformat_minor", 5)))
    nb.metadata.pop("celltoolbar", None)
    taken = {grade_id(cell) for cell in nb.cells if grade_id(cell)}
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
        for key in _CHATTER:
            cell.metadata.pop(key, None)
        name = grade_id(cell)
        if name:
            cell["id"] = name
        elif not _is_readable(cell.get("id", "")) or cell["id"] in taken:
            cell["id"] = _free_name(cell, taken)
        taken.add(cell["id"])
    return notebook_text(nb)


def _is_readable(name: str) -> bool:
    return bool(_READABLE.fullmatch(name)) and not _MADE_UP.fullmatch(name) and len(name) <= 64


def _free_name(cell: Any, taken: set[str]) -> str:
    """An id from the first words of a cell: ``the-jacobian``, ``the-jacobian-2``."""
    first = next((line for line in cell.source.split("\n") if line.strip()), "")
    words = re.findall(r"[a-z][a-z0-9]*", first.lower())[:4]
    stem = "-".join(words)[:40].strip("-")
    if not _is_readable(stem):
        stem = "text" if cell.cell_type == "markdown" else cell.cell_type
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
