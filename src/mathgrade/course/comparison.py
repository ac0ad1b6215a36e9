"""Compare two formulas, alone or in a stream of JSON lines.

The JSON is one of the project's public formats: an object
``{"left", "right", "names"}`` a line in, ``{"outcome", "proof", "witness",
"ms"}`` a line out, in the same order. A formula that means nothing here is
``ill-formed``, a line that is no request ``invalid``; both carry a ``message``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mathgrade.errors import CourseError, MathgradeError
from mathgrade.verdict import Witness

__all__ = ["compare", "compare_lines", "declared"]


def declared(words: Iterable[str]) -> dict[str, str]:
    """Names from ``NAME=KIND`` as on the command line.

    >>> declared(["x=real -3 3", "K=size"])
    {'x': 'real -3 3', 'K': 'size'}

    Raises:
        CourseError: a word without ``=``.
    """
    names = {}
    for word in words:
        name, sign, kind = word.partition("=")
        if not sign or not name.strip() or not kind.strip():
            raise CourseError(
                f"--let {word!r}: expected NAME=KIND, such as x=real or A='matrix 3 2'."
            )
        names[name.strip()] = kind.strip()
    return names


def compare(left: str, right: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Whether two formulas are equal, ``left`` being the reference.

    Args:
        left: Python text of the reference.
        right: Python text to compare with it.
        names: what each name is, ``{"x": "real"}``.

    Returns:
        ``outcome``, ``proof``, ``witness`` (None if there is none), ``ms`` and perhaps
        ``message``.
    """
    from mathgrade.equality import decide
    from mathgrade.expression import read, read_names

    begin = time.perf_counter()
    answer: dict[str, Any] = {"outcome": "ill-formed", "proof": "", "witness": None, "ms": 0.0}
    try:
        context = read_names(dict(names))
        decision = decide(read(left, context), read(right, context), context)
    except MathgradeError as error:
        return answer | {"ms": _since(begin), "message": str(error)}
    answer |= {
        "outcome": decision.outcome.value,
        "proof": decision.proof,
        "witness": _witness(decision.witness),
        "ms": _since(begin),
    }
    return answer | ({"message": decision.reason} if decision.reason else {})


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    sides = {"left": witness.expected, "right": witness.received}
    return {"at": dict(witness.at), **sides, "place": witness.place}


def compare_lines(lines: Iterable[str]) -> Iterator[str]:
    """Answer each line of JSON with a line of JSON; a bad line gets ``invalid``, never an end."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            left, right, names = data["left"], data["right"], data.get("names", {})
            if not (isinstance(left, str) and isinstance(right, str) and isinstance(names, dict)):
                raise TypeError("left and right must be texts, names an object")
            answer = compare(left, right, {str(k): str(v) for k, v in names.items()})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"no {error}" if isinstance(error, KeyError) else str(error)
            answer = {"outcome": "invalid", "proof": "", "witness": None, "ms": 0.0}
            answer["message"] = (
                f'line {number}: expected {{"left": …, "right": …, "names": {{…}}}}: {reason}'
            )
        yield json.dumps(answer, ensure_ascii=False)


def _since(begin: float) -> float:
    return round((time.perf_counter() - begin) * 1000, 3)
