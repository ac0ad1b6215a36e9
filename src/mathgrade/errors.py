"""What can go wrong, by who has to read it.

A :class:`ResponseError` speaks to the student, an :class:`ItemError` to the
author of an item, a :class:`CourseError` to whoever runs the course, and a
:class:`JudgeError` is a fault of ours, never of a student.
"""

__all__ = ["CourseError", "ItemError", "JudgeError", "MathgradeError", "ResponseError"]


class MathgradeError(Exception):
    """Base of every error this package raises on purpose."""


class ResponseError(MathgradeError):
    """A response that cannot be read; the message is for the student.

    Args:
        message: what was expected, what arrived, what to do. Never the answer.
        note: stable code for item analysis, such as ``matrix.shape``.
    """

    def __init__(self, message: str, note: str = "response.unreadable") -> None:
        super().__init__(message)
        self.message = message
        self.note = note


class ItemError(MathgradeError):
    """An item that is set up wrongly; the message is for its author."""


class CourseError(MathgradeError):
    """A course folder, notebook or command that does not fit; for whoever runs it."""


class JudgeError(MathgradeError):
    """A fault of ours while marking: it costs a retry or a review, never a mark."""
