"""Marking programs: real ones, that are asked, that die, and that are left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mathgrade.autograde.attempt_marking import Marked
from mathgrade.autograde.bundle import Bundle, Settings, software
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.intake import Frame
from mathgrade.autograde.kernel import Limits
from mathgrade.autograde.marking_program import MarkingProgram, ProgramDied
from mathgrade.autograde.schedule import Job, mark_all
from mathgrade.autograde.workers import LocalWorkers, open_workers
from mathgrade.errors import CourseError

from .test_intake import ANSWERS, handed_in, master, released

pytestmark = pytest.mark.slow
LIMITS = Limits(cell_seconds=20, call_seconds=20, test_seconds=30)
KILLER = "import os, signal\nos.kill(os.getppid(), signal.SIGTERM)"


def bundle(program: str = "", limits: Limits = LIMITS) -> Bundle:
    frame = Frame(master(), released())
    return Bundle("quiz", {"quiz": frame}, {}, Settings(limits=limits), program or software())


def attempt(student: str, value: str = ANSWERS["value"]) -> HandIn:
    nb = handed_in({**ANSWERS, "value": value})
    return HandIn(student, {"quiz": json.dumps(nb).encode()}, files={"data.txt": b"3"})


def scores(marked: Marked) -> dict[str, float | None]:
    return {row.grade_id: row.score for row in marked.notebooks["quiz"].rows}


@pytest.fixture
def workers() -> Iterator[LocalWorkers]:
    with open_workers(bundle().to_bytes(), width=2) as made:
        assert isinstance(made, LocalWorkers)
        yield made


def test_attempts_come_back_marked_whatever_was_wrong_with_others(workers: LocalWorkers) -> None:
    found = {
        "right": attempt("right"),
        "wrong": attempt("wrong", "value = int(open('data.txt').read())"),
        "broken": HandIn("broken", {"quiz": b"no notebook"}),
        "killer": attempt("killer", KILLER),
    }
    jobs = [Job(one, "") for one in found.values()]
    marked = {job.found.student: result for job, result in mark_all(jobs, bundle(), workers)}
    assert scores(marked["right"]) == {
        "f": None, "f-test": 2, "value": None, "value-test": 1, "words": None,
    }  # fmt: skip
    assert scores(marked["wrong"])["value-test"] == 0
    assert scores(marked["broken"])["f-test"] is None
    assert scores(marked["broken"])["words"] is None  # no mark by hand is given away either
    assert marked["killer"].fault == ""  # the sandbox keeps its hands off other processes
    assert scores(marked["killer"])["f-test"] == 2
    assert scores(marked["killer"])["value-test"] == 0


def test_code_that_ends_the_program_that_marks_it_is_left_to_a_person_and_no_other_is() -> None:
    open_to_all = bundle(limits=replace(LIMITS, sandbox="off"))
    with open_workers(open_to_all.to_bytes(), width=1) as workers:
        found = [attempt("killer", KILLER), attempt("right")]
        jobs = [Job(one, "") for one in found]
        marked = {job.found.student: result for job, result in mark_all(jobs, open_to_all, workers)}
    assert marked["killer"].fault.endswith("twice")
    assert scores(marked["killer"])["f-test"] is None
    assert scores(marked["right"])["f-test"] == 2


def test_where_nothing_confines_students_code_the_run_stops_and_blames_no_attempt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # there is no bubblewrap in it
    bare = bundle(limits=replace(LIMITS, sandbox="bubblewrap"))
    with open_workers(bare.to_bytes(), width=1) as workers:
        marking = mark_all([Job(attempt("a"), ""), Job(attempt("b"), "")], bare, workers)
        with pytest.raises(CourseError, match="nothing on this machine can confine it"):
            next(marking)


def test_a_program_that_is_killed_is_replaced_and_the_attempt_tried_again(
    workers: LocalWorkers,
) -> None:
    first = workers.submit(Job(attempt("a"), "").to_json(), 300)
    assert "marked" in first.result()
    (process,) = workers.programs.process_ids()
    os.kill(process, signal.SIGKILL)
    with pytest.raises(ProgramDied, match="ended by signal 9"):
        workers.submit(Job(attempt("a"), "").to_json(), 300).result()
    again = workers.submit(Job(attempt("a"), "").to_json(), 300).result()
    assert scores(Marked.from_json(again["marked"]))["f-test"] == 2


def test_a_program_that_does_not_answer_is_ended(workers: LocalWorkers) -> None:
    slow = attempt("a", "import time\ntime.sleep(15)\nvalue = 9")
    with pytest.raises(ProgramDied, match="did not answer, and was ended"):
        workers.submit(Job(slow, "").to_json(), 0.5).result()
    assert workers.programs.process_ids() == []


def test_a_worker_with_other_software_says_so() -> None:
    with pytest.raises(CourseError, match="expected mathgrade 99; this worker has mathgrade"):
        MarkingProgram(bundle("mathgrade 99").to_bytes())


def test_what_an_attempt_prints_is_no_answer_of_the_program(workers: LocalWorkers) -> None:
    text = "import os\nfor fd in range(20):\n    try:\n        os.write(fd, b'x' * 100)\n    except OSError:\n        pass\nvalue = 9"
    answer = workers.submit(Job(attempt("a", text), "").to_json(), 300).result()
    assert "marked" in answer


def test_programs_end_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    (tmp_path / "bundle").write_bytes(bundle().to_bytes())
    code = textwrap.dedent(
        f"""
        import os, pathlib, signal
        from mathgrade.autograde.marking_program import MarkingProgram
        data = pathlib.Path({str(tmp_path / "bundle")!r}).read_bytes()
        print(MarkingProgram(data).process_id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == -signal.SIGKILL
    # Reading to the end came to one: nobody is left who holds the standard error it had.
    assert int(ended.stdout)
