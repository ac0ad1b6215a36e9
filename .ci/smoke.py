"""Build mathgrade, install it where nothing else is, and see that it works.

    python .ci/smoke.py [PYTHON ...]     # such as python3.11 python3.12 python3.13

Builds the sdist and the wheel, and a wheel from the sdist. For each Python: a new virtual
environment, the wheel with what it needs from the package index, and the commands a newcomer tries
first, with a class of sample students at the end. It takes some minutes a Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLAIM = """\
claim = "(a + b)**2 = a**2 + 2*a*b + b**2"

[names]
a = "real"
b = "real"
"""
PROOF = "$(a + b)^2 = (a + b)(a + b) = a(a + b) + b(a + b) = a^2 + 2 a b + b^2$\n"
PARTS = """\
import importlib.resources, mathgrade
files = importlib.resources.files("mathgrade")
assert (files / "py.typed").is_file()
assert list((files / "feedback" / "templates").iterdir())
import mathgrade.export, mathgrade.feedback.exporter, mathgrade.autograde.preprocessors
print(mathgrade.__file__)
"""


def call(words: Sequence[str | Path], *, cwd: Path) -> str:
    """Run a program that has to succeed; what it printed.

    Nothing of this repository, and of the environment that runs this, may lend a hand.
    """
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "PIP_", "SSL_")
    env = {name: value for name, value in os.environ.items() if name.startswith(kept)}
    ran = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=env, text=True, capture_output=True, check=False
    )
    if ran.returncode:
        said = f"{ran.stdout}\n{ran.stderr}"
        raise SystemExit(f"{' '.join(map(str, words))} ended with {ran.returncode}:\n{said}")
    return ran.stdout


def build(folder: Path) -> tuple[Path, Path]:
    """The sdist and the wheel; a wheel made from the sdist has the same files."""
    hatchling = [sys.executable, "-m", "hatchling", "build"]
    call([*hatchling, "-d", folder / "dist"], cwd=ROOT)
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "dist").glob("*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    call([*hatchling, "-t", "wheel", "-d", folder / "again"], cwd=source)
    (again,) = (folder / "again").glob("*.whl")
    if names(wheel) != names(again):
        raise SystemExit(f"the sdist lacks: {sorted(names(wheel) ^ names(again))}")
    return sdist, wheel


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    return set(zipfile.ZipFile(wheel).namelist())


def try_out(bin_folder: Path, folder: Path, version: str) -> None:
    """The commands a newcomer tries, in an empty folder."""
    folder.mkdir()
    mathgrade = bin_folder / "mathgrade"
    said = call([mathgrade, "--version"], cwd=folder).strip()
    if said != f"mathgrade {version}":
        raise SystemExit(f"expected mathgrade {version}, found {said}")
    call([mathgrade, "--help"], cwd=folder)
    call([mathgrade, "compare", "sin(x)**2", "1 - cos(x)**2", "--let", "x=real"], cwd=folder)
    (folder / "claim.toml").write_text(CLAIM)
    (folder / "proof.md").write_text(PROOF)
    call([mathgrade, "try", "--claim", "claim.toml", "proof.md"], cwd=folder)
    found = call([bin_folder / "python", "-c", PARTS], cwd=folder).strip()
    if not Path(found).resolve().is_relative_to(bin_folder.resolve().parent):
        raise SystemExit(f"expected the installed mathgrade, found {found}")


def demo(bin_folder: Path, folder: Path) -> None:
    """A class of sample students, marked by what was installed."""
    words = ["demo", "--students", "2", "--assignment", "activations", "--folder", folder / "demo"]
    call([bin_folder / "mathgrade", *words, "--course", ROOT], cwd=folder)


def main(pythons: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sdist, wheel = build(folder)
        version = wheel.name.split("-")[1]
        print(f"built {sdist.name} and {wheel.name}")  # noqa: T201
        for number, python in enumerate(pythons):
            place = folder / f"venv{number}"
            call([python, "-m", "venv", place], cwd=folder)
            call([place / "bin/python", "-m", "pip", "install", "--quiet", wheel], cwd=folder)
            try_out(place / "bin", folder / f"try{number}", version)
            demo(place / "bin", folder / f"try{number}")
            print(f"{call([place / 'bin/python', '--version'], cwd=folder).strip()}: works")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:] or [sys.executable])
