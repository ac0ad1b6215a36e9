"""Finds a course and loads the items that its ``reference/`` defines.

``reference/<assignment>.py`` is the author's own Python: it is run as it stands, with
imports from the course folder, from ``reference/`` and from ``source/<assignment>/``.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mathgrade.errors import CourseError, ItemError
from mathgrade.items.assignment import Assignment
from mathgrade.items.item import Item
from mathgrade.variants import draw, load_variants, run_file

__all__ = ["find_course", "find_item", "load_assignment"]


def find_course(start: Path | None = None) -> Path:
    """The course folder: the one named in MATHGRADE_COURSE, or the nearest one above ``start``.

    Raises:
        CourseError: there is none.
    """
    named = os.environ.get("MATHGRADE_COURSE")
    here = (start or Path.cwd()).resolve()
    places = [Path(named).resolve()] if named else [here, *here.parents]
    for place in places:
        if (place / "nbgrader_config.py").is_file() and (place / "source").is_dir():
            return place
    raise CourseError(
        f"No course was found in {places[0]}{'' if named else ' or above it'}. A course is a "
        "folder with nbgrader_config.py and source/; set MATHGRADE_COURSE to it."
    )


def find_item(name: str, course: Path | None = None) -> Item:
    """An item by its full name, ``"softmax:jacobian-entry"``.

    Raises:
        ItemError: there is no such item; the message lists near names.
    """
    assignment, colon, item = name.partition(":")
    if not colon:
        raise ItemError(f"An item is named as assignment:item, such as softmax:{name}.")
    return load_assignment(course or find_course(), assignment)[item]


def load_assignment(course: Path, name: str) -> Assignment:
    """The items that ``reference/<name>.py`` defines in ``ITEMS``.

    The file may import from the course folder and from ``source/<name>/``. It is run
    again only after something it may import has changed.

    Raises:
        ItemError: there is no such file, it cannot be run, or its items do not fit together.
    """
    course = course.resolve()
    return _loaded(course, name, _stamps(course, name))


def _stamps(course: Path, name: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    for folder in (course / "reference", course / "source" / name):
        for path in sorted(folder.glob("*.py")):
            status = path.stat()
            found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


@lru_cache(maxsize=64)
def _loaded(course: Path, name: str, _stamps: object) -> Assignment:
    path = course / "reference" / f"{name}.py"
    if not name or Path(name).name != name or not path.is_file():
        known = sorted(p.stem for p in (course / "source").glob("*/*.ipynb"))
        raise ItemError(
            f"There is no assignment {name!r}: {path} does not exist. "
            f"This course has: {', '.join(known) or 'none'}."
        )
    with _imports_from(course / "source" / name, course / "reference", course):
        items, equivalent = _run(path)
    variants = course / "source" / name / "variants.py"

    def drawn(names: Sequence[str], student: str) -> Any:
        return draw(load_variants(variants), names, student)

    return replace(Assignment.of(name, items, drawn), equivalent=equivalent)


def _run(path: Path) -> tuple[Sequence[Item], Mapping[str, Mapping[str, str]]]:
    names = run_file(path)
    items, equivalent = names.get("ITEMS"), names.get("EQUIVALENT", {})
    if not isinstance(items, (list, tuple)):
        raise ItemError(f"{path} must define ITEMS, a list of Item.")
    known = {item.name for item in items if isinstance(item, Item)}
    if not isinstance(equivalent, dict) or not all(
        name in known
        and isinstance(mutants, dict)
        and all(isinstance(text, str) and text for text in (*mutants, *mutants.values()))
        for name, mutants in equivalent.items()
    ):
        raise ItemError(
            f"EQUIVALENT in {path} must be a table of tables: for items, texts from the names of "
            "mutants, each with the reason why the mutant is right."
        )
    return items, equivalent


@contextmanager
def _imports_from(*folders: Path) -> Iterator[None]:
    """Let imports find these folders' modules, and forget those modules afterwards.

    Two assignments may both have a ``variants.py``; and no ``__pycache__`` may be left
    in ``source/``, from where nbgrader would release it.
    """
    names = {p.stem for folder in folders for p in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    path, quiet = list(sys.path), sys.dont_write_bytecode
    sys.path[:0] = [str(folder) for folder in folders]
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, quiet
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
