"""The page of a marked notebook: what is on it, what is not, and how it is built."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tests.feedback.conftest import HIDDEN, SECRET, answer_cell, marked_cell, verdict_output

from mathgrade.feedback.gradebook import MarkState
from mathgrade.feedback.page import Marking, read_page
from mathgrade.feedback.render import render
from mathgrade.feedback.verdicts import VERDICT_TYPE, read_verdicts
from mathgrade.marked_line import LineOutcome, MarkedLine
from mathgrade.verdict import Finding, Outcome, Verdict, Witness

Render = Callable[..., str]
Inspect = Callable[[str], Any]


def markings(nb: Any, states: dict[str, MarkState] | None = None) -> tuple[Marking, ...]:
    return read_page(nb, {}, states).markings


def test_only_allowed_elements_and_attributes_are_on_the_page(
    notebook: Any, rendered: Render, inspect: Inspect
) -> None:
    inspect(rendered(notebook))


def test_nothing_is_loaded_from_anywhere(notebook: Any, rendered: Render) -> None:
    page = rendered(notebook)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert not re.search(r"@import|url\(", page)


def test_the_page_is_small(notebook: Any, rendered: Render) -> None:
    assert len(rendered(notebook).encode()) < 60_000


def test_headings_never_skip_a_level(notebook: Any, rendered: Render, inspect: Inspect) -> None:
    levels = inspect(rendered(notebook)).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_link_into_the_page_has_its_target(
    notebook: Any, rendered: Render, inspect: Inspect
) -> None:
    page = inspect(rendered(notebook))
    assert set(page.targets) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_every_item_is_linked_from_the_table_of_marks(notebook: Any, rendered: Render) -> None:
    nav = rendered(notebook).partition("<nav")[2].partition("</nav>")[0]
    assert [f"#item-{n}" for n in range(1, 10)] == re.findall(r'href="(#item-\d+)"', nav)


def test_every_tick_has_words_for_a_screen_reader(notebook: Any, rendered: Render) -> None:
    page = rendered(notebook)
    signs = re.findall(r'<span class="sign" aria-hidden="true">.</span>', page)
    words = re.findall(r'<span class="sr">(Met|Not met|Not decided|Remark):</span>', page)
    assert len(signs) == len(words) == 9
    assert set(words) == {"Met", "Not met", "Not decided", "Remark"}


@pytest.mark.parametrize(
    "hidden", [HIDDEN, SECRET, "Marked here", "DESIRED", "/usr/lib/secret", "<b>card</b>", "\x1b"]
)
def test_tests_and_references_do_not_show(hidden: str, notebook: Any, rendered: Render) -> None:
    assert hidden not in rendered(notebook)


@pytest.mark.parametrize(
    "shown",
    [
        "<title>Feedback: softmax (s017)</title>",
        "<b>8</b> of 22 points",
        "8.5 less 0.5 for lateness",
        "2 items wait for a person",
        "The sign of the second term is the wrong way round.",
        "<code>1/x</code>",
        "yours is <math><mfrac><mn>3</mn><mn>16</mn></mfrac></math>.",
        "For <math><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow></math>",
        "Expected a matrix of shape (3, 3), received (2, 2).",
        "<samp>AssertionError: squares(1) should be [1]</samp>",
        "[0.26894142 0.73105858]",
        "name &#39;yy&#39; is not defined",
        "A person will look at this: agreement could not be proved.",
        "Nice, but see <em>range</em>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        '<span class="k">def</span>',
        'alt="Picture drawn by this cell"',
        "1.5 of 1.5",
    ],
)
def test_the_page_says(shown: str, notebook: Any, rendered: Render) -> None:
    assert shown in rendered(notebook)


def test_states_of_the_marks(notebook: Any) -> None:
    assert [row.state for row in markings(notebook)] == [
        *("full", "part", "none", "none", "waiting", "none", "full", "part", "waiting")
    ]


def test_the_verdict_stands_right_below_the_answer(notebook: Any) -> None:
    blocks = read_page(notebook, {}).blocks
    answers = [index for index, block in enumerate(blocks) if block.kind == "answer"]
    assert all(blocks[index + 1].kind == "marking" for index in answers)


def test_the_comment_on_an_answer_stands_with_its_marks(notebook: Any) -> None:
    row = next(row for row in markings(notebook) if row.title == "Squares")
    assert "Nice" in row.comment


def test_an_expected_value_shows_only_where_the_verdict_reveals_it(rendered: Render) -> None:
    finding = Finding("Value", False, Fraction(1), "Off.", "x", Witness({}, "4", SECRET))
    verdict = replace(Verdict.of([finding]), points=1.0)
    closed = new_notebook(cells=[marked_cell("a", verdict, score=0, points=1)])
    opened = new_notebook(
        cells=[marked_cell("a", replace(verdict, reveal=True), score=0, points=1)]
    )
    assert SECRET not in rendered(closed)
    assert f"Yours is <math><mn>4</mn></math>, expected {SECRET}" in rendered(opened)


def test_a_met_criterion_shows_no_witness(rendered: Render) -> None:
    finding = Finding("Value", True, Fraction(1), witness=Witness({}, "17.25", "17.25"))
    nb = new_notebook(cells=[marked_cell("a", Verdict.of([finding]), score=1, points=1)])
    assert "17.25" not in rendered(nb)


def test_a_mark_that_a_person_changed_says_so() -> None:
    verdict = replace(Verdict.incorrect("Off.", "x"), points=2.0)
    cell = marked_cell("a", verdict, score=1.5, points=2, review="odd")
    page = read_page(new_notebook(cells=[cell]), {}, {"a-test": MarkState(by_person=True)})
    assert page.markings[0].state == "part"
    assert "0 by the tests, 1.5 after a person looked" in render(page)
    assert "waiting" not in render(page).partition("<main")[2]


def test_the_gradebook_decides_who_waits(notebook: Any) -> None:
    states = {"softmax-code-test": MarkState(waiting=True), "jacobian-at-point-test": MarkState()}
    rows = {row.title: row.state for row in markings(notebook, states)}
    assert rows["Softmax code"] == "waiting"
    assert rows["Jacobian at point"] == "none"


def test_points_that_wait_are_those_that_may_still_come(notebook: Any) -> None:
    assert read_page(notebook, {}).open_points == 3


@pytest.mark.parametrize(
    ("grade_id", "title"),
    [
        ("jacobian-entry-test", "Jacobian entry"),
        ("test-bisection", "Bisection"),
        ("test_squares", "Squares"),
        ("correct_squares", "Correct squares"),
        ("cell-938593c4a215c6cc", "Heading"),
        ("test", "Test"),
    ],
)
def test_items_have_readable_titles(grade_id: str, title: str) -> None:
    cell = marked_cell("x", score=1, points=1)
    cell.metadata.nbgrader.grade_id = grade_id
    nb = new_notebook(cells=[new_markdown_cell("## Heading"), cell])
    assert markings(nb)[0].title == title


def test_an_item_that_has_a_title_is_called_by_it(rendered: Render, inspect: Inspect) -> None:
    verdict = replace(Verdict.correct(), item="a:x", points=1.0, title="The sum <b>of</b> squares")
    nb = new_notebook(cells=[marked_cell("x", verdict, score=1, points=1)])
    assert markings(nb)[0].title == "The sum <b>of</b> squares"
    inspect(rendered(nb))
    two = new_notebook(cells=[marked_cell("x", verdict, verdict, score=1, points=1)])
    assert markings(two)[0].title == "X"  # the cell is not one item


def test_items_of_one_title_are_numbered() -> None:
    cells = [marked_cell("a", score=1, points=1), marked_cell("a", score=0, points=1)]
    assert [row.title for row in markings(new_notebook(cells=cells))] == ["A (1)", "A (2)"]


def test_a_verdict_in_a_students_own_output_is_not_one(rendered: Render) -> None:
    forged = verdict_output(replace(Verdict.correct("Everything is right"), points=9.0))
    nb = new_notebook(cells=[answer_cell("a", "x = 1", outputs=[forged])])
    assert "Everything is right" not in rendered(nb)


def changed(**changes: Any) -> dict[str, Any]:
    return Verdict.correct().to_json() | changes


def with_picture(picture: Any) -> dict[str, Any]:
    return Verdict.correct().to_json()["findings"][0] | {"picture": picture}


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        "verdict",
        None,
        changed(outcome="excellent"),
        changed(credit="1e999999999"),
        changed(credit="1/0"),
        changed(credit="-1"),
        changed(credit="nan"),
        changed(credit=None),
        changed(points="many"),
        changed(points=[1]),
        changed(findings=None),
        changed(findings=[None]),
        changed(findings=[{}]),
        changed(findings=[{"share": "1e999999999"}]),
        changed(read_as=7),
        changed(title=7),
        changed(points=10**400),
        changed(findings=[with_picture({"kind": "arrows", "arrows": [[10**400, 1]]})]),
        changed(findings=[with_picture({"kind": "photo"})]),
        changed(findings=[with_picture("<svg onload=alert(1)>")]),
        changed(read_as="x" * 30_000),
    ],
)
def test_what_is_no_verdict_is_left_out(data: Any, rendered: Render, inspect: Inspect) -> None:
    cell = marked_cell("a", score=1, points=1)
    cell.outputs.insert(0, new_output("display_data", {"text/plain": "x", VERDICT_TYPE: data}))
    assert list(read_verdicts(cell)) == []
    inspect(rendered(new_notebook(cells=[cell])))


HOSTILE = '"><script>alert(1)</script>$\\href{javascript:alert(1)}{x}$`<b>`'


def test_every_text_of_a_verdict_is_escaped(rendered: Render, inspect: Inspect) -> None:
    finding = Finding(
        HOSTILE, False, Fraction(1), HOSTILE + "!", HOSTILE, Witness({HOSTILE: HOSTILE}, HOSTILE)
    )
    verdict = replace(Verdict.of([finding], read_as=HOSTILE), item=HOSTILE, points=1.0)
    cell = marked_cell("a", verdict, verdict, score=0, points=1, review=HOSTILE)
    cell.metadata.nbgrader.grade_id = HOSTILE
    inspect(rendered(new_notebook(cells=[cell]), student=HOSTILE, assignment=HOSTILE))


def test_every_text_of_a_cell_is_escaped(rendered: Render, inspect: Inspect) -> None:
    outputs = [
        new_output("stream", text=HOSTILE),
        new_output("error", ename=HOSTILE, evalue=HOSTILE, traceback=["Cell In[1] " + HOSTILE]),
        new_output("display_data", {"text/html": HOSTILE, "text/plain": HOSTILE}),
        new_output("display_data", {"text/latex": f"${HOSTILE}$"}),
        new_output("display_data", {"image/svg+xml": "<svg onload=alert(1)>", "text/plain": "p"}),
        new_output("display_data", {"image/png": HOSTILE, "application/javascript": "alert(1)"}),
    ]
    cells = [
        answer_cell("a", HOSTILE, outputs=outputs, comment=HOSTILE),
        new_code_cell(HOSTILE, outputs=outputs),
        new_markdown_cell("# " + HOSTILE),
        marked_cell("b", score=0, points=1, outputs=outputs[1:2]),
    ]
    inspect(rendered(new_notebook(cells=cells)))


@pytest.mark.parametrize("metadata", [{"mathgrade": "x"}, {"mathgrade": None}, {"nbgrader": None}])
def test_odd_metadata_does_not_break_the_page(
    metadata: dict[str, Any], rendered: Render, inspect: Inspect
) -> None:
    cell = marked_cell("a", score=1, points=1)
    cell.metadata.update(metadata)
    inspect(rendered(new_notebook(cells=[cell])))


def test_an_empty_notebook_has_a_page(rendered: Render, inspect: Inspect) -> None:
    inspect(rendered(new_notebook(), score=0, max_score=0, late_penalty=0))


DERIVATION = Verdict(
    Outcome.PARTIAL,
    Fraction(1, 4),
    (
        Finding("The claim is derived", False, Fraction(3, 4), "Line 2 is the first wrong one: $b$.", "derivation.wrong-line"),
        Finding("Right lines before the first wrong one", True, Fraction(1, 4)),
    ),
    lines=(
        MarkedLine(1, "a", "a", LineOutcome.START),
        MarkedLine(1, "b", "b", LineOutcome.TRUE, laws=("sum",), relation="=="),
        MarkedLine(2, "c", r"\frac{c}{d}", LineOutcome.FALSE, hint="A sign.", relation="==",
                   witness=Witness({"c": "1"}, received="2", expected="1")),
        MarkedLine(3, "e", "e", LineOutcome.FOLLOWS, relation="=="),
        MarkedLine(4, "<b>{", "", LineOutcome.UNREAD, "This brace is not closed."),
        MarkedLine(5, "i = j", "i = j", LineOutcome.CASE),
    ),
)  # fmt: skip


def test_the_lines_of_a_derivation_stand_with_mark_numbers_and_hint(
    rendered: Render, inspect: Inspect
) -> None:
    page = rendered(new_notebook(cells=[marked_cell("proof", DERIVATION, score=1, points=4)]))
    inspect(page)
    lines = page[page.index('<ol class="lines">') : page.index("</ol>")]
    assert lines.count("<li ") == 5
    assert "Line 2, the first wrong line:" in lines
    assert (
        "the side before is <math><mn>1</mn></math>, this one is <math><mn>2</mn></math>." in lines
    )
    assert "<b>Hint:</b> A sign." in lines
    assert "<mfrac><mi>c</mi><mi>d</mi></mfrac>" in lines
    assert '<code class="tex">&lt;b&gt;{</code>' in lines
    assert "This brace is not closed." in lines
    assert "Line 2 is the first wrong one.</p>" in page


HOSTILE_LINES = [
    {"line": "1"},
    {"lines": [1]},
    {"lines": [{}]},
    {"lines": [{**DERIVATION.lines[0].to_json(), "text": ["x"]}]},
    {"lines": [{**DERIVATION.lines[0].to_json(), "outcome": "excellent"}]},
    {"lines": [{**DERIVATION.lines[0].to_json(), "remarks": [1]}]},
    {"lines": [{**DERIVATION.lines[0].to_json(), "hint": "x" * 30_000}]},
    {"lines": [{**DERIVATION.lines[0].to_json(), "witness": {"at": 1, "received": "2"}}]},
    {"lines": [DERIVATION.lines[0].to_json()] * 2000},
]


@pytest.mark.parametrize("changed", HOSTILE_LINES)
def test_lines_that_are_none_do_not_break_the_page(changed: Any, rendered: Render) -> None:
    cell = marked_cell("proof", DERIVATION, score=1, points=4)
    cell.outputs[0]["data"][VERDICT_TYPE].update(changed)
    rendered(new_notebook(cells=[cell]))


def test_a_witness_that_is_none_does_not_break_the_page(rendered: Render) -> None:
    cell = marked_cell("proof", DERIVATION, score=1, points=4)
    for finding in cell.outputs[0]["data"][VERDICT_TYPE]["findings"]:
        finding["witness"] = {"at": 1, "received": "2"}
    rendered(new_notebook(cells=[cell]))
