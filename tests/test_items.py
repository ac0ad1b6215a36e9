"""Items: mistakes, follow-through, loading an assignment, finding an item."""

import sys
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from mathgrade.answers import SVD, Choice, Expression, Function, Matrix, Number
from mathgrade.answers.checks import agrees, raises, satisfies, silent
from mathgrade.answers.trivial import is_trivial
from mathgrade.codec.absent import Absent
from mathgrade.codec.calls import Result
from mathgrade.errors import CourseError, ItemError
from mathgrade.items import (
    Assignment,
    Follow,
    Item,
    Mistake,
    find_course,
    find_item,
    load_assignment,
)
from mathgrade.verdict import Outcome

HALF = Fraction(1, 2)
U = [[0, 1], [-1, 0]]
START = [[1, 2], [3, 5]]
PRODUCT = [[3, 5], [-1, -2]]


def product(start):
    return Matrix(sp.Matrix(U) * sp.Matrix(start), entries="rows")


ITEMS = Assignment.of(
    "svd",
    [
        Item("start", 2, Matrix(START)),
        Item(
            "product",
            3,
            product(START),
            follow=Follow("start", product),
            mistakes=[
                Mistake([[1, 2], [3, 5]], "U is forgotten.", "svd.no-u"),
                Mistake([[6, 10], [-2, -4]], "Twice too much.", "svd.twice", credit=HALF),
                Mistake([[3, 5], [1, 2]], "One row has another sign.", "svd.row"),
            ],
        ),
    ],
)


def test_the_verdict_says_whose_it_is():
    verdict = ITEMS["product"].mark(PRODUCT)
    assert (verdict.item, verdict.points, verdict.outcome) == ("svd:product", 3.0, Outcome.CORRECT)
    assert verdict.earned == 3.0
    assert verdict.read_as.startswith(r"\begin{bmatrix}3 & 5")
    assert not verdict.reveal
    assert Item("x", 1, Number(1), reveal=True).mark(2).reveal


@pytest.mark.parametrize(
    "response",
    [
        Absent("A", "`A` was never assigned."),
        (1, Absent("A", "`A` was never assigned.")),
        [[1, [Absent("A", "`A` was never assigned.")]]],
        {"a": Absent("A", "`A` was never assigned.")},
    ],
)
def test_what_is_absent_is_said_to_be(response):
    verdict = ITEMS["product"].mark(response)
    assert (verdict.outcome, verdict.note) == (Outcome.INVALID, "response.missing")
    assert verdict.findings[0].message == "`A` was never assigned."
    assert verdict.points == 3.0


def test_a_known_mistake_gets_its_message_and_note():
    verdict = ITEMS["product"].mark(START)
    assert (verdict.credit, verdict.note) == (0, "svd.no-u")
    assert verdict.findings[0].message == "U is forgotten."


def test_a_known_mistake_may_deserve_something():
    verdict = ITEMS["product"].mark([[6, 10], [-2, -4]])
    assert (verdict.outcome, verdict.credit, verdict.note) == (Outcome.PARTIAL, HALF, "svd.twice")
    assert sum(f.share for f in verdict.findings if f.met) == HALF


def test_a_known_mistake_takes_nothing_away():
    verdict = ITEMS["product"].mark([[3, 5], [1, 2]])
    assert (verdict.credit, verdict.note) == (HALF, "svd.row")
    assert [f.share for f in verdict.findings] == [0, HALF, HALF]


def test_an_unknown_mistake_keeps_the_verdict_of_the_test():
    assert ITEMS["product"].mark([[9, 9], [9, 8]]).note == "matrix.entries"


def test_mistakes_of_a_choice_and_of_a_formula():
    choice = Item("c", 1, Choice("a", {"a": "1", "b": "2"}), mistakes=[Mistake("b", "No.", "n.b")])
    assert choice.mark("B").note == "n.b"
    formula = Item(
        "f", 2, Expression("2*x", {"x": "real"}), mistakes=[Mistake("x**2", "No.", "n.f", 0.5)]
    )
    assert formula.mark("x*x").credit == HALF


def test_mistakes_of_a_function_are_functions():
    test = Function(
        np.exp,
        (
            agrees("right", [np.array([1.0, 2.0])], HALF),
            satisfies("positive", [1.0], lambda v, z: v > 0, HALF),
        ),
    )
    item = Item("f", 4, test, mistakes=[Mistake(np.sin, "sin?", "n.sin"),
                                        Mistake(np.cosh, "cosh?", "n.cosh", Fraction(3, 4))])  # fmt: skip
    assert item.mark(np.sin).note == "n.sin"
    verdict = item.mark(lambda z: (np.exp(z) + np.exp(-z)) / 2)
    assert (verdict.credit, verdict.note) == (Fraction(3, 4), "n.cosh")
    assert item.mark(np.tan).note == "function.value"


IN_PARTS = Item(
    "parts",
    3,
    Matrix(["2*x", "3*x**2", "1"], names={"x": "real"}, vector=True, entries="each"),
    mistakes=[
        Mistake(["x", None, None], "The first.", "n.first"),
        Mistake([None, "x**2", None], "The second.", "n.second"),
        Mistake([None, "x**2", "x"], "The last two.", "n.two"),
        Mistake(["x", "x**2", "x"], "All.", "n.all"),
    ],
)


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (["x", "3*x**2", 1], ["The first."]),
        (["x", "x**2", 1], ["The first.", "The second."]),
        ([0, "x**2", 1], ["The second."]),
        (["2*x", "x**2", "x"], ["The second."]),  # what is said of an entry is said once
        (["x", "x**2", "x"], ["The first.", "The second."]),
        ([0, 0, 1], []),
    ],
)
def test_slips_in_several_entries_get_their_words_each(response, told):
    verdict = IN_PARTS.mark(response)
    assert [f.message for f in verdict.findings if f.note.startswith("n.")] == told
    wrong = [r != due for r, due in zip(response, ["2*x", "3*x**2", 1], strict=True)]
    assert verdict.credit == 1 - Fraction(sum(wrong), 3)


def test_words_for_the_whole_are_all_that_is_said():
    whole = [IN_PARTS.mistakes[3], *IN_PARTS.mistakes[:3]]
    verdict = Item("parts", 3, IN_PARTS.answer, mistakes=whole).mark(["x", "x**2", "x"])
    assert [f.note for f in verdict.findings if f.note.startswith("n.")] == ["n.all"]


def _of_a_vector(function):
    def careful(z):
        if z.ndim != 1:
            raise ValueError
        return function(z)

    return careful


def _overflowing(z):
    return np.exp(z) + 0 * np.exp(1000 + z)


def _noisy_cosh(z):
    np.log(-1.0 - 0 * z)
    return np.cosh(z)


VECTOR = np.array([1.0, 2.0])
OF_A_VECTOR = Item(
    "f",
    4,
    Function(
        _of_a_vector(np.exp),
        (
            agrees("right", [VECTOR], HALF),
            raises("a vector only", [np.eye(2)], ValueError, Fraction(1, 4)),
            silent("no warning", [VECTOR], Fraction(1, 4)),
        ),
    ),
    mistakes=[
        Mistake(_of_a_vector(np.cosh), "cosh?", "n.cosh", Fraction(3, 4)),
        Mistake(_of_a_vector(_overflowing), "Overflow.", "n.overflow", Fraction(3, 4)),
        Mistake(_of_a_vector(np.sinh), "sinh?", "n.sinh", Fraction(1, 4)),
        Mistake(np.tanh, "tanh?", "n.tanh", HALF),
    ],
)


@pytest.mark.parametrize(
    ("function", "credit", "notes"),
    [
        (_of_a_vector(np.cosh), Fraction(3, 4), ["n.cosh"]),
        (np.cosh, HALF, ["n.cosh", "function.not-raised"]),
        (_of_a_vector(_noisy_cosh), HALF, ["n.cosh", "function.warning"]),
        (_noisy_cosh, Fraction(1, 4), ["n.cosh", "function.not-raised", "function.warning"]),
        # The warning belongs to the mistake.
        (_of_a_vector(_overflowing), Fraction(3, 4), ["n.overflow"]),
        (_overflowing, HALF, ["n.overflow", "function.not-raised"]),
        # What the known function does not look at is part of the mistake.
        (np.tanh, HALF, ["n.tanh"]),
    ],
)
def test_what_a_known_mistake_does_not_explain_costs_its_own_share(function, credit, notes):
    verdict = OF_A_VECTOR.mark(function)
    assert verdict.credit == credit
    assert [f.note for f in verdict.findings if f.met is False] == notes


def test_no_credit_is_left_of_a_mistake_where_all_else_is_missed_as_well():
    verdict = OF_A_VECTOR.mark(np.sinh)
    assert (verdict.credit, verdict.note) == (0, "n.sinh")
    assert "function.not-raised" in {f.note for f in verdict.findings}


@pytest.mark.parametrize(
    ("response", "note", "credit"),
    [
        (sp.pi / 4, "n.radians", HALF),
        (0.785398, "n.radians", HALF),
        (0.7854, "n.radians", HALF),
        (0.785, "n.radians", HALF),
        (0.78, "number.wrong", 0),  # two digits are near many things
        (0.787, "number.wrong", 0),
    ],
)
def test_a_known_mistake_is_known_when_it_is_rounded(response, note, credit):
    angle = Number(45, decimals=6, rounded=HALF)
    mistakes = [Mistake(sp.pi / 4, "In degrees.", "n.radians", credit=HALF)]
    verdict = Item("angle", 2, angle, mistakes=mistakes).mark(response)
    assert (verdict.note, verdict.credit) == (note, credit)


def test_a_right_number_that_is_rounded_is_not_taken_for_a_mistake_next_to_it():
    near = Item(
        "near",
        1,
        Number(0.785398, decimals=6, rounded=HALF),
        mistakes=[Mistake(0.784991, "No.", "n.near")],
    )
    assert near.mark(0.785).note == "edit.rounded"


WRONG_START = [[2, 2], [3, 6]]
FOLLOWED = [[3, 6], [-2, -2]]


def test_what_follows_from_a_wrong_start_gets_full_credit_and_is_told():
    verdict = ITEMS["product"].mark(FOLLOWED, {"start": WRONG_START})
    assert (verdict.credit, verdict.note) == (1, "follow-through")
    assert "start" in verdict.findings[0].message
    assert verdict.findings[0].share == 0
    assert verdict.read_as


@pytest.mark.parametrize("given", [sp.Matrix(WRONG_START), np.array(WRONG_START)])
def test_a_start_in_any_form_is_followed(given):
    assert ITEMS["product"].mark(FOLLOWED, {"start": given}).credit == 1


def test_what_half_follows_gets_what_it_earns():
    verdict = ITEMS["product"].mark([[3, 6], [9, 9]], {"start": WRONG_START})
    assert (verdict.credit, verdict.note) == (HALF, "follow-through")


@pytest.mark.parametrize(
    ("response", "start", "note", "credit"),
    [
        ([[1.414, 4]], [[2, 4]], "follow-through", HALF),
        ([[2**0.5, 4.0]], [[2, 4]], "follow-through", HALF),
        ([[sp.sqrt(2), 4]], [[2, 4]], "follow-through", 1),
        ([[1.732, 4]], [[2, 4]], "number.not-exact", 0),
        ([[1.414, 4]], None, "number.not-exact", 0),
        ([[1.732, 6]], [[2, 4]], "number.not-exact", 0),
        ([[1.732, 5]], None, "edit.rounded", HALF),
    ],
)
def test_decimals_of_what_follows_are_worth_what_decimals_are_worth(response, start, note, credit):
    def roots(values):
        a, b = np.ravel(values).tolist()
        return Matrix([[sp.sqrt(a), b]], exact=True, rounded=HALF)

    both = Assignment.of(
        "a",
        [
            Item("squares", 1, Matrix([[3, 5]])),
            Item("roots", 2, roots([3, 5]), follow=Follow("squares", roots)),
        ],
    )
    given = {} if start is None else {"squares": start}
    verdict = both["roots"].mark(response, given)
    assert (verdict.note, verdict.credit) == (note, credit)


@pytest.mark.parametrize(
    ("response", "note", "told"),
    [
        ([[12, 14], [-8, -4]], "follow-through", ["Four times too much, on the wrong start."]),
        ([[12, 20], [-4, -8]], "n.four", ["Four times too much."]),  # on the right one
        ([[12, 14], [-8, -5]], "matrix.entries", []),
    ],
)
def test_a_mistake_made_on_a_wrong_start_gets_its_words_though_it_earns_nothing(
    response, note, told
):
    def four_times(start, message="Four times too much, on the wrong start."):
        four = (4 * sp.Matrix(U) * sp.Matrix(start)).tolist()
        return [Mistake(four, message, "n.four")]

    items = Assignment.of(
        "a",
        [
            Item("start", 2, Matrix(START)),
            Item(
                "product",
                3,
                product(START),
                mistakes=four_times(START, "Four times too much."),
                follow=Follow("start", product, mistakes=four_times),
            ),
        ],
    )
    verdict = items["product"].mark(response, {"start": [[2, 1], [3, sp.Rational(7, 2)]]})
    assert (verdict.note, verdict.credit) == (note, 0)
    assert [f.message for f in verdict.findings if f.note == "n.four"] == told


def test_what_is_right_is_not_called_followed():
    verdict = ITEMS["product"].mark(PRODUCT, {"start": WRONG_START})
    assert (verdict.credit, verdict.note) == (1, "correct")


def test_following_that_helps_nothing_is_not_mentioned():
    verdict = ITEMS["product"].mark([[3, 5], [9, 9]], {"start": WRONG_START})
    assert verdict.credit == HALF
    assert verdict.note != "follow-through"


REFUSED = {
    "zero": ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
    "identity": ([[1, 0], [0, 1]], [[0, 1], [-1, 0]]),
    "ones": ([[1, 1], [1, 1]], [[1, 1], [-1, -1]]),
    "another shape": ([[1, 2, 3], [4, 5, 6]], [[4, 5, 6], [-1, -2, -3]]),
    "absent": (Absent("start", "`start` was never assigned."), FOLLOWED),
    "text": ("[[2, 2], [3, 6]]", FOLLOWED),
    "None": (None, FOLLOWED),
    "empty": ([], FOLLOWED),
    "NaN": ([[2, 2], [3, float("nan")]], FOLLOWED),
    "right": (START, FOLLOWED),
    "an object": (object(), FOLLOWED),
}


@pytest.mark.parametrize(("start", "response"), REFUSED.values(), ids=REFUSED)
def test_nothing_follows_from_a_start_that_is_no_work(start, response):
    verdict = ITEMS["product"].mark(response, {"start": start})
    assert (verdict.credit, verdict.note == "follow-through") == (0, False)


def test_without_the_start_nothing_is_followed():
    assert ITEMS["product"].mark(FOLLOWED).credit == 0
    assert ITEMS["product"].mark(FOLLOWED, {"else": WRONG_START}).credit == 0


def jacobian(z):
    return np.diag(z) - np.outer(z, z)


def gradient_with(own):
    return Function(
        lambda z: own(z)[0], (agrees("right", [np.array([1.0, 2.0]), np.array([0.3, 4.0])], 1),)
    )


FUNCTIONS = Assignment.of(
    "code",
    [
        Item("jacobian", 2, Function(jacobian, (agrees("right", [np.array([1.0, 2.0])], 1),))),
        Item("gradient", 2, gradient_with(jacobian), follow=Follow("jacobian", gradient_with)),
    ],
)


def test_a_function_follows_from_the_students_own_function():
    def own(z):
        return np.diag(z) + np.outer(z, z)

    verdict = FUNCTIONS["gradient"].mark(lambda z: own(z)[0], {"jacobian": own})
    assert (verdict.credit, verdict.note) == (1, "follow-through")


@pytest.mark.parametrize(
    "own",
    [
        lambda z: np.zeros((2, 2)),
        lambda z: np.eye(2),
        lambda z: np.ones((2, 2)),
        lambda z: None,
        lambda z: 1 / 0,
        lambda z: np.full((2, 2), np.nan),
    ],
)
def test_nothing_follows_from_a_function_that_computes_nothing(own):
    verdict = FUNCTIONS["gradient"].mark(lambda z: own(z)[0], {"jacobian": own})
    assert verdict.credit == 0


class Stuck:
    """A student's function that never returns: every call is stopped."""

    def __init__(self):
        self.trips = 0

    def many(self, calls):
        self.trips += 1
        return [Result(error=TimeoutError("stopped")) for _ in calls]

    def __call__(self, *args):
        raise AssertionError("one call alone")


def test_a_function_that_never_ends_is_not_called_again():
    stuck = Stuck()
    test = Function(jacobian, (agrees("right", [np.array([1.0, 2.0])], 1),))
    item = Item("j", 1, test, mistakes=[Mistake(np.cos, "No.", "n.no")])
    assert item.mark(stuck).note == "function.timeout"
    assert stuck.trips == 1


def test_nothing_follows_from_a_function_that_never_ends():
    stuck = Stuck()
    verdict = FUNCTIONS["gradient"].mark(lambda z: 2 * z, {"jacobian": stuck})
    assert verdict.credit == 0
    assert stuck.trips == 1


@pytest.mark.parametrize(
    ("value", "trivial"),
    [
        (0, True), (1, True), (1.0, True), (2, False), (sp.sqrt(2), False), (sp.Symbol("x"), False),
        (None, True), ("", True), (" ", True), ("x + 1", False), (float("nan"), True),
        ([], True), ([0, 0], True), ([3, 3], True), ([1, 2], False), ([[1]], True),
        (np.eye(3), True), (np.eye(2, 3), False), (sp.eye(2), True), (sp.zeros(2, 3), True),
        (sp.Matrix([[sp.Symbol("x"), 0], [0, 0]]), False), (["x", "y"], False),
        (sp.MatrixSymbol("A", 2, 2), False), (lambda x: x, False), ({"a": 1}, True),
        ((np.eye(2), np.ones(2), np.eye(2)), True),
        ((np.array([[1.0, 2], [3, 4]]), np.ones(2), np.eye(2)), False),
        (np.zeros((2, 2, 2)), True),
    ],
)  # fmt: skip
def test_trivial_answers_are_those_anybody_could_give(value, trivial):
    assert is_trivial(value) is trivial


def drawn_items(draw):
    return Assignment.of(
        "a",
        [
            Item("point", 2, Number, variant=True,
                 mistakes=lambda c: [Mistake(c + 7, "Seven too many.", "n.seven")]),
            Item("twice", 2, lambda c: Number(2 * c), variant=True,
                 follow=Follow("point", lambda c: Number(2 * c))),
        ],
        draw,
    )  # fmt: skip


def test_a_variant_is_marked_against_the_students_own_draw():
    items = drawn_items(lambda names, student: {"s1": 10, "s2": 20}[student])
    assert items["point"].mark(10, student="s1").credit == 1
    assert items["point"].mark(10, student="s2").credit == 0
    assert items["point"].mark(17, student="s1").note == "n.seven"
    assert items["twice"].mark(22, {"point": 11}, student="s1").note == "follow-through"
    assert items["twice"].mark(20, {"point": 11}, student="s1").note == "correct"


def test_an_item_that_follows_a_variant_may_share_its_draw():
    asked = []
    items = drawn_items(lambda names, student: asked.append(list(names)) or 10)
    items["twice"].mark(20, student="s1")
    assert asked == [["twice", "point"]]


@pytest.mark.parametrize(
    "item",
    [
        Item("x", 1, Number, variant=True),
        Item("x", 1, Number),
        Item("x", 1, Number(1), variant=True),
        Item("x", 1, Number(1), mistakes=lambda c: []),
        Item("x", 1, Number("x")),
        Item("x", 1, Number(1), mistakes=[Mistake(2, "", "n", 3)]),
        Item("x", 1, Number(1), mistakes=[Mistake(2, "", "n", "half")]),
    ],
)
def test_an_item_that_is_set_up_wrongly_speaks_to_its_author(item):
    with pytest.raises(ItemError):
        item.mark(2)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([Item("x", 1, Number(1)), Item("x", 1, Number(1))], "two items named 'x'"),
        ([Item("x", float("nan"), Number(1))], "not a number of points"),
        ([Item("x", -1, Number(1))], "not a number of points"),
        ([Item("x", 1, Number(1), follow=Follow("y", Number))], "follows 'y'"),
        (["x"], "not an Item"),
    ],
)
def test_items_must_fit_together(items, words):
    with pytest.raises(ItemError, match=words):
        Assignment.of("a", items)


REFERENCE = """
from mathgrade.answers import Number
from mathgrade.items import Item
from shared import THREE
from variants import point

ITEMS = [
    Item("three", 2, Number(THREE)),
    Item("point", 1, lambda c: Number(c), variant=True),
]
"""


@pytest.fixture
def course(tmp_path):
    for name, number in (("first", 100), ("second", 200)):
        (tmp_path / "source" / name).mkdir(parents=True)
        text = f"def point(rng):\n    return {number} + int(rng.integers(10))\n"
        (tmp_path / "source" / name / "variants.py").write_text(text)
        (tmp_path / "reference").mkdir(exist_ok=True)
        (tmp_path / "reference" / f"{name}.py").write_text(REFERENCE)
    (tmp_path / "reference" / "shared.py").write_text("THREE = 3\n")
    (tmp_path / "nbgrader_config.py").write_text("")
    return tmp_path


def test_an_assignment_is_loaded_from_its_reference(course):
    items = load_assignment(course, "first")
    assert list(items.items) == ["three", "point"]
    assert items["three"].mark(3).item == "first:three"


def test_two_assignments_may_each_have_their_variants(course):
    ours = [load_assignment(course, name)["point"].draw("s1") for name in ("first", "second")]
    assert ours[0] // 100 == 1
    assert ours[1] // 100 == 2


def test_loading_leaves_nothing_behind(course):
    path, modules = list(sys.path), set(sys.modules)
    load_assignment(course, "first")["point"].draw("s1")
    assert sys.path == path
    assert not {"variants", "shared", "_mathgrade_first"} & (set(sys.modules) - modules)
    assert not list(course.glob("**/__pycache__"))


def test_an_assignment_is_loaded_again_only_after_a_change(course):
    first = load_assignment(course, "first")
    assert load_assignment(course, "first") is first
    (course / "reference" / "shared.py").write_text("THREE = 30 / 10.0\n")
    assert load_assignment(course, "first") is not first


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("third", "There is no assignment 'third'"),
        ("", "There is no assignment ''"),
        ("../reference/first", "There is no assignment"),
        ("raises", "cannot be run: ZeroDivisionError"),
        ("syntax", "cannot be run: SyntaxError"),
        ("empty", "must define ITEMS"),
        ("dictionary", "must define ITEMS"),
    ],
)
def test_a_reference_that_cannot_be_used_speaks_to_its_author(course, name, words):
    (course / "reference" / "raises.py").write_text("1 / 0\n")
    (course / "reference" / "syntax.py").write_text("def\n")
    (course / "reference" / "empty.py").write_text("")
    (course / "reference" / "dictionary.py").write_text("ITEMS = {}\n")
    with pytest.raises(ItemError, match=words):
        load_assignment(course, name)


def test_an_item_is_found_by_its_full_name(course):
    assert find_item("first:three", course).name == "three"
    with pytest.raises(ItemError, match=r"no item 'thre'.*three"):
        find_item("first:thre", course)
    with pytest.raises(ItemError, match="assignment:item"):
        find_item("three", course)


def test_a_course_is_found_from_within_or_by_its_name(course, monkeypatch, tmp_path_factory):
    inside = course / "autograded" / "s017" / "first"
    inside.mkdir(parents=True)
    assert find_course(inside) == course
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with pytest.raises(CourseError, match="No course was found"):
        find_course(elsewhere)
    monkeypatch.setenv("MATHGRADE_COURSE", str(course))
    assert find_course(elsewhere) == course
    monkeypatch.setenv("MATHGRADE_COURSE", str(elsewhere))
    with pytest.raises(CourseError, match="No course was found"):
        find_course(inside)


def test_an_svd_knows_the_decomposition_of_another_matrix():
    A = np.array([[1.0, 2.0], [3.0, 5.0]])
    item = Item("d", 4, SVD(A), mistakes=[Mistake(2 * A, "This is of 2A.", "svd.twice")])
    assert item.mark(np.linalg.svd(2 * A)).note == "svd.twice"
