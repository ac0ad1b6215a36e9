"""What of an output a marked notebook holds: nothing that acts in the instructor's session."""

from __future__ import annotations

import base64

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.autograde.display import shown
from mathgrade.autograde.outputs import Collector

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
LEFT_OUT = "[an output that is neither text nor a PNG picture was left out]"

KEPT = [
    {"text/plain": "x"},
    {"text/plain": "<script>alert(1)</script>"},  # text is text
    {"image/png": PNG, "text/plain": "<Figure>"},
    {"image/png": PNG[:20] + "\n" + PNG[20:] + "\n"},
    {"text/latex": r"$\displaystyle \frac{\sin{\left(x \right)}}{2}$", "text/plain": "sin(x)/2"},
    {"text/latex": r"$\left[\begin{matrix}1 & x\\x^{2} & \frac{1}{2}\end{matrix}\right]$"},
]

DROPPED = [
    {"text/html": "<b>b</b>"},
    {"text/markdown": "<img src=x onerror=alert(1)>"},
    {"application/javascript": "alert(1)"},
    {"image/svg+xml": "<svg onload='alert(1)'/>"},
    {"image/jpeg": PNG},
    {"application/vnd.mathgrade.verdict+json": {"outcome": "correct"}},  # a forged card
    {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}},
    {"text/html": {"a": 1}, "application/json": {}},
]

REFUSED_BESIDE_TEXT = [
    {"image/png": '"><script>alert(1)</script>'},
    {"image/png": base64.b64encode(b"<svg onload='alert(1)'/>").decode()},
    {"image/png": [PNG]},
    {"text/latex": r"$\href{javascript:alert(1)}{x}$"},
    {"text/latex": r"$\def\h{\href}\h{javascript:alert(1)}{x}$"},
    {"text/latex": r"$\require{html}\style{background:url(//x)}{y}$"},
    {"text/latex": r"$\cssId{x}{y} \class{a}{b} \mmlToken{mi}[onclick='x']{y}$"},
    {"text/latex": "$" + "x" * 30_000 + "$"},
    {"text/latex": 3},
]


@pytest.mark.parametrize("data", KEPT, ids=str)
def test_text_pictures_and_formulas_are_kept(data: dict[str, str]) -> None:
    assert shown(data, {}) == (data, {})


@pytest.mark.parametrize("data", DROPPED, ids=str)
def test_what_could_act_is_left_out_and_says_so(data: dict[str, object]) -> None:
    assert shown(data, {"text/html": {"isolated": True}}) == ({"text/plain": LEFT_OUT}, {})


@pytest.mark.parametrize("data", REFUSED_BESIDE_TEXT, ids=lambda d: str(d)[:60])
def test_what_only_claims_to_be_a_picture_or_a_formula_is_left_out(
    data: dict[str, object],
) -> None:
    assert shown({**data, "text/plain": "x"}, {}) == ({"text/plain": "x"}, {})


@pytest.mark.parametrize("data", [None, [], 3, {}, {"text/plain": 3}, {"text/plain": ["x"]}])
def test_what_is_no_display_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"display|kind"):
        shown(data, {})


SIZES = [
    ({"image/png": {"width": 3, "height": 4}}, {"image/png": {"width": 3, "height": 4}}),
    ({"image/png": {"width": '3" onload="alert(1)'}}, {}),
    ({"image/png": {"width": True, "alt": "x"}}, {}),
    ({"image/png": 3, "needs_background": "light"}, {}),
    ({"text/plain": {"x": 1}}, {}),
]


@pytest.mark.parametrize(("metadata", "kept"), SIZES, ids=str)
def test_of_metadata_only_the_size_of_a_picture_is_kept(
    metadata: dict[str, object], kept: dict[str, object]
) -> None:
    assert shown({"image/png": PNG}, metadata)[1] == kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KINDS = st.sampled_from(["text/plain", "text/html", "image/png", "text/latex", "image/svg+xml"])


@given(st.dictionaries(KINDS, JSON) | JSON, JSON)
def test_whatever_is_sent_nothing_but_text_and_pictures_comes_out(
    data: object, metadata: object
) -> None:
    try:
        kept, sizes = shown(data, metadata)
    except ValueError:
        return
    assert set(kept) <= {"text/plain", "image/png", "text/latex"}
    assert all(isinstance(value, str) for value in kept.values())
    assert set(sizes) <= {"image/png"}


def test_an_update_of_a_display_is_looked_at_like_the_display() -> None:
    cell = nbformat.v4.new_code_cell("")
    collect = Collector(cell, {}, 10_000, 10)
    for kind, data in (
        ("display_data", {"text/plain": "first"}),
        ("update_display_data", {"text/html": "<script>x</script>", "text/plain": "second"}),
    ):
        content = {"data": data, "metadata": {}, "transient": {"display_id": "d"}}
        collect({"msg_type": kind, "content": content})
    assert [o.data for o in cell.outputs] == [{"text/plain": "second"}]


def test_why_a_cell_ended_is_shown_however_much_it_printed() -> None:
    cell = nbformat.v4.new_code_cell("")
    collect = Collector(cell, {}, 100, 10)
    for _ in range(3):
        collect({"msg_type": "stream", "content": {"name": "stdout", "text": "x" * 90}})
    error = {"ename": "ValueError", "evalue": "bad", "traceback": ["ValueError: bad"]}
    for _ in range(1000):
        collect({"msg_type": "error", "content": {**error, "traceback": ["y" * 1000]}})
    assert [o.output_type for o in cell.outputs[:3]] == ["stream", "stream", "error"]
    assert sum(len(str(o)) for o in cell.outputs) < 600_000
