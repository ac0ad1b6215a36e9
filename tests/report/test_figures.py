"""From a gradebook to figures: what counts, what waits, what nobody handed in."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mathgrade.course.nbgrader_runs import open_course
from mathgrade.errors import CourseError
from mathgrade.marked_line import LineOutcome, MarkedLine
from mathgrade.report.advice import advise
from mathgrade.report.figures import AssignmentFigures, ClassFigures, class_figures
from mathgrade.report.making import write_report
from mathgrade.report.table_text import figures_json, items_csv
from mathgrade.verdict import Finding, Outcome, Verdict, Witness
from tests.report.classes import NOON, WAITS, course_of, sheet

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's own use of SQLAlchemy

DAY = datetime.timedelta(days=1)


def wrong(message: str, note: str, read_as: str = "") -> Verdict:
    return replace(Verdict.incorrect(message, note), read_as=read_as)


def known_mistake(generic: str, note: str, message: str, read_as: str = "") -> Verdict:
    """As an item has it: the criterion that is not met, and a remark that says why."""
    remark = Finding("A known mistake", False, message=message, note=note)
    return wrong("This is not right.", generic, read_as).with_finding(remark, first=True)


PROOF = Verdict(
    Outcome.INCORRECT,
    findings=(
        Finding("The claim is derived", False, Fraction(1), "Line 2 is wrong: $b$.", "derivation.wrong-line"),
    ),
    lines=(
        MarkedLine(1, "a", "a", LineOutcome.START),
        MarkedLine(2, "b", "b^{2}", LineOutcome.FALSE, hint="A power too many.", relation="==",
                   witness=Witness({"b": "2"}, received="4", expected="2")),
    ),
)  # fmt: skip

SHEETS = {
    "lines": sheet(
        {"sum": 2, "product": 4, "words": 4},
        {
            "s001": (2, 4, 4),
            "s002": (1, 2, WAITS),
            "s003": (0, 2, 0),
            "s004": (2, 0, WAITS),
            "s005": (1, 0, 0),
        },
        by_hand={("s003", "words"): 3.0},
        penalties={"s001": 1.0},
        received={
            "s001": NOON + 2 * DAY,
            "s002": NOON - DAY,
            "s003": NOON - 2 * DAY,
            "s005": NOON,
        },
        due=NOON,
        verdicts={
            ("s002", "sum"): known_mistake("number.different", "sum.off-by-one", "One too few.", "x^{2} + 1"),
            ("s003", "sum"): known_mistake("number.different", "sum.off-by-one", "One too few.", "10"),
            ("s005", "sum"): wrong("Another value.", "number.different"),
            ("s003", "product"): PROOF,
            ("s004", "product"): PROOF,
            ("s005", "product"): Verdict.invalid("This brace is not closed."),
        },
    ),
    "alike": sheet({"a": 1, "b": 1}, {"s001": (1, 1), "s002": (1, 1)}),
    "alone": sheet({"a": 1, "b": 1}, {"s001": (1, 0)}),
    "unmarked": sheet({"a": 1, "b": 2}, {"s001": (WAITS, WAITS), "s002": (WAITS, WAITS)}),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course_of(tmp_path_factory.mktemp("class") / "course", SHEETS, students=["s006"])


@pytest.fixture(scope="module")
def figures(course: Path) -> ClassFigures:
    return class_figures(open_course(course), [*SHEETS, "never"])


def of(figures: ClassFigures, name: str) -> AssignmentFigures:
    return next(one for one in figures.assignments if one.name == name)


def test_the_class_is_everybody_in_the_gradebook(figures: ClassFigures) -> None:
    assert figures.students == 6
    assert figures.course == "made-up"
    assert figures.unmarked == ("never",)
    assert of(figures, "lines").missing == 1
    assert of(figures, "alone").missing == 5


def test_items_stand_in_the_order_of_the_notebook(figures: ClassFigures) -> None:
    items = of(figures, "lines").items
    assert [found.item.name for found in items] == ["sum", "product", "words"]
    assert [found.item.title for found in items] == ["Sum", "Product", "Words"]
    assert of(figures, "lines").points == 10


def test_a_mark_that_waits_is_not_a_zero(figures: ClassFigures) -> None:
    words = of(figures, "lines").items[2]
    assert (words.known, words.waiting) == (3, 2)
    assert words.facility == pytest.approx((4 + 3 + 0) / 3 / 4)
    assert of(figures, "lines").waiting == 2


def test_a_mark_by_hand_counts_instead_of_the_automatic_one(figures: ClassFigures) -> None:
    assert of(figures, "lines").items[2].by_person == 1


def test_what_waits_is_left_out_of_an_attempts_part(figures: ClassFigures) -> None:
    parts = of(figures, "lines").marks.parts.tolist()
    # s001 loses a point for lateness; s002 has 3 of the 6 points that are known.
    assert parts == pytest.approx([9 / 10, 3 / 6, 5 / 10, 2 / 6, 1 / 10])


def test_full_marks_and_none_are_counted(figures: ClassFigures) -> None:
    assert [(f.full, f.none) for f in of(figures, "lines").items] == [(2, 1), (1, 2), (1, 1)]


def test_reliability_counts_whole_attempts(figures: ClassFigures) -> None:
    assert of(figures, "lines").counted == 3


def test_times_know_who_was_late(figures: ClassFigures) -> None:
    times = of(figures, "lines").times
    assert times is not None
    assert (times.first, times.last) == (NOON - 2 * DAY, NOON + 2 * DAY)
    assert (times.known, times.late) == (4, 1)  # at the very time is not late
    assert of(figures, "alone").times is None


@pytest.mark.parametrize("name", ["alike", "alone"])
def test_without_variance_there_is_no_reliability(name: str, figures: ClassFigures) -> None:
    one = of(figures, name)
    assert one.alpha is None
    assert all(found.discrimination is None for found in one.items)
    assert one.spread is not None


def test_where_nobody_is_marked_there_are_no_figures(figures: ClassFigures) -> None:
    one = of(figures, "unmarked")
    assert (one.spread, one.alpha, one.counted, one.waiting) == (None, None, 0, 2)
    assert sum(one.distribution) == 0
    assert all(found.facility is None for found in one.items)


def test_a_known_mistake_stands_for_the_criterion_it_explains(figures: ClassFigures) -> None:
    reasons = of(figures, "lines").items[0].reasons
    assert [(r.note, r.count) for r in reasons] == [("sum.off-by-one", 2), ("number.different", 1)]
    assert reasons[0].example.message == "One too few."
    assert reasons[0].example.read_as == "10"  # the one that is quickest read


def test_a_derivation_shows_its_wrong_line(figures: ClassFigures) -> None:
    reasons = of(figures, "lines").items[1].reasons
    assert [(r.note, r.count) for r in reasons] == [
        ("derivation.wrong-line", 2),
        ("response.unreadable", 1),
    ]
    example = reasons[0].example
    assert (example.read_as, example.message) == ("b^{2}", "A power too many.")
    assert example.witness == "at b = 2 the side before is 2, this one is 4"


def test_one_query_is_made_for_the_marks(course: Path) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from mathgrade.report.marks import read_marks

    asked: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        if "FROM student" in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        read_marks(open_course(course), list(SHEETS))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) == 1


def test_what_waits_is_looked_at_first(figures: ClassFigures) -> None:
    first = advise(figures)[0]
    assert first.assignment == "lines"
    assert first.text.startswith("2 marks in 2 attempts wait for a person, in “Words”.")


def test_who_is_behind_is_named(figures: ClassFigures) -> None:
    texts = [a.text for a in advise(figures) if a.assignment == "lines"]
    assert "s005 has less than a third of the marks and may need help." in texts


def test_nothing_stands_out_where_all_is_well(course: Path) -> None:
    assert advise(class_figures(open_course(course), ["alike"])) == ()


def test_an_item_is_not_called_hard_while_most_of_its_answers_wait(tmp_path: Path) -> None:
    answers = {f"s{k:03}": (1, WAITS) for k in range(6)}
    blank = {"s006": (0, 0), "s007": (1, 0)}
    sheets = {"svd": sheet({"a": 1, "in-words": 4}, answers | blank)}
    figures = class_figures(open_course(course_of(tmp_path / "course", sheets)), ["svd"])
    assert not [a.text for a in advise(figures) if "was hard" in a.text]
    assert any("wait for a person" in a.text for a in advise(figures))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> ClassFigures:
    """Twelve students: an item against the others, a hard one, a mistake that many share."""
    marks = {f"s{k:03}": (float(k >= 6), float(k >= 5), float(k < 6), 0.0) for k in range(12)}
    mistake = known_mistake("expression.different", "edit.sign", "The sign of `x` is wrong.", "-x")
    verdicts = {(f"s{k:03}", "first"): mistake for k in range(5)}
    one = sheet({"first": 1, "second": 1, "against": 1, "hard": 1}, marks, verdicts=verdicts)
    folder = tmp_path_factory.mktemp("large") / "course"
    return class_figures(open_course(course_of(folder, {"one": one})), ["one"])


def test_an_item_against_the_others_is_named(large: ClassFigures) -> None:
    texts = [a.text for a in advise(large)]
    assert any(
        t.startswith("“Against” was done worse by those who did better elsewhere") for t in texts
    )


def test_a_hard_item_is_named(large: ClassFigures) -> None:
    assert any(a.text.startswith("“Hard” was hard: 0 % of its points") for a in advise(large))


def test_a_mistake_that_many_share_is_named_with_its_words(large: ClassFigures) -> None:
    (text,) = [a.text for a in advise(large) if "a word in class" in a.text]
    assert text.endswith("5 of 12 attempts share this: The sign of `x` is wrong.")


def test_the_table_has_a_row_for_each_item(figures: ClassFigures) -> None:
    rows = list(csv.DictReader(io.StringIO(items_csv(figures))))
    assert len(rows) == 9
    row = next(r for r in rows if r["item"] == "words")
    assert (row["points"], row["attempts"], row["waiting"]) == ("4", "5", "2")
    assert row["facility"] == "0.583"
    lonely = next(r for r in rows if r["assignment"] == "alone")
    assert (lonely["discrimination"], lonely["alpha_of_assignment"]) == ("", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n@x"])
def test_no_text_of_the_table_is_a_formula(text: str, figures: ClassFigures) -> None:
    one = of(figures, "alone")
    item = replace(one.items[0], item=replace(one.items[0].item, title=text, name=text))
    changed = replace(figures, assignments=(replace(one, items=(item,)),))
    (row,) = csv.DictReader(io.StringIO(items_csv(changed), newline=""))
    shown = "'" + re.sub(r"[\t\r\n]", " ", text)  # on one line
    assert (row["title"], row["item"]) == (shown, shown)


def test_the_json_has_every_figure(figures: ClassFigures) -> None:
    data = json.loads(figures_json(figures))
    lines = next(one for one in data["assignments"] if one["assignment"] == "lines")
    assert lines["items"][0]["notes"][0]["note"] == "sum.off-by-one"
    assert lines["received"]["late"] == 1
    assert data["look_first"][0]["assignment"] == "lines"
    alone = next(one for one in data["assignments"] if one["assignment"] == "alone")
    assert alone["alpha"] is None


def test_nothing_marked_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Expected marked attempts of softmax, found none"):
        write_report(ClassFigures("", 0, (), ("softmax",)), tmp_path)


def test_a_folder_that_cannot_be_written_says_so(figures: ClassFigures, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="could not be written"):
        write_report(figures, tmp_path / "file" / "report")


def test_a_notebook_that_cannot_be_read_costs_nothing(course: Path) -> None:
    from mathgrade.report.reasons import reasons_in

    folder = course / "broken"
    folder.mkdir()
    (folder / "a.ipynb").write_text("{")
    (folder / "b.ipynb").write_text("[]")
    assert reasons_in(folder) == {}
    assert reasons_in(course / "nowhere") == {}
