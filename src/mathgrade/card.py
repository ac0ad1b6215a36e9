"""A verdict as people read it: an HTML card for a notebook, plain text for a terminal.

The card is plain semantic HTML with class names and no script or style, so that it
reads the same in JupyterLab, trusted or not, and on a feedback page. Everything that
comes from a response is escaped; formulas come from :mod:`mathgrade.expression.mathml`,
which lets nothing but mathematics through.
"""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape

from mathgrade.expression.mathml import CannotDrawError, latex_to_mathml
from mathgrade.proof_rows import Row, brief, rows
from mathgrade.verdict import Finding, Outcome, Verdict

__all__ = ["card", "mathml", "plain"]

OUTCOMES = {
    Outcome.CORRECT: "Right",
    Outcome.PARTIAL: "Partly right",
    Outcome.INCORRECT: "Not right",
    Outcome.INVALID: "Cannot be read",
    Outcome.UNDECIDED: "A person will look at this",
}
_MET = {
    True: ("✓", "met", "mathgrade-met"),
    False: ("✗", "not met", "mathgrade-unmet"),
    None: ("?", "not decided", "mathgrade-open"),
}


def card(verdict: Verdict) -> str:
    """The verdict as HTML.

    >>> print(card(Verdict.correct()))
    <section class="mathgrade-card mathgrade-correct"><p class="mathgrade-outcome">...</section>
    """
    name = f' aria-label="Marking of {escape(verdict.item)}"' if verdict.item else ""
    parts = [f'<section class="mathgrade-card mathgrade-{verdict.outcome.value}"{name}>']
    parts.append(
        f'<p class="mathgrade-outcome"><strong>{OUTCOMES[verdict.outcome]}</strong>'
        f"{escape(_of_points(verdict))}</p>"
    )
    if verdict.read_as:
        parts.append(f'<p class="mathgrade-read">Read as {mathml(verdict.read_as)}</p>')
    if verdict.lines:
        lines = "".join(map(_line, rows(verdict)))
        parts.append(f'<ol class="mathgrade-lines">{lines}</ol>')
    remarks = [f for f in verdict.findings if not f.share]
    criteria = [f for f in verdict.findings if f.share]
    if remarks:
        found = "".join(f"<li>{_words(f, verdict)}</li>" for f in remarks)
        parts.append(f'<ul class="mathgrade-remarks">{found}</ul>')
    if criteria:
        # A list: formgrader and JupyterLab each style tables in a way that spoils one here.
        found = "".join(_row(f, verdict) for f in criteria)
        parts.append(f'<ul class="mathgrade-criteria">{found}</ul>')
    return _sound("".join((*parts, "</section>")))


def _row(finding: Finding, verdict: Verdict) -> str:
    sign, words, css = _MET[finding.met]
    return (
        f'<li class="{css}"><span aria-hidden="true">{sign}</span> '
        f'<span class="mathgrade-state">{words}</span>, '
        f'<span class="mathgrade-marks">{escape(_share(finding, verdict))}</span>: '
        f"{_words(finding, verdict)}</li>"
    )


def _line(row: Row) -> str:
    """A line of a derivation; its number is the one of the student's text."""
    sign = f'<span aria-hidden="true">{row.mark.sign}</span> ' if row.mark.sign else ""
    shown = _large(row.latex) if row.latex else f"<code>{escape(_cut(row.text))}</code>"
    label = f"{escape(row.label)} " if row.label else ""
    said = [_prose(text) for text in (row.why, row.example, row.hint, *row.remarks) if text]
    return (
        f'<li value="{row.number}" class="mathgrade-line-{row.mark.kind}">{sign}'
        f'<span class="mathgrade-state">{escape(row.mark.words)}</span>: {label}{shown}'
        + "".join(f'<br><span class="mathgrade-message">{text}</span>' for text in said)
        + "</li>"
    )


def _words(finding: Finding, verdict: Verdict) -> str:
    text = _prose(finding.criterion)
    if finding.message:
        said = _prose(brief(finding, verdict)).replace("\n", "<br>")
        text += f'<br><span class="mathgrade-message">{said}</span>'
    if finding.witness is not None:
        line = finding.witness.text(reveal=verdict.reveal)
        if line:
            text += f'<br><span class="mathgrade-witness">For example, {escape(line)}.</span>'
    return text


def _prose(text: str) -> str:
    """Escaped, with names between backticks set as code."""
    return re.sub(r"`([^`\n]{1,200})`", r"<code>\1</code>", escape(text))


def _of_points(verdict: Verdict) -> str:
    if not verdict.points:
        return ""
    return f": {_number(verdict.credit * _exact(verdict.points))} of {_points(verdict.points)}"


def _points(points: float) -> str:
    return f"{points:g} {'point' if points == 1 else 'points'}"


def _share(finding: Finding, verdict: Verdict) -> str:
    if not verdict.points:
        return f"{_number(100 * finding.share)} %"
    full = finding.share * _exact(verdict.points)
    earned = {True: _number(full), False: "0", None: "?"}[finding.met]
    if verdict.lines:  # what a derivation earns on the way is no part that was announced
        return earned
    return f"{earned} / {_number(full)}"


def _exact(points: float) -> Fraction:
    return Fraction(str(points))


def _number(value: Fraction) -> str:
    return f"{float(round(value, 2)):g}"


def plain(verdict: Verdict) -> str:
    """The verdict as text.

    >>> print(plain(Verdict.incorrect("The sign is wrong.", "sign")))
    Not right
      ✗ The answer is right: The sign is wrong.
    """
    head = f"{verdict.item}: " if verdict.item else ""
    lines = [f"{head}{OUTCOMES[verdict.outcome]}{_of_points(verdict)}"]
    if verdict.read_as:
        lines.append(f"  read as {_cut(verdict.read_as)}")
    for row in rows(verdict):
        lines += _line_text(row)
    for finding in verdict.findings:
        line = f"  {_MET[finding.met][0] if finding.share else '·'} {finding.criterion}"
        if finding.share and verdict.points:
            line += f" ({_share(finding, verdict)})"
        if finding.message:
            line += ": " + brief(finding, verdict).replace("\n", "\n      ")
        lines.append(line)
        if finding.witness is not None:
            words = finding.witness.text(reveal=verdict.reveal)
            lines += [f"      for example, {words}"] if words else []
    return _sound("\n".join(lines))


def _line_text(row: Row) -> list[str]:
    said = [row.mark.words] if row.mark.kind not in ("holds", "plain") else []
    said += [text for text in (row.why, row.example, row.hint, *row.remarks) if text]
    shown = " ".join(filter(None, (row.label, _cut(row.latex or row.text))))
    head = f"  {row.number:>4} {row.mark.sign or ' '} {shown}"
    return [head, *(f"         {text}" for text in said)]


def _large(latex: str) -> str:
    """A formula within a line whose fractions and sums are as large as on a line of their own."""
    return mathml(latex, display=True).replace(' display="block"', ' displaystyle="true"', 1)


def _sound(text: str) -> str:
    """Text that can be saved: a lone surrogate of a response's is written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _cut(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def mathml(tex: str, *, display: bool = False) -> str:
    """A formula as MathML with its TeX as alternative text; as code where that fails.

    >>> mathml("x_1").startswith('<math alttext="x_1">')
    True
    >>> mathml(r"\\text{<script>}")
    '<math alttext="\\\\text{&lt;script&gt;}">...&lt;script&gt;...</math>'
    """
    try:
        return latex_to_mathml(tex, display=display, plain=True, alttext=True)
    except CannotDrawError:
        return f'<code class="mathgrade-tex">{escape(_cut(tex))}</code>'
