"""An instructor marks the course in JupyterLab with formgrader's own buttons."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from ..nbgrader.commands import copy_course, hand_in
from ..nbgrader.pages import page_text
from .lab import jupyterlab, window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASSIGNMENT, STUDENT, SCORE = "softmax", "unstable-and-loop", 20

# The head of each card, and what it says besides.
CARDS = [
    ("Right: 3 of 3 points", "The claim is derived"),
    ("Partly right: 2.25 of 3 points", "Large logits overflow."),
    ("Right: 4 of 4 points", "The claim is derived"),
    ("Right: 3 of 3 points", "Read as"),
    ("Right: 3 of 3 points", "Read as"),
    ("Partly right: 2.75 of 4 points", "has a for loop"),
    ("Right: 2 of 2 points", "Every entry is right"),
]

# What stock formgrader itself asks another host for, MathJax 2, and what it says when there is
# none. Nothing of ours needs it: formulas in our cards are MathML.
MATHJAX = re.compile(r"https://cdnjs\.cloudflare\.com/ajax/libs/mathjax/2\.")
WITHOUT_MATHJAX = re.compile(rf"MathJax is not defined|Failed to load resource.*{MATHJAX.pattern}")


def press(frame: FrameLocator, selector: str) -> str:
    """Press a button of formgrader and wait until it says that it worked."""
    frame.locator(selector).first.click()
    dialog = frame.locator(".modal.in")
    expect(dialog.locator(".modal-title")).to_have_text("Success", timeout=120_000)
    said = dialog.inner_text()
    dialog.locator(".modal-footer button").first.click()
    expect(frame.locator(".modal.in, .modal-backdrop")).to_have_count(0)
    return said


def test_an_instructor_marks_a_submission_with_the_buttons(
    chromium: str, course: Path, tmp_path: Path
) -> None:
    copy = copy_course(course, tmp_path / "course")
    shutil.copytree(course / "release" / ASSIGNMENT, copy / "release" / ASSIGNMENT)
    hand_in(copy, ASSIGNMENT, [STUDENT])
    shutil.rmtree(copy / "release")
    row = f'tr:has-text("{ASSIGNMENT}") '
    who = f'tr:has-text("{STUDENT}") '
    with jupyterlab(copy, tmp_path / "home") as lab, window(chromium) as opened:
        page = opened.page
        page.goto(lab.entrance)
        page.locator("#jp-MainMenu .lm-MenuBar-item", has_text="Nbgrader").click()
        page.locator(".lm-Menu-item").get_by_text("Formgrader", exact=True).click()
        frame = page.frame_locator("iframe")

        press(frame, row + "td.assign a")
        made = copy / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        kept = course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        assert made.read_bytes() == kept.read_bytes()

        frame.locator(row + "td.num-submissions a").click()
        log = press(frame, who + "td.autograde a")
        assert "Traceback" not in log
        expect(frame.locator(who + "td.score")).to_have_text(f"{SCORE} / 22")
        page.screenshot(path=tmp_path / "submissions.png")
        press(frame, who + "td.generate-feedback a")
        pages = copy / "feedback" / STUDENT / ASSIGNMENT
        text = " ".join(page_text(pages / f"{ASSIGNMENT}.html").split())
        assert f"{SCORE} of 22 points" in text

        frame.get_by_role("link", name="Manual Grading").click()
        for name in (ASSIGNMENT, ASSIGNMENT, "Submission #1"):  # assignment, notebook, student
            frame.locator("table").get_by_role("link", name=name).click()
        cards = frame.locator(".mathgrade-card")
        expect(cards).to_have_count(len(CARDS))
        for card, (outcome, words) in zip(cards.all(), CARDS, strict=True):
            expect(card.locator(".mathgrade-outcome")).to_have_text(outcome)
            expect(card).to_contain_text(words)
        formula = cards.nth(3).locator("math")
        expect(formula).to_be_visible()
        cards.first.scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / "marked.png")
        # nbgrader's own boxes for the marks hold what the cards say; it has one for each Markdown
        # answer, too, of 0 points, which stays empty: nobody is to fill it in.
        boxes = frame.locator("input.score")
        expect(boxes.nth(1)).to_have_attribute("placeholder", "3")  # marks come after the page
        given = [box.input_value() or box.get_attribute("placeholder") for box in boxes.all()]
        assert given == [None, "3", "2.25", None, "4", "3", "3", "2.75", "2"]
    assert [address for address in opened.outside if not MATHJAX.match(address)] == []
    assert [said for said in opened.errors if not WITHOUT_MATHJAX.search(said)] == []
    assert opened.refused == []
