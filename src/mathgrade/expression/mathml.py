r"""LaTeX to MathML that a browser draws well, and that is safe whatever the LaTeX says.

latex2mathml reads the LaTeX; everything it makes is rebuilt here from an allow-list of
elements and attributes, because its own text form is not escaped (``\text{<script>}``
comes out as an element) and because it writes MathML 3, parts of which browsers ignore:
letter variants, column alignment, ``menclose``, limits of sums inside ``align``. What
cannot be converted is refused with :class:`CannotDrawError`, and shown as its source by the caller.

Source of the rules for browsers: MathML Core, https://www.w3.org/TR/mathml-core/.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from xml.etree.ElementTree import Element

from mathgrade.expression.latex import to_latex
from mathgrade.expression.letters import in_variant
from mathgrade.expression.nodes import Node
from mathgrade.expression.text import to_text

__all__ = ["MAX_LATEX", "CannotDrawError", "latex_to_mathml", "to_mathml"]

MAX_LATEX = 5000
"""Characters of LaTeX that are converted; longer ones are shown as source."""

MAX_DEPTH = 40
"""Nested groups that are converted."""

# Definitions would let a short text grow without bound; nobody needs them in an answer.
DEFINITIONS = re.compile(
    r"\\(?:re|provide)?new(?:command|environment)|\\(?:re|provide)command"
    r"|\\[egx]?def\b|\\let\b|\\Declare[A-Za-z]+"
)

# Environments that latex2mathml does not know, by one of the same shape that it does.
ENVIRONMENTS = {
    **dict.fromkeys(["align", "aligned", "alignat", "eqnarray", "split", "flalign"], "align*"),
    **dict.fromkeys(["gather", "gathered", "multline"], "displaylines"),
    **dict.fromkeys(["equation", "math", "displaymath"], "equation*"),
    "dcases": "cases",
    "rcases": "cases",
}

REWRITES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\\\\)\*?\s*\[-?[\d.]+\s*(?:pt|em|ex|mm|cm|px)\]"), r"\1"),  # \\[4pt]
    (re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag|allowbreak)\b"), ""),
    (re.compile(r"\\begin\{(alignat\*?)\}\s*\{\d+\}"), r"\\begin{\1}"),
    (re.compile(r"\\arg\b"), r"\\operatorname{arg}"),
    (re.compile(r"\\coloneqq\b"), ":="),
    (re.compile(r"^\s*\\displaystyle\b"), ""),
)

SPACES = {
    "negativethinmathspace": "-0.167em",
    "thinmathspace": "0.167em",
    "mediummathspace": "0.222em",
    "thickmathspace": "0.278em",
}

_FLAG = re.compile(r"true|false")
# Lengths stay small, and barely negative, so that no formula is drawn over its surroundings.
_LENGTH = re.compile(r"-?0?\.\d{1,4}em|\d(?:\.\d{1,4})?(?:em|ex|cm)?|[1-9]?\dp[tx]")
ATTRIBUTES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(
        ["stretchy", "fence", "separator", "movablelimits", "displaystyle", "accent"], _FLAG
    ),
    **dict.fromkeys(["width", "height", "depth", "lspace", "rspace"], _LENGTH),
    **dict.fromkeys(["minsize", "maxsize", "linethickness"], _LENGTH),
    "form": re.compile(r"prefix|infix|postfix"),
    "scriptlevel": re.compile(r"[0-2]"),
}

ELEMENTS = frozenset(
    (
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle"),
        *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
        *("mpadded", "mphantom"),
    )
)

BARS = frozenset("|‖∣")
FENCES = frozenset("()[]{}")

# A bar over or under: drawn by the style sheet, for the same reason as tall fences.
LINES = {"mover": {"―": "m-over"}, "munder": {"―": "m-under"}}

ENCLOSURES = {
    "box": "m-box",
    "updiagonalstrike": "m-cancel",
    "downdiagonalstrike": "m-cancel",
    "updiagonalstrike downdiagonalstrike": "m-cancel",
    "horizontalstrike": "m-strike",
}

LIMIT_WORDS = frozenset(["max", "min", "lim", "sup", "inf", "argmax", "argmin", "det"])
LIMIT_SIGNS = frozenset("∑∏∐⋃⋂⨁⨂⋁⋀")
THIN_SPACE = "\N{THIN SPACE}"
ROWS = frozenset(["math", "mrow", "mtd", "mstyle", "msqrt", "mpadded"])
SCRIPTED = frozenset(["msub", "msup", "msubsup", "munder", "mover", "munderover"])
ARITY = {
    **dict.fromkeys(["mfrac", "mroot", "msub", "msup", "munder", "mover"], 2),
    **dict.fromkeys(["msubsup", "munderover"], 3),
}
UNDER_OVER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}


# What the style sheet of the feedback page does where browsers do not; see `plain`.
_FOR_A_STYLE_SHEET = re.compile(r'(?: stretchy="false")? class="m-[a-z0-9]+"')


class CannotDrawError(Exception):
    """The LaTeX is beyond us: its source is shown instead."""


def to_mathml(node: Node, *, display: bool = False) -> str:
    """A formula as MathML, for a page without scripts.

    Args:
        display: True for a formula on a line of its own.

    >>> from mathgrade.expression import read
    >>> to_mathml(read("x**2"))
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    try:
        return latex_to_mathml(to_latex(node), display=display, plain=True)
    except CannotDrawError:  # longer than anybody reads
        return f"<math><mtext>{html.escape(to_text(node))}</mtext></math>"


def latex_to_mathml(
    latex: str, *, display: bool = False, plain: bool = False, alttext: bool = False
) -> str:
    r"""MathML of a LaTeX formula: safe, whatever the LaTeX says.

    Args:
        latex: the formula without its dollar signs.
        display: True for a formula on a line of its own.
        plain: True where no style sheet of ours will be: fences are left to the browser.
        alttext: True to keep the LaTeX as alternative text.

    Raises:
        CannotDrawError: the LaTeX cannot be converted.

    >>> latex_to_mathml("x^2")
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    >>> latex_to_mathml(r"\nonsense{x}")
    Traceback (most recent call last):
        ...
    mathgrade.expression.mathml.CannotDrawError: \nonsense{x}
    """
    body = _body(latex.strip(), display)
    if body is None:
        raise CannotDrawError(latex[:MAX_LATEX])
    if plain:
        body = _FOR_A_STYLE_SHEET.sub("", body)
    attributes = ' display="block"' if display else ""
    if alttext:
        attributes += f' alttext="{html.escape(latex)}"'
    return f"<math{attributes}>{body}</math>"


@lru_cache(maxsize=4096)  # a class shares the formulas of its assignment
def _body(latex: str, display: bool) -> str | None:
    try:
        return _mathml(latex, display)
    except Exception:  # latex2mathml raises anything on odd input, RecursionError included
        return None


def _mathml(latex: str, display: bool) -> str:
    from latex2mathml.converter import Converter

    if not latex or len(latex) > MAX_LATEX or _depth(latex) > MAX_DEPTH:
        raise CannotDrawError
    if DEFINITIONS.search(latex):
        raise CannotDrawError
    converter = Converter(display="block" if display else "inline")
    tree = converter.convert_to_element(_in_known_words(latex))
    return _row(tree)


def _depth(latex: str) -> int:
    """The deepest nesting of braces, ``\\left`` and environments."""
    deepest = depth = 0
    for opening in re.findall(r"\\(?:left|right|begin|end)\b|\\.|[{}]", latex):
        if opening in ("{", r"\left", r"\begin"):
            depth += 1
            deepest = max(deepest, depth)
        elif opening in ("}", r"\right", r"\end"):
            depth -= 1
    return deepest


def _in_known_words(latex: str) -> str:
    """The same formula in the commands that latex2mathml knows."""

    def renamed(match: re.Match[str]) -> str:
        name = match[2].rstrip("*")
        return f"\\{match[1]}{{{ENVIRONMENTS.get(name, match[2])}}}"

    for pattern, replacement in REWRITES:
        latex = pattern.sub(replacement, latex)
    latex = re.sub(r"\\(begin|end)\s*\{([a-z]+\*?)\}", renamed, latex)
    latex = re.sub(r"\\text(?:rm|normal)?\s*\{([^{}]*\$[^{}]*)\}", _text_with_maths, latex)
    # Lines broken outside any environment: \begin{align} is what was meant.
    if r"\\" in latex and r"\begin" not in latex:
        latex = rf"\begin{{align*}}{latex}\end{{align*}}"
    return latex


def _text_with_maths(match: re.Match[str]) -> str:
    r"""``\text{if $i = j$}`` as text and formula side by side."""
    parts = match[1].split("$")
    return "".join(
        part if index % 2 else rf"\text{{{part}}}" for index, part in enumerate(parts) if part
    )


@dataclass(frozen=True)
class _Place:
    """Where an element stands: operators take their spaces from their neighbours."""

    siblings: Sequence[Element]
    index: int
    in_row: bool

    def neighbour(self, step: int) -> Element | None:
        at = self.index + step
        return self.siblings[at] if self.in_row and 0 <= at < len(self.siblings) else None


def _row(parent: Element, base: _Place | None = None) -> str:
    """The children of an element; ``base`` is the place of the first, if not in this row."""
    siblings = _with_names_joined(parent)
    places = [_Place(siblings, index, parent.tag in ROWS) for index in range(len(siblings))]
    if base is not None:
        places[0] = base
    return "".join(map(_written, siblings, places))


def _with_names_joined(parent: Element) -> list[Element]:
    r"""The children, with runs of upright letters (``\mathrm{diag}``) made one name."""
    joined: list[Element] = []
    for upright, run in groupby(parent, _is_upright_letter):
        letters = list(run)
        if upright and len(letters) > 1 and parent.tag in ROWS:
            name = Element("mo")
            name.text = "".join(letter.text or "" for letter in letters)
            letters = [name]
        joined += letters
    return joined


def _is_upright_letter(node: Element) -> bool:
    text = node.text or ""
    return node.get("mathvariant") == "normal" and len(text) == 1 and text.isalpha()


def _written(node: Element, place: _Place) -> str:
    """One element and what is in it, as text."""
    tag = node.tag
    if tag == "menclose":
        return (
            f'<mrow class="{ENCLOSURES.get(node.get("notation", ""), "m-box")}">{_row(node)}</mrow>'
        )
    if tag not in ELEMENTS:
        raise CannotDrawError
    if tag == "mrow":
        children = _with_names_joined(node)
        if len(children) == 1:
            # A lone child loses nothing, and an operator in a script loses its spaces.
            return _written(children[0], place)
        return f"<mrow>{_row(node)}</mrow>"
    if len(node) != ARITY.get(tag, len(node)):
        raise CannotDrawError  # \frac{1}: browsers draw it as it comes
    if not len(node):
        return _leaf(node, place)
    if tag in LINES and (line := LINES[tag].get(html.unescape(node[1].text or ""))):
        return f'<mrow class="{line}">{_written(node[0], place)}</mrow>'
    if tag in UNDER_OVER and _takes_limits(node[0]):
        tag = UNDER_OVER[tag]
        # Beside the sign in running text, above and below it in display.
        _core(node[0]).set("movablelimits", "true")
    attributes = _attributes(node)
    if tag in SCRIPTED:  # an operator with scripts has the spaces of the operator
        return f"<{tag}{attributes}>{_row(node, place)}</{tag}>"
    if tag == "mtd" and (side := node.get("columnalign")) in ("left", "right"):
        attributes += f' class="m-{side}"'
    return f"<{tag}{attributes}>{_row(node)}</{tag}>"


def _leaf(node: Element, place: _Place) -> str:
    tag = node.tag
    text = html.unescape(node.text or "")
    text = "".join(character for character in text if _is_visible(character))
    if tag != "mtext" and len(text) > 1 and text.startswith("\\"):
        raise CannotDrawError  # a command latex2mathml does not know
    if tag == "mspace":
        return f"<mspace{_attributes(node)}></mspace>"
    if tag in ("mi", "mo") and len(text) > 1 and text.replace(THIN_SPACE, "").isalpha():
        return _word(text, node, place)
    variant = node.get("mathvariant", "")
    attributes = _attributes(node)
    if tag == "mo" and text in BARS:
        attributes += ' lspace="0em" rspace="0em"'
    elif (rows := _rows_beside(place)) and tag == "mo" and text in FENCES:
        attributes = f' stretchy="false" class="m-tall{min(rows, 8)}"'
    if variant == "normal" and tag == "mi" and len(text) == 1:
        attributes += ' mathvariant="normal"'
    elif variant in ("bold", "italic", "monospace") and tag == "mtext":
        attributes += f' class="m-{variant}"'
    elif tag != "mtext":
        text = in_variant(text, variant)
    return f"<{tag}{attributes}>{html.escape(text)}</{tag}>"


def _rows_beside(place: _Place) -> int:
    """Height in lines of the matrix next to a fence; 0 if there is none.

    Stretching is left to the style sheet: browsers stretch only with a font for
    mathematics, which many computers lack.
    """
    for step in (1, -1):
        table = place.neighbour(step)
        if table is not None and table.tag == "mtable":
            tall = sum(any(True for _ in row.iter("mfrac")) for row in table)
            return len(table) + (tall + 1) // 2
    return 0


def _is_visible(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _word(text: str, node: Element, place: _Place) -> str:
    """A function's name: upright, a thin space from its neighbours where TeX puts one."""
    left, right = ("0.167em" if _needs_space(place.neighbour(step)) else "0em" for step in (-1, 1))
    limits = ' movablelimits="true"' if node.get("movablelimits") == "true" else ""
    return f'<mo lspace="{left}" rspace="{right}"{limits}>{html.escape(text)}</mo>'


def _needs_space(neighbour: Element | None) -> bool:
    if neighbour is None:
        return False
    core = _core(neighbour)
    if core.tag == "mrow" and len(core) and core[0].get("fence") == "true":
        return False  # \left( ... \right)
    return core.tag != "mo" or html.unescape(core.text or "").isalpha()


def _core(node: Element) -> Element:
    """The operator inside scripts and lone rows."""
    while len(node) and (node.tag in UNDER_OVER or (node.tag == "mrow" and len(node) == 1)):
        node = node[0]
    return node


def _takes_limits(base: Element) -> bool:
    core = _core(base)
    text = html.unescape(core.text or "").replace(THIN_SPACE, "")
    return core.tag == "mo" and (text in LIMIT_WORDS or text in LIMIT_SIGNS)


def _attributes(node: Element) -> str:
    written = []
    for name, value in node.attrib.items():
        value = SPACES.get(value, value)
        pattern = ATTRIBUTES.get(name)
        if pattern is not None and pattern.fullmatch(value):
            written.append(f' {name}="{value}"')
    return "".join(written)
