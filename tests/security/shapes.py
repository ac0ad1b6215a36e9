"""How a hand-in is spoilt: each function does it to the folder that is handed in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["SHAPES"]

NOTEBOOK = "quiz.ipynb"


def edited(change: Callable[[list[Any]], None]) -> Callable[[Path, Path], None]:
    """A shape that changes the cells of the notebook."""

    def shape(folder: Path, _course: Path) -> None:
        path = folder / NOTEBOOK
        nb = json.loads(path.read_text())
        change(nb["cells"])
        path.write_text(json.dumps(nb))

    return shape


def tests(cells: list[Any]) -> list[Any]:
    return [c for c in cells if c["id"].endswith("-test")]


def tagged(tag: str) -> Callable[[list[Any]], None]:
    def change(cells: list[Any]) -> None:
        for cell in tests(cells):
            cell["metadata"]["tags"] = [tag]

    return change


def forged(cells: list[Any]) -> None:
    for cell in tests(cells):
        points = str(float(cell["metadata"]["nbgrader"]["points"]))
        cell["outputs"] = [
            {"output_type": "execute_result", "data": {"text/plain": points}, "metadata": {},
             "execution_count": 1}
        ]  # fmt: skip


def skipped(cells: list[Any]) -> None:
    tagged("skip-execution")(cells)
    forged(cells)


def emptied(cells: list[Any]) -> None:
    for cell in tests(cells):
        cell["source"] = "1.0"


def copied(cells: list[Any]) -> None:
    cells.append(json.loads(json.dumps(tests(cells)[0])) | {"id": "again"})


def other_schema(cells: list[Any]) -> None:
    for cell in tests(cells):
        cell["metadata"]["nbgrader"]["schema_version"] = 99


def more_points(cells: list[Any]) -> None:
    for cell in tests(cells):
        cell["metadata"]["nbgrader"]["points"] = 99


def deleted(cells: list[Any]) -> None:
    cells[:] = [cell for cell in cells if cell not in tests(cells)]


def added(source: str, **flags: object) -> Callable[[list[Any]], None]:
    def change(cells: list[Any]) -> None:
        own = {
            "schema_version": 3, "grade_id": "own", "grade": False, "solution": False,
            "locked": True, "task": False, "cell_type": "code", **flags,
        }  # fmt: skip
        cells.insert(
            1,
            {"cell_type": "code", "id": "own", "metadata": {"nbgrader": own}, "outputs": [],
             "execution_count": None, "source": source},
        )  # fmt: skip

    return change


def surrogates(cells: list[Any]) -> None:
    cells[0]["source"] = "\ud800 \udfff"
    cells[1]["source"] += "\n# \ud800"


def script(cells: list[Any]) -> None:
    cells[0]["source"] = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def other_kernel(folder: Path, _course: Path) -> None:
    path = folder / NOTEBOOK
    nb = json.loads(path.read_text())
    nb["metadata"]["kernelspec"] = {"name": "evil", "display_name": "evil", "language": "bash"}
    path.write_text(json.dumps(nb))


def instead(make: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    """A shape that puts something else in the notebook's place."""

    def shape(folder: Path, course: Path) -> None:
        (folder / NOTEBOOK).unlink()
        make(folder / NOTEBOOK, course)

    return shape


def files(**texts: str) -> Callable[[Path, Path], None]:
    def shape(folder: Path, _course: Path) -> None:
        for name, text in texts.items():
            (folder / name.replace("_", ".")).write_text(text)

    return shape


def many_cells(path: Path, _course: Path) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": ""}
    nb = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    path.write_text(json.dumps({**nb, "cells": [{**cell, "id": f"c{k}"} for k in range(50_000)]}))


def large(path: Path, _course: Path) -> None:
    path.write_bytes(b'{"cells": [' + b" " * (100 << 20) + b"]}")


def many_files(folder: Path, _course: Path) -> None:
    for number in range(20_000):
        (folder / f"{number}.txt").touch()


YES = "def __getattr__(name):\n    return lambda *a, **k: True\n"

SHAPES: dict[str, Callable[[Path, Path], None]] = {
    "skipped-tests": edited(skipped),
    "in-kernel-tests": edited(tagged("in-kernel")),
    "forged-outputs": edited(forged),
    "emptied-tests": edited(emptied),
    "copied-test": edited(copied),
    "other-schema": edited(other_schema),
    "more-points": edited(more_points),
    "deleted-tests": edited(deleted),
    "own-test": edited(added("1.0", grade=True, points=50)),
    "own-locked-cell": edited(added("def near(a, b):\n    return True")),
    "other-kernel": other_kernel,
    "surrogates": edited(surrogates),
    "script-in-text": edited(script),
    "pipe": instead(lambda path, _: os.mkfifo(path)),
    "device": instead(lambda path, _: path.symlink_to("/dev/zero")),
    "folder": instead(lambda path, _: path.mkdir()),
    "large": instead(large),
    "deep": instead(lambda path, _: path.write_bytes(b"[" * 1_000_000)),
    "many-cells": instead(many_cells),
    "no-notebook": instead(lambda path, _: path.write_bytes(bytes(range(256)))),
    "link-to-solution": instead(
        lambda path, course: path.symlink_to(course / "source/quiz" / NOTEBOOK)
    ),
    "link-to-reference": lambda folder, course: (folder / "notes.txt").symlink_to(
        course / "reference/quiz.py"
    ),
    "link-to-course": lambda folder, course: (folder / "notes").symlink_to(course),
    "many-files": many_files,
    "timestamp": files(timestamp_txt="2001-01-01 00:00:00 UTC"),
    "modules": files(numpy_py=YES, sympy_py=YES),
    "helper": files(helper_py="def near(a, b):\n    return True\n"),
    "html-file": files(page_html="<script>alert(1)</script>"),
}


def spoil(shape: str, folder: Path, course: Path) -> None:
    """Spoil what is handed in with ``folder``."""
    if shape:
        SHAPES[shape](folder, course)


def hand_in(release: Path, folder: Path) -> Path:
    """Copy the release; the notebook that is to be filled in."""
    shutil.copytree(release, folder)
    return folder / NOTEBOOK
