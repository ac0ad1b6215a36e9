"""Does anything of a solution or a hidden test lie in what students get?

Looks at content, not at how the release was made: every line inside a solution,
hidden-test or mark-scheme region of the source, every line of code in
``reference/``, the markers themselves, outputs, and whole files of ``reference/``.
A line that also stands in a visible part of the source is no secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mathgrade.course.notebooks import grade_id, is_answer, read_notebook
from mathgrade.course.regions import KINDS, read_regions, visible_lines

__all__ = ["leaks", "secret_lines"]

_MARKER = re.compile(rf"\b(BEGIN|END)\s+({'|'.join(KINDS)})\b", re.IGNORECASE)
# A line shorter than this is a secret only where it stands alone on a line ("y = x" is also in
# "dy = x"). With fewer letters and digits than SHORTEST ("else:", ")") it is one only if it
# assigns something: "dy_du = 0" is a whole answer.
_ALONE_BELOW = 16
_SHORTEST = 7
_SHORTEST_ANSWER = 2
# Lines of reference/ count from this length on: below it, two people write the same line.
_REFERENCE_FROM = 30


def secret_lines(nb: Any) -> dict[str, str]:
    """Lines of a source notebook that students must not see, each with where it stands."""
    visible: set[str] = set()
    secret: dict[str, str] = {}
    for cell in nb.cells:
        regions, _ = read_regions(cell.source, cell.cell_type)
        whole = is_answer(cell) and not any(region.kind == "SOLUTION" for region in regions)
        if not whole:
            visible.update(_plain(line) for line in visible_lines(cell.source, cell.cell_type))
        hidden = [line for region in regions for line in region.lines]
        for line in cell.source.split("\n") if whole else hidden:
            secret.setdefault(_plain(line), grade_id(cell) or cell.get("id", "a cell"))
    return {
        line: where for line, where in secret.items() if line not in visible and _says_much(line)
    }


def leaks(release: Path, course: Path, assignment: str) -> list[str]:
    """What lies in ``release`` (the folder of one assignment) and must not.

    Args:
        release: a folder as ``nbgrader generate_assignment`` makes it.
        course: the course, for its ``source/`` and ``reference/``.
        assignment: which assignment's secrets to look for.
    """
    secrets: dict[str, str] = {}
    visible: set[str] = set()
    for path in sorted((course / "source" / assignment).glob("*.ipynb")):
        nb = read_notebook(path)
        secrets.update({line: f"cell {name!r}" for line, name in secret_lines(nb).items()})
        for cell in nb.cells:
            visible.update(_plain(line) for line in visible_lines(cell.source, cell.cell_type))
    reference = sorted(p for p in (course / "reference").rglob("*") if _is_text(p))
    for path in reference:
        if path.suffix == ".py":
            for line in path.read_text(encoding="utf-8").split("\n"):
                line = _plain(line)
                if len(line) >= _REFERENCE_FROM and _is_code(line) and line not in visible:
                    secrets.setdefault(line, path.relative_to(course).as_posix())
    whole_files = {path.read_bytes(): path.relative_to(course).as_posix() for path in reference}
    found = []
    for path in sorted(p for p in release.rglob("*") if p.is_file()):
        name = path.relative_to(release).as_posix()
        content = path.read_bytes()
        if content.strip() and content in whole_files:
            found.append(f"{name} is the file {whole_files[content]}")
            continue
        found += [f"{name} {what}" for what in _in_text(_text_of(path, content), secrets)]
        if path.suffix == ".ipynb":
            outputs = [cell for cell in read_notebook(path).cells if cell.get("outputs")]
            found += [f"{name}: cell {cell.get('id', '?')!r} has outputs" for cell in outputs]
    return found


def _in_text(text: str, secrets: dict[str, str]) -> Iterator[str]:
    marker = _MARKER.search(text)
    if marker:
        yield f"holds the marker {marker[0]!r}"
    lines = {_plain(line) for line in text.split("\n")}
    flat = "\n".join(lines)
    for line, where in secrets.items():
        if line in lines or (len(line) >= _ALONE_BELOW and line in flat):
            yield f"holds a line of {where}: {_short(line)!r}"


def _text_of(path: Path, content: bytes) -> str:
    """All text in a file; of a notebook, every string in it, sources and outputs alike."""
    text = content.decode("utf-8", errors="replace")
    if path.suffix != ".ipynb":
        return text
    return "\n".join(_strings(json.loads(text)))


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        # nbformat splits a text into lines that keep their line ends
        if data and all(isinstance(part, str) for part in data):
            yield "".join(data)
        else:
            for part in data:
                yield from _strings(part)
    elif isinstance(data, dict):
        for part in data.values():
            yield from _strings(part)


def _plain(line: str) -> str:
    return " ".join(line.split())


def _says_much(line: str) -> bool:
    least = _SHORTEST_ANSWER if "=" in line else _SHORTEST
    return sum(character.isalnum() for character in line) >= least


def _is_code(line: str) -> bool:
    if line.startswith(("#", "import ", "from ")):
        return False
    return any(mark in line for mark in "=(") and _says_much(line)


def _is_text(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _short(line: str) -> str:
    return line if len(line) <= 60 else line[:57] + "..."
