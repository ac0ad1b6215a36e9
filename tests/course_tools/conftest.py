"""The tiny course, whole and released, for tests that break a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mathgrade.course.nbgrader_runs import generate, open_course

from .tiny import NAME, tiny_course


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course with its release; to be copied, not changed."""
    course = tiny_course(tmp_path_factory.mktemp("tiny") / "course")
    generate(open_course(course), NAME)
    return course


@pytest.fixture
def tiny(released: Path, tmp_path: Path) -> Path:
    """A copy of the released tiny course, to break."""
    return Path(shutil.copytree(released, tmp_path / "course"))
