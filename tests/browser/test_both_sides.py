"""An instructor and a student go the whole way in JupyterLab, by buttons and by typing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from mathgrade.course.attempts import fill_in
from mathgrade.course.notebooks import (
    answers_of,
    grade_id,
    is_test,
    notebook_path,
    notebook_text,
    points_of,
    read_notebook,
)
from tests.autograde.courses import graded

from ..nbgrader.commands import answers, attempt, copy_course, stated
from .lab import labs, windows

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sandbox]

COURSE, ASSIGNMENT, STUDENT = "neural-mathematics", "softmax", "s017"
ATTEMPT = "unstable-and-loop"
BY_HAND = 2  # points of one more item
IN_WORDS = "It takes **differences** of logits only: $z_i - z_j$."

RAN = re.compile(r"\[\d+\]:")  # cells run in order: once the last has, all have

# What the card of each item says besides the marks that are stated in the attempt.
CARDS = {
    "shift-invariance": "The claim is derived",
    "softmax-code": "Large logits overflow.",
    "jacobian-derivation": "The claim is derived",
    "jacobian-entry": "Read as",
    "jacobian-3x3": "Read as",
    "jacobian-code": "has a for loop",
    "jacobian-at-point": "Every entry is right",
}


@pytest.fixture(scope="module")
def desk(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course whose softmax has one more item, marked by hand."""
    copy = copy_course(course, tmp_path_factory.mktemp("both") / "course")
    path = notebook_path(copy, "source", ASSIGNMENT)
    nb = read_notebook(path)
    by_hand = graded("Overflow.", "in-words", points=BY_HAND, solution=True, markdown=True)
    nb.cells.append(by_hand)
    path.write_text(notebook_text(nb))
    # A busy machine may take longer over a cell than nbgrader grants a validation.
    own = copy / ".lab/students" / STUDENT / "home/.jupyter"
    own.mkdir(parents=True)
    (own / "nbgrader_config.json").write_text('{"Execute": {"timeout": 240}}')
    return copy


def typed_answers(course: Path, desk: Path) -> dict[str, str]:
    """What the student types into each answer cell, by grade_id, from the top."""
    source = read_notebook(notebook_path(course, "source", ASSIGNMENT))
    blank = read_notebook(notebook_path(course, "release", ASSIGNMENT))
    filled = fill_in(attempt(course, ASSIGNMENT, ATTEMPT), blank, source=source, blank=blank)
    texts = {grade_id(c): str(c.source) for c in filled.cells if grade_id(c) in answers_of(filled)}
    return texts | {"in-words": IN_WORDS}


@dataclass(frozen=True)
class Mark:
    """What the attempt gets in one test cell, and what there is to get."""

    score: float
    points: float


def marks_of(course: Path) -> dict[str, Mark]:
    """The attempt's marks by test cell, from the top."""
    scores = stated(course, ASSIGNMENT, ATTEMPT)
    cells = read_notebook(notebook_path(course, "source", ASSIGNMENT)).cells
    return {
        grade_id(cell): Mark(scores[grade_id(cell)], points_of(cell))
        for cell in cells
        if is_test(cell)
    }


def press(frame: FrameLocator, selector: str) -> str:
    """Press a button of formgrader and wait until it says that it worked."""
    frame.locator(selector).first.click()
    dialog = frame.locator(".modal.in")
    expect(dialog.locator(".modal-title")).to_have_text("Success")
    said = dialog.inner_text()
    dialog.locator(".modal-footer button").first.click()
    expect(frame.locator(".modal.in, .modal-backdrop")).to_have_count(0)
    return said


def menu(page: Page, name: str, entry: str) -> None:
    page.locator("#jp-MainMenu .lm-MenuBar-item", has_text=name).first.click()
    page.locator(".lm-Menu-item").get_by_text(entry, exact=True).click()


@contextmanager
def saved(page: Page, address: str) -> Iterator[None]:
    """Wait until what is done in the block has been saved by a request to an address."""
    with page.expect_response(
        lambda answer: address in answer.url and answer.request.method == "PUT"
    ) as told:
        yield
    assert told.value.ok


def save(page: Page) -> None:
    with saved(page, "/api/contents/"):
        page.keyboard.press("Control+s")


def is_idle(page: Page) -> None:
    expect(page.locator("#jp-main-statusbar").get_by_text("| Idle")).to_be_visible()


def type_into(page: Page, cell: Locator, text: str) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def answer(page: Page, panel: Locator, texts: dict[str, str], released: Path) -> None:
    """Replace what stands in each answer cell, from the top."""
    kinds = {grade_id(cell): cell.cell_type for cell in read_notebook(released).cells}
    waiting = {
        "code": panel.locator(".jp-CodeCell").filter(has_text="YOUR CODE HERE"),
        "markdown": panel.locator(".jp-MarkdownCell").filter(has_text="YOUR ANSWER HERE"),
    }
    left = {kind: sum(kinds[name] == kind for name in texts) for kind in waiting}
    for kind, cells in waiting.items():  # a notebook is drawn bit by bit
        expect(cells).to_have_count(left[kind])
    for name, text in texts.items():
        kind = kinds[name]
        cell = waiting[kind].first
        if kind == "markdown":
            cell.locator(".jp-RenderedMarkdown").dblclick()
        type_into(page, cell, text)
        left[kind] -= 1
        expect(waiting[kind]).to_have_count(left[kind])
        if kind == "markdown":
            page.keyboard.press("Control+Enter")


def test_an_assignment_goes_the_whole_way_between_instructor_and_student(
    chromium: str, course: Path, desk: Path, tmp_path: Path
) -> None:
    marks = marks_of(course)
    score = sum(mark.score for mark in marks.values())
    points = sum(mark.points for mark in marks.values()) + BY_HAND
    row, who = f'tr:has-text("{ASSIGNMENT}") ', f'tr:has-text("{STUDENT}") '
    with (
        labs(desk, tmp_path / "home", [(), ("--student", STUDENT)]) as (theirs, own),
        windows(chromium, 2, tmp_path) as ((teacher, student), traffic),
    ):
        # The instructor makes the release. Formgrader is open from the start.
        teacher.goto(theirs)
        frame = teacher.frame_locator("iframe")
        press(frame, row + "td.assign a")
        press(frame, row + "td.release a")

        # The student fetches and opens it.
        student.goto(own)
        expect(student.locator(".jp-Launcher")).to_be_visible()
        menu(student, "Nbgrader", "Assignment List")
        student.locator("#released_assignments_list button", has_text="Fetch").click()
        fetched = student.locator("#fetched_assignments_list")
        fetched.get_by_text(ASSIGNMENT, exact=True).first.click()
        fetched.locator("a").last.click()
        is_idle(student)
        work = desk / ".lab/students" / STUDENT / "work" / COURSE / ASSIGNMENT
        notebook = work / f"{ASSIGNMENT}.ipynb"
        assert "### BEGIN HIDDEN TESTS" not in notebook.read_text()

        # They type their answers, see how these are read, and have the form checked.
        panel = student.locator(".jp-NotebookPanel")
        texts = typed_answers(course, desk)
        answer(student, panel, texts, notebook)
        save(student)  # a derivation is read from the file
        menu(student, "Run", "Run All Cells")
        expect(panel.locator(".jp-CodeCell .jp-InputPrompt").last).to_have_text(RAN)
        entry = panel.locator(".jp-CodeCell").filter(has_text="check(J_entry")
        entry.scroll_into_view_if_needed()
        expect(entry.locator(".jp-OutputArea mjx-container")).to_be_visible()
        expect(panel.locator(".jp-OutputArea [data-mime-type*=error]")).to_have_count(0)
        student.screenshot(path=tmp_path / "answered.png")
        save(student)
        panel.locator(".validate-button").first.click()
        dialog = student.locator(".jp-Dialog")
        expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
        dialog.get_by_role("button", name="OK").click()
        written = answers(notebook)
        assert [name for name, text in texts.items() if text.strip() not in written] == []

        # They hand it in; the instructor collects and marks it.
        student.locator(".lm-TabBar-tab", has_text="Assignments").click()
        fetched.locator("button", has_text="Submit").click()
        handed_in = student.locator("#submitted_assignments_list")
        expect(handed_in).to_contain_text(ASSIGNMENT)
        press(frame, row + "td.collect a")
        frame.locator(row + "td.num-submissions a").click()
        assert "Traceback" not in press(frame, who + "td.autograde a")
        expect(frame.locator(who + "td.score")).to_have_text(f"{score:g} / {points:g}")
        teacher.screenshot(path=tmp_path / "submissions.png")

        # One item is for a person.
        frame.get_by_role("link", name="Manual Grading").click()
        for name in (ASSIGNMENT, ASSIGNMENT, "Submission #1"):  # assignment, notebook, student
            frame.locator("table").get_by_role("link", name=name).click()
        the_cards_say_what_was_found(frame, marks)
        teacher.screenshot(path=tmp_path / "marked.png")
        with saved(teacher, "/api/grade/"):
            box = frame.locator("input.score#in-words")
            box.fill("1.5")
            box.press("Tab")
        with saved(teacher, "/api/comment/"):
            comment = frame.locator("#in-words-comment")
            comment.fill("Say what overflows: $e^{1000}$.")
            comment.blur()

        # Feedback goes back, and the student opens it.
        frame.get_by_role("link", name="Manual Grading").click()
        frame.get_by_role("link", name="Manage Assignments").click()
        press(frame, row + "td.generate-feedback a")
        press(frame, row + "td.release-feedback a")
        student.locator("#refresh_assignments_list").click()
        handed_in.locator("button", has_text="Fetch Feedback").click()
        handed_in.get_by_text("(view feedback)").click()
        student.locator(".jp-DirListing-item", has_text=f"{ASSIGNMENT}.html").dblclick()
        feedback = student.frame_locator(".jp-HTMLViewer iframe")
        expect(feedback.locator("body")).to_contain_text(f"{score + 1.5:g} of {points:g} points")
        expect(feedback.locator("body")).to_contain_text("Say what overflows")
        expect(feedback.locator("math").first).to_be_visible()
        student.screenshot(path=tmp_path / "feedback.png")
        for page in (teacher, student):  # nothing was asked, and nothing announced
            expect(page.locator(".jp-Dialog, .Toastify__toast")).to_have_count(0)
    assert (traffic.outside, traffic.errors, traffic.refused) == ([], [], [])


def the_cards_say_what_was_found(frame: FrameLocator, marks: dict[str, Mark]) -> None:
    cards = frame.locator(".mathgrade-card")
    expect(cards).to_have_count(len(marks))
    for card, (test, mark) in zip(cards.all(), marks.items(), strict=True):
        right = "Right" if mark.score == mark.points else "Partly right"
        head = f"{right}: {mark.score:g} of {mark.points:g} points"
        expect(card.locator(".mathgrade-outcome")).to_have_text(head)
        expect(card).to_contain_text(CARDS[test.removesuffix("-test")])
    expect(frame.locator(".mathgrade-card math").first).to_be_visible()
    cards.first.scroll_into_view_if_needed()
