"""Which names a symbol or a function may carry.

A name is text of the student's choosing, and SymPy's printers write it into code
as it stands: ``lambdify`` runs what they write. So a name must not be able to
spell a call, a string or a statement, and a function must not be called ``exec``.
"""

from __future__ import annotations

import builtins
import re
from typing import Any

from mathgrade.codec.limits import MAX_NAME, CodecError, check_text

__all__ = ["check_function_name", "check_symbol_name"]

# Primes may end a name: x', f''.
_UNSAFE = re.compile(r"""[\x00-\x1f\x7f();"`#\[\]:]|'(?!'*\Z)|\.(?=[^\W\d])""")
_FUNCTION = re.compile(r"[^\W\d]\w*'*")
_COMPUTING = frozenset({"abs", "max", "min", "sum", "pow", "round", "divmod"})


def check_symbol_name(name: Any) -> str:
    """The name, if a symbol may carry it.

    >>> check_symbol_name("x_1'")
    "x_1'"
    >>> check_symbol_name("f(x)")
    Traceback (most recent call last):
    mathgrade.codec.limits.CodecError: a symbol called 'f(x)': use letters, digits and _ in \
its name; a function is sp.Function('f')(x)
    """
    if type(name) is not str:
        raise CodecError("a symbol whose name is not text: give it a name of type str")
    check_text(name, MAX_NAME)
    if _UNSAFE.search(name):
        raise CodecError(
            f"a symbol called {name[:40]!r}: use letters, digits and _ in its name; "
            "a function is sp.Function('f')(x)"
        )
    return name


def check_function_name(name: Any) -> str:
    """The name, if an undefined function may carry it.

    >>> check_function_name("exec")
    Traceback (most recent call last):
    mathgrade.codec.limits.CodecError: a function called 'exec': give it another name
    """
    check_symbol_name(name)
    if not _FUNCTION.fullmatch(name):
        # `lambdify` writes names as they stand: `builtins.eval` would be just that.
        raise CodecError(f"a function called {name[:40]!r}: use letters, digits and _ in its name")
    taken = hasattr(builtins, name) and name not in _COMPUTING
    if not name or name.startswith("__") or (taken and callable(getattr(builtins, name))):
        raise CodecError(f"a function called {name[:40]!r}: give it another name")
    return str(name)
