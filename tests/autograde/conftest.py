"""Gradebooks on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from mathgrade.autograde.alembic_path import find_alembic
from mathgrade.course.nbgrader_runs import generate, open_course
from tests.course_tools.tiny import NAME, tiny_course

from . import postgresql


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A server of our own; a test that needs it is skipped where PostgreSQL is missing."""
    folder = postgresql.programs()
    if folder is None:
        pytest.skip(postgresql.ADVICE)
    with postgresql.server(folder) as running:
        yield running


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with nothing in it: nbgrader takes seconds to make one."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    make_gradebook(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_server: postgresql.Server) -> str:
    """The name of a database with such a gradebook."""
    url = postgresql_server.database()
    make_gradebook(url)
    return url.partition("?")[0].rpartition("/")[2]


def make_gradebook(url: str) -> None:
    find_alembic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own
        Gradebook(url, "c").close()


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty gradebook."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), tmp_path / "gradebook.db")
        return f"sqlite:///{tmp_path / 'gradebook.db'}"
    template = request.getfixturevalue("empty_postgresql")
    running: postgresql.Server = request.getfixturevalue("postgresql_server")
    return running.database(template)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course with its release; to be copied, not changed."""
    course = tiny_course(tmp_path_factory.mktemp("tiny") / "course")
    generate(open_course(course), NAME)
    return course
