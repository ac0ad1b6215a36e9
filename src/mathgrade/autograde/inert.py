r"""A student's text, so that showing it runs nothing.

formgrader renders Markdown with the HTML in it, in the instructor's session, and its
MathJax knows commands that make links and styles. Every change made here is a space,
put where neither a reader nor a reader of LaTeX minds it: ``$a<b$`` becomes
``$a< b$`` and still says the same, while ``< script>`` is no tag any more.

>>> inert("<script>alert(1)</script> and $a<b$")
'< script>alert(1)< /script> and $a< b$'
>>> inert("[here](javascript:alert(1)), [there](https://example.org)")
'[here] (javascript:alert(1)), [there](https://example.org)'
"""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["inert"]

# What begins a tag, a comment or a declaration.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# Links, and pictures, whose destination is not one of these.
_LINK = re.compile(r"\](?=\((?!\s*(?:https?://|mailto:|\#)[^\s<>&\"'`]*\s*\)))")
_PICTURE = re.compile(r"!(?=\[)")
_REFERENCE = re.compile(r"\](?=:)")
# MathJax commands that make links, styles or elements of the page.
_COMMANDS = (
    "bbox", "class", "cssId", "data", "href", "html[A-Za-z]*", "mmlToken", "require", "style",
    "unicode", "url",
)  # fmt: skip
_COMMAND = re.compile(rf"\\(?=(?:{'|'.join(_COMMANDS)})(?![A-Za-z]))")
_ATTACHED = re.compile(r"! (\[[^\[\]]*\]) (\(attachment:([A-Za-z0-9._\-]+)\))")


def inert(text: str, pictures: Collection[str] = ()) -> str:
    """The text with spaces where something of it would be run, linked or fetched.

    Args:
        text: Markdown.
        pictures: names of the pictures that are attached to the cell; only they are shown.
    """

    def shown(found: re.Match[str]) -> str:
        return f"!{found[1]}{found[2]}" if found[3] in pictures else found[0]

    text = _TAG.sub("< ", text)
    text = _COMMAND.sub(r"\\ ", text)
    text = _PICTURE.sub("! ", text)
    text = _LINK.sub("] ", text)
    text = _ATTACHED.sub(shown, text)
    return _REFERENCE.sub("] ", text)
