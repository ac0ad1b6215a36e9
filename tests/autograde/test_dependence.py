"""What a mark depends on, and what is therefore not marked again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from mathgrade.autograde.attempt_marking import Marked, mark_attempt
from mathgrade.autograde.bundle import Bundle, Settings, make_bundle
from mathgrade.autograde.dependence import Dependence, dependence, entangled
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.intake import Frame
from mathgrade.autograde.judge_client import JudgeSession
from mathgrade.autograde.keeping import what_to_keep
from mathgrade.autograde.kernel import Limits
from tests.course_tools.tiny import NAME, change_cell, source_path, tiny_course

from .courses import graded, notebook

REFERENCE = '''\
"""Items."""
from mathgrade.answers import Number
from mathgrade.items import Item, Mistake

HALF = 1 / 2

def near(value):
    return Mistake(value, "Near.")

def unused():
    return 3

ITEMS = [
    Item("a", 1, Number(1)),
    Item("b", 1, Number(HALF), mistakes=[near(2)]),
    Item("c", 1, Number(3), follow="b"),
]
'''
TESTS = {"a-test": 'grade("quiz:a", a)', "b-test": 'grade("quiz:b", b)',
         "c-test": 'grade("quiz:c", c)', "plain-test": "assert a == 1"}  # fmt: skip


def bundle(reference: str = REFERENCE, tests: dict[str, str] | None = None) -> Bundle:
    cells = [graded("", name, solution=True) for name in "abc"]
    cells += [graded(text, name, points=1) for name, text in (TESTS | (tests or {})).items()]
    files = {"reference/quiz.py": reference.encode(), "source/quiz/variants.py": b""}
    return Bundle("quiz", {"quiz": Frame(notebook(cells))}, files, Settings(), "this")


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_is_part_of_what_all_marks_depend_on(name: str) -> None:
    other = "off" if name == "sandbox" else getattr(Limits(), name) + 1
    limits = replace(Limits(), **{name: other})
    assert changed(replace(bundle(), settings=Settings(limits=limits))) == "all"


def changed(after: Bundle, before: Bundle | None = None) -> set[str] | str:
    """Tests whose marks are another's business now; "all" where every mark is."""
    old, new = dependence(before or bundle()), dependence(after)
    if old.base != new.base:
        return "all"
    assert (old.digest() != new.digest()) == (old.tests != new.tests)
    return {name for name in TESTS if old.tests["quiz"][name] != new.tests["quiz"][name]}


REFERENCES: list[tuple[str, str, set[str]]] = [
    ("Number(1)", "Number(7)", {"a-test"}),
    ("Number(3)", "Number(7)", {"c-test"}),
    ("1 / 2", "1 / 3", {"b-test", "c-test"}),  # c follows b, which is worth HALF
    ('"Near."', '"Nearly."', {"b-test", "c-test"}),
    ("return 3", "return 4", set()),
    ('"""Items."""', '"""The items."""', set()),
    ("HALF = 1 / 2\n", "HALF = 1 / 2  # a half\n\n\n", set()),
    ("import Number", "import Number, Matrix", {"a-test", "b-test", "c-test"}),
    ("HALF = 1 / 2", "HALF = 1 / 2\nprint(HALF)", {"a-test", "b-test", "c-test"}),
    ("ITEMS = [", "ITEMS = [*[],", {"a-test", "b-test", "c-test"}),
    ("ITEMS = [", "ITEMS = [[", {"a-test", "b-test", "c-test"}),  # no Python any more
    ("def unused", "@near\ndef unused", {"a-test", "b-test", "c-test"}),
    ("HALF = 1 / 2", "HALF = 1 / 2\nMistake.x = 1", {"a-test", "b-test", "c-test"}),
    ("HALF = 1 / 2", "from math import *\nHALF = 1 / 2", {"a-test", "b-test", "c-test"}),
    ("HALF = 1 / 2", "HALF = 1 / 2\nHALF += 1", {"a-test", "b-test", "c-test"}),
    ('Item("a"', 'Item("z"', {"a-test"}),
]


@pytest.mark.parametrize(("old", "new", "expected"), REFERENCES)
def test_a_change_in_the_reference_concerns_the_items_that_use_it(
    old: str, new: str, expected: set[str]
) -> None:
    assert old in REFERENCE
    assert changed(bundle(REFERENCE.replace(old, new))) == expected


CELLS: list[tuple[str, set[str] | str]] = [
    ('grade("quiz:b", b)\n1.0', {"b-test"}),
    ('import math\ngrade("quiz:b", b)', "all"),  # what a test imports, other tests may use
    ('limit = 3\ngrade("quiz:b", b)', "all"),
    ("assert b == 2", {"b-test"}),
]


@pytest.mark.parametrize(("text", "expected"), CELLS)
def test_a_change_in_a_test_concerns_that_test(text: str, expected: set[str] | str) -> None:
    assert changed(bundle(tests={"b-test": text})) == expected


@pytest.mark.parametrize(
    "text",
    ["for g in (grade,):\n    g('quiz:b', b)", "grade(name, b)", 'grade("other:b", b)',
     "import mathgrade\nmathgrade.grade('quiz:b', b)", 'grade("quiz:zzz", b)'],
)  # fmt: skip
def test_a_test_whose_items_cannot_be_read_off_depends_on_the_whole_reference(text: str) -> None:
    before = bundle(tests={"b-test": text})
    after = bundle(REFERENCE.replace("return 3", "return 4"), tests={"b-test": text})
    assert changed(after, before) == {"b-test"}


WHOLE: dict[str, Callable[[Bundle], Bundle]] = {
    "file": lambda b: replace(b, files={**b.files, "source/quiz/variants.py": b"x = 1"}),
    "new file": lambda b: replace(b, files={**b.files, "helpers.py": b""}),
    "limit": lambda b: replace(b, settings=Settings(Limits(cell_seconds=1))),
    "software": lambda b: replace(b, software="that"),
    "cell": lambda b: replace(b, frames={"quiz": with_cell(b, new_code_cell("x = 1", id="x"))}),
    "test": lambda b: replace(b, frames={"quiz": with_cell(b, graded("assert 1", "t", points=1))}),
    "release": lambda b: replace(b, frames={"quiz": Frame(b.frames["quiz"].master, notebook([]))}),
}  # fmt: skip


def with_cell(found: Bundle, cell: NotebookNode) -> Frame:
    master = copy.deepcopy(found.frames["quiz"].master)
    master.cells.append(cell)
    return Frame(master)


@pytest.mark.parametrize("name", WHOLE)
def test_what_every_mark_depends_on_concerns_every_mark(name: str) -> None:
    assert changed(WHOLE[name](bundle())) == "all"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tiny_course(tmp_path / "course")
    (root / "source" / NAME / "variants.py").write_text("def x(rng):\n    return 1\n")
    (root / "helpers.py").write_text("a = 1\n")
    return root


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("helpers.py", True),
        (f"source/{NAME}/variants.py", True),
        ("reference/more.py", True),
        ("nbgrader_config.py", False),
        ("reference/attempts/lines/doubled.toml", False),
        ("submitted/README.md", False),
    ],
)
def test_marks_depend_on_the_files_of_the_assignment_and_on_no_others(
    course: Path, path: str, matters: bool
) -> None:
    before = dependence(make_bundle(course, NAME))
    (course / path).parent.mkdir(exist_ok=True)
    with (course / path).open("a") as stream:
        stream.write("# more\n")
    assert (dependence(make_bundle(course, NAME)) != before) is matters


def test_a_changed_test_in_source_changes_its_digest_alone(course: Path) -> None:
    before = dependence(make_bundle(course, NAME))
    change_cell(source_path(course), "square-test", lambda c: c.update(source="assert square(2)"))
    after = dependence(make_bundle(course, NAME))
    assert after.base == before.base
    different = [n for n, d in after.tests[NAME].items() if before.tests[NAME][n] != d]
    assert different == ["square-test"]


def test_tests_that_give_names_to_each_other_are_run_together() -> None:
    master = notebook(
        [
            graded("limit = 3\nassert a", "one", points=1),
            graded("assert b < limit", "two", points=1),
            graded("assert c", "three", points=1),
            graded("limit = 4\nassert d", "four", points=1),
            graded("not python (", "five", points=1),
        ]
    )
    assert entangled(master, ["two"]) == {"one", "two", "four"}
    assert entangled(master, ["three"]) == {"three"}
    assert entangled(master, []) == frozenset()


# -- whole attempts -----------------------------------------------------------------------------

ANSWERS = {
    "square": "calls = []\ndef square(x):\n    calls.append(x)\n    return x**2",
    "total": "total = 66\nseen = len(calls)",
    "third": "third = 3",
}
CASES = {
    "value-test": "assert total == 66",
    "call-test": "assert square(2) == 4",
    "third-test": "assert third == 3",
    "shared-test": "assert third < 9",
}


def attempt_bundle(**tests: str) -> Bundle:
    cells = [graded("", name, solution=True) for name in ANSWERS]
    own = {name: tests.get(name.replace("-", "_"), text) for name, text in CASES.items()}
    cells += [graded(text, name, points=2) for name, text in own.items()]
    settings = Settings(limits=Limits(cell_seconds=30, test_seconds=60))
    return Bundle("quiz", {"quiz": Frame(notebook(cells))}, {}, settings, "this")


def mark(found: Bundle, before: Marked | None, was: Dependence | None, folder: Path) -> Marked:
    cells = [graded(text, name, solution=True) for name, text in ANSWERS.items()]
    hand_in = HandIn("s001", {"quiz": json.dumps(notebook(cells)).encode()})
    kept = {}
    if before is not None and was is not None:
        now = dependence(found)
        assert now.base == was.base
        text = before.notebooks["quiz"].text.encode()
        master = found.frames["quiz"].master
        stays = what_to_keep(text, master, was.tests["quiz"], now.tests["quiz"])
        assert stays is not None
        kept["quiz"] = stays
    return mark_attempt(hand_in, found, folder, kept=kept)


AGAIN = [
    # a changed test that looks at values leaves those alone that do the same
    ({"third_test": "assert third == 4"}, ["call-test", "third-test"]),
    # one that calls may leave its mark on what is looked at after it
    ({"call_test": "assert square(3) == 9"}, ["call-test", "third-test", "shared-test"]),
    ({"value_test": "assert square(1) == total - 65"},
     ["value-test", "call-test", "third-test", "shared-test"]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("tests", "run"), AGAIN)
def test_only_what_may_differ_is_judged_again_and_the_result_is_that_of_a_whole_run(
    tests: dict[str, str], run: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mark(attempt_bundle(), None, None, tmp_path)
    judged: list[str] = []
    real = JudgeSession.run

    def noted(
        self: JudgeSession, source: str, points: float, grade_id: str, kernel: object
    ) -> object:
        judged.append(grade_id)
        return real(self, source, points, grade_id, kernel)  # type: ignore[arg-type]

    monkeypatch.setattr(JudgeSession, "run", noted)
    after = mark(attempt_bundle(**tests), before, dependence(attempt_bundle()), tmp_path)
    assert judged == run
    assert after == mark(attempt_bundle(**tests), None, None, tmp_path)


def test_nothing_is_kept_where_tests_have_come_or_gone() -> None:
    master = attempt_bundle().frames["quiz"].master
    assert what_to_keep(b"{}", master, {"a": "1"}, {"a": "1", "b": "1"}) is None
