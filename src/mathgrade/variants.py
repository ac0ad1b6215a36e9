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
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from mathgrade.errors import ItemError

__all__ = ["draw", "load_variants", "run_file", "seed"]


def seed(course: str, item: str, student: str) -> int:
    """The number a draw starts from.

    >>> seed("c/svd", "decomposition", "s017") == seed("c/svd", "decomposition", "s018")
    False
    """
    text = "\0".join((course, item, student)).encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.sha256(text).digest()[:16], "big")


def draw(variants: Mapping[str, Any], items: Sequence[str], student: str) -> Any:
    """What is drawn for a student.

    Args:
        variants: the names of a ``variants.py``, from :func:`load_variants`.
        items: names of items, with or without the assignment before them; the first
            that has a function in ``variants`` is drawn.
        student: id of the student.

    Raises:
        ItemError: no such function, or it raises.
    """
    names = [item.rpartition(":")[2] for item in items]
    name = next((n for n in names if callable(variants.get(_function(n)))), None)
    if name is None:
        raise ItemError(
            f"variants.py has no function {_function(names[0])}(rng) for the item {names[0]!r}."
        )
    start = seed(str(variants.get("COURSE", "")), name, student)
    # The bit generator is named, so that a new default of NumPy's changes no draw.
    generator = np.random.Generator(np.random.PCG64(start))
    try:
        return variants[_function(name)](generator)
    except Exception as error:
        raise ItemError(
            f"{_function(name)} of variants.py raised {type(error).__name__}: {error}"
        ) from error


def _function(item: str) -> str:
    return item.replace("-", "_")


def load_variants(path: Path) -> Mapping[str, Any]:
    """The names a ``variants.py`` defines.

    Raises:
        ItemError: it is missing or cannot be run.
    """
    if not path.is_file():
        raise ItemError(
            f"{path} is missing. It must lie beside the notebook: it defines the numbers drawn "
            "for you."
        )
    return run_file(path)


def run_file(path: Path) -> Mapping[str, Any]:
    """The names that an author's Python file defines; nothing is left in ``sys.modules``.

    Raises:
        ItemError: it cannot be run.
    """
    name = f"_mathgrade_{path.stem.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    quiet, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.modules[name] = module  # dataclasses in the file look themselves up
    try:
        spec.loader.exec_module(module)
    except ItemError:
        raise
    except Exception as error:
        raise ItemError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    finally:
        sys.dont_write_bytecode = quiet
        sys.modules.pop(name, None)
    return MappingProxyType(vars(module))
