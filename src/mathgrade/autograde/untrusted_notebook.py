"""The cells of a notebook that anybody may have written.

Nothing of the file is believed: its size is bounded before it is parsed, and of each
cell only the source, the kind and the names it goes by are taken.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mathgrade.autograde.hand_in import Bounds, Refused

__all__ = ["StudentCell", "read_cells"]

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_NAME = re.compile(r"[\w.() \-]{1,100}")
# Pictures of handwritten work, by what their bytes begin with.
_PICTURES = {"image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}


@dataclass(frozen=True, slots=True)
class StudentCell:
    """One cell as it was handed in.

    Attributes:
        kind: ``"code"`` or ``"markdown"``.
        source: its text; every character can be written as UTF-8.
        grade_id: nbgrader's name of it; may be empty, and may be wrong.
        id: Jupyter's name of it; likewise.
        attachments: pictures in a text cell, ``{name: {type: base64}}``.
    """

    kind: str
    source: str
    grade_id: str = ""
    id: str = ""
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_cells(data: bytes, bounds: Bounds | None = None) -> tuple[StudentCell, ...]:
    """The cells of a notebook file.

    Args:
        data: the content of the file.
        bounds: how much it may hold.

    Raises:
        Refused: it is no notebook, or larger than a notebook may be.
    """
    bounds = bounds or Bounds()
    if len(data) > bounds.notebook_bytes:
        raise Refused(f"is larger than {bounds.notebook_bytes / (1 << 20):g} MB")
    text = data.decode("utf-8-sig", "replace")
    _require_shallow(text, bounds)
    try:
        # No number in a notebook is of use here, and a long one takes long to read.
        nb = json.loads(text, parse_int=_zero, parse_float=_zero, parse_constant=_zero)
    except (ValueError, RecursionError):
        raise Refused("is no Jupyter notebook: it cannot be read as JSON") from None
    found = _cells_of(nb)
    if len(found) > bounds.cells:
        raise Refused(f"has more than {bounds.cells} cells")
    return tuple(_cell(entry, bounds) for entry in found if isinstance(entry, dict))


def _zero(_: str) -> int:
    return 0


def _require_shallow(text: str, bounds: Bounds) -> None:
    """Stop before the parser makes more objects, or deeper ones, than a notebook has."""
    structure = _STRING.sub("", text)
    if sum(map(structure.count, "[{,")) > bounds.parts:
        raise Refused(f"has more than {bounds.parts} values")
    depth = 0
    for bracket in _BRACKET.finditer(structure):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > bounds.nesting:
            raise Refused(f"is nested more than {bounds.nesting} levels deep")


def _cells_of(nb: Any) -> list[Any]:
    if isinstance(nb, dict):
        if isinstance(nb.get("cells"), list):
            return list(nb["cells"])
        sheets = nb.get("worksheets")  # notebooks of ten years ago
        if isinstance(sheets, list):
            lists = (s.get("cells") for s in sheets if isinstance(s, dict))
            return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    raise Refused("is no Jupyter notebook: it has no cells")


def _cell(entry: dict[str, Any], bounds: Bounds) -> StudentCell:
    kind = "code" if entry.get("cell_type") == "code" else "markdown"
    source = _text(entry.get("source", entry.get("input", "")))
    if len(source) > bounds.cell_length:
        raise Refused(f"has a cell of more than {bounds.cell_length} characters")
    metadata = entry.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = own.get("grade_id") if isinstance(own, dict) else None
    pictures: dict[str, dict[str, str]] = {}
    if kind == "markdown":
        source, pictures = _with_pictures(source, entry.get("attachments"))
    return StudentCell(
        kind,
        source,
        grade_id=name if isinstance(name, str) else "",
        id=entry["id"] if isinstance(entry.get("id"), str) else "",
        attachments=pictures,
    )


def _text(source: Any) -> str:
    """The source as one text without lone surrogates, which no file could hold."""
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.encode("utf-8", "replace").decode("utf-8")


def _with_pictures(source: str, found: Any) -> tuple[str, dict[str, dict[str, str]]]:
    """The text and the pictures attached to it, by names that nbconvert finds again.

    Pictures only, each checked to begin as a picture of its type does.
    """
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in found.items() if isinstance(found, dict) else ():
        if not (isinstance(bundle, dict) and _NAME.fullmatch(name)):
            continue
        plain = re.sub(r"[^A-Za-z0-9._\-]", "-", name)
        for kind, magic in _PICTURES.items():
            picture = _picture(bundle.get(kind), magic)
            if picture:
                kept[plain] = {kind: picture}
                for written in {name, urllib.parse.quote(name)} - {plain}:
                    source = source.replace(f"(attachment:{written})", f"(attachment:{plain})")
    return source, kept


def _picture(data: Any, magic: bytes) -> str:
    try:
        content = base64.b64decode("".join(_text(data).split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(content).decode("ascii") if content.startswith(magic) else ""
