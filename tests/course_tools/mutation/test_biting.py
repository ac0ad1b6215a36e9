"""`mathgrade check` finds an item whose test takes wrong answers for right ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mathgrade.course.beginning import begin_assignment, new_cell
from mathgrade.course.check import Status, bite_lines
from mathgrade.course.mutation import Bite, Survivor, bite, probes_of
from mathgrade.course.notebooks import notebook_text, read_notebook
from mathgrade.errors import ItemError
from mathgrade.items import load_assignment

NAME = "week-1"
PROOF = "### BEGIN SOLUTION\n$$(a+b)^2 = (a+b)(a+b) = a^2 + 2ab + b^2$$\n### END SOLUTION"
ITEMS = """
from mathgrade.answers import Derivation

ITEMS.append(
    Item("square-of-sum", 2, Derivation("(a + b)^2 = a^2 + 2ab + b^2", {"a b": "real"}))
)
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    begin_assignment(tmp_path, NAME)
    return tmp_path


def reference(course: Path) -> Path:
    return course / "reference" / f"{NAME}.py"


def replace(course: Path, old: str, new: str) -> None:
    text = reference(course).read_text()
    assert old in text
    reference(course).write_text(text.replace(old, new))


def bites(course: Path) -> dict[str, Bite]:
    return {probe.item: bite(probe) for probe in probes_of(course, NAME)}


def lines(course: Path) -> Iterator[tuple[str, Status, str]]:
    for line in bite_lines(NAME, list(bites(course).values())):
        yield line.check, line.status, "\n".join(line.details)


def test_a_sound_assignment_kills_every_mutant(course: Path) -> None:
    found = bites(course)
    assert {name: one.rate for name, one in found.items()} == {"slope": 1.0, "square": 1.0}
    assert {one.blank for one in found.values()} == {0.0}
    assert {credit for one in found.values() for credit in one.trivial.values()} == {0.0}
    assert all(status is Status.OK for _, status, _ in lines(course))


def test_a_function_that_is_called_too_seldom_lets_mutants_live(course: Path) -> None:
    replace(course, "ARRAYS = [", "ARRAYS = [np.array([1.0]), np.array([0.0])]\n_UNUSED = [")
    square = bites(course)["square"]
    assert square.rate < 1
    names = {survivor.name: survivor.why for survivor in square.survivors}
    assert "an argument handed back: return x * x -> return x" in names
    assert all(why.startswith("differs at ([") for why in names.values())
    status = {check: (status, text) for check, status, text in lines(course)}
    assert status["mutants"][0] is Status.FAILED
    assert (
        "square: an argument handed back: return x * x -> return x survives" in status["mutants"][1]
    )


def test_an_author_says_which_survivor_is_right(course: Path) -> None:
    replace(course, "2 * np.asarray(x)", "2.5 * np.asarray(x)")
    replace(course, "ARRAYS = [", "ARRAYS = [np.array([1.0]), np.array([0.0])]\n_UNUSED = [")
    alive = bites(course)["square"].survivors
    reasons = {survivor.name: "Only 0 and 1 are asked for." for survivor in alive}
    with reference(course).open("a") as file:
        file.write(f"\nEQUIVALENT = {{'square': {reasons!r}, 'slope': {{'x + 9': 'Never made.'}}}}")
    found = bites(course)
    assert found["square"].rate == 1.0
    assert {s.why for s in found["square"].equivalent} == {"Only 0 and 1 are asked for."}
    assert found["slope"].unused == ("x + 9",)
    assert [status for check, status, _ in lines(course) if check == "mutants to look at"] == [
        Status.WARNING
    ]


@pytest.mark.parametrize(
    "table",
    [
        "[]",
        "{'slop': {'a': 'b'}}",
        "{'slope': ['a']}",
        "{'slope': {'a': ''}}",
        "{'slope': {1: 'b'}}",
    ],
)
def test_a_table_of_equivalents_that_cannot_be_meant_is_refused(course: Path, table: str) -> None:
    with reference(course).open("a") as file:
        file.write(f"\nEQUIVALENT = {table}\n")
    with pytest.raises(ItemError, match="EQUIVALENT in"):
        load_assignment(course, NAME)


def test_credit_for_an_answer_without_a_thought_is_found(course: Path) -> None:
    replace(course, '"x",\n                "The exponent', '"1",\n                "The exponent')
    replace(course, '"week-1.factor",', '"week-1.factor", credit=0.5,')
    assert bites(course)["slope"].trivial == {"0": 0.0, "1": 0.5}
    (found,) = [text for check, _, text in lines(course) if check == "answers without a thought"]
    assert found == "slope: 1 earns 50%"


def test_a_derivation_is_made_false_line_by_line(course: Path) -> None:
    path = course / "source" / NAME / f"{NAME}.ipynb"
    nb = read_notebook(path)
    nb.cells += [
        new_cell(PROOF, "square-of-sum", solution=True, points=0, markdown=True),
        new_cell(
            f'grade("{NAME}:square-of-sum", cell("square-of-sum"))', "square-of-sum-test", points=2
        ),
    ]
    path.write_text(notebook_text(nb))
    with reference(course).open("a") as file:
        file.write(ITEMS)
    found = bites(course)["square-of-sum"]
    assert (found.killed, found.survivors, found.blank) == (6, (), 0.0)
    assert list(found.trivial.values()) == [0.0] * 4


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('Expression("2*x"', 'Expression("2*y"', "cannot be read"),
        ("** 2", "** 3", "the reference is not marked right"),
        ("ITEMS = [", "ITEMS = 1 / 0, [", "ZeroDivisionError"),
    ],
)
def test_an_item_that_cannot_be_looked_at_is_a_failure(
    course: Path, old: str, new: str, says: str
) -> None:
    replace(course, old, new)
    assert any(says in one.fault for one in bites(course).values())
    (status,) = [status for check, status, _ in lines(course) if check == "mutants"]
    assert status is Status.FAILED


def test_a_rate_is_of_those_that_are_wrong() -> None:
    alive, right = (Survivor("a"),), (Survivor("b"), Survivor("c"))
    assert Bite("a", "b", 4, 1, right, alive).rate == 0.5
    assert Bite("a", "b", 3, 1, right).rate == 1.0
    assert Bite("a", "b").rate is None
    assert Bite("a", "b", 4, 1, right, alive).to_json()["rate"] == 0.5
