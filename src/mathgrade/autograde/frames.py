"""The instructor's notebooks of an assignment, as nbgrader enters them into its gradebook."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from mathgrade.autograde.intake import Frame
from mathgrade.errors import CourseError

__all__ = ["load_frames"]

_LOG = logging.getLogger("mathgrade.frames")


def load_frames(root: Path, assignment: str, config: Config | None = None) -> dict[str, Frame]:
    """Each notebook in ``source/<assignment>/``, taken as far as nbgrader's ``SaveCells``.

    Args:
        root: the course folder.
        assignment: which assignment.
        config: the course's configuration, for what it says of ``GenerateAssignment``.

    Raises:
        CourseError: there is none, or nbgrader refuses one.
    """
    paths = sorted((root / "source" / assignment).glob("*.ipynb"))
    if not paths:
        raise CourseError(f"Expected a notebook in {root / 'source' / assignment}, found none.")
    config = config or Config()
    frames = {}
    with contextlib.chdir(root):  # a header or a footer is named from the course folder
        for path in paths:
            released = root / "release" / assignment / path.name
            frames[path.stem] = Frame(
                _entered(path, root, assignment, config),
                nbformat.read(released, as_version=4) if released.is_file() else None,
            )
    return frames


def _entered(path: Path, root: Path, assignment: str, config: Config) -> NotebookNode:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    directory = CourseDirectory(config=config)
    directory.root, directory.assignment_id = str(root), assignment
    converter = GenerateAssignment(coursedir=directory, config=config, log=_LOG)
    ids = {"student": ".", "assignment": assignment, "notebook": path.stem, "db_url": ""}
    resources = {"nbgrader": ids, "metadata": {"path": str(path.parent), "name": path.stem}}
    nb = nbformat.read(path, as_version=4)
    try:
        for step in converter.preprocessors:
            kind = import_item(step) if isinstance(step, str) else step
            if issubclass(kind, SaveCells):
                break
            nb, resources = kind(parent=converter)(nb, resources)
    except Exception as error:  # nbgrader's steps raise what they like
        reason = f"{type(error).__name__}: {error}"
        raise CourseError(f"{path} cannot be entered into the gradebook: {reason}") from error
    return nb


def frames_to_text(frames: Mapping[str, Frame]) -> dict[str, tuple[str, str]]:
    """Frames as plain text, to be sent to another process."""
    return {
        name: (
            nbformat.writes(frame.master),
            "" if frame.released is None else nbformat.writes(frame.released),
        )
        for name, frame in frames.items()
    }
