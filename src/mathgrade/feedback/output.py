"""What a cell printed, drew or died of, as the page shows it: text, formulas, PNG.

HTML, SVG and scripts in outputs are never shown; a text form stands in for them.
Test cells do not come here: what they say is their verdict.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mathgrade.feedback.attachment import png_url
from mathgrade.feedback.formula import formula

__all__ = ["Output", "one_line_error", "outputs"]

NOTHING = Markup("")
MAX_TEXT = 4000
MAX_LINES = 60
MAX_OUTPUTS = 20
MAX_MESSAGE = 300

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_LATEX = re.compile(r"\s*(?:\$\$(?P<double>.*)\$\$|\$(?P<single>.*)\$)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a cell.

    Attributes:
        kind: ``text``, ``error``, ``picture`` or ``formula``.
        text: of a text or an error.
        url: ``data:`` address of a picture.
        formula: safe HTML of a formula.
    """

    kind: str
    text: str = ""
    url: str = ""
    formula: Markup = NOTHING

    @property
    def wide(self) -> bool:
        """Whether a narrow page has to scroll it (then it must be reachable by key)."""
        return any(len(line) > 40 for line in self.text.splitlines())


def outputs(cell: Mapping[str, Any]) -> tuple[Output, ...]:
    """The outputs of a cell that may be shown, capped in number and size."""
    shown = [found for output in cell.get("outputs", ()) if (found := _shown(output))]
    if len(shown) > MAX_OUTPUTS:
        rest = Output("text", f"… ({len(shown) - MAX_OUTPUTS} more outputs)")
        return (*shown[:MAX_OUTPUTS], rest)
    return tuple(shown)


def one_line_error(cell: Mapping[str, Any]) -> str:
    """The error a test cell ended with: its type and the first line of its message.

    The traceback and further lines would show the test and, with NumPy's testing
    functions, the values it expected.

    >>> one_line_error({"outputs": [{"output_type": "error", "ename": "AssertionError",
    ...                              "evalue": "sum is not 1\\nDESIRED: 0.3"}]})
    'AssertionError: sum is not 1'
    """
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            return _named(output)
    return ""


def _named(output: Mapping[str, Any]) -> str:
    name = _plain(str(output.get("ename", "")))[:80] or "Error"
    lines = [line.strip() for line in _plain(str(output.get("evalue", ""))).splitlines()]
    message = next((line for line in lines if line), "")
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + " …"
    return f"{name}: {message}" if message else name


def _shown(output: Mapping[str, Any]) -> Output | None:
    kind = output.get("output_type")
    if kind == "stream":
        return _text(_joined(output.get("text", "")))
    if kind == "error":
        return Output("error", _traceback(output))
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, Mapping):
        return None
    if url := png_url(_joined(data.get("image/png"))):
        return Output("picture", url=url)
    if (match := _LATEX.fullmatch(_joined(data.get("text/latex"))[:MAX_TEXT])) is not None:
        latex = match["double"] if match["double"] is not None else match["single"]
        drawn = formula(latex, display=True)
        if drawn.startswith("<math"):
            return Output("formula", text=latex, formula=drawn)
    return _text(_joined(data.get("text/plain")))


def _text(text: str) -> Output | None:
    text = _plain(text).rstrip()
    if not text:
        return None
    lines = text[:MAX_TEXT].split("\n")
    kept = "\n".join(lines[:MAX_LINES])
    if len(kept) < len(text):
        kept += f"\n… ({len(text) - len(kept)} more characters)"
    return Output("text", kept)


def _traceback(output: Mapping[str, Any]) -> str:
    """The frames in the student's own cells, and the error; no frame of a library."""
    frames = [_plain(str(frame)) for frame in output.get("traceback", ()) or ()]
    own = [frame.strip("\n") for frame in frames if frame.lstrip().startswith("Cell In")]
    shown = [frame[:MAX_TEXT] for frame in own[:1] + own[1:][-1:]]
    return "\n".join([*shown, _named(output)])


def _joined(text: object) -> str:
    """The text of an output, which a file may hold as a list of lines."""
    if isinstance(text, (list, tuple)):
        return "".join(map(str, text))
    return text if isinstance(text, str) else ""


def _plain(text: str) -> str:
    """Without colours and control characters."""
    return _only_printable(_ANSI.sub("", text).replace("\r\n", "\n"))


def _only_printable(characters: Iterable[str]) -> str:
    return "".join(c for c in characters if c in "\n\t" or (ord(c) >= 0x20 and ord(c) != 0x7F))
