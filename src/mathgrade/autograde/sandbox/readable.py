"""What a confined interpreter has to read: its own libraries, and nothing of the course."""

from __future__ import annotations

import stat
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import mathgrade

__all__ = ["open_to_everybody", "readable_paths"]

_SYSTEM = """
    /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib /usr/share/fonts /usr/share/zoneinfo
    /usr/share/locale /etc/ld.so.cache /etc/localtime /etc/fonts
    /dev/null /dev/zero /dev/urandom /dev/random
    /proc/cpuinfo /proc/meminfo /sys/devices/system/cpu
"""


def readable_paths() -> tuple[Path, ...]:
    """Libraries of the system, of this Python and its environment, and this package.

    Only folders of libraries are named, never the environment as a whole: a course that
    lies around or inside it stays out of sight.
    """
    library = sysconfig.get_paths()
    paths = [library[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += [str(Path(prefix) / "lib") for prefix in (sys.prefix, sys.base_prefix)]
    paths += [p for p in sys.path if p.endswith(("site-packages", "dist-packages", ".zip"))]
    paths.append(str(Path(mathgrade.__file__).parent))
    found = dict.fromkeys(Path(p).resolve() for p in (*_SYSTEM.split(), *paths))
    # The names the interpreter uses may be links to them.
    found |= dict.fromkeys(Path(p) for p in paths)
    return tuple(path for path in found if path.exists())


def open_to_everybody(paths: Iterable[Path]) -> bool:
    """Whether any user of this machine may read these, as far as owners and modes say."""
    return all(
        path.stat().st_mode & (stat.S_IXOTH if path.is_dir() else stat.S_IROTH)
        for given in paths
        for path in (given, *given.parents)
    )
