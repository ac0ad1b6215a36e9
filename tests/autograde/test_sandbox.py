"""Hostile cells, each seen stopped; the cells after them run, and the next attempt is not touched."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from mathgrade.autograde.kernel import KernelDied, Limits, StudentKernel
from mathgrade.autograde.warm import borrowed_kernel
from mathgrade.autograde.zygote.kernel import WarmKernel

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]
LIMITS = Limits(
    cell_seconds=1, call_seconds=1, patience=60, memory=512 << 20, scratch_bytes=8 << 20
)
WAYS = ("landlock", "bubblewrap")


class Attempt:
    """A confined kernel, and a course outside it that is none of its business."""

    def __init__(self, kernel: StudentKernel, course: Path) -> None:
        self.kernel = kernel
        self.course = course

    def run(self, source: str) -> str:
        """Run a cell; everything it shows, as text."""
        cell = new_code_cell(source.replace("COURSE", str(self.course)))
        self.kernel.run(cell)
        return "\n".join(
            o.get("text", "") or f"{o.get('ename', '')}: {o.get('evalue', '')}"
            for o in cell.outputs
        )

    def goes_on(self) -> bool:
        """Whether a cell that comes later runs, and its values can be had."""
        shown = self.run("later = 40 + 2\nprint('ran')")
        answer = json.loads(self.kernel.ask('{"get": ["later"]}') or "{}")
        return "ran" in shown and answer == {"values": {"later": {"value": 42}}}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the instructor and of another student, in a place anybody may reach."""
    root = tmp_path_factory.mktemp("elsewhere")
    for folder in (root, *root.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o711)  # only the sandbox stands before it
    for name in ("source/quiz.ipynb", "reference/quiz.py", "gradebook.db", "submitted/s002/a.py"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("SECRET")
        path.chmod(0o666)
    (root / "submitted").chmod(0o777)
    return root


@contextlib.contextmanager
def attempt(course: Path, folder: Path, way: str = "landlock", **other: Any) -> Iterator[Attempt]:
    limits = replace(LIMITS, sandbox=way, **other)
    with borrowed_kernel(limits, "python3", ahead=False) as kernel:
        kernel.take(folder, {})
        yield Attempt(kernel, course)


READING = {
    "the source": "open('COURSE/source/quiz.ipynb').read()",
    "the reference": "open('COURSE/reference/quiz.py').read()",
    "the gradebook": "import sqlite3; sqlite3.connect('COURSE/gradebook.db').execute('select 1 from x')",
    "another's submission": "open('COURSE/submitted/s002/a.py').read()",
    "a list of submissions": "import os; os.listdir('COURSE/submitted')",
    "a symbolic link": "import os; os.symlink('COURSE/gradebook.db', 'l'); open('l').read()",
    "a hard link": "import os; os.link('COURSE/gradebook.db', 'h'); open('h').read()",
    "the root of its own process": "open('/proc/self/root/COURSE/gradebook.db').read()",
    "the root of the first process": "open('/proc/1/root/COURSE/gradebook.db').read()",
    "a handle without rights": (
        "import os\nf = os.open('COURSE/gradebook.db', os.O_PATH)\n"
        "open(f'/proc/self/fd/{f}').read()"
    ),
    "users": "open('/etc/passwd').read()",
    "the home folder": "import os; os.listdir(os.path.expanduser('~root'))",
    "other processes": "import os; [open(f'/proc/{p}/cmdline').read() for p in range(1, 9)]",
    "the marking process": "import os; open(f'/proc/{os.getppid()}/environ').read()",
    "its memory": "import os; open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "its files": "import os; os.listdir(f'/proc/{os.getppid()}/fd')",
    "temporary files": "import os; assert os.listdir('/tmp') == ['attempt'], os.listdir('/tmp')",
    "devices": "open('/dev/kmsg').read(1)",
}  # fmt: skip

WRITING = {
    "the gradebook": "open('COURSE/gradebook.db', 'w').write('x')",
    "the gradebook's end": "open('COURSE/gradebook.db', 'a').write('x')",
    "the length of a file": "import os; os.truncate('COURSE/gradebook.db', 0)",
    "another's submission": "import os; os.remove('COURSE/submitted/s002/a.py')",
    "a new submission": "import os; os.mkdir('COURSE/submitted/s003')",
    "a file moved": "import os; os.rename('COURSE/gradebook.db', 'COURSE/submitted/g')",
    "shared memory": "open('/dev/shm/x', 'w')",
    "temporary files": "open('/var/tmp/x', 'w')",
    "a library": "import numpy; open(numpy.__file__, 'a')",
    "this package": "import mathgrade; open(mathgrade.__file__, 'a')",
    "settings of the kernel": "open('/proc/sys/kernel/hostname', 'w').write('x')",
    "its own limits": "open('/proc/self/oom_score_adj', 'w').write('-1000')",
}  # fmt: skip

CALL = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\ndef call(*a):\n    r = libc.syscall(*a)\n    if r < 0:\n        raise OSError(ctypes.get_errno(), 'refused')\n    return r\n"
REACHING = {
    "fork": "import os; os.fork()",
    "a program": "import subprocess; subprocess.run(['/bin/true'], check=True)",
    "a shell": "import os; assert os.system('true') == 0, 'no shell'",
    "another program in its place": "import os; os.execv('/bin/true', ['true'])",
    "a pool of processes": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "a TCP connection": "import socket; socket.create_connection(('127.0.0.1', PORT), 1)",
    "a UDP message": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "a name on the network": "import socket; socket.getaddrinfo('localhost', PORT)[0]; socket.socket()",
    "a socket by path": "import socket; socket.socket(socket.AF_UNIX).connect('COURSE/socket')",
    "an abstract socket": "import socket; socket.socket(socket.AF_UNIX).connect('\\0abstract')",
    "a server of its own": "import socket; socket.create_server(('', 0))",
    "the marking process": "import os, signal; os.kill(os.getppid(), signal.SIGTERM)",
    "every process": "import os; os.kill(-1, 9)",
    "its group": "import os; os.kill(0, 9)",
    "ptrace": CALL + "call(101, 16, os.getppid(), 0, 0)",
    "another's memory": CALL + "call(310, os.getppid(), 0, 0, 0, 0, 0)",
    "a descriptor of another's": CALL + "call(434, os.getppid(), 0)",
    "a user namespace": CALL + "call(272, 0x10000000)",
    "a mount": CALL + "call(165, b'none', b'/', None, 0x44000, None)",
    "memory nobody counts": "import os; os.memfd_create('x')",
    "shared memory of old": CALL + "call(29, 1, 4096, 0o1666)",
    "io_uring": CALL + "call(425, 8, None)",
    "bpf": CALL + "call(321, 0, None, 0)",
    "keys of the kernel": CALL + "call(250, 0, -3)",
    "a call of tomorrow": CALL + "call(470)",
    "outliving the marking process": CALL + "assert libc.prctl(1, 0) == 0, 'refused'",
    "more memory by its own leave": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "root": "import os; os.setuid(0)",
}  # fmt: skip

REFUSALS = ("PermissionError", "OSError", "FileNotFoundError", "OperationalError", "refused",
            "no shell", "AssertionError", "ValueError", "NotADirectoryError", "gaierror")  # fmt: skip


@pytest.fixture(scope="module")
def servers(course: Path) -> Iterator[int]:
    """A port, a path and an abstract name on which somebody listens."""
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as by_path,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        by_path.bind(str(course / "socket"))
        by_path.listen()
        (course / "socket").chmod(0o777)
        with contextlib.suppress(OSError):
            abstract.bind("\0abstract")
            abstract.listen()
        yield tcp.getsockname()[1]


@pytest.fixture(scope="module", params=WAYS)
def confined(
    request: pytest.FixtureRequest, course: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attempt]:
    """One attempt for all attacks that leave it able to go on."""
    with attempt(course, tmp_path_factory.mktemp("handed-in"), request.param) as one:
        yield one


def contents(course: Path) -> dict[str, str]:
    return {str(p): p.read_text() for p in sorted(course.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("attack", READING)
def test_nothing_of_anybody_elses_can_be_read(confined: Attempt, attack: str) -> None:
    shown = confined.run(READING[attack])
    assert "SECRET" not in shown
    assert shown.startswith(REFUSALS), shown
    assert confined.goes_on()


@pytest.mark.parametrize("attack", WRITING)
def test_nothing_outside_the_scratch_folder_can_be_written(confined: Attempt, attack: str) -> None:
    before = contents(confined.course)
    shown = confined.run(WRITING[attack])
    assert shown.startswith(REFUSALS), shown
    assert contents(confined.course) == before
    assert confined.goes_on()


@pytest.mark.parametrize("attack", REACHING)
def test_nobody_else_can_be_reached(confined: Attempt, servers: int, attack: str) -> None:
    code = REACHING[attack].replace("PORT", str(servers))
    if CALL in code and platform.machine() != "x86_64":
        pytest.skip("the numbers are those of Linux on x86_64")
    shown = confined.run(code)
    assert shown.startswith(REFUSALS), shown
    assert confined.goes_on()


def test_modes_and_times_of_files_are_not_changed(confined: Attempt) -> None:
    book = confined.course / "gradebook.db"
    before = book.stat()
    confined.run("import os\nos.chmod('COURSE/gradebook.db', 0)")
    confined.run("os.utime('COURSE/gradebook.db', (0, 0))")
    confined.run("os.chown('COURSE/gradebook.db', os.getuid(), -1)")
    after = book.stat()
    fields = ("st_mode", "st_mtime_ns", "st_uid")
    assert [getattr(after, f) for f in fields] == [getattr(before, f) for f in fields]


def test_the_environment_holds_nothing_of_whoever_marks(
    confined: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_INSTRUCTOR", "SECRET")
    shown = confined.run(
        "import os; print(sorted(os.environ)); print(open('/proc/self/environ').read())"
    )
    assert "SECRET" not in shown
    assert "TOKEN" not in shown


def test_no_descriptor_but_its_own_is_open(course: Path, tmp_path: Path) -> None:
    code = (
        "import os\nfound = []\nfor n in range(1024):\n    try:\n        os.fstat(n); found.append(n)\n"
        "    except OSError:\n        pass\nprint(found[:4], [os.readlink(f'/proc/self/fd/{n}') "
        "for n in found if n > 3 and os.path.exists(f'/proc/self/fd/{n}')])"
    )
    with attempt(course, tmp_path) as one:
        shown = one.run(code)
    assert shown.startswith("[0, 1, 2, 3]")
    assert set(re.findall(r"'(\w+):", shown)) <= {"anon_inode", "socket"}  # of its event loop
    assert not re.search(r"'/", shown)


# -- taking too much -----------------------------------------------------------------------------

BOMBS = {
    "memory": ("data = bytearray(8 << 30)", "MemoryError"),
    "memory, slowly": ("d = []\nwhile True: d.append(bytearray(1 << 20))", "MemoryError"),
    "one large file": ("open('f', 'wb').write(bytes(64 << 20))", "OSError"),
    "many files": (
        "for k in range(100):\n    open(f'f{k}', 'wb').write(bytes(1 << 20))", "OSError",
    ),
    "no end of names": ("for k in range(10**6): open(f'n{k}', 'w').close()", "OSError"),
    "threads": (
        "import threading, time\nfor _ in range(10**5):\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "RuntimeError",
    ),
    "descriptors": ("import os\nf = [os.pipe() for _ in range(10**5)]", "OSError"),
    "a loop": ("while True: pass", "stopped after 1 seconds"),
    "printing": ("while True: print('x' * 10000)", "stopped after"),
    "printing past Python": ("import os\nwhile True: os.write(1, b'x' * 10000)", "File too large"),
    "displays": ("from IPython.display import display\nwhile True: display(1)", "stopped after"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_goes_off_in_its_own_cell_only(course: Path, tmp_path: Path, bomb: str) -> None:
    code, sign = BOMBS[bomb]
    with attempt(course, tmp_path) as one:
        assert sign in one.run(code)[-3000:]
        one.run("import os\nd = data = f = None\nfor n in os.listdir('.'): os.remove(n)")
        assert one.goes_on()
    assert list(tmp_path.iterdir()) == []


def test_a_cell_that_prints_too_much_is_interrupted_before_its_time_is_up(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fast machine printed 256 MB in its second, and lost the attempt its other cells."""
    monkeypatch.setattr("mathgrade.autograde.zygote.kernel._CELL_BYTES", 1_000_000)
    with attempt(course, tmp_path, cell_seconds=600) as one:
        assert "MB of output" in one.run("while True: print('x' * 10000)")[-3000:]
        assert one.goes_on()


def test_a_cell_that_only_sleeps_is_stopped_by_the_clock_on_the_wall(
    course: Path, tmp_path: Path
) -> None:
    with attempt(course, tmp_path, cell_seconds=0.5, patience=4) as one:
        assert "stopped after 2 seconds" in one.run("import time; time.sleep(600)")
        assert one.goes_on()


def test_files_on_the_disk_are_counted_where_there_is_no_folder_in_memory(
    course: Path, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    with attempt(course, tmp_path) as one:
        assert isinstance(one.kernel, WarmKernel)
        one.kernel._scratch = tmp_path  # as on a machine that lets nobody mount
        assert "ran" in one.run("import time; time.sleep(1); print('ran')")
        (tmp_path / "deep" / "large").write_bytes(bytes(16 << 20))
        with pytest.raises(KernelDied, match="wrote more to its files"):
            one.run("time.sleep(10)")


ENDS = {
    "exit": ("import os; os._exit(0)", "its process ended"),
    "a crash": ("import ctypes; ctypes.string_at(0)", "its process ended"),
    "killing itself": ("import os; os.kill(os.getpid(), 9)", "its process ended"),
    "stopping itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "stopped its own"),
    "ignoring interrupts": (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "went on after the limit",
    ),
    "catching interrupts": (
        "while True:\n    try:\n        while True: sum(range(99))\n    except BaseException: pass",
        "went on after the limit",
    ),
    "a computation nobody can interrupt": (
        "import numpy\nnumpy.linalg.eigvals(numpy.random.rand(4000, 4000))", "went on after the limit"),
    "closing the channel": ("import os; os.close(3)\nwhile True: pass", "its process ended"),
    "a message without end": (
        "import os\nwhile True: os.write(3, b'x' * (1 << 20))", "sent a message that is too long",
    ),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_a_process_that_cannot_go_on_is_ended_with_a_reason(
    course: Path, tmp_path: Path, end: str
) -> None:
    code, reason = ENDS[end]
    with attempt(course, tmp_path) as one:
        with pytest.raises(KernelDied, match=reason):
            one.run(code)
        with pytest.raises(KernelDied, match=reason):
            one.kernel.ask('{"get": ["x"]}')
    with attempt(course, tmp_path) as next_one:
        assert next_one.goes_on()


BREAKAGES = [
    "import sys; sys.stdout = sys.stderr = None",
    "import sys; del sys.stdout",
    "import sys, io; sys.stdout = io.StringIO()",
    "get_ipython().showtraceback = None\n1 / 0",
    "get_ipython().display_formatter = None\n1",
    "get_ipython().kernel.session = None\n1",
    "import builtins; builtins.print = builtins.input = None",
    "del In, Out, get_ipython",
]


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_student_who_breaks_the_shell_still_has_values(
    course: Path, tmp_path: Path, breakage: str
) -> None:
    with attempt(course, tmp_path) as one:
        one.run("kept = 42")
        one.run(breakage)
        answer = json.loads(one.kernel.ask('{"get": ["kept"]}') or "{}")
        assert answer == {"values": {"kept": {"value": 42}}}


FORGED = [
    "b'not json\\n'",
    "b'[1, 2]\\n'",
    'b\'{"of": 7, "done": 3}\\n\'',
    'b\'{"of": "1", "type": [], "content": {}}\\n\'',
    'b\'{"of": "1", "type": "status", "content": {"execution_state": "idle"}}\\n\'',
    "b'{\"question\": {}}\\n'",
    'b\'{"question": "mathgrade.call:{}"}\\n\'',
    "b'[' * 100000 + b'\\n'",
    "b'\\xff\\xfe\\n'",
    'b\'{"of": "1", "type": "display_data", "content": {"data": \' + b"[" * 900 + b"]" * 900 + b"}}\\n"',
    'b\'{"of": "1", "type": "stream", "content": {"text": \' + b"9" * 5000 + b"}}\\n"',
    'b\'{"of": "1", "type": "error", "content": {"ename": {}, "traceback": [[]]}}\\n\'',
    'b\'{"of": "1", "done": {"count": "x" }}\\n\'',
]


@pytest.mark.parametrize("message", FORGED)
def test_a_forged_message_breaks_nothing(course: Path, tmp_path: Path, message: str) -> None:
    with attempt(course, tmp_path) as one:
        one.run(f"import os\nos.write(3, {message})")
        assert one.goes_on()


def test_every_process_of_an_attempt_is_gone_when_it_is_over(course: Path, tmp_path: Path) -> None:
    with attempt(course, tmp_path) as one:
        number = int(
            one.run(
                "import os; os.setsid() if os.getsid(0) != os.getpid() else None\nprint(os.getpid())"
            )
        )
        one.run(
            "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()"
        )
        assert Path(f"/proc/{number}").exists()
    assert not Path(f"/proc/{number}").exists()


def test_time_without_the_processor_does_not_count_against_a_cell(
    course: Path, tmp_path: Path
) -> None:
    with attempt(course, tmp_path) as one:
        # As long by the clock as its limit, without the processor.
        shown = one.run("import time; time.sleep(1.5); print('whole')")
    assert shown == "whole\n"


def test_files_of_the_hand_in_are_copies(course: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "data.csv").write_text("1,2\n")
    with attempt(course, tmp_path) as one:
        shown = one.run(
            "print(open('deep/data.csv').read()); open('deep/data.csv', 'w').write('x');"
        )
        assert shown == "1,2\n\n"
    assert (tmp_path / "deep" / "data.csv").read_text() == "1,2\n"


def test_a_shell_command_is_refused_in_words_and_the_cell_goes_on(
    course: Path, tmp_path: Path
) -> None:
    with attempt(course, tmp_path) as one:
        shown = one.run("!pip install numpy\nlisted = !ls\nprint('went on', listed)")
    assert shown.count("shell commands are not run") == 2
    assert "went on []" in shown


def test_two_attempts_have_different_chance(course: Path, tmp_path: Path) -> None:
    drawn = set()
    for _ in range(2):
        with attempt(course, tmp_path) as one:
            drawn.add(one.run("import numpy, random; print(numpy.random.rand(), random.random())"))
    assert len(drawn) == 2
