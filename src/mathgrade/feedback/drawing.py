"""The picture beside a finding, as small SVG whose colours are classes of the page.

It shows what the finding says and nothing else: the student's own numbers, and a number of the
reference only where the verdict reveals it. What it shows is said in words as well, for those who
do not see it.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from mathgrade.picture import Arrows, Curve, Entries
from mathgrade.verdict import Finding
from mathgrade.witness import Witness

__all__ = ["draw"]

_WIDTH, _HEIGHT = 460, 230
_SHADES = 4
_NAMED = 6  # wrong entries that are named one by one


def draw(finding: Finding, *, reveal: bool = False) -> Markup:
    """The picture of a finding; empty if it has none.

    Args:
        finding: what it shows.
        reveal: whether the student may see what was expected.
    """
    match finding.picture:
        case Curve() as curve:
            return _curve(curve, finding.witness, reveal)
        case Entries() as entries:
            return _entries(entries)
        case Arrows() as arrows:
            return _arrows(arrows)
    return Markup()


# -- curves ---------------------------------------------------------------------------------------


def _curve(curve: Curve, witness: Witness | None, reveal: bool) -> Markup:
    at = _number(witness.at.get(curve.name, "")) if witness else None
    received = _number(witness.received) if witness else None
    expected = _number(witness.expected) if witness and reveal else None
    marked = [value for value in (received, expected) if value is not None and at is not None]
    low, high = _heights(curve.values, marked)
    left, right, top, bottom = 52.0, _WIDTH - 10.0, 10.0, _HEIGHT - 28.0

    def x(value: float) -> float:
        return left + (right - left) * (value - curve.low) / (curve.high - curve.low)

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    parts = []
    for tick in _ticks(curve.low, curve.high):
        kind = "axis" if tick == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{x(tick):.1f} {top:.1f}V{bottom:.1f}"/>')
        parts.append(_text(x(tick), bottom + 16, _plain(tick), "middle"))
    for tick in _ticks(low, high):
        kind = "axis" if tick == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{left:.1f} {y(tick):.1f}H{right:.1f}"/>')
        parts.append(_text(left - 6, y(tick) + 4, _plain(tick), "end"))
    parts.append(_text(right, bottom + 16, _name(curve.name), "end name"))
    step = (curve.high - curve.low) / (len(curve.values) - 1)
    for piece in _pieces(curve.values, low, high):
        path = "L".join(f"{x(curve.low + k * step):.1f} {y(value):.1f}" for k, value in piece)
        parts.append(f'<path class="curve" d="M{path}"/>')
    shown = at is not None and curve.low <= at <= curve.high
    if at is not None and shown:
        parts.append(f'<path class="there" d="M{x(at):.1f} {top:.1f}V{bottom:.1f}"/>')
        if received is not None:
            parts.append(_dot(x(at), y(received), "received"))
        if expected is not None:
            parts.append(_dot(x(at), y(expected), "expected"))
    return _figure(
        (_WIDTH, _HEIGHT),
        parts,
        _of_curve(curve, at if shown else None, received, expected),
    )


def _of_curve(
    curve: Curve, at: float | None, received: float | None, expected: float | None
) -> str:
    name = _name(curve.name)
    fixed = ", ".join(f"{_name(n)} = {value}" for n, value in curve.fixed.items())
    said = f"Your answer for {name} from {_plain(curve.low)} to {_plain(curve.high)}"
    said += f", with {fixed}. " if fixed else ". "
    if at is not None:
        said += f"The dashed line is at {name} = {_plain(at)}"
        if received is not None:
            said += f", where yours is {_plain(received)}"
        if expected is not None:
            said += f"; the ring is the value expected, {_plain(expected)}"
        said += "."
    return said.strip()


def _heights(values: Sequence[float | None], marked: Sequence[float]) -> tuple[float, float]:
    """The lowest and highest value to draw: a pole does not flatten all the rest."""
    there = sorted(value for value in values if value is not None)
    if not there:
        there = [0.0]
    cut = len(there) // 20
    low, high = there[cut], there[-1 - cut]
    reach = high - low
    # Where the ends are not far off, they are drawn as well.
    if there[0] >= low - 2 * reach:
        low = there[0]
    if there[-1] <= high + 2 * reach:
        high = there[-1]
    low, high = min([low, *marked]), max([high, *marked])
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        low, high = low - max(1.0, abs(low) / 2), high + max(1.0, abs(high) / 2)
    margin = 0.08 * (high - low)
    return low - margin, high + margin


def _pieces(
    values: Sequence[float | None], low: float, high: float
) -> Iterator[list[tuple[int, float]]]:
    """Runs of values that can be joined by a line: within the picture, and without a jump."""
    piece: list[tuple[int, float]] = []
    for k, value in enumerate(values):
        if value is not None and low <= value <= high:
            if piece and abs(value - piece[-1][1]) > 0.6 * (high - low):
                yield piece
                piece = []
            piece.append((k, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers of an interval.

    >>> _ticks(-3, 3), _ticks(0, 0.12)
    ([-2.0, 0.0, 2.0], [0.0, 0.05, 0.1])
    """
    width = high - low
    power = 10.0 ** math.floor(math.log10(width / 3))
    step = next(size * power for size in (10, 5, 2, 1) if width / (size * power) >= 2.2)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.10g}") for k in range(first, min(last, first + 8) + 1)]


# -- entries --------------------------------------------------------------------------------------


def _entries(entries: Entries) -> Markup:
    rows, columns = len(entries.rows), len(entries.rows[0])
    broad = min(64.0, _WIDTH / columns)
    tall = 30.0 if broad >= 30 else broad
    most = max((abs(v) for row in entries.rows for v in row if v is not None), default=0.0)
    wrong, undecided = set(entries.wrong), set(entries.undecided)
    parts, frames = [], []
    for i, row in enumerate(entries.rows):
        for k, value in enumerate(row):
            x, y = 2 + k * broad, 2 + i * tall
            box = f'x="{x:.1f}" y="{y:.1f}" width="{broad - 2:.1f}" height="{tall - 2:.1f}"'
            parts.append(f'<rect class="{_shade(value, most)}" {box}/>')
            if (i, k) in wrong:
                frames.append(f'<rect class="wrong-entry" {box}/>')
            sign = "✗" if (i, k) in wrong else "?" if (i, k) in undecided else ""
            if broad >= 44:
                said = f"{sign} {'' if value is None else _plain(value, 3)}".strip()
            else:
                said = sign
            if said:
                kind = "middle bad" if (i, k) in wrong else "middle"
                parts.append(_text(x + broad / 2 - 1, y + tall / 2 + 3.5, said, kind))
    size = (round(columns * broad) + 2, round(rows * tall) + 2)
    return _figure(size, parts + frames, _of_entries(entries))


def _shade(value: float | None, most: float) -> str:
    if value is None or not most:
        return "entry"
    level = min(int(abs(value) / most * _SHADES + 0.999), _SHADES)
    return "entry" if level == 0 else f"entry {'below' if value < 0 else 'above'}-{level}"


def _of_entries(entries: Entries) -> str:
    row_only = len(entries.rows) == 1
    count = len(entries.wrong)
    if count == len(entries.rows) * len(entries.rows[0]):
        return "Every entry of your answer is wrong."
    names = [
        f"entry {k + 1}" if row_only else f"row {i + 1}, column {k + 1}" for i, k in entries.wrong
    ]
    if count > _NAMED:
        names = [*names[:_NAMED], f"{count - _NAMED} more"]
    said = f"Your answer; what is wrong is crossed: {'; '.join(names)}." if names else ""
    if entries.undecided:
        said += f" {len(entries.undecided)} with a question mark could not be decided."
    return said.strip() or "Your answer."


# -- arrows ---------------------------------------------------------------------------------------


_TINY = 1e-300  # less is drawn as 0: nothing can be divided by it


def _arrows(picture: Arrows) -> Markup:
    size, middle = 240, 120.0
    most = max(abs(part) for arrow in picture.arrows for part in arrow)
    most = most if most > _TINY else 1.0
    most = max(most, 1.0) if picture.circle else most
    scale = 96 / most
    parts = [
        f'<path class="axis" d="M8 {middle}H{size - 8}M{middle} 8V{size - 8}"/>',
    ]
    if picture.circle:
        parts.append(f'<circle class="circle" cx="{middle}" cy="{middle}" r="{scale:.1f}"/>')
        parts.append(_text(middle + scale + 4, middle + 14, "1", ""))
    for number, (a, b) in enumerate(picture.arrows):
        x, y = middle + a * scale, middle - b * scale
        if 0 in picture.wrong:
            parts.append(f'<path class="bad-part" d="M{middle} {y:.1f}H{x:.1f}"/>')
            parts.append(
                _text((x + middle) / 2, y + (-6 if b >= 0 else 16), _plain(a), "middle bad")
            )
        if 1 in picture.wrong:
            parts.append(f'<path class="bad-part" d="M{x:.1f} {middle}V{y:.1f}"/>')
            side = "start" if a >= 0 else "end"
            parts.append(
                _text(x + (6 if a >= 0 else -6), (y + middle) / 2, _plain(b), f"{side} bad")
            )
        parts.append(_arrow(middle, x, y))
        if number < len(picture.names):
            far = math.hypot(a, b) or 1.0
            parts.append(
                _text(x + 13 * a / far, y - 13 * b / far + 4, picture.names[number], "middle name")
            )
    return _figure((size, size), parts, _of_arrows(picture))


def _arrow(middle: float, x: float, y: float) -> str:
    length = math.hypot(x - middle, y - middle)
    if length < 1:
        return f'<circle class="head" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    u, v = (x - middle) / length, (y - middle) / length
    size = min(9.0, length)
    left = (x - size * u + size / 2 * v, y - size * v - size / 2 * u)
    right = (x - size * u - size / 2 * v, y - size * v + size / 2 * u)
    end = (x - size * u / 2, y - size * v / 2)
    return (
        f'<path class="arrow" d="M{middle} {middle}L{end[0]:.1f} {end[1]:.1f}"/>'
        f'<path class="head" d="M{x:.1f} {y:.1f}L{left[0]:.1f} {left[1]:.1f}'
        f'L{right[0]:.1f} {right[1]:.1f}z"/>'
    )


def _of_arrows(picture: Arrows) -> str:
    drawn = [f"({_plain(a)}, {_plain(b)})" for a, b in picture.arrows]
    if picture.circle:
        pairs = zip(picture.names, drawn, strict=False)
        named = " and ".join(f"{name} = {arrow}" for name, arrow in pairs)
        both = ", at right angles to each other" if len(drawn) > 1 else ""
        return f"Your columns {named}: each should end on the circle of radius 1{both}."
    said = f"Your vector {drawn[0]}"
    if len(picture.wrong) != 1:
        return f"{said}: both components are wrong."
    return f"{said}: its {('first', 'second')[picture.wrong[0]]} component is wrong."


# -- all ------------------------------------------------------------------------------------------


def _figure(size: tuple[int, int], parts: list[str], said: str) -> Markup:
    width, height = size
    words = html.escape(said)
    return Markup(  # noqa: S704 (numbers, and words that are escaped)
        f'<figure class="plot"><svg role="img" aria-label="{words}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
        f'<figcaption aria-hidden="true">{words}</figcaption></figure>'
    )


def _text(x: float, y: float, said: str, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}">{html.escape(said)}</text>'


def _dot(x: float, y: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _number(text: str) -> float | None:
    """A number written as a decimal or a fraction; None for anything else.

    >>> _number("-1/4"), _number("2.5"), _number("undefined"), _number("1e999")
    (-0.25, 2.5, None, None)
    """
    top, slash, bottom = text.partition("/")
    try:
        value = float(top) / float(bottom) if slash else float(top)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) and abs(value) < 1e100 else None


def _plain(value: float, digits: int = 4) -> str:
    text = f"{value:.{digits}g}"
    return "0" if text == "-0" else text.replace("-", "−")


def _name(name: str) -> str:
    return _GREEK.get(name, name)


_GREEK = dict(
    zip(
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu"),
            *("xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
        ),
        "αβγδεηθλμνξπρστφχψω",
        strict=True,
    )
)
