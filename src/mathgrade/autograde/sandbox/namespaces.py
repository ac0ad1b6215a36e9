"""Namespaces: no network, no shared memory of others, and a small scratch folder in memory."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mathgrade.autograde.sandbox.linux import mount, unshare

__all__ = ["enter_namespaces", "mount_scratch"]

_MOUNTS, _HOST_NAME, _IPC, _USER, _NETWORK = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
_ALL = _MOUNTS | _HOST_NAME | _IPC | _NETWORK
_NO_SETUID, _NO_DEVICES = 2, 4
_RECURSIVE, _PRIVATE = 0x4000, 0x40000
_MAX_FILES = 4096


def enter_namespaces() -> None:
    """Leave the machine's network and mounts behind.

    Root needs nothing else; anybody else becomes root of a user namespace for it, with the
    same id inside.

    Raises:
        OSError: this machine does not let us.
    """
    user, group = os.getuid(), os.getgid()
    if user == 0:
        unshare(_ALL)
        return
    unshare(_ALL | _USER)
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="utf-8")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="utf-8")


def mount_scratch(folder: Path, size: int, owner: int, group: int) -> None:
    """Put an empty folder of at most ``size`` bytes in memory over ``folder``.

    Only this process sees it, and it ends with it.

    Raises:
        OSError: this machine does not let us.
    """
    mount("none", "/", "", _RECURSIVE | _PRIVATE)
    options = f"size={size},nr_inodes={_MAX_FILES},mode=0700,uid={owner},gid={group}"
    mount("tmpfs", str(folder), "tmpfs", _NO_SETUID | _NO_DEVICES, options)
