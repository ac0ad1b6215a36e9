"""Landlock: which files a process may open, whoever owns them (Linux 5.13 and later).

See https://docs.kernel.org/userspace-api/landlock.html. Everything is forbidden that is not
allowed here: writing outside the scratch folder, reading anything but libraries, TCP,
abstract sockets and signals to processes outside.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from mathgrade.autograde.sandbox.linux import no_new_privileges, syscall

__all__ = ["landlock_version", "restrict_files"]

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

# include/uapi/linux/landlock.h
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14

_READ = _READ_FILE | _READ_DIR
_WRITE = (
    _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM
    | _REFER | _TRUNCATE
)  # fmt: skip
_OF_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE

# What each version of the interface can forbid: files, TCP, abstract sockets and signals.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_FILE_RIGHTS_NOW = 16
_TCP = 3  # bind, connect
_SCOPES = 3  # abstract unix sockets, signals


def landlock_version() -> int:
    """Version of the kernel's Landlock interface; 0 where there is none."""
    try:
        return syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Allow this process, from now on, to open these files and folders and no others.

    A path that does not exist is left out.

    Raises:
        OSError: this kernel has no Landlock.
    """
    version = landlock_version()
    if version < 1:
        raise OSError("this kernel has no Landlock")
    rights = (1 << _FILE_RIGHTS.get(version, _FILE_RIGHTS_NOW)) - 1
    fields = [rights, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0]
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("QQQ", *fields)[:size]
    rules = syscall(_CREATE_RULESET, attributes, size, 0)
    for paths, wanted in ((readable, _READ), (writable, _WRITE)):
        for path in paths:
            _allow(rules, path, wanted & rights)
    no_new_privileges()
    syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not path.is_dir():
        rights &= _OF_FILES
    rule = struct.pack("=Qi", rights, beneath)
    syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
    os.close(beneath)
