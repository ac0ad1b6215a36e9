"""Region markers have one exact form; whatever looks like one is reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.course.regions import KINDS, read_regions, visible_lines, without_markers


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("indent", ["", "    "])
def test_lines_between_exact_markers_are_a_region(kind: str, indent: str) -> None:
    source = f"a\n{indent}### BEGIN {kind}\nb\n\n{indent}### END {kind}\nc"
    regions, faults = read_regions(source)
    assert faults == []
    assert [(r.kind, r.lines) for r in regions] == [(kind, ("b", ""))]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("### BEGIN SOLUTON", "did you mean '### BEGIN SOLUTION'"),
        ("### BEGIN SOLUTIONS", "not exactly a marker"),
        ("### BEGINN SOLUTION", "did you mean '### BEGIN SOLUTION'"),
        ("### Begin Solution", "did you mean '### BEGIN SOLUTION'"),
        ("### begin solution", "did you mean '### BEGIN SOLUTION'"),
        ("#BEGIN_SOLUTION", "did you mean '### BEGIN SOLUTION'"),
        ("## BEGIN SOLUTION", "not exactly a marker"),
        ("# BEGIN SOLUTION", "not exactly a marker"),
        ("###BEGIN SOLUTION", "not exactly a marker"),
        ("### BEGIN SOLUTION ", "not exactly a marker"),
        ("### BEGIN SOLUTION: the sum", "not exactly a marker"),
        ("x = 1  ### BEGIN SOLUTION", "not exactly a marker"),
        ("### BEGIN HIDDEN TEST", "did you mean '### BEGIN HIDDEN TESTS'"),
        ("### BEGIN HIDEN TESTS", "did you mean '### BEGIN HIDDEN TESTS'"),
        ("### BEGIN HIDDEN-TESTS", "did you mean '### BEGIN HIDDEN TESTS'"),
        ("### END HIDDENTESTS", "did you mean '### END HIDDEN TESTS'"),
        ("### BEGIN MARKSCHEME", "did you mean '### BEGIN MARK SCHEME'"),
        ("### BEGIN MARKING SCHEME", "did you mean '### BEGIN MARK SCHEME'"),
        ("### BEGIN ANSWER", "the regions are SOLUTION, HIDDEN TESTS, MARK SCHEME"),
        ("### START TESTS", "the regions are"),
        ("### END SOLUTION", "END SOLUTION without a BEGIN SOLUTION"),
        ("### BEGIN SOLUTION", "BEGIN SOLUTION without an END SOLUTION"),
    ],
)
def test_a_line_that_looks_like_a_marker_is_reported(line: str, says: str) -> None:
    faults = read_regions(f"a = 1\n{line}\nb = 2")[1]
    assert [fault.line for fault in faults] == [2]
    assert says in faults[0].message


@pytest.mark.parametrize(
    "line",
    [
        "# The solution begins with the sum.",
        "# begin with the softmax",
        "# hidden units, tests of shape",
        "#",
        "### AUTOTEST x",
        "# NOTE: THE END",
        "x = 'begin'",
        "# Mark the scheme you use",
    ],
)
def test_an_ordinary_comment_is_no_marker(line: str) -> None:
    assert read_regions(line) == ([], [])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
            "regions cannot be nested",
        ),
        (
            "### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\n### END SOLUTION",
            "regions cannot be nested",
        ),
        (
            "### BEGIN SOLUTION\n### END HIDDEN TESTS\n### END SOLUTION",
            "END HIDDEN TESTS inside the region SOLUTION that began on line 1",
        ),
    ],
)
def test_regions_are_balanced_and_not_nested(source: str, says: str) -> None:
    faults = read_regions(source)[1]
    assert any(says in fault.message for fault in faults)


@pytest.mark.parametrize(
    "line", ["### BEGIN MARK SCHEME", "=== BEGIN MARK SCHEME ===", "<!-- BEGIN MARK SCHEME -->"]
)
def test_markdown_may_draw_its_markers(line: str) -> None:
    source = f"{line}\none point\n{line.replace('BEGIN', 'END')}"
    regions, faults = read_regions(source, "markdown")
    assert faults == []
    assert regions[0].lines == ("one point",)


def test_code_may_not_draw_its_markers_as_markdown_does() -> None:
    faults = read_regions("=== BEGIN SOLUTION ===", "code")[1]
    assert "not exactly a marker" in faults[0].message


@given(st.text(alphabet="BEGIN SOLUTHDEMARKC#=-\n ab", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for cell_type in ("code", "markdown"):
        regions, faults = read_regions(text, cell_type)
        assert all(fault.line >= 1 for fault in faults)
        shown = list(visible_lines(text, cell_type))
        assert len(shown) <= len(without_markers(text, cell_type).split("\n"))
        assert all(region.kind in KINDS for region in regions)
