"""The command line: what it prints, and with which code it ends."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mathgrade import __version__
from mathgrade.cli import json_views, main, session, tables, verdicts
from mathgrade.cli.session import Session
from mathgrade.course.demo import Demo, DemoClass
from mathgrade.course.marks import ItemMark, StudentMarks
from mathgrade.course.nbgrader_runs import generate, open_course
from mathgrade.course.submissions import Result
from mathgrade.verdict import Finding, Verdict, Witness
from tests.course_tools.tiny import NAME, change_cell, replace_in, source_path, tiny_course
from tests.nbgrader.commands import SCRIPTS

ITEMS = """\
from mathgrade.answers import Number
from mathgrade.items import Item

ITEMS = [Item("total", 1.5, Number(66))]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, released; not to be changed."""
    course = tiny_course(tmp_path_factory.mktemp("cli") / "course")
    generate(open_course(course), NAME)
    return course


@pytest.fixture
def tiny(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it; commands run inside."""
    course = Path(shutil.copytree(made, tmp_path / "course"))
    monkeypatch.chdir(course)
    return course


class Ran:
    """One run of the command line."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        self.code = left.value.code
        self.out, self.err = capsys.readouterr()


def test_help_teaches_the_way_of_an_assignment(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "--help")
    assert ran.code == 0
    for word in ("source/NAME/NAME.ipynb", "mathgrade release NAME", "Examples:", "Exit codes:"):
        assert word in ran.out
    for command in (
        "demo",
        "lab",
        "check",
        "release",
        "autograde",
        "feedback",
        "report",
        "try",
        "compare",
        "doctor",
        "new",
        "solution",
        "variants",
    ):
        assert f"\n  {command} " in ran.out


@pytest.mark.parametrize(
    "command",
    ["demo", "lab", "check", "release", "autograde", "feedback", "try", "compare", "doctor"],
)
def test_each_commands_help_documents_its_exit_code(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    ran = Ran(capsys, command, "--help")
    assert ran.code == 0
    assert "Exit code: 0 " in ran.out


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "--version")
    assert (ran.code, ran.out) == (0, f"mathgrade {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["nothing"],
        ["check", "--nothing"],
        ["try", "softmax:a"],
        ["compare", "x"],
        ["compare", "-"],
        ["compare", "x", "x", "--let", "x"],
        ["demo", "--students", "many"],
        ["check", "nothing"],
        ["check", "--course", "nowhere"],
        ["autograde", "nothing"],
        ["feedback", "nothing"],
        ["release", "nothing"],
        ["autograde", NAME],
        ["feedback", NAME],
        ["try", f"{NAME}:total", "nowhere.json"],
        ["try", f"{NAME}:total", "nbgrader_config.exe"],
        ["lab", "--student", "../s001"],
        ["lab", "--port", "65536"],
        ["lab", "--course", "nowhere"],
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_no_traceback(
    tiny: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    ran = Ran(capsys, *words)
    assert ran.code == 2
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_outside_a_course_one_plain_line_says_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = Ran(capsys, "check")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "nbgrader_config.py and source/" in ran.err


def test_debug_shows_where_wherever_it_stands(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--debug", "check", "nothing"], ["check", "nothing", "--debug"]):
        ran = Ran(capsys, *words)
        assert ran.code == 2
        assert "Traceback" in ran.err


def test_a_fault_of_ours_ends_with_3_and_says_so(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("mathgrade.course.check.check_course", broken)
    ran = Ran(capsys, "check")
    assert ran.code == 3
    assert ran.err.startswith("mathgrade: a fault in mathgrade: ZeroDivisionError: oh")
    assert "--debug" in ran.err


def test_an_interrupt_ends_with_130(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mathgrade.course.check.check_course", interrupted)
    assert Ran(capsys, "check").code == 130


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*, lines: bool) -> str:
        with session.progress(lines=lines) as (start, step):
            start(2)
            step("one")
            step("two")
        return capsys.readouterr().err

    assert run(lines=True) == "one\ntwo\n"
    assert run(lines=False) == ""
    monkeypatch.setattr(session, "Console", partial(Console, force_terminal=True))
    bar = run(lines=True)
    assert "two" in bar
    assert "1/2" in bar


def test_progress_is_silent_if_quiet_and_lines_if_plain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(Console):
        """A console that takes any stream for a terminal, unless it is told otherwise."""

        def __init__(self, **known: Any) -> None:
            super().__init__(**{"force_terminal": True} | known)

    monkeypatch.setattr(session, "Console", Terminal)
    for begin in (session.progress, session.marking_progress):
        with session.called_with(Session(quiet=True)), begin() as (start, step):
            start(1)
            step("one")
        assert capsys.readouterr().err == ""
        with session.called_with(Session(plain=True)), begin() as (start, step):
            start(1)
            step("one")
        said = capsys.readouterr().err
        assert said.startswith("one")
        assert said.count("\n") == 1
        assert "\x1b" not in said
    assert session.session() == Session()


def misspell(cell: Any) -> None:
    cell.source = cell.source.replace("### END SOLUTION", "### END SOLUTON")


def test_a_quiet_command_says_only_what_went_wrong(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["-q", "check", "--look"], ["check", "--look", "--quiet"]):
        ran = Ran(capsys, *words)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    change_cell(source_path(tiny), "total", misspell)
    ran = Ran(capsys, "check", "--look", "-q")
    assert (ran.code, ran.out) == (1, "")
    assert "✗ lines: region markers: " in ran.err


def test_a_quiet_comparison_answers_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    codes = [Ran(capsys, "compare", "2*x", right, "--let", "x=real", "-q").code
             for right in ("x + x", "x", "x +")]  # fmt: skip
    assert codes == [0, 1, 2]


def test_checks_are_told_to_a_program(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "check", "--look", "--json", "-q")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert told["restored"] == []
    assert len(told["checks"]) == 7
    assert told["checks"][0] == {
        "assignment": NAME, "check": "region markers", "status": "ok", "details": []
    }  # fmt: skip


def test_a_class_is_told_to_a_program() -> None:
    row = StudentMarks("s001", {"a": ItemMark(2, 2), "b": ItemMark(1.5, 3, "look")}, "x: oh")
    results = [Result("s001"), Result("s002", error="no notebook"), Result("s003", kept=True)]
    told = json_views.results_json("svd", [row], results)
    assert [(s["student"], s["outcome"]) for s in told["students"]] == [
        ("s001", "marked"), ("s002", "failed"), ("s003", "unchanged")
    ]  # fmt: skip
    marks = told["students"][0]["marks"]
    assert (marks["score"], marks["points"], marks["error"]) == (3.5, 5, "x: oh")
    assert marks["items"]["b"] == {"score": 1.5, "points": 3, "review": "look"}
    assert told["students"][1]["marks"] is None
    demo = Demo(Path("d"), (DemoClass("svd", (row,), {"s001": "blank"}, ("odd",)),), (Path("p"),))
    told = json_views.demo_json(demo)
    assert told["classes"][0]["students"][0]["attempt"] == "blank"
    assert (told["pages"], told["failures"], told["folder"]) == (["p"], [], "d")
    json.dumps(told)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mathgrade au", ["autograde"]),
        ("mathgrade check l", [NAME]),
        ("mathgrade check x", []),
        ("mathgrade autograde lines --student s", ["s001"]),
    ],
)
def test_a_shell_completes_commands_assignments_and_students(
    tiny: Path, words: str, expected: list[str]
) -> None:
    (tiny / "submitted/s001" / NAME).mkdir(parents=True)
    (tiny / "submitted/t001" / NAME).mkdir(parents=True)
    asked = {
        "_MATHGRADE_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    ran = subprocess.run(
        [SCRIPTS / "mathgrade"],
        cwd=tiny,
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split() == expected


def test_a_verdict_shows_every_criterion_and_the_whole_witness(
    capsys: pytest.CaptureFixture[str],
) -> None:
    half = Fraction(1, 2)
    witness = Witness({"x": "2"}, received="4", expected="3")
    verdict = Verdict.of(
        [
            Finding("The size is right", True, half),
            Finding("The sign is right", False, half, "It is turned.", "sign", witness),
            Finding("It is tidy", None),
        ],
        read_as="x^2",
    )
    session.out().print(verdicts.verdict_view(verdict))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "PARTIAL   sign",
        "read as x^2",
        "  ✓ The size is right (1/2 of the credit)",
        "  ✗ The sign is right (1/2 of the credit)",
        "    It is turned.",
        "    at x = 2 yours is 4, expected 3",
        "  ? It is tidy",
    ]


def test_a_class_shows_points_totals_and_what_waits_for_a_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [
        StudentMarks("s001", {"a-b": ItemMark(2, 2), "c": ItemMark(4 / 3, 3, "no proof found")}),
        StudentMarks("s002", {"a-b": ItemMark(0, 2)}, "a-b: ZeroDivisionError: division by zero"),
    ]
    session.out().print(tables.class_table("svd", rows))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["s001", "2", "1.33*", "3.33"] in lines
    assert ["s002", "0", "—", "0"] in lines
    assert tables.reviews_of(rows) == [
        "s001  c: no proof found",
        "s002  a-b: ZeroDivisionError: division by zero",
    ]


@pytest.mark.parametrize("width", [60, 80, 160])
def test_no_mark_of_a_class_is_cut_off_where_lines_are_short(width: int) -> None:
    names = [f"item-{word}" for word in ("decomposition", "invariance", "code", "a", "b", "c")] * 2
    items = {f"{name}-{k}": ItemMark(10.25, 12) for k, name in enumerate(names)}
    console = Console(width=width, record=True, file=io.StringIO())
    rows = [StudentMarks("s001", items)]
    told = {"s001": "an-attempt-with-a-long-name"}
    console.print(tables.class_table("svd", rows, told, width=width))
    text = console.export_text()
    assert [word for word in text.split() if "…" in word] == ["an-attempt-with-a-long-…"]
    assert text.count("10.25") == len(items)
    assert f"{10.25 * len(items):g}" in text.split()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width


def test_check_prints_a_line_for_each_check(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "check", "--look")
    assert ran.code == 0
    assert "canonical form" in ran.out
    assert "7 ok, 0 with a warning, 0 failed" in ran.out


def test_check_names_a_defect_and_fix_mends_it(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = source_path(tiny).read_bytes()
    data = json.loads(clean)
    data["cells"][1]["execution_count"] = 7
    source_path(tiny).write_text(json.dumps(data, indent=1))
    ran = Ran(capsys, "check", NAME, "--look")
    assert ran.code == 1
    assert "cell 2 (square) has an execution count" in ran.out
    ran = Ran(capsys, "check", NAME, "--look", "--fix")
    assert ran.code == 0
    assert f"restored source/{NAME}/{NAME}.ipynb" in ran.out
    assert source_path(tiny).read_bytes() == clean


@pytest.mark.slow
def test_release_refuses_what_fails_the_check(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny / "source" / NAME / "hints.py").write_text("total = sum(range(1, 12))\n")
    ran = Ran(capsys, "release", NAME)
    assert ran.code == 1
    assert "was not released" in ran.out
    assert not (tiny / "release" / NAME / "hints.py").exists()


@pytest.mark.slow
def test_the_way_of_an_assignment(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(tiny / "release")
    assert Ran(capsys, "release", NAME).code == 0
    shutil.copytree(tiny / "release" / NAME, tiny / "submitted" / "s001" / NAME)
    (tiny / "submitted" / "s002" / NAME).mkdir(parents=True)
    ran = Ran(capsys, "autograde", NAME)
    assert ran.code == 1  # s002 handed in an empty folder
    assert "s002  could not be marked" in ran.out
    assert "1 marked, 1 could not be marked" in ran.out
    ran = Ran(capsys, "autograde", NAME, "--student", "s001", "--json")
    assert ran.code == 0
    assert [one["outcome"] for one in json.loads(ran.out)["students"]] == ["unchanged"]
    ran = Ran(capsys, "feedback", NAME)
    assert ran.code == 0
    assert f"feedback/s001/{NAME}/{NAME}.html" in ran.out
    told = json.loads(Ran(capsys, "feedback", NAME, "--json").out)
    assert told["failures"] == []
    assert [Path(page).name for page in told["pages"]] == [f"{NAME}.html"]


@pytest.mark.slow
def test_demo_prints_the_class_and_the_pages(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = Ran(capsys, "demo", "--students", "2")
    assert ran.code == 0
    assert "s002" in ran.out
    assert "doubled" in ran.out
    assert f"demo/feedback/s001/{NAME}/{NAME}.html" in ran.out
    assert "Every attempt got the marks it should." in ran.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "exit_code", "says"),
    [
        ("def square(x):\n    return x**2", 0, "CORRECT"),
        ("def square(x):\n    return 2 * x", 1, "AssertionError"),
        ("def square(x):", 1, ""),
    ],
)
def test_try_marks_code_as_a_submission(
    tiny: Path, capsys: pytest.CaptureFixture[str], code: str, exit_code: int, says: str
) -> None:
    (tiny / "answer.py").write_text(code)
    ran = Ran(capsys, "try", f"{NAME}:square", "answer.py")
    assert ran.code == exit_code
    assert says in ran.out


@pytest.mark.parametrize(
    ("name", "content", "exit_code", "outcome"),
    [
        ("a.json", "66", 0, "correct"),
        ("a.json", "55", 1, "incorrect"),
        ("a.json", '"sixty-six"', 2, "invalid"),
        ("a.json", '["fraction", 66, 1]', 0, "correct"),
        ("a.json", "[66, 66]", 2, "invalid"),
        ("a.json", "{", 2, "invalid"),
        ("a.txt", "sixty-six", 2, "invalid"),
    ],
)
def test_try_marks_a_value_or_a_text(
    tiny: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    exit_code: int,
    outcome: str,
) -> None:
    (tiny / "reference" / f"{NAME}.py").write_text(ITEMS)
    (tiny / name).write_text(content)
    ran = Ran(capsys, "try", f"{NAME}:total", name, "--json")
    assert ran.code == exit_code
    verdict = json.loads(ran.out)
    assert verdict["outcome"] == outcome
    shown = Ran(capsys, "try", f"{NAME}:total", name)
    assert shown.out.startswith(outcome.upper())


@pytest.mark.parametrize(
    ("right", "exit_code", "says"),
    [("x + x", 0, "EQUAL"), ("x**2", 1, "DIFFERENT"), ("x +", 2, "ILL-FORMED")],
)
def test_compare_ends_with_what_it_decided(
    capsys: pytest.CaptureFixture[str], right: str, exit_code: int, says: str
) -> None:
    ran = Ran(capsys, "compare", "2*x", right, "--let", "x=real")
    assert ran.code == exit_code
    assert ran.out.startswith(says)


def test_compare_answers_a_stream_of_json_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [{"left": "x", "right": right, "names": {"x": "real"}} for right in ("x", "2*x")]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(map(json.dumps, asked))))
    ran = Ran(capsys, "compare", "--json", "-")
    assert ran.code == 0
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["outcome"] for answer in answers] == ["equal", "different"]
    assert all({"outcome", "proof", "witness", "ms"} <= set(answer) for answer in answers)


def test_a_broken_attempt_stops_a_demo_with_its_name(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(tiny / "reference" / "attempts" / NAME / "doubled.toml", "title", "titel")
    ran = Ran(capsys, "demo")
    assert ran.code == 2
    assert "doubled.toml: unknown key 'titel'" in ran.err
