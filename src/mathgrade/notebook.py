"""What a notebook's cells may call: check, grade, cell, student, variant.

The same names work in three places: at home (``check`` shows how an answer is read),
in nbgrader's own kernel (``grade`` shows a card and returns the points), and in the
judge, which seats itself with :func:`seated` so that verdicts go to it and answer
cells come from the attempt that is marked.
"""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from mathgrade.answers.derivation_form import read_derivation
from mathgrade.answers.form import read_form
from mathgrade.answers.received import describe
from mathgrade.card import card, plain
from mathgrade.errors import CourseError, ItemError, ResponseError
from mathgrade.items import Item, find_course, find_item
from mathgrade.preview import lines_preview, plain_lines, preview
from mathgrade.variants import draw, load_variants
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["CARD_TYPE", "Sitting", "cell", "check", "grade", "seated", "student", "variant"]

CARD_TYPE = "application/vnd.mathgrade.v1+json"
ANONYMOUS = "anonymous"
OTHER_ID = "variant.other-id"


@dataclass(frozen=True, slots=True)
class Sitting:
    """What the judge knows while a test cell runs.

    Attributes:
        sink: takes each verdict.
        answers: source text of the attempt's answer cells, by grade_id.
        course: the course folder.
        assignment: name of the assignment.
        student: id of the student.
        claimed: the id that stands in the notebook, if any does.
    """

    sink: Callable[[Verdict], object]
    answers: Mapping[str, str] = field(default_factory=dict)
    course: str = ""
    assignment: str = ""
    student: str = ""
    claimed: str = ""


_SITTING: ContextVar[Sitting | None] = ContextVar("mathgrade_sitting", default=None)
_said = {"student": ""}  # what student("...") was last called with, in a notebook


@contextmanager
def seated(sitting: Sitting) -> Iterator[None]:
    """Let the functions of this module serve the judge for the time of a test cell."""
    token = _SITTING.set(sitting)
    try:
        yield
    finally:
        _SITTING.reset(token)


def grade(item: str | Item, response: object, *, source: str = "", **given: object) -> float:
    """Mark a response: show the verdict and return the points, for nbgrader to read.

    Args:
        item: ``"softmax:jacobian-entry"``, or the item itself.
        response: the student's answer.
        source: text of the answer cell, where an item forbids loops.
        given: the student's answers to the items this one builds on, by item name, with
            ``_`` for ``-``: ``sigma_vt=Sigma_Vt``.

    Returns:
        Points, from 0 to those of the item.

    Raises:
        ItemError: the item does not exist or is set up wrongly; never for a response.
    """
    found = item if isinstance(item, Item) else find_item(item, _course())
    starts = given | {name.replace("_", "-"): value for name, value in given.items()}
    known = _student() or ANONYMOUS
    verdict = found.mark(response, starts, student=known, source=source)
    sitting = _SITTING.get()
    claimed = sitting.claimed if sitting is not None else _said["student"]
    if found.variant and claimed not in ("", known) and verdict.outcome is not Outcome.CORRECT:
        right = found.mark(response, starts, student=claimed, source=source)
        verdict = verdict.with_finding(_other_id(known, claimed, right.credit == 1), first=True)
    if sitting is not None:
        sitting.sink(verdict)
    else:
        _show(plain(verdict), {"text/html": card(verdict), CARD_TYPE: verdict.to_json()})
    return float(verdict.credit * Fraction(str(verdict.points)))


def _other_id(known: str, claimed: str, right: bool) -> Finding:
    """What to say to someone who may have worked with somebody else's numbers."""
    fits = "this is the right answer to them" if right else "this is no answer to them, either"
    message = (
        f"The id in the notebook is {claimed!r}, but {known!r} handed it in, and is marked on the "
        f"numbers drawn for {known!r}. Those of {claimed!r} are others; {fits}. If the id was "
        "mistyped, say so to your instructor."
    )
    return Finding("The numbers are those drawn for you", False, message=message, note=OTHER_ID)


def check(
    response: object,
    *,
    names: Mapping[str, str] | None = None,
    definitions: Mapping[str, str] | None = None,
    shape: tuple[int, ...] | None = None,
    kind: str | None = None,
    options: Iterable[str] | None = None,
    several: bool = False,
) -> None:
    """Show how a response is read and whether its form is right; never whether it is right.

    Args:
        response: the answer; of a derivation its text, ``cell("shift-proof")``.
        names: what each name in a formula stands for.
        definitions: what defined names of a derivation stand for; ``{}`` if there are none.
            With them, the answer is read as a derivation, line by line.
        shape: of the matrix or vector asked; with ``kind="svd"`` of the decomposed matrix.
        kind: "number", "expression", "statement" (an equation, inequality, list or set),
            "matrix", "vector", "svd", "function", "text"; left out, it follows from
            ``names`` and ``shape``.
        options: the keys of a choice, or a mapping of keys to what they stand for.
        several: whether a set of options is asked.

    Raises:
        ResponseError: the form is wrong. While grading that is only printed.
    """
    try:
        if definitions is not None:
            text, markdown = _read_derivation(response, names or {}, definitions)
        else:
            latex, words = read_form(
                response, names=names, shape=shape, kind=kind, options=options, several=several
            )
            text, markdown = f"{words}{f': {latex}' if latex else '.'}", preview(latex, words)
    except ResponseError as error:
        if _grading():
            print(error.message)  # noqa: T201 - for whoever reads the marked notebook
            return
        raise FormError(error.message, error.note) from None
    if _SITTING.get() is None:
        _show(text, {"text/markdown": markdown})


def _read_derivation(
    response: object, names: Mapping[str, str], definitions: Mapping[str, str]
) -> tuple[str, str]:
    if not isinstance(response, str):
        raise ResponseError(
            f"Expected the text of a derivation, received {describe(response)}.",
            "type.derivation",
        )
    try:
        lines = read_derivation(response, names, definitions)
    except ResponseError as error:
        if isinstance(response, SavedText) and error.note == "response.missing":
            raise ResponseError(f"{error.message} {response.origin}", error.note) from None
        raise
    title = "This is how your derivation is read; whether it is right is not looked at."
    if isinstance(response, SavedText):
        title = f"{title} {response.origin}"
    return plain_lines(lines, title), lines_preview(lines, title)


class FormError(ResponseError):
    """A wrong form, shown in a notebook without a traceback: the student's code did not fail."""

    def _render_traceback_(self) -> list[str]:
        # `nbgrader validate` cuts every line at 87 characters.
        return textwrap.wrap(f"Not yet in the right form: {self.message}", 80)


def cell(grade_id: str) -> str:
    """Source text of an answer cell.

    Raises:
        ItemError: there is no such cell.
    """
    sitting = _SITTING.get()
    if sitting is not None:
        if grade_id in sitting.answers:
            return sitting.answers[grade_id]
        raise ItemError(
            f"The attempt has no answer cell {grade_id!r}; there are: "
            f"{', '.join(sitting.answers) or 'none'}."
        )
    for path in _notebooks():
        found = _cell_of(path, grade_id)
        if found is not None:
            return SavedText(found, path.name)
    raise ItemError(f"No notebook in {Path.cwd()} has an answer cell {grade_id!r}. Is it saved?")


class SavedText(str):
    """The text of a cell as its notebook was last saved: a kernel cannot see what is typed."""

    origin: str

    def __new__(cls, text: str, notebook: str) -> SavedText:
        """The text, and the notebook it was taken from."""
        made = super().__new__(cls, text)
        made.origin = f"It is taken from {notebook} as last saved: save after each change."
        return made


def _notebooks() -> list[Path]:
    """The notebooks of the working directory, the one that runs first, then the newest."""
    running = Path(os.environ.get("JPY_SESSION_NAME", "")).name  # set by jupyter-server
    found = [path for path in Path.cwd().glob("*.ipynb") if path.is_file()]
    return sorted(found, key=lambda p: (p.name != running, -p.stat().st_mtime, p.name))


def _cell_of(path: Path, grade_id: str) -> str | None:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for entry in cells:
            own = entry["metadata"].get("nbgrader", {})
            if own.get("grade_id") == grade_id:
                return "".join(entry["source"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not a notebook
    return None


def student(id: str = "") -> str:
    """The student's id, or with an argument: say who you are.

    When grading, the submission says it; on a JupyterHub, the hub does. If what stands in
    the notebook is another id, that is said, and not used.
    """
    own = str(id).strip()
    if own:
        _said["student"] = own
    known = _student()
    if not known:
        print(  # noqa: T201
            'Write your student id between the quotes, student("..."), to get your own numbers.'
        )
    elif own not in ("", known):
        print(  # noqa: T201
            f"You are {known!r} here, not {own!r}: all numbers are those drawn for {known!r}. "
            "Mend the id in this cell."
        )
    return known or ANONYMOUS


def _student() -> str:
    sitting = _SITTING.get()
    if sitting is not None and sitting.student:
        return sitting.student
    named = os.environ.get("MATHGRADE_STUDENT", "")
    if not named and os.environ.get("NBGRADER_EXECUTION") == "autograde":
        named = Path.cwd().parent.name  # autograded/<student>/<assignment>
    return named or os.environ.get("JUPYTERHUB_USER", "") or _said["student"]


def variant(item: str) -> Any:
    """What is drawn for this student in an item: the same at home and when marked.

    Args:
        item: ``"decomposition"``, or with the assignment, ``"svd:decomposition"``.

    Raises:
        ItemError: there is no ``variants.py``, or none for this item.
    """
    return draw(load_variants(_variants(item)), [item], student())


def _variants(item: str) -> Path:
    """The ``variants.py`` to draw from: the course's own wherever there is one."""
    here = Path.cwd() / "variants.py"
    sitting = _SITTING.get()
    assignment = item.rpartition(":")[0] or (sitting.assignment if sitting else "")
    try:
        source = (_course() or find_course()) / "source" / (assignment or Path.cwd().name)
    except CourseError:
        return here
    return source / "variants.py" if (source / "variants.py").is_file() else here


def _course() -> Path | None:
    sitting = _SITTING.get()
    return Path(sitting.course) if sitting is not None and sitting.course else None


def _grading() -> bool:
    return _SITTING.get() is not None or os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _show(text: str, more: Mapping[str, Any]) -> None:
    """Display in a notebook, print elsewhere."""
    from IPython import get_ipython

    if get_ipython() is None:
        print(text)  # noqa: T201
        return
    from IPython.display import display

    display({"text/plain": text, **more}, raw=True)
