"""docs/security.md lists the attacks of the suite, and names tests that are there."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from mathgrade.autograde.sandbox import LAYERS
from tests.security.attacks import read_attacks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_tables", ROOT / "docs/render_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_that_of_the_suite(tables: ModuleType) -> None:
    _, mark, table = PAGE.read_text(encoding="utf-8").partition(tables.MARKER)
    assert mark
    assert table == tables.rendered_attacks(), "run: make docs-tables"
    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == set(read_attacks())


def test_what_was_not_tried_on_nbgrader_alone_is_said_so(tables: ModuleType) -> None:
    tried = json.loads(tables.STOCK.read_text())
    assert set(tried) <= set(read_attacks())
    table = tables.rendered_attacks()
    assert table.count("| not tried |") == len(set(read_attacks()) - set(tried))


def test_the_tests_that_hold_a_promise_are_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/.-]+)`", text))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_layer_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [layer for layer in LAYERS if f"| {layer} |" not in text] == []
