"""docs/authoring.md can be followed: every block of it is run in order, in a new course."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_markdown_cell

from mathgrade import answers
from mathgrade.answers import checks
from mathgrade.cli import main
from mathgrade.course.beginning import new_cell
from mathgrade.course.check import Status, check_course
from mathgrade.course.nbgrader_runs import open_course
from mathgrade.course.notebooks import notebook_text, read_notebook
from mathgrade.expression.names import read_names
from mathgrade.items import load_assignment
from mathgrade.verdict import Outcome

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = "growth"


def blocks() -> list[tuple[str, list[str], str]]:
    """The blocks of the page: language, what stands behind it, text."""
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    return [(lang, (words or "").split(), body) for lang, words, body in BLOCK.findall(text)]


def add_cells(course: Path, cells: list[Any]) -> None:
    path = course / "source" / NAME / f"{NAME}.ipynb"
    nb = read_notebook(path)
    nb.cells += cells
    path.write_text(notebook_text(nb), encoding="utf-8")


def follow(course: Path, language: str, words: list[str], body: str) -> None:
    match language, words:
        case "bash", []:
            for line in body.splitlines():
                program, *arguments = shlex.split(line)
                assert program == "mathgrade"
                with pytest.raises(SystemExit) as left:
                    main(arguments)
                assert left.value.code == 0, line
        case (("python" | "markdown"), ["answer", name, *worth]):
            by_hand = language == "markdown"
            points = int("".join(worth) or 0) if by_hand else None
            text = body.rstrip("\n")
            made = new_cell(text, name, solution=True, points=points, markdown=by_hand)
            add_cells(course, [new_markdown_cell(f"The question {name}.", id=f"{name}-text"), made])
        case "python", ["test", name, points]:
            add_cells(course, [new_cell(body.rstrip("\n"), f"{name}-test", points=int(points))])
        case "python", ["given", name]:
            add_cells(course, [new_cell(body.rstrip("\n"), name, locked=True)])
        case "markdown", ["task", name]:
            made = new_cell(body.rstrip("\n"), name, locked=True, markdown=True)
            made.metadata["nbgrader"] |= {"points": 0, "task": True}
            add_cells(course, [made])
        case (("python" | "toml"), [path]):
            file = course / path
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(f"{before}\n{body}" if before else body, encoding="utf-8")
        case _:
            raise AssertionError(f"nobody would know what to do with ```{language} {words}")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new course in which the whole page was followed."""
    course = tmp_path_factory.mktemp("authoring") / "course"
    (course / "source").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        patch.delenv("MATHGRADE_COURSE", raising=False)
        for language, words, body in blocks():
            follow(course, language, words, body)
        yield course


@pytest.mark.slow
def test_the_page_ends_in_a_release_and_a_solution(followed: Path) -> None:
    released = read_notebook(followed / "release" / NAME / f"{NAME}.ipynb")
    assert (followed / "release" / NAME / "variants.py").is_file()
    text = "\n".join(cell.source for cell in released.cells)
    assert "sp.exp(k * x)" not in text
    assert "grade(" not in text
    published = read_notebook(followed / "solution" / NAME / f"{NAME}.ipynb")
    text = "\n".join(cell.source for cell in published.cells)
    assert "sp.exp(k * x)" in text
    assert "grade(" not in text
    assert "BEGIN" not in text


@pytest.mark.slow
def test_two_files_and_the_draws_move_items_to_another_course(
    followed: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "reference").mkdir(parents=True)
    (other / "source" / NAME).mkdir(parents=True)
    (other / "nbgrader_config.py").write_text("c = get_config()\n")
    for name in (f"source/{NAME}/{NAME}.ipynb", f"reference/{NAME}.py"):
        shutil.copy(followed / name, other / name)
    shutil.copy(followed / "source" / NAME / "variants.py", other / "source" / NAME)
    lines = check_course(open_course(other), run=False)
    assert [line for line in lines if line.status is Status.FAILED] == []
    item = load_assignment(other, NAME)["rate"]
    assert item.mark("k * exp(x*k)").outcome is Outcome.CORRECT
    assert item.mark("exp(k*x)").note == "growth.outer-only"
    here, there = (load_assignment(c, NAME)["at-point"].test("s017") for c in (followed, other))
    assert here == there


def test_no_block_is_left_out() -> None:
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(blocks()) > 20


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that stands below a heading, each row's words between backticks."""
    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    _, _, below = text.partition(f"\n| {heading} |")
    table = below.partition("\n\n")[0].split("\n")[2:]
    return [[re.findall(r"`([^`]+)`", cell) for cell in row.split("|")[1:-1]] for row in table]


def test_the_table_of_answer_tests_has_them_all_with_options_they_have() -> None:
    table = rows("an item's answer test | its answer is | among its options")
    assert {name for [name], *_ in table} == set(answers.__all__) - {"AnswerTest", "Shares"}
    for [name], _, options in table:
        there = {field.name for field in fields(getattr(answers, name))}
        assert {o for o in options if o.isidentifier() and o[0].islower()} <= there | set(
            checks.__all__
        )
    assert set(checks.__all__) <= {o for *_, made in table for o in made}


def test_every_declaration_in_the_table_is_read_and_each_kind_is_there() -> None:
    written = [text for _, texts in rows("a letter is | written") for text in texts]
    read = [read_names({"x": text.strip('"')})["x"] for text in written if text.startswith('"')]
    kinds = "real integer size index vector simplex matrix family function"
    assert {declared.kind for declared in read} == set(kinds.split())
