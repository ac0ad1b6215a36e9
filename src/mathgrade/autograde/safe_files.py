"""Files that are there whole or not at all, whenever the machine stops."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, data: bytes, *, mode: int = 0o644, beside: Path | None = None) -> None:
    """Write a file under a temporary name, and give it its own when it is on the disk.

    Args:
        path: where; a file that is there is replaced.
        data: all of its content.
        mode: permissions.
        beside: a folder on the same disk for the temporary file; the file's own by default.

    Raises:
        OSError: it could not be written, and what was there is still there.
    """
    descriptor, name = tempfile.mkstemp(dir=beside or path.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
