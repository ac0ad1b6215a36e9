"""Conditions typed in words or with a programmer's sign, as they are written in formulas."""

from __future__ import annotations

import re

from mathgrade.expression import Context

__all__ = ["with_signs"]

_UNEQUAL = re.compile(r"(?<![=<>/])(?:=/=|/=|<>)(?![=<>/])")
_SAME = r"(?:is[ \t]+)?equal[ \t]+to|equals?"
_OTHER = (
    r"(?:(?:is|does)[ \t]+)?(?:not|un)[ \t]*equal(?:[ \t]+to)?"
    r"|(?:is[ \t]+)?different[ \t]+(?:from|to)|differs?[ \t]+from"
)


def with_signs(text: str, context: Context) -> str:
    """The text with ``i <> j`` and "i differs from j" as ``i ≠ j``, "i equals j" as ``i = j``.

    Words are taken for a sign between two indices only. Every other sign stays in its place.

    Args:
        text: a derivation.
        context: the names of what is to be shown.

    >>> from mathgrade.expression import read_names
    >>> names = read_names({"i j": "index K", "c": "real"})
    >>> with_signs("Case i <> j, where $i$ differs from $j$, c equals 0:", names)
    'Case i ≠  j, where $i ≠ j$             , c equals 0:'
    """
    text = _UNEQUAL.sub(lambda found: "≠".ljust(len(found.group())), text)
    indices = [name for name, declared in context.names.items() if declared.kind == "index"]
    if len(indices) < 2:
        return text
    index = "|".join(map(re.escape, sorted(indices, key=len, reverse=True)))
    worded = re.compile(
        rf"(?<![\w\\^{{$])(?P<mark>\$?)(?P<left>{index})(?P=mark)[ \t]+"
        rf"(?:(?P<same>{_SAME})|{_OTHER})[ \t]+(?P=mark)(?P<right>{index})(?P=mark)(?![\w^}}$])",
    )
    return worded.sub(_as_sign, text)


def _as_sign(found: re.Match[str]) -> str:
    sign = "=" if found["same"] else "≠"
    written = f"{found['mark']}{found['left']} {sign} {found['right']}{found['mark']}"
    return written.ljust(len(found.group()))
