"""Which modules a notebook imports, to be loaded before it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from mathgrade.autograde.names import parse_cell

__all__ = ["imported_modules"]


def imported_modules(sources: Iterable[str], folder: Path) -> frozenset[str]:
    """Modules that cells import, but for those that lie beside the notebook.

    Args:
        sources: the cells' source texts; what cannot be parsed imports nothing.
        folder: where the notebook lies.

    >>> sorted(imported_modules(["import os.path, sys", "from json import loads"], Path("none")))
    ['json', 'os.path', 'sys']
    """
    beside = {path.stem for path in folder.iterdir()} if folder.is_dir() else set()
    found: set[str] = set()
    for source in sources:
        for node in _nodes(source):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return frozenset(name for name in found if name.partition(".")[0] not in beside)


def _nodes(source: str) -> Iterable[ast.AST]:
    try:
        return ast.walk(parse_cell(source))
    except SyntaxError:
        return ()
