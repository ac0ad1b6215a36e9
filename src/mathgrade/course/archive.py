"""An archive of submissions as a learning platform makes it, read without trusting any of it.

Whose a file is stands in the name the platform gave it, outside of anything a student can
write. Moodle's *Download all submissions* has ``Name_1234_assignsubmission_file_/quiz.ipynb``,
or the same with no folder; Canvas's *Download submissions* ``name_1234_5678_quiz.ipynb``, with
``_LATE`` after the name where it came late. The number is the student's.
"""

from __future__ import annotations

import datetime
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mathgrade.autograde.hand_in import Bounds, Refusal, Refused
from mathgrade.errors import CourseError

__all__ = ["Received", "read_archive"]

_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_file_/?(?P<path>.+)", re.S)
_MOODLE_TEXT = re.compile(r"[^/]+_\d+_assignsubmission_onlinetext_.*", re.S)
_CANVAS = re.compile(r"(?P<name>[^/_]+)(_LATE)?_(?P<id>\d+)_\d+_(?P<path>[^/]+)", re.S)
_AGAIN = re.compile(r"-\d+(?=\.ipynb$)")  # Canvas counts what was handed in again
_MOST_MEMBERS = 1_000_000
_MOST_BYTES = 64 << 30  # of all that is taken; of each student, the bounds say
_EXTENDED_TIME = 0x5455
_CHUNK = 1 << 20


@dataclass(slots=True)
class Received:
    """What one student handed in, as the archive has it.

    Attributes:
        number: of the student on the platform.
        name: the platform's name for the student.
        files: content by path.
        time: when the newest file was received, as far as the archive says.
        refusals: what was left out.
        fault: why nothing of it can be taken; empty if it can.
    """

    number: str
    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    time: datetime.datetime | None = None
    refusals: list[Refusal] = field(default_factory=list)
    fault: str = ""


def read_archive(
    path: Path, wanted: Sequence[str], *, bounds: Bounds | None = None
) -> tuple[Iterator[Received], list[Refusal]]:
    """Read an archive, one student at a time.

    Args:
        path: the zip file.
        wanted: names of the assignment's notebooks, without ``.ipynb``.
        bounds: how much one student may hand in.

    Returns:
        What each student handed in, and the members that are nobody's.

    Raises:
        CourseError: it is no zip file, or nothing in it has a name as the platforms give them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise CourseError(f"{path} cannot be read as a zip file: {error}.") from error
    if len(members) > _MOST_MEMBERS:
        raise CourseError(f"{path} holds more than {_MOST_MEMBERS:,} files.")
    by_student: dict[str, tuple[str, list[tuple[str, zipfile.ZipInfo]]]] = {}
    nobodys = []
    for member in members:
        if member.is_dir():
            continue
        found = _MOODLE.fullmatch(member.filename) or _CANVAS.fullmatch(member.filename)
        if found is None or _MOODLE_TEXT.fullmatch(member.filename):
            reason = "has no name as Moodle and Canvas give them, and is left out"
            if _MOODLE_TEXT.fullmatch(member.filename):
                reason = "is a text typed into Moodle, and is left out"
            nobodys.append(Refusal(_shown(member.filename), reason))
            continue
        _, own = by_student.setdefault(found["id"], (found["name"], []))
        own.append((found["path"], member))
    if not by_student:
        raise CourseError(
            f"Expected files in {path} as Moodle's or Canvas's download of all submissions has "
            "them (Name_1234_assignsubmission_file_/quiz.ipynb, name_1234_5678_quiz.ipynb), "
            f"found {nobodys[0].what if nobodys else 'none'}."
        )
    return _students(path, by_student, wanted, bounds or Bounds()), nobodys


def _students(
    path: Path,
    by_student: dict[str, tuple[str, list[tuple[str, zipfile.ZipInfo]]]],
    wanted: Sequence[str],
    bounds: Bounds,
) -> Iterator[Received]:
    room = _MOST_BYTES
    with zipfile.ZipFile(path) as archive:
        for number, (name, members) in sorted(by_student.items()):
            received = Received(number, name)
            try:
                _take(archive, members, received, wanted, bounds)
            except Refused as reason:
                received.fault, received.files = str(reason), {}
            room -= sum(map(len, received.files.values()))
            if room < 0:
                raise CourseError(f"{path} holds more than {_MOST_BYTES >> 30} GB.")
            yield received


def _take(
    archive: zipfile.ZipFile,
    members: Sequence[tuple[str, zipfile.ZipInfo]],
    received: Received,
    wanted: Sequence[str],
    bounds: Bounds,
) -> None:
    if len(members) > bounds.files:
        raise Refused(f"holds more than {bounds.files} files")
    room = bounds.total_bytes
    taken: set[str] = set()
    times = []
    for given, member in members:
        path = _plain_path(given, bounds)
        if isinstance(path, Refusal):
            received.refusals.append(path)
            continue
        again = _AGAIN.sub("", path)
        if path.removesuffix(".ipynb") not in wanted and again.removesuffix(".ipynb") in wanted:
            path = again
        # What some disks take for one name is one name.
        folded = unicodedata.normalize("NFC", path).casefold()
        if folded in taken:
            raise Refused(f"has two files called {path}")
        taken.add(folded)
        notebook = path.endswith(".ipynb")
        limit = bounds.notebook_bytes if notebook else min(bounds.file_bytes, room)
        try:
            data = _content(archive, member, limit)
        except Refused as reason:
            received.refusals.append(Refusal(path, str(reason)))
            continue
        if not notebook:
            room -= len(data)
        received.files[path] = data
        times.append(_time_of(member))
    known = [time for time in times if time is not None]
    received.time = max(known) if len(known) == len(times) and known else None
    if not any(path.endswith(".ipynb") for path in received.files):
        reasons = "; ".join(map(str, received.refusals))
        raise Refused(f"holds no notebook{f' ({reasons})' if reasons else ''}")


def _plain_path(given: str, bounds: Bounds) -> str | Refusal:
    """The path inside the hand-in, if it is one that stays there."""
    parts = PurePosixPath(given).parts
    if given.startswith("/") or "\\" in given or ":" in given or ".." in parts:
        return Refusal(_shown(given), "has a name that leads out of its folder")
    if not given.isprintable() or any(len(part.encode()) > 255 for part in parts):
        return Refusal(_shown(given), "has a name that cannot be used")
    if len(parts) > bounds.depth + 1:
        return Refusal(_shown(given), f"lies more than {bounds.depth} folders deep")
    if any(part.startswith(".") for part in parts):
        return Refusal(_shown(given), "is hidden, and is left out")
    return "/".join(parts)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Its bytes; never more than the limit, whatever the archive says of its size."""
    if member.flag_bits & 1:
        raise Refused("is encrypted")
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise Refused("is a link or no plain file")
    data = bytearray()
    try:
        with archive.open(member) as stream:
            while len(data) <= limit and (chunk := stream.read(_CHUNK)):
                data += chunk
    except Exception as error:  # zlib, bz2, lzma and zipfile have one each for a broken member
        raise Refused(f"cannot be unpacked: {error}") from None
    if len(data) > limit:
        raise Refused(f"is larger than {limit / (1 << 20):.3g} MB")
    return bytes(data)


def _time_of(member: zipfile.ZipInfo) -> datetime.datetime | None:
    """When the platform wrote it: exact where the archive says so, else in this machine's zone."""
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _EXTENDED_TIME and size >= 5 and extra[4] & 1:
            seconds = struct.unpack_from("<i", extra, 5)[0]
            return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        extra = extra[4 + size :]
    try:
        time = datetime.datetime(*member.date_time)
    except ValueError:
        return None
    return time.astimezone() if time.year > 1980 else None


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)
