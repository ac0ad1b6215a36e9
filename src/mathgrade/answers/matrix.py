"""A matrix or vector, of numbers or of formulas: shape before value, then entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from fractions import Fraction
from typing import Any

from mathgrade import expression
from mathgrade.answers.answer import AnswerTest, Share, exact_share
from mathgrade.answers.drawing import entries_picture
from mathgrade.answers.entries import Formulas, Numbers, matrix_latex, read_entries
from mathgrade.answers.formula import Comparison, layout_message
from mathgrade.answers.received import Grid, describe, is_grid, read_grid, shape_text
from mathgrade.answers.rounding import rounded_verdict, written_in_decimals
from mathgrade.answers.scalar import Tolerance, agree
from mathgrade.answers.trivial import is_trivial
from mathgrade.equality.diagnosis import Diagnosis
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context
from mathgrade.picture import Picture
from mathgrade.verdict import Finding, Verdict, Witness

__all__ = ["Matrix"]


@dataclass(frozen=True)
class Matrix(AnswerTest):
    """A matrix, or with ``vector=True`` a vector.

    Args:
        reference: array, list of rows, SymPy matrix, or Python text.
        names: what each name stands for, where entries are formulas.
        decimals, atol, rtol, exact, rounded: as in :class:`~mathgrade.answers.number.Number`,
            for every entry.
        vector: shapes (n,), (n, 1) and (1, n) are all taken.
        layout: "numerator" or "denominator": the transpose loses only ``layout_share``.
        layout_share: what the layout is worth.
        entries: "diagonal" (it and the rest), "rows", "columns" or "each" for credit by parts;
            True chooses the diagonal for a square matrix and columns for any other.

    A part of the reference that is zero throughout earns nothing by itself: it is
    counted together with another part. A zero, constant or identity matrix that is
    not the answer earns nothing at all.

    In a known mistake None stands for an entry that may be anything, right or wrong.

    >>> Matrix([[2, 1], [1, 2]]).mark([2, 1, 1]).findings[0].message
    'Expected shape (2, 2), received (3,).'
    """

    reference: Any
    _: KW_ONLY
    names: Mapping[str, str] | Context | None = None
    decimals: int | None = None
    atol: float | None = None
    rtol: float | None = None
    exact: bool = False
    rounded: Share = 0
    vector: bool = False
    layout: str | None = None
    layout_share: Share = Fraction(1, 4)
    entries: bool | str = False

    def _mark(self, response: object, _source: str) -> Verdict:
        kind = self._kind()
        wanted, reference = self._own(kind)
        grid = self._grid(kind, response)
        turned = grid.shape != wanted.shape and grid.transposed.shape == wanted.shape
        if grid.shape != wanted.shape and not (self.layout and turned):
            return Verdict.incorrect(
                self._misfit(wanted, grid), "matrix.shape", criterion="The shape is right"
            )
        entries = []
        if not turned:
            kept = self._rounded(reference, grid)
            if kept is not None:
                return kept
            entries = read_entries(kind, grid)
            found = [kind.compare(r, e) for r, e in zip(reference, entries, strict=True)]
            if all(c.same for c in found):
                return self._right(True)
        back = grid.transposed
        if self.layout and back.shape == wanted.shape and len(wanted.shape) == 2:
            others = read_entries(kind, back)
            if all(kind.compare(r, e).same for r, e in zip(reference, others, strict=True)):
                return self._right(False)
        if turned:
            return Verdict.incorrect(
                "The entries are wrong in either layout.", "matrix.entries", criterion=_ENTRIES
            )
        parts = [(_ENTRIES, list(range(len(found))))]
        if self.entries and not is_trivial(grid):
            parts = _parts(self.entries, wanted, [kind.zero(r) for r in reference])
        share = Fraction(1, len(parts))
        findings = [_part(name, where, share, grid, found) for name, where in parts]
        picture = entries_picture(grid.shape, entries, kind.number, [c.same for c in found])
        return Verdict.of(_with_picture(findings, picture))

    def _diagnose(self, response: object) -> Diagnosis | None:
        kind = self._kind()
        wanted, reference = self._own(kind)
        grid = self._grid(kind, response)
        if grid.shape != wanted.shape:
            return None
        columns = grid.shape[1] if len(grid.shape) == 2 else 1
        found: Diagnosis | None = kind.diagnose(reference, read_entries(kind, grid), columns)
        return found

    def _rounded(self, reference: list[Any], grid: Grid) -> Verdict | None:
        """The verdict on entries that are right but for their digits."""
        if not self.rounded or self.names is not None:
            return None
        entries = read_entries(Numbers(), grid)
        tolerance = Tolerance.of(self.decimals, self.atol, self.rtol)
        inexact = self.exact and written_in_decimals(entries)
        pairs = zip(reference, entries, strict=True)
        if not inexact and all(agree(r, e, tolerance) for r, e in pairs):
            return None
        return rounded_verdict(reference, entries, self.rounded, exact=self.exact)

    def form(self, response: object) -> str:
        kind = self._kind()
        wanted, _ = self._own(kind)
        grid = self._grid(kind, response)
        back = grid.transposed.shape if self.layout else grid.shape
        if wanted.shape not in (grid.shape, back):
            raise ResponseError(self._misfit(wanted, grid), "matrix.shape")
        return matrix_latex(kind, grid)

    def recognise(self, known: Sequence[object], response: object) -> int | None:
        grid = self._grid(self._kind(), response)
        for position, wrong in enumerate(known):
            fits = not _is_open(wrong) or len(read_grid(wrong).entries) == len(grid.entries)
            if fits and super().recognise([_completed(wrong, grid)], response) is not None:
                return position
        return None

    def beside(self, known: Sequence[object], first: int, response: object) -> list[int]:
        found, taken = [], _closed(known[first])
        for position, wrong in enumerate(known):
            if position <= first or not _is_open(wrong) or _closed(wrong) & taken:
                continue
            if self.recognise([wrong], response) is not None:
                found.append(position)
                taken |= _closed(wrong)
        return found

    def example(self, known: object) -> object:
        return _completed(known, self._own(self._kind())[0])

    def entries_of_reference(self) -> tuple[tuple[int, ...], list[expression.Node]]:
        """Shape of the reference, and its entries row by row as formulas.

        Raises:
            ItemError: it cannot be read.
        """
        grid, entries = self._own(self._kind())
        return grid.shape, [getattr(entry, "node", entry) for entry in entries]

    def _kind(self) -> Any:
        tolerance = Tolerance.of(self.decimals, self.atol, self.rtol)
        if self.layout not in (None, "numerator", "denominator"):
            raise ItemError(f"A layout is numerator or denominator, not {self.layout!r}.")
        if self.names is None:
            return Numbers(tolerance, self.exact)
        if tolerance is not None or self.exact:
            raise ItemError("Formulas are compared exactly: leave out the tolerance, or names.")
        return Formulas(expression.read_names(self.names))

    def _own(self, kind: Any) -> tuple[Grid, list[Any]]:
        """Shape and entries of the reference."""
        try:
            own = self.reference
            if isinstance(own, str):
                own = expression.read(own, Context() if self.names is None else kind.context)
            grid = self._flat(kind.grid(own))
            # What is asked of a response, an exact form, is not asked of the reference.
            reader = Numbers() if isinstance(kind, Numbers) else kind
            return grid, [reader.read(entry) for entry in grid.entries]
        except ResponseError as error:
            raise ItemError(f"The reference cannot be read as a matrix: {error.message}") from error

    def _grid(self, kind: Any, response: object) -> Grid:
        if not is_grid(response) and not isinstance(response, str) and not _symbolic(response):
            what = "a vector" if self.vector else "a matrix"
            raise ResponseError(f"Expected {what}, received {describe(response)}.", "type.matrix")
        if isinstance(response, str) and self.names is None:
            raise ResponseError(
                f"Expected numbers, received {describe(response)}. Leave out the quotation marks.",
                "type.text",
            )
        return self._flat(kind.grid(response))

    def _flat(self, grid: Grid) -> Grid:
        if self.vector and not self.layout and (len(grid.shape) == 1 or 1 in grid.shape):
            return Grid((len(grid.entries),), grid.entries)
        return grid

    def _misfit(self, wanted: Grid, grid: Grid) -> str:
        expected, received = shape_text(wanted.shape), shape_text(grid.shape)
        return f"Expected shape {expected}, received {received}."

    def _right(self, in_layout: bool) -> Verdict:
        tolerance = Tolerance.of(self.decimals, self.atol, self.rtol)
        criterion = _ENTRIES + (f" {tolerance.text}" if tolerance else "")
        if self.layout is None:
            return Verdict.correct(criterion)
        message, note = ("", "") if in_layout else (layout_message(self.layout), "layout.other")
        layout = f"Written in {self.layout} layout"
        share = exact_share(self.layout_share)
        return Verdict.of(
            (
                Finding(criterion, True, 1 - share),
                Finding(layout, in_layout, share, message, note),
            )
        )


_ENTRIES = "Every entry is right"


def _is_open(known: object) -> bool:
    """Whether a known mistake leaves an entry open."""
    return is_grid(known) and any(entry is None for entry in read_grid(known).entries)


def _closed(known: object) -> set[int]:
    """The entries that a known mistake is about."""
    if not is_grid(known):
        return set()
    return {k for k, entry in enumerate(read_grid(known).entries) if entry is not None}


def _completed(known: Any, grid: Grid) -> Any:
    """A known mistake, with the entries of a grid where it leaves them open."""
    if not _is_open(known):
        return known
    wrong = read_grid(known)
    entries = [e if w is None else w for w, e in zip(wrong.entries, grid.entries, strict=True)]
    if len(wrong.shape) == 1:
        return entries
    columns = wrong.shape[1]
    return [entries[k : k + columns] for k in range(0, len(entries), columns)]


def _symbolic(value: object) -> bool:
    return hasattr(type(value), "is_MatrixExpr") or isinstance(value, expression.Node)


def _parts(how: bool | str, grid: Grid, zero: Sequence[bool]) -> list[tuple[str, list[int]]]:
    """Names and positions of the parts that earn credit each."""
    columns = grid.shape[-1]
    square = len(grid.shape) == 2 and grid.shape[0] == columns
    if how is True:
        how = "diagonal" if square else "columns"
    keys: dict[str, Callable[[int], str]] = {
        "diagonal": lambda k: "On the diagonal" if k % (columns + 1) == 0 else "Off the diagonal",
        "columns": lambda k: f"Column {k % columns + 1}",
        "rows": lambda k: f"Row {k // columns + 1}",
        "each": lambda k: _capital(grid.place(k)),
    }
    flat = len(grid.shape) == 1 and how != "each"
    if how not in keys or (how == "diagonal" and not square) or flat:
        raise ItemError(
            f"entries={how!r} does not fit a reference of shape {shape_text(grid.shape)}: use "
            "'each', True, 'rows', 'columns', or for a square matrix 'diagonal'."
        )
    parts: dict[str, list[int]] = {}
    for position in range(len(grid.entries)):
        parts.setdefault(keys[how](position), []).append(position)
    empty = [name for name, where in parts.items() if all(zero[k] for k in where)]
    if len(empty) >= len(parts) - 1:
        return [(_ENTRIES, list(range(len(grid.entries))))]
    first = next(name for name in parts if name not in empty)
    for name in empty:
        parts[first] += parts.pop(name)
    return list(parts.items())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _with_picture(findings: list[Finding], picture: Picture | None) -> list[Finding]:
    """The picture of the whole stands with the first part that is wrong."""
    first = next((k for k, f in enumerate(findings) if f.met is False), None)
    if first is not None:
        findings[first] = replace(findings[first], picture=picture)
    return findings


def _part(
    name: str, where: list[int], share: Fraction, grid: Grid, found: list[Comparison]
) -> Finding:
    wrong = [k for k in where if found[k].same is False]
    if not wrong:
        if all(found[k].same for k in where):
            return Finding(name, True, share)
        reason = next(found[k].reason for k in where if found[k].same is None)
        message = reason or "Whether these entries are right could not be decided."
        return Finding(name, None, share, message, "undecided")
    first = wrong[0]
    message = f"The entry in {grid.place(first)} is wrong"
    if len(grid.shape) == 1:
        message = f"{_capital(grid.place(first))} is wrong"
    others = len(wrong) - 1
    message += {0: ".", 1: ", and so is another."}.get(others, f", and so are {others} more.")
    if found[first].reason:
        message += f" {found[first].reason}"
    seen = found[first].witness
    witness = None
    if seen is not None:
        place = ", ".join(filter(None, (grid.place(first), seen.place)))
        witness = Witness(seen.at, seen.received, seen.expected, place)
    return Finding(name, False, share, message, "matrix.entries", witness)
