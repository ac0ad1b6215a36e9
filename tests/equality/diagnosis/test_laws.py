"""What a diagnosis never does: explain by accident, tell the answer, take long, raise."""

import random
from fractions import Fraction

import pytest
from tests.hang import ends_within

from mathgrade.equality.diagnosis import EDITS, Slack, diagnose
from mathgrade.errors import ItemError, ResponseError

ENTRY = (
    "y[i]*(delta(i, j) - y[j])",
    {"y": "vector K", "i j": "index K"},
    ["y[i]", "y[j]", "delta(i, j)"],
)
SOFTMAX = (
    "exp(z[i])/Sum(exp(z[k]), k, 1, K)",
    {"z": "vector K", "i j": "index K"},
    ["z[i]", "z[j]"],
)
CHAIN = ("2*x*cos(x**2) + y", {"x y": "real"}, ["x", "y"])
REFERENCES = [ENTRY, SOFTMAX, CHAIN]
UNARY = ["exp({})", "sin({})", "-({})", "({})**2", "1/(1 + ({})**2)", "Sum(({}), m, 1, 3)"]
BINARY = ["({}) + ({})", "({}) - ({})", "({})*({})", "({})/(2 + ({})**2)"]


def guess(rng: random.Random, leaves: list[str], depth: int) -> str:
    """A formula somebody might write who has no idea."""
    if depth == 0:
        return rng.choice([*leaves, *leaves, "2", "3"])
    if rng.random() < 0.35:
        return rng.choice(UNARY).format(guess(rng, leaves, depth - 1))
    return rng.choice(BINARY).format(*(guess(rng, leaves, depth - 1) for _ in range(2)))


@pytest.mark.parametrize(("reference", "names", "leaves"), REFERENCES)
def test_guesses_are_hardly_ever_explained(reference, names, leaves):
    rng = random.Random(reference)
    guesses = {guess(rng, leaves, 3) for _ in range(60)}
    explained = [g for g in guesses if diagnose(reference, g, names) is not None]
    assert len(explained) <= len(guesses) / 50, explained


def test_numbers_drawn_at_random_are_hardly_ever_explained():
    rng = random.Random(7)
    slack = Slack(Fraction(1, 2_000_000))
    explained = 0
    for _ in range(300):
        reference, response = (Fraction(rng.randint(100_000, 9_999_999), 10**6) for _ in range(2))
        explained += diagnose(reference, response, {}, slack=slack, decimals=6) is not None
    assert explained <= 3


def test_whole_numbers_up_to_ten_explain_each_other_by_their_sign_only():
    numbers = [n for n in range(-10, 11) if n]
    for reference in numbers:
        for response in numbers:
            found = diagnose(reference, response, {}) if reference != response else None
            if found is not None:
                assert (response, found.note) == (-reference, "edit.sign")


def test_the_first_row_that_fits_explains():
    # Twice the negative is a constant factor; the negative is a sign before it is one.
    assert diagnose("x*y", "-x*y", {"x y": "real"}).note == "edit.sign"
    assert diagnose("x*y", "-2*x*y", {"x y": "real"}).note == "edit.factor"


def test_the_ratio_of_numbers_is_never_told():
    message = diagnose("17/3", "34/3", {}).message
    assert not {"twice", "half", "double"} & set(message.split())


def test_names_of_the_rows_are_distinct_and_notes_have_one_form():
    assert len({(e.name, e.kinds) for e in EDITS}) == len(EDITS)
    assert all(e.note.startswith("edit.") and e.note == e.note.lower() for e in EDITS)
    assert all(e.kinds for e in EDITS)


@pytest.mark.parametrize(
    ("reference", "response", "names"),
    [
        ("[[x, 1], [2, 3]]", "x", {"x": "real"}),
        ("x", "[[x, 1], [2, 3]]", {"x": "real"}),
        ("T(w)", "w", {"w": "vector d"}),
        ("x", "1/(x - x)", {"x": "real"}),
        ("log(x)", "log(-x - 1)", {"x": "positive"}),
        ("Sum(z[k], k, 1, K)", "z[K + 5]", {"z": "vector K"}),
        ("max(x, 0)", "sign(x)*floor(x)", {"x": "real"}),
        ("diff(abs(x), x)", "x", {"x": "real"}),
        ("f(x)", "diff(f(x), x)", {"f": "function", "x": "real"}),
    ],
)
def test_what_does_not_fit_is_not_explained(reference, response, names):
    assert diagnose(reference, response, names) is None


def test_what_cannot_be_read_is_said_to_whom_it_belongs():
    with pytest.raises(ResponseError):
        diagnose("x", "t", {"x": "real"})
    with pytest.raises(ItemError):
        diagnose("t", "x", {"x": "real"})
    with pytest.raises(ItemError):
        diagnose("q", "x", {"q x": "real"}, [("q", "t")])


@pytest.mark.parametrize(
    "reference",
    [
        "+".join(f"{k}*x**{k}*exp({k}*x)" for k in range(2, 40)),
        "*".join(f"(x + {k})" for k in range(1, 60)),
        "Sum(Sum(Sum(z[i]*z[j]*z[k]*exp(z[i] - z[k]), i, 1, K), j, 1, K), k, 1, K)",
        "["
        + ", ".join(f"[{', '.join(f'x**{r}*z[{c + 1}]' for c in range(8))}]" for r in range(8))
        + "]",
    ],
)
def test_a_large_reference_takes_a_bounded_time(reference):
    names = {"x": "real", "z": "vector 8" if "[[" in reference else "vector K"}
    response = (
        f"({reference})*(1 + exp(x))"
        if "[[" not in reference
        else reference.replace("x", "(x + 1)")
    )
    with ends_within(3):
        diagnose(reference, response, names)
