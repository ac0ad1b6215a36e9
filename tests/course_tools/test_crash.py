"""A run that is killed, wherever it is, is completed by the next to what it would have been."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import crash_driver

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
