r"""What commands and signs mean where a formula is cut: tables only.

To let a derivation use another relation or arrow, add it here; a sign that only sets the
formula goes to ``BLANKED``, one whose group does too to ``GROUP_GONE``.
"""

from __future__ import annotations

from mathgrade.expression.latex_text.commands import RELATIONS

__all__ = [
    "ARROWS",
    "BLANKED",
    "DEFINING",
    "GAPS",
    "GROUP_GONE",
    "OVER",
    "ROWS",
    "SIGNS",
    "WRAPS",
]

SIGNS = {
    **RELATIONS,
    **{"≠": "!=", "≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">=", "≡": "==", "≈": "approx"},
    **dict.fromkeys((r"\approx", r"\simeq", r"\cong", r"\sim", r"\propto"), "approx"),
}
DEFINING = (":=", r"\coloneqq", r"\triangleq", r"\doteq")
ARROWS = {
    **dict.fromkeys((r"\implies", r"\Rightarrow", r"\Longrightarrow", "=>", "⇒", "⟹"), "implies"),
    **dict.fromkeys((r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow", "<=>", "⇔", "⟺"), "iff"),
    **dict.fromkeys((r"\Leftarrow", r"\impliedby", r"\because"), "because"),
    r"\therefore": "implies",
    **dict.fromkeys(
        (r"\to", r"\rightarrow", r"\longrightarrow", r"\leadsto", r"\mapsto", "->", "→", "↦"), "to"
    ),
}
GAPS = frozenset({r"\quad", r"\qquad", r"\hfill", r"\hspace", r"\hspace*", r"\enspace"})
ROWS = frozenset({"\\\\", r"\newline", r"\cr", r"\tabularnewline"})
BLANKED = frozenset(
    {
        *(r"\nonumber", r"\notag", r"\displaystyle", r"\hline", r"\middle"),
        *(r"\,", r"\;", r"\:", r"\!", r"\>", "\\ ", r"\thinspace", r"\medspace", r"\thickspace"),
        *(r"\blacksquare", r"\square", r"\Box", r"\qed", r"\qedhere", r"\checkmark"),
    }
)
WRAPS = frozenset({r"\boxed", r"\fbox", r"\underline", r"\mathclap"})
GROUP_GONE = frozenset(
    {
        *(r"\label", r"\vspace", r"\vspace*", r"\phantom", r"\hphantom", r"\vphantom"),
        *(r"\color", r"\textcolor", r"\colorbox", r"\cancelto"),  # and what comes next counts
    }
)
OVER = frozenset({r"\overset", r"\stackrel", r"\underset", r"\overset*"})
