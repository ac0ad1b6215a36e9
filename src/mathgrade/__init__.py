"""Autograded mathematics in Jupyter.

A notebook needs five names: :func:`check` in the visible part of a test cell,
:func:`grade` in its hidden part, :func:`cell` for the text of a Markdown
answer, and :func:`student` and :func:`variant` for numbers drawn per student.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = ["cell", "check", "grade", "student", "variant"]

if TYPE_CHECKING:
    from mathgrade.notebook import cell, check, grade, student, variant


def __getattr__(name: str) -> object:
    # Loaded on first use: the command line and the judge's workers start faster without it.
    if name in __all__:
        from mathgrade import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
