"""Values as JSON text, of bounded size."""

from __future__ import annotations

import json
from typing import Any

from mathgrade.codec.decode import Take, decode
from mathgrade.codec.encode import Give, encode
from mathgrade.codec.limits import MAX_MESSAGE, CodecError
from mathgrade.codec.sympy_read import damaged

__all__ = ["dumps", "loads", "parse"]


def dumps(value: Any, give: Give | None = None) -> str:
    """The value as one line of ASCII JSON; raises CodecError as :func:`encode` does.

    >>> dumps({"x": (1, float("inf"))})
    '["dict","x",["tuple",1,["float","inf"]]]'
    """
    text = json.dumps(encode(value, give), allow_nan=False, separators=(",", ":"))
    if len(text) > MAX_MESSAGE:
        raise CodecError(f"a value of more than {MAX_MESSAGE:,} characters: make it smaller")
    return text


def loads(text: str | bytes, take: Take | None = None) -> Any:
    """The value that :func:`dumps` wrote; raises CodecError for anything else.

    >>> loads('["tuple",1,["float","inf"]]')
    (1, inf)
    """
    return decode(parse(text), take)


def parse(text: str | bytes) -> Any:
    """JSON values from the text of one message, of bounded size and depth.

    Raises:
        CodecError: not JSON, too long, nested too deeply, or with NaN in it.
    """
    if not isinstance(text, (str, bytes)) or len(text) > MAX_MESSAGE:
        raise damaged("the message is too long")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except CodecError:
        raise
    except RecursionError:
        raise damaged("nested too deeply") from None
    except (ValueError, MemoryError) as error:
        raise damaged(f"not JSON: {error}"[:200]) from None


def _no_constant(name: str) -> Any:
    raise damaged(f"{name} is not JSON")
