"""Test cells on the trusted side: whose name is whose, scores, calls both ways, mirroring."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mathgrade.answers import Number
from mathgrade.autograde.attempt import CellResult
from mathgrade.items import Item

from .student import Student, answers

Make = Callable[..., Student]


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> Make:
    return lambda code="", **attempt: Student(monkeypatch, code, **attempt)


# -- scores ------------------------------------------------------------------------------------

SCORES = [
    # last lines of a test cell worth 2 points, what it earns, and why
    ("", 2, "no value is full marks, as in nbgrader"),
    ("assert True", 2, "nothing failed"),
    ("assert False", 0, "an exception is nothing"),
    ("1 / 0", 0, "any exception"),
    ("raise SystemExit", 0, "ending the process is an exception too"),
    ("1.5", 1.5, "a number is that many points"),
    ("0", 0, "zero is zero"),
    ("0.0", 0, ""),
    ("5", 2, "more than the maximum is the maximum"),
    ("-1", 0, "stock nbgrader gives 2"),
    ("float('nan')", 0, "stock nbgrader gives 2"),
    ("float('inf')", 0, "infinitely many points are none"),
    ("float('-inf')", 0, ""),
    ("True", 2, "the author asked a question and the answer is yes"),
    ("False", 0, "stock nbgrader gives 2"),
    ("import numpy as np\nnp.float64(0.5)", 0.5, "stock nbgrader gives 2"),
    ("import numpy as np\nnp.int64(1)", 1, "stock nbgrader gives 2"),
    ("import numpy as np\nnp.bool_(False)", 0, ""),
    ("import numpy as np\nnp.float32('nan')", 0, ""),
    ("from fractions import Fraction\nFraction(1, 2)", 0.5, "stock nbgrader gives 2"),
    ("import sympy as sp\nsp.Rational(1, 2)", 0.5, "stock nbgrader gives 2"),
    ("import sympy as sp\nsp.nan", 0, ""),
    ("'0.5'", 2, "a string is no number of points"),
    ("None", 2, ""),
    ("[0.5]", 2, ""),
    ("marks = 0.5", 2, "a statement has no value"),
    ("1.5;", 1.5, "a semicolon hides the output, not the value"),
]


@pytest.mark.parametrize(("cell", "earned", "why"), SCORES)
def test_points_follow_nbgraders_rules_but_never_fail_open(
    student: Make, cell: str, earned: float, why: str
) -> None:
    result = student().mark(cell, 2.0)
    assert result.score == earned, why
    assert type(result.score) is float


def test_a_cell_that_grades_is_not_given_full_marks_for_its_last_line(student: Make) -> None:
    test = "grade(item, x)\nprint('marked')"
    marker = student("x = 4")
    marker.sitting._namespace["item"] = Item("x", 2, Number(3))
    marker.sitting._trusted.add("item")
    assert marker.mark(test, 2.0).score == 0.0


def test_several_items_in_one_cell_add_up(student: Make) -> None:
    marker = student("x = 3\ny = 5")
    marker.sitting._namespace.update(a=Item("a", 1, Number(3)), b=Item("b", 2, Number(4)))
    marker.sitting._trusted.update({"a", "b"})
    result = marker.mark("grade(a, x) + grade(b, y)", 3.0)
    assert (result.score, len(result.verdicts)) == (1.0, 2)


# -- whose name is whose -----------------------------------------------------------------------


def test_a_value_and_a_function_come_from_the_student(student: Make) -> None:
    marker = student("import numpy as np\nA = np.eye(2)\ndef f(a):\n    return 2 * a")
    assert marker.mark("import numpy as np\nassert np.array_equal(f(A), 2 * np.eye(2))").score == 1


def test_the_instructors_import_wins_over_the_students_object(student: Make) -> None:
    code = (
        "class Liar:\n    def __getattr__(self, name): return lambda *a: True\nnp = Liar()\nx = 1"
    )
    marker = student(code, trusted=("import numpy as np",))
    assert marker.mark("assert np.allclose(x, 2)").score == 0


def test_a_locked_cells_function_wins_over_the_students(student: Make) -> None:
    trusted = ("import numpy as np\ndef close(a, b):\n    return bool(np.allclose(a, b))",)
    marker = student("def close(a, b):\n    return True\nx = 1", trusted=trusted)
    assert marker.mark("assert close(x, 2)").score == 0
    assert marker.mark("assert close(x, 1)").score == 1


def test_a_function_of_an_earlier_test_wins_over_the_students(student: Make) -> None:
    marker = student("x = 1")
    assert marker.mark("def same(a, b):\n    return a == b\nassert same(x, 1)").score == 1
    marker.namespace["same"] = lambda a, b: True
    assert marker.mark("assert same(x, 2)").score == 0


def test_a_locked_stub_the_student_was_asked_to_fill_in_is_the_students(student: Make) -> None:
    marker = student(
        "def f(a):\n    return a + 1",
        trusted=("def f(a):\n    raise NotImplementedError",),
        asked=frozenset({"f"}),
    )
    assert marker.mark("assert f(1) == 2").score == 1


def test_a_builtin_is_ours_unless_it_was_asked_for(student: Make) -> None:
    code = "def abs(x):\n    return 0\ndef pow(a, b):\n    return 7\nx = -3"
    assert student(code).mark("assert abs(x) == 3").score == 1
    assert student(code, asked=frozenset({"pow"})).mark("assert pow(2, 3) == 7").score == 1


def test_a_module_only_the_students_notebook_imports_is_imported_on_our_side(student: Make) -> None:
    marker = student("import math\nx = 3.141592653589793")
    assert marker.mark("assert x == math.pi").score == 1


def test_a_module_that_is_no_answer_is_refused(student: Make) -> None:
    result = student("import json as answer").mark("assert answer.dumps(1) == '1'")
    assert result.score == 0
    assert "the module json" in str(result.error)


def test_a_value_of_an_earlier_test_stays_unless_the_student_has_one(student: Make) -> None:
    marker = student("x = 1")
    assert marker.mark("data = [1, 2]\nassert x == 1").score == 1
    assert marker.mark("assert data == [1, 2]").score == 1
    marker.namespace["data"] = [3]
    assert marker.mark("assert data == [3]").score == 1


def test_a_name_bound_on_one_branch_only_may_be_missing(student: Make) -> None:
    cell = "try:\n    value = x\nexcept NameError:\n    value = 0\nassert value == 0"
    assert student().mark(cell).score == 1


# -- what is not there -------------------------------------------------------------------------


def test_a_name_never_assigned_is_a_finding_where_grade_takes_it(student: Make) -> None:
    marker = student()
    marker.sitting._namespace["item"] = Item("x", 2, Number(3))
    marker.sitting._trusted.add("item")
    result = marker.mark("grade(item, x)", 2.0)
    assert result.score == 0
    assert result.error is None
    assert "`x` was never assigned" in answers(result)["response.missing"]


def test_a_name_never_assigned_is_a_name_error_in_a_plain_test(student: Make) -> None:
    result = student().mark("assert x == 1")
    assert result.score == 0
    assert result.error is not None
    assert result.error.ename == "NameError"


UNSENDABLE = [
    ("class Own:\n    pass\nx = Own()", "Own"),
    ("x = []\nx.append(x)", "contains itself"),
    ("x = (n for n in range(3))", "generator"),
    ("import io\nx = io.StringIO()", "StringIO"),
    ("x = []\nfor _ in range(2000):\n    x = [x]", "deep"),
    ("import numpy as np\nx = np.zeros(10**7)", ""),
]


@pytest.mark.parametrize(("code", "part"), UNSENDABLE)
def test_an_answer_that_cannot_be_sent_is_a_finding(student: Make, code: str, part: str) -> None:
    marker = student(code)
    marker.sitting._namespace["item"] = Item("x", 2, Number(3))
    marker.sitting._trusted.add("item")
    result = marker.mark("grade(item, x)", 2.0)
    assert result.score == 0
    message = answers(result)["response.unsendable"]
    assert message.startswith("`x` cannot be marked: ")
    assert part in message


def test_a_dead_kernel_is_said_so_in_every_test_after(student: Make) -> None:
    marker = student("x = 3")
    marker.died = "your notebook stopped running: its process ended"
    marker.sitting._namespace["item"] = Item("x", 2, Number(3))
    marker.sitting._trusted.add("item")
    result = marker.mark("grade(item, x)", 2.0)
    assert "its process ended" in answers(result)["kernel.died"]
    plain = marker.mark("assert x == 3")
    assert plain.score == 0
    assert "its process ended" in str(plain.error)


# -- calls, both ways --------------------------------------------------------------------------


def test_many_calls_of_a_students_function_are_one_request(student: Make) -> None:
    marker = student("def f(a):\n    return a * a")
    marker.mark(
        "from mathgrade.codec import Call, call_many\ncall_many(f, [Call((n,)) for n in range(50)])"
    )
    assert [sorted(r) for r in marker.requests] == [["get"], ["calls", "handle"]]


def test_an_exception_arrives_as_the_same_built_in_type(student: Make) -> None:
    marker = student("def f(n):\n    if n < 1:\n        raise ValueError('n must be positive')")
    cell = "try:\n    f(0)\nexcept ValueError as e:\n    assert str(e) == 'n must be positive'\nelse:\n    assert False"
    assert marker.mark(cell).score == 1


def test_a_function_handed_to_the_student_is_called_here(student: Make) -> None:
    marker = student("def twice(g, a):\n    return g(g(a))")
    assert marker.mark("assert twice(lambda t: t**2, 3) == 81").score == 1
    assert "lambda" not in marker.sent().replace("<lambda>", "")


def test_a_function_that_is_handed_back_is_the_same_function(student: Make) -> None:
    marker = student("def identity(g):\n    return g\ndef f(a):\n    return a")
    assert marker.mark("g = lambda t: t\nassert identity(g) is g").score == 1
    assert marker.mark("assert identity(f)(3) == 3").score == 1


def test_an_exception_of_our_function_reaches_the_students_code(student: Make) -> None:
    code = "def guarded(g):\n    try:\n        return g(0)\n    except ZeroDivisionError:\n        return 'caught'"
    assert student(code).mark("assert guarded(lambda t: 1 / t) == 'caught'").score == 1


def test_a_function_that_exits_is_an_error_of_that_call_only(student: Make) -> None:
    marker = student("import sys\ndef f(a):\n    sys.exit(1)\ndef g(a):\n    return a")
    result = marker.mark("assert f(1) == 1")
    assert result.score == 0
    assert "exit" in str(result.error)
    assert marker.mark("assert g(1) == 1").score == 1


def test_a_result_that_cannot_be_sent_is_an_error_of_that_call(student: Make) -> None:
    marker = student("class Own:\n    pass\ndef f():\n    return Own()")
    result = marker.mark("f()")
    assert "the returned value cannot be marked" in str(result.error)


IN_PLACE = [
    ("def f(a):\n    a.sort()", "a = [3, 1, 2]\nf(a)\nassert a == [1, 2, 3]"),
    ("def f(a):\n    a *= 2", "import numpy as np\na = np.ones(2)\nf(a)\nassert a.sum() == 4"),
    ("def f(d):\n    d['k'] = 1", "d = {}\nf(d=d)\nassert d == {'k': 1}"),
    ("def f(s):\n    s.add(1)", "s = set()\nf(s)\nassert s == {1}"),
]


@pytest.mark.parametrize(("code", "test"), IN_PLACE)
def test_a_function_may_change_its_argument_in_place(student: Make, code: str, test: str) -> None:
    assert student(code).mark(test).score == 1


def test_a_function_that_should_leave_its_argument_alone_is_seen_not_to(student: Make) -> None:
    marker = student("def f(a):\n    a.append(0)\n    return sum(a)")
    assert marker.mark("a = [1, 2]\nassert f(a) == 3 and a == [1, 2]").score == 0


# -- mirroring ---------------------------------------------------------------------------------

USES = "def squares(n):\n    return [i * i for i in range(1, n + 1)]\n"
DELETES = (
    "kept = squares\ndel squares\ntry:\n    total(1)\nexcept NameError:\n    pass\nelse:\n"
    "    raise AssertionError('total does not use squares')\nfinally:\n    squares = kept"
)


def test_deleting_a_students_name_shows_whether_another_function_uses_it(student: Make) -> None:
    uses = student(USES + "def total(n):\n    return sum(squares(n))")
    assert uses.mark(DELETES).score == 1
    copies = student(USES + "def total(n):\n    return sum(i * i for i in range(1, n + 1))")
    assert copies.mark(DELETES).score == 0


def test_a_students_name_is_there_again_after_the_cell(student: Make) -> None:
    marker = student(USES + "def total(n):\n    return sum(squares(n))")
    marker.mark("squares(1)\ndel squares\n1 / 0")
    assert marker.mark("assert total(3) == 14").score == 1
    assert callable(marker.namespace["squares"])


def test_rebinding_a_students_function_to_ours_is_seen_by_the_students_code(student: Make) -> None:
    marker = student(USES + "def total(n):\n    return sum(squares(n))")
    cell = "assert squares(2) == [1, 4]\nsquares = lambda n: [100]\nassert total(3) == 100"
    assert marker.mark(cell).score == 1
    assert marker.mark("assert total(3) == 14").score == 1


def test_what_a_test_computes_never_reaches_the_student(student: Make) -> None:
    code = "expected = None\nsecret = None\ndef f(a):\n    return expected"
    marker = student(code)
    cell = "secret = 8675309\nexpected = secret * 2\nassert f(1) == expected"
    assert marker.mark(cell).score == 0
    assert "8675309" not in marker.sent()
    assert "17350618" not in marker.sent()


# -- authors -----------------------------------------------------------------------------------


def test_an_item_that_does_not_exist_goes_to_a_person(student: Make, course: object) -> None:
    result = student("x = 1", course=str(course)).mark("grade('softmax:no-such-item', x)")
    assert result.score is None
    assert "no-such-item" in result.review


def test_magics_in_a_test_cell_are_named_as_what_they_are(student: Make) -> None:
    result = student("x = 1").mark("%time x\nassert x == 1")
    assert result.score == 0
    assert result.error is not None
    assert result.error.ename == "NameError"


def test_a_syntax_error_in_a_test_cell_is_an_error_of_the_cell(student: Make) -> None:
    result = student().mark("assert (")
    assert isinstance(result, CellResult)
    assert result.error is not None
    assert result.error.ename == "SyntaxError"


def test_what_a_test_prints_is_kept_apart_from_its_score(student: Make) -> None:
    result = student("x = 1").mark("print('x is', x)\n0.5")
    assert (result.printed, result.score) == ("x is 1\n", 0.5)
