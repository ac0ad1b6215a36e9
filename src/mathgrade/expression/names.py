"""What each name in a formula stands for: a number, a vector of length K, an index, a matrix …

Written in short text, the same in Python, TOML and JSON::

    x = "real"            z = "vector K"        A = "matrix 3 2"
    x = "real -3 3"       i = "index K"         x = "family K of vector d"
    t = "positive"        i = "index 1 3"       t = "simplex K"
    n = "integer"         K = "size"            f = "function"

A size named in a shape (``K`` in ``vector K``) need not be declared itself. After a
shape may stand what its entries are: ``vector K positive``, ``matrix 2 2 -1 1``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mathgrade.errors import ItemError

__all__ = ["Context", "Declaration", "Domain", "Size", "read_names"]

Size = int | str
"""A number of rows, columns or entries: known, or the name of a size."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The real numbers a scalar or an entry may be.

    Attributes:
        low, high: ends of the interval; None where there is no end.
        open_low: whether ``low`` itself is left out.
        nonzero: whether 0 is left out.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    open_low: bool = False
    nonzero: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether a number lies in the domain.

        >>> Domain(low=Fraction(0), open_low=True).holds(Fraction(0))
        False
        """
        if self.low is not None and (value < self.low or (self.open_low and value == self.low)):
            return False
        if self.high is not None and value > self.high:
            return False
        return not (self.nonzero and value == 0)


REAL = Domain()
_DOMAINS = {
    "real": REAL,
    "positive": Domain(low=Fraction(0), open_low=True),
    "nonnegative": Domain(low=Fraction(0)),
    "nonzero": Domain(nonzero=True),
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one name stands for.

    Attributes:
        kind: "real", "integer", "index", "size", "vector", "simplex", "matrix",
            "family" or "function".
        shape: sizes of a vector (n,), simplex (n,), matrix (m, n) or family (K, d).
        domain: of the number or of each entry.
        low, high: ends of an index, or of an integer (None: no end).
        arity: number of arguments of a function.
    """

    kind: str
    shape: tuple[Size, ...] = ()
    domain: Domain = REAL
    low: Size | None = None
    high: Size | None = None
    arity: int = 1


@dataclass(frozen=True, slots=True)
class Context:
    """The declared names; everything else in a formula is an error.

    >>> context = read_names({"y": "vector K", "i j": "index K"})
    >>> context["j"].high, sorted(context.names)
    ('K', ['K', 'i', 'j', 'y'])
    """

    names: Mapping[str, Declaration] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> Declaration:
        return self.names[name]

    def get(self, name: str) -> Declaration | None:
        """The declaration of a name, or None."""
        return self.names.get(name)

    def listing(self) -> str:
        """The declared names for a message: ``"y, i, j, K"``."""
        return ", ".join(self.names) or "none"


def _size(word: str, name: str) -> Size:
    if word.isdigit() and 1 <= int(word) <= 1000:
        return int(word)
    if word.isidentifier():
        return word
    raise ItemError(f"Name {name!r}: {word!r} is not a size (a whole number or the name of one).")


def _number(word: str, name: str) -> Fraction:
    try:
        return Fraction(word)
    except (ValueError, ZeroDivisionError):
        raise ItemError(f"Name {name!r}: {word!r} is not a number.") from None


def _domain(words: list[str], name: str) -> Domain:
    if not words:
        return REAL
    if len(words) == 1 and words[0] in _DOMAINS:
        return _DOMAINS[words[0]]
    if len(words) == 2:
        low, high = (_number(w, name) for w in words)
        if low >= high:
            raise ItemError(f"Name {name!r}: the interval from {low} to {high} is empty.")
        return Domain(low, high)
    raise ItemError(f"Name {name!r}: cannot read {' '.join(words)!r} as a domain.")


def _declare(name: str, text: str) -> Declaration:
    words = text.split()
    kind, rest = (words[0], words[1:]) if words else ("", [])
    if kind in _DOMAINS:
        return Declaration("real", domain=_domain(rest if kind == "real" else words, name))
    if kind == "integer" and len(rest) in (0, 2):
        ends = [int(_number(w, name)) for w in rest]
        return Declaration("integer", low=min(ends, default=None), high=max(ends, default=None))
    if kind == "size" and not rest:
        return Declaration("size")
    if kind == "index" and len(rest) in (1, 2):
        low, high = rest if len(rest) == 2 else ("1", rest[0])
        start = int(low) if low.isdigit() else _size(low, name)
        return Declaration("index", low=start, high=_size(high, name))
    if kind in ("vector", "simplex") and rest:
        return Declaration(kind, (_size(rest[0], name),), _domain(rest[1:], name))
    if kind == "matrix" and len(rest) >= 2:
        shape = (_size(rest[0], name), _size(rest[1], name))
        return Declaration(kind, shape, _domain(rest[2:], name))
    if kind == "family" and len(rest) >= 4 and rest[1:3] == ["of", "vector"]:
        shape = (_size(rest[0], name), _size(rest[3], name))
        return Declaration(kind, shape, _domain(rest[4:], name))
    if kind == "function" and len(rest) <= 1:
        arity = int(rest[0]) if rest and rest[0].isdigit() else 1
        return Declaration("function", arity=arity)
    raise ItemError(
        f"Name {name!r} is declared as {text!r}. Use one of: real, real -3 3, positive, "
        "nonnegative, nonzero, integer, vector K, simplex K, matrix 3 2, index K, index 1 3, "
        "size, family K of vector d, function."
    )


def read_names(names: Mapping[str, str] | Context) -> Context:
    """The context that short texts declare.

    Args:
        names: kind of each name; several names may share one key: ``{"y z": "vector K"}``.

    Raises:
        ItemError: a kind that does not exist, an empty interval, a name declared twice.

    >>> read_names({"x": "real -3 3"})["x"].domain.high
    Fraction(3, 1)
    """
    if isinstance(names, Context):
        return names
    found: dict[str, Declaration] = {}
    for key, text in names.items():
        for name in key.replace(",", " ").split():
            if not name.isidentifier():
                raise ItemError(f"{name!r} cannot be a name: letters, digits and _ only.")
            if name in found:
                raise ItemError(f"The name {name!r} is declared twice.")
            found[name] = _declare(name, text)
    for declaration in list(found.values()):
        for size in (*declaration.shape, declaration.low, declaration.high):
            if isinstance(size, str) and found.setdefault(size, Declaration("size")).kind != "size":
                raise ItemError(f"{size!r} is used as a size but declared as something else.")
    return Context(found)
