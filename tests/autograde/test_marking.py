"""Whole notebooks, with a real kernel and a real judge: what goes wrong is a finding or a review."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from mathgrade.autograde import marking
from mathgrade.autograde.marking import CellMark, Limits, Place, mark_notebook
from mathgrade.errors import JudgeError

from .courses import graded, notebook

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]
LIMITS = Limits(cell_seconds=2, call_seconds=2, patience=60, test_seconds=10)


def mark(
    cells: list[NotebookNode], folder: Path, limits: Limits = LIMITS
) -> tuple[NotebookNode, dict[str, CellMark]]:
    """Mark a notebook that was handed in in ``folder``."""
    nb = notebook(cells)
    place = Place(folder, "quiz", "quiz", "s001", folder)
    return nb, {m.grade_id: m for m in mark_notebook(nb, place, limits)}


def answer(source: str, grade_id: str = "a") -> NotebookNode:
    return graded(source, grade_id, solution=True)


def probe(
    source: str, grade_id: str = "t", points: float = 1, tags: tuple[str, ...] = ()
) -> NotebookNode:
    return graded(source, grade_id, points=points, tags=tags)


def test_a_warning_on_stderr_costs_nothing(tmp_path: Path) -> None:
    code = (
        "import warnings\ndef f(a):\n    warnings.warn('careful')\n    return a\nwarnings.warn('x')"
    )
    _, found = mark([answer(code), probe("assert f(1) == 1")], tmp_path)
    assert found["t"].score == 1


def test_an_endless_cell_is_stopped_and_the_rest_is_marked(tmp_path: Path) -> None:
    cells = [
        answer("while True:\n    pass\nx = 1"),
        probe("assert x == 1"),
        answer("y = 2", "b"),
        probe("assert y == 2", "u"),
    ]
    nb, found = mark(cells, tmp_path)
    assert found["t"].score == 0
    assert found["u"].score == 1
    assert nb.cells[0].outputs[-1].ename == "CellTimeoutError"
    assert nb.cells[0].outputs[-1].evalue == "the cell was stopped after 2 seconds"


def test_an_endless_function_fails_its_test_only(tmp_path: Path) -> None:
    cells = [
        answer("def f(a):\n    while True:\n        pass\nx = 1"),
        probe("assert f(1) == 1"),
        probe("assert x == 1", "u"),
    ]
    _, found = mark(cells, tmp_path)
    assert (found["t"].score, found["u"].score) == (0, 1)
    assert "took too long" in found["t"].error


def test_a_cell_that_cannot_be_interrupted_ends_the_kernel_with_a_reason(tmp_path: Path) -> None:
    stubborn = (
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n"
        "    except KeyboardInterrupt:\n        pass"
    )
    cells = [
        answer("x = 1"),
        probe("assert x == 1"),
        answer(stubborn, "b"),
        probe("assert x == 1", "u"),
    ]
    nb, found = mark(cells, tmp_path, replace(LIMITS, patience=1))
    assert found["t"].score == 1  # what was marked before stays
    assert found["u"].score == 0
    assert "went on after the limit of 2 seconds" in found["u"].error
    assert nb.cells[2].outputs[-1].ename == "DeadKernelError"


@pytest.mark.parametrize(
    "death", ["import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), 9)"]
)
def test_a_kernel_that_dies_leaves_marks_with_a_reason(tmp_path: Path, death: str) -> None:
    cells = [
        answer("x = 1"),
        probe("assert x == 1"),
        answer(death, "b"),
        probe("assert x == 1", "u"),
    ]
    _, found = mark(cells, tmp_path)
    assert (found["t"].score, found["u"].score) == (1, 0)
    assert "its process ended" in found["u"].error
    assert found["u"].review == ""  # it happened twice: the student's doing, no fault of ours


def test_a_kernel_that_dies_once_is_run_again(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    code = (
        f"import os, pathlib\nflag = pathlib.Path({str(flag)!r})\n"
        "if not flag.exists():\n    flag.touch()\n    os._exit(1)\nx = 1"
    )
    # Only code that is not confined can leave a flag behind.
    limits = replace(LIMITS, sandbox="off")
    _, found = mark([answer(code), probe("assert x == 1")], tmp_path, limits)
    assert found["t"].score == 1


RUNS = [
    ("import os; os._exit(0)", 2),
    ("import ctypes; ctypes.string_at(0)", 2),
    ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", 1),
    ("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", 1),
    ("x = 1", 1),
]


@pytest.mark.parametrize(("code", "runs"), RUNS)
def test_what_would_end_the_same_way_again_is_run_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, runs: int
) -> None:
    counted = []
    real = marking._mark_once

    def counting(*arguments: object, **options: object) -> object:
        counted.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(marking, "_mark_once", counting)
    _, found = mark(
        [answer(code), probe("assert x == 1")], tmp_path, replace(LIMITS, cell_seconds=1)
    )
    assert len(counted) == runs
    assert found["t"].score == (code == "x = 1")


SLOW_OR_LETHAL = [
    ("while True: pass", "took longer than|processor time"),
    ("import os\nos._exit(0)", "ended the judge's process"),
    ("import os\nos.kill(os.getpid(), 9)", "signal 9"),
]


@pytest.mark.parametrize(("test", "reason"), SLOW_OR_LETHAL)
def test_a_test_that_ends_or_stalls_the_judge_goes_to_a_person(
    tmp_path: Path, test: str, reason: str
) -> None:
    import re

    cells = [
        answer("x = 1"),
        probe("def helper():\n    return 1\nassert x == 1", "first"),
        probe(test),
    ]
    cells.append(probe("assert helper() == x", "after"))
    nb, found = mark(cells, tmp_path, Limits(cell_seconds=2, call_seconds=2, test_seconds=2))
    assert found["t"].score is None
    assert re.search(reason, found["t"].review)
    assert nb.cells[2].metadata["mathgrade"]["undecided"] is True
    # the attempt goes on from where it was before that cell
    assert found["after"].score == 1


def test_a_test_that_needs_too_much_memory_is_an_error_and_no_crash(tmp_path: Path) -> None:
    limits = Limits(cell_seconds=5, call_seconds=5, test_seconds=10, test_memory=1 << 30)
    cells = [answer("x = 1"), probe("data = bytearray(8 << 30)"), probe("assert x == 1", "u")]
    _, found = mark(cells, tmp_path, limits)
    assert found["t"].score == 0
    assert found["t"].error.startswith("MemoryError")
    assert found["u"].score == 1


def test_a_test_that_writes_without_end_is_an_error_and_the_disk_stays_free(
    tmp_path: Path,
) -> None:
    cells = [answer("x = 1"), probe("open('f', 'wb').write(bytes(100 << 20))")]
    cells.append(probe("assert x == 1", "u"))
    _, found = mark(cells, tmp_path)
    assert found["t"].error.startswith("OSError")
    assert found["u"].score == 1


def test_a_fault_of_ours_is_never_a_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise JudgeError("the judge's process is gone")

    monkeypatch.setattr(marking, "open_session", broken)
    nb, found = mark([answer("x = 1"), probe("assert x == 1")], tmp_path)
    assert found["t"].score is None
    assert "the judge's process is gone" in found["t"].review
    assert nb.cells[1].metadata["mathgrade"]["undecided"] is True


def test_a_judge_that_is_lost_once_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = marking.open_session, []

    def once(*arguments: object) -> object:
        if not lost:
            lost.append(True)
            raise JudgeError("lost")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(marking, "open_session", once)
    _, found = mark([answer("x = 1"), probe("assert x == 1")], tmp_path)
    assert found["t"].score == 1


def test_a_cell_tagged_in_kernel_runs_where_the_student_works(tmp_path: Path) -> None:
    code = "class Point:\n    def norm(self):\n        return 5.0\np = Point()"
    cells = [
        answer(code),
        probe("assert p.norm() == 5.0", tags=("in-kernel",)),
        probe("assert p.norm() == 5.0", "u"),
        probe("import sys\nprint('a warning', file=sys.stderr)\n0.5", "half", tags=("in-kernel",)),
        probe("7", "over", tags=("in-kernel",)),
        probe("1 / 0", "error", tags=("in-kernel",)),
    ]
    _, found = mark(cells, tmp_path)
    assert [found[g].score for g in ("t", "u", "half", "over", "error")] == [1, 0, 0.5, 1, 0]
    assert "Point" in found["u"].error


def test_files_of_the_hand_in_are_there_but_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2\n")
    (tmp_path / "quiz.ipynb").write_text("{}")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "deep.txt").write_text("deep")
    (tmp_path / "link").symlink_to("/etc/passwd")
    code = "import os\nseen = sorted(os.listdir('.'))\ntext = open('more/deep.txt').read()"
    cells = [
        answer(code),
        probe("assert seen == ['data.csv', 'more'] and text == 'deep'"),
        probe("assert open('data.csv').read() == '1,2\\n'", "u"),
    ]
    _, found = mark(cells, tmp_path)
    assert (found["t"].score, found["u"].score) == (1, 1)


def test_the_text_of_a_markdown_answer_reaches_the_test(tmp_path: Path) -> None:
    proof = new_markdown_cell("Because $e^{a+b} = e^a e^b$.", id="proof")
    proof.metadata["nbgrader"] = graded("", "proof", solution=True).metadata["nbgrader"]
    cells = [proof, probe("assert 'e^a e^b' in cell('proof')")]
    _, found = mark(cells, tmp_path)
    assert found["t"].score == 1


def test_output_of_a_cell_is_cut(tmp_path: Path) -> None:
    limits = Limits(cell_seconds=20, output_bytes=10_000)
    code = "for _ in range(1000):\n    print('x' * 1000)\ny = 1"
    nb, found = mark([answer(code), probe("assert y == 1")], tmp_path, limits)
    text = "".join(o.text for o in nb.cells[0].outputs)
    assert len(text) < 20_000
    assert text.endswith("[further output was cut]\n")
    assert found["t"].score == 1


def test_what_a_student_displays_cannot_act_in_the_marked_notebook(tmp_path: Path) -> None:
    code = (
        "from IPython.display import HTML, Javascript, Markdown, display\n"
        "display(HTML('<script>alert(1)</script>'), Markdown('<img src=x onerror=alert(1)>'))\n"
        "display({'text/html': '<b>only</b>'}, raw=True)\n"
        "display('shown', display_id='d')\n"
        "display(HTML('<script>later</script>'), display_id='d', update=True)\n"
        "Javascript('alert(1)')"
    )
    nb, _ = mark([answer(code), probe("assert True")], tmp_path)
    assert all(set(output.data) == {"text/plain"} for output in nb.cells[0].outputs)
    assert "script>" not in str(nb.cells[0].outputs)


def test_cells_without_grades_run_in_order(tmp_path: Path) -> None:
    cells = [
        new_code_cell("import numpy as np"),
        new_markdown_cell("text"),
        new_code_cell(""),
        answer("x = np.arange(3)\nx"),
        probe("assert x.sum() == 3"),
    ]
    nb, found = mark(cells, tmp_path)
    assert found["t"].score == 1
    assert nb.cells[3].outputs[0].data["text/plain"] == "array([0, 1, 2])"


def test_the_students_id_is_the_submissions(tmp_path: Path) -> None:
    code = "from mathgrade import student\nwho = student('somebody-else')"
    _, found = mark([answer(code), probe("assert who == 's001'")], tmp_path)
    assert found["t"].score == 1
