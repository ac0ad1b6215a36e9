"""JupyterLab on a course: the instructor's side, and a student's side on the same machine.

Both are Jupyter's own servers with a few settings of ours, kept in the course's hidden
folder ``.lab``: an exchange between the two, a home folder for each student, and defaults
without which JupyterLab begins by asking whether it may fetch news.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from mathgrade.course.nbgrader_runs import NbgraderCourse
from mathgrade.errors import CourseError

__all__ = ["Running", "Side", "instructor_side", "running", "student_side"]

HERE = "127.0.0.1"
_ENDS_WITHIN = 15.0  # seconds; it shuts its kernels down on the way

# Defaults, which a person's own settings go before.
_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}
# What of nbgrader is for instructors, and would only puzzle a student.
_NOT_FOR_STUDENTS = ("formgrader", "course-list", "create-assignment")


@dataclass(frozen=True, slots=True)
class Side:
    """A server that may be started.

    Attributes:
        root: the folder it shows.
        environment: of its process.
        page: what it opens with, as an address on the server.
        log: the file that what it says goes to.
    """

    root: Path
    environment: Mapping[str, str]
    page: str
    log: Path


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers.

    Attributes:
        url: opens it, signed in.
        process: its process.
    """

    url: str
    process: subprocess.Popen[bytes]


def instructor_side(course: NbgraderCourse) -> Side:
    """JupyterLab on the course folder with formgrader open.

    Raises:
        CourseError: the exchange that the course names is not there.
    """
    own = _own_folder(course) / "instructor"
    _write_settings(own, {"Exchange.root": str(_exchange(course))})
    return Side(
        course.root, _environment(config_path=own), "/lab?formgrader=true", own / "server.log"
    )


def student_side(course: NbgraderCourse, student: str) -> Side:
    """JupyterLab as a student has it: a home of its own, nothing of the course but its exchange.

    Raises:
        CourseError: the id cannot name a folder, or the course's exchange is not there.
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.@+-]{0,99}", student):
        raise CourseError(
            f"{student!r} is no id of a student: expected letters, digits and . _ - @ +, such as "
            "s001."
        )
    own = _own_folder(course) / "students" / student
    work = own / "work"
    work.mkdir(parents=True, exist_ok=True)
    config = own / "home" / ".jupyter"
    traits = {
        "CourseDirectory.course_id": str(course.directory("").course_id),
        "CourseDirectory.student_id": student,
        "Exchange.root": str(_exchange(course)),
        "Exchange.path_includes_course": True,  # what is fetched lies in work/<course>/
    }
    _write_settings(config, traits)
    hidden = {f"@jupyter/nbgrader:{name}": True for name in _NOT_FOR_STUDENTS}
    _write_json(config / "labconfig" / "page_config.json", {"disabledExtensions": hidden})
    environment = _environment(home=own / "home") | {"MATHGRADE_STUDENT": student}
    return Side(work, environment, "/lab", own / "server.log")


@contextlib.contextmanager
def running(side: Side, *, port: int | None = None) -> Iterator[Running]:
    """Start a server and wait until it answers; it and its kernels are gone afterwards.

    A signal that asks this process to end ends the server first.

    Args:
        side: which.
        port: the one to use, 0 for any that is free; 8888 or one close to it if None.

    Raises:
        CourseError: Jupyter is not installed, the port is taken, or the server did not start.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise CourseError("JupyterLab is not installed here. Install it: pip install jupyterlab")
    if port:
        _require_free(port)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.ip={HERE}"]
    command += [f"--ServerApp.root_dir={side.root}", "--LabApp.news_url="]
    command += [
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate"
    ]
    command += ["--LabApp.extension_manager=readonly"]  # the other one asks a package index
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with _ended_by_signals(), side.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=side.root,
            env=dict(side.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: Jupyter would ask whether we mean it
        )
        try:
            yield Running(_address(side, process), process)
        finally:
            _end(process)


def _address(side: Side, process: subprocess.Popen[bytes]) -> str:
    """Wait until the server has said where it is.

    Raises:
        CourseError: it ended instead.
    """
    said = Path(side.environment["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{process.pid}.json"
    while process.poll() is None:
        with contextlib.suppress(OSError, ValueError, KeyError):  # not there yet, or half of it
            found = json.loads(said.read_text(encoding="utf-8"))
            joint = "&" if "?" in side.page else "?"
            token = quote(found["token"])
            return f"http://{HERE}:{found['port']}{side.page}{joint}token={token}"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    lines = side.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise CourseError(
        f"JupyterLab did not start; the end of its log, {side.log}:\n" + "\n".join(lines[-8:])
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_ENDS_WITHIN)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have SIGTERM and a closed terminal do what Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except (OSError, OverflowError) as error:
            raise CourseError(
                f"Port {port} cannot be used: {error}. Name another with --port, or leave it out "
                "for one that is free."
            ) from error


def _own_folder(course: NbgraderCourse) -> Path:
    return course.root / ".lab"


def _exchange(course: NbgraderCourse) -> Path:
    """The course's exchange, or one of its own where the configuration names none."""
    named = course.config.get("Exchange", {}).get("root")
    if not isinstance(named, str) or not named:
        own = _own_folder(course) / "exchange"
        own.mkdir(parents=True, exist_ok=True)
        return own
    if not Path(named).is_dir():
        raise CourseError(
            f"nbgrader_config.py names {named} as Exchange.root, which is no folder. Make it, or "
            f"take the line out: `mathgrade lab` then uses {_own_folder(course) / 'exchange'}."
        )
    return Path(named)


def _write_settings(folder: Path, traits: Mapping[str, object]) -> None:
    """A folder of Jupyter's configuration; the course's ``nbgrader_config.py`` goes before it."""
    _write_json(folder / "labconfig" / "default_setting_overrides.json", _SETTINGS)
    lines = ["c = get_config()", *(f"c.{name} = {value!r}" for name, value in traits.items())]
    (folder / "nbgrader_config.py").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_json(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def _environment(*, home: Path | None = None, config_path: Path | None = None) -> dict[str, str]:
    """This process's environment, with a home of its own or a place to look for settings first."""
    from jupyter_core.paths import jupyter_runtime_dir

    found = dict(os.environ)
    # nbgrader calls its own programs by name.
    found["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), found.get("PATH", "")])
    # A server that is started from a notebook's terminal is not that notebook's.
    for name in ("JPY_SESSION_NAME", "JPY_PARENT_PID", "JUPYTER_TOKEN", "JUPYTER_SERVER_ROOT"):
        found.pop(name, None)
    if config_path is not None:
        paths = [str(config_path), found.get("JUPYTER_CONFIG_PATH", "")]
        found["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
        found["JUPYTER_RUNTIME_DIR"] = str(jupyter_runtime_dir())
    if home is not None:
        # matplotlib takes ten seconds to list the fonts where nobody has done it before.
        found.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
        found.pop("JUPYTER_CONFIG_PATH", None)
        found |= {
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
            "JUPYTER_DATA_DIR": str(home / ".local/share/jupyter"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "IPYTHONDIR": str(home / ".ipython"),
        }
    return found
