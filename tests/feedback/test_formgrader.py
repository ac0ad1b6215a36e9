"""Formgrader's page of a submission: nothing of another host, formulas set, nothing that acts."""

from __future__ import annotations

import re

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from mathgrade.feedback import formgrader

RESOURCES = {
    "assignment_id": "softmax", "notebook_id": "softmax", "submission_id": "1", "index": 0,
    "total": 1, "base_url": "", "student": "s017", "last_name": None, "first_name": None,
    "notebook_path": "autograded/s017/softmax/softmax.ipynb",
}  # fmt: skip


@pytest.fixture(scope="module")
def exporter() -> HTMLExporter:
    """As formgrader makes it, from what ``nbgrader_config.py`` says and its own two settings."""
    config = Config()
    config.HTMLExporter.template_file = formgrader.TEMPLATE
    config.HTMLExporter.filters = formgrader.FILTERS
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    return HTMLExporter(config=config)


def page(exporter: HTMLExporter, *cells: object) -> str:
    return str(exporter.from_notebook_node(new_notebook(cells=list(cells)), dict(RESOURCES))[0])


def latex(text: str) -> object:
    output = new_output("execute_result", {"text/latex": text, "text/plain": "plain"})
    return new_code_cell("x", outputs=[output])


def test_it_is_formgraders_page_and_loads_nothing_from_another_host(exporter: HTMLExporter) -> None:
    text = page(exporter, new_markdown_cell("$x^2$"), latex("$y$"))
    assert "/formgrader/static/js/formgrade.js" in text
    assert "Submission #1" in text
    assert re.findall(r"(?:src|href)=[\"']?(?:https?:)?//[^\"'> ]*", text) == []
    assert "mathjax" not in text.replace("window.MathJax", "").lower()


def test_tall_brackets_and_columns_have_the_style_their_formulas_ask_for(
    exporter: HTMLExporter,
) -> None:
    matrix = r"$$\begin{pmatrix}1\\2\\3\end{pmatrix}$$"
    text = page(exporter, new_markdown_cell(matrix))
    asked = set(re.findall(r'class="(m-[a-z0-9]+)"', text))
    assert asked
    assert [name for name in asked if f".{name}{{" not in text] == []


def test_what_waits_for_mathjax_in_formgraders_script_is_answered(exporter: HTMLExporter) -> None:
    text = page(exporter, new_markdown_cell("a"))
    assert text.index("window.MathJax") < text.index("formgrade.js")


@pytest.mark.parametrize(
    "source",
    [
        r"$\frac{a}{b}$",
        "$$\\frac{a}{b}$$",
        "\\begin{align*}\\frac{a}{b}\\end{align*}",
        "- $\\frac{a}{b}$",
    ],
)
def test_formulas_of_texts_are_mathml(exporter: HTMLExporter, source: str) -> None:
    assert "<mfrac>" in page(exporter, new_markdown_cell(source))


def test_formulas_of_outputs_are_mathml(exporter: HTMLExporter) -> None:
    assert "<mfrac>" in page(exporter, latex(r"$\displaystyle \frac{a}{b}$"))


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
     "$\\href{javascript:alert(1)}{x}$", "<style>*{display:none}</style>", "![a](http://a.example/x)"],
)  # fmt: skip
def test_nothing_in_a_text_or_an_output_acts(exporter: HTMLExporter, hostile: str) -> None:
    plain = page(exporter, new_markdown_cell("a"), latex("a"))
    text = page(exporter, new_markdown_cell(hostile), latex(hostile))
    for tag in ("<script", "<style", "<img", 'javascript:alert(1)"', 'src="http'):
        assert text.count(tag) == plain.count(tag), tag


def test_a_cells_heading_is_a_heading_and_its_attachment_a_picture(exporter: HTMLExporter) -> None:
    picture = {"a.png": {"image/png": "iVBORw0KGgo="}}
    text = page(exporter, new_markdown_cell("# One\n\n![a](attachment:a.png)", attachments=picture))
    assert "<h2>One</h2>" in text
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in text
