"""Python source as HTML with five kinds of words marked for colour; no scripts.

Pygments splits the text; only the kinds below become elements, which keeps a page small.
"""

import html
from functools import lru_cache
from typing import Any

from markupsafe import Markup

__all__ = ["MAX_CODE", "code"]

MAX_CODE = 20_000
"""Characters of one cell that are shown."""

# First match wins; the classes are in templates/page.css.
KINDS = (
    ("Token.Comment", "c"),
    ("Token.Literal.String", "s"),
    ("Token.Literal.Number", "n"),
    ("Token.Keyword", "k"),
    ("Token.Operator.Word", "k"),
    ("Token.Name.Function", "f"),
    ("Token.Name.Decorator", "f"),
)


@lru_cache(maxsize=256)  # the course's own cells are the same on every page
def code(source: str) -> Markup:
    """Escaped source with ``<span class="k">`` around keywords and so on.

    >>> code("x = 1  # one")
    Markup('x = <span class="n">1</span>  <span class="c"># one</span>')
    """
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

    if len(source) > MAX_CODE:
        cut = html.escape(source[:MAX_CODE])
        return Markup(f"{cut}\n… ({len(source) - MAX_CODE} more characters)")  # noqa: S704
    pieces = []
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source):
        escaped = html.escape(text)
        name = _css(kind)
        pieces.append(
            f'<span class="{name}">{escaped}</span>' if name and text.strip() else escaped
        )
    return Markup("".join(pieces))  # noqa: S704 (every piece is escaped)


@lru_cache(maxsize=256)
def _css(kind: Any) -> str:
    """The class of a kind of token; empty for most."""
    return next((css for prefix, css in KINDS if str(kind).startswith(prefix)), "")
