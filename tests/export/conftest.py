"""Gradebooks with a small class in them, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from tests.autograde.conftest import (  # noqa: F401
    db_url,
    empty_postgresql,
    empty_sqlite,
    postgresql_server,
)


@pytest.fixture
def gradebook(db_url: str) -> Iterator[Any]:  # noqa: F811
    """An empty gradebook on either database."""
    with Gradebook(db_url, "c") as made:
        yield made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course folder with nothing in it."""
    (tmp_path / "course").mkdir()
    return tmp_path / "course"
