"""What every test shares: in CI nothing may be skipped, elsewhere only with a reason."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# No law is timed by the clock: the machine may have other work to do.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def course() -> Path:
    """The folder of the course in this repository."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; a test that needs it is skipped without."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs the system's Chromium (apt-get install chromium)")
    return found


@functools.cache
def sandbox_faults() -> str:
    """Why students' code cannot be confined here in both ways; empty if it can."""
    from mathgrade.autograde.sandbox.probing import probe_layers

    return "; ".join(f"{p.layer}: {p.found}" for p in probe_layers() if not p.holds)


@pytest.hookimpl
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test of the sandbox is skipped where there is none."""
    if item.get_closest_marker("sandbox") and sandbox_faults():
        pytest.skip(f"needs the whole sandbox: {sandbox_faults()}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: everything it needs was to be installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter is not None else 0
    if skipped and exitstatus == 0 and os.environ.get("MATHGRADE_CI"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{skipped} skipped: CI must skip nothing", red=True)
