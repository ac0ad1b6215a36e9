"""Functions and names mixed up, left out, or one too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mathgrade.equality.diagnosis.edit import Candidate, Edit, Task
from mathgrade.equality.diagnosis.trees import everywhere, spots
from mathgrade.expression.functions import FUNCTIONS as KNOWN
from mathgrade.expression.nodes import Call, Name, Node, free_names

__all__ = ["FUNCTIONS", "NAMES"]

_CONFUSED = {
    "exp": ("log",),
    "log": ("exp",),
    "sin": ("cos", "sinh"),
    "cos": ("sin", "cosh"),
    "sinh": ("cosh", "sin"),
    "cosh": ("sinh", "cos"),
    "tanh": ("tan",),
    "tan": ("tanh", "cot"),
    "max": ("min",),
    "min": ("max",),
}


def _called(task: Task) -> list[str]:
    """The functions in the reference, each once."""
    return sorted({s.node.function for s in spots(task.reference) if isinstance(s.node, Call)})


def _exchanged(task: Task, name: str, make: Callable[[tuple[Node, ...]], Node]) -> Node:
    """The reference with every call of a function changed."""

    def change(node: Node) -> Node:
        own = isinstance(node, Call) and node.function == name
        return make(node.args) if own and isinstance(node, Call) else node

    return everywhere(task.reference, change)


def _confused(task: Task) -> Iterator[Candidate]:
    for name in _called(task):
        for other in _CONFUSED.get(name, ()):
            changed = _exchanged(task, name, partial(Call, other))
            yield Candidate(changed, words={"right": name, "wrong": other})
    for spot in spots(task.reference):
        if isinstance(spot.node, Call):
            name, args = spot.node.function, spot.node.args
            for other in _CONFUSED.get(name, ()):
                words = {"right": name, "wrong": other}
                yield Candidate(spot.put(Call(other, args)), words=words)


def _dropped(task: Task) -> Iterator[Candidate]:
    for name in _called(task):
        if KNOWN[name].most == 1 and not KNOWN[name].matrix:
            yield Candidate(_exchanged(task, name, lambda args: args[0]))
    for spot in spots(task.reference):
        match spot.node:
            case Call(_, (inner,)):
                yield Candidate(spot.put(inner))


def _around(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.response):
        match spot.node:
            case Call(name, (inner,)):
                yield Candidate(task.reference, spot.put(inner), words={"name": name})


def _other_name(task: Task) -> Iterator[Candidate]:
    names = {n: d for n, d in task.context.names.items() if n in free_names(task.response)}
    for spot in spots(task.reference):
        if isinstance(spot.node, Name) and not spot.index:
            own = task.context.get(spot.node.name)
            for other, declared in sorted(names.items()):
                alike = own is not None and own.shape == declared.shape and declared.kind in _VALUES
                if alike and other != spot.node.name:
                    yield Candidate(spot.put(Name(other)), words={"name": other})


_VALUES = ("real", "vector", "simplex", "matrix")


NAMES = (
    Edit(
        "another name",
        "edit.name",
        "One {name} in your answer stands where another name belongs; all else is right.",
        _other_name,
    ),
)

FUNCTIONS = (
    Edit(
        "function mixed up",
        "edit.function",
        "One function is mixed up with another: look at each {wrong} in your answer.",
        _confused,
    ),
    Edit(
        "function left out",
        "edit.function-missing",
        "A function is left out: something stands plain that belongs inside one.",
        _dropped,
    ),
    Edit(
        "function too many",
        "edit.function-extra",
        "There is a {name} too many; without it your answer is right.",
        _around,
    ),
)
