"""What a function reads from outside itself: names looked up when it is called."""

# ruff: noqa: N815 - methods of a visitor are named after the nodes they visit

from __future__ import annotations

import ast

__all__ = ["Comprehension", "Function", "outside", "stored"]

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def stored(node: ast.AST) -> set[str]:
    """Names that a target binds."""
    return {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def outside(node: Function) -> tuple[dict[str, None], set[str]]:
    """Names a function reads from outside itself, and those it binds by ``global``."""
    scope = _Scope()
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    scope.bound.update(argument.arg for argument in every)
    scope.bound.update(a.arg for a in (arguments.vararg, arguments.kwarg) if a)
    for child in [node.body] if isinstance(node, ast.Lambda) else node.body:
        scope.visit(child)
    local = scope.bound - scope.declared_global - scope.declared_nonlocal
    read = {n: None for n in scope.read if n not in local}
    return read, (scope.bound & scope.declared_global) | scope.bound_global


class _Scope(ast.NodeVisitor):
    """What one function reads and binds; the order does not matter inside a function."""

    def __init__(self) -> None:
        self.read: dict[str, None] = {}
        self.bound: set[str] = set()
        self.declared_global: set[str] = set()
        self.declared_nonlocal: set[str] = set()
        self.bound_global: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Store):
            self.read.setdefault(node.id)
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read.setdefault(node.target.id)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.declared_global.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.declared_nonlocal.update(node.names)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.bound.update(a.asname or a.name.partition(".")[0] for a in node.names)

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.bound.add(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bound.add(node.rest)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.bound.add(node.name)
        for child in (*node.decorator_list, node.args, node.returns):
            if child is not None:
                self.visit(child)
        self._nested(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self._nested(node)

    def _nested(self, node: Function) -> None:
        read, bound = outside(node)
        self.read.update(read)
        self.bound_global.update(bound)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.bound.add(node.name)
        for child in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(child)
        inner = _Scope()
        for child in node.body:
            inner.visit(child)
        # What the body binds is not seen by its methods; reads of it fall back to outside.
        self.read.update(inner.read)
        self.bound_global |= inner.bound_global | (inner.bound & inner.declared_global)

    def visit_ListComp(self, node: Comprehension) -> None:
        inner = _Scope()
        targets: set[str] = set()
        self.visit(node.generators[0].iter)
        for k, part in enumerate(node.generators):
            targets |= stored(part.target)
            if k:
                inner.visit(part.iter)
            for condition in part.ifs:
                inner.visit(condition)
        for child in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            inner.visit(child)
        self.read.update({n: None for n in inner.read if n not in targets})
        self.bound |= inner.bound  # an assignment expression binds outside the comprehension
        self.bound_global |= inner.bound_global

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp
