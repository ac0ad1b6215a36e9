"""Mutants of code: one change each, inside the solution only, run until they are ended."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mathgrade.course.mutation.code import code_mutants
from mathgrade.course.mutation.mutant import Mutant
from mathgrade.course.mutation.running import bench_for, fates, given_matrices
from mathgrade.errors import CourseError
from mathgrade.verdict import Outcome
from tests.autograde.courses import graded, notebook
from tests.hang import ends_within

CELL = """\
def f(z, axis=-1):
    ### BEGIN SOLUTION
    if z.size == 0:
        raise ValueError("empty")
    total = 0.5
    for k in range(len(z)):
        total += z[k] * 2
    return np.sum(z, axis=axis) / total
    ### END SOLUTION
"""
MADE = [
    "off by one: z.size == 0 -> z.size == 1",
    "condition: z.size == 0 -> z.size != 0",
    "factor: total = 0.5 -> total = 1.0",
    "dropped statement: total += z[k] * 2 -> nothing",
    "sign: total += z[k] * 2 -> total -= z[k] * 2",
    "off by one: range(len(z)) -> range(1, len(z))",
    "dropped argument: return np.sum(z, axis=axis) / total -> return np.sum(z) / total",
    "other function: return np.sum(z, axis=axis) / total -> return np.mean(z, axis=axis) / total",
    "order: return np.sum(z, axis=axis) / total -> return total / np.sum(z, axis=axis)",
    "constant: return np.sum(z, axis=axis) / total -> return 0",
    "an argument handed back: return np.sum(z, axis=axis) / total -> return z",
]


@pytest.mark.parametrize("name", MADE)
def test_what_students_get_wrong_is_made(name: str) -> None:
    assert name in {mutant.name for mutant in code_mutants(CELL)}


def test_every_mutant_is_python_another_cell_and_has_a_name_of_its_own() -> None:
    mutants = list(code_mutants(CELL))
    original = ast.unparse(ast.parse(CELL))
    texts = [ast.unparse(ast.parse(mutant.response)) for mutant in mutants]
    assert original not in texts
    assert len(set(texts)) == len(texts) == len({m.name for m in mutants}) > 25


def test_what_is_given_to_students_stays() -> None:
    for mutant in code_mutants(CELL):
        assert mutant.response.startswith("def f(z, axis=-1):"), mutant.name


@pytest.mark.parametrize(
    ("cell", "never"),
    [
        ("y = np.maximum(x, 0)", "order: y = np.maximum(x, 0) -> y = np.maximum(0, x)"),
        ("y = np.array(x)", "dropped function: y = np.array(x) -> y = x"),
    ],
)
def test_what_changes_nothing_is_not_made(cell: str, never: str) -> None:
    assert never not in {mutant.name for mutant in code_mutants(cell)}


def test_a_cell_without_markers_is_a_solution_as_a_whole() -> None:
    assert "sign: y = x + 1 -> y = x - 1" in {m.name for m in code_mutants("y = x + 1")}


def test_a_cell_that_is_not_python_is_said() -> None:
    with pytest.raises(SyntaxError):
        list(code_mutants("def f(:"))


def test_the_notebooks_own_matrices_are_given_but_no_loop_variable() -> None:
    plot = "B = 2 * A\nfor M in (A, B):\n    product = A @ M"
    nb = notebook(
        [
            graded("import numpy as np\nA = np.eye(2) * 3\nx = 1.5", "preamble", locked=True),
            graded("C = np.eye(2)", "answer", solution=True),
            graded(plot, "plot", locked=True),
            graded("D = C + A", "later", locked=True),
        ]
    )
    given = given_matrices(Path.cwd(), "none", nb, "s001")
    assert [name for name, _ in given] == ["A", "B"]


# -- run -------------------------------------------------------------------------------------

ENDLESS = """\
def count(n):
    total = 0
    while n > 0:
        n = n + 1
        total = total + 1
    return total
"""
ANSWER = ENDLESS.replace("n = n + 1", "n = n - 1")
TEST = "assert [count(k) for k in (1, 5)] == [1, 5]"


def bench(answer: str = ANSWER, test: str = TEST, before: str = "unused = 1 / 0") -> object:
    nb = notebook(
        [
            graded(before, "before", locked=True),
            graded(answer, "count", solution=True),
            graded(test, "count-test", points=1),
        ]
    )
    return bench_for(Path.cwd(), "none", nb, "count-test", student="s001")


RUN = [
    ("right", ANSWER, Outcome.CORRECT),
    ("wrong", ANSWER.replace("return total", "return 0"), Outcome.INCORRECT),
    ("raises", ANSWER.replace("return total", "raise OSError"), Outcome.INCORRECT),
    ("does not end", ENDLESS, Outcome.INCORRECT),
    ("ends the process", "import os\nos._exit(0)", Outcome.INCORRECT),
    ("leaves", "raise SystemExit", Outcome.INCORRECT),
    ("takes all memory", "count = [0] * 10**10", Outcome.INCORRECT),
]


def test_every_mutant_has_its_fate_whatever_it_does() -> None:
    mutants = [Mutant("", name, text) for name, text, _ in RUN]
    with ends_within(120):
        _, found = fates(bench(), mutants)
    assert {fate.mutant: fate.outcome for fate in found} == {name: due for name, _, due in RUN}


def test_only_cells_that_are_needed_run_before_the_answer() -> None:
    assert bench().before == ()
    needed = bench(TEST, TEST.replace("count(k)", "unused"), "unused = 2")
    assert needed.before == ("unused = 2",)


@pytest.mark.parametrize(
    ("answer", "before", "says"),
    [
        ("def count(n):\n    return 7", "", "the reference is not marked right"),
        ("count = undefined", "", "cannot be run: NameError"),
        ("import os\nos._exit(1)\ncount = 1", "", "ended the process"),
    ],
)
def test_a_reference_that_fails_is_said(answer: str, before: str, says: str) -> None:
    with pytest.raises(CourseError, match=says):
        fates(bench(answer, before=before), [])
