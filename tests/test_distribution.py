"""What is built and handed out installs, and works without this repository."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mathgrade import __version__

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def smoke() -> dict[str, Any]:
    """The functions of .ci/smoke.py."""
    return runpy.run_path(str(ROOT / ".ci" / "smoke.py"))


@pytest.fixture(scope="module")
def built(smoke: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist and the wheel; building them compares the wheel with one made from the sdist."""
    made: tuple[Path, Path] = smoke["build"](tmp_path_factory.mktemp("built"))
    return made


def test_the_wheel_installs_and_its_commands_work(
    smoke: dict[str, Any], built: tuple[Path, Path], tmp_path: Path
) -> None:
    """In a new environment that borrows what mathgrade needs, and not mathgrade, from this one."""
    _, wheel = built
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    python = tmp_path / "venv/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    smoke["try_out"](tmp_path / "venv/bin", tmp_path / "empty", __version__)


def test_the_wheel_holds_the_package_and_nothing_of_the_course(
    smoke: dict[str, Any], built: tuple[Path, Path]
) -> None:
    _, wheel = built
    package = {name for name in smoke["names"](wheel) if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in package} == {"mathgrade"}
    there = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package == there


def test_extras_are_those_the_documentation_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set(project["optional-dependencies"])
    assert {"dask", "postgres", "docs", "dev"} <= extras
    texts = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {
        extra
        for path in texts
        for found in re.findall(r"mathgrade\[([a-z,]+)\]", path.read_text(encoding="utf-8"))
        for extra in found.split(",")
    }
    assert named <= extras
    assert {"dask", "postgres"} <= named


def test_dev_needs_what_the_extras_that_are_tested_need() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    for extra in ("dask", "postgres", "docs"):
        assert set(extras[extra]) <= set(extras["dev"])
