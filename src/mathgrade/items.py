"""Items: a question's reference answer, its points, its known mistakes, what follows from what.

``reference/<assignment>.py`` defines ``ITEMS``, a list of :class:`Item`. An item
marks a response in the order a teacher would: can it be read, is it right, is it
a mistake we know, is it right given what the student had before.
"""

from __future__ import annotations

import difflib
import importlib.util
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mathgrade.answers import AnswerTest
from mathgrade.answers.trivial import is_trivial
from mathgrade.codec.absent import Absent
from mathgrade.errors import CourseError, ItemError
from mathgrade.follow import Follow
from mathgrade.variants import draw, load_variants
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = [
    "Assignment",
    "Follow",
    "Item",
    "Mistake",
    "find_course",
    "find_item",
    "is_trivial",
    "load_assignment",
]


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer and what to say to it.

    Args:
        response: the wrong answer, in any form the answer test takes as a reference;
            for ``Function`` a wrong function.
        message: for the student; what went wrong and what to do, never the answer.
        note: stable code, ``"softmax.sign"``.
        credit: what it still deserves, 0 to 1; criteria that are met are never taken away.
    """

    response: Any
    message: str
    note: str
    credit: Fraction | int | float = 0


@dataclass(frozen=True)
class Item:
    """One question.

    Args:
        name: grade_id of its answer cell, ``"jacobian-entry"``.
        points: what it is worth.
        answer: the answer test; with ``variant=True`` a function from the student's draw to one.
        title: what a report calls it; the name if left out.
        mistakes: known wrong answers, tried in turn; for a variant also a function of the draw.
        follow: what it builds on, if anything.
        variant: whether the numbers are drawn per student, by the function of its name in
            ``variants.py``; an item without one shares the draw of the item it follows.
        reveal: whether a student may see the values expected.

    The last three fields are filled in when an assignment is loaded.
    """

    name: str
    points: float
    answer: AnswerTest | Callable[[Any], AnswerTest]
    _: KW_ONLY
    title: str = ""
    mistakes: Sequence[Mistake] | Callable[[Any], Sequence[Mistake]] = ()
    follow: Follow | None = None
    variant: bool = False
    reveal: bool = False
    assignment: str = ""
    draw: Callable[[str], Any] | None = field(default=None, repr=False, compare=False)
    start: Item | None = field(default=None, repr=False, compare=False)

    @property
    def full_name(self) -> str:
        """``"softmax:jacobian-entry"``."""
        return f"{self.assignment}:{self.name}" if self.assignment else self.name

    def mark(
        self,
        response: object,
        given: Mapping[str, object] = MappingProxyType({}),
        *,
        student: str = "",
        source: str = "",
    ) -> Verdict:
        """The verdict on a response; ``item`` and ``points`` are filled in.

        Args:
            response: anything whatever, :class:`~mathgrade.codec.absent.Absent` included.
            given: what the student handed in for earlier items, by name.
            student: whose variant it is.
            source: text of the answer cell, for tests of how a function is written.

        Raises:
            ItemError: the item is set up wrongly.
        """
        verdict = self._verdict(response, given, student, source)
        return replace(verdict, item=self.full_name, points=float(self.points), reveal=self.reveal)

    def test(self, student: str = "") -> AnswerTest:
        """The answer test, of this student's variant if it has any.

        Raises:
            ItemError: there is nothing to draw from.
        """
        return self._tests(student)[0]

    def _tests(self, student: str) -> tuple[AnswerTest, Sequence[Mistake]]:
        if not self.variant:
            if not isinstance(self.answer, AnswerTest) or callable(self.mistakes):
                raise ItemError(f"Item {self.name!r} draws nothing; did you mean variant=True?")
            return self.answer, self.mistakes
        if self.draw is None or isinstance(self.answer, AnswerTest):
            raise ItemError(
                f"Item {self.name!r} is a variant: its answer must be a function of the draw, and "
                "it must be loaded with its assignment, whose source/ has a variants.py."
            )
        drawn = self.draw(student)
        mistakes = self.mistakes(drawn) if callable(self.mistakes) else self.mistakes
        return self.answer(drawn), mistakes

    def _verdict(
        self, response: object, given: Mapping[str, object], student: str, source: str
    ) -> Verdict:
        absent = _absent(response)
        if absent is not None:
            return Verdict.invalid(absent.message, absent.note)
        test, mistakes = self._tests(student)
        verdict = _read_as(test.mark(response, source=source), test, response)
        if verdict.outcome in (Outcome.CORRECT, Outcome.INVALID, Outcome.UNDECIDED):
            return verdict
        followed = self._followed(response, given, student, source, verdict.credit)
        if followed is not None:
            return replace(followed, read_as=verdict.read_as)
        return _with_mistake(verdict, test, mistakes, response)

    def _followed(
        self,
        response: object,
        given: Mapping[str, object],
        student: str,
        source: str,
        credit: Fraction,
    ) -> Verdict | None:
        """The verdict of marking on from the student's own start, if that is better."""
        if self.follow is None or self.follow.start not in given:
            return None
        start = given[self.follow.start]
        if _absent(start) is not None or self._refused(start, student):
            return None
        try:
            test = self.follow.answer(start)
            verdict = test.mark(response, source=source)
            if verdict.credit <= credit or test.trivial():
                return None
        except Exception:  # no answer follows from that start, whatever it is
            return None
        remark = Finding(
            "Marked on from your own earlier answer",
            True,
            message=f"Your answer to {self.follow.start} is not right, but this follows from it.",
            note="follow-through",
        )
        return replace(verdict.with_finding(remark, first=True), note="follow-through")

    def _refused(self, start: object, student: str) -> bool:
        assert self.follow is not None
        if self.follow.trivial(start):
            return True
        if self.start is None:
            return False
        test = self.start.test(student)
        own = test.mark(start)
        # A start that is right leads to the reference answer, which was tried already.
        if own.outcome in (Outcome.CORRECT, Outcome.INVALID) or own.note.endswith(".shape"):
            return True
        return test.with_reference(start).trivial()


def _absent(response: object, depth: int = 3) -> Absent | None:
    if isinstance(response, Absent):
        return response
    if depth and isinstance(response, (tuple, list)):
        parts: Sequence[object] = response[:100]
    elif depth and isinstance(response, dict):
        parts = list(response.values())[:100]
    else:
        return None
    return next((a for part in parts if (a := _absent(part, depth - 1)) is not None), None)


def _read_as(verdict: Verdict, test: AnswerTest, response: object) -> Verdict:
    if verdict.read_as or verdict.outcome is Outcome.INVALID:
        return verdict
    try:
        text = test.form(response)
    except Exception:  # shown as a courtesy: never worth losing the verdict
        return verdict
    return replace(verdict, read_as=text) if len(text) <= 5000 else verdict


def _with_mistake(
    verdict: Verdict, test: AnswerTest, mistakes: Sequence[Mistake], response: object
) -> Verdict:
    position = test.recognise([m.response for m in mistakes], response) if mistakes else None
    if position is None:
        return verdict
    mistake = mistakes[position]
    credit = Fraction(str(mistake.credit))
    if credit > verdict.credit:
        kept = Finding("What is right in spite of a known mistake", True, credit)
        lost = Finding("The answer is right", False, 1 - credit, mistake.message, mistake.note)
        return Verdict.of((kept, lost), read_as=verdict.read_as)
    remark = Finding("A known mistake", False, message=mistake.message, note=mistake.note)
    return replace(verdict.with_finding(remark, first=True), note=mistake.note)


Draw = Callable[[Sequence[str], str], Any]


@dataclass(frozen=True)
class Assignment:
    """The items of one assignment, by name.

    Args:
        name: ``"softmax"``.
        items: each knows its assignment, its draw and the item it builds on.
    """

    name: str
    items: Mapping[str, Item]

    @classmethod
    def of(cls, name: str, items: Sequence[Item], draw: Draw | None = None) -> Assignment:
        """The assignment made of these items, joined to each other.

        Args:
            draw: from names, the first that draws anything counts, and student to what is drawn.

        Raises:
            ItemError: a name twice, points that are none, a start that comes later or not at all.
        """
        joined: dict[str, Item] = {}
        for item in items:
            if not isinstance(item, Item):
                raise ItemError(f"ITEMS of {name} holds {item!r}, which is not an Item.")
            if item.name in joined:
                raise ItemError(f"{name} has two items named {item.name!r}.")
            if not (math.isfinite(item.points) and item.points >= 0):
                raise ItemError(f"{name}:{item.name}: {item.points!r} is not a number of points.")
            start = None
            if item.follow is not None:
                start = joined.get(item.follow.start)
                if start is None:
                    raise ItemError(
                        f"{name}:{item.name} follows {item.follow.start!r}, which is not an item "
                        "before it."
                    )
            drawn = None
            if draw is not None and item.variant:
                names = [item.name]
                if start is not None and start.variant:
                    names.append(start.name)
                drawn = partial(draw, names)
            joined[item.name] = replace(item, assignment=name, draw=drawn, start=start)
        return cls(name, MappingProxyType(joined))

    def __getitem__(self, name: str) -> Item:
        if name not in self.items:
            near = difflib.get_close_matches(name, self.items, 3) or list(self.items)
            raise ItemError(
                f"Assignment {self.name!r} has no item {name!r}. Is it one of: {', '.join(near)}?"
            )
        return self.items[name]


def find_course(start: Path | None = None) -> Path:
    """The course folder: the one named in MATHGRADE_COURSE, or the nearest one above ``start``.

    Raises:
        CourseError: there is none.
    """
    named = os.environ.get("MATHGRADE_COURSE")
    here = (start or Path.cwd()).resolve()
    places = [Path(named).resolve()] if named else [here, *here.parents]
    for place in places:
        if (place / "nbgrader_config.py").is_file() and (place / "source").is_dir():
            return place
    raise CourseError(
        f"No course was found in {places[0]}{'' if named else ' or above it'}. A course is a "
        "folder with nbgrader_config.py and source/; set MATHGRADE_COURSE to it."
    )


def find_item(name: str, course: Path | None = None) -> Item:
    """An item by its full name, ``"softmax:jacobian-entry"``.

    Raises:
        ItemError: there is no such item; the message lists near names.
    """
    assignment, colon, item = name.partition(":")
    if not colon:
        raise ItemError(f"An item is named as assignment:item, such as softmax:{name}.")
    return load_assignment(course or find_course(), assignment)[item]


def load_assignment(course: Path, name: str) -> Assignment:
    """The items that ``reference/<name>.py`` defines in ``ITEMS``.

    The file may import from the course folder and from ``source/<name>/``. It is run
    again only after something it may import has changed.

    Raises:
        ItemError: there is no such file, it cannot be run, or its items do not fit together.
    """
    course = course.resolve()
    return _loaded(course, name, _stamps(course, name))


def _stamps(course: Path, name: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    for folder in (course / "reference", course / "source" / name):
        for path in sorted(folder.glob("*.py")):
            status = path.stat()
            found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


@lru_cache(maxsize=64)
def _loaded(course: Path, name: str, _stamps: object) -> Assignment:
    path = course / "reference" / f"{name}.py"
    if not name or Path(name).name != name or not path.is_file():
        known = sorted(p.stem for p in (course / "reference").glob("*.py"))
        raise ItemError(
            f"There is no assignment {name!r}: {path} does not exist. "
            f"This course has: {', '.join(known) or 'none'}."
        )
    with _imports_from(course / "source" / name, course / "reference", course):
        items = _run(path)
    variants = course / "source" / name / "variants.py"

    def drawn(names: Sequence[str], student: str) -> Any:
        return draw(load_variants(variants), names, student)

    return Assignment.of(name, items, drawn)


def _run(path: Path) -> Sequence[Item]:
    spec = importlib.util.spec_from_file_location(f"_reference_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses in the file look themselves up
    try:
        spec.loader.exec_module(module)
    except ItemError:
        raise
    except Exception as error:
        raise ItemError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(spec.name, None)
    items = getattr(module, "ITEMS", None)
    if not isinstance(items, (list, tuple)):
        raise ItemError(f"{path} must define ITEMS, a list of Item.")
    return items


@contextmanager
def _imports_from(*folders: Path) -> Iterator[None]:
    """Let imports find these folders' modules, and forget those modules afterwards.

    Two assignments may both have a ``variants.py``; and no ``__pycache__`` may be left
    in ``source/``, from where nbgrader would release it.
    """
    names = {p.stem for folder in folders for p in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    path, quiet = list(sys.path), sys.dont_write_bytecode
    sys.path[:0] = [str(folder) for folder in folders]
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, quiet
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
