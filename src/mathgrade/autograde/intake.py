"""The notebook to mark, made anew: the instructor's cells, and of the student's the text only.

The frame is the instructor's own notebook as nbgrader enters it into the gradebook:
solutions cut, hidden tests in place. What a student wrote is put into its answer
cells; cells of the student's own stay where they stood; metadata, outputs and everything
else of the file are left behind.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import is_locked, is_solution, is_task

from mathgrade.autograde.cell_places import KnownCell, find_places
from mathgrade.autograde.hand_in import Bounds, Refusal, Refused
from mathgrade.autograde.inert import inert
from mathgrade.autograde.untrusted_notebook import StudentCell, read_cells

__all__ = ["Frame", "refused_reason", "take_in"]

_KEPT = ("kernelspec", "language_info")
_HIDDEN = re.compile(
    r"^[^\n]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A notebook of the assignment, as nbgrader enters it into the gradebook.

    Attributes:
        master: the instructor's notebook with its tests, solutions cut.
        released: what students got; None if it was never released.
    """

    master: NotebookNode
    released: NotebookNode | None = None

    def known(self) -> list[KnownCell]:
        """Its cells, with the text each of them was released with."""
        given: dict[tuple[int, str], NotebookNode] = {}
        for cell in self.released.cells if self.released is not None else ():
            given.update({key: cell for key in enumerate(_names_of(cell)) if key[1]})
        return [
            _known(cell, next((given[k] for k in enumerate(_names_of(cell)) if k in given), None))
            for cell in self.master.cells
        ]


def take_in(
    frame: Frame, data: bytes | None, *, bounds: Bounds | None = None, refused: str = ""
) -> tuple[NotebookNode, tuple[Refusal, ...]]:
    """The notebook to mark, and what of the hand-in was not taken as it stood.

    Args:
        frame: the assignment's notebook.
        data: content of the file that was handed in; None if there is none.
        bounds: how much it may hold.
        refused: why the file was not even read.

    Returns:
        The notebook; where the file could not be taken, as it was released, with the
        reason in its metadata (:func:`refused_reason`).
    """
    cells: Sequence[StudentCell] = ()
    if data is not None and not refused:
        try:
            cells = read_cells(data, bounds)
        except Refused as reason:
            refused = str(reason)
    nb, refusals = _rebuilt(frame, cells)
    if refused:
        refusals = [Refusal("the notebook", refused)]
        nb.metadata["mathgrade"] = {"refused": refused}
    if refusals:
        told = nb.metadata.setdefault("mathgrade", {})
        told["intake"] = [[refusal.what, refusal.reason] for refusal in refusals]
    return nb, tuple(refusals)


def refused_reason(nb: NotebookNode) -> str:
    """Why nothing of the notebook's file could be taken; empty if it was."""
    return str(nb.metadata.get("mathgrade", {}).get("refused", ""))


def _rebuilt(frame: Frame, cells: Sequence[StudentCell]) -> tuple[NotebookNode, list[Refusal]]:
    known = frame.known()
    places = find_places(known, cells)
    own: dict[int, list[StudentCell]] = {}  # the student's own cells, by the cell before them
    mine: dict[int, StudentCell] = {}
    last = -1
    texts = {(k.kind, k.text) for k in known}
    for cell, place in zip(cells, places.of, strict=True):
        if place is not None:
            mine[place] = cell
            last = place
        elif _is_own(cell, texts):
            own.setdefault(last, []).append(cell)
    names = _new_names(frame.master.cells, "student")
    unnamed = _new_names(frame.master.cells, "cell")
    made = _extra(own.get(-1, ()), names)
    for place, (master, released) in enumerate(zip(frame.master.cells, known, strict=True)):
        filled = _filled(master, released, mine.get(place))
        filled.id = master.get("id") or next(unnamed)
        made += [filled, *_extra(own.get(place, ()), names)]
    nb = copy.copy(frame.master)
    nb.cells = made
    nb.metadata = NotebookNode(
        {name: frame.master.metadata[name] for name in _KEPT if name in frame.master.metadata}
    )
    nb.nbformat, nb.nbformat_minor = 4, 5
    refusals = [
        Refusal(f"cell {name}", "occurs more than once; one of its copies counts")
        for name in places.doubled
    ]
    refusals += [
        Refusal(f"cell {name}", "has lost its name; it was found by its place")
        for name in places.by_place
    ]
    refusals += [
        Refusal(f"cell {k.grade_id}", "is missing, and counts as not answered")
        for place, k in enumerate(known)
        if k.is_answer and place not in mine and cells
    ]
    return nb, refusals


def _is_own(cell: StudentCell, texts: set[tuple[str, str]]) -> bool:
    """Whether a cell without a place is worth keeping: no empty one, no copy of a text of ours."""
    text = cell.source.strip()
    return bool(text) and (cell.kind == "code" or (cell.kind, text) not in texts)


def _filled(master: NotebookNode, released: KnownCell, cell: StudentCell | None) -> NotebookNode:
    """The instructor's cell, with the student's text in it where students may write."""
    made = copy.deepcopy(master)
    if made.cell_type == "code":
        made.outputs, made.execution_count = [], None
    if cell is None or is_locked(master) or cell.source.strip() == released.text:
        return made
    made.source = cell.source if made.cell_type == "code" else inert(cell.source, cell.attachments)
    _attach(made, cell)
    return made


def _extra(cells: Sequence[StudentCell], names: Iterator[str]) -> list[NotebookNode]:
    made = []
    for cell in cells:
        if cell.kind == "code":
            made.append(new_code_cell(cell.source, id=next(names)))
            continue
        text = new_markdown_cell(inert(cell.source, cell.attachments), id=next(names))
        _attach(text, cell)
        made.append(text)
    return made


def _attach(made: NotebookNode, cell: StudentCell) -> None:
    if made.cell_type == "markdown" and cell.attachments:
        made.attachments = NotebookNode({k: dict(v) for k, v in cell.attachments.items()})


def _new_names(cells: Sequence[NotebookNode], start: str) -> Iterator[str]:
    """Ids nobody has; the same hand-in gets the same ones."""
    taken = {cell.get("id") for cell in cells}
    return (name for n in itertools.count(1) if (name := f"{start}-{n}") not in taken)


def _names_of(cell: NotebookNode) -> tuple[str, str]:
    own = cell.metadata.get("nbgrader", {})
    return str(own.get("grade_id", "")), str(cell.get("id", ""))


def _known(master: NotebookNode, given: NotebookNode | None) -> KnownCell:
    grade_id, id = _names_of(master)
    text = _HIDDEN.sub("", master.source) if given is None else given.source
    fillable = (is_solution(master) or is_task(master)) and not is_locked(master)
    return KnownCell(grade_id, id, master.cell_type, text.strip(), fillable)
