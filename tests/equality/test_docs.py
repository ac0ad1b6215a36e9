"""docs/equality.md is what the tables of cases say."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("render_tables", ROOT / "docs/render_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh(tables):
    page = (ROOT / "docs" / "equality.md").read_text(encoding="utf-8")
    assert page == tables.rendered(), "run: make docs-tables"


def test_every_line_of_a_table_has_as_many_cells(tables):
    for line in tables.rendered().split("\n"):
        if line.startswith("| `") or line.startswith("| (nothing)"):
            assert line.replace("\\|", "").count("|") == len(tables.COLUMNS) + 1


def test_a_known_failure_is_shown_as_such(tables):
    row = {"left": "a|b", "right": "", "names": {"a b": "real"}, "expected": "equal",
           "comment": "1 < 2", "known_failure": True}  # fmt: skip
    line = tables._row(row)
    assert line == "| `a\\|b` | (nothing) | `a, b: real` | equal **known failure** |  | 1 \\< 2 |"
