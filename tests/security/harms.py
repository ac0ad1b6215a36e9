"""What a batch has suffered: everything an attack could have left behind, looked for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import socket
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.autograde.courses import marks
from tests.security.attacks import POINTS, Attack
from tests.security.quiz import NAME, SECRETS

__all__ = ["Batch", "fingerprint", "harms", "listening", "survivors"]

RUNS = re.compile(r"<(script|iframe|img|svg)|\]\(javascript:|\\href\{javascript:", re.IGNORECASE)
ACTIVE = ("text/html", "image/svg+xml", "application/javascript", "text/markdown")
LEFT_ALONE = ("autograded", "gradebook.db", "refused", "feedback")


@dataclass(slots=True)
class Batch:
    """A class after it was marked.

    Attributes:
        course: its folder.
        drop: the folder everybody may write to.
        before: :func:`fingerprint` of the course before it was marked.
        heard: what was sent to the port.
        surviving: processes of the batch that were left, by student's name where known.
    """

    course: Path
    drop: Path
    before: Mapping[str, str]
    heard: list[bytes] = field(default_factory=list)
    surviving: list[str] = field(default_factory=list)

    def row(self, name: str) -> dict[str, float | None]:
        """Points of one student, by item; empty where there is no row."""
        found = {
            cell: score for (who, cell), (score, _) in marks(self.course).items() if who == name
        }
        return {item: found[f"{item}-test"] for item in POINTS if f"{item}-test" in found}

    def notebook(self, name: str) -> list[Any]:
        """Cells of one student's marked notebook."""
        path = self.course / "autograded" / name / NAME / f"{NAME}.ipynb"
        try:
            return list(json.loads(path.read_text())["cells"])
        except (OSError, ValueError):
            return []


def harms(batch: Batch, attack: Attack) -> list[str]:
    """What an attack came to, in words; nothing if it failed."""
    row = batch.row(attack.name)
    found = [] if row else ["no marks at all"]
    for item, score in row.items():
        stated = attack.marks[item]
        if (score or 0) > (stated or 0):
            found.append(f"{score:g} points for {item}")
        elif stated and not score:
            found.append(f"no points for {item}")
    outputs = [
        output
        for cell in batch.notebook(attack.name)
        if cell["cell_type"] == "code" and not cell["id"].endswith("-test")
        for output in cell["outputs"]
    ]
    text = json.dumps(outputs)
    files = (batch.course / "autograded" / attack.name).rglob("*")
    beside = b" ".join(
        p.read_bytes()
        for p in files
        if p.is_file() and p.name not in (f"{NAME}.ipynb", "helper.py")
    ).decode("utf-8", "replace")
    found += [f"read {secret}" for secret in SECRETS if secret in text + beside]
    if any("HARM" in str(o.get("text", "")) for o in outputs):
        found.append("it works")
    if (batch.drop / attack.name).exists():
        found.append("wrote a file outside its folder")
    if any(attack.name.encode() in heard for heard in batch.heard):
        found.append("reached the network")
    found += [f"a process is left: {line}" for line in batch.surviving if attack.name in line]
    found += _scripts(batch, attack, outputs)
    return found


def _scripts(batch: Batch, attack: Attack, outputs: list[Any]) -> list[str]:
    """What a browser would run: active outputs, HTML in text cells, HTML files."""
    found = [f"shows {kind}" for o in outputs for kind in o.get("data", {}) if kind in ACTIVE]
    texts = ["".join(o.get("data", {}).get("text/latex", "")) for o in outputs]
    cells = batch.notebook(attack.name)
    texts += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    found += [f"has {m[0]} in a text" for text in texts if (m := RUNS.search(text))]
    if any((batch.course / "autograded" / attack.name).rglob("*.html")):
        found.append("has a page that runs")
    return found


def changes(batch: Batch) -> list[str]:
    """What of the course is not as it was, and of the gradebook what only people write."""
    after = fingerprint(batch.course)
    found = [
        path for path in {**batch.before, **after} if batch.before.get(path) != after.get(path)
    ]
    if any((batch.course.parent / "home").rglob("startup/*.py")):
        found.append("what kernels run at their start")
    with sqlite3.connect(batch.course / "gradebook.db") as book:
        for what, query in {
            "marks by hand": "select count(*) from grade where manual_score is not null",
            "a test without its lines": "select count(*) from source_cell "
            "where name = 'double-test' and source not like '%assert%'",
            "a time of receipt": "select count(*) from submitted_assignment "
            "where timestamp is not null",
        }.items():
            if book.execute(query).fetchone()[0]:
                found.append(what)
    return found


def fingerprint(course: Path) -> dict[str, str]:
    """Digest of each file of the course that marking has no business to change."""
    found = {}
    for part in sorted(course.iterdir()):
        if part.name in LEFT_ALONE or part.name.startswith("gradebook"):
            continue
        for path in [part, *part.rglob("*")]:
            if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[path.relative_to(course).as_posix()] = digest
    return found


def survivors(marker: str) -> list[str]:
    """Processes that have the marker in their environment: what they are, and where they work."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if marker.encode() in (process / "environ").read_bytes():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ")[:80]
                found.append(f"{process.name} {command.decode('utf-8', 'replace')}")
    return found


@contextlib.contextmanager
def listening(drop: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A port, and a socket in ``drop``; what is said to the port is kept."""
    heard: list[bytes] = []

    def listen(server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                heard.append(b"connected " + connection.recv(1000))

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as by_path,
    ):
        by_path.bind(str(drop / ".socket"))
        by_path.listen()
        (drop / ".socket").chmod(0o777)
        thread = threading.Thread(target=listen, args=(server,), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
