"""What the names of a fuzzed formula stand for, what is certain of its parts, and points."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.fuzz.formula import F, free
from tests.fuzz.oracle import column

__all__ = ["Setting", "nonnegative", "nonzero", "points", "positive", "total"]

SMALL = [
    Fraction(v)
    for v in [
        "2",
        "-1",
        "3",
        "1/2",
        "-2",
        "1",
        "0",
        "-1/2",
        "5",
        "-3",
        "1/3",
        "4",
        "-5/7",
        "7/4",
        "-7",
        "10",
    ]
]


@dataclass(frozen=True)
class Setting:
    """Declared names, in the short texts of ``read_names``.

    >>> s = Setting({"y": "vector K", "i": "index K", "x": "real -3 3"})
    >>> s.sizes, s.scalars, s.matrices
    (['K'], ['x'], {'y'})
    """

    names: Mapping[str, str]

    def kind(self, name: str) -> str:
        words = self.names.get(name, "size").split()
        return "real" if words[0] in ("positive", "nonnegative", "nonzero", "real") else words[0]

    def shape(self, name: str) -> list[str]:
        words = self.names[name].split()
        if words[0] == "matrix":
            return words[1:3]
        if words[0] == "family":
            return [words[1], words[4]]
        return words[1:2]

    def domain(self, name: str) -> str:
        """``"positive"``, ``"-3 3"`` … of a number or of the entries; "" for any real."""
        words = self.names[name].split()
        if words[0] in ("positive", "nonnegative", "nonzero"):
            return words[0]
        if words[0] == "simplex":
            return "positive"
        skip = {"real": 1, "vector": 2, "matrix": 3, "family": 5}.get(words[0], 9)
        return " ".join(words[skip:])

    @property
    def scalars(self) -> list[str]:
        return [n for n in self.names if self.kind(n) == "real"]

    @property
    def indices(self) -> list[str]:
        return [n for n in self.names if self.kind(n) == "index"]

    @property
    def sizes(self) -> list[str]:
        found = []
        for name in self.names:
            if self.kind(name) in ("vector", "simplex", "matrix", "family", "index"):
                found += [w for w in self.shape(name) if not w.isdigit()]
        return sorted({*found, *(n for n, kind in self.names.items() if kind == "size")})

    def only(self, used: set[str]) -> Setting:
        """Without the names that are not used; a size that stands alone is declared."""
        kept = Setting({n: kind for n, kind in self.names.items() if n in used})
        alone = {n: "size" for n in self.sizes if n in used and n not in kept.sizes}
        return Setting({**kept.names, **alone})

    @property
    def matrices(self) -> set[str]:
        return {n for n in self.names if self.kind(n) in ("vector", "simplex", "matrix", "family")}


def _range_is_full(f: F) -> bool:
    """A sum from 1 to a size or to a number >= 1: never empty."""
    low, high = f.parts[1:]
    return (
        low.op == "num"
        and low.value == 1
        and (high.op == "var" or (high.op == "num" and high.value >= 1))
    )


def positive(f: F, s: Setting) -> bool:
    """Whether a scalar is certainly > 0 wherever it has a value."""
    match f.op:
        case "num":
            return f.value > 0
        case "pi":
            return True
        case "var" | "entry":
            if f.name not in s.names:
                return False
            domain = s.domain(f.name).split()
            return domain == ["positive"] or (len(domain) == 2 and Fraction(domain[0]) > 0)
        case "call":
            return f.name in ("exp", "cosh") or (f.name == "sqrt" and positive(f.parts[0], s))
        case "add":
            return all(nonnegative(p, s) for p in f.parts) and any(positive(p, s) for p in f.parts)
        case "mul" | "div" | "pow":
            return all(positive(p, s) for p in f.parts[: 1 if f.op == "pow" else None])
        case "sum":
            return _range_is_full(f) and positive(f.parts[0], s)
    return False


def nonnegative(f: F, s: Setting) -> bool:
    """Whether a scalar is certainly >= 0 wherever it has a value."""
    if positive(f, s):
        return True
    match f.op:
        case "num":
            return f.value >= 0
        case "var" | "entry":
            domain = s.domain(f.name).split() if f.name in s.names else []
            return domain == ["nonnegative"] or (len(domain) == 2 and Fraction(domain[0]) >= 0)
        case "call":
            if f.name == "max":
                return any(nonnegative(p, s) for p in f.parts)
            return f.name in ("abs", "sqrt") or (
                f.name == "min" and all(nonnegative(p, s) for p in f.parts)
            )
        case "pow":
            even = f.parts[1].op == "num" and f.parts[1].value % 2 == 0
            return even or nonnegative(f.parts[0], s)
        case "add" | "mul" | "div":
            return all(nonnegative(p, s) for p in f.parts)
        case "sum" | "product":
            return nonnegative(f.parts[0], s)
        case "delta":
            return True
    return False


def nonzero(f: F, s: Setting) -> bool:
    """Whether a scalar is certainly not 0."""
    if f.op == "num":
        return f.value != 0
    if f.op in ("mul", "div"):
        return all(nonzero(p, s) for p in f.parts)
    if f.op in ("neg", "pow"):
        return nonzero(f.parts[0], s)
    if f.op == "var" and f.name in s.names and s.domain(f.name) == "nonzero":
        return True
    return positive(f, s)


def total(f: F, s: Setting) -> bool:
    """Whether a scalar certainly has a value everywhere."""
    if not all(total(p, s) for p in f.parts):
        return False
    match f.op:
        case "div":
            return nonzero(f.parts[1], s)
        case "pow":
            exponent = f.parts[1]
            whole = exponent.op == "num" and exponent.value.denominator == 1
            return (whole and exponent.value >= 0) or positive(f.parts[0], s)
        case "call":
            if f.name == "log":
                return positive(f.parts[0], s)
            if f.name == "sqrt":
                return nonnegative(f.parts[0], s)
            return f.name != "tan"
        case "inv" | "diff":
            return False
        case "entry":
            return all(p.op == "var" for p in f.parts)
    return True


def _number(rng: random.Random, domain: str, hint: Fraction | None) -> Fraction:
    style = rng.random()
    if hint is not None:
        value = hint
    elif style < 0.55:
        value = rng.choice(SMALL)
    elif style < 0.85:
        value = Fraction(rng.randint(-700, 700), 211)
    else:
        value = Fraction(rng.randint(-9, 9), rng.choice((1000, 100, 10, 1)))
    words = domain.split()
    if len(words) == 2:
        low, high = map(Fraction, words)
        if not low <= value <= high:
            value = low + (high - low) * Fraction(rng.randint(0, 16), 16)
        return value
    if domain == "positive" and value <= 0:
        value = abs(value) + Fraction(1, 3)
    if domain == "nonnegative":
        value = abs(value)
    if domain == "nonzero" and value == 0:
        value = Fraction(2, 3)
    return value


Hint = Mapping[str, Fraction]
"""Where a mutation shows: a number for some scalars, entries (``z``: all), sizes, indices."""


def _env(s: Setting, rng: random.Random, hint: Hint, most: int) -> dict[str, Any]:
    env: dict[str, Any] = {}
    for name in s.sizes:
        env[name] = hint.get(name, Fraction(rng.choice((1, 2, 2, 3, 3, most))))

    def size(word: str) -> int:
        return int(word) if word.isdigit() else int(env[word])

    for name in s.names:
        kind = s.kind(name)
        if kind == "real":
            env[name] = _number(rng, s.domain(name), hint.get(name))
        elif kind == "index":
            words = s.names[name].split()[1:]
            low, high = (size(w) for w in (["1", *words] if len(words) == 1 else words))
            chosen = hint.get(name, Fraction(rng.randint(low, high)))
            env[name] = min(max(chosen, Fraction(low)), Fraction(high))
        elif kind in ("vector", "simplex"):
            n = size(s.shape(name)[0])
            values = [_number(rng, s.domain(name), None) for _ in range(n)]
            if name in hint:
                values[rng.randrange(n)] = _number(rng, s.domain(name), hint[name])
            if rng.random() < 0.15:
                values = [values[0]] * n  # ties
            if kind == "simplex":
                whole = sum(values)
                values = [v / whole for v in values]
            env[name] = column(values)
        elif kind in ("matrix", "family"):
            m, n = map(size, s.shape(name))
            env[name] = [[_number(rng, s.domain(name), None) for _ in range(n)] for _ in range(m)]
    return env


def points(
    s: Setting, rng: random.Random, count: int, hints: tuple[Hint, ...] = ()
) -> Iterator[dict[str, Any]]:
    """Points with sizes and index cases; every other one at a hint, if there are any."""
    for n in range(count):
        hint = hints[n // 2 % len(hints)] if hints and n % 2 == 0 else {}
        yield _env(s, rng, hint, 5 if n % 8 == 5 else 4)


def witness_env(s: Setting, at: Mapping[str, str], used: set[str]) -> dict[str, Any] | None:
    """The point a decision names as its witness, or None if it leaves too much open."""
    shown = {name.split("_")[0] for name in at}
    if len(at) >= 12 and not used <= shown:
        return None  # a long witness is cut
    env: dict[str, Any] = {}
    for name in s.sizes:
        env[name] = Fraction(at.get(name, 2))

    def size(word: str) -> int:
        return int(word) if word.isdigit() else int(env[word])

    rng = random.Random(1)
    for name in s.names:
        kind = s.kind(name)
        if kind == "real":
            value = Fraction(at[name]) if name in at else _number(rng, s.domain(name), None)
            env[name] = value
        elif kind == "index":
            if name not in at and name in used:
                return None
            env[name] = Fraction(at.get(name, 1))
        elif kind in ("vector", "simplex"):
            n = size(s.shape(name)[0])
            texts = [at.get(f"{name}_{k + 1}") for k in range(n)]
            if kind == "simplex" and None in texts and n > 1:
                return None
            if kind == "simplex" and n == 1:
                texts = ["1"]
            env[name] = column(
                [_number(rng, s.domain(name), None) if t is None else Fraction(t) for t in texts]
            )
        elif kind in ("matrix", "family"):
            m, n = map(size, s.shape(name))
            env[name] = [
                [
                    Fraction(at[f"{name}_{r},{c}"])
                    if f"{name}_{r},{c}" in at
                    else _number(rng, s.domain(name), None)
                    for c in range(1, n + 1)
                ]
                for r in range(1, m + 1)
            ]
    return env


def used_names(*formulas: F) -> set[str]:
    """Names that stand free in any of the formulas."""
    return set().union(*(free(f) for f in formulas))
