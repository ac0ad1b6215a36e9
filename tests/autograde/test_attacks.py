"""What an adversary tried on the judge, and the honest work beside it that must keep its marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from mathgrade.autograde.instructor import asked_names
from mathgrade.autograde.marking import CellMark, Limits, Place, mark_notebook
from mathgrade.autograde.outputs import Collector, storable

from .courses import graded, notebook
from .student import Student

Make = Callable[..., Student]

SYMPY = "import sympy as sp\n"
NUMPY = "import numpy as np\n"
SYMBOL = SYMPY + 'x = sp.Symbol("x")'
CLOSE = "TOLERANCE = 1e-8\ndef close(a, b):\n    return abs(a - b) < TOLERANCE"
CLOSE_DEFAULT = "TOLERANCE = 1e-8\ndef close(a, b, eps=TOLERANCE):\n    return abs(a - b) < eps"


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(code: str, locked: str = "", solution: str = "", plain: str = "") -> Student:
        return Student(
            monkeypatch,
            code,
            trusted=(locked,) if locked else (),
            imports=tuple(filter(None, (locked, plain, solution))),
            asked=asked_names(solution),
        )

    return make


# -- names of the instructor's -----------------------------------------------------------------

# what the student ran, the locked cell, the solution, the test
REBINDINGS = {
    "a symbol bound to zero": (
        SYMPY + "x = slope = sp.Integer(0)", SYMBOL, "slope = 2*x",
        "assert sp.simplify(slope - 2*x) == 0",
    ),
    "a symbol that assumes it is zero": (
        SYMPY + "x = sp.Symbol('x', zero=True)\nslope = 0*x", SYMBOL, "slope = 2*x",
        "assert sp.simplify(slope - 2*x) == 0",
    ),
    "a tolerance": ("TOLERANCE = 1e9\nr = 5", CLOSE, "r = 1", "assert close(r, 1)"),
    "a tolerance in a default": (
        "TOLERANCE = 1e9\nclose = lambda *a: True\nr = 5", CLOSE_DEFAULT, "r = 1",
        "assert close(r, 1)",
    ),
    "an alias of a library function": (
        "same = lambda *a: True\nr = 5", NUMPY + "same = np.array_equal", "r = 1",
        "assert same(r, 1)",
    ),
    "a name from a star import": (
        "from sympy import *\nx = Symbol('x')\nslope = x\nsimplify = lambda e: 0",
        "from sympy import *", "slope = 2*x", "assert simplify(slope - 2*x) == 0",
    ),
    "a name the solution imports": (
        "allclose = lambda *a: True\nr = 5", "", "from numpy import allclose\nr = 1",
        "assert allclose(r, 1)",
    ),
    "a name imported in a branch": (
        "allclose = lambda *a: True\nr = 5",
        "try:\n    from numpy import allclose\nexcept ImportError:\n    raise", "r = 1",
        "assert allclose(r, 1)",
    ),
    "data the test compares with": (
        NUMPY + "X = np.zeros(3)\nmean = 0.0", NUMPY + "X = np.arange(3.0)", "mean = X.mean()",
        "assert np.allclose(mean, X.mean())",
    ),
    "a reference function": (
        "ref = f = lambda t: 0", "ref = lambda t: t**2", "def f(t): return t**2",
        "assert f(2) == ref(2)",
    ),
    "an undefined function": (
        SYMBOL + "\nf = lambda t: sp.Integer(0)\ng = 0", SYMBOL + '\nf = sp.Function("f")', "g = 1",
        "assert g == sp.diff(f(x), x)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", REBINDINGS)
def test_rebinding_what_a_test_relies_on_gains_nothing(student: Make, attack: str) -> None:
    code, locked, solution, test = REBINDINGS[attack]
    assert student(code, locked, solution).mark(test).score == 0


def test_a_symbol_of_an_unlocked_setup_cell_is_the_instructors(student: Make) -> None:
    marker = student(SYMPY + "x = slope = sp.Integer(0)", plain=SYMBOL, solution="slope = 2*x")
    assert marker.mark("assert sp.simplify(slope - 2*x) == 0").score == 0


def test_a_value_a_test_computed_is_not_the_students_in_the_next_test(student: Make) -> None:
    marker = student("expected = r = 5", solution="r = 1")
    assert marker.mark("expected = 1").score == 1
    assert marker.mark("assert r == expected").score == 0


# What an honest student's notebook does with the instructor's names.
HONEST = {
    "declares the symbol again, real": (
        SYMPY + "x = sp.Symbol('x', real=True)\nslope = 2*x", SYMBOL, "slope = 2*x",
        "assert sp.simplify(slope - 2*x) == 0",
    ),
    "declares symbols and what is made of them again": (
        SYMPY + "n = sp.Symbol('n', positive=True)\nA = sp.MatrixSymbol('A', n, n)\ng = A.T",
        SYMPY + "n = sp.Symbol('n')\nA = sp.MatrixSymbol('A', n, n)", "g = A.T", "assert g == A.T",
    ),
    "changes a locked array as the solution does": (
        NUMPY + "X = np.arange(3.0)\nX[0] = 7", NUMPY + "X = np.arange(3.0)", "X[0] = 7",
        "assert X[0] == 7",
    ),
    "changes a locked list by another name": (
        "L = [1]\nB = L\nB.append(2)", "L = [1]", "B = L\nB.append(2)", "assert L == [1, 2]",
    ),
    "changes a locked list in a function": (
        "L = [1]\ndef add(l):\n    l.append(2)\n    return 0\nr = add(L)", "L = [1]",
        "def add(l):\n    l.append(2)\n    return 0\nr = add(L)", "assert L == [1, 2]",
    ),
    "fills a locked array by out=": (
        NUMPY + "X = np.zeros(2)\ny = np.add(1, 1, out=X)", NUMPY + "X = np.zeros(2)",
        "y = np.add(1, 1, out=X)", "assert X[0] == 2",
    ),
    "works with random data": (
        NUMPY + "X = np.random.rand(3)\nm = X.mean()", NUMPY + "X = np.random.rand(3)",
        "m = X.mean()", "assert np.allclose(m, X.mean())",
    ),
    "works with random data of a helper": (
        NUMPY + "def make(): return np.random.rand(3)\nX = make()\nm = X.mean()",
        NUMPY + "def make(): return np.random.rand(3)\nX = make()", "m = X.mean()",
        "assert np.allclose(m, X.mean())",
    ),
    "has data that was read from a file": (
        NUMPY + "X = np.array([1.0, 2.0])\ncount = 2", NUMPY + "X = np.loadtxt('no-such-file')",
        "count = len(X)", "assert len(X) == count",
    ),
    "has a value that depends on an answer": (
        "a = 3\nX = 2 * a\nr = X", "X = 2 * a", "a = 3\nr = X", "assert r == X == 6",
    ),
    "has a dummy symbol": (
        SYMPY + "d = sp.Dummy('d')\ng = d", SYMPY + "d = sp.Dummy('d')", "g = d", "assert g == d",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", HONEST)
def test_an_honest_notebook_keeps_its_marks(student: Make, way: str) -> None:
    code, locked, solution, test = HONEST[way]
    assert student(code, locked, solution).mark(test).score == 1


def test_a_scratch_name_of_the_students_does_not_hide_a_value_of_an_earlier_test(
    student: Make,
) -> None:
    marker = student("data = 'mine'\nr = 1", solution="r = 1")
    marker.mark("data = [1, 2]")
    assert marker.mark("assert data == [1, 2] and r == 1").score == 1


@pytest.mark.parametrize(
    "helper",
    ["def doubles(a):\n    return f(a) == k * a", "doubles = lambda a: f(a) == k * a"],
)
def test_a_helper_of_an_earlier_test_can_call_the_students_function(
    student: Make, helper: str
) -> None:
    marker = student("def f(a): return 2 * a", solution="def f(a): return 2 * a")
    assert marker.mark(f"k = 2\n{helper}\nassert doubles(1)").score == 1
    assert marker.mark("assert doubles(2)").score == 1


def test_display_in_a_test_shows_and_reaches_no_student(student: Make) -> None:
    marker = student("stolen = []\ndef display(value): stolen.append(value)\nr = 1")
    result = marker.mark("display(8675309)\nassert r == 1")
    assert (result.score, result.printed) == (1, "8675309\n")
    assert marker.namespace["stolen"] == []


# -- calls -------------------------------------------------------------------------------------

LOOPS = [
    "assert all(map(lambda a: f(a) == a, [1, 2]))",
    "for a, b in map(lambda a: (f(a), a), [1, 2]):\n    assert a == b",
    "assert list(map(f, [1, 2])) in ([], [1, 2])",
]


@pytest.mark.parametrize("test", LOOPS)
def test_raising_stopiteration_does_not_end_a_loop_of_the_test(student: Make, test: str) -> None:
    assert student("def f(a): raise StopIteration").mark(test).score == 0


def test_a_function_lent_by_one_test_answers_for_nobody_in_the_next(student: Make) -> None:
    code = "lent = []\ndef slope_of(g, a):\n    lent.append(g)\ndef sine(a): return lent[0](a)"
    marker = student(code)
    marker.mark("import math\nslope_of(math.sin, 0)")
    assert marker.mark("assert sine(0.3) == math.sin(0.3)").score == 0
    assert marker.mark("assert slope_of(math.cos, 0) is None").score == 1


def test_what_a_test_makes_of_an_answer_does_not_travel(student: Make) -> None:
    marker = student("slope = 1.0")
    marker.mark("expected = 8675309\nslope = slope - expected\nassert slope")
    assert "867530" not in marker.sent()


def test_a_module_that_the_student_names_is_not_run(student: Make) -> None:
    marker = student("import types\nr = types.ModuleType('numpy.f2py.__main__')")
    result = marker.mark("assert r == 1")
    assert "the module numpy.f2py.__main__" in str(result.error)


# -- points ------------------------------------------------------------------------------------

TRUTHS = [
    ("import numpy as np\nr = np.array([7])", "r == 42", 0),
    ("import numpy as np\nr = np.array([])", "r == 42", 0),
    ("import numpy as np\nr = np.array([42, 7])", "r == 42", 0),
    ("import numpy as np\nr = np.array([42, 42])", "r == 42", 2),
    ("r = 3", "import sympy as sp\nsp.Eq(r, 4)", 0),
    ("r = 4", "import sympy as sp\nsp.Eq(r, 4)", 2),
    ("r = 4", "import numpy as np\nnp.array(0.5)", 0.5),
    ("r = 4", "from decimal import Decimal\nDecimal('0.5')", 0.5),
]


@pytest.mark.parametrize(("code", "test", "points"), TRUTHS)
def test_a_last_expression_that_is_not_true_earns_nothing(
    student: Make, code: str, test: str, points: float
) -> None:
    assert student(code).mark(test, 2.0).score == points


# -- messages of the kernel --------------------------------------------------------------------

FORGED = [
    {"msg_type": "stream", "content": {}},
    {"msg_type": "stream", "content": {"name": ["x"], "text": {"a": 1}}},
    {"msg_type": "display_data", "content": {"data": [1], "metadata": 3}},
    {"msg_type": "display_data", "content": {"data": {"text/plain": {"a": 1}}}},
    {"msg_type": "display_data", "content": {"data": {"text/plain": "x"}, "metadata": 3}},
    {"msg_type": "execute_result", "content": {"data": 1, "execution_count": "a"}},
    {"msg_type": "update_display_data", "content": {"transient": {"display_id": ["x"]}}},
    {"msg_type": "error", "content": {"ename": 1, "evalue": None, "traceback": 3}},
    {"msg_type": "comm_open", "content": {}},
    {"msg_type": "evil", "content": {"ename": 1}},
]


@pytest.mark.parametrize("message", FORGED, ids=str)
def test_a_forged_message_is_no_output(message: dict[str, object]) -> None:
    cell = nbformat.v4.new_code_cell("")
    assert Collector(cell, {}, 1000, 10)(message) is False
    assert cell.outputs == []


def test_text_that_cannot_be_written_is_replaced() -> None:
    assert storable({"text": "a\ud800"}) == {"text": "a?"}


def test_output_nested_too_deeply_for_a_notebook_is_refused() -> None:
    value: object = 1
    for _ in range(500):
        value = [value]
    with pytest.raises(ValueError, match="deeply"):
        storable(value)


def test_a_display_is_updated_from_a_later_cell() -> None:
    cells = [nbformat.v4.new_code_cell(""), nbformat.v4.new_code_cell("")]
    displays: dict[str, list[NotebookNode]] = {}
    for cell, kind, text in zip(
        cells, ("display_data", "update_display_data"), ("1 %", "100 %"), strict=True
    ):
        content = {"data": {"text/plain": text}, "transient": {"display_id": "bar"}}
        Collector(cell, displays, 1000, 10)({"msg_type": kind, "content": content})
    assert [o.data["text/plain"] for o in cells[0].outputs] == ["100 %"]
    assert cells[1].outputs == []


# -- with a real kernel and a real judge -------------------------------------------------------

SOURCE = [
    graded("import numpy as np\nimport sympy as sp\nx = sp.Symbol('x')", "setup"),
    graded("slope = 2*x\ndef f(g):\n    return g(3)", "a", solution=True),
]
FORGE = (
    "import json\nimport mathgrade.autograde.agent as agent\n"
    "agent.reply = lambda text: agent.Reply(answer)\nanswer = "
)


def mark(
    folder: Path, code: str, *tests: str, tags: tuple[str, ...] = ()
) -> tuple[NotebookNode, list[CellMark]]:
    source = folder / "source" / "quiz"
    source.mkdir(parents=True)
    (folder / "handed-in").mkdir()
    graded_tests = [graded(t, f"t{k}", points=1) for k, t in enumerate(tests)]
    nbformat.write(notebook([*SOURCE, *graded_tests]), source / "quiz.ipynb")
    handed_in = [graded(t, f"t{k}", points=1, tags=tags) for k, t in enumerate(tests)]
    nb = notebook([SOURCE[0], graded(code, "a", solution=True), *handed_in])
    limits = Limits(cell_seconds=3, call_seconds=3, test_seconds=3)
    marks = mark_notebook(nb, Place(folder, "quiz", "quiz", "s001", folder / "handed-in"), limits)
    nbformat.write(nb, folder / "marked.ipynb")  # whatever is in it, it can be written
    return nb, marks


@pytest.mark.sandbox
@pytest.mark.slow
def test_text_handed_to_lambdify_is_not_run(tmp_path: Path) -> None:
    flag = tmp_path / "ran"
    code = f"__import__('pathlib').Path({str(flag)!r}).touch()"
    tests = ["sp.lambdify(x, slope)(1)", "sp.lambdify(x, [slope])(1)", "sp.lambdify(slope, x)(1)"]
    _, marks = mark(tmp_path, f"slope = {code!r}", *tests)
    assert [m.score for m in marks] == [0, 0, 0]
    assert not flag.exists()


NAMES = [
    "sp.Function('builtins.eval')(sp.Symbol('builtins.__name__'))",
    "sp.Symbol('builtins.__doc__')",
    "sp.Symbol('__name__')",
    "sp.Symbol('x if x else x')",
    "sp.IndexedBase('builtins.__doc__')[0]",
    "sp.MatrixSymbol('builtins.__doc__', 2, 2)",
    "sp.Matrix([sp.Symbol('builtins.__doc__')])",
    "sp.Symbol('y[0]') + x",
    "sp.Subs(sp.Derivative(sp.sin(x), x) + x, x, sp.Symbol('builtins.__doc__'))",
]


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_name_that_is_an_expression_is_not_run_by_lambdify(tmp_path: Path) -> None:
    code = f"answers = [{', '.join(NAMES)}]\ndef f(k): return answers[k]"
    tests = [f"sp.lambdify(x, f({k}))(1)" for k in range(len(NAMES))]
    _, marks = mark(tmp_path, code, *tests, "assert sp.lambdify(x, [x**2, sp.sin(x)])(0) == [0, 0]")
    assert [m.score for m in marks] == [0] * len(NAMES) + [1]
    # refused when it is sent, or else before it is compiled
    assert all(m.error.startswith(("SympifyError", "TypeError: the ret")) for m in marks[:-1])


@pytest.mark.sandbox
@pytest.mark.slow
def test_lambdify_still_reads_an_expression(tmp_path: Path) -> None:
    _, marks = mark(tmp_path, "slope = '2*x'", "assert sp.lambdify(x, slope)(3) == 6")
    assert marks[0].score == 1


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_function_of_the_tests_may_call_the_students_in_the_middle_of_a_call(
    tmp_path: Path,
) -> None:
    _, marks = mark(
        tmp_path,
        "def f(g): return g(lambda t: t + 1)",
        "assert f(lambda h: h(3)) == 4",
        "def twice(h):\n    return h(h(3))\nassert f(twice) == 5",
    )
    assert [m.score for m in marks] == [1, 1]


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("function", ["sum(range(n * 10**9))", "os._exit(n)"])
def test_a_function_of_the_tests_that_never_returns_costs_one_cell_only(
    tmp_path: Path, function: str
) -> None:
    code = "def f(g): return g(3)\nr = 1"
    test = f"import os\nassert f(lambda n: {function}) == 1"
    _, marks = mark(tmp_path, code, test, "assert r == 1")
    assert [m.score for m in marks] == [None, 1]
    assert marks[0].review


@pytest.mark.sandbox
@pytest.mark.slow
def test_questions_nobody_asked_for_are_refused(tmp_path: Path) -> None:
    code = """
def f(g):
    ask = get_ipython().kernel.raw_input
    ask('mathgrade.call:{"answer": {"results": []}}')
    ask("mathgrade.call:[1, 2]")
    ask("mathgrade.call:" + "[" * 100000)
    ask('mathgrade.call:{"handle": {}, "args": 3}')
    return g(3)
"""
    _, marks = mark(tmp_path, code, "assert f(lambda n: n + 1) == 4", "assert f(abs) == 3")
    assert [m.score for m in marks] == [1, 1]


REPLIES = {
    "a lone surrogate in a reason": '{"values": {"slope": {"unsendable": "\\\\ud800"}}}',
    "a lone surrogate in an obituary": '{"died": "\\\\ud800"}',
    "a list": "[1]",
    "values that are a list": '{"values": [1]}',
    "a module that is a list": '{"values": {"slope": {"module": ["numpy"]}}}',
    "a handle of the judge's": '{"values": {"slope": {"value": ["function", "j0", "f"]}}}',
    "a number of 5000 digits": '{"values": {"slope": {"value": ' + "9" * 5000 + "}}}",
    "nesting that can be read, not written": '{"values": {"slope": ' + "[" * 985 + "]" * 985 + "}}",
    "nesting that cannot be read": "[" * 100_000,
}


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("reply", REPLIES)
def test_a_forged_reply_is_worth_nothing_and_breaks_nothing(tmp_path: Path, reply: str) -> None:
    _, marks = mark(tmp_path, f"{FORGE}'{REPLIES[reply]}'", "assert slope == 2*x")
    assert (marks[0].score, marks[0].review) == (0, "")


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_tag_in_the_hand_in_does_not_move_a_test_into_the_students_kernel(
    tmp_path: Path,
) -> None:
    code = "np.allclose = lambda *a: True\nslope = 1"
    _, marks = mark(tmp_path, code, "assert np.allclose(slope, 2)", tags=("in-kernel",))
    assert marks[0].score == 0


@pytest.mark.sandbox
@pytest.mark.slow
def test_messages_sent_in_the_kernels_name_cost_nobody_a_mark(tmp_path: Path) -> None:
    code = (
        "kernel = get_ipython().kernel\nsend, parent = kernel.session.send, kernel.get_parent()\n"
        "for kind in ('stream', 'display_data', 'execute_result', 'error', 'comm_open', 'status'):\n"
        "    for content in ({}, {'data': 1, 'name': [], 'execution_count': 'a'}):\n"
        "        send(kernel.iopub_socket, kind, content=content, parent=parent)\n"
        "slope = 2*x"
    )
    _, marks = mark(tmp_path, code, "assert slope == 2*x")
    assert marks[0].score == 1


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("points", [None, 1])
def test_a_cell_that_says_it_is_the_instructors_does_not_run_in_the_judge(
    tmp_path: Path, points: float | None
) -> None:
    flag = tmp_path / "ran"
    forged = graded(
        f"def close(a, b, eps=open({str(flag)!r}, 'w')):\n    return True", "forged", points=points
    )
    source = tmp_path / "source" / "quiz"
    source.mkdir(parents=True)
    test = graded("assert close(slope, 1)", "t", points=1)
    nbformat.write(notebook([*SOURCE, test]), source / "quiz.ipynb")
    handed_in = tmp_path / "handed-in"
    handed_in.mkdir()
    nb = notebook([forged, graded("import os\nos._exit(1)", "a", solution=True), test])
    found = mark_notebook(nb, Place(tmp_path, "quiz", "quiz", "s001", handed_in))
    assert {m.grade_id: m.score for m in found} == (
        {"t": 0} if points is None else {"t": 0, "forged": None}
    )
    assert not flag.exists()
    # It ran as any cell of the student's runs: in a process that may not write there.
    assert ("PermissionError" in str(nb.cells[0].outputs)) == (points is None)


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_submission_that_locks_its_own_cell_is_not_believed(tmp_path: Path) -> None:
    source = tmp_path / "source" / "quiz"
    source.mkdir(parents=True)
    test = graded("assert close(slope, 1)", "t", points=1)
    nbformat.write(notebook([*SOURCE, test]), source / "quiz.ipynb")
    (tmp_path / "handed-in").mkdir()
    forged = graded("import os\ndef close(a, b, own=os.getpid()):\n    return own", "forged")
    told = graded("slope = os.getpid()", "a", solution=True)
    seen = graded("assert close(1, 1) == slope", "t", points=1)
    nb = notebook([forged, told, seen])
    place = Place(tmp_path, "quiz", "quiz", "s001", tmp_path / "handed-in")
    assert mark_notebook(nb, place)[0].score == 1  # both were run by the student's process
