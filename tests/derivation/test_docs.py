"""docs/derivations.md is what the cases say."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "derivations.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("render_tables", ROOT / "docs/render_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_derivations_is_fresh(tables):
    written, mark, made = PAGE.partition(tables.MARKER)
    assert written
    assert mark
    assert made == tables.rendered_derivations(), "run: make docs-tables"


def test_every_link_of_the_page_leads_to_a_file():
    links = [part.split(")")[0] for part in PAGE.split("](../")[1:]]
    assert len(links) > 300
    assert not [link for link in links if not (ROOT / link).is_file()]
