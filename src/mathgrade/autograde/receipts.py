"""When each attempt was received, as the course's own side knows it.

``receipts/<assignment>.csv`` has the columns ``student`` and ``received``, a time with its
zone such as ``2026-11-26T23:59:00+01:00``. Whoever collects the attempts writes it, by hand or by
program. A ``timestamp.txt`` in a hand-in is the student's word and says nothing here.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping
from pathlib import Path

from nbgrader.utils import parse_utc

from mathgrade.autograde.safe_files import write_whole
from mathgrade.errors import CourseError

__all__ = ["believed", "read_receipts", "write_receipts"]

_COLUMNS = ["student", "received"]


def read_receipts(root: Path, assignment: str) -> dict[str, datetime.datetime]:
    """Time of receipt by student, in UTC without a zone, as nbgrader keeps times.

    Args:
        root: the course folder.
        assignment: which assignment; without a file nobody has a receipt.

    Raises:
        CourseError: the file cannot be read.
    """
    path = _path(root, assignment)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from error
    rows = csv.DictReader(io.StringIO(text))
    if rows.fieldnames is None or not set(_COLUMNS) <= set(rows.fieldnames):
        found = ", ".join(rows.fieldnames or ()) or "nothing"
        raise CourseError(f"Expected the columns student and received in {path}, found {found}.")
    received = {}
    for number, row in enumerate(rows, start=2):
        try:
            time = datetime.datetime.fromisoformat((row["received"] or "").strip())
            if time.tzinfo is None:
                raise ValueError("it has no zone")
        except ValueError as error:
            raise CourseError(
                f"{path}, line {number}: expected a time such as 2026-11-26T23:59:00+01:00, got "
                f"{row['received']!r} ({error})."
            ) from error
        utc = time.astimezone(datetime.UTC).replace(tzinfo=None)
        received[(row["student"] or "").strip()] = utc
    return received


def write_receipts(root: Path, assignment: str, received: Mapping[str, datetime.datetime]) -> None:
    """Write the times of receipt, each with its zone; what was there is replaced as a whole.

    Raises:
        ValueError: a time without a zone.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for student, time in sorted(received.items()):
        if time.tzinfo is None:
            raise ValueError(f"the receipt of {student} has no zone: {time}")
        rows.writerow([student, time.isoformat()])
    path = _path(root, assignment)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, text.getvalue().encode())


def believed(claim: str) -> datetime.datetime | None:
    """The time a ``timestamp.txt`` claims, in UTC, for courses that believe it.

    >>> believed("2026-11-26 12:00:00 UTC")
    datetime.datetime(2026, 11, 26, 12, 0)
    """
    try:
        time = parse_utc(claim) if claim else None
        return time if time is None or time.year > 1 else None
    except (ValueError, OverflowError):
        return None


def _path(root: Path, assignment: str) -> Path:
    return root / "receipts" / f"{assignment}.csv"
