"""What a student handed in, read from the disk without trusting any of it.

Only regular files are opened, without following links, and nothing is read before its
size is known to be within bounds. What is left out is a :class:`Refusal` with a reason;
the rest of the hand-in is kept.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import mimetypes
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Bounds", "HandIn", "Refusal", "Refused", "read_hand_in", "student_fault"]

_STUDENT = re.compile(r"\w[\w.@+'(),\- ]{0,127}")
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_TIMESTAMP = "timestamp.txt"  # the student's own word for when it was handed in
_TIMESTAMP_BYTES = 100
_NOTEBOOK = ".ipynb"
# formgrader serves what lies beside a notebook in the instructor's session.
_ACTIVE = ("flash", "html", "java", "script", "svg", "xml", "xul")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a hand-in may hold.

    Attributes:
        notebook_bytes: of one notebook.
        file_bytes: of one other file.
        total_bytes: of all other files together.
        files: entries of the folder and the folders in it.
        depth: folders inside folders.
        cells: cells of one notebook.
        cell_length: characters of one cell.
        parts: values in the JSON of a notebook.
        nesting: JSON inside JSON.
    """

    notebook_bytes: int = 32 << 20
    file_bytes: int = 10 << 20
    total_bytes: int = 64 << 20
    files: int = 200
    depth: int = 5
    cells: int = 2_000
    cell_length: int = 500_000
    parts: int = 2_000_000
    nesting: int = 64


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not taken as it stood.

    Attributes:
        what: a file, ``data.csv``, or a cell, ``cell jacobian``.
        reason: why, and what was done instead.
    """

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


class Refused(Exception):  # noqa: N818 - an answer, not a programming error
    """Something cannot be taken in; the message is the reason."""


@dataclass(frozen=True, slots=True)
class HandIn:
    """What one student handed in for one assignment, as bytes.

    Attributes:
        student: id of the student, from the folder.
        notebooks: content of each notebook of the assignment that was handed in, by name.
        refused: reasons for the notebooks that are there and cannot be taken, by name.
        files: content of the other files, by path inside the folder.
        refusals: what was left out.
        claimed: the student's own word for when it was handed in; see ``receipts``.
    """

    student: str
    notebooks: Mapping[str, bytes] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    claimed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data and bytes; :meth:`from_json` reads it back."""
        return {
            "student": self.student,
            "notebooks": dict(self.notebooks),
            "refused": dict(self.refused),
            "files": dict(self.files),
            "refusals": [[r.what, r.reason] for r in self.refusals],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> HandIn:
        """The hand-in :meth:`to_json` wrote."""
        refusals = tuple(Refusal(what, reason) for what, reason in data["refusals"])
        return cls(data["student"], data["notebooks"], data["refused"], data["files"], refusals)

    def digest(self) -> str:
        """Changes when anything that was taken, or refused, changes; not with what is claimed."""
        found = hashlib.sha256(self.student.encode("utf-8", "backslashreplace"))
        for kind in (self.notebooks, self.files):
            for name, data in sorted(kind.items()):
                found.update(f"\0{name}\0{len(data)}\0".encode("utf-8", "backslashreplace"))
                found.update(data)
            found.update(b"\1")
        rest = (sorted(self.refused.items()), sorted(map(str, self.refusals)))
        found.update(repr(rest).encode("utf-8", "backslashreplace"))
        return found.hexdigest()


def student_fault(name: str) -> str:
    """Why the name of a folder cannot be a student's id; empty if it can.

    >>> student_fault("s017"), student_fault("../s017")[:41]
    ('', 'a student id is letters, digits and . _ @')
    """
    if _STUDENT.fullmatch(name) and name == name.strip():
        return ""
    return (
        "a student id is letters, digits and . _ @ + - , ( ), beginning with one of the first two"
    )


def read_hand_in(
    submitted: Path,
    student: str,
    assignment: str,
    wanted: Sequence[str],
    *,
    bounds: Bounds | None = None,
    ignore: Sequence[str] = (),
) -> HandIn:
    """Read ``submitted/<student>/<assignment>/``.

    Args:
        submitted: the folder of all hand-ins; it may be a link, nothing in it may.
        student: name of the student's folder.
        assignment: name of the assignment's folder.
        wanted: names of the assignment's notebooks, without ``.ipynb``.
        bounds: how much to take.
        ignore: patterns of names that are left out without a word.

    Raises:
        Refused: nothing of it can be taken.
    """
    bounds = bounds or Bounds()
    fault = student_fault(student)
    if fault:
        raise Refused(fault)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(_opened(os.fspath(submitted), None, os.O_RDONLY))
        for name in (student, assignment):
            folder = stack.enter_context(_opened(name, folder, _FOLDER))
        reading = _Reading(bounds, ignore)
        reading.walk(folder, "", 0)
        # By name and not from the listing, which may have been cut.
        for name in wanted:
            reading.notebook(folder, name, name)
        reading.renamed(folder, wanted)
    return HandIn(
        student,
        notebooks=reading.notebooks,
        refused=reading.refused,
        files=reading.files,
        refusals=tuple(reading.refusals),
        claimed=reading.claimed,
    )


@contextlib.contextmanager
def _opened(name: str, parent: int | None, flags: int) -> Iterator[int]:
    try:
        descriptor = os.open(name, flags, dir_fd=parent)
    except FileNotFoundError:
        raise Refused(f"there is no folder {name}") from None
    except OSError as error:
        link = parent is not None and _is_link(name, parent)
        why = "is a link" if link else f"cannot be opened: {error.strerror}"
        raise Refused(f"the folder {name} {why}") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_link(name: str, parent: int) -> bool:
    with contextlib.suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    return False


def _content(name: str, parent: int, limit: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        Refused: it is none, or too large.
        FileNotFoundError: it is not there.
    """
    try:
        # A device may act on being opened: only what looks like a file is.
        _require_regular(os.stat(name, dir_fd=parent, follow_symlinks=False), limit)
        descriptor = os.open(name, _FLAGS, dir_fd=parent)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise Refused(f"cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    with os.fdopen(descriptor, "rb") as stream:
        _require_regular(os.fstat(descriptor), limit)
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise Refused(_too_large(limit))
    return data


def _require_regular(status: os.stat_result, limit: int) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise Refused("is a link; only plain files are taken")
    if not stat.S_ISREG(status.st_mode):
        raise Refused("is no plain file")
    if status.st_nlink > 1:
        raise Refused("is a hard link to another file; only plain files are taken")
    if status.st_size > limit:
        raise Refused(_too_large(limit))


def _too_large(limit: int) -> str:
    return f"is larger than {limit / (1 << 20):g} MB"


class _Reading:
    """One pass over a folder, with what it has found so far."""

    def __init__(self, bounds: Bounds, ignore: Sequence[str]) -> None:
        self._bounds = bounds
        self._ignore = ignore
        self._entries = 0
        self._room = bounds.total_bytes
        self._others: list[str] = []  # notebooks at the top, whatever their name
        self.notebooks: dict[str, bytes] = {}
        self.refused: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.refusals: list[Refusal] = []
        self.claimed = ""

    def walk(self, folder: int, prefix: str, depth: int) -> None:
        """Take the files of a folder and of those inside it."""
        for name in self._listed(folder, prefix):
            path = prefix + name
            try:
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    if depth >= self._bounds.depth:
                        raise Refused(f"lies more than {self._bounds.depth} folders deep")
                    with _opened(name, folder, _FOLDER) as inner:
                        self.walk(inner, path + "/", depth + 1)
                elif name.endswith(_NOTEBOOK):
                    if not prefix:
                        self._others.append(name.removesuffix(_NOTEBOOK))
                elif path == _TIMESTAMP:
                    with contextlib.suppress(Refused):
                        data = _content(name, folder, _TIMESTAMP_BYTES)
                        self.claimed = data.decode("ascii", "replace").strip()
                else:
                    self._take(name, folder, path)
            except OSError as error:
                self._refuse(path, f"cannot be read: {error.strerror}")
            except Refused as reason:
                self._refuse(path, str(reason))

    def _listed(self, folder: int, prefix: str) -> list[str]:
        names = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if any(fnmatch.fnmatch(entry.name, pattern) for pattern in self._ignore):
                    continue
                self._entries += 1
                if self._entries > self._bounds.files:
                    where = f"the folder {prefix.rstrip('/')}" if prefix else "the hand-in"
                    reason = f"holds more than {self._bounds.files} files; the others are left out"
                    self.refusals.append(Refusal(where, reason))
                    break
                if entry.name.isprintable():
                    names.append(entry.name)
                else:
                    self._refuse(ascii(prefix + entry.name), "has a name that cannot be printed")
        return sorted(names)

    def _take(self, name: str, folder: int, path: str) -> None:
        kind = mimetypes.guess_type(name)[0] or ""
        if any(word in kind for word in _ACTIVE):
            raise Refused("could run in a browser, and is left out")
        data = _content(name, folder, self._bounds.file_bytes)
        if len(data) > self._room:
            whole = self._bounds.total_bytes / (1 << 20)
            raise Refused(f"is left out: with it the files have more than {whole:g} MB")
        self._room -= len(data)
        self.files[path] = data

    def notebook(self, folder: int, name: str, wanted: str) -> None:
        """Take a file as the notebook ``wanted`` of the assignment, if it is there."""
        try:
            data = _content(name + _NOTEBOOK, folder, self._bounds.notebook_bytes)
        except FileNotFoundError:
            return
        except Refused as reason:
            self.refused[wanted] = str(reason)
        else:
            self.notebooks[wanted] = data

    def renamed(self, folder: int, wanted: Sequence[str]) -> None:
        """Take the only other notebook for the only one that is missing; say what is left."""
        there = {*self.notebooks, *self.refused}
        missing = [name for name in wanted if name not in there]
        others = [name for name in self._others if name not in wanted]
        if len(missing) == len(others) == 1:
            self.notebook(folder, others[0], missing[0])
            reason = f"stands for {missing[0]}{_NOTEBOOK}, which was not handed in"
            self._refuse(others[0] + _NOTEBOOK, reason)
            return
        for name in others:
            self._refuse(name + _NOTEBOOK, "is no notebook of the assignment, and is left out")
        for name in missing:
            self._refuse(name + _NOTEBOOK, "was not handed in")

    def _refuse(self, what: str, reason: str) -> None:
        self.refusals.append(Refusal(what, reason))
