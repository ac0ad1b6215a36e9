"""How much one message may hold, and the counting that keeps to it.

The limits are far above what an honest answer needs and low enough that reading
a message of the greatest size takes seconds and some hundred megabytes at most.
Both ends keep to them, so a student hears of an answer that is too large from
the sending end, in words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mathgrade.errors import ResponseError

__all__ = ["CodecError", "Room", "check_text"]

MAX_DEPTH = 150  # containers and operations inside one another
MAX_NODES = 200_000  # values and parts of expressions, array entries not counted
MAX_KEYS = 20_000  # members of sets and keys of dicts: they are hashed, and hashes can be forged
MAX_FUNCTIONS = 1_000  # different undefined functions: each is a class of its own
MAX_INT_BITS = 65_536  # of one integer
MAX_INTEGER_BYTES = 4_000_000  # of all large integers together
MAX_STRING = 1_000_000  # characters of one text
MAX_ARRAY_BYTES = 32_000_000  # of all arrays together
MAX_ITEMS = 4_000_000  # entries of one array; also the product of its non-zero dimensions
MAX_DIMENSIONS = 16
MAX_RANGE = 10_000_000
MAX_MESSAGE = 64_000_000  # characters of JSON text
MAX_NAME = 200  # characters of the name of a symbol, function or class
MAX_FLOAT_BITS = 4_096  # precision of a SymPy Float
MAX_FLOAT_EXPONENT = 100_000  # binary exponent of a SymPy Float


class CodecError(ResponseError):
    """A value that cannot be sent, or a message that is not one of ours.

    The message of the first kind is for the student and begins with what the
    value is: "a generator: make a list of it with list(...)".
    """

    def __init__(self, message: str, note: str = "response.unsendable") -> None:
        super().__init__(message, note)


class Room:
    """What a message may still hold; ``take`` raises when nothing is left."""

    def __init__(self) -> None:
        self.nodes = MAX_NODES
        self.keys = MAX_KEYS
        self.integer_bytes = MAX_INTEGER_BYTES
        self.array_bytes = MAX_ARRAY_BYTES
        self.functions: dict[object, Any] = {}

    def take_node(self, depth: int) -> None:
        """One more value, ``depth`` levels down."""
        self.nodes -= 1
        if self.nodes < 0:
            raise CodecError(f"a value of more than {MAX_NODES:,} parts: make it smaller")
        if depth > MAX_DEPTH:
            raise CodecError(f"a value nested more than {MAX_DEPTH} levels deep: make it flatter")

    def take_keys(self, count: int) -> None:
        """``count`` more members of a set or keys of a dict."""
        self.keys -= count
        if self.keys < 0:
            raise CodecError(f"sets and dicts of more than {MAX_KEYS:,} entries: make them smaller")

    def take_function(self, key: object, make: Callable[[], Any]) -> Any:
        """The function that ``make`` gives, made once for each key."""
        if key not in self.functions:
            if len(self.functions) >= MAX_FUNCTIONS:
                raise CodecError(f"more than {MAX_FUNCTIONS:,} different functions: use fewer")
            self.functions[key] = make()
        return self.functions[key]

    def take_integer(self, bits: int) -> None:
        """One more integer of this many bits."""
        if bits > MAX_INT_BITS:
            raise CodecError(f"an integer of more than {MAX_INT_BITS:,} bits: it is too large")
        if bits > 64:
            self.integer_bytes -= bits // 8
            if self.integer_bytes < 0:
                raise CodecError("integers that are too large together: make them smaller")

    def take_array(self, shape: tuple[int, ...], itemsize: int) -> int:
        """One more array; returns its number of entries."""
        if len(shape) > MAX_DIMENSIONS:
            raise CodecError(f"an array of more than {MAX_DIMENSIONS} dimensions")
        count, extent = 1, 1
        for size in shape:
            count *= size
            extent *= max(size, 1)
            if extent > MAX_ITEMS:
                raise CodecError(f"an array of more than {MAX_ITEMS:,} entries: make it smaller")
        self.array_bytes -= count * itemsize
        if self.array_bytes < 0:
            raise CodecError(f"arrays of more than {MAX_ARRAY_BYTES:,} bytes: make them smaller")
        return count


def check_text(text: str, limit: int = MAX_STRING) -> str:
    """The same text, if it can be sent: not too long and without lone surrogates.

    >>> check_text("Σ")
    'Σ'
    """
    if len(text) > limit:
        raise CodecError(f"text of more than {limit:,} characters: make it shorter")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            at = error.start + 1
            raise CodecError(
                f"text that is not valid Unicode (character {at}): type it again"
            ) from None
    return text
