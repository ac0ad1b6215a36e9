"""nbgrader's gradebook, read past nbgrader, and the folder that goes with it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

GRADES = """
    select s.id as student, a.name as assignment, n.name as notebook, b.name as cell, b.type as type,
           g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
    from grade g join base_cell b on g.cell_id = b.id
    join submitted_notebook sn on g.notebook_id = sn.id join notebook n on sn.notebook_id = n.id
    join submitted_assignment sa on sn.assignment_id = sa.id
    join assignment a on sa.assignment_id = a.id join student s on sa.student_id = s.id
"""
COMMENTS = """
    select s.id as student, a.name as assignment, n.name as notebook, b.name as cell, b.type as type,
           c.auto_comment, c.manual_comment
    from comment c join base_cell b on c.cell_id = b.id
    join submitted_notebook sn on c.notebook_id = sn.id join notebook n on sn.notebook_id = n.id
    join submitted_assignment sa on sn.assignment_id = sa.id
    join assignment a on sa.assignment_id = a.id join student s on sa.student_id = s.id
"""
SUBMISSIONS = """
    select s.id as student, a.name as assignment, n.name as notebook, sa.timestamp, sa.extension,
           sn.late_submission_penalty
    from submitted_notebook sn join notebook n on sn.notebook_id = n.id
    join submitted_assignment sa on sn.assignment_id = sa.id
    join assignment a on sa.assignment_id = a.id join student s on sa.student_id = s.id
"""
CELLS = """
    select a.name as assignment, n.name as notebook, b.name as cell, b.type as type,
           g.max_score, g.cell_type
    from base_cell b join notebook n on b.notebook_id = n.id join assignment a
    on n.assignment_id = a.id left join grade_cells g on g.id = b.id
"""
SOURCES = """
    select a.name as assignment, n.name as notebook, c.name as cell, c.cell_type, c.locked, c.source,
           c.checksum
    from source_cell c join notebook n on c.notebook_id = n.id join assignment a
    on n.assignment_id = a.id
"""
RESULTS = "select assignment, student, result_key, base, tests, files, seen from mathgrade_result"


def dump(db_url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the gradebook, in an order of its own, without the ids nbgrader draws."""
    engine = create_engine(db_url)
    queries = {
        "grades": GRADES,
        "comments": COMMENTS,
        "submissions": SUBMISSIONS,
        "cells": CELLS,
        "sources": SOURCES,
        "results": RESULTS,
    }
    try:
        with engine.connect() as connection:
            return {
                name: sorted((tuple(row) for row in connection.execute(text(query))), key=repr)
                for name, query in queries.items()
            }
    finally:
        engine.dispose()


def of_course(course: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The gradebook of a course on SQLite."""
    return dump(f"sqlite:///{course / 'gradebook.db'}")


def tree(course: Path) -> dict[str, str]:
    """Content of every file in ``autograded/``, the lock aside."""
    folder = course / "autograded"
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
