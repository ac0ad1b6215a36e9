"""Links of the README and of docs/ lead to files and headings that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .blocks import PAGES, ROOT, prose

_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")


def links(path: Path) -> list[str]:
    return [a or b for a, b in _LINK.findall(prose(path))]


def anchors(path: Path) -> set[str]:
    """Headings as the site and code hosts name them."""
    heads = re.findall(r"^#+ (.*)$", prose(path), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_link_leads_somewhere(path: Path) -> None:
    for link in links(path):
        if re.match(r"https?://|mailto:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{path.name}: {link}"
        assert target.is_relative_to(ROOT)
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{path.name}: {link}"


def test_every_page_stands_in_the_navigation() -> None:
    (contents,) = re.findall(
        r"```\{toctree\}\n(.*?)```", (ROOT / "docs/index.md").read_text(), flags=re.S
    )
    named = {line for line in contents.split("\n") if line and not line.startswith(":")}
    there = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert named == there, "the toctree of docs/index.md lists every page"
