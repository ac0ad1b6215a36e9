"""The exporter as nbgrader and formgrader call it, against a real gradebook."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from tests.feedback.conftest import marked_cell, sample_notebook
from traitlets.config import Config

from mathgrade.feedback.exporter import FeedbackExporter
from mathgrade.feedback.gradebook import MarkState, enter_marks, read_marks


@pytest.fixture(scope="module")
def marked_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one marked notebook, as ``nbgrader autograde`` leaves it."""
    root = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        # A first gradebook calls alembic by name.
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        fill(root)
    return root


@pytest.fixture
def course(marked_course: Path, tmp_path: Path) -> Path:
    """A copy of it to work on."""
    return shutil.copytree(marked_course, tmp_path / "course")


def fill(root: Path) -> None:
    folder = root / "autograded" / "s017" / "softmax"
    folder.mkdir(parents=True)
    (root / "source" / "softmax").mkdir(parents=True)
    nb = sample_notebook()
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.add_assignment("softmax")
        gradebook.add_notebook("softmax", "softmax")
        gradebook.add_student("s017")
        for cell in nb.cells:
            own = cell.metadata.get("nbgrader")
            if own is None:
                continue
            place, kind = ("softmax", "softmax"), cell.cell_type
            if own.grade:
                gradebook.add_grade_cell(own.grade_id, *place, max_score=own.points, cell_type=kind)
            if own.solution:
                gradebook.add_solution_cell(own.grade_id, *place)
        gradebook.add_submission("softmax", "s017")
        for cell in nb.cells:
            own = cell.metadata.get("nbgrader")
            if own is not None and own.grade:
                grade = gradebook.find_grade(own.grade_id, "softmax", "softmax", "s017")
                grade.auto_score = own.score
                grade.needs_manual_grade = own.score is None
        gradebook.db.commit()
    nbformat.write(nb, folder / "softmax.ipynb")


def feedback(course: Path) -> str:
    """Formgrader's button: it forces HTMLExporter.template_name on the way."""
    config = Config()
    config.CourseDirectory.root = str(course)
    config.GenerateFeedback.exporter_class = "mathgrade.feedback.exporter.FeedbackExporter"
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert api.generate_feedback("softmax", "s017")["success"]
    return (course / "feedback" / "s017" / "softmax" / "softmax.html").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore")
def test_formgrader_gets_our_page(course: Path, inspect: Any) -> None:
    page = feedback(course)
    inspect(page)
    assert "<title>Feedback: softmax (s017)</title>" in page
    assert "<b>8.5</b> of 22 points" in page


@pytest.mark.filterwarnings("ignore")
def test_marks_of_a_person_are_on_the_page(course: Path) -> None:
    place = ("softmax", "softmax", "s017")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("one-word", *place)
        grade.manual_score, grade.needs_manual_grade = 1, False
        gradebook.find_comment("one-word", *place).manual_comment = "Just *so*."
        gradebook.db.commit()
    page = feedback(course)
    assert "<b>9.5</b> of 22 points" in page
    assert "Just <em>so</em>." in page
    assert "wait for a person" not in page


@pytest.mark.filterwarnings("ignore")
def test_the_gradebook_tells_who_waits(course: Path) -> None:
    place = {
        "db_url": f"sqlite:///{course}/gradebook.db",
        "notebook": "softmax",
        "assignment": "softmax",
        "student": "s017",
    }
    marks = read_marks(place)
    assert marks is not None
    assert marks.states["one-word"] == MarkState(waiting=True)
    assert marks.states["softmax-code-test"] == MarkState()
    assert marks.scores["softmax-code-test"] == (3, 3)


def test_a_notebook_the_gradebook_does_not_know_has_no_page(course: Path) -> None:
    place = {
        "db_url": f"sqlite:///{course}/gradebook.db",
        "notebook": "softmax",
        "assignment": "softmax",
        "student": "s999",
    }
    with pytest.raises(MissingEntry):
        read_marks(place)


def test_a_cell_without_a_mark_in_the_gradebook_is_no_zero(course: Path) -> None:
    place = {
        "db_url": f"sqlite:///{course}/gradebook.db",
        "notebook": "softmax",
        "assignment": "softmax",
        "student": "s017",
    }
    nb = sample_notebook()
    nb.cells.append(marked_cell("new-since", score=1.0, points=2))
    with pytest.raises(MissingEntry, match="new-since-test"):
        FeedbackExporter().from_notebook_node(nb, {"nbgrader": place})


@pytest.mark.filterwarnings("ignore")
def test_the_marks_are_those_nbgrader_would_enter(course: Path) -> None:
    place = ("softmax", "softmax", "s017")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("squares-test", *place)
        grade.auto_score, grade.extra_credit = 0.5, 0.25
        gradebook.find_comment("squares", *place).auto_comment = "No response."
        gradebook.find_submission_notebook(*place).late_submission_penalty = 1.5
        gradebook.db.commit()
    nbgrader = {
        "db_url": f"sqlite:///{course}/gradebook.db",
        **dict(zip(("notebook", "assignment", "student"), place, strict=True)),
    }
    theirs, given = GetGrades().preprocess(sample_notebook(), {"nbgrader": dict(nbgrader)})
    ours = sample_notebook()
    found = dict(nbgrader)
    marks = read_marks(found)
    assert marks is not None
    enter_marks(ours, found, marks)
    assert found == given["nbgrader"]
    for cell, other in zip(ours.cells, theirs.cells, strict=True):
        assert cell.metadata == other.metadata


def test_without_a_gradebook_the_notebook_decides() -> None:
    nb = sample_notebook()
    page, resources = FeedbackExporter().from_notebook_node(nb)
    assert resources["output_extension"] == ".html"
    assert "2 items wait for a person" in page


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("stamp", ["", "2026-11-27 00:00:00 UTC\n"])
def test_feedback_has_the_timestamp_without_which_nbgrader_releases_none(
    course: Path, stamp: str
) -> None:
    if stamp:
        (course / "autograded/s017/softmax/timestamp.txt").write_text(stamp)
    feedback(course)
    assert (course / "feedback/s017/softmax/timestamp.txt").read_text() == stamp
