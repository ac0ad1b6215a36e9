"""Outputs of a student's cells: text, formulas and PNG, bounded."""

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output
from tests.feedback.conftest import png

from mathgrade.feedback.attachment import MAX_PICTURE, png_url
from mathgrade.feedback.output import MAX_LINES, MAX_OUTPUTS, MAX_TEXT, one_line_error, outputs


def shown(*found: Any) -> list[tuple[str, str]]:
    return [
        (output.kind, output.text) for output in outputs(new_code_cell("", outputs=list(found)))
    ]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (new_output("stream", text="a\n"), ("text", "a")),
        (new_output("stream", name="stderr", text="\x1b[31mred\x1b[0m"), ("text", "red")),
        (new_output("stream", text="a\x1b]8;;http://x\x07b\x00"), ("text", "ab")),
        (new_output("execute_result", {"text/plain": "3"}), ("text", "3")),
        (new_output("display_data", {"text/html": "<b>", "text/plain": "t"}), ("text", "t")),
        (new_output("display_data", {"text/latex": "$x$", "text/plain": "t"}), ("formula", "x")),
        (new_output("display_data", {"text/latex": "$\\no$", "text/plain": "t"}), ("text", "t")),
        (new_output("display_data", {"image/png": png(), "text/plain": "F"}), ("picture", "")),
        (new_output("display_data", {"image/png": "no!", "text/plain": "F"}), ("text", "F")),
    ],
)
def test_output_is_shown_in_its_safest_form(output: Any, expected: tuple[str, str]) -> None:
    assert shown(output) == [expected]


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<b>"},
        {"image/svg+xml": "<svg/>"},
        {"application/javascript": "alert(1)"},
        {"text/markdown": "# a"},
        {"image/jpeg": png()},
        {"text/plain": ""},
    ],
)
def test_other_kinds_are_left_out(data: dict[str, str]) -> None:
    assert shown(new_output("display_data", data)) == []


@pytest.mark.parametrize("text", ["x" * 10 * MAX_TEXT, "x\n" * 10 * MAX_LINES])
def test_a_long_text_is_cut_and_says_so(text: str) -> None:
    [(_, cut)] = shown(new_output("stream", text=text))
    assert len(cut) < MAX_TEXT + 100
    assert cut.count("\n") <= MAX_LINES
    assert "more characters" in cut


def test_many_outputs_are_cut_and_say_so() -> None:
    found = shown(*[new_output("stream", text="a")] * (MAX_OUTPUTS + 5))
    assert len(found) == MAX_OUTPUTS + 1
    assert found[-1] == ("text", "… (5 more outputs)")


def test_a_traceback_keeps_the_students_frames_only() -> None:
    frames = ["---", "KeyError Traceback", "Cell In[1], line 2", "File /lib/a.py:3", "KeyError: 1"]
    error = new_output("error", ename="KeyError", evalue="1", traceback=frames)
    assert shown(error) == [("error", "Cell In[1], line 2\nKeyError: 1")]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("AssertionError", "", "AssertionError"),
        ("AssertionError", "f(3) is 6", "AssertionError: f(3) is 6"),
        ("AssertionError", "\nNot equal\n DESIRED: 3", "AssertionError: Not equal"),
        ("NameError", "name 'f' is not defined", "NameError: name 'f' is not defined"),
        ("", "", "Error"),
        ("E", "x" * 400, "E: " + "x" * 300 + " …"),
    ],
)
def test_the_error_of_a_test_is_one_line(name: str, value: str, line: str) -> None:
    error = new_output("error", ename=name, evalue=value, traceback=["assert reference() == 3"])
    assert one_line_error(new_code_cell("", outputs=[error])) == line


@pytest.mark.parametrize(
    "data", ["", "!", "PHN2Zz4=", "A" * (2 * MAX_PICTURE), b"x", None, 7, "\ud800"]
)
def test_what_is_no_png_has_no_address(data: object) -> None:
    assert png_url(data) == ""
