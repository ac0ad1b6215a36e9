"""A marked notebook with one of everything, as nbgrader hands it to the exporter."""

import base64
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mathgrade.feedback.verdicts import VERDICT_TYPE
from mathgrade.verdict import Finding, Verdict, Witness

HALF = Fraction(1, 2)
SECRET = "expected-secret-7351"
HIDDEN = "hidden_reference_call"


def png(width: int = 8, height: int = 8) -> str:
    """A grey PNG in base64."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x99" * width for _ in range(height))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def answer_cell(
    name: str, source: str, *, comment: str = "", outputs: Any = (), **more: Any
) -> Any:
    metadata = {"grade_id": name, "solution": True, "grade": False, "comment": comment} | more
    kind = more.pop("cell_type", "code")
    if kind == "markdown":
        return new_markdown_cell(source, metadata={"nbgrader": metadata})
    return new_code_cell(source, metadata={"nbgrader": metadata}, outputs=list(outputs))


def verdict_output(verdict: Verdict) -> Any:
    data = {"text/plain": "verdict", "text/html": "<b>card</b>", VERDICT_TYPE: verdict.to_json()}
    return new_output("display_data", data)


def marked_cell(
    name: str, *verdicts: Verdict, score: float, points: float, review: str = "", outputs: Any = ()
) -> Any:
    metadata: dict[str, Any] = {
        "nbgrader": {
            "grade_id": f"{name}-test",
            "grade": True,
            "solution": False,
            "score": score,
            "points": points,
        }
    }
    if review:
        metadata["mathgrade"] = {"review": review}
    result = new_output("execute_result", {"text/plain": repr(score)}, execution_count=1)
    return new_code_cell(
        f'"""Marked here."""\n{HIDDEN}()',
        metadata=metadata,
        outputs=[*map(verdict_output, verdicts), result, *outputs],
    )


def of_item(verdict: Verdict, item: str, points: float, read_as: str = "") -> Verdict:
    return replace(verdict, item=item, points=points, read_as=read_as or verdict.read_as)


INTRO = r"""# The softmax function

For $z \in \mathbb{R}^K$ let

$$y_i = \operatorname{softmax}(z)_i = \frac{e^{z_i}}{\sum_{k=1}^K e^{z_k}}.$$

Write `y` and `z` as in the lecture. Its Jacobian is

\begin{align}
\frac{\partial y_i}{\partial z_j} &= y_i(\delta_{ij} - y_j) \\
&= \begin{cases} y_i (1 - y_i) & \text{if } i = j, \\ -y_i y_j & \text{otherwise.} \end{cases}
\end{align}

| symbol | means |
|:--|:--|
| $K$ | number of classes |
| $\delta_{ij}$ | 1 if $i = j$, else 0 |
"""


def sample_notebook(picture: str = "") -> Any:
    """Right, partly right, wrong, unreadable, undecided, errors, a plot, marks by hand."""
    cells = [
        new_markdown_cell(INTRO),
        new_code_cell("import numpy as np\nimport sympy as sp\n\nrng = np.random.default_rng(1)"),
        new_code_cell(
            "plot(softmax)",
            outputs=[
                new_output("display_data", {"image/png": picture or png(), "text/plain": "Figure"})
            ],
        ),
        new_markdown_cell("## 1. Code\n\nWrite a stable `softmax(z)`."),
        answer_cell(
            "softmax-code",
            'def softmax(z):\n    """Stable."""\n    e = np.exp(z - z.max())  # no overflow\n'
            "    return e / e.sum()\n\nprint(softmax(np.array([1.0, 2.0])))\n",
            outputs=[new_output("stream", text="[0.26894142 0.73105858]\n")],
        ),
        marked_cell(
            "softmax-code",
            of_item(
                Verdict.of(
                    [
                        Finding("Agrees with the definition", True, HALF),
                        Finding("No overflow for large entries", True, Fraction(1, 3)),
                        Finding("Entries sum to 1", True, Fraction(1, 6)),
                    ]
                ),
                "softmax:softmax-code",
                3,
            ),
            score=3.0,
            points=3,
        ),
        new_markdown_cell("## 2. The Jacobian\n\n### Generic entry\n\nIn $y$ and $\\delta$."),
        answer_cell(
            "jacobian-entry",
            "J_entry = y[i] * (sp.KroneckerDelta(i, j) + y[j])\nJ_entry",
            outputs=[
                new_output(
                    "execute_result",
                    {
                        "text/plain": "(KroneckerDelta(i, j) + y[j])*y[i]",
                        "text/latex": r"$\displaystyle \left(\delta_{i j} + y_{j}\right) y_{i}$",
                    },
                    execution_count=3,
                )
            ],
        ),
        marked_cell(
            "jacobian-entry",
            of_item(
                Verdict.of(
                    [
                        Finding(
                            "Right where i ≠ j",
                            False,
                            HALF,
                            "The sign of the second term is the wrong way round. "
                            "Check the derivative of `1/x` in the quotient rule.",
                            "softmax.sign",
                            Witness({"y_1": "1/4", "y_2": "3/4"}, "3/16", SECRET, "i = 1, j = 2"),
                        ),
                        Finding("Symmetric in i and j", True, HALF),
                    ],
                    read_as="y_{i} \\left(\\delta_{ij} + y_{j}\\right)",
                ).with_finding(Finding("Layout", None, message="Read in numerator layout.")),
                "softmax:jacobian-entry",
                3,
            ),
            score=1.5,
            points=3,
        ),
        new_markdown_cell("### For three classes"),
        answer_cell("jacobian-3x3", "J3 = sp.Matrix([[0, 1], [1, 0]])"),
        marked_cell(
            "jacobian-3x3",
            of_item(
                Verdict.incorrect(
                    "Expected a matrix of shape (3, 3), received (2, 2).",
                    "matrix.shape",
                    criterion="The matrix is right",
                ),
                "softmax:jacobian-3x3",
                3,
                r"\left[\begin{matrix}0 & 1\\1 & 0\end{matrix}\right]",
            ),
            score=0.0,
            points=3,
        ),
        new_markdown_cell("### As code"),
        answer_cell(
            "jacobian-code",
            "def softmax_jacobian(z):\n    y = softmax(z)\n    return np.diag(y) - yy",
            outputs=[
                new_output(
                    "error",
                    ename="NameError",
                    evalue="name 'yy' is not defined",
                    traceback=[
                        "\x1b[31m-------\x1b[39m",
                        "\x1b[31mNameError\x1b[39m  Traceback (most recent call last)",
                        "\x1b[36mCell In[4], line 3\x1b[39m\n      2     y = softmax(z)\n"
                        "\x1b[32m----> 3\x1b[39m     return np.diag(y) - yy\n",
                        "\x1b[36mFile /usr/lib/secret/path.py:3\x1b[39m, in f\n",
                        "\x1b[31mNameError\x1b[39m: name 'yy' is not defined",
                    ],
                )
            ],
        ),
        marked_cell(
            "jacobian-code",
            of_item(
                Verdict.invalid(
                    "Calling your function raised NameError: name 'yy' is not defined. "
                    "Run the cell after Kernel › Restart.",
                    "function.raised",
                ),
                "softmax:jacobian-code",
                4,
            ),
            score=0.0,
            points=4,
        ),
        new_markdown_cell("### At a point"),
        answer_cell("jacobian-at-point", "J_at = f(3)"),
        marked_cell(
            "jacobian-at-point",
            of_item(
                Verdict.undecided(
                    "The two formulas agree at every point tried, "
                    "but that they are equal could not be proved."
                ),
                "softmax:jacobian-at-point",
                2,
                r"\exp\left(2 \log x\right)",
            ),
            score=0.0,
            points=2,
            review="agreement could not be proved",
        ),
        new_markdown_cell("## 3. An ordinary test"),
        answer_cell(
            "squares",
            "def squares(n):\n    return [i ** 2 for i in range(n)]",
            comment="Nice, but see *range*: $1 \\le i \\le n$.",
        ),
        marked_cell(
            "squares",
            score=0.0,
            points=1,
            outputs=[
                new_output(
                    "error",
                    ename="AssertionError",
                    evalue="squares(1) should be [1]\nDESIRED: " + SECRET,
                    traceback=["assert " + HIDDEN, "AssertionError"],
                ),
            ],
        ),
        answer_cell("plain", "x = 1"),
        marked_cell("plain", score=1.0, points=1),
        new_markdown_cell("## 4. In words\n\nHow does $A = U\\Sigma V^\\top$ act?"),
        new_markdown_cell(
            "First $V^\\top$ **rotates**, then $\\Sigma$ scales:\n\n"
            "\\[ A v_k = \\sigma_k u_k \\]\n\n"
            "1. rotate\n2. scale\n3. rotate\n\n<script>alert(1)</script>",
            metadata={
                "nbgrader": {
                    "grade_id": "in-words",
                    "grade": True,
                    "solution": True,
                    "score": 3.0,
                    "points": 4,
                    "comment": "Say what happens for $\\sigma_k = 0$.",
                }
            },
        ),
        new_markdown_cell(
            "And in one word?",
            metadata={
                "nbgrader": {
                    "grade_id": "one-word",
                    "grade": True,
                    "solution": True,
                    "score": None,
                    "points": 1,
                    "comment": None,
                }
            },
        ),
    ]
    return new_notebook(cells=cells)


ELEMENTS = frozenset(
    """
    a b blockquote br body caption code dd del details div dl dt em footer h1 h2 h3 h4 h5 h6
    head header hr html img li link main meta nav ol p pre samp section span strong style
    summary table tbody td tfoot th thead title tr ul math mrow mi mn mo mtext mspace mfrac
    msqrt mroot mstyle msub msup msubsup munder mover munderover mtable mtr mtd mpadded
    mphantom
    figure figcaption svg path rect circle text desc nav section ol abbr i thead tfoot
    """.split()  # noqa: SIM905
)
VOID = frozenset(["br", "hr", "img", "link", "meta"])
SHAPES = frozenset(["path", "rect", "circle"])
WORDS = r"[A-Za-z0-9 .,'_-]*"
ATTRIBUTES = {
    **dict.fromkeys(["class", "id", "lang", "charset", "name", "scope", "role", "rel"], WORDS),
    **dict.fromkeys(["aria-hidden", "aria-labelledby", "tabindex", "start"], WORDS),
    **dict.fromkeys(["stretchy", "fence", "form", "movablelimits", "displaystyle"], WORDS),
    **dict.fromkeys(["scriptlevel", "display", "mathvariant", "linethickness"], WORDS),
    **dict.fromkeys(["width", "height", "depth", "lspace", "rspace", "minsize", "maxsize"], WORDS),
    **dict.fromkeys(["accent", "separator"], WORDS),
    "href": r"https?://[^\s\"<>]*|mailto:[^\s\"<>]*|#[a-z0-9-]+|data:,",
    "src": r"data:image/png;base64,[A-Za-z0-9+/=]+",
    **dict.fromkeys(["alt", "aria-label", "title"], r"(?s:.*)"),
    "content": r"[^<>]*",
    "http-equiv": r"Content-Security-Policy",
    **dict.fromkeys(["x", "y", "cx", "cy", "r", "rx"], r"-?\d+(\.\d+)?"),
    "d": r"[MLHVZhvz\d. -]+",
    "viewbox": r"0 0 \d+ \d+",
    "style": r"width:\d+\.\d\d%",
}


class Inspector(HTMLParser):
    """Collects what is not on the lists above, and tags that do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.faults.append(f"element {tag}")
        for name, value in attrs:
            if not re.fullmatch(ATTRIBUTES.get(name, r"(?!)"), value or ""):
                self.faults.append(f"{tag} {name}={value!r}")
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.targets += [found["href"][1:]] if (found.get("href") or "").startswith("#") else []
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in SHAPES:  # of SVG, where a tag may close itself
            self.open.pop()
        elif tag not in VOID:
            self.faults.append(f"<{tag}/> is not closed in HTML")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"unmatched </{tag}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data!r}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data!r}")


@pytest.fixture
def inspect() -> Callable[[str], Inspector]:
    """Parses HTML and asserts that only allowed elements and attributes are in it."""

    def inspected(document: str) -> Inspector:
        inspector = Inspector()
        inspector.feed(document)
        inspector.close()
        assert not inspector.faults
        assert not inspector.open
        return inspector

    return inspected


PLACE = {
    "assignment": "softmax",
    "notebook": "softmax",
    "student": "s017",
    "score": 8.0,
    "max_score": 22.0,
    "late_penalty": 0.5,
}


@pytest.fixture
def notebook() -> Any:
    return sample_notebook()


@pytest.fixture
def rendered() -> Callable[..., str]:
    """The page of a notebook."""
    from mathgrade.feedback.page import read_page
    from mathgrade.feedback.render import render

    def page_of(nb: Any, **place: Any) -> str:
        return render(read_page(nb, PLACE | place))

    return page_of
