"""What cells may call: the same names at home, in nbgrader's kernel and in the judge."""

import io
import json
import os
from contextlib import redirect_stdout
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import mathgrade
from mathgrade import notebook
from mathgrade.answers import Matrix, Number
from mathgrade.answers.form import read_form
from mathgrade.codec.absent import Absent
from mathgrade.errors import ItemError, ResponseError
from mathgrade.items import Assignment, Follow, Item, Mistake
from mathgrade.notebook import Sitting, cell, check, grade, seated, student, variant
from mathgrade.variants import draw, load_variants

SYMBOLS = {"x": "real"}
START = Item("the-start", 2, Matrix([[1, 2], [3, 5]]))
ITEMS = Assignment.of(
    "a",
    [
        START,
        Item("sum", 3, Number(11), follow=Follow("the-start", lambda m: Number(int(sum(map(sum, m)))))),
        Item("third", 0.7, Number(1), mistakes=[Mistake(2, "Two.", "n.two", Fraction(1, 3))]),
        Item("hundred", 10, Number(1), mistakes=[Mistake(2, "Two.", "n.two", Fraction(7, 10))]),
    ],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _at_home(monkeypatch, tmp_path):
    """Nobody is known, and nothing is graded."""
    for name in ("MATHGRADE_STUDENT", "MATHGRADE_COURSE", "NBGRADER_EXECUTION", "JUPYTERHUB_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(notebook._said, "student", "")
    monkeypatch.chdir(tmp_path)


def quietly(function, *args, **kwargs):
    out = io.StringIO()
    with redirect_stdout(out):
        value = function(*args, **kwargs)
    return value, out.getvalue()


def test_the_names_are_those_of_the_package():
    assert mathgrade.grade is grade
    assert mathgrade.check is check
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mathgrade.nothing()


@pytest.mark.parametrize(
    ("item", "response", "points"),
    [("sum", 11, 3.0), ("sum", 3, 0.0), ("hundred", 2, 7.0), ("third", 1, 0.7), ("sum", None, 0.0)],
)
def test_grade_returns_points_as_a_plain_float_and_shows_why(item, response, points):
    value, text = quietly(grade, ITEMS[item], response)
    assert type(value) is float
    assert value == points
    assert text.startswith(f"a:{item}: ")


def test_points_are_computed_as_fractions():
    item = Item("x", 3, Number(1), mistakes=[Mistake(2, "", "n", Fraction(1, 3))])
    assert repr(quietly(grade, item, 2)[0]) == "1.0"
    item = Item("x", 0.3, Number(1), mistakes=[Mistake(2, "", "n", Fraction(1, 3))])
    assert repr(quietly(grade, item, 2)[0]) == "0.1"


@pytest.mark.parametrize(
    "given", [{"the_start": [[2, 2], [3, 5]]}, {"the-start": [[2, 2], [3, 5]]}]
)
def test_starts_are_given_by_name(given):
    value, text = quietly(grade, ITEMS["sum"], 12, **given)
    assert value == 3.0
    assert "Marked on from your own earlier answer" in text


def test_in_the_judge_the_verdict_goes_to_it():
    seen = []
    with seated(Sitting(seen.append)):
        value, text = quietly(grade, ITEMS["sum"], 11)
    assert (value, text, [v.credit for v in seen]) == (3.0, "", [1])


def test_an_absent_answer_is_marked_as_absent():
    value, text = quietly(grade, ITEMS["sum"], Absent("s", "`s` was never assigned."))
    assert value == 0.0
    assert "`s` was never assigned." in text


COURSE_ITEM = """
from mathgrade.answers import Number
from mathgrade.items import Item
ITEMS = [Item("point", 2, lambda c: Number(c), variant=True)]
"""


@pytest.fixture
def course(tmp_path):
    for folder in ("source/a", "reference", "autograded/s017/a", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("")
    (tmp_path / "reference/a.py").write_text(COURSE_ITEM)
    text = "COURSE = 'c'\ndef point(rng):\n    return int(rng.integers(10**6))\n"
    (tmp_path / "source/a/variants.py").write_text(text)
    (tmp_path / "elsewhere/variants.py").write_text(text)
    return tmp_path


def test_stock_grading_finds_course_student_and_variant_by_the_folder(course, monkeypatch):
    monkeypatch.chdir(course / "autograded/s017/a")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("JUPYTERHUB_USER", "instructor")
    assert student() == "s017"
    assert student("s018") == "s017"
    drawn = variant("point")
    assert quietly(grade, "a:point", drawn)[0] == 2.0
    assert quietly(grade, "a:point", drawn + 1)[0] == 0.0


def test_a_draw_is_the_same_at_home_when_graded_and_in_the_judge(course, monkeypatch):
    monkeypatch.chdir(course / "elsewhere")
    monkeypatch.setenv("MATHGRADE_COURSE", str(course / "no course"))
    student("s017")
    at_home = variant("point")
    monkeypatch.setenv("MATHGRADE_COURSE", str(course))
    monkeypatch.setenv("MATHGRADE_STUDENT", "s017")
    assert variant("a:point") == at_home
    sitting = Sitting(lambda v: None, course=str(course), assignment="a", student="s017")
    monkeypatch.setenv("MATHGRADE_STUDENT", "s018")
    with seated(sitting):
        assert variant("point") == at_home
        assert grade("a:point", at_home) == 2.0
    assert variant("a:point") != at_home


def test_a_variant_without_its_file_says_what_is_missing(tmp_path):
    with pytest.raises(ItemError, match=r"variants\.py is missing"):
        quietly(variant, "point")


@pytest.mark.parametrize("name", ["a:nothing", "b:point", "point"])
def test_an_unknown_item_is_the_authors_fault(course, name):
    with pytest.raises(ItemError):
        grade(name, 1)


def test_who_is_asked_in_this_order(monkeypatch):
    name, text = quietly(student)
    assert name == "anonymous"
    assert 'student("...")' in text
    assert quietly(student, "s001 ") == ("s001", "")
    assert quietly(student) == ("s001", "")
    monkeypatch.setenv("JUPYTERHUB_USER", "s002")
    assert quietly(student) == ("s002", "")
    assert quietly(lambda: student("s002")) == ("s002", "")
    monkeypatch.setenv("MATHGRADE_STUDENT", "s003")
    name, text = quietly(lambda: student("s001"))
    assert name == "s003"
    assert "'s003'" in text
    assert "'s001'" in text
    with seated(Sitting(lambda v: None, student="s004")):
        assert student("s001") == "s004"


def save(path, cells):
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")


def test_the_source_of_an_answer_cell_is_read_from_the_notebook(tmp_path):
    meta = {"nbgrader": {"grade_id": "proof", "solution": True}}
    save(tmp_path / "b.ipynb", [{"metadata": {}, "source": "x"},
                                {"metadata": meta, "source": ["a\n", "b"]}])  # fmt: skip
    (tmp_path / "a.ipynb").write_text("not a notebook")
    save(tmp_path / "c.ipynb", {"metadata": 3})
    assert cell("proof") == "a\nb"
    with pytest.raises(ItemError, match="answer cell 'other'"):
        cell("other")


def test_the_notebook_that_runs_is_read_before_its_copies(tmp_path, monkeypatch):
    meta = {"nbgrader": {"grade_id": "proof", "solution": True}}
    for age, name in enumerate(["softmax-Copy1", "softmax", "newest"]):
        save(tmp_path / f"{name}.ipynb", [{"metadata": meta, "source": name}])
        os.utime(tmp_path / f"{name}.ipynb", (age, age))
    assert cell("proof") == "newest"
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/s017/softmax/softmax.ipynb")
    assert cell("proof") == "softmax"


DERIVATION = {"names": {"a b": "real"}, "definitions": {}}


def test_check_shows_a_derivation_line_by_line_and_where_it_is_taken_from(tmp_path):
    meta = {"nbgrader": {"grade_id": "proof", "solution": True}}
    source = "Let $S = a + b$.\n\n$$S^2 = a^2 + b^2 \\\\\n= \\foo{a}$$"
    save(tmp_path / "a.ipynb", [{"metadata": meta, "source": source}])
    value, text = quietly(check, cell("proof"), **DERIVATION)
    assert value is None
    assert "taken from a.ipynb as last saved" in text
    assert "   1  S = a + b\n      read as  S = a + b\n      taken as the definition of S" in text
    assert "   3  S^2 = a^2 + b^2\n      read as  S^{2} = a^{2} + b^{2}\n" in text
    assert "not read: Cannot read" in text
    assert "wrong" not in text


def test_an_empty_derivation_says_which_saved_file_was_read(tmp_path):
    meta = {"nbgrader": {"grade_id": "proof", "solution": True}}
    save(tmp_path / "a.ipynb", [{"metadata": meta, "source": "YOUR ANSWER HERE"}])
    with pytest.raises(ResponseError, match=r"a\.ipynb as last saved"):
        check(cell("proof"), **DERIVATION)


def test_a_derivation_is_not_shown_in_the_judge():
    with seated(Sitting(lambda v: None, answers={"proof": "$a = b$"})):
        assert quietly(check, cell("proof"), **DERIVATION) == (None, "")


def test_in_the_judge_the_source_is_the_attempts(tmp_path):
    with seated(Sitting(lambda v: None, answers={"proof": "mine"})):
        assert cell("proof") == "mine"
        with pytest.raises(ItemError, match="there are: proof"):
            cell("other")


FORMS = [
    (3, {"kind": "number"}, "3", "Read as"),
    (0.5, {"kind": "number"}, "0.5", "Read as"),
    (sp.sqrt(2), {}, r"\sqrt{2}", "Read as"),
    ("2*x", {"names": SYMBOLS}, "2 x", "Read as"),
    ("diff(x**2, x)", {"names": SYMBOLS}, None, "It still holds a derivative: carry it out, and write "
     "down what comes of it. Read as"),
    (["1", "diff(x, x)"], {"names": SYMBOLS, "shape": (2,)}, None, "It still holds a derivative: carry "
     "it out, and write down what comes of it. Read with shape (2,) as"),
    ("x == 2", {"names": SYMBOLS, "kind": "statement"}, "x = 2", "Read as an equation"),
    ({1}, {"kind": "statement"}, r"\left\{1\right\}", "Read as a set"),
    ([[1, 2]], {"shape": (1, 2)}, r"\begin{bmatrix}1 & 2\end{bmatrix}", "Read with shape (1, 2) as"),
    (sp.Matrix([sp.Symbol("x")]), {"shape": (1, 1), "names": SYMBOLS},
     r"\begin{bmatrix}x\end{bmatrix}", "Read with shape (1, 1) as"),
    ("[[x, 1]]", {"shape": (1, 2), "names": SYMBOLS}, r"\begin{bmatrix}x & 1\end{bmatrix}",
     "Read with shape (1, 2) as"),
    (sp.MatMul(sp.eye(1), sp.Matrix([[2]]), evaluate=False), {"kind": "matrix"},
     None, "Read with shape (1, 1) as"),
    ([1, 2], {"kind": "vector", "shape": (2,)}, r"\begin{bmatrix}1 & 2\end{bmatrix}",
     "Read with shape (2,) as"),
    ([[1], [2]], {"kind": "vector", "shape": (2,)}, r"\begin{bmatrix}1 \\ 2\end{bmatrix}",
     "Read with shape (2, 1) as"),
    (np.linalg.svd(np.diag([3.0, 2.0])), {"kind": "svd", "shape": (2, 2)}, None, "Read as"),
    (np.linalg.svd(np.diag([3.0, 2.0])), {"kind": "svd"}, None, "Read as"),
    (len, {"kind": "function"}, "", "Read as the function len"),
    (len, {}, "", "Read as the function len"),
    ("b", {"kind": "text"}, "", "Read as the text 'b'"),
    ("b", {}, "", "Read as the text 'b'"),
    ([1, 2], {}, r"\begin{bmatrix}1 & 2\end{bmatrix}", "Read with shape (2,) as"),
    ("y[3]", {"names": {"y": "simplex 3"}}, "y_{3}", "Read as"),
    ("y[i]*y[j]", {"names": {"y": "simplex K", "i j": "index K"}}, "y_{i} y_{j}", "Read as"),
    ("Tanh ", {"options": ["sigmoid", "tanh"]}, "", "Read as tanh"),
    (2, {"options": {"1": "one", "2": "two"}}, "", "Read as 2, two"),
    ({"b", "a"}, {"options": "abc", "several": True}, "", "Read as a; b"),
    (set(), {"options": "abc", "several": True}, "", "Read as none of the options"),
]  # fmt: skip


@pytest.mark.parametrize(("response", "asked", "latex", "words"), FORMS)
def test_check_shows_the_reading(response, asked, latex, words):
    asked = {"names": None, "shape": None, "kind": None} | asked
    got, said = read_form(response, **asked)
    assert said == words
    assert latex is None or got == latex
    value, text = quietly(check, response, **asked)
    assert value is None
    assert text.startswith(words)


def _stub(z):
    """As released."""
    # YOUR CODE HERE
    raise NotImplementedError()


MISFITS = [
    (_stub, {"kind": "function"}, "only raises NotImplementedError"),
    ("3", {"kind": "number"}, "Leave out the quotation marks"),
    (..., {}, "There is no answer yet."),
    (None, {"kind": "number"}, "received nothing (None)"),
    (Absent("s", "`s` was never assigned."), {}, "`s` was never assigned."),
    ("t", {"names": SYMBOLS}, "name t is not known here"),
    ([[1, 2]], {"shape": (2, 2)}, "Expected shape (2, 2), received (1, 2)."),
    ([1, 2, 3], {"kind": "vector", "shape": (2,)}, "Expected shape (2,), received (3,)."),
    ("x", {"names": SYMBOLS, "kind": "statement"}, "Expected an equation, an inequality, a list"),
    (3, {"kind": "vector"}, "Expected a vector, received the number 3."),
    (3, {"shape": (2, 2)}, "Expected a matrix, received the number 3."),
    ("[[1]]", {"shape": (1, 1)}, "Expected a matrix, received the text"),
    (np.eye(2), {"kind": "svd", "shape": (2, 2)}, "Three factors were expected"),
    ((np.eye(2), np.ones(3), np.eye(2)), {"kind": "svd", "shape": (2, 2)}, "S: expected shape"),
    (3, {"kind": "function"}, "Expected a function, received the number 3."),
    (3, {"kind": "text"}, "Expected a text, received the number 3."),
    ("", {"kind": "text"}, "Expected a text"),
    ({}, {}, "a dictionary"),
    ("", DERIVATION, "There is no answer yet."),
    ("It is obvious.", DERIVATION, "No formula was found."),
    (3, DERIVATION, "Expected the text of a derivation, received the number 3."),
    # Marking refuses these, so `check` must not let them pass.
    (
        "y[0]",
        {"names": {"y": "simplex 3"}},
        "Index 0 of y is outside 1 to 3. Entries are counted from 1.",
    ),
    ("2*y[4] + 1", {"names": {"y": "simplex 3"}}, "Index 4 of y is outside 1 to 3."),
    ([["y[1]", "y[0]"]], {"names": {"y": "simplex 3"}, "shape": (1, 2)}, "Index 0 of y is outside"),
    ("y[i+1]", {"names": {"y": "simplex K", "i": "index K"}}, "For K = 2, i = 2, index 3 of y is"),
    ("Sum(y[j], j, 0, K)", {"names": {"y": "simplex K"}}, "index 0 of y is outside 1 to 2"),
    ("y[0] == 1", {"names": {"y": "simplex 3"}, "kind": "statement"}, "Index 0 of y is outside"),
    (
        "softplus",
        {"options": ["sigmoid", "tanh"]},
        "Choose one of 'sigmoid', 'tanh'; received the text",
    ),
    ({"a", "b"}, {"options": "abc"}, "Choose one of 'a', 'b', 'c'; received a set of 2 entries."),
    ("a", {"options": "abc", "several": True}, "hand in a set of keys"),
    ({"a", "d"}, {"options": "abc", "several": True}, "received the text 'd'"),
    ("a", {"options": []}, "Choose one of"),
]


@pytest.mark.parametrize(("response", "asked", "words"), MISFITS)
def test_a_wrong_form_is_said_in_short_lines_at_home(response, asked, words):
    with pytest.raises(ResponseError) as caught:
        check(response, **asked)
    assert words in caught.value.message
    lines = caught.value._render_traceback_()
    assert max(map(len, lines)) <= 80, "nbgrader validate cuts longer lines"
    assert " ".join(lines) == f"Not yet in the right form: {caught.value.message}"


@pytest.mark.parametrize(("response", "asked", "words"), MISFITS)
def test_a_wrong_form_never_raises_while_grading(response, asked, words, monkeypatch):
    with seated(Sitting(lambda v: None)):
        assert words in quietly(check, response, **asked)[1]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert words in quietly(check, response, **asked)[1]


def test_a_right_form_is_silent_in_the_judge():
    with seated(Sitting(lambda v: None)):
        assert quietly(check, 3, kind="number") == (None, "")


def test_check_says_nothing_about_right_or_wrong():
    assert quietly(check, 999, kind="number")[1].strip() == "Read as: 999"


def test_an_unknown_kind_is_the_authors_fault():
    with pytest.raises(ItemError, match="'colour' is none of number"):
        check(3, kind="colour")


@pytest.fixture
def shell(monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    config = Config()
    config.HistoryManager.enabled = False
    yield InteractiveShell.instance(config=config, colors="nocolor")
    InteractiveShell.clear_instance()


def test_in_a_notebook_the_card_is_displayed(shell):
    shell.user_ns.update(grade=grade, check=check, item=ITEMS["sum"])
    with capture_output() as seen:
        result = shell.run_cell("grade(item, 11)")
    data = seen.outputs[0].data
    assert set(data) == {"text/plain", "text/html", notebook.CARD_TYPE}
    assert data[notebook.CARD_TYPE]["outcome"] == "correct"
    assert result.result == 3.0


def test_in_a_notebook_the_reading_is_markdown_which_an_untrusted_notebook_shows(shell):
    shell.user_ns.update(check=check)
    with capture_output() as seen:
        shell.run_cell("check('x**2/2', names={'x': 'real'})")
    data = seen.outputs[0].data
    assert set(data) == {"text/plain", "text/markdown"}
    assert data["text/markdown"] == r"Read as $\displaystyle \frac{x^{2}}{2}$"


def test_in_a_notebook_a_wrong_form_has_no_traceback(shell):
    shell.user_ns.update(check=check)
    with capture_output() as seen:
        shell.run_cell("check('x', kind='number')")
    assert "Traceback" not in seen.stdout
    assert "Not yet in the right form: A number was expected" in seen.stdout


@pytest.mark.parametrize("right", [True, False])
def test_numbers_of_another_id_than_the_submissions_are_told_apart(course, right, monkeypatch):
    monkeypatch.chdir(course / "source/a")
    theirs = draw(load_variants(course / "source/a/variants.py"), ["point"], "s018")
    verdicts = []
    sitting = Sitting(verdicts.append, {}, str(course), "a", "s017", claimed="s018")
    with seated(sitting):
        assert grade("a:point", theirs if right else -1) == 0.0
    (remark,) = [f for f in verdicts[0].findings if f.note == "variant.other-id"]
    assert (remark.share, remark.met) == (0, False)
    assert ("the right answer to them" in remark.message) is right
    assert str(theirs) not in remark.message


def test_in_stock_grading_the_id_in_the_notebook_is_told_apart_too(course, monkeypatch):
    monkeypatch.chdir(course / "autograded/s017/a")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    quietly(student, "s018")
    theirs = draw(load_variants(course / "source/a/variants.py"), ["point"], "s018")
    score, shown = quietly(grade, "a:point", theirs)
    assert score == 0.0
    assert "'s018'" in shown


@pytest.mark.parametrize("claimed", ["", "s017"])
def test_the_right_id_or_none_in_the_notebook_is_no_matter(course, claimed, monkeypatch):
    monkeypatch.chdir(course / "source/a")
    verdicts = []
    with seated(Sitting(verdicts.append, {}, str(course), "a", "s017", claimed=claimed)):
        grade("a:point", -1)
    assert "variant.other-id" not in {f.note for f in verdicts[0].findings}
