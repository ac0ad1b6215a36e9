"""Products of matrices as words: letters in an order that matters, with a number before them.

``(A B)ᵀ C`` is a word of three letters, once a law of transposes is used. Numbers that
matrices are multiplied by, brackets and ``A I = A`` are no laws; multiplying matrices out, turning
products over and working with inverses each are one, see :data:`MATRIX_LAWS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mathgrade.derivation.laws import DEFINITION, MATRIX_LAWS
from mathgrade.derivation.vocabulary import Vocabulary
from mathgrade.equality.symbolic.measuring import Valuation
from mathgrade.equality.symbolic.places import NeedCaseError
from mathgrade.equality.symbolic.ring import NotCoveredError, Ratio
from mathgrade.equality.symbolic.vanishing import vanishes
from mathgrade.expression import Node
from mathgrade.expression.nodes import (
    Add,
    Div,
    Entry,
    Identity,
    Inverse,
    Matrix,
    Mul,
    Name,
    Neg,
    Number,
    Power,
    Transpose,
    Zeros,
)

__all__ = ["Words"]

MAX_TERMS = 60
MAX_POWER = 8
_CANCEL = "cancel"  # the part of the law of inverses that turns no product over
MAX_INVERSE = 3  # rows of a written matrix whose inverse is worked out

Rows = tuple[tuple[Ratio, ...], ...]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A matrix in a product.

    Attributes:
        name: a name, or a formula that is not looked into; empty for a written matrix.
        rows: the entries of a written matrix.
        turned: whether it is transposed.
        inverse: whether it is inverted.
        inside: for the inverse of a product that cannot be split (its factors are not
            square), the letters of the product.
    """

    name: str = ""
    rows: Rows = ()
    turned: bool = False
    inverse: bool = False
    inside: tuple[_Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class _Term:
    number: Ratio
    letters: tuple[_Letter, ...] = ()


@dataclass(slots=True)
class Words:
    """Compares formulas of matrices by some of the laws.

    Args:
        vocabulary: what names mean.
        values: gives numbers their value.
    """

    vocabulary: Vocabulary
    values: Valuation

    def laws(self, left: Node, right: Node, limit: int) -> frozenset[str] | None:
        """The smallest set of laws that takes one side to the other; None if none will do."""
        names = [law.name for law in (*MATRIX_LAWS, DEFINITION)]
        for count in range(min(limit, len(names)) + 1):
            for some in itertools.combinations(names, count):
                if self._agree(left, right, frozenset(some)):
                    return frozenset(some)
        return None

    def equal(self, left: Node, right: Node) -> bool:
        """Whether all the laws together take one side to the other."""
        names = frozenset(law.name for law in (*MATRIX_LAWS, DEFINITION))
        return self._agree(left, right, names)

    def cancels(self, left: Node, right: Node) -> bool:
        """Whether ``X⁻¹ X = I`` alone takes one side to the other, no inverse turned over."""
        return self._agree(left, right, frozenset({_CANCEL}))

    def _agree(self, left: Node, right: Node, laws: frozenset[str]) -> bool:
        try:
            a, b = (self._reduced(self._go(side, laws), laws) for side in (left, right))
        except (NotCoveredError, NeedCaseError, RecursionError):
            return False
        return self._same(a, b)

    # -- reading -------------------------------------------------------------------------

    def _number(self, node: Node) -> Ratio:
        value = self.values.number(node)
        if value is None:
            raise NotCoveredError("a number outside the laws")
        return value

    def _one(self) -> Ratio:
        return self.values.algebra.number(1)

    def _go(self, node: Node, laws: frozenset[str]) -> list[_Term]:
        if not self.vocabulary.components.shape(node):
            return [_Term(self._number(node))]
        one = self._one()
        match node:
            case Name(name):
                given = self.vocabulary.given.get(name)
                own = name not in self.vocabulary.hidden
                if given is not None and not given[0] and (own or DEFINITION.name in laws):
                    return self._go(given[1], laws)
                return [_Term(one, (_Letter(name),))]
            case Matrix(rows):
                entries = tuple(tuple(self._number(e) for e in row) for row in rows)
                return [self._written(one, entries)]
            case Identity():
                return [_Term(one)]
            case Zeros():
                return []
            case Add(terms):
                return [t for term in terms for t in self._go(term, laws)]
            case Neg(term):
                return [replace(t, number=-t.number) for t in self._go(term, laws)]
            case Div(top, bottom):
                over = one / self._number(bottom)
                return [replace(t, number=t.number * over) for t in self._go(top, laws)]
            case Mul(factors):
                return self._product([self._go(f, laws) for f in factors])
            case Power(base, Number(value)) if value.denominator == 1 and 1 <= value <= MAX_POWER:
                return self._product([self._go(base, laws)] * int(value))
            case Transpose(body):
                return self._turned(body, laws)
            case Inverse(body):
                return self._inverse(body, laws)
            case Entry():
                return [_Term(one, (_Letter(repr(node)),))]
        raise NotCoveredError(f"no word for {type(node).__name__}")

    def _product(self, parts: list[list[_Term]]) -> list[_Term]:
        result = [_Term(self._one())]
        for part in parts:
            if len(result) * len(part) > MAX_TERMS:
                raise NotCoveredError("a product of too many terms")
            result = [
                _Term(a.number * b.number, (*a.letters, *b.letters))
                for a, b in itertools.product(result, part)
            ]
        return result

    def _turned(self, body: Node, laws: frozenset[str]) -> list[_Term]:
        if not self.vocabulary.components.shape(body):
            return self._go(body, laws)
        found = []
        for term in self._go(body, laws):
            simple = len(term.letters) <= 1 and not any(t.rows for t in term.letters)
            if not simple and "transpose" not in laws:
                return [_Term(self._one(), (_Letter(f"T{body!r}"),))]
            found.append(replace(term, letters=_over(term.letters)))
        return found

    def _inverse(self, body: Node, laws: frozenset[str]) -> list[_Term]:
        terms = self._reduced(self._go(body, laws), laws)
        if len(terms) != 1:
            return [_Term(self._one(), (_Letter(repr(body), inverse=True),))]
        term = terms[0]
        simple = len(term.letters) <= 1 and not any(t.rows for t in term.letters)
        over = self._one() / term.number
        if not simple and not laws & {"inverse", _CANCEL}:
            return [_Term(over, (_Letter(f"I{body!r}"),))]
        whole = not simple and "inverse" not in laws
        if whole or not all(map(self._square, term.letters)):
            return [_Term(over, (_Letter(inverse=True, inside=term.letters),))]
        letters: list[_Letter] = []
        for letter in reversed(term.letters):
            if letter.inside:
                letters += letter.inside
            elif not letter.rows:
                letters.append(replace(letter, inverse=not letter.inverse))
            else:
                part = self._inverted(letter.rows)
                over = over * part.number
                letters += part.letters
        return [_Term(over, tuple(letters))]

    def _square(self, letter: _Letter) -> bool:
        if letter.rows:
            return len(letter.rows) == len(letter.rows[0])
        declared = self.vocabulary.formal.get(letter.name)
        if declared is None:  # a formula that is not looked into, or the inverse of a product
            return bool(letter.inside)
        return len(declared.shape) == 2 and declared.shape[0] == declared.shape[1]

    def _inverted(self, rows: Rows) -> _Term:
        n = len(rows)
        if n > MAX_INVERSE or any(len(row) != n for row in rows):
            raise NotCoveredError("an inverse that is not worked out here")
        det = self._det(rows)
        cofactors = tuple(
            tuple(
                self._det(_minor(rows, c, r)) * self.values.algebra.number((-1) ** (r + c))
                for c in range(n)
            )
            for r in range(n)
        )
        return self._written(self._one() / det, cofactors)

    def _det(self, rows: Rows) -> Ratio:
        if not rows:
            return self._one()
        total = self.values.algebra.number(0)
        for c, entry in enumerate(rows[0]):
            sign = self.values.algebra.number((-1) ** c)
            total = total + sign * entry * self._det(_minor(rows, 0, c))
        return total

    # -- reducing ------------------------------------------------------------------------

    def _zero(self, value: Ratio) -> bool:
        return vanishes(self.values.algebra, value)

    def _written(self, number: Ratio, rows: Rows) -> _Term:
        """A written matrix with its first entry that is not 0 taken before it."""
        lead = next((e for row in rows for e in row if not self._zero(e)), None)
        if lead is None:
            return _Term(self.values.algebra.number(0))
        rows = tuple(tuple(e / lead for e in row) for row in rows)
        if self._is_identity(rows):
            return _Term(number * lead)
        return _Term(number * lead, (_Letter(rows=rows),))

    def _is_identity(self, rows: Rows) -> bool:
        one = self._one()
        return len(rows) == len(rows[0]) and all(
            self._zero(e - one if r == c else e)
            for r, row in enumerate(rows)
            for c, e in enumerate(row)
        )

    def _reduced(self, terms: Iterable[_Term], laws: frozenset[str]) -> list[_Term]:
        """What the laws make of a sum of words."""
        found = []
        for term in terms:
            letters = list(_paired(term.letters) if _CANCEL in laws else term.letters)
            number = term.number
            k = 0
            while k + 1 < len(letters):
                a, b = letters[k], letters[k + 1]
                if laws & {"inverse", _CANCEL} and (gone := self._cancelled(letters, k)):
                    del letters[gone]
                    k = max(gone.start - 1, 0)
                elif "product" in laws and a.rows and b.rows:
                    part = self._multiplied(a.rows, b.rows)
                    number = number * part.number
                    letters[k : k + 2] = part.letters
                    k = max(k - 1, 0)
                else:
                    k += 1
            found.append(_Term(number, tuple(letters)))
        return self._collected(found, written="product" in laws)

    def _cancelled(self, letters: list[_Letter], k: int) -> slice | None:
        """The letters from k on, or around it, that are a matrix and its inverse."""
        a, b = letters[k], letters[k + 1]
        if not a.inside and not b.inside:
            same = not a.rows and a == replace(b, inverse=not b.inverse)
            return slice(k, k + 2) if same else None
        if a.inside and self._alike(tuple(letters[k + 1 : k + 1 + len(a.inside)]), a.inside):
            return slice(k, k + 1 + len(a.inside))
        start = k + 1 - len(b.inside)
        if b.inside and start >= 0 and self._alike(tuple(letters[start : k + 1]), b.inside):
            return slice(start, k + 2)
        return None

    def _multiplied(self, left: Rows, right: Rows) -> _Term:
        if len(left[0]) != len(right):
            raise NotCoveredError("matrices that cannot be multiplied")
        zero = self.values.algebra.number(0)
        rows = []
        for row in left:
            entries = []
            for column in zip(*right, strict=True):
                total = zero
                for x, y in zip(row, column, strict=True):
                    total = total + x * y
                entries.append(total)
            rows.append(tuple(entries))
        return self._written(self._one(), tuple(rows))

    def _collected(self, terms: list[_Term], *, written: bool) -> list[_Term]:
        """Like words added up; with ``written``, sums of written matrices worked out."""
        found: list[_Term] = []
        for term in terms:
            for k, other in enumerate(found):
                if self._alike(term.letters, other.letters):
                    found[k] = replace(other, number=other.number + term.number)
                    break
            else:
                found.append(term)
        found = [t for t in found if not self._zero(t.number)]
        plain = [t for t in found if len(t.letters) == 1 and t.letters[0].rows]
        if not written or not plain:
            return found
        n, m = len(plain[0].letters[0].rows), len(plain[0].letters[0].rows[0])
        zero = self.values.algebra.number(0)
        total = [[zero] * m for _ in range(n)]
        rest = []
        for term in found:
            if term in plain:
                for r, row in enumerate(term.letters[0].rows):
                    for c, e in enumerate(row):
                        total[r][c] = total[r][c] + term.number * e
            elif not term.letters and n == m:
                for r in range(n):
                    total[r][r] = total[r][r] + term.number
            else:
                rest.append(term)
        whole = self._written(self._one(), tuple(map(tuple, total)))
        return rest if self._zero(whole.number) else [*rest, whole]

    def _alike(self, left: tuple[_Letter, ...], right: tuple[_Letter, ...]) -> bool:
        return len(left) == len(right) and all(
            (a.name, a.turned, a.inverse, len(a.rows)) == (b.name, b.turned, b.inverse, len(b.rows))
            and self._alike(a.inside, b.inside)
            and all(
                len(x) == len(y) and all(self._zero(p - q) for p, q in zip(x, y, strict=True))
                for x, y in zip(a.rows, b.rows, strict=True)
            )
            for a, b in zip(left, right, strict=True)
        )

    def _same(self, left: list[_Term], right: list[_Term]) -> bool:
        if len(left) != len(right):
            return False
        open_terms = list(right)
        for term in left:
            for other in open_terms:
                if self._alike(term.letters, other.letters) and self._zero(
                    term.number - other.number
                ):
                    open_terms.remove(other)
                    break
            else:
                return False
        return True


def _paired(letters: Iterable[_Letter]) -> list[_Letter]:
    """Letters without those that stand beside their own inverse: first of all, A⁻¹ A."""
    found: list[_Letter] = []
    for letter in letters:
        plain = not letter.rows and not letter.inside
        if plain and found and found[-1] == replace(letter, inverse=not letter.inverse):
            found.pop()
        else:
            found.append(letter)
    return found


def _over(letters: tuple[_Letter, ...]) -> tuple[_Letter, ...]:
    """The letters of a transposed product."""
    found = []
    for letter in reversed(letters):
        if letter.rows:
            found.append(replace(letter, rows=tuple(zip(*letter.rows, strict=True))))
        elif letter.inside:
            found.append(replace(letter, inside=_over(letter.inside)))
        else:
            found.append(replace(letter, turned=not letter.turned))
    return tuple(found)


def _minor(rows: Rows, row: int, column: int) -> Rows:
    return tuple(r[:column] + r[column + 1 :] for k, r in enumerate(rows) if k != row)
