"""Where the instructor's source is run: a test cell, or one statement of another cell.

The namespace of a test cell reports what the cell does to names that came from the student.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from mathgrade.autograde.attempt import CellError

__all__ = ["DELETED", "Mirror", "cell_error", "execute", "run_statement"]

DELETED = object()


class Mirror(MutableMapping[str, Any]):
    """The local namespace of a test cell: writes through, and reports student's names.

    Only names that were fetched from the student are reported, so that nothing
    else the test works with ever travels to the student's process.
    """

    def __init__(self, namespace: dict[str, Any], report: Callable[[str, Any], None]) -> None:
        self._namespace = namespace
        self._report = report
        self.mirrored: frozenset[str] = frozenset()
        self.touched = False

    def __getitem__(self, name: str) -> Any:
        return self._namespace[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._namespace[name] = value
        if name in self.mirrored:
            self.touched = True
            self._report(name, value)

    def __delitem__(self, name: str) -> None:
        del self._namespace[name]
        if name in self.mirrored:
            self.touched = True
            self._report(name, DELETED)

    def __iter__(self) -> Iterator[str]:
        return iter(self._namespace)

    def __len__(self) -> int:
        return len(self._namespace)


def execute(
    tree: ast.Module, filename: str, namespace: dict[str, Any], mirror: MutableMapping[str, Any]
) -> Any:
    """Run the cell; returns the value of its last expression, None without one."""
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, filename, "exec"), namespace, mirror)  # noqa: S102 - the instructor's code
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    code = compile(ast.Expression(last.value), filename, "eval")
    return eval(code, namespace, mirror)  # noqa: S307 - the instructor's code


def cell_error(fault: BaseException, filename: str) -> CellError:
    lines = traceback.TracebackException.from_exception(fault, limit=-20)
    kept = [f for f in lines.stack if f.filename == filename]
    text = [f"{f.filename}, line {f.lineno}: {f.line or ''}".rstrip() for f in kept]
    name = type(fault).__name__
    evalue = str(fault)[:2000]
    return CellError(name, evalue, (*text, f"{name}: {evalue}" if evalue else name))


def run_statement(source: str, namespace: dict[str, Any]) -> None:
    """Run an import, a definition or an assignment of the instructor's."""
    exec(compile(source, "<instructor>", "exec"), namespace)  # noqa: S102 - the instructor's code
