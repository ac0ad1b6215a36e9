r"""Markdown to HTML that is inert whoever wrote it, with formulas as MathML.

Raw HTML is shown as text, links keep only ``http``, ``https`` and ``mailto``, pictures
are PNG attachments of the cell. Formulas are taken out before Markdown reads them:
``$..$``, ``$$..$$``, ``\(..\)``, ``\[..\]`` (with one or two backslashes) and the usual
environments.
"""

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import mistune
from markupsafe import Markup

from mathgrade.feedback.attachment import PREFIX, png_url
from mathgrade.feedback.formula import MAX_LATEX, formula

__all__ = ["MAX_MARKDOWN", "Outline", "display_formula", "markdown"]

MAX_MARKDOWN = 30_000
"""Characters of one text that are rendered; a longer one is shown as its source."""

LINKS = frozenset(["http", "https", "mailto"])

_BODY = rf"(?s:.{{1,{MAX_LATEX}}}?)"
_ENVIRONMENTS = (
    "align|aligned|alignat|eqnarray|split|flalign|gather|gathered|multline|equation|cases|array"
    "|matrix|pmatrix|bmatrix|vmatrix|displaymath"
)


def _display(prefix: str) -> str:
    """Pattern of a formula on its own line; group names begin with ``prefix``."""
    return (
        rf"\$\$(?P<{prefix}_dollars>(?:\\(?s:.)|[^\\$]|\$(?!\$)){{1,{MAX_LATEX}}}?)\$\$"
        rf"|(?<!\\)\\{{1,2}}\[(?P<{prefix}_brackets>{_BODY})\\{{1,2}}\]"
        rf"|(?P<{prefix}_environment>\\begin\{{(?P<{prefix}_name>(?:{_ENVIRONMENTS})\*?)\}}"
        rf"{_BODY}\\end\{{(?P={prefix}_name)\}})"
    )


_BLOCK = rf"^ {{0,3}}(?:{_display('block')})[ \t]*(?:\n|$)"
_WITHIN = _display("within")
_INLINE = (
    r"\$(?!\$)(?P<dollar>(?:\\.|[^$\\\n]|\n(?![ \t]*\n))+?)\$"
    rf"|(?<!\\)\\{{1,2}}\((?P<parenthesis>{_BODY})\\{{1,2}}\)"
)


class Outline:
    """Levels of headings down a page, so that none is skipped.

    >>> outline = Outline(1)
    >>> outline.level(2), outline.level(5), outline.level(9)
    (2, 3, 4)
    """

    def __init__(self, top: int) -> None:
        self._last = top

    def level(self, wanted: int) -> int:
        """The level to use: at most one below the last, at most 6."""
        self._last = max(2, min(wanted, self._last + 1, 6))
        return self._last


def markdown(
    source: str,
    *,
    attachments: Mapping[str, Mapping[str, str]] | None = None,
    outline: Outline | None = None,
) -> Markup:
    """Safe HTML of a Markdown text; never raises.

    Args:
        source: the text, of a student, a marker or the instructor.
        attachments: those of its cell, by name and MIME type.
        outline: of the page, for text whose headings structure it; without,
            headings are bold lines.

    >>> markdown("*a* <b onclick=x>")
    Markup('<p><em>a</em> &lt;b onclick=x&gt;</p>\\n')
    """
    if len(source) > MAX_MARKDOWN:
        return _as_source(source)
    reader = mistune.Markdown(
        _Inert(attachments or {}, outline),
        plugins=[_mathematics, *map(mistune.plugins.import_plugin, ("table", "strikethrough"))],
    )
    try:
        return Markup(str(reader(source)))  # noqa: S704 (the renderer below escapes)
    except Exception:  # a text that breaks the reader is still shown
        return _as_source(source)


def _as_source(source: str) -> Markup:
    shown = source[:MAX_MARKDOWN]
    return Markup(f'<pre class="source">{html.escape(shown)}</pre>')  # noqa: S704


def display_formula(latex: str) -> str:
    """A formula on its own line, in a box that scrolls where the page is narrow."""
    # A box that can scroll must be reachable from the keyboard; a short formula cannot.
    reachable = ' tabindex="0" role="group" aria-label="Formula"' if len(latex) > 60 else ""
    return f'<div class="formula"{reachable}>{formula(latex, display=True)}</div>\n'


def _mathematics(reader: mistune.Markdown) -> None:
    """Plugin for mistune: formulas before anything else."""

    def display(match: re.Match[str], prefix: str) -> str:
        groups = (match[f"{prefix}_{kind}"] for kind in ("dollars", "brackets", "environment"))
        return next(group for group in groups if group is not None)

    def block(_parser: object, match: re.Match[str], state: Any) -> int:
        state.append_token({"type": "display_formula", "raw": display(match, "block")})
        return match.end()

    def within(_parser: object, match: re.Match[str], state: Any) -> int:
        state.append_token({"type": "within_formula", "raw": display(match, "within")})
        return match.end()

    def inline(_parser: object, match: re.Match[str], state: Any) -> int:
        body = match["dollar"] if match["dollar"] is not None else match["parenthesis"]
        state.append_token({"type": "inline_formula", "raw": body})
        return match.end()

    first_block, first_inline = reader.block.rules[0], reader.inline.rules[0]
    reader.block.register("display_formula", _BLOCK, block, before=first_block)
    for rules in (reader.block.list_rules, reader.block.block_quote_rules):
        reader.block.insert_rule(rules, "display_formula", before=first_block)
    reader.inline.register("within_formula", _WITHIN, within, before=first_inline)
    reader.inline.register("inline_formula", _INLINE, inline, before=first_inline)


class _Inert(mistune.HTMLRenderer):
    """HTML of the tokens; every text and every attribute escaped or checked."""

    def __init__(
        self, attachments: Mapping[str, Mapping[str, str]], outline: Outline | None
    ) -> None:
        super().__init__(escape=True)
        self._attachments = attachments
        self._outline = outline

    def display_formula(self, text: str) -> str:
        return display_formula(text)

    def within_formula(self, text: str) -> str:
        # Inside a paragraph no block may stand.
        return f'<span class="formula">{formula(text, display=True)}</span>'

    def inline_formula(self, text: str) -> str:
        return str(formula(text))

    def text(self, text: str) -> str:
        return html.escape(text)

    def codespan(self, text: str) -> str:
        return f"<code>{html.escape(text)}</code>"

    def block_code(self, code: str, info: str | None = None) -> str:  # noqa: ARG002
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def inline_html(self, html: str) -> str:
        return _raw(html)

    def block_html(self, html: str) -> str:
        raw = _raw(html.strip())
        return f"<p>{raw}</p>\n" if raw else ""

    def heading(self, text: str, level: int, **attrs: Any) -> str:  # noqa: ARG002
        if self._outline is None:
            return f'<p class="heading">{text}</p>\n'
        level = self._outline.level(level + 1)  # the page's own title is level 1
        return f"<h{level}>{text}</h{level}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        address = html.unescape(url).strip()
        try:
            scheme = urlsplit(address).scheme.lower()
        except ValueError:
            scheme = ""
        if scheme not in LINKS or not address.isprintable():
            return text
        return f'<a href="{html.escape(address)}" rel="noopener noreferrer nofollow">{text}</a>'

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        alt = html.escape(re.sub(r"<[^>]*>", "", html.unescape(text)) or "picture")
        name = html.unescape(url)
        if name.startswith("attachment:"):
            kinds = self._attachments.get(name.removeprefix("attachment:"), {})
            source = png_url(kinds.get("image/png"))
        else:
            source = png_url(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else ""
        if not source:
            return f"<em>[picture not shown: {alt}]</em>"
        return f'<img src="{source}" alt="{alt}">'

    def table(self, text: str) -> str:
        box = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
        return f"{box}<table>\n{text}</table></div>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag = "th" if head else "td"
        side = f' class="{align}"' if align in ("left", "right", "center") else ""
        return f"<{tag}{side}>{text}</{tag}>\n"

    def list(self, text: str, ordered: bool, **attrs: Any) -> str:
        if not ordered:
            return f"<ul>\n{text}</ul>\n"
        start = attrs.get("start")
        number = f' start="{int(start)}"' if isinstance(start, int) and start != 1 else ""
        return f"<ol{number}>\n{text}</ol>\n"


def _raw(source: str) -> str:
    """Raw HTML as text; a line break stays one, a comment is left out."""
    if re.fullmatch(r"<br\s*/?>", source, re.IGNORECASE):
        return "<br>"
    if re.fullmatch(r"<!--.*?-->", source, re.DOTALL):
        return ""
    return html.escape(source)
