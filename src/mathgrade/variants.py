"""Numbers drawn per student: the same draw in the notebook, at home and in the judge.

What is drawn is defined beside the notebook, in ``variants.py``, one function per
item, which takes a NumPy generator::

    COURSE = "mathematics-of-learning/svd"      # part of every seed; any fixed text

    def decomposition(rng):
        return rng.integers(-3, 4, size=(3, 2))

The seed depends on that text, the item and the student's id, and on nothing else,
so a draw does not change with the folder, the machine or the day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from mathgrade.errors import ItemError

__all__ = ["draw", "load_variants", "seed"]


def seed(course: str, item: str, student: str) -> int:
    """The number a draw starts from.

    >>> seed("c/svd", "decomposition", "s017") == seed("c/svd", "decomposition", "s018")
    False
    """
    text = "\0".join((course, item, student)).encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.sha256(text).digest()[:16], "big")


def draw(variants: MappingProxyType[str, Any], item: str, student: str) -> Any:
    """What a student's variant of an item is drawn to be.

    Args:
        variants: the namespace of a ``variants.py``, from :func:`load_variants`.
        item: name of the item, with or without the assignment before it.
        student: id of the student.

    Raises:
        ItemError: no function of that name, or it raises.
    """
    name = item.rpartition(":")[2]
    function: Callable[[np.random.Generator], Any] | None = variants.get(name.replace("-", "_"))
    if not callable(function):
        raise ItemError(
            f"variants.py has no function {name.replace('-', '_')}(rng) for the item {name!r}."
        )
    start = seed(str(variants.get("COURSE", "")), name, student)
    # The bit generator is named, so that a new default of NumPy's changes no draw.
    generator = np.random.Generator(np.random.PCG64(start))
    try:
        return function(generator)
    except Exception as error:
        raise ItemError(
            f"{name.replace('-', '_')} of variants.py raised {type(error).__name__}: {error}"
        ) from error


def load_variants(path: Path) -> MappingProxyType[str, Any]:
    """The names a ``variants.py`` defines.

    Raises:
        ItemError: it is missing or cannot be run.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ItemError(
            f"{path} cannot be read ({error.strerror}). It must lie beside the notebook: it "
            "defines the numbers drawn for you."
        ) from error
    namespace: dict[str, Any] = {"__name__": "variants", "__file__": str(path)}
    try:
        exec(compile(source, str(path), "exec"), namespace)  # noqa: S102 - the course's own file
    except Exception as error:
        raise ItemError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    return MappingProxyType(namespace)
