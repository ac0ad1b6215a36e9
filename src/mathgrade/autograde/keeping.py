"""Marks of an attempt that are kept while others of it are made again.

The student's cells are run again, since a test that has changed needs what they make. A test that
has not changed is not run, and keeps its outputs, where that cannot be noticed:

- it only looked at values, and neither called the student's functions nor rebound names;
- it shares no names with a test that has changed;
- no changed test before it reaches, or reached, into the student's process.

That student's code which makes the same values is run again to the same end is taken for
granted, as it is whenever an attempt is marked twice.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from mathgrade.autograde.dependence import entangled

__all__ = ["Keeping", "what_to_keep"]


@dataclass(slots=True)
class Keeping:
    """The marks of one notebook that may be kept, asked in the notebook's order.

    Attributes:
        outputs: of the tests that have not changed, by grade_id.
        changed: the tests that have; True for one that reached into the student's process when
            it was last run.
    """

    outputs: Mapping[str, list[Any]] = field(default_factory=dict)
    changed: Mapping[str, bool] = field(default_factory=dict)
    _disturbed: bool = False

    def restore(self, cell: NotebookNode) -> bool:
        """Give a test cell the outputs it had; False where it has to be run."""
        name = cell.metadata.nbgrader["grade_id"]
        if self._disturbed or name not in self.outputs:
            return False
        cell.outputs = [NotebookNode(output) for output in copy.deepcopy(self.outputs[name])]
        cell.execution_count = None
        return True

    def ran(self, name: str, *, reached: bool) -> None:
        """A test was run; ``reached`` says whether it reached into the student's process."""
        if name in self.changed and (reached or self.changed[name]):
            self._disturbed = True

    def begin(self) -> None:
        """The notebook is run from its start."""
        self._disturbed = False


def what_to_keep(
    text: bytes, master: NotebookNode, before: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, Any] | None:
    """What of a notebook that was marked may be kept, as plain data for :class:`Keeping`.

    Args:
        text: the autograded notebook.
        master: the instructor's, as it now is.
        before: digests of its tests when it was marked.
        now: digests of its tests now.

    Returns:
        None where everything is to be marked again.
    """
    if before.keys() != now.keys():
        return None
    changed = {name for name in now if now[name] != before[name]}
    running = entangled(master, changed)
    outputs: dict[str, list[Any]] = {}
    reached: dict[str, bool] = {}
    for cell in nbformat.v4.reads(text.decode()).cells:
        own = cell.metadata.get("nbgrader", {})
        name = own.get("grade_id", "")
        if name not in now:
            continue
        left = cell.metadata.get("mathgrade", {})
        if name in changed:
            reached[name] = bool(left.get("reached"))
        elif name not in running and not left:
            outputs[name] = json.loads(json.dumps(cell.outputs))
    return {"outputs": outputs, "changed": reached}
