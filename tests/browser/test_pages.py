"""The pages people read, in a real browser: nothing for axe-core to complain of, no page that runs over.

The feedback page and the class report, in light and dark, on a phone, a tablet and a desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat.v4 import new_notebook
from playwright.sync_api import Browser, Page, sync_playwright

from mathgrade.answers import SVD, Expression, Matrix
from mathgrade.course.nbgrader_runs import open_course
from mathgrade.feedback.page import read_page
from mathgrade.feedback.render import render
from mathgrade.report.figures import class_figures
from mathgrade.report.page import render_report
from mathgrade.verdict import Verdict

from ..feedback.conftest import PLACE, marked_cell, sample_notebook
from ..feedback.test_page import DERIVATION
from ..report.classes import NOON, WAITS, course_of, sheet
from .lab import FLAGS

pytestmark = pytest.mark.browser

SCHEMES = ["light", "dark"]
WIDTHS = [360, 800, 1400]
PAGES = ["feedback", "pictures", "report"]


def pictures() -> Any:
    """A notebook with a picture of each kind, one of them of an item that is released."""
    A = np.array([[3.0, 1.0], [0.0, 2.0]])
    U, S, Vt = np.linalg.svd(A)
    verdicts = {
        "curve": Expression("x**2", {"x": "real"}).mark("x**3"),
        "vector": Matrix([3, 2], vector=True).mark([3, -2]),
        "matrix": Matrix([[1, 2], [3, 4]]).mark([[1, -2], [7, 4]]),
        "large": Matrix(np.eye(20)).mark(np.eye(20) + np.eye(20, k=1)),
        "svd": SVD(A).mark((U @ np.array([[1.0, 0.6], [0.0, 0.8]]), S, Vt)),
        "proof": DERIVATION,
    }
    return new_notebook(
        cells=[
            marked_cell(
                name, replace(verdict, points=3.0, reveal=name == "curve"), score=0, points=3
            )
            for name, verdict in verdicts.items()
        ]
    )


def class_of_thirty(folder: Path) -> str:
    """The report of two assignments, one with reasons, one with marks that wait."""
    rng = np.random.default_rng(5)
    able = rng.random(30)
    marks = {
        f"s{k:03}": tuple(
            float(np.round(2 * min(max(able[k] + e, 0), 1)) / 2) for e in rng.normal(0, 0.3, 6)
        )
        for k in range(30)
    }
    mistake = replace(
        Verdict.incorrect("The sign of `x` is wrong.", "edit.sign"),
        read_as=r"\frac{-x}{1 + e^{-x}}",
    )
    items = {f"item-{k}": 1.0 for k in range(6)}
    waits = {student: (*row[:5], WAITS) for student, row in marks.items()}
    times = dict.fromkeys(list(marks)[:9], NOON)
    sheets = {
        "first": sheet(items, marks, verdicts={("s001", "item-2"): mistake}),
        "second-with-a-long-name": sheet(items, waits, received=times, due=NOON),
    }
    return render_report(class_figures(open_course(course_of(folder, sheets)), list(sheets)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as files."""
    place = tmp_path_factory.mktemp("pages")
    made = {
        "feedback": render(read_page(sample_notebook(), PLACE)),
        "pictures": render(read_page(pictures(), PLACE)),
        "report": class_of_thirty(place / "course"),
    }
    for name, page in made.items():
        (place / f"{name}.html").write_text(page, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's own script."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def opened(browser: Browser, path: Path, *, scheme: str, width: int = 800) -> Page:
    """The page in a window of its own, everything that can be opened open."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    return page


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_core_finds_nothing(
    name: str, scheme: str, browser: Browser, folder: Path, axe: str
) -> None:
    page = opened(browser, folder / f"{name}.html", scheme=scheme)
    page.evaluate(axe)
    found = page.evaluate("axe.run()")
    page.context.close()
    assert found["passes"], "axe-core looked at nothing"
    assert [
        (v["id"], v["nodes"][0]["html"][:200], v["nodes"][0]["failureSummary"])
        for v in found["violations"]
    ] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_runs_over_its_width(name: str, width: int, browser: Browser, folder: Path) -> None:
    page = opened(browser, folder / f"{name}.html", scheme="light", width=width)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    assert wide == width


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_complains_of_nothing(
    name: str, browser: Browser, folder: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / f"{name}.html").as_uri())
    context.close()
    assert [url for url in asked if not re.match(r"file:|data:", url)] == []
    assert said == []


@pytest.mark.filterwarnings("ignore")
def test_the_axe_that_looks_finds_a_fault_where_there_is_one(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='data:,'></body></html>")
    page.evaluate(axe)
    found = page.evaluate("axe.run()")
    page.close()
    assert "image-alt" in {violation["id"] for violation in found["violations"]}
