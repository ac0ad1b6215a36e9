"""How a response was read, shown beside the cell before it is handed in.

As Markdown with formulas in LaTeX: JupyterLab sets these in any notebook, where it takes
MathML and everything else that is not plain out of the HTML of a notebook it does not trust.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mathgrade.answers.derivation_form import ReadLine

__all__ = ["lines_preview", "plain_lines", "preview"]

MAX_LATEX = 5000
"""Characters of a formula that are set; a longer one is cut, and shown as its source."""

# What Markdown, or the search for formulas before it, would take for something else.
_MARKUP = {ord(sign): f"&#{ord(sign)};" for sign in "\\`*_{}[]<>#|~$&!"}


def preview(latex: str, words: str) -> str:
    r"""A formula with the words before it, as Markdown.

    >>> preview("x^2", "Read as")
    'Read as $\\displaystyle x^2$'
    >>> preview("", "Read as the text 'a_1'")
    "Read as the text 'a&#95;1'."
    """
    return _sound(f"{_text(words)} {_formula(latex)}" if latex else f"{_text(words)}.")


def lines_preview(lines: Sequence[ReadLine], title: str) -> str:
    """How a derivation was read, as Markdown: each source line with its formula.

    >>> print(lines_preview([ReadLine(3, "a=b", "a = b", "taken as a case")], "Read so:"))
    Read so:
    <BLANKLINE>
    - line 3 <code>a=b</code><br>$\\displaystyle a = b$<br>*taken as a case*
    """
    found = [_text(title), ""]
    for line in lines:
        said = [_formula(line.latex)] if line.latex else []
        said += [f"*{_said(line.taken)}*"] if line.taken else []
        said += [f"**not read:** {_said(fault)}" for fault in line.faults]
        said += [f"*perhaps not as meant:* {_said(remark)}" for remark in line.remarks]
        found.append(f"- line {line.number} " + "<br>".join([_code(line.source), *said]))
    return _sound("\n".join(found))


def plain_lines(lines: Sequence[ReadLine], title: str) -> str:
    """How a derivation was read, as text.

    >>> print(plain_lines([ReadLine(3, "a=b", "a = b", "taken as a case")], "Read so:"))
    Read so:
       3  a=b
          read as  a = b
          taken as a case
    """
    found = [title]
    for line in lines:
        found.append(f"{line.number:>4}  {_cut(line.source)}")
        said = [f"read as  {_cut(line.latex)}"] if line.latex else []
        said += [line.taken] if line.taken else []
        said += [f"not read: {fault}" for fault in line.faults]
        said += [f"perhaps not as meant: {remark}" for remark in line.remarks]
        found += [f"      {text}" for text in said]
    return _sound("\n".join(found))


def _formula(latex: str) -> str:
    latex = " ".join(latex.split())
    return rf"$\displaystyle {latex}$" if len(latex) <= MAX_LATEX else _code(latex)


def _said(text: str) -> str:
    """Words with formulas between dollar signs and names between backticks."""
    pieces = re.split(r"\$([^$]+)\$", text)
    return "".join(f"${p}$" if k % 2 else _text(p) for k, p in enumerate(pieces))


def _text(text: str) -> str:
    """Words as they are, with names between backticks set as code."""
    pieces = re.split(r"`([^`\n]{1,200})`", text)
    return "".join(_code(p) if k % 2 else p.translate(_MARKUP) for k, p in enumerate(pieces))


def _code(text: str) -> str:
    return f"<code>{_cut(text).translate(_MARKUP)}</code>"


def _cut(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _sound(text: str) -> str:
    """Text that can be saved: a lone surrogate of a response's is written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
