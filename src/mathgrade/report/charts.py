"""The report's pictures, as small SVG without scripts or styles of their own.

Colours are classes of the page's style sheet, so that one picture serves light and dark.
Each has a title and a description, and the page says the same in a table beside it.
"""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from markupsafe import Markup

from mathgrade.report.statistics import BINS

__all__ = ["LEVELS", "heat_map", "histogram", "level"]

LEVELS = 5
"""Shades of a heat map, from no marks to full marks."""

_WIDTH, _HEIGHT = 640, 200
_LEFT, _TOP, _FLOOR = 34, 14, 152


def histogram(counts: tuple[int, ...], label: str, anchor: str) -> Markup:
    """A distribution of marks: a column for each tenth.

    Args:
        counts: attempts in each tenth.
        label: what a screen reader calls the picture.
        anchor: start of the ids in it, unique on the page.
    """
    most = max(counts) or 1
    step = _step(most)
    top = -(-most // step) * step
    column = (_WIDTH - _LEFT - 6) / BINS
    parts = []
    for line in range(0, top + 1, step):
        y = _FLOOR - (_FLOOR - _TOP) * line / top
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH}"/>')
        parts.append(f'<text class="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{line}</text>')
    for k, count in enumerate(counts):
        x = _LEFT + k * column + 3
        height = (_FLOOR - _TOP) * count / top
        if count:
            parts.append(
                f'<rect class="column" x="{x:.1f}" y="{_FLOOR - height:.1f}" '
                f'width="{column - 6:.1f}" height="{height:.1f}" rx="2"/>'
            )
    for k in range(0, BINS + 1, 2):
        x = _LEFT + k * column
        anchored = "end" if k == BINS else "middle"
        parts.append(f'<text class="{anchored}" x="{x:.1f}" y="{_FLOOR + 20}">{k * 10} %</text>')
    parts.append(
        f'<text class="middle" x="{(_LEFT + _WIDTH) / 2:.0f}" y="{_FLOOR + 42}">'
        "part of the points</text>"
    )
    said = ", ".join(
        f"{count} from {k * 10} to {k * 10 + 10} %" for k, count in enumerate(counts) if count
    )
    return _svg((_WIDTH, _HEIGHT), parts, label, f"Attempts: {said or 'none'}.", anchor)


def _step(most: int) -> int:
    """A round distance of grid lines that gives at most five of them.

    >>> [_step(most) for most in (1, 5, 6, 12, 300)]
    [1, 1, 2, 5, 100]
    """
    for step in (size * 10**k for k in range(9) for size in (1, 2, 5)):
        if most <= 5 * step:
            return int(step)
    return most


def level(part: float) -> int:
    """The shade of a mark: 0 for none, ``LEVELS`` - 1 for full, -1 for one that is not known.

    >>> [level(part) for part in (0.0, 0.01, 0.5, 0.99, 1.0, float("nan"))]
    [0, 1, 2, 3, 4, -1]
    """
    if np.isnan(part):
        return -1
    if part <= 0:
        return 0
    if part >= 1:
        return LEVELS - 1
    return 1 + min(int(part * (LEVELS - 2)), LEVELS - 3)


def heat_map(parts: Any, columns: list[str], label: str, anchor: str) -> Markup:
    """Students by items: a row a student, the best first, a column an item.

    Args:
        parts: marks as parts of their points, of shape (students, items), in the order of the
            rows; NaN where a mark is not known.
        columns: numbers or short names of the items.
        label: what a screen reader calls the picture.
        anchor: start of the ids in it, unique on the page.
    """
    rows, width = parts.shape
    tall = min(max(420 / max(rows, 1), 2.0), 16.0)
    broad = min(max(_WIDTH / max(width, 1), 14.0), 72.0)
    gap = 1.0 if tall >= 5 else 0.0
    shades: dict[int, list[str]] = {}
    for i in range(rows):
        for k in range(width):
            x, y = k * broad, 18 + i * tall
            shades.setdefault(level(float(parts[i, k])), []).append(
                f"M{x:.4g} {y:.5g}h{broad - 1:.4g}v{tall - gap:.4g}h-{broad - 1:.4g}z"
            )
    drawn = [
        f'<path class="{"level-w" if shade < 0 else f"level-{shade}"}" d="{"".join(cells)}"/>'
        for shade, cells in sorted(shades.items())
    ]
    names = [
        f'<text class="middle" x="{(k + 0.5) * broad:.4g}" y="12">{html.escape(name)}</text>'
        for k, name in enumerate(columns)
    ]
    said = f"{rows} students by {width} items; the table below has the marks."
    size = round(width * broad), round(18 + rows * tall)
    return _svg(size, names + drawn, label, said, anchor, kind="chart heat")


def _svg(
    size: tuple[int, int],
    parts: list[str],
    label: str,
    description: str,
    anchor: str,
    *,
    kind: str = "chart",
) -> Markup:
    width, height = size
    title, text = f"{anchor}-title", f"{anchor}-text"
    return Markup(  # noqa: S704 (numbers and escaped words)
        f'<svg class="{kind}" role="img" aria-labelledby="{title} {text}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<title id="{title}">{html.escape(label)}</title>'
        f'<desc id="{text}">{html.escape(description)}</desc>{"".join(parts)}</svg>'
    )
