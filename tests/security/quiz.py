"""The course the attacks are handed in to, with a word and a number that nobody is to read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import matplotlib

from mathgrade.course.nbgrader_runs import generate, open_course
from mathgrade.course.notebooks import notebook_text
from tests.autograde.courses import JUDGE, graded, notebook
from tests.security.attacks import Attack
from tests.security.shapes import hand_in, spoil

__all__ = ["NAME", "SECRETS", "fill_class", "make_quiz", "run"]

NAME = "quiz"
NEEDLE = "canary-8675309"
ANSWER = 424392
SECRETS = (NEEDLE, str(ANSWER))

CELLS = [
    graded("The quiz of the suite of attacks.", "title", markdown=True),
    graded("import numpy as np\nimport sympy as sp\nx = sp.Symbol('x')", "setup"),
    graded(
        "def double(a):\n    ### BEGIN SOLUTION\n    return 2 * np.asarray(a)  # canary-8675309\n"
        "    ### END SOLUTION",
        "double",
        solution=True,
    ),
    graded(
        "### BEGIN HIDDEN TESTS\n"
        "probe = np.array([8675309.0625, 1.0])  # canary-8675309\n"
        "assert np.allclose(double(probe), 2 * probe)\n"
        "### END HIDDEN TESTS",
        "double-test",
        points=2,
    ),
    graded("### BEGIN SOLUTION\nslope = 2*x\n### END SOLUTION", "slope", solution=True),
    graded(
        "### BEGIN HIDDEN TESTS\n"
        "expected = sp.diff(x**2, x)  # canary-8675309\n"
        "assert sp.simplify(slope - expected) == 0\n"
        "### END HIDDEN TESTS",
        "slope-test",
        points=1,
    ),
    graded(f"### BEGIN SOLUTION\ntotal = {ANSWER}\n### END SOLUTION", "total", solution=True),
    graded(
        "from mathgrade import grade\n"
        "### BEGIN HIDDEN TESTS\ngrade('quiz:total', total)\n### END HIDDEN TESTS",
        "total-test",
        points=1,
    ),
    graded("### BEGIN SOLUTION\nlast = 1\n### END SOLUTION", "last", solution=True),
    graded(
        "from helper import near\n"
        "### BEGIN HIDDEN TESTS\nassert near(last, 1)  # canary-8675309\n### END HIDDEN TESTS",
        "last-test",
        points=1,
    ),
    graded("Why?", "words", points=0, solution=True, markdown=True),
]
REFERENCE = f"""\
# {NEEDLE}
from mathgrade.answers import Number
from mathgrade.items import Item

ITEMS = [Item("total", 1, Number({ANSWER}))]
"""
HELPER = "def near(a, b):\n    return abs(a - b) < 1e-9\n"

LIMITS = """
c.Judge.cell_seconds = 1
c.Judge.call_seconds = 1
c.Judge.test_seconds = 5
c.Judge.memory = 1 << 30
"""
STOCK = """
c.ExecutePreprocessor.timeout = 10
"""


def make_quiz(folder: Path, *, stock: bool = False) -> Path:
    """The course with its release.

    Args:
        folder: where.
        stock: whether nbgrader is to mark alone, with nothing of ours in its way.
    """
    (folder / "source" / NAME).mkdir(parents=True)
    (folder / "source" / NAME / "helper.py").write_text(HELPER)
    (folder / "reference").mkdir()
    (folder / "reference" / f"{NAME}.py").write_text(REFERENCE)
    config = STOCK if stock else JUDGE + LIMITS
    (folder / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "attacks"\n{config}'
    )
    source = folder / "source" / NAME / f"{NAME}.ipynb"
    source.write_text(notebook_text(notebook(CELLS)))
    generate(open_course(folder), NAME)
    return folder


def fill_class(course: Path, attacks: Iterable[Attack], places: Mapping[str, str]) -> None:
    """Hand in every attack."""
    for attack in attacks:
        folder = course / "submitted" / attack.name / NAME
        path = hand_in(course / "release" / NAME, folder)
        cells = attack.filled(places)
        nb: Any = json.loads(path.read_text())
        for cell in nb["cells"]:
            if cell["id"] in cells:
                cell["source"] = cells[cell["id"]]
        path.write_text(json.dumps(nb))
        spoil(attack.shape, folder, course)


def run(
    course: Path, command: list[str], marker: str, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a command in the course; each process it starts has ``marker`` in its environment.

    The marker stands in PATH, which nobody takes away. A program that starts others may outlive
    the command and hold its output open: it goes to a file.
    """
    bin_folder = Path(sys.executable).parent
    home = course.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}:/{marker}", "HOME": str(home),
        "MPLCONFIGDIR": matplotlib.get_configdir(), "INSTRUCTOR_TOKEN": NEEDLE,
    }  # fmt: skip
    log = course.parent / "log.txt"
    with log.open("w") as output:
        done = subprocess.run(
            [sys.executable, *command], cwd=course, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, text=True, timeout=seconds, check=False,
        )  # fmt: skip
    return subprocess.CompletedProcess(done.args, done.returncode, log.read_text(), "")
