"""The site is built without a warning, and is read without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What a browser fetches by itself; a link that is followed by hand may lead anywhere.
_FETCHED = re.compile(
    r"""(?:<(?:script|img|source|iframe)\b[^>]*\bsrc(?:set)?=|<link\b[^>]*\bhref=)["'](?:https?:)?//|"""
    r"""@import\s+(?:url\()?["']?(?:https?:)?//|url\(["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    made = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    places = ["-d", str(folder / "doctrees"), str(ROOT / "docs"), str(folder / "html")]
    ran = subprocess.run([*made, *places], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return folder / "html"


def test_every_page_is_there(site: Path) -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / f"{page.stem}.html").is_file()


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 10
    found = {path.name: _FETCHED.findall(path.read_text(encoding="utf-8")) for path in files}
    assert not {name: lines for name, lines in found.items() if lines}


def test_formulas_are_set_without_scripts(site: Path) -> None:
    text = (site / "derivations.html").read_text(encoding="utf-8")
    assert "<math" in text
    assert not re.search(r"<script[^>]*mathjax", text, flags=re.I)


def test_the_reference_has_its_names_and_no_markup_left_over(site: Path) -> None:
    text = (site / "reference.html").read_text(encoding="utf-8")
    for name in ("mathgrade.items.Item", "mathgrade.answers.SVD", "mathgrade.export.export_marks"):
        assert f'id="{name}"' in text, name
    assert ":class:`" not in text


@pytest.mark.parametrize("text", ['<script src="https://x.invalid/a.js">', "url(//x.invalid/f)"])
def test_something_that_is_fetched_would_be_found(text: str) -> None:
    assert _FETCHED.search(text)
