"""What module-level code reads and binds, in the order Python evaluates it.

Every way through the code is followed at once: a name is *surely* bound at a point
if it is on every way there, and *somehow* if it is on one.
"""

# ruff: noqa: N815 - methods of a visitor are named after the nodes they visit

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass

from mathgrade.autograde.function_scope import Comprehension, Function, outside, stored

__all__ = ["ModuleScope"]

# Names that are there in every notebook without being assigned.
_BUILT_IN = frozenset(dir(builtins)) | {"get_ipython", "display", "__file__"}


@dataclass(slots=True)
class _State:
    """What is bound at one point: on every way there, on some way; ``dead``: no way at all."""

    surely: set[str]
    somehow: set[str]
    dead: bool = False

    def copy(self) -> _State:
        return _State(set(self.surely), set(self.somehow), self.dead)

    def discard(self, name: str) -> None:
        self.surely.discard(name)
        self.somehow.discard(name)


def _merge(states: Iterable[_State]) -> _State:
    states = list(states)
    alive = [state for state in states if not state.dead] or states[:1]
    surely = set.intersection(*(state.surely for state in alive))
    somehow = set.union(*(state.somehow for state in alive))
    return _State(surely, somehow, all(state.dead for state in states))


class ModuleScope:
    """Walks module-level code in evaluation order and keeps what is bound."""

    def __init__(self) -> None:
        self.state = _State(set(), set())
        self.ever: dict[str, None] = {}
        self._names: dict[str, None] = {}
        self._maybe: dict[str, None] = {}
        self._later: dict[str, None] = {}  # read inside functions, when they are called
        self._star = False
        self._hidden: list[set[str]] = []  # targets of the comprehensions around
        self._class: list[set[str]] = []  # what the class bodies around have bound

    def free(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Names needed from outside, names perhaps needed, built-in names; once all is walked."""
        for name in self._later:
            if name in self.state.surely:
                continue
            if name in self.ever or self._star:
                self._maybe.setdefault(name)
            else:
                self._names.setdefault(name)
        needed = [n for n in self._names if n not in _BUILT_IN]
        maybe = [n for n in self._maybe if n not in self._names and n not in _BUILT_IN]
        built_in = [n for n in {**self._names, **self._maybe} if n in _BUILT_IN]
        return tuple(needed), tuple(maybe), tuple(built_in)

    # -- reading and binding one name

    def read(self, name: str) -> None:
        if any(name in targets for targets in self._hidden):
            return
        if self._class and name in self._class[-1]:
            return
        if name in self.state.surely:
            return
        if name in self.state.somehow or self._star:
            self._maybe.setdefault(name)
        else:
            self._names.setdefault(name)

    def bind(self, name: str) -> None:
        if self._class:
            self._class[-1].add(name)
            return
        self.ever.setdefault(name)
        self.state.surely.add(name)
        self.state.somehow.add(name)

    def unbind(self, name: str) -> None:
        (self._class[-1] if self._class else self.state).discard(name)

    # -- statements

    def block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def branches(self, *ways: Iterable[ast.AST]) -> None:
        """Walk each way from the same state, then go on from what they have in common."""
        before, ends = self.state, []
        for way in ways:
            self.state = before.copy()
            for node in way:
                self.visit(node)
            ends.append(self.state)
        self.state = _merge(ends)

    def visit(self, node: ast.AST | None) -> None:
        if node is None:
            return
        method = getattr(self, "visit_" + type(node).__name__, None)
        if method is not None:
            method(node)
            return
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.value)
        self.visit(node.annotation)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.visit(node.exc)
        self.visit(node.cause)
        self.state.dead = True

    def visit_Break(self, _: ast.Break | ast.Continue) -> None:
        self.state.dead = True

    visit_Continue = visit_Break

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.branches(node.body, node.orelse)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self.branches([node.target, *node.body], ())
        self.branches(node.orelse, ())

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self.branches(node.body, ())
        self.branches(node.orelse, ())

    def visit_Try(self, node: ast.Try) -> None:
        before = self.state.copy()
        self.block(node.body)
        # A handler may be entered after any part of the body.
        entry = _State(set(before.surely), before.somehow | self.state.somehow, before.dead)
        self.block(node.orelse)
        ends = [self.state]
        for handler in node.handlers:
            self.state = entry.copy()
            self.visit(handler.type)
            if handler.name:
                self.bind(handler.name)
            self.block(handler.body)
            if handler.name:  # Python deletes it at the end of the handler
                self.unbind(handler.name)
            ends.append(self.state)
        self.state = _merge(ends)
        dead = self.state.dead
        self.state.dead = False
        self.block(node.finalbody)
        self.state.dead = self.state.dead or dead

    visit_TryStar = visit_Try

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        ways: list[list[ast.AST]] = [
            [case.pattern, *([case.guard] if case.guard else []), *case.body] for case in node.cases
        ]
        last = node.cases[-1]
        certain = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        if not (certain and last.guard is None):
            ways.append([])
        self.branches(*ways)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        if node.name:
            self.bind(node.name)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        if node.rest:
            self.bind(node.rest)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._star = True
            else:
                self.bind(alias.asname or alias.name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._signature(node)
        self._called_later(node)
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._signature(node)
        self._called_later(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for child in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(child)
        self._class.append(set())
        self.block(node.body)
        self._class.pop()
        self.bind(node.name)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        self.visit(node.name)  # type: ignore[attr-defined]  # new in Python 3.12, evaluated lazily

    # -- expressions

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id)
            return
        self.read(node.id)
        if isinstance(node.ctx, ast.Del):
            self.unbind(node.id)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        for value in node.values[1:]:
            self.branches([value], ())

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self.branches([node.body], [node.orelse])

    def visit_ListComp(self, node: Comprehension) -> None:
        targets: set[str] = set()
        for k, part in enumerate(node.generators):
            if k == 0:
                self.visit(part.iter)  # evaluated outside, where the targets are not yet hidden
                self._hidden.append(targets)
            else:
                self.visit(part.iter)
            targets.update(stored(part.target))
            for condition in part.ifs:
                self.visit(condition)
        for child in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(child)
        self._hidden.pop()

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    # -- functions

    def _signature(self, node: Function) -> None:
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self.visit(default)
        for argument in ast.walk(arguments):
            if isinstance(argument, ast.arg):
                self.visit(argument.annotation)
        if not isinstance(node, ast.Lambda):
            self.visit(node.returns)

    def _called_later(self, node: Function) -> None:
        read, bound = outside(node)
        for name in read:
            if not any(name in targets for targets in self._hidden):
                self._later.setdefault(name)
        for name in bound:  # by ``global``, if the function is called
            self.ever.setdefault(name)
            self.state.somehow.add(name)
