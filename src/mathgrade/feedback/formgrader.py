"""Formgrader's pages without another host: texts and formulas as the feedback page has them.

Set ``c.HTMLExporter.template_file = mathgrade.feedback.formgrader.TEMPLATE`` and
``c.HTMLExporter.filters = mathgrade.feedback.formgrader.FILTERS`` in ``nbgrader_config.py``:
formgrader makes its pages of submissions with nbconvert's own exporter. Its template asks a
host on the internet for MathJax; ours is the same page with MathML instead.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from mathgrade.feedback.markdown import Outline, display_formula, markdown

__all__ = ["FILTERS", "TEMPLATE", "latex2html", "markdown2html"]

TEMPLATE = str(Path(__file__).parent / "templates" / "formgrader.html.j2")
FILTERS = {
    "markdown2html": f"{__name__}.markdown2html",
    "latex2html": f"{__name__}.latex2html",
}

_DOLLARS = re.compile(r"\s*\$(\$?)(?P<latex>[^$]+)\$\1\s*")


@pass_context
def markdown2html(context: Context, source: str) -> Markup:
    """A text cell as safe HTML, whoever wrote it.

    Args:
        context: of the template; its ``cell`` may have attachments.
        source: the Markdown.
    """
    cell: Any = context.get("cell") or {}
    return markdown(source, attachments=cell.get("attachments"), outline=Outline(1))


def latex2html(output: str) -> Markup:
    r"""An output in LaTeX, as SymPy makes it, as MathML; its source where that fails.

    >>> latex2html(r"$\displaystyle x^{2}$")
    Markup('<div class="formula"><math display="block">...</math></div>\n')
    >>> latex2html("no <formula>")
    Markup('<code class="tex">no &lt;formula&gt;</code>')
    """
    found = _DOLLARS.fullmatch(output)
    if found is None:
        return Markup('<code class="tex">{}</code>').format(output)
    return Markup(display_formula(found["latex"]))  # noqa: S704 (MathML of an allow-list)
