"""Finds the edit of a reference that explains a wrong response.

Rows of the table are tried in order. What they make is evaluated at a few points beside the
response; what agrees there is decided; the first that is equal is the explanation. Nothing
is explained that is not decided, and the work is bounded in number and in time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mathgrade.equality.deciding import decide
from mathgrade.equality.diagnosis.edit import (
    FORMULA,
    MATRIX,
    NUMBER,
    Candidate,
    Diagnosis,
    Edit,
    Slack,
    Task,
)
from mathgrade.equality.diagnosis.indices import right_cases
from mathgrade.equality.diagnosis.matrices import entry_place
from mathgrade.equality.diagnosis.probe import Definitions, Probe
from mathgrade.equality.diagnosis.table import EDITS
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Node, Shape, read, read_names, shape_of
from mathgrade.expression.nodes import Entry, Matrix, Name, free_names, size

__all__ = ["MAX_CANDIDATES", "diagnose"]

MAX_CANDIDATES = 120
MAX_EACH = 16  # of one row
MAX_NODES = 1_500  # of a reference or response; what is longer is explained by nothing short
_BATCH = 12
_MOST_ENTRIES = 6  # wrong ones of a matrix that are explained one by one


def diagnose(
    reference: Any,
    response: Any,
    context: Context | Mapping[str, str],
    given: Sequence[tuple[Any, Any]] = (),
    *,
    slack: Slack | None = None,
    decimals: int | None = None,
    time_limit: float = 0.15,
) -> Diagnosis | None:
    """What a wrong response can be explained by.

    Args:
        reference: the right answer, anything :func:`mathgrade.expression.read` reads.
        response: the wrong one, of the same shape; not equal to the reference.
        context: what each name is.
        given: definitions, as for :func:`mathgrade.equality.decide`.
        slack: for numbers, how near is near enough; None compares exactly.
        decimals: for numbers written in decimals, how many there are after the point.
        time_limit: seconds of processor time after which nothing more is tried.

    Returns:
        The first edit of :data:`~mathgrade.equality.diagnosis.EDITS` that makes the response of
        the reference, or None. The message does not tell the reference.

    Raises:
        ItemError: the reference, the context or a definition cannot be read.
        ResponseError: the response cannot be.

    >>> diagnose("y[i]*(delta(i, j) - y[j])", "ifeq(i, j, y[i]*(1 - y[i]), y[i]*y[j])",
    ...          {"y": "vector K", "i j": "index K"}).note
    'edit.sign-off-diagonal'
    """
    deadline = time.thread_time() + time_limit
    names = read_names(context)
    try:
        expected = read(reference, names)
        definitions = _definitions(given, names)
    except ResponseError as error:
        raise ItemError(f"The reference cannot be read: {error}") from error
    received = read(response, names)
    if max(size(expected, MAX_NODES), size(received, MAX_NODES)) > MAX_NODES:
        return None
    search = _Search(names, given, definitions, slack, decimals, deadline)
    return search.explain(expected, received)


def _definitions(given: Sequence[tuple[Any, Any]], context: Context) -> Definitions:
    found: dict[str, tuple[tuple[str, ...], Node]] = {}
    for name, body in given:
        head = read(name, context)
        indices = head.indices if isinstance(head, Entry) else ()
        head = head.base if isinstance(head, Entry) else head
        if isinstance(head, Name):
            bound = tuple(i.name for i in indices if isinstance(i, Name))
            found[head.name] = (bound, read(body, context))
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    """What holds for a whole search; the arguments of :func:`diagnose`, read."""

    context: Context
    given: Sequence[tuple[Any, Any]]
    definitions: Definitions
    slack: Slack | None
    decimals: int | None
    deadline: float

    def explain(self, expected: Node, received: Node) -> Diagnosis | None:
        kind = self._kind(expected, received)
        if kind is None:
            return None
        probe = Probe(self.context, self.definitions, numbers=self._fixed(expected, received))
        task = Task(expected, received, self.context, probe, self.slack, self.decimals)
        found = self._first(task, kind)
        if found is None and isinstance(expected, Matrix) and isinstance(received, Matrix):
            found = self._entry(task, expected, received)
        return found

    def _fixed(self, *nodes: Node) -> bool:
        return not any(free_names(n) for n in nodes)

    def _kind(self, expected: Node, received: Node) -> str | None:
        """What kind of edits to look at; None where none would mean anything."""
        one, other = self._shape(expected), self._shape(received)
        if one is None or (one != other and {one, other} != {(), (1, 1)}):
            return None
        if isinstance(expected, Matrix) and isinstance(received, Matrix):
            return MATRIX
        if self._fixed(expected, received):
            return NUMBER if one == () else FORMULA
        # A constant may come of anything, and says nothing of where it came from.
        silent = self._data(expected) and not self._data(received)
        return None if silent or self._fixed(received) else FORMULA

    def _data(self, node: Node) -> bool:
        """Whether a formula depends on more than sizes and indices."""
        kinds = {self.context[n].kind for n in free_names(node) if n in self.context}
        return bool(kinds - {"size", "index", "integer"})

    def _shape(self, node: Node) -> Shape | None:
        try:
            shape = shape_of(node, self.context)
        except ResponseError:
            return None
        return shape if len(shape) in (0, 2) else None  # a relation, a list: no formula

    def _first(self, task: Task, kind: str) -> Diagnosis | None:
        rows = (edit for edit in EDITS if kind in edit.kinds)
        made = itertools.islice(_made(task, rows), MAX_CANDIDATES)
        due = self._shape(task.response)
        while batch := list(itertools.islice(made, _BATCH)):
            fitting = [(e, c) for e, c in batch if self._fits(c, due)]
            agreeing = task.probe.agreeing([c for _, c in fitting], task.response, self.slack)
            survivors = set(map(id, agreeing))
            for edit, candidate in fitting:
                if id(candidate) in survivors and self._holds(task, candidate):
                    message = edit.message.format_map(candidate.words)
                    right, place = ("", candidate.place) if candidate.place else self._case(task)
                    return Diagnosis(edit.name, edit.note, message + right, place)
            if time.thread_time() > self.deadline:
                break
        return None

    def _case(self, task: Task) -> tuple[str, str]:
        """In which case of two indices the response is right as it is; and the other one."""
        for candidate in right_cases(task):
            seen = task.probe.agreeing([candidate], task.response, None)
            if seen and self._holds(task, candidate):
                return f" For {candidate.words['right']} your answer is right.", candidate.place
        return "", ""

    def _fits(self, candidate: Candidate, due: Shape | None) -> bool:
        shape = self._shape(candidate.expected)
        if shape != due and {shape, due} != {(), (1, 1)}:
            return False
        return candidate.received is None or self._shape(candidate.received) is not None

    def _holds(self, task: Task, candidate: Candidate) -> bool:
        """Whether the edited reference is certainly the response."""
        if self.slack is not None or candidate.slack is not None:
            return True  # numbers: compared with balls, which is certain already
        left = max(self.deadline - time.thread_time(), 0.02)
        received = candidate.received or task.response
        try:
            return decide(
                candidate.expected, received, self.context, self.given, time_limit=left
            ).equal
        except ItemError:  # the edit makes no sense here: an index out of its range
            return False

    def _entry(self, task: Task, expected: Matrix, received: Matrix) -> Diagnosis | None:
        """What explains the wrong entries of a matrix, one and all."""
        wrong = task.probe.wrong(expected, received, self.slack)
        found = None
        for row, column in wrong if len(wrong) <= _MOST_ENTRIES else ():
            here = self.explain(expected.rows[row][column], received.rows[row][column])
            if here is None or (found is not None and here.note != found.note):
                return None
            found = found or here
        if found is None:
            return None
        place = entry_place(expected, wrong[0])
        others = ", and in the other wrong entries" if len(wrong) > 1 else ""
        message = f"In {place}{others}: {found.message[0].lower()}{found.message[1:]}"
        return Diagnosis(found.name, found.note, message, place)


def _made(task: Task, rows: Iterator[Edit]) -> Iterator[tuple[Edit, Candidate]]:
    """Candidates of the rows in turn, each only once."""
    seen: set[tuple[Node, Node | None]] = {(task.reference, None)}
    for edit in rows:
        for candidate in itertools.islice(edit.candidates(task), MAX_EACH):
            key = (candidate.expected, candidate.received)
            if key not in seen or candidate.slack is not None:
                seen.add(key)
                yield edit, candidate
