"""A formula on the feedback page: MathML, or its source where it cannot be drawn."""

import html

from markupsafe import Markup

from mathgrade.expression.mathml import MAX_LATEX, CannotDrawError, latex_to_mathml

__all__ = ["MAX_LATEX", "formula"]


def formula(latex: str, *, display: bool = False) -> Markup:
    r"""MathML of a LaTeX formula, or its escaped source if it cannot be converted.

    Args:
        latex: the formula without its dollar signs.
        display: True for a formula on a line of its own.

    Returns:
        Safe HTML: a ``<math>`` element, or ``<code class="tex">``.

    >>> formula("x^2")
    Markup('<math><msup><mi>x</mi><mn>2</mn></msup></math>')
    >>> formula(r"\nonsense{x}")
    Markup('<code class="tex">\\nonsense{x}</code>')
    """
    try:
        drawn = latex_to_mathml(latex, display=display)
    except CannotDrawError:
        source = html.escape(latex.strip()[:MAX_LATEX])
        return Markup(f'<code class="tex">{source}</code>')  # noqa: S704 (escaped)
    return Markup(drawn)  # noqa: S704 (rebuilt from an allow-list)
