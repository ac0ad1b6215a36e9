"""Do the cells and the items of an assignment fit together?

A test cell names the items it marks, in calls such as
``grade("softmax:jacobian-entry", J)``; its points in nbgrader must be the sum
of theirs, and every item must be marked by exactly one test cell.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from mathgrade.course.notebooks import grade_id, is_by_hand, is_test, points_of

__all__ = ["IN_KERNEL", "graded_items", "graded_names", "in_kernel_tests", "point_faults"]

IN_KERNEL = "in-kernel"


def graded_items(source: str, assignment: str) -> list[str]:
    """Names of the items that the ``grade`` calls of a test cell name, in order.

    >>> graded_items('grade("svd:u-action", turn)', "svd")
    ['u-action']
    >>> graded_items('assert x == 1', "svd")
    []
    """
    return [name for name, _ in _calls(source, assignment)]


def graded_names(source: str, assignment: str) -> dict[str, str]:
    """The name of the response of each item that a test cell marks; empty where it is no name.

    >>> graded_names('grade("svd:u-action", turn, source=text)', "svd")
    {'u-action': 'turn'}
    """
    names: dict[str, str] = {}
    for item, call in _calls(source, assignment):
        response = call.args[1] if len(call.args) > 1 else None
        names.setdefault(item, response.id if isinstance(response, ast.Name) else "")
    return names


def _calls(source: str, assignment: str) -> list[tuple[str, ast.Call]]:
    """The ``grade`` calls of a test cell, each with the name of its item."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        first = node.args[0]
        if called == "grade" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            prefix, colon, name = first.value.rpartition(":")
            own = not colon or prefix == assignment
            found.append((name if own else first.value, node))
    return found


def point_faults(nb: Any, assignment: str, items: Mapping[str, Any]) -> list[str]:
    """Where cells and items disagree about points, or one has no partner.

    Args:
        nb: the source notebook, hidden tests included.
        assignment: its name.
        items: the items by name; anything with ``points``.
    """
    faults = []
    marked_by: dict[str, list[str]] = defaultdict(list)
    by_hand = {grade_id(cell): points_of(cell) for cell in nb.cells if is_by_hand(cell)}
    for cell in nb.cells:
        if not is_test(cell):
            continue
        name = grade_id(cell)
        if cell.cell_type == "code":
            try:
                ast.parse(cell.source)
            except SyntaxError as error:
                faults.append(f"test cell {name!r}: line {error.lineno} is not Python")
                continue
        known = graded_items(cell.source, assignment)
        if items and not known and IN_KERNEL not in cell.metadata.get("tags", []):
            faults.append(f"test cell {name!r} marks no item: it has no call of grade(…)")
        for item in known:
            marked_by[item].append(name)
            if item not in items:
                there = ", ".join(items) or "none"
                faults.append(f"test cell {name!r} marks the item {item!r}; the items are {there}")
        if known and all(item in items for item in known):
            worth = sum(float(items[item].points) for item in dict.fromkeys(known))
            if worth != points_of(cell):
                faults.append(
                    f"test cell {name!r} has {points_of(cell):g} points, "
                    f"its items ({', '.join(dict.fromkeys(known))}) have {worth:g}"
                )
        if points_of(cell) <= 0:
            faults.append(f"test cell {name!r} has no points")
    for item, owner in items.items():
        cells = marked_by.get(item, [])
        if item in by_hand and not cells:
            if by_hand[item] != float(owner.points):
                hand = f"{by_hand[item]:g}"
                faults.append(f"cell {item!r} has {hand} points, its item {owner.points:g}")
        elif not cells:
            faults.append(f'item {item!r} has no test cell: no grade("{assignment}:{item}", …)')
        elif len(set(cells)) > 1:
            faults.append(f"item {item!r} is marked by {len(set(cells))} cells: {', '.join(cells)}")
    return faults


def in_kernel_tests(nb: Any) -> list[str]:
    """Test cells that opt out of the judge and so run beside the student's code."""
    return [
        grade_id(cell)
        for cell in nb.cells
        if is_test(cell) and IN_KERNEL in cell.metadata.get("tags", [])
    ]
