"""The folder an attempt runs in, and what lies in it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["scratch_folder"]


@contextlib.contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder of its own for one run: the files handed in, but no notebook.

    The notebook that is being marked holds the hidden tests; it stays where the
    student's code has no business.
    """
    with tempfile.TemporaryDirectory(prefix="mathgrade-", ignore_cleanup_errors=True) as name:
        scratch = Path(name).resolve()
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.is_symlink() or path.suffix == ".ipynb":
                    continue
                if path.is_file():
                    shutil.copyfile(path, scratch / path.name)
                elif path.is_dir():
                    shutil.copytree(
                        path,
                        scratch / path.name,
                        symlinks=True,
                        ignore=shutil.ignore_patterns("*.ipynb"),
                    )
        yield scratch
