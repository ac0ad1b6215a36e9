"""A run that is killed, wherever it is, is completed by the next to what it would have been."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.autograde.gradebooks import of_course, tree

from . import crash_driver
from .tiny import NAME

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", crash_driver.SCENARIOS)
def test_a_run_killed_at_any_point_is_completed_by_the_next(tiny: Path, scenario: str) -> None:
    # Every point with MATHGRADE_EVERY_POINT=1, in some minutes; else every 23rd.
    step = "1" if os.environ.get("MATHGRADE_EVERY_POINT") else "23"
    done = subprocess.run(
        [sys.executable, "-m", "tests.course_tools.crash_driver", str(tiny), scenario, step],
        cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["points"] > 100
    assert told["grades"] == 12
    assert told["wrong"] == []


def command(course: Path) -> subprocess.Popen[str]:
    # Where tests run in a shell's background they ignore interrupts, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "mathgrade.cli", "autograde", NAME, "--workers", "2"],
            cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)


def end(process: subprocess.Popen[str]) -> int:
    output, _ = process.communicate(timeout=600)  # until all it started has ended as well
    assert process.returncode in (0, -signal.SIGKILL), output
    return process.returncode


@pytest.fixture(scope="module")
def whole(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, float]:
    """A class that was handed in, what a run makes of it, and how long that takes."""
    course = tmp_path_factory.mktemp("whole") / "course"
    shutil.copytree(released, course)
    for number in range(6):
        answer = f"def square(x):\n    return x**2 + {number % 2}"
        crash_driver.hand_in(course, f"s{number:03}", answer, f"Words {number}.")
    marked = course.parent / "marked"
    shutil.copytree(course, marked)
    begin = time.monotonic()
    assert end(command(marked)) == 0
    return course, (of_course(marked), tree(marked)), time.monotonic() - begin


def kills() -> Iterator[int]:
    """Seeds; more with MATHGRADE_KILLS=50."""
    yield from range(int(os.environ.get("MATHGRADE_KILLS", "3")))


@pytest.mark.slow
@pytest.mark.parametrize("seed", kills())
def test_a_run_with_kernels_killed_at_random_is_completed_by_the_next(
    whole: tuple[Path, Any, float], tmp_path: Path, seed: int
) -> None:
    origin, expected, seconds = whole
    course = Path(shutil.copytree(origin, tmp_path / "course"))
    draw = random.Random(seed)
    process = command(course)
    try:
        process.wait(draw.uniform(0, seconds))
    except subprocess.TimeoutExpired:
        process.kill()
    end(process)
    assert end(command(course)) == 0
    assert (of_course(course), tree(course)) == expected


@pytest.mark.slow
def test_a_run_whose_workers_are_killed_completes_by_itself(
    whole: tuple[Path, Any, float], tmp_path: Path
) -> None:
    origin, expected, _ = whole
    course = Path(shutil.copytree(origin, tmp_path / "course"))
    process = command(course)
    assert process.stdout is not None
    for line in process.stdout:  # two workers are at work when the first attempt is done
        if line.startswith(f"{NAME}: "):
            break
    workers = children(process.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    assert end(process) == 0
    assert (of_course(course), tree(course)) == expected


@pytest.mark.slow
def test_an_interrupted_run_ends_at_once_and_is_completed_by_the_next(
    whole: tuple[Path, Any, float], tmp_path: Path
) -> None:
    origin, expected, _ = whole
    course = Path(shutil.copytree(origin, tmp_path / "course"))
    last = course / "submitted" / "s005"
    shutil.rmtree(last)
    crash_driver.hand_in(course, "s005", "while True: pass", "Words.")  # the run is not done yet
    process = command(course)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(f"{NAME}: "):
            break
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)  # far less than an attempt may take
    assert process.returncode == 130, output
    shutil.rmtree(last)
    shutil.copytree(origin / "submitted" / "s005", last)
    assert end(command(course)) == 0
    assert (of_course(course), tree(course)) == expected


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task").glob("*/children")
    pids = [int(word) for path in found for word in path.read_text().split()]
    return [p for p in pids if b"marking_server" in Path(f"/proc/{p}/cmdline").read_bytes()]
