"""Hand-ins made safe for nbgrader, which copies every file and follows every link.

A folder that holds more than it may is moved to ``refused/``, whole, and a clean copy
takes its place; nothing that was handed in is thrown away.
"""

from __future__ import annotations

import datetime
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from mathgrade.autograde.hand_in import Bounds, HandIn, Refusal, Refused, read_hand_in
from mathgrade.autograde.receipts import believed
from mathgrade.autograde.safe_files import write_whole

__all__ = ["make_safe"]

_CLEAN = ".clean"
_TIMESTAMP = "timestamp.txt"


def make_safe(
    root: Path,
    submitted: Path,
    student: str,
    assignment: str,
    wanted: Sequence[str],
    *,
    received: datetime.datetime | None,
    keep_timestamp: bool = False,
    bounds: Bounds | None = None,
    ignore: Sequence[str] = (),
) -> tuple[Refusal, ...]:
    """See to it that a hand-in's folder holds plain files within bounds, and our own timestamp.

    Args:
        root: the course folder; what is set aside goes to ``refused/`` in it.
        submitted: the folder of all hand-ins.
        student: whose.
        assignment: of which assignment.
        wanted: names of the assignment's notebooks.
        received: when it was received, in UTC; None if nobody knows but the student.
        keep_timestamp: take the student's word for it where nobody else knows.
        bounds: how much it may hold.
        ignore: patterns of names that are left out.

    Returns:
        What was set aside.

    Raises:
        Refused: nothing of it can be used; the folder is no longer there.
    """
    folder = submitted / student / assignment
    clean = submitted / student / f".{assignment}{_CLEAN}"
    if clean.is_dir() and not os.path.lexists(folder):
        clean.rename(folder)  # a run was ended between two names
    try:
        found = read_hand_in(submitted, student, assignment, wanted, bounds=bounds, ignore=ignore)
    except Refused:
        if os.path.lexists(folder):
            _set_aside(root, folder, student, assignment)
        raise
    stamp = "" if received is None else f"{received.isoformat(sep=' ')} UTC"
    if keep_timestamp and received is None and believed(found.claimed) is not None:
        stamp = found.claimed
    unsafe = tuple(r for r in found.refusals if not r.what.endswith(".ipynb"))
    refused = tuple(Refusal(f"{n}.ipynb", reason) for n, reason in found.refused.items())
    if unsafe or found.refused or _stamp(folder) != stamp:
        _replace(root, folder, clean, found, stamp)
    return unsafe + refused


def _stamp(folder: Path) -> str | None:
    """Our own timestamp as it stands there; empty without one, None for any other."""
    path = folder / _TIMESTAMP
    if not os.path.lexists(path):
        return ""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 100:
        return None
    return path.read_text(encoding="utf-8", errors="replace").strip() or None


def _replace(root: Path, folder: Path, clean: Path, found: HandIn, stamp: str) -> None:
    for path, data in found.files.items():
        (clean / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(clean / path, data)
    clean.mkdir(exist_ok=True)
    for name, data in found.notebooks.items():
        write_whole(clean / f"{name}.ipynb", data)
    for name, reason in found.refused.items():
        # No notebook, so that it is refused again and goes to a person, not taken as missing.
        write_whole(clean / f"{name}.ipynb", f"This file {reason}. See refused/.\n".encode())
    if stamp:
        write_whole(clean / _TIMESTAMP, f"{stamp}\n".encode())
    _set_aside(root, folder, found.student, folder.name)
    clean.rename(folder)


def _set_aside(root: Path, folder: Path, student: str, assignment: str) -> None:
    """Move a folder, or a link that stands for one, out of nbgrader's way."""
    aside = root / "refused" / student
    aside.mkdir(parents=True, exist_ok=True)
    free = (aside / f"{assignment}-{number}" for number in itertools.count(1))
    folder.rename(next(path for path in free if not os.path.lexists(path)))
