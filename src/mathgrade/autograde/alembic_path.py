"""nbgrader calls ``alembic`` by name when it makes a gradebook: let it be found."""

from __future__ import annotations

import os
import shutil
import sysconfig

__all__ = ["find_alembic"]


def find_alembic() -> None:
    """Put this environment's programs on the path, where they are not on it already.

    Otherwise the first gradebook fails, and leaves a database that the second takes for one
    without a version.
    """
    if shutil.which("alembic") is None:
        scripts = sysconfig.get_path("scripts")
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
