"""What the instructor's own cells give the trusted side: imports, definitions, plain values.

A student may bind any name, so a test that took ``np``, ``close`` or ``TOLERANCE`` from
the student's process would believe the student. They are made here instead, from
the source of the instructor's cells, when a test cell first needs them. What cannot be
made without the student's answers is left to the student's process.
"""

from __future__ import annotations

import ast
import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from mathgrade.autograde.attempt import Attempt
from mathgrade.autograde.execution import run_statement
from mathgrade.autograde.module_scope import ModuleScope
from mathgrade.autograde.names import free_names, parse_cell
from mathgrade.autograde.pure import Purity, changed_names, is_immutable
from mathgrade.autograde.symbols import is_symbolic
from mathgrade.errors import ItemError

__all__ = ["Instructor", "asked_names", "defined_names"]

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def asked_names(source: str) -> frozenset[str]:
    """What a solution cell asks the student for: all it binds, imports aside.

    >>> sorted(asked_names("from math import pi\\nr = 2\\narea = pi * r**2"))
    ['area', 'r']
    """
    body = [s for s in _statements(source) if not isinstance(s, (ast.Import, ast.ImportFrom))]
    return _bound(body)


def defined_names(source: str) -> frozenset[str]:
    """What a cell imports or defines: functions, classes, lambdas."""
    kinds = (ast.Import, ast.ImportFrom, *_DEFINITIONS)
    return _bound(s for s in _statements(source) if isinstance(s, kinds) or _has_lambda(s))


class Instructor:
    """Names that are ours, made in ``namespace`` when they are needed.

    Attributes:
        trusted: names that are in the namespace and are ours.
        sources: for functions and plain values of ours, the statement that makes them.
        bound: all names the instructor's cells bind, test cells aside.
    """

    def __init__(self, attempt: Attempt, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._asked = attempt.asked
        self._imports: dict[str, str] = {}
        self._stars: list[str] = []
        self._values: dict[str, ast.Assign | ast.AnnAssign] = {}
        self._refused: set[str] = set()
        self.trusted: set[str] = set()
        self.sources: dict[str, str] = {}
        every = [s for source in (attempt.imports or attempt.trusted) for s in _statements(source)]
        self.bound = _bound(every)
        for source in (*attempt.imports, *attempt.trusted):
            self.learn_imports(source)
        locked = [s for source in attempt.trusted for s in _statements(source)]
        for statement in locked:
            if isinstance(statement, _DEFINITIONS) and statement.name not in self._asked:
                self.sources[statement.name] = ast.unparse(statement)
        self._find_values(locked, every)

    def _find_values(self, locked: list[ast.stmt], every: list[ast.stmt]) -> None:
        times = Counter(name for statement in every for name in _bound([statement]))
        own = {s.name: s for s in every if isinstance(s, _DEFINITIONS)}
        self._changed = changed_names(every, imported=set(self._imports), own=set(own))
        for statement in (*every, *locked):
            if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
                continue
            names = _bound([statement])
            if names and not names & self._asked and all(times[n] <= 1 for n in names):
                self._values.update(dict.fromkeys(names, statement))
        ours = {name: s for name, s in own.items() if name not in self._asked}
        purity = Purity(self._imports, self._stars, self.bound, ours, self._values)
        self._values = {n: s for n, s in self._values.items() if purity.is_pure(n)}
        self._editable = self._values.keys() - _bound(locked)
        for name, statement in self._values.items():
            self.sources[name] = ast.unparse(statement)

    def learn_imports(self, source: str) -> None:
        """Remember the import statements of a cell."""
        for statement in _flat(_statements(source)):
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                self._stars.append(statement.module or "")
            elif isinstance(statement, (ast.Import, ast.ImportFrom)):
                line = ast.unparse(statement)
                self._imports.update(dict.fromkeys(_bound([statement]), line))

    def learn_definitions(self, source: str, names: Iterable[str]) -> None:
        """From now on these names, bound by a test cell that ran, are ours."""
        names = set(names)
        self.learn_imports(source)
        self.trusted |= names
        for statement in _statements(source):
            made = _bound([statement]) & names
            if isinstance(statement, _DEFINITIONS) or _has_lambda(statement):
                self.sources.update(dict.fromkeys(made, ast.unparse(statement)))

    def is_value(self, name: str) -> bool:
        """Whether the name is a plain value of a locked cell."""
        return name in self._values and name in self.trusted

    def provide(self, name: str) -> bool:
        """Have the name in the namespace if it is ours; False if it is not.

        Raises:
            ItemError: an import of the instructor's fails.
        """
        if name in self._asked or name in self._refused:
            return False
        if name in self.trusted:
            return True
        if name in self._imports:
            self._import(name)
            return True
        if name in self.sources:
            return self._make(name)
        return self._from_star(name)

    def _import(self, name: str) -> None:
        statement = self._imports[name]
        try:
            run_statement(statement, self._namespace)
        except Exception as fault:
            raise ItemError(
                f"`{statement.strip()}` failed on the judge's side: {type(fault).__name__}: {fault}"
            ) from fault
        self.trusted.add(name)

    def _make(self, name: str) -> bool:
        """Run the definition or the assignment, after what it needs."""
        source = self.sources[name]
        self._refused.add(name)  # until it is made; ends circles
        for needed in _needed(source):
            self.provide(needed)
        made = _bound(_statements(source))
        before = {n: self._namespace[n] for n in made if n in self._namespace}
        try:
            run_statement(source, self._namespace)
            ours = all(self._stands(n, self._namespace[n]) for n in made)
        except Exception:  # what needs something that only the student has stays the student's
            ours = False
        if ours:
            self.trusted |= made
            self._refused -= made
            return True
        for n in made:
            self._namespace.pop(n, None)
        self._namespace.update(before)
        return False

    def _stands(self, name: str, value: Any) -> bool:
        """Whether a value is in the notebook what it is here."""
        if name in self._editable:
            # Students may change numbers in a cell that is not locked; x stays x.
            return is_symbolic(value)
        return name not in self._values or name not in self._changed or is_immutable(value)

    def _from_star(self, name: str) -> bool:
        if name in self.bound:
            return False
        for module_name in reversed(self._stars):
            try:
                module = importlib.import_module(module_name)
            except Exception as fault:
                raise ItemError(f"`from {module_name} import *` failed: {fault}") from fault
            public = getattr(module, "__all__", None)
            if name in public if public is not None else hasattr(module, name):
                self._namespace[name] = getattr(module, name)
                self.trusted.add(name)
                return True
        return False


def _needed(source: str) -> tuple[str, ...]:
    free = free_names(source)
    return (*free.names, *free.maybe, *free.builtin_names)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return parse_cell(source).body
    except SyntaxError:
        return []


def _bound(statements: Iterable[ast.stmt]) -> frozenset[str]:
    scope = ModuleScope()
    scope.block(statements)
    return frozenset(scope.ever)


def _flat(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements and those in their branches; not the bodies of functions and classes."""
    for statement in statements:
        yield statement
        if isinstance(statement, (ast.If, ast.With, ast.Try)):
            for branch in ("body", "handlers", "orelse", "finalbody"):
                for part in getattr(statement, branch, ()):
                    is_handler = isinstance(part, ast.ExceptHandler)
                    yield from _flat(part.body if is_handler else [part])


def _has_lambda(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Assign, ast.AnnAssign)) and any(
        isinstance(node, ast.Lambda) for node in ast.walk(statement)
    )
