"""The indexes are used by the database, change no row, and leave nothing when they go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from mathgrade.course.indexes import INDEXES, add_indexes, drop_indexes, present_indexes
from mathgrade.errors import CourseError
from tests.autograde.gradebooks import dump

from .classes import enter_assignment, enter_marks

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


def plan(engine: Any, table: str, column: str) -> str:
    """How the database would find the rows of ``table`` with a value of ``column``."""
    asked = f"select * from {table} where {column} = 'x'"
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(text(f"explain query plan {asked}"))
        else:
            # A table of three rows is read faster than an index; a class's is not.
            connection.execute(text("set enable_seqscan = off"))
            rows = connection.execute(text(f"explain {asked}"))
        return "\n".join(str(tuple(row)) for row in rows)


def indexes(engine: Any) -> set[tuple[str, str | None]]:
    there = inspect(engine)
    return {(t, i["name"]) for t in there.get_table_names() for i in there.get_indexes(t)}


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_nbgrader_lacks_it_and_the_database_uses_it(gradebook: Any, index: Any) -> None:
    assert index.name not in plan(gradebook.engine, index.table, index.column)
    add_indexes(gradebook.engine)
    assert index.name in plan(gradebook.engine, index.table, index.column)
    drop_indexes(gradebook.engine)
    assert index.name not in plan(gradebook.engine, index.table, index.column)


def test_adding_and_dropping_changes_no_row_and_leaves_nothing(
    gradebook: Any, db_url: str, root: Path
) -> None:
    from mathgrade.autograde.gradebook_frames import TABLES

    TABLES.create_all(gradebook.engine)
    enter_assignment(gradebook, root)
    enter_marks(gradebook, "s1", first=1, second=None)
    gradebook.db.rollback()
    rows, before = dump(db_url), indexes(gradebook.engine)
    assert add_indexes(gradebook.engine) == list(INDEXES)
    assert add_indexes(gradebook.engine) == []
    assert indexes(gradebook.engine) - before == {(i.table, i.name) for i in INDEXES}
    assert dump(db_url) == rows
    assert drop_indexes(gradebook.engine) == list(INDEXES)
    assert drop_indexes(gradebook.engine) == []
    assert (dump(db_url), indexes(gradebook.engine)) == (rows, before)


def test_one_that_is_missing_is_added_to_the_others(gradebook: Any) -> None:
    add_indexes(gradebook.engine)
    with gradebook.engine.begin() as connection:
        connection.execute(text(f"drop index {INDEXES[2].name}"))
    assert add_indexes(gradebook.engine) == [INDEXES[2]]
    assert present_indexes(gradebook.engine) == list(INDEXES)


def test_an_index_of_somebody_elses_is_left_alone(gradebook: Any) -> None:
    with gradebook.engine.begin() as connection:
        connection.execute(text("create index theirs on grade (notebook_id)"))
    add_indexes(gradebook.engine)
    drop_indexes(gradebook.engine)
    assert ("grade", "theirs") in indexes(gradebook.engine)


def test_a_database_that_refuses_is_told_and_has_none_of_them(gradebook: Any) -> None:
    with gradebook.engine.begin() as connection:
        connection.execute(text("alter table submitted_assignment rename to elsewhere"))
    with pytest.raises(CourseError, match="Nothing was changed"):
        add_indexes(gradebook.engine)
    assert not {name for _, name in indexes(gradebook.engine) if str(name).startswith("mathgrade")}
