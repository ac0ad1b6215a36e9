"""How the pages become a site that needs no network to be read: ``make docs``.

Formulas are set as MathML while the site is built: no script, no font and no other host is needed.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

from mathgrade import __version__

project = "mathgrade"
author = "the authors of mathgrade"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"mathgrade {version}"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_show_search_summary = False  # a page opened as a file may not read another
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
napoleon_use_ivar = True
napoleon_use_rtype = False
html_math_renderer = "mathml"


def _formula(writer: Any, node: nodes.math) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _display(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(convert(node.astext(), display="block"))
    raise nodes.SkipNode


_ELSEWHERE = re.compile(r"\[([^\]]*)\]\(\.\./[^)]*\)")


def _without_links_out(_app: Any, _page: str, source: list[str]) -> None:
    """Links to files of the repository that are no pages become their text."""
    source[0] = _ELSEWHERE.sub(r"\1", source[0])


def setup(app: Any) -> None:
    """Sphinx calls it."""
    app.connect("source-read", _without_links_out)
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_formula, None), block_renderers=(_display, None)
    )
