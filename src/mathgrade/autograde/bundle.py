"""All that marking one assignment needs, as bytes: the course for a worker without its disk."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat

import mathgrade
from mathgrade.autograde.frames import load_frames
from mathgrade.autograde.hand_in import Bounds
from mathgrade.autograde.intake import Frame
from mathgrade.autograde.kernel import Limits
from mathgrade.autograde.packing import pack, unpack

__all__ = ["Bundle", "Settings", "make_bundle", "software"]

_LIBRARIES = ("numpy", "sympy", "python-flint", "ipython", "matplotlib")
_ABOVE = {"cli", "course", "feedback"}  # parts of this package that no mark depends on
_NOT_SENT = ("__pycache__", ".ipynb_checkpoints", ".*", "*.pyc")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the course's configuration says of marking.

    Attributes:
        limits: what one attempt may use.
        bounds: how much a hand-in may hold.
        steps: what it says of nbgrader's ``IgnorePattern`` and ``LimitOutput``.
        ignore: patterns of names nbgrader leaves out of a folder.
    """

    limits: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ignore: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """One assignment, with everything its marks depend on but the attempts.

    Attributes:
        assignment: its name.
        frames: its notebooks.
        files: of the course folder, by path: ``source/<assignment>/``, ``reference/`` and the
            modules beside them.
        settings: limits and the like.
        software: what it is marked with, :func:`software`.
    """

    assignment: str
    frames: Mapping[str, Frame]
    files: Mapping[str, bytes]
    settings: Settings
    software: str

    def to_bytes(self) -> bytes:
        """For another process; :meth:`from_bytes` reads them back."""
        frames = {
            name: [nbformat.writes(f.master), f.released and nbformat.writes(f.released)]
            for name, f in self.frames.items()
        }
        return pack(
            {
                "assignment": self.assignment,
                "frames": frames,
                "files": dict(self.files),
                "settings": asdict(self.settings),
                "software": self.software,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """The bundle :meth:`to_bytes` wrote."""
        found = unpack(data)
        settings = found["settings"]
        frames = {
            name: Frame(
                nbformat.reads(master, as_version=4),
                released and nbformat.reads(released, as_version=4),
            )
            for name, (master, released) in found["frames"].items()
        }
        return cls(
            assignment=found["assignment"],
            frames=frames,
            files=found["files"],
            settings=Settings(
                Limits(**settings["limits"]),
                Bounds(**settings["bounds"]),
                settings["steps"],
                settings["ignore"],
            ),
            software=found["software"],
        )

    def source_files(self) -> dict[str, bytes]:
        """Files beside the notebooks that students get, by path inside the folder."""
        prefix = f"source/{self.assignment}/"
        return {
            path.removeprefix(prefix): data
            for path, data in self.files.items()
            if path.startswith(prefix) and not path.endswith(".ipynb")
        }

    def unpack_into(self, folder: Path) -> None:
        """Write the course's files into a folder."""
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def make_bundle(
    root: Path, assignment: str, config: Any = None, settings: Settings | None = None
) -> Bundle:
    """The bundle of an assignment as it stands in the course folder.

    Args:
        root: the course folder.
        assignment: which assignment.
        config: the course's configuration.
        settings: what it says of marking.

    Raises:
        CourseError: the assignment has no notebook, or one that nbgrader refuses.
    """
    settings = settings or Settings()
    ignored = (*_NOT_SENT, *settings.ignore)
    files = {}
    for part in (f"source/{assignment}", "reference"):
        for path in sorted((root / part).rglob("*")):
            inner = path.relative_to(root / part).parts
            if inner[0] == "attempts" and part == "reference":
                continue  # answers with known marks: no mark depends on them
            if path.is_file() and not any(fnmatch(p, i) for p in inner for i in ignored):
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    for path in sorted(root.glob("*.py")):
        if path.name != "nbgrader_config.py":
            files[path.name] = path.read_bytes()
    return Bundle(assignment, load_frames(root, assignment, config), files, settings, software())


@functools.lru_cache(maxsize=1)
def software() -> str:
    """What marks are made with: this package, by content, and the libraries that decide them.

    >>> software().startswith("mathgrade ")
    True
    """
    package = Path(mathgrade.__file__).parent
    content = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        own = path.relative_to(package)
        if own.parts[0] not in _ABOVE:
            content.update(own.as_posix().encode() + path.read_bytes())
    parts = [f"mathgrade {mathgrade.__version__} {content.hexdigest()[:16]}"]
    parts += [f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES]
    return ", ".join([*parts, f"Python {platform.python_version()}"])
