"""A start of a program without what takes long to load and is not used."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["skip_slow_imports"]


def skip_slow_imports() -> None:
    """Have jsonschema do without a package it has no need of here; call it before nbformat.

    ``rfc3987_syntax`` makes 38 parsers when it is loaded, 1.4 of the 1.6 seconds in which
    nbformat starts. jsonschema uses it to check texts of the format ``iri``, of which no notebook
    has any, and does without it where it is not installed.
    """
    modules: dict[str, Any] = sys.modules
    modules.setdefault("rfc3987_syntax", None)
