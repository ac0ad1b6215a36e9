"""The report's page: what it says, how it is built, that nothing of a student's acts on it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mathgrade.course.nbgrader_runs import open_course
from mathgrade.report.charts import heat_map, histogram
from mathgrade.report.figures import ClassFigures, class_figures
from mathgrade.report.page import render_report
from mathgrade.verdict import Finding, Verdict, Witness
from tests.feedback.conftest import Inspector
from tests.report.classes import WAITS, course_of, sheet

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's own use of SQLAlchemy

HOSTILE = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    "$\\href{javascript:alert(1)}{x}$`<style>*{display:none}</style><svg onload=alert(1)>`"
)


def figures_of(folder: Path, sheets: dict[str, Any]) -> ClassFigures:
    return class_figures(open_course(course_of(folder, sheets)), list(sheets))


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> ClassFigures:
    bad = Verdict.incorrect(HOSTILE, HOSTILE, witness=Witness({HOSTILE: HOSTILE}, HOSTILE, HOSTILE))
    remark = Finding(HOSTILE, None, message=HOSTILE, note=HOSTILE + "2")
    bad = replace(bad, read_as=HOSTILE, item=HOSTILE).with_finding(remark)
    marks = {"s001": (1, 2), "s002": (0, WAITS), "s003": (1, 0)}
    return figures_of(
        tmp_path_factory.mktemp("class") / "course",
        {
            "lines": sheet({"sum": 1, "words": 2}, marks, verdicts={("s002", "sum"): bad}),
            "alone": sheet({"a": 1}, {"s001": (1,)}),
            "unmarked": sheet({"a": 1}, {"s001": (WAITS,)}),
        },
    )


@pytest.fixture(scope="module")
def page(figures: ClassFigures) -> str:
    return render_report(figures)


def inspected(page: str) -> Inspector:
    inspector = Inspector()
    inspector.feed(page)
    inspector.close()
    assert not inspector.faults
    assert not inspector.open
    return inspector


def test_nothing_a_student_wrote_acts(page: str) -> None:
    inspected(page)
    assert "&lt;script&gt;" in page


def test_a_hostile_name_of_an_item_or_a_course_acts_not(figures: ClassFigures) -> None:
    one = figures.assignments[0]
    item = replace(one.items[0], item=replace(one.items[0].item, title=HOSTILE, notebook=HOSTILE))
    marks = replace(one.marks, name=HOSTILE, students=(HOSTILE,) * len(one.marks.students))
    changed = replace(one, items=(item, *one.items[1:]), marks=marks)
    inspected(render_report(replace(figures, course=HOSTILE, assignments=(changed,))))


def test_the_page_is_one_file_that_asks_for_nothing(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|<script|url\(|@import", page)


def test_formulas_are_set_as_on_the_feedback_page(page: str) -> None:
    """The styles of formulas moved to a sheet of their own, and the report lost them."""
    assert "math{" in page
    assert ".m-tall2{" in page


def test_links_lead_somewhere_and_headings_go_down_by_one(page: str) -> None:
    inspector = inspected(page)
    assert set(inspector.targets) <= set(inspector.ids)
    assert len(inspector.ids) == len(set(inspector.ids))
    steps = np.diff(inspector.headings)
    assert inspector.headings[0] == 1
    assert steps.max() <= 1


def test_an_example_names_no_student(page: str) -> None:
    lost = page[page.index("Why marks were lost") :]
    lost = lost[: lost.index("Students by items")]
    assert "s002" not in lost
    assert "1 of 3" in lost


def test_every_chart_is_said_in_words_and_in_a_table(page: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 5  # nothing is distributed where nothing is marked
    assert all("<title" in chart and "<desc" in chart for chart in charts)
    assert page.count("The same as a table") == 5


@pytest.mark.parametrize(
    "said",
    [
        "3 attempts for 3 points",
        "1 has marks that wait",
        "There is no reliability to tell",
        "2 students have handed nothing in",
        "<td>waits</td>",
        "What to look at first",
    ],
)
def test_the_page_says(said: str, page: str) -> None:
    assert said in page


def test_a_class_where_all_is_well_says_so(tmp_path: Path) -> None:
    marks = {f"s{k}": (1, 1) for k in range(3)}
    page = render_report(figures_of(tmp_path / "c", {"one": sheet({"a": 1, "b": 1}, marks)}))
    inspected(page)
    assert "Nothing stands out." in page


def test_rows_stand_with_the_best_first(page: str) -> None:
    table = page[page.index('aria-labelledby="a2-students"') :]
    students = re.findall(r'<th scope="row">(s\d+)</th>', table)[:3]
    assert students == ["s001", "s003", "s002"]


def test_a_heat_map_has_each_mark_once() -> None:
    parts = np.array([[0.0, 0.1, 0.5], [0.9, 1.0, np.nan]])
    svg = heat_map(parts, ["1", "2", "3"], "Marks", "x")
    shades = re.findall(r'class="(level-\w)" d="([^"]*)"', svg)
    assert {name: path.count("M") for name, path in shades} == {
        **dict.fromkeys(("level-w", "level-0", "level-1", "level-2", "level-3", "level-4"), 1)
    }


def test_a_heat_map_of_a_large_class_stays_small() -> None:
    svg = heat_map(np.random.default_rng(1).random((300, 10)), ["1"] * 10, "Marks", "x")
    assert len(svg) < 100_000


@pytest.mark.parametrize("counts", [(0,) * 10, (1,) + (0,) * 9, tuple(range(10)), (300,) * 10])
def test_a_histogram_says_its_counts(counts: tuple[int, ...]) -> None:
    svg = histogram(counts, "Marks", "x")
    inspected(svg)
    assert svg.count('class="column"') == sum(count > 0 for count in counts)
    if counts[0]:
        assert f"{counts[0]} from 0 to 10 %" in svg
    assert "nan" not in svg
