"""A page as one HTML document: no script, nothing from another host."""

import html
import re
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from mathgrade.feedback.drawing import draw
from mathgrade.feedback.formula import formula
from mathgrade.feedback.markdown import display_formula
from mathgrade.feedback.page import Page
from mathgrade.feedback.witness import difference, example
from mathgrade.proof_rows import brief, rows
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["TEMPLATES", "message", "number", "page_environment", "render", "sentence"]

TEMPLATES = Path(__file__).parent / "templates"

OUTCOMES = {
    Outcome.CORRECT: "right",
    Outcome.PARTIAL: "partly right",
    Outcome.INCORRECT: "not right",
    Outcome.INVALID: "could not be read",
    Outcome.UNDECIDED: "not decided yet",
}

STATES = {
    "full": "full marks",
    "part": "some marks",
    "none": "no marks",
    "waiting": "waiting for a person",
}

# How a criterion is shown: class, sign, and what a screen reader says for the sign.
SIGNS = {
    True: ("met", "✓", "Met:"),
    False: ("unmet", "✗", "Not met:"),
    None: ("open", "?", "Not decided:"),
}
REMARK = ("remark", "i", "Remark:")


def render(page: Page) -> str:
    """The HTML document of a page."""
    return _template().render(page=page, style=_style())


def page_environment(templates: Path) -> jinja2.Environment:
    """What fills the templates of a page: everything is escaped, and formulas are set."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "message": message,
        "formula": lambda latex: Markup(display_formula(latex)),  # noqa: S704
        "sentence": sentence,
    }
    return environment


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = page_environment(TEMPLATES)
    environment.filters["inline"] = formula
    environment.globals |= {
        "sign": sign,
        "share": share,
        "draw": draw,
        "example": example,
        "difference": difference,
        "rows": rows,
        "brief": brief,
        "OUTCOMES": OUTCOMES,
        "STATES": STATES,
    }
    return environment.get_template("page.html.j2")


@lru_cache(maxsize=1)
def _style() -> Markup:
    sheets = ((TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("page", "math"))
    return Markup("".join(sheets))  # noqa: S704 (ours)


def number(points: float | Fraction) -> str:
    """Points as people write them.

    >>> number(2.0), number(Fraction(1, 3)), number(-1.5)
    ('2', '0.33', '−1.5')
    """
    text = f"{float(points):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def sentence(text: str) -> str:
    """A text that begins with a capital and ends with a full stop.

    >>> sentence("at x = 2 yours is 4")
    'At x = 2 yours is 4.'
    """
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def message(text: str) -> Markup:
    """A message as HTML: ```code``` and ``$formula$`` set, everything else escaped.

    >>> message("`x` < 2")
    Markup('<code>x</code> &lt; 2')
    """
    pieces = []
    end = 0
    for match in re.finditer(r"`([^`\n]+)`|\$([^$\n]+)\$", text):
        pieces.append(html.escape(text[end : match.start()]))
        pieces.append(f"<code>{html.escape(match[1])}</code>" if match[1] else formula(match[2]))
        end = match.end()
    return Markup("".join([*pieces, html.escape(text[end:])]))  # noqa: S704


def sign(finding: Finding) -> tuple[str, str, str]:
    """Class, sign and spoken word of a criterion; one without a share is a remark."""
    if not finding.share and finding.met is not True:
        return REMARK
    return SIGNS[finding.met]


def share(verdict: Verdict, finding: Finding, possible: float) -> str:
    """The marks of one criterion; empty where it is the only one, or a remark."""
    if not finding.share or finding.share == 1:
        return ""
    whole = finding.share * Fraction(verdict.points or possible)
    got = {True: number(whole), False: "0", None: "?"}[finding.met]
    if verdict.lines:  # what a derivation earns on the way is no part that was announced
        return got
    return f"{got} of {number(whole)}"
