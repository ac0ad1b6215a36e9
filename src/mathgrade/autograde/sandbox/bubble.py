"""Bubblewrap, where Landlock is missing: a file system with nothing in it but libraries.

See https://github.com/containers/bubblewrap. The program inside sees the paths of
:mod:`~mathgrade.autograde.sandbox.readable` and a small folder in memory; it has no network
and no process of anybody else in sight. Rlimits and seccomp are its own to put on.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["BUBBLE_FOLDER", "bubble_command"]

BUBBLE_FOLDER = Path("/tmp/attempt")  # noqa: S108 - inside the bubble nobody else is there
_NOBODY = "65534"


def bubble_command(readable: Iterable[Path], scratch_bytes: int) -> list[str] | None:
    """The command before this interpreter's own that starts it in a bubble.

    Args:
        readable: what it may read, under the same names.
        scratch_bytes: size of the folder in memory.

    Returns:
        None where bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        return None
    command = [program, "--unshare-all", "--die-with-parent", "--uid", _NOBODY, "--gid", _NOBODY]
    command += ["--proc", "/proc", "--dev", "/dev"]
    # Before the libraries: an environment below /tmp is not to be hidden by it.
    command += ["--size", str(scratch_bytes), "--tmpfs", "/tmp"]  # noqa: S108
    prefixes = (Path(sys.prefix), Path(sys.base_prefix))
    interpreter = [path / name for path in prefixes for name in ("bin", "pyvenv.cfg")]
    for path in (*readable, *filter(Path.exists, interpreter)):
        if not path.is_relative_to("/proc") and not path.is_relative_to("/dev"):
            command += ["--ro-bind", str(path), str(path)]
    for name in ("/bin", "/lib", "/lib64"):
        if Path(name).is_symlink():
            command += ["--symlink", str(Path(name).readlink()), name]
    command += ["--remount-ro", "/"]
    return command
