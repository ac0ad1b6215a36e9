"""How big a step is: which elementary laws it takes."""

from __future__ import annotations

import pytest

from mathgrade.derivation.cases import cases_of
from mathgrade.derivation.claim import read_claim
from mathgrade.derivation.measure import Measure
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.truth import Judgement
from mathgrade.derivation.vocabulary import Vocabulary

SOFTMAX = {
    r"softmax(v)_i": r"\frac{e^{v_i}}{\sum_k e^{v_k}}",
    "y_i": r"\frac{e^{z_i}}{\sum_k e^{z_k}}",
}
CLAIM = read_claim(
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
    {"z": "vector K", "c x a b": "real"},
    SOFTMAX,
)

SMALL = [
    (r"e^{z_i - c} = e^{z_i} e^{-c}", {"exponent"}),
    (r"\sum_k e^{z_k} e^{-c} = e^{-c} \sum_k e^{z_k}", {"sum"}),
    (
        r"\frac{e^{-c} e^{z_i}}{e^{-c} \sum_k e^{z_k}} = \frac{e^{z_i}}{\sum_k e^{z_k}}",
        {"fraction"},
    ),
    (r"softmax(z - c)_i = \frac{e^{z_i - c}}{\sum_j e^{z_j - c}}", {"definition"}),
    (r"\log (e^a e^b) = a + b", {"logarithm"}),
    (r"\frac{\partial}{\partial z_j} \sum_k e^{z_k} = e^{z_j}", {"derivative"}),
    (
        r"\frac{\partial}{\partial z_j} \sum_k e^{z_k} = \sum_k \frac{\partial e^{z_k}}{\partial z_j}",
        {"rule"},
    ),
    (r"\frac{d}{dx} (x^2 + 3x) = 2x + 3", {"rule", "derivative"}),
    (
        r"\frac{\partial y_i}{\partial z_j} = "
        r"\frac{\delta_{ij} e^{z_i} \sum_k e^{z_k} - e^{z_i} e^{z_j}}{(\sum_k e^{z_k})^2}",
        {"definition", "rule", "derivative"},
    ),
]
FREE = [
    r"(a + b)^2 = a^2 + 2ab + b^2",
    r"\sum_k e^{z_k} = \sum_m e^{z_m}",
    r"\frac{a}{c} + \frac{b}{c} = \frac{a + b}{c}",
    r"\sum_k (-z_k) = -\sum_k z_k",
    r"y_i (\delta_{ij} - y_j) = \delta_{ij} y_i - y_i y_j",
]
TOO_BIG = [
    r"softmax(z - c)_i = softmax(z)_i",
    r"\frac{e^{z_i - c}}{\sum_k e^{z_k - c}} = \frac{e^{z_i}}{\sum_k e^{z_k}}",
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
    r"\frac{\partial}{\partial z_j} \frac{e^{z_i}}{\sum_k e^{z_k}} = y_i (\delta_{ij} - y_j)",
    r"softmax(z - c)_i - softmax(z)_i = 0",
    r"\frac{softmax(z - c)_i}{softmax(z)_i} = 1",
    r"\log softmax(z - c)_i = \log softmax(z)_i",
]


def laws_of(text: str, limit: int = 2) -> list[frozenset[str] | None]:
    """The laws of a step, in each case of equal and distinct i and j."""
    document = read_document(f"$${text}$$", CLAIM.context, CLAIM.definitions)
    words = Vocabulary(document.context, document.definitions)
    left, right = (side.node for side in document.statements[0].sides)
    equation = Judgement(words).equation(left, right)
    names = words.formal.names
    ranges = {n: (d.low, d.high) for n, d in names.items()}
    found = []
    for pattern in cases_of({"i", "j"} & names.keys(), (), ranges, ["K"]):
        found.append(Measure(words, pattern).laws(equation.left, equation.right, limit))
    return found


@pytest.mark.parametrize(("text", "expected"), SMALL)
def test_a_step_takes_the_laws_a_person_would_name(text, expected):
    assert set(expected) in [set(laws or ()) for laws in laws_of(text)]


@pytest.mark.parametrize("text", FREE)
def test_order_brackets_common_denominators_and_names_of_indices_are_no_laws(text):
    assert all(laws == frozenset() for laws in laws_of(text))


@pytest.mark.parametrize("text", TOO_BIG)
def test_a_whole_exercise_is_no_step(text):
    assert None in laws_of(text)


@pytest.mark.parametrize("text", TOO_BIG[:2])
def test_what_is_too_big_for_two_laws_is_true_by_all_of_them(text):
    assert all(laws is not None for laws in laws_of(text, limit=5))


@pytest.mark.parametrize(
    "text", [r"e^{z_i - c} = e^{z_i} - e^c", r"y_i = y_i^2", r"\sum_k e^{z_k} = e^{z_i}"]
)
def test_no_laws_lead_to_what_is_false(text):
    assert all(laws is None for laws in laws_of(text, limit=6))


def test_only_indices_of_one_range_can_be_equal():
    ranges = {"i": (1, "K"), "j": (1, "K"), "a": (1, "d")}
    patterns = list(cases_of({"i", "j", "a"}, (), ranges))
    assert sorted(len(p.same) for p in patterns) == [0, 1]
    assert all("a" not in p.same for p in patterns)
