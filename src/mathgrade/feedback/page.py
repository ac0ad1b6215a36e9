"""What stands on a student's feedback page, read from a marked notebook.

The notebook in reading order, with each test cell replaced by what it found. Whatever
a student could have written is treated as hostile; verdicts are read from test cells
only, marks come from the gradebook.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from mathgrade.feedback.code import code
from mathgrade.feedback.gradebook import MarkState
from mathgrade.feedback.markdown import Outline, markdown
from mathgrade.feedback.output import NOTHING, Output, one_line_error, outputs
from mathgrade.feedback.title import item_title
from mathgrade.feedback.verdicts import read_verdicts
from mathgrade.verdict import Verdict

__all__ = ["Answer", "CourseCode", "Marking", "Page", "Prose", "read_page"]

NO_RESPONSE = "No response."  # nbgrader's own comment on a cell left as it was


@dataclass(frozen=True, slots=True)
class Prose:
    """The instructor's text."""

    html: Markup
    kind: str = "prose"


@dataclass(frozen=True, slots=True)
class CourseCode:
    """A cell of code that is not an answer: imports, plots."""

    source: Markup
    first_line: str
    outputs: tuple[Output, ...]
    kind: str = "code"

    @property
    def drawn(self) -> tuple[Output, ...]:
        """Pictures and formulas, which are shown without opening the cell."""
        return tuple(output for output in self.outputs if output.kind in ("picture", "formula"))

    @property
    def printed(self) -> tuple[Output, ...]:
        """Texts and errors."""
        return tuple(output for output in self.outputs if output.kind in ("text", "error"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the student wrote, as code or as text."""

    is_code: bool
    html: Markup
    outputs: tuple[Output, ...] = ()
    label: str = "Your answer"
    comment: Markup = NOTHING
    kind: str = "answer"


@dataclass(frozen=True, slots=True)
class Marking:
    """What was found, and the marks.

    Attributes:
        anchor: id of its heading, for the links in the table of marks.
        title: short name of the item.
        level: of its heading.
        points: earned; of ``possible``.
        state: ``full``, ``part``, ``none`` or ``waiting``.
        verdicts: of the test, in order.
        error: one line, where the test of an ordinary course failed.
        reason: why a person must look.
        by_person: whether a person set the marks.
        automatic: points the verdicts alone would give; None without verdicts.
        comment: of the marker.
    """

    anchor: str
    title: str
    level: int
    points: float
    possible: float
    state: str
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""
    reason: str = ""
    by_person: bool = False
    automatic: float | None = None
    comment: Markup = NOTHING
    kind: str = "marking"

    @property
    def changed(self) -> bool:
        """Whether a person's mark is another than the verdicts'."""
        return self.by_person and self.automatic is not None and self.automatic != self.points


Block = Prose | CourseCode | Answer | Marking


@dataclass(frozen=True, slots=True)
class Page:
    """A feedback page.

    Attributes:
        assignment: its name.
        notebook: its name, if it is another than the assignment's.
        student: the id.
        score: points after the late penalty; of ``possible``.
        penalty: points taken off for lateness.
        blocks: what stands on it, in reading order.
    """

    assignment: str
    notebook: str
    student: str
    score: float
    possible: float
    penalty: float
    blocks: tuple[Block, ...]

    @property
    def markings(self) -> tuple[Marking, ...]:
        """The rows of the table of marks."""
        return tuple(block for block in self.blocks if isinstance(block, Marking))

    @property
    def earned(self) -> float:
        """Points before the late penalty."""
        return self.score + self.penalty

    @property
    def waiting(self) -> tuple[Marking, ...]:
        """Marks that may yet change."""
        return tuple(row for row in self.markings if row.state == "waiting")

    @property
    def open_points(self) -> float:
        """Points that a person may yet give."""
        return sum(max(row.possible - row.points, 0.0) for row in self.waiting)


def read_page(
    nb: Mapping[str, Any],
    place: Mapping[str, Any],
    states: Mapping[str, MarkState] | None = None,
) -> Page:
    """The page of one marked notebook.

    Args:
        nb: the notebook, with scores and comments in ``metadata.nbgrader``.
        place: ``assignment``, ``notebook``, ``student``, and ``score``, ``max_score``
            and ``late_penalty`` if nbgrader has filled them.
        states: of the marks, by grade id; where one is missing, the notebook decides.
    """
    blocks = tuple(_comments_after_marks(list(_Reader(states or {}).blocks(nb["cells"]))))
    blocks = tuple(_told_apart(blocks))
    markings = [block for block in blocks if isinstance(block, Marking)]
    penalty = float(place.get("late_penalty") or 0)
    earned = sum(row.points for row in markings)
    possible = sum(row.possible for row in markings)
    assignment, notebook = str(place.get("assignment", "")), str(place.get("notebook", ""))
    return Page(
        assignment=assignment or notebook,
        notebook="" if notebook == assignment else notebook,
        student=str(place.get("student", "")),
        score=float(place.get("score", earned - penalty)),
        possible=float(place.get("max_score", possible)),
        penalty=penalty,
        blocks=blocks,
    )


@dataclass
class _Reader:
    """Cells to blocks; remembers the headings on the way."""

    states: Mapping[str, MarkState]
    outline: Outline = field(default_factory=lambda: Outline(1))
    heading: str = ""
    level: int = 2
    count: int = 0

    def blocks(self, cells: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        for cell in cells:
            nbgrader = cell.get("metadata", {}).get("nbgrader", {}) or {}
            is_task, is_grade = bool(nbgrader.get("task")), bool(nbgrader.get("grade"))
            if is_task:
                cell = {**cell, "source": _without_mark_scheme(str(cell.get("source", "")))}
                # Without points it only tells students and markers what to do elsewhere.
                is_task = bool(float(nbgrader.get("points") or 0) or nbgrader.get("comment"))
            is_answer = bool(nbgrader.get("solution")) or is_task
            # A Markdown answer without points is marked by the test cell that follows.
            is_grade = is_grade and not (is_answer and not float(nbgrader.get("points") or 0))
            if is_answer:
                yield self.answer(cell, nbgrader, with_comment=not (is_grade or is_task))
            if is_grade or is_task:
                yield self.marking(cell, nbgrader)
            elif not is_answer and str(cell.get("source", "")).strip():
                yield from self.course(cell)

    def course(self, cell: Mapping[str, Any]) -> Iterator[Block]:
        source = str(cell["source"])
        if cell["cell_type"] == "markdown":
            html = markdown(source, attachments=_attachments(cell), outline=self.outline)
            for level, inner in re.findall(r"<h([2-6])>(.*?)</h\1>", html, re.DOTALL):
                self.level = int(level)
                self.heading = _bare(inner)
            yield Prose(html)
        elif cell["cell_type"] == "code":
            lines = source.strip().splitlines()
            first = lines[0][:60] + (" …" if len(lines) > 1 or len(lines[0]) > 60 else "")
            yield CourseCode(code(source.strip("\n")), first, outputs(cell))

    def answer(
        self, cell: Mapping[str, Any], nbgrader: Mapping[str, Any], *, with_comment: bool
    ) -> Answer:
        source = str(cell.get("source", ""))
        comment = _comment(nbgrader) if with_comment else NOTHING
        if cell.get("cell_type") == "code":
            return Answer(True, code(source.strip("\n")), outputs(cell), comment=comment)
        label = "Task" if nbgrader.get("task") else "Your answer"
        return Answer(False, markdown(source, attachments=_attachments(cell)), (), label, comment)

    def marking(self, cell: Mapping[str, Any], nbgrader: Mapping[str, Any]) -> Marking:
        self.count += 1
        grade_id = str(nbgrader.get("grade_id", ""))
        by_hand = bool(nbgrader.get("solution")) or bool(nbgrader.get("task"))
        verdicts = () if by_hand else tuple(read_verdicts(cell))
        score, possible = nbgrader.get("score"), float(nbgrader.get("points") or 0)
        points = float(score or 0)
        own = cell["metadata"].get("mathgrade")
        reason = str(own.get("review") or "") if isinstance(own, Mapping) else ""
        state = self.states.get(grade_id)
        if state is None:
            state = MarkState(waiting=bool(reason) or (by_hand and score is None))
        return Marking(
            anchor=f"item-{self.count}",
            title=(verdicts[0].title if len(verdicts) == 1 else "")
            or item_title(grade_id, self.heading, self.count),
            level=min(self.level + 1, 6),
            points=points,
            possible=possible,
            state=_state(points, possible, state),
            verdicts=verdicts,
            error="" if by_hand or verdicts else one_line_error(cell),
            reason=reason if state.waiting else "",
            by_person=state.by_person or (by_hand and not state.waiting),
            automatic=sum(verdict.earned for verdict in verdicts) if verdicts else None,
            comment=_comment(nbgrader),
        )


def _without_mark_scheme(source: str) -> str:
    """A task as students were given it; nbgrader puts its mark scheme back for the marker.

    >>> _without_mark_scheme("Why?\\n### BEGIN MARK SCHEME\\nBecause.\\n### END MARK SCHEME")
    'Why?\\n'
    """
    return re.sub(
        r"^[^\n]*BEGIN MARK SCHEME.*?(?:END MARK SCHEME[^\n]*|\Z)", "", source, flags=re.M | re.S
    )


def _comments_after_marks(blocks: list[Block]) -> Iterator[Block]:
    """The comment on an answer stands after the marks, where these follow at once."""
    held = NOTHING
    for index, block in enumerate(blocks):
        follower = blocks[index + 1] if index + 1 < len(blocks) else None
        if isinstance(block, Answer) and block.comment and isinstance(follower, Marking):
            held = block.comment
            yield replace(block, comment=NOTHING)
        elif isinstance(block, Marking) and held:
            yield replace(block, comment=held + block.comment)
            held = NOTHING
        else:
            yield block


def _told_apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """Items that share a title are numbered."""
    titles = [block.title for block in blocks if isinstance(block, Marking)]
    seen: dict[str, int] = {}
    for block in blocks:
        if isinstance(block, Marking) and titles.count(block.title) > 1:
            seen[block.title] = seen.get(block.title, 0) + 1
            yield replace(block, title=f"{block.title} ({seen[block.title]})")
        else:
            yield block


def _state(points: float, possible: float, mark: MarkState) -> str:
    if mark.waiting:
        return "waiting"
    if points >= possible:
        return "full"
    return "part" if points > 0 else "none"


def _comment(nbgrader: Mapping[str, Any]) -> Markup:
    comment = str(nbgrader.get("comment") or "").strip()
    if comment == NO_RESPONSE:
        return Markup("<p>This cell was handed in as it was given out.</p>")
    return markdown(comment) if comment else NOTHING


def _attachments(cell: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    found = cell.get("attachments")
    return found if isinstance(found, Mapping) else {}


def _bare(html: str) -> str:
    """The text of a heading, for a list of items."""
    text = re.sub(r"<math.*?</math>", "…", html, flags=re.DOTALL)
    return Markup(text).striptags()  # noqa: S704 (taken from our own HTML)
