"""Typed JSON for values: how answers and calls travel between processes.

No pickle, no ``eval``, no ``sympify`` of text: a message is JSON with tags from a
short list, and what is not on the list is refused. The same code stands at both
ends. The sending end speaks to the student, in words; the receiving end trusts
nothing and raises nothing but :class:`CodecError`.

Neither NumPy nor SymPy is imported before a value needs it.
"""

from mathgrade.codec.absent import Absent
from mathgrade.codec.calls import Call, Result, call_many, perform
from mathgrade.codec.decode import decode
from mathgrade.codec.encode import encode
from mathgrade.codec.limits import CodecError
from mathgrade.codec.results import decode_call, decode_result, encode_call, encode_result
from mathgrade.codec.text import dumps, loads, parse

__all__ = [
    "Absent",
    "Call",
    "CodecError",
    "Result",
    "call_many",
    "decode",
    "decode_call",
    "decode_result",
    "dumps",
    "encode",
    "encode_call",
    "encode_result",
    "loads",
    "parse",
    "perform",
]
