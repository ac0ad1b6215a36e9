"""``mathgrade try`` on derivations: of an item, and of a claim of one's own."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from mathgrade.cli import main

CLAIM = r"""
claim = 'softmax(z)_i = softmax(z - c)_i'
[names]
z = "vector n"
c = "real"
i = "index n"
[definitions]
'softmax(v)_i' = '\frac{e^{v_i}}{\sum_{k=1}^{n} e^{v_k}}'
"""
PROOF = r"""$$softmax(z - c)_i = \frac{e^{z_i - c}}{\sum_k e^{z_k - c}}
= \frac{e^{-c} e^{z_i}}{e^{-c} \sum_k e^{z_k}}
= \frac{e^{z_i}}{\sum_k e^{z_k}} = softmax(z)_i$$
"""
WRONG = r"""$$softmax(z - c)_i = \frac{e^{z_i - c}}{\sum_k e^{z_k - c}}
= \frac{e^{z_i} e^{c}}{e^{-c} \sum_k e^{z_k}}$$
"""
ITEMS = """
from mathgrade.answers import Derivation
from mathgrade.items import Item

ITEMS = [Item("proof", 2, Derivation("(a+b)^2 = a^2 + 2ab + b^2", {"a b": "real"}))]
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = {"claim.toml": CLAIM, "proof.md": PROOF, "wrong.md": WRONG}
    texts |= {"empty.md": "\n", "broken.md": r"$\frac{1}{ = \frac{1}{2$"}
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def run(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(["try", *words])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return left.value.code, out, err


@pytest.mark.parametrize(
    ("proof", "code", "outcome", "first"),
    [
        ("proof.md", 0, "proved", None),
        ("wrong.md", 1, "wrong", 2),
        ("empty.md", 1, "incomplete", None),
        ("broken.md", 2, "invalid", None),
    ],
)
@pytest.mark.usefixtures("files")
def test_a_claim_of_ones_own_needs_no_course(capsys, proof, code, outcome, first):
    ended, out, _ = run(capsys, "--claim", "claim.toml", proof)
    assert (ended, out.split()[0]) == (code, outcome.upper())
    ended, out, _ = run(capsys, "--claim", "claim.toml", proof, "--json")
    found = json.loads(out)
    assert (ended, found["outcome"], found["first_wrong_line"]) == (code, outcome, first)


@pytest.mark.usefixtures("files")
def test_the_json_of_a_derivation_has_the_keys_that_are_promised(capsys):
    _, out, _ = run(capsys, "--claim", "claim.toml", "wrong.md", "--json")
    found = json.loads(out)
    assert set(found) == {"outcome", "credit", "first_wrong_line", "lines", "missing"}
    keys = {"line", "text", "read_as", "outcome", "witness", "laws", "hint"}
    assert {frozenset(line) for line in found["lines"]} == {frozenset(keys)}
    wrong = found["lines"][-1]
    assert (wrong["outcome"], set(wrong["witness"])) == ("false", {"at", "left", "right", "place"})
    assert found["lines"][1]["laws"] == ["definition"]


@pytest.mark.usefixtures("files")
def test_each_line_is_printed_with_its_mark_its_laws_and_its_numbers(capsys):
    _, out, _ = run(capsys, "--claim", "claim.toml", "wrong.md")
    assert "WRONG at line 2" in out
    assert r"1 ✓ softmax(z - c)_{i} = " in out.replace(r"\mathrm{softmax}", "softmax")
    assert "[a definition put in]" in out
    assert "2 ✗ = " in out
    assert "the side before is" in out


@pytest.mark.usefixtures("files")
def test_a_derivation_is_read_from_standard_input(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(PROOF))
    assert run(capsys, "--claim", "claim.toml", "-")[0] == 0


BAD_CLAIMS = [
    ("claim = ", "is not TOML"),
    ("claim = 3\n[names]", "'claim' is a text or a list of texts"),
    ("[names]\nx = 'real'", "needs 'claim'"),
    ("claim = 'x = x'", "needs 'names'"),
    ("claim = 'x = x'\nhint = 1\n[names]\nx = 'real'", "has no 'hint'"),
    ("claim = 'x = x'\n[names]\nx = 'reel'", "reel"),
    ("claim = 'x = x'\n[names]\nx = 1", "'names' is a table"),
    ("claim = 'x'\n[names]\nx = 'real'", "not one equation"),
    ("claim = 'x = y'\n[names]\nx = 'real'", "y"),
    ("claim = 'x = \\frac{1'\n[names]\nx = 'real'", r"`x = \frac{1` cannot be read"),
    ("claim = 'x = x'\nmax_laws = 9\n[names]\nx = 'real'", "max_laws"),
    ("claim = 'x = x'\nmilestones = ['x']\n[names]\nx = 'real'", "milestone"),
    ("claim = 'x = x'\n[names]\nx = 'real'\n[definitions]\n'2' = 'x'", "cannot be defined"),
]


@pytest.mark.parametrize(("text", "said"), BAD_CLAIMS)
def test_a_claim_file_that_cannot_be_used_says_why(capsys, files, text, said):
    Path("bad.toml").write_text(text, encoding="utf-8")
    code, _, err = run(capsys, "--claim", "bad.toml", "proof.md")
    assert code == 2
    assert said in err
    assert "bad.toml" in err


@pytest.mark.parametrize(
    "words",
    [
        ["--claim", "nowhere.toml", "proof.md"],
        ["--claim", "claim.toml", "nowhere.md"],
        ["--claim", "claim.toml", "proof.md", "wrong.md"],
        ["--claim", "claim.toml"],
        ["softmax:proof"],
    ],
)
@pytest.mark.usefixtures("files")
def test_wrong_use_ends_in_2_without_a_traceback(capsys, words):
    assert run(capsys, *words)[0] == 2


@pytest.fixture
def course(files):
    for folder in ("source/small", "reference"):
        Path(folder).mkdir(parents=True)
    Path("nbgrader_config.py").write_text("", encoding="utf-8")
    Path("reference/small.py").write_text(ITEMS, encoding="utf-8")
    return files


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        ("$(a+b)^2 = (a+b)(a+b) = a^2 + 2ab + b^2$", 0, "proved"),
        ("$(a+b)^2 = a^2 + b^2$", 1, "wrong"),
        ("$(a+b)^2 = a^2 + 2ab + b^2 + 0$, or so", 1, "incomplete"),
        (r"$\frac{1}{ = \frac{1}{2$", 2, "invalid"),
    ],
)
@pytest.mark.usefixtures("course")
def test_a_derivation_of_an_item_comes_with_its_lines(capsys, text, code, outcome):
    Path("answer.md").write_text(text, encoding="utf-8")
    ended, out, _ = run(capsys, "small:proof", "answer.md")
    assert ended == code
    assert "✓" in out or "✗" in out or "?" in out
    ended, out, _ = run(capsys, "small:proof", "answer.md", "--json")
    found = json.loads(out)
    assert (ended, found["item"], found["derivation"]["outcome"]) == (code, "small:proof", outcome)
    assert "lines" not in found
