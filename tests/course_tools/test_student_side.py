"""What a student has at home: the package and the release; enough to see how answers are read."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Runs the released notebook as far as its first formula, answered wrongly but in the right form.
AT_HOME = """
import importlib.util, json, sys
sys.path = [{site!r}, *(p for p in sys.path if p and not p.startswith({root!r}))]
import mathgrade
assert mathgrade.__file__.startswith({site!r}), mathgrade.__file__
for name in ("reference", "softmax", "svd", "activations", "chain-rule"):
    assert importlib.util.find_spec(name) is None, name
cells = {{c["id"]: "".join(c["source"]) for c in json.load(open("softmax.ipynb"))["cells"]}}
assert not any("HIDDEN" in text or "SOLUTION" in text for text in cells.values())
names = {{}}
exec(cells["preamble"].replace("import matplotlib.pyplot as plt", ""), names)
exec(cells["student-id"], names)
exec(cells["jacobian-at-point-draw"], names)
print("drawn", names["z_star"].shape)
exec("J_entry = y[i] + delta(i, j)", names)
exec(cells["jacobian-entry-test"], names)
exec("J_entry = sp.Symbol('q')", names)
try:
    exec(cells["jacobian-entry-test"], names)
except Exception as error:
    print("form:", error)
try:
    names["grade"]("softmax:jacobian-entry", names["J_entry"])
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `pip install` unpacks it, and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_only_the_package_is_installed(site: Path) -> None:
    top = {path.name for path in site.iterdir()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"mathgrade"}
    secret = {path.read_bytes() for path in (ROOT / "reference").rglob("*") if path.is_file()}
    assert not [p for p in site.rglob("*") if p.is_file() and p.read_bytes() in secret]
    assert not list(site.rglob("*.ipynb"))
    assert not list(site.rglob("*.toml"))


def test_at_home_the_form_is_seen_and_nothing_that_knows_the_answers(
    site: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(ROOT / "release" / "softmax", tmp_path / "softmax"))
    program = AT_HOME.format(site=str(site), root=str(ROOT / "src"))
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=home,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "drawn (4,)" in ran.stdout
    assert r"y_{i} + \delta_{i j}" in ran.stdout or "delta" in ran.stdout
    assert "form: The name q is not known here." in ran.stdout
    assert "CourseError No course was found" in ran.stdout
