"""The code and the commands in the README and in docs/, found by the way they are written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHELL = ("sh", "bash", "console", "shell")
PROGRAMS = ("mathgrade", "nbgrader", "make", "python", "pip", "dask", "jupyter")
_FENCE = re.compile(r"^(?P<fence>```+|~~~+)(?P<kind>[^\n`]*)$")
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


@dataclass(frozen=True)
class Block:
    """A fenced block, or an indented one, of a page."""

    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(path: Path) -> Iterator[Block]:
    """Fenced blocks by their kind; indented ones are of kind ``indented``."""
    page = path.relative_to(ROOT).as_posix()
    fence, kind, begin, lines = "", "", 0, list[str]()
    indented, before = list[str](), ""
    for number, line in enumerate([*path.read_text(encoding="utf-8").split("\n"), ""], 1):
        found = _FENCE.match(line.strip())
        if fence:
            if line.strip() == fence:
                yield Block(page, begin, kind, "\n".join(lines))
                fence, lines = "", []
            else:
                lines.append(line)
        elif found:
            fence, kind, begin = found["fence"], found["kind"].strip().strip("{}"), number
        elif line.startswith("    ") and (indented or not before.strip()):
            indented.append(line[4:])
        elif indented:
            yield Block(page, number - len(indented), "indented", "\n".join(indented))
            indented = []
        before = line
    assert not fence, f"{page}: a block that begins at {begin} has no end"


def prose(path: Path) -> str:
    """A page without its blocks."""
    text = re.sub(r"^(```+|~~~+).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"^    .*$", "", text, flags=re.M)


@dataclass(frozen=True)
class Command:
    """A command as it is typed, and where it stands."""

    where: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.where} {' '.join(self.words)}"


def commands() -> list[Command]:
    """Every command of our programs, in blocks and between backticks."""
    found = []
    for path in PAGES:
        for block in blocks(path):
            if block.kind in (*SHELL, "indented"):
                text = block.text.replace("\\\n", " ")
                found += [Command(str(block), w) for line in text.split("\n") if (w := words(line))]
        page = path.relative_to(ROOT).as_posix()
        for text in _INLINE.findall(prose(path)):
            if (w := words(text.replace("\n", " "))) and len(w) > 1:
                found.append(Command(page, w))
    return found


def words(line: str) -> tuple[str, ...]:
    """The words of a command of ours; empty if the line is none.

    >>> words("$ mathgrade check [ASSIGNMENT]   # all of it")
    ('mathgrade', 'check', 'ASSIGNMENT')
    >>> words("c.Judge.memory = 4"), words(".venv/bin/mathgrade --help | less")
    ((), ('mathgrade', '--help'))
    """
    line = re.sub(r"(\s#|\s{2,}).*$", "", line.strip().removeprefix("$ "))
    try:
        parts = shlex.split(re.sub(r"[\[\]…]|\.\.\.", "", line) if "'" not in line else line)
    except ValueError:
        return ()
    for stop in ("|", "&&", ">", "<", ";", "·"):
        if stop in parts:
            parts = parts[: parts.index(stop)]
    if not parts or parts[0].rpartition("/")[2] not in PROGRAMS:
        return ()
    return (parts[0].rpartition("/")[2], *parts[1:])
