"""The few calls of the Linux kernel that Python has no function for."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from typing import Any

__all__ = ["drop_capabilities", "no_new_privileges", "prctl", "syscall", "unshare"]

_PR_SET_NO_NEW_PRIVS = 38
_PR_CAPBSET_DROP = 24
_CAPABILITY_VERSION = 0x20080522
_CAP_DAC_READ_SEARCH = 2


@functools.cache
def _libc() -> Any:
    if not sys.platform.startswith("linux"):
        raise OSError("this needs Linux")
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def syscall(number: int, *arguments: Any) -> int:
    """Call the kernel by number; integers are passed as ``long``.

    Raises:
        OSError: the kernel refused.
    """
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(int(_libc().syscall(ctypes.c_long(number), *wide)))


def prctl(option: int, *arguments: Any) -> int:
    """``prctl(2)``, with zeros for the arguments left out.

    Raises:
        OSError: the kernel refused.
    """
    wide = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(int(_libc().prctl(ctypes.c_int(option), *wide)))


def unshare(flags: int) -> None:
    """Move this process into new namespaces.

    Raises:
        OSError: not permitted here.
    """
    _checked(int(_libc().unshare(ctypes.c_int(flags))))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """``mount(2)``.

    Raises:
        OSError: not permitted here.
    """
    text = [part.encode() for part in (source, target, kind)]
    result = _libc().mount(*text, ctypes.c_ulong(flags), options.encode() or None)
    _checked(int(result))


def no_new_privileges() -> None:
    """Nothing this process executes can gain a right; Landlock and seccomp ask for it."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities(*, keep_reading: bool = False) -> None:
    """Give up all of root's powers, for good.

    Args:
        keep_reading: keep the one to read what only root may read, for an installation
            that lies in a private folder of root's; what may be read is Landlock's to say.
    """
    kept = 1 << _CAP_DAC_READ_SEARCH if keep_reading else 0
    for number in range(64):
        if kept >> number & 1:
            continue
        try:
            prctl(_PR_CAPBSET_DROP, number)
        except OSError:  # the last one is behind us, or there was nothing to drop
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)
    _checked(int(_libc().capset(header, sets)))
