"""How a derivation is read: each line, what it was taken for, and never whether it is right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.answers.derivation_form import read_derivation
from mathgrade.errors import ItemError, ResponseError

NAMES = {"z": "vector n", "c a b": "real", "i j": "index n"}
DEFINITIONS = {r"softmax(v)_i": r"\frac{e^{v_i}}{\sum_{k=1}^{n} e^{v_k}}"}

READ = [
    ("$a = b$", [(1, "a = b", "")]),
    ("$$a = b\n= c$$", [(1, "a = b", ""), (2, "= c", "")]),
    ("\n\na = b\n\nb = c", [(3, "a = b", ""), (5, "b = c", "")]),
    ("Let $S = a + b$.", [(1, "S = a + b", "taken as the definition of S")]),
    (
        "Case $i = j$:\n$$a = b$$",
        [(1, "i = j", "taken as a case: the lines below are read for it"), (2, "a = b", "")],
    ),
    (
        "Here $a$ is any number, so\n$$a = a$$",
        [(1, "", "taken as part of a sentence, no step"), (2, "a = a", "")],
    ),
    (
        "$$a = b$$ since $b = c$",
        [(1, "a = b", ""), (1, "b = c", "taken as a reason beside the steps")],
    ),
    ("$$a = b \\text{ for } i = j$$", [(1, "a = b", "for $i = j$ only")]),
]


@pytest.mark.parametrize(("text", "lines"), READ)
def test_a_line_is_shown_as_it_was_read_and_what_it_was_taken_for(text, lines):
    found = read_derivation(text, NAMES, DEFINITIONS)
    assert [(line.number, line.latex, line.taken) for line in found] == lines


@pytest.mark.parametrize("text", ["$1 = 2$", "$1 = 1$"])
def test_right_and_wrong_are_shown_alike(text):
    (line,) = read_derivation(text, NAMES, {})
    assert (line.taken, line.faults, line.remarks) == ("", (), ())


def test_a_line_that_cannot_be_read_says_where_and_what_to_write_instead():
    text = "$$a = b \\\\\n= \\foo{c}$$"
    *_, last = read_derivation(text, NAMES, {})
    assert (last.number, last.source, last.latex) == (2, r"\foo{c}", "")
    assert "line 2" in last.faults[0]


def test_what_was_perhaps_not_meant_is_said_once_a_line():
    found = read_derivation(
        r"$$softmax(z)_i = \frac{e^{z_i}}{\sum_i e^{z_i}}$$", NAMES, DEFINITIONS
    )
    assert sum(len(line.remarks) for line in found) == 1


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", "response.missing"),
        (" \n", "response.missing"),
        ("YOUR ANSWER HERE", "response.missing"),
        ("It is obvious.", "derivation.no-formula"),
        ("Show it.\n\nYOUR ANSWER HERE", "derivation.no-formula"),
        ("a" * 30_000, "derivation.unreadable"),
    ],
)
def test_what_is_no_derivation_is_refused_with_a_note(text, note):
    with pytest.raises(ResponseError) as refused:
        read_derivation(text, NAMES, {})
    assert refused.value.note == note


@pytest.mark.parametrize(
    ("names", "definitions"),
    [({"z": "vektor n"}, {}), (NAMES, {"2": "a"}), (NAMES, {"f": r"\frac{"})],
)
def test_names_that_are_set_up_wrongly_speak_to_the_author(names, definitions):
    with pytest.raises(ItemError):
        read_derivation("$a = b$", names, definitions)


@given(st.text(alphabet="$=\\frac{}z_i&\n ab", max_size=40))
@settings(max_examples=150, deadline=None)
def test_arbitrary_text_is_read_or_refused(text):
    try:
        found = read_derivation(text, NAMES, {})
    except ResponseError:
        return
    assert all(line.latex or line.faults or line.taken for line in found)


def test_a_letter_that_is_not_known_is_told_once_in_a_line() -> None:
    (line,) = read_derivation(r"$$f'(x) = \frac{e^x}{x}$$", {"z": "real"}, {"f(z)": "z"})
    (fault,) = line.faults
    assert "the name x is not known here" in fault
