"""Both sides of JupyterLab: their settings, and a server that comes, answers and goes."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from traitlets.config.loader import PyFileConfigLoader

from mathgrade.course import lab
from mathgrade.course.lab import Side, instructor_side, running, student_side
from mathgrade.course.nbgrader_runs import NbgraderCourse, open_course
from mathgrade.errors import CourseError
from tests.course_tools.tiny import tiny_course


@pytest.fixture
def course(tmp_path: Path) -> NbgraderCourse:
    return open_course(tiny_course(tmp_path / "course"))


def settings(folder: Path) -> dict[str, object]:
    """What the folder of a side's configuration tells nbgrader."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    return {f"{part}.{name}": value for part in config for name, value in config[part].items()}


def test_both_sides_share_an_exchange_of_the_course(course: NbgraderCourse) -> None:
    teacher, student = instructor_side(course), student_side(course, "s001")
    exchange = course.root / ".lab/exchange"
    assert exchange.is_dir()
    assert settings(teacher.log.parent) == {"Exchange.root": str(exchange)}
    assert settings(Path(student.environment["JUPYTER_CONFIG_DIR"])) == {
        "CourseDirectory.course_id": "tiny",
        "CourseDirectory.student_id": "s001",
        "Exchange.root": str(exchange),
        "Exchange.path_includes_course": True,
    }


def test_an_exchange_that_the_course_names_is_used_by_both(
    course: NbgraderCourse, tmp_path: Path
) -> None:
    course.config.Exchange.root = str(tmp_path)
    own = Path(student_side(course, "s001").environment["JUPYTER_CONFIG_DIR"])
    assert settings(own)["Exchange.root"] == str(tmp_path)
    assert not (course.root / ".lab/exchange").exists()


def test_a_named_exchange_that_is_not_there_is_told(course: NbgraderCourse) -> None:
    course.config.Exchange.root = "/nowhere/exchange"
    for side in (lambda: instructor_side(course), lambda: student_side(course, "s001")):
        with pytest.raises(CourseError, match=r"/nowhere/exchange as Exchange\.root, which is no"):
            side()


def test_a_student_has_a_home_and_a_folder_of_their_own(
    course: NbgraderCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/the/teachers")
    monkeypatch.setenv("JUPYTER_TOKEN", "the-teachers")
    one, other = student_side(course, "s001"), student_side(course, "s002")
    for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        assert one.environment[name] != other.environment[name]
        assert Path(one.environment[name]).is_relative_to(course.root / ".lab/students/s001")
    assert "JUPYTER_CONFIG_PATH" not in one.environment
    assert "JUPYTER_TOKEN" not in one.environment
    assert one.environment["MATHGRADE_STUDENT"] == "s001"
    assert list(one.root.iterdir()) == []


def test_the_instructors_own_settings_stay_and_go_before_ours(
    course: NbgraderCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    side = instructor_side(course)
    assert side.environment["HOME"] == os.environ["HOME"]
    paths = side.environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert paths == [str(side.log.parent), "/mine"]
    assert side.root == course.root


def test_jupyterlab_does_not_ask_about_news_and_students_see_no_formgrader(
    course: NbgraderCourse,
) -> None:
    config = Path(student_side(course, "s001").environment["JUPYTER_CONFIG_DIR"])
    for folder in (config, instructor_side(course).log.parent):
        path = folder / "labconfig/default_setting_overrides.json"
        (quiet,) = json.loads(path.read_text()).values()
        assert quiet == {"fetchNews": "false", "checkForUpdates": False}
    disabled = json.loads((config / "labconfig/page_config.json").read_text())
    assert disabled["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is True


@pytest.mark.parametrize("name", ["../s001", "a/b", "", ".s001", "-s", "s 1", "s\n", "s" * 101])
def test_an_id_that_cannot_name_a_folder_is_refused(course: NbgraderCourse, name: str) -> None:
    with pytest.raises(CourseError, match="is no id of a student"):
        student_side(course, name)
    assert not (course.root / ".lab").exists()


def test_a_port_that_is_taken_is_told_before_anything_starts(course: NbgraderCourse) -> None:
    with socket.socket() as taken:
        taken.bind((lab.HERE, 0))
        taken.listen()
        port = taken.getsockname()[1]
        side = instructor_side(course)
        with pytest.raises(CourseError, match=f"Port {port} cannot be used.*--port"):
            running(side, port=port).__enter__()
    assert not side.log.exists()


def test_without_jupyterlab_it_is_said_how_to_get_it(
    course: NbgraderCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match="pip install jupyterlab"):
        running(instructor_side(course)).__enter__()


PYTHON = sys.executable
SERVER = """\
#!{python}
import json, os, pathlib, sys, time
runtime = pathlib.Path(os.environ["JUPYTER_RUNTIME_DIR"])
runtime.mkdir(parents=True, exist_ok=True)
(runtime / f"jpserver-{{os.getpid()}}.json").write_text('{{"port": 4321, "to')
print(" ".join(sys.argv[1:]), flush=True)
(runtime / f"jpserver-{{os.getpid()}}.json").write_text('{{"port": 4321, "token": "a b"}}')
time.sleep(600)
"""


@pytest.fixture
def side(course: NbgraderCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Side:
    """A student's side whose server only says where it is."""
    program = tmp_path / "server"
    program.write_text(SERVER.format(python=PYTHON))
    program.chmod(0o755)
    monkeypatch.setattr(lab.sys, "executable", str(program))
    return student_side(course, "s001")


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_server_has_an_address_that_signs_in_and_is_gone_afterwards(side: Side) -> None:
    with running(side, port=0) as server:
        assert server.url == "http://127.0.0.1:4321/lab?token=a%20b"
        assert not gone(server.process.pid)
    assert gone(server.process.pid)
    assert "--ServerApp.port=0 --ServerApp.port_retries=0" in side.log.read_text()


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Ctrl-C as on a terminal: a shell has what it runs in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_the_server_first(side: Side, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), running(side) as server:
        signal.raise_signal(number)
    assert gone(server.process.pid)
    assert signal.getsignal(number) is before


def test_a_server_that_ends_at_once_is_told_with_the_end_of_its_log(
    side: Side, tmp_path: Path
) -> None:
    (tmp_path / "server").write_text(f"#!{PYTHON}\nraise SystemExit('it is broken')\n")
    with pytest.raises(CourseError, match=r"did not start; the end of its log, .*\n.*it is broken"):
        running(side).__enter__()
