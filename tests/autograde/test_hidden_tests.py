"""Nothing of a hidden test is in the student's process, and tampering there gains nothing."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from .courses import Marks, assign, graded, hand_in, make_course, marks, nbgrader

CANARY = 8675309.0625  # a number that stands in the hidden test and nowhere else

CELLS = [
    graded("import numpy as np\nimport sympy as sp\nx = sp.Symbol('x')", "setup"),
    graded(
        "def double(a):\n    ### BEGIN SOLUTION\n    return 2 * np.asarray(a)\n    ### END SOLUTION",
        "double",
        solution=True,
    ),
    graded(
        "### BEGIN HIDDEN TESTS\n"
        f"secret = np.array([{CANARY}, 1.0])  # canary-8675309\n"
        "assert np.allclose(double(secret), 2 * secret)\n"
        "### END HIDDEN TESTS",
        "double-test",
        points=2,
    ),
    graded("### BEGIN SOLUTION\nslope = 2*x\n### END SOLUTION", "slope", solution=True),
    graded(
        "### BEGIN HIDDEN TESTS\n"
        f"expected = sp.diff(x**2, x) + {CANARY} - {CANARY}  # canary-8675309\n"
        "assert sp.simplify(slope - expected) == 0\n"
        "### END HIDDEN TESTS",
        "slope-test",
        points=1,
    ),
    graded("### BEGIN SOLUTION\nlast = 1\n### END SOLUTION", "last", solution=True),
    graded(
        "### BEGIN HIDDEN TESTS\ncanary = 'canary-8675309'\nassert last == 1\n### END HIDDEN TESTS",
        "last-test",
        points=1,
    ),
]

# Wrong answers all, with what each tries beside them.
ATTACKS = {
    "patched-allclose": {
        "double": "np.allclose = lambda *a, **k: True\ndef double(a):\n    return 0",
        "slope": "sp.simplify = lambda *a, **k: 0\nslope = x",
    },
    "patched-builtins": {
        "double": "import builtins\n"
        "class Quiet(BaseException):\n    def __new__(cls, *a): return None\n"
        "builtins.AssertionError = Quiet\nbuiltins.abs = lambda *a: 0\ndef double(a):\n    return 0",
        "slope": "builtins.__build_class__ = None\nslope = x",
    },
    "rebound-modules": {
        "double": "class Liar:\n    def __getattr__(self, name): return lambda *a, **k: True\n"
        "np = sp = Liar()\ndef double(a):\n    return 0",
        "slope": "slope = Liar()",
    },
    "lying-equality": {
        "double": "class Same(np.ndarray):\n"
        "    def __array_function__(self, *a, **k): return True\n"
        "    def __eq__(self, other): return True\n"
        "def double(a):\n    return np.zeros(2).view(Same)",
        "slope": "class Zero:\n    def __sub__(self, other): return 0\nslope = Zero()",
        "last": "class One(int):\n    def __eq__(self, other): return True\nlast = One(7)",
    },
    "forged-results": {
        "double": "from IPython.display import display\n"
        "def double(a):\n    print(2.0)\n    display(2.0)\n    return 0\n2.0",
        "slope": "slope = x\nprint('1.0')\n1.0",
    },
    "exits": {
        "double": "import os\ndef double(a):\n    os._exit(0)",
        "slope": "slope = 2*x",
    },
    "exits-in-a-cell": {"double": "import os\nos._exit(0)", "slope": "slope = x"},
    "answers-by-reading-names": {
        "double": "def double(a):\n"
        "    import __main__\n"
        "    return 2 * np.asarray(getattr(__main__, 'secret', 0))",
        "slope": "secret = expected = 0\nslope = expected",
    },
    "patched-shell": {
        "double": "ip = get_ipython()\nip.run_cell = lambda *a, **k: None\n"
        "ip.kernel.do_execute = None\ndef double(a):\n    return 0",
        "slope": "slope = x",
    },
    "patched-agent": {
        "double": "import mathgrade.autograde.agent as agent, json\n"
        "agent.reply = lambda text: agent.Reply(json.dumps("
        "{'values': {}, 'results': [], 'done': {'score': 2.0}}))\ndef double(a):\n    return 0",
        "slope": "slope = x",
    },
}

DUMP = """
def dump():
    import gc, inspect, linecache, os, sys
    found = [repr(globals().get(n)) for n in ("In", "Out", "_ih", "_oh", "_dh")]
    frame = sys._getframe()
    while frame is not None:
        found.append(repr(frame.f_locals)[:200000])
        frame = frame.f_back
    found += [repr(line) for line in get_ipython().history_manager.get_range()]
    found += [repr(entry)[:50000] for entry in list(linecache.cache.values())]
    for folder, _, files in os.walk("."):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                found.append(repr(file.read()[:200000]))
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("mathgrade"):
            found.append(inspect.getsource(module))
            found.append(repr(vars(module))[:100000])
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple, set):
            found += [part for part in thing if type(part) is str]
            if type(thing) is dict:
                found += [part for part in thing.values() if type(part) is str]
    text = " ".join(found)
    needle = "-".join(["canary", "8675309"])  # a sum would be folded into one constant
    return ("LEAK " + text[text.index(needle) - 300:][:600]) if needle in text else "nothing"
"""
LEAKS = {
    "dump-everything": {
        "double": DUMP + "print(dump())\ndef double(a):\n    return 0",
        "slope": "print(dump())\nslope = x",
        "last": "print(dump())\nlast = 2",
    },
    "dump-inside-the-call": {
        "double": DUMP + "seen = []\ndef double(a):\n    seen.append(dump())\n    return 0",
        "last": "print(seen)\nlast = 2",
    },
}


@pytest.fixture(scope="module")
def graded_course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Marks]:
    course = make_course(
        tmp_path_factory.mktemp("hidden"),
        judge=True,
        config="c.Judge.cell_seconds = 20\nc.Judge.call_seconds = 10\n",
    )
    assign(course, "quiz", CELLS)
    for student, answers in {**ATTACKS, **LEAKS, "honest": {}}.items():
        hand_in(course, "quiz", student, answers)
    hand_in(
        course,
        "quiz",
        "right",
        {
            "double": "def double(a):\n    return a + a",
            "slope": "slope = x + x",
            "last": "last = 1",
        },
    )
    nbgrader("autograde", "quiz", course=course)
    return course, marks(course)


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("attack", [*ATTACKS, *LEAKS])
def test_tampering_gains_no_point(graded_course: tuple[Path, Marks], attack: str) -> None:
    _, found = graded_course
    assert found[attack, "double-test"][0] in (0, None)
    earned = found[attack, "slope-test"][0] or 0
    assert earned == (1 if ATTACKS.get(attack, {}).get("slope") == "slope = 2*x" else 0) or (
        attack == "exits" and earned == 0  # its kernel ended in the test before
    )
    if attack not in ("lying-equality",):
        assert (found[attack, "last-test"][0] or 0) == 0
    else:
        # a subclass of int is sent as the plain number it holds
        assert found[attack, "last-test"][0] == 0


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("attack", LEAKS)
def test_a_dump_of_the_process_finds_no_hidden_line(
    graded_course: tuple[Path, Marks], attack: str
) -> None:
    course, _ = graded_course
    path = course / "autograded" / attack / "quiz" / "quiz.ipynb"
    nb = nbformat.read(path, as_version=4)
    own = [c for c in nb.cells if c.cell_type == "code" and c.metadata.nbgrader["solution"]]
    text = "".join(str(o.get("text", o)) for cell in own for o in cell.outputs)
    assert "nothing" in text, "the dump did not run: " + text[:2000]
    assert "LEAK" not in text


@pytest.mark.sandbox
@pytest.mark.slow
def test_an_honest_attempt_beside_them_gets_its_marks(
    graded_course: tuple[Path, Marks],
) -> None:
    _, found = graded_course
    assert [found["right", cell] for cell in ("double-test", "slope-test", "last-test")] == [
        (2, False),
        (1, False),
        (1, False),
    ]
