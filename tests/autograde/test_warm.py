"""Which kernel an attempt gets, and what a zygote does with what it is asked to load."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from mathgrade.autograde import warm
from mathgrade.autograde.jupyter_kernel import JupyterKernel
from mathgrade.autograde.kernel import Limits
from mathgrade.autograde.marking import Place, mark_notebook
from mathgrade.autograde.sandbox.bubble import bubble_command
from mathgrade.autograde.zygote.client import Zygote
from mathgrade.autograde.zygote.clock import Allowance, processor_time
from mathgrade.autograde.zygote.kernel import BubbledKernel, WarmKernel
from mathgrade.errors import CourseError, JudgeError

from .courses import graded, notebook

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

WAYS = [
    ("auto", WarmKernel),
    ("preferred", WarmKernel),
    ("landlock", WarmKernel),
    ("bubblewrap", BubbledKernel),
    ("off", JupyterKernel),
]


@pytest.mark.parametrize(("sandbox", "kind"), WAYS)
def test_the_kernel_is_the_one_that_was_asked_for(
    tmp_path: Path, sandbox: str, kind: type[object]
) -> None:
    with warm.borrowed_kernel(Limits(sandbox=sandbox), "python3", ahead=False) as kernel:
        assert type(kernel) is kind
        kernel.take(tmp_path, {"MATHGRADE_STUDENT": "s001"})
        cell = new_code_cell("import os\nos.environ['MATHGRADE_STUDENT']")
        kernel.run(cell)
        assert cell.outputs[0].data["text/plain"] == "'s001'"


# What a machine offers, and what runs students' code there.
MACHINES = [
    (set(), False, "auto", None),
    (set(), False, "landlock", None),
    (set(), False, "preferred", JupyterKernel),
    (set(), False, "off", JupyterKernel),
    ({"limits", "seccomp"}, False, "auto", None),  # files would be open
    ({"limits", "landlock"}, False, "auto", None),  # the network would
    ({"limits", "seccomp"}, True, "auto", BubbledKernel),
    ({"limits", "seccomp"}, True, "landlock", None),
    ({"limits", "seccomp", "landlock"}, True, "auto", WarmKernel),
]


@pytest.mark.parametrize(("layers", "bubbles", "sandbox", "kind"), MACHINES)
def test_without_a_sandbox_nothing_is_run_unless_that_was_decided(
    monkeypatch: pytest.MonkeyPatch,
    layers: set[str],
    bubbles: bool,
    sandbox: str,
    kind: type[object] | None,
) -> None:
    monkeypatch.setattr(Zygote, "held", lambda self: frozenset(layers))
    monkeypatch.setattr(warm, "_bubbles_hold", lambda interpreter: bubbles)
    kernel = warm.borrowed_kernel(Limits(sandbox=sandbox), "python3", ahead=False)
    if kind is None:
        with pytest.raises(CourseError, match=r'c.Judge.sandbox = "off"'), kernel:
            pass
    else:
        with kernel as found:
            assert type(found) is kind


def test_a_notebook_is_not_marked_where_nothing_confines_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Zygote, "held", lambda self: frozenset())
    monkeypatch.setattr(warm, "_bubbles_hold", lambda interpreter: False)
    nb = notebook([graded("x = 1", "a", solution=True), graded("assert x", "t", points=1)])
    with pytest.raises(CourseError, match="nothing on this machine can confine it"):
        mark_notebook(nb, Place(tmp_path, "quiz", "quiz", "s001", tmp_path))


def test_bubblewrap_that_is_not_there_is_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert bubble_command([], 1) is None
    with pytest.raises(JudgeError, match="bubblewrap is not installed"):
        BubbledKernel(Limits(), sys.executable)


def test_a_bubble_that_is_ended_at_once_leaves_nothing(tmp_path: Path) -> None:
    def bubbles() -> set[str]:
        found = set()
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if b"bwrap\0" in path.read_bytes() and str(os.getsid(int(path.parts[2]))) in ours:
                    found.add(path.parts[2])
        return found

    ours = set()
    for wait in (0.0, 0.002, 0.01, 0.05):
        kernel = BubbledKernel(Limits(), sys.executable)
        ours.add(str(kernel._zygote._process.pid))
        select.select([], [], [], wait)  # however far it has come
        kernel.close()
    end = time.monotonic() + 60  # a killed process may take a moment on a busy machine
    while bubbles() and time.monotonic() < end:
        select.select([], [], [], 0.05)
    assert not bubbles()


def test_an_unknown_kernel_is_a_fault_with_a_hint() -> None:
    with (
        pytest.raises(JudgeError, match="jupyter kernelspec list"),
        warm.borrowed_kernel(Limits(), "no-such-kernel", ahead=False),
    ):
        pass


def test_a_zygote_that_was_killed_is_replaced(tmp_path: Path) -> None:
    limits = Limits()
    with warm.borrowed_kernel(limits, "python3", ahead=False) as kernel:
        kernel.take(tmp_path, {})
    zygote = warm._zygotes[sys.executable]
    os.kill(zygote._process.pid, signal.SIGKILL)
    zygote._process.wait()
    with warm.borrowed_kernel(limits, "python3", ahead=False) as kernel:
        kernel.take(tmp_path, {})
    assert warm._zygotes[sys.executable] is not zygote


def test_an_attempt_ends_with_its_zygote(tmp_path: Path) -> None:
    zygote = Zygote()
    kernel = WarmKernel(Limits(), zygote, ())
    kernel.take(tmp_path, {})
    assert kernel._process is not None
    os.kill(zygote._process.pid, signal.SIGKILL)
    ended = select.poll()
    ended.register(kernel._process.handle, select.POLLIN)
    assert ended.poll(60_000)
    kernel.close()
    zygote.close()


def test_modules_that_start_threads_or_crash_are_not_loaded(tmp_path: Path) -> None:
    texts = {
        "starts_threads": "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "crashes": "import os; os._exit(1)",
        "raises": "1 / 0",
        "plain": "loaded = 1",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    names = [*texts, "no_such_module"]
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from mathgrade.autograde.zygote.program import load_tried\n"
        f"load_tried({names})\nprint([n for n in {names} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['plain']\n"


def test_what_the_instructors_notebook_imports_is_there_already(tmp_path: Path) -> None:
    with warm.borrowed_kernel(
        Limits(), "python3", ahead=False, modules=["mailbox", "no_such_module"]
    ) as kernel:
        kernel.take(tmp_path, {})
        cell = new_code_cell("import sys; 'mailbox' in sys.modules")
        kernel.run(cell)
        assert cell.outputs[0].data["text/plain"] == "True"


def test_processor_time_counts_and_the_wall_does_not() -> None:
    begin = processor_time(os.getpid())
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert processor_time(os.getpid()) - begin >= 0.2
    assert Allowance(os.getpid(), 100, 3).left() <= 100
    with pytest.raises(OSError, match=r"No such process|Invalid"):
        processor_time(2**22 + 1)


def test_an_allowance_says_which_limit_was_reached() -> None:
    assert Allowance(os.getpid(), 2, 1e-9).limit == "2e-09 seconds"
    assert Allowance(os.getpid(), 2, 4).limit == "2 seconds"
