"""Which of a student's cells stands where a cell of the assignment stood.

Names come first: nbgrader's, then Jupyter's. Where they were lost, renamed or doubled,
a text that was left as released says where it belongs, and what lies between two cells
that are known is taken by its place.
"""

from __future__ import annotations

import bisect
import difflib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mathgrade.autograde.untrusted_notebook import StudentCell

__all__ = ["KnownCell", "Places", "find_places"]

_COMPARED = 2_000  # characters of a cell that are compared with the released ones
_PAIRS = 400  # more pairs than these in one gap are not compared, but taken in order


@dataclass(frozen=True, slots=True)
class KnownCell:
    """A cell of the assignment, as it was released.

    Attributes:
        grade_id: nbgrader's name; may be empty.
        id: Jupyter's name.
        kind: ``"code"`` or ``"markdown"``.
        text: as released, hidden lines cut out.
        is_answer: whether the student fills it in.
    """

    grade_id: str
    id: str
    kind: str
    text: str
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Places:
    """Where each of the student's cells belongs.

    Attributes:
        of: for each of the student's cells, the number of the known cell it stands for;
            None for a cell of the student's own.
        doubled: grade_ids of answers that occur more than once.
        by_place: grade_ids of answers that were found by their place alone.
    """

    of: tuple[int | None, ...]
    doubled: tuple[str, ...] = ()
    by_place: tuple[str, ...] = ()


def find_places(known: Sequence[KnownCell], cells: Sequence[StudentCell]) -> Places:
    """Find the place of each of the student's cells.

    Of several cells with the name of one answer the last counts, as in nbgrader, unless
    only earlier ones differ from what was released.
    """
    search = _Search(known, cells)
    search.by_grade_id()
    search.by_id()
    search.by_text()
    search.by_place()
    return Places(tuple(search.of), tuple(search.doubled), tuple(search.placed))


class _Search:
    def __init__(self, known: Sequence[KnownCell], cells: Sequence[StudentCell]) -> None:
        self._known = known
        self._cells = cells
        self._free = dict.fromkeys(range(len(known)))  # known cells nobody stands for yet
        self.of: list[int | None] = [None] * len(cells)
        self.doubled: list[str] = []
        self.placed: list[str] = []

    def _pair(self, cell: int, place: int) -> None:
        self.of[cell] = place
        del self._free[place]

    def by_grade_id(self) -> None:
        copies: dict[str, list[int]] = {}
        for number, cell in enumerate(self._cells):
            if cell.grade_id:
                copies.setdefault(cell.grade_id, []).append(number)
        for place, known in enumerate(self._known):
            numbers = copies.get(known.grade_id, []) if known.grade_id else []
            if not numbers:
                continue
            changed = [n for n in numbers if self._cells[n].source.strip() != known.text]
            self._pair((changed or numbers)[-1], place)
            if known.is_answer and len(numbers) > 1:
                self.doubled.append(known.grade_id)

    def by_id(self) -> None:
        """Cells by Jupyter's names; code where a text of ours stood is the student's own."""
        names = {known.grade_id for known in self._known if known.grade_id}
        places = {k.id: place for place, k in enumerate(self._known) if k.id}
        for number, cell in enumerate(self._cells):
            place = places.get(cell.id)
            if self.of[number] is None and place in self._free and cell.grade_id not in names:
                assert place is not None
                known = self._known[place]
                if known.is_answer or cell.kind == known.kind:
                    self._pair(number, place)

    def by_text(self) -> None:
        places: dict[tuple[str, str], list[int]] = {}
        for place in self._free:
            known = self._known[place]
            if known.text:
                places.setdefault((known.kind, known.text), []).append(place)
        for number, cell in enumerate(self._cells):
            alike = places.get((cell.kind, cell.source.strip()))
            if self.of[number] is None and alike:
                self._pair(number, alike.pop(0))

    def by_place(self) -> None:
        """Answers that are left, from what lies between the cells that are known."""
        for cells, places in self._gaps():
            for kind in ("code", "markdown"):
                mine = [n for n in cells if self._is_candidate(n, kind)]
                wanted = [p for p in places if self._is_wanted(p, kind)]
                for number, place in self._aligned(mine, wanted):
                    self._pair(number, place)
                    self.placed.append(self._known[place].grade_id)

    def _is_candidate(self, number: int, kind: str) -> bool:
        cell = self._cells[number]
        return self.of[number] is None and cell.kind == kind and bool(cell.source.strip())

    def _is_wanted(self, place: int, kind: str) -> bool:
        known = self._known[place]
        return place in self._free and known.kind == kind and known.is_answer

    def _gaps(self) -> Iterator[tuple[range, range]]:
        """Runs of the student's cells, each with the known cells that belong between the same."""
        anchors = _rising([(n, p) for n, p in enumerate(self.of) if p is not None])
        edges = [(-1, -1), *anchors, (len(self._cells), len(self._known))]
        for (n, p), (next_n, next_p) in itertools.pairwise(edges):
            yield range(n + 1, next_n), range(p + 1, next_p)

    def _aligned(self, mine: list[int], wanted: list[int]) -> list[tuple[int, int]]:
        """Pairs in order; those most like what was released."""
        if not mine or not wanted:
            return []
        if len(mine) == len(wanted) or len(mine) * len(wanted) > _PAIRS:
            return list(zip(mine, wanted, strict=False))
        best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}
        for a in range(len(mine), -1, -1):
            for b in range(len(wanted), -1, -1):
                if a == len(mine) or b == len(wanted):
                    best[a, b] = (0.0, [])
                    continue
                score, rest = best[a + 1, b + 1]
                both = (score + self._likeness(mine[a], wanted[b]), [(mine[a], wanted[b]), *rest])
                ways = (both, best[a + 1, b], best[a, b + 1])
                best[a, b] = max(ways, key=lambda way: way[0])
        return best[0, 0][1]

    def _likeness(self, number: int, place: int) -> float:
        texts = (self._known[place].text[:_COMPARED], self._cells[number].source[:_COMPARED])
        return 0.01 + difflib.SequenceMatcher(None, *texts, autojunk=False).ratio()


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises in both; what was moved is not in it.

    >>> _rising([(0, 0), (1, 3), (2, 1), (3, 2)])
    [(0, 0), (2, 1), (3, 2)]
    """
    tails: list[int] = []  # the lowest place a run of each length can end with
    ends: list[int] = []
    links: dict[int, int] = {}
    for number, (_, place) in enumerate(pairs):
        length = bisect.bisect_left(tails, place)
        links[number] = ends[length - 1] if length else -1
        if length == len(tails):
            tails.append(place)
            ends.append(number)
        else:
            tails[length], ends[length] = place, number
    run = []
    number = ends[-1] if ends else -1
    while number >= 0:
        run.append(pairs[number])
        number = links[number]
    return run[::-1]
