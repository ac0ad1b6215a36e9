"""Which layers of the sandbox hold on this machine, found out by trying them.

``python -I -m mathgrade.autograde.sandbox.probing`` tries each one in a process of its own:
it is put on, then something is done that it must stop. The answer is JSON.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from mathgrade.autograde.sandbox.bubble import bubble_command
from mathgrade.autograde.sandbox.confinement import become_unprivileged
from mathgrade.autograde.sandbox.landlock import landlock_version, restrict_files
from mathgrade.autograde.sandbox.namespaces import enter_namespaces, mount_scratch
from mathgrade.autograde.sandbox.readable import readable_paths
from mathgrade.autograde.sandbox.rlimits import limit_resources
from mathgrade.autograde.sandbox.seccomp import filter_calls

__all__ = ["Probe", "probe_layers"]

_SECONDS = 60
_SMALL = 1 << 20


@dataclass(frozen=True, slots=True)
class Probe:
    """One layer, tried.

    Attributes:
        layer: its name, as in :data:`~mathgrade.autograde.sandbox.confinement.LAYERS`, or
            ``bubblewrap``.
        holds: whether what was tried was stopped.
        tried: what was done.
        found: what was seen instead, or why the layer could not be put on; empty if it holds.
    """

    layer: str
    holds: bool
    tried: str
    found: str = ""


def probe_layers() -> tuple[Probe, ...]:
    """Try every layer, in a fresh program: this one may have threads, and must not fork."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", __name__],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        return (Probe("all", False, "to start the probes", done.stderr.strip()[-500:]),)
    return tuple(Probe(**fields) for fields in json.loads(done.stdout))


def _limits(_: Path) -> str:
    limit_resources(memory=64 * _SMALL, file_bytes=_SMALL, cpu_seconds=60)
    try:
        bytearray(256 * _SMALL)
    except MemoryError:
        return ""
    return "256 MiB could be had where 64 MiB are allowed"


def _namespaces(_: Path) -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        enter_namespaces()
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=1):
            return "a server of this machine could be reached"
    return ""


def _scratch(folder: Path) -> str:
    enter_namespaces()
    mount_scratch(folder, _SMALL, os.getuid(), os.getgid())
    try:
        (folder / "large").write_bytes(bytes(4 * _SMALL))
    except OSError as error:
        return "" if error.errno == errno.ENOSPC else str(error)
    return "4 MiB could be written where 1 MiB is allowed"


def _user(_: Path) -> str:
    if os.getuid() == 0:
        become_unprivileged(readable_paths())
    try:
        os.setuid(0)
    except PermissionError:
        return ""
    return "the process could become root again"


def _landlock(folder: Path) -> str:
    secret = folder / "secret"
    secret.write_text("secret", encoding="utf-8")
    if not landlock_version():
        return "this kernel has no Landlock (Linux 5.13 and later have, if it is switched on)"
    restrict_files([Path("/usr/lib")], [])
    os.listdir("/usr/lib")  # noqa: PTH208
    try:
        secret.read_text(encoding="utf-8")
    except PermissionError:
        return ""
    return "a file outside what is allowed could be read"


def _seccomp(_: Path) -> str:
    filter_calls()
    for act in (os.fork, socket.socket):
        try:
            act()
        except PermissionError:
            continue
        return f"{act.__name__} is still possible"
    return ""


def _bubblewrap(folder: Path) -> str:
    secret = folder / "secret"
    secret.write_text("secret", encoding="utf-8")
    command = bubble_command(readable_paths(), _SMALL)
    if command is None:
        return "it is not installed (apt-get install bubblewrap)"
    code = f"import os, sys; sys.exit(os.path.exists({str(secret)!r}))"
    done = subprocess.run(
        [*command, sys.executable, "-I", "-c", code],
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stderr.strip()[-300:] or "a file could be seen"


_TRIALS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "limits": ("to take more memory than allowed", _limits),
    "namespaces": ("to reach a server on this machine", _namespaces),
    "scratch": ("to write more than the scratch folder holds", _scratch),
    "user": ("to be root", _user),
    "landlock": ("to read a file that is not allowed", _landlock),
    "seccomp": ("to start a process, to open a socket", _seccomp),
    "bubblewrap": ("to see a file that is not in the bubble", _bubblewrap),
}


def _probes() -> Iterator[Probe]:
    for layer, (tried, act) in _TRIALS.items():
        found = _in_a_fork(act)
        yield Probe(layer, not found, tried, found)


def _in_a_fork(act: Callable[[Path], str]) -> str:
    reading, writing = os.pipe()
    with tempfile.TemporaryDirectory(prefix="mathgrade-probe-") as folder:
        process = os.fork()
        if process == 0:
            try:
                text = act(Path(folder))
            except BaseException as error:
                text = f"{type(error).__name__}: {error}"
            os.write(writing, b"." + text.encode()[:2000])
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            data = answer.read()
        os.waitpid(process, 0)
    return data[1:].decode("utf-8", "replace") if data else "the process that tried it was ended"


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(probe) for probe in _probes()]))
