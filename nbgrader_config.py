"""The whole configuration of the course. `nbgrader`, formgrader and `mathgrade` all read it."""

import os
import sys
from pathlib import Path

from mathgrade.feedback import formgrader

c = get_config()
course = Path(__file__).resolve().parent

# nbgrader's gradebook calls `alembic` by name; without this an environment that is not activated
# fails the first time and leaves a gradebook without a version the second.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

c.CourseDirectory.course_id = "neural-mathematics"
c.CourseDirectory.root = str(course)  # the same course from whatever folder a command is called
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", ".DS_Store",
]  # fmt: skip

# What was handed in is read as bytes, within bounds; of it, only the text of the student's cells
# is taken into a copy of the course's own notebook.
c.Autograde.exporter_class = "mathgrade.autograde.exporter.IntakeExporter"
c.Autograde.sanitize_preprocessors = [
    "mathgrade.autograde.preprocessors.Intake",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# A test cell that was renamed in source/ since the release goes to a person.
c.OverwriteCells.add_missing_cells = True

# Where nbgrader ran test cells in the student's kernel, they go to the judge: a process that holds
# the reference and none of the student's code. What only a person can decide goes to manual
# grading.
c.Autograde.autograde_preprocessors = [
    "mathgrade.autograde.preprocessors.Judge",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "mathgrade.autograde.preprocessors.FlagForReview",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Pages that need no script and no network, and never show a hidden test.
c.GenerateFeedback.exporter_class = "mathgrade.feedback.exporter.FeedbackExporter"
c.GenerateFeedback.preprocessors = []  # the exporter asks the gradebook for the marks itself

# Formgrader's own pages, too: stock ones ask a host on the internet for MathJax.
c.HTMLExporter.template_file = formgrader.TEMPLATE
c.HTMLExporter.filters = formgrader.FILTERS
