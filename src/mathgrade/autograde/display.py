"""What of a display a marked notebook may hold: text, PNG pictures, formulas of plain LaTeX.

Formgrader shows a notebook in the instructor's session, where HTML, SVG, Markdown and
JavaScript of a student's would act with the instructor's rights.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["shown"]

_NOTHING = {"text/plain": "[an output that is neither text nor a PNG picture was left out]"}
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_LATEX = 20_000
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)

# What SymPy's printer writes. MathJax has commands for links, styles and attributes, and ways
# to define new ones: none is among these.
_LATEX_COMMANDS = r"""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu
    nu xi omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar imath jmath Re Im aleph
    frac dfrac tfrac sqrt sum prod int iint iiint oint lim binom log ln exp sin cos tan cot sec csc
    sinh cosh tanh coth arcsin arccos arctan operatorname mathrm mathbf mathbb mathcal
    mathfrak mathit mathsf text tilde hat bar vec dot ddot overline underline boldsymbol
    left right middle big Big bigg Bigg lvert rvert lVert rVert langle rangle lfloor rfloor lceil
    rceil vert Vert mid begin end displaystyle limits cdot times div pm mp ast star circ bullet
    oplus otimes wedge vee neg cap cup setminus in notin subset subseteq emptyset varnothing
    le leq ge geq lt gt ne neq equiv approx sim cong propto to rightarrow leftarrow Rightarrow
    infty partial nabla forall exists dots ldots cdots vdots ddots quad qquad dagger prime
    max min sup inf det ker dim gcd bmod pmod mod top bot perp parallel colon
    , ; : ! { } | \ _ & % # $
"""


def shown(data: object, metadata: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Data and metadata of a display, with what is not shown taken out.

    Args:
        data: what the kernel sent, by type; anything at all.
        metadata: likewise.

    Raises:
        ValueError: it is no display.

    >>> shown({"text/html": "<b>1</b>", "text/plain": "1"}, {})
    ({'text/plain': '1'}, {})
    >>> shown({"application/javascript": "alert(1)"}, {})[0]["text/plain"]
    '[an output that is neither text nor a PNG picture was left out]'
    """
    if not isinstance(data, Mapping) or not isinstance(metadata, Mapping):
        raise ValueError("a display has data and metadata by type")
    kept = {kind: data[kind] for kind, fits in _KINDS.items() if kind in data and fits(data[kind])}
    if not kept:
        if set(data) <= set(_KINDS):
            raise ValueError("what is of a kind that is shown does not hold it")
        return dict(_NOTHING), {}
    return kept, _sizes(metadata) if "image/png" in kept else {}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_png(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return base64.b64decode("".join(value.split()), validate=True).startswith(_PNG)
    except (binascii.Error, ValueError):
        return False


def _is_formula(value: object) -> bool:
    if not isinstance(value, str) or len(value) > _MAX_LATEX:
        return False
    return set(_COMMAND.findall(value)) <= {" ", *_LATEX_COMMANDS.split()}


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "text/plain": _is_text,
    "image/png": _is_png,
    "text/latex": _is_formula,
}


def _sizes(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Width and height of the picture, if they are numbers."""
    given = metadata.get("image/png")
    if not isinstance(given, Mapping):
        return {}
    sizes = {name: given[name] for name in ("width", "height") if type(given.get(name)) is int}
    return {"image/png": sizes} if sizes else {}
