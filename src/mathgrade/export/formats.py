"""The formats by name; a new one is a module with a ``Format`` and a line here."""

from __future__ import annotations

from mathgrade.export.blackboard import BLACKBOARD
from mathgrade.export.canvas import CANVAS
from mathgrade.export.layout import Columns, Format, Options
from mathgrade.export.moodle import MOODLE
from mathgrade.export.plain import PLAIN

__all__ = ["FORMATS", "Columns", "Format", "Options"]

FORMATS = {made.name: made for made in (MOODLE, CANVAS, BLACKBOARD, PLAIN)}
