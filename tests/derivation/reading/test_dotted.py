"""Arrays with dots: the rule of their entries, and arrays that have none."""

import pytest

from mathgrade.derivation.reading import read_document
from mathgrade.expression import read_names, to_text

CONTEXT = read_names({"S": "vector K", "c": "real", "i": "index K"})
ROWS = [
    # entries (LaTeX, row by row), the entry as it is read
    ([["e^{S_1}"], ["."], ["e^{S_K}"]], "exp(S[row])"),
    ([["e^{S_1}", ".", "e^{S_n}"]], "exp(S[column])"),
    ([["S_1 - c"], ["S_2 - c"], ["S_3 - c"], ["."], ["S_K - c"]], "S[row] - c"),
    ([["S_1 S_1", ".", "S_1 S_K"], [".", ".", "."], ["S_K S_1", ".", "S_K S_K"]], "S[row]*S[column]"),
    ([["1", ".", "0"], [".", ".", "."], ["0", ".", "1"]], "Piecewise((1, row == column), (0, True))"),
    (
        [
            ["S_1(1 - S_1)", "-S_1 S_2", ".", "-S_1 S_K"],
            ["-S_1 S_2", "S_2(1 - S_2)", ".", "-S_2 S_K"],
            [".", ".", ".", "."],
            ["-S_1 S_K", "-S_2 S_K", ".", "S_K(1 - S_K)"],
        ],
        "Piecewise((S[row]*(1 - S[row]), row == column), (-S[row]*S[column], True))",
    ),
    # not one rule
    ([["S_1"], ["S_3"], ["."], ["S_K"]], None),
    ([["S_1"], ["."], ["c"]], None),
    ([["."], ["S_K"]], None),
    ([["S_1"], ["."]], None),
    ([["S_1"], ["."], ["."], ["S_K"]], None),
    ([["S_1", ".", "S_K"], ["S_2", "S_2", "S_2"]], None),
    ([["S_1 S_1", ".", "S_1 S_K"], [".", ".", "."], ["S_K S_1", ".", "c"]], None),
    ([["1 + 1 + 1 + 1 + 1 + 1"], ["."], ["K + K + K + K + K + K"]], None),
    ([["S_1"], ["."], ["S_i"]], None),
]  # fmt: skip


@pytest.mark.parametrize(("grid", "entry"), ROWS)
def test_entries_follow_a_rule_or_are_refused(grid, entry):
    rows = [" & ".join(r"\dots" if e == "." else e for e in row) for row in grid]
    text = r"$$c = \begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}$$"
    document = read_document(text, CONTEXT, {})
    side = document.statements[0].sides[1]
    if entry is None:
        assert "follows no plain rule" in side.fault
    else:
        assert to_text(document.definitions["array1"].body) == entry
        assert set(document.context["array1"].shape) == {"K"}
