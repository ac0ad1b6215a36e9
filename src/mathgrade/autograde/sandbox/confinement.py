"""One process gives up, for good, all that running a notebook does not need."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mathgrade.autograde.sandbox.landlock import restrict_files
from mathgrade.autograde.sandbox.linux import drop_capabilities, no_new_privileges, prctl
from mathgrade.autograde.sandbox.namespaces import enter_namespaces, mount_scratch
from mathgrade.autograde.sandbox.readable import open_to_everybody
from mathgrade.autograde.sandbox.rlimits import limit_resources
from mathgrade.autograde.sandbox.seccomp import filter_calls

__all__ = ["LAYERS", "Grounds", "Layer", "become_unprivileged", "confine"]

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_FIRST_USER, _USERS = 61184, 4000  # among the ids systemd gives to services for their lifetime

Layer = str
LAYERS: dict[Layer, str] = {
    "limits": "memory, size of files and processor time of the process",
    "namespaces": "no network, no mounts and no shared memory of anybody else",
    "scratch": "a small folder in memory to write to, gone with the process",
    "user": "an unprivileged user of its own, where marking runs as root",
    "landlock": "no file but Python's libraries and the scratch folder",
    "seccomp": "no new process or program, no socket, no signal to others",
}
"""The layers, from the outside in, and what each one is for."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where a confined process may go, and how much it may take.

    Attributes:
        folder: its scratch folder, the only one it may write to.
        readable: files and folders it may read.
        memory: bytes of address space on top of what it has when it is confined.
        scratch_bytes: size of the scratch folder, and of one file.
        cpu_seconds: processor time of its whole life.
    """

    folder: Path
    readable: tuple[Path, ...]
    memory: int = 2 << 30
    scratch_bytes: int = 64 << 20
    cpu_seconds: int = 3600


def confine(grounds: Grounds, parent: int) -> frozenset[Layer]:
    """Confine this process, which must have one thread only.

    Call it in the child of a fork. Layers this machine does not offer are left out; what
    to make of that is the caller's decision.

    Args:
        grounds: where it may go.
        parent: the process that forked this one; when it ends, so does this one.

    Returns:
        The layers that hold.
    """
    held: set[Layer] = set()

    def attempt(layer: Layer, act: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            act()
            held.add(layer)

    as_root = os.getuid() == 0
    user, group = _unprivileged() if as_root else (os.getuid(), os.getgid())
    limit_resources(
        memory=grounds.memory, file_bytes=grounds.scratch_bytes, cpu_seconds=grounds.cpu_seconds
    )
    held.add("limits")
    attempt("namespaces", enter_namespaces)
    if "namespaces" in held:
        attempt(
            "scratch", lambda: mount_scratch(grounds.folder, grounds.scratch_bytes, user, group)
        )
    if as_root:
        if "scratch" not in held:
            _give_away(grounds.folder, user, group)
        reached = (*grounds.readable, grounds.folder.parent)
        attempt("user", lambda: become_unprivileged(reached))
    else:
        with contextlib.suppress(OSError):  # those of a user namespace; there may be none
            drop_capabilities()
        held.add("user")
    os.chdir(grounds.folder)
    no_new_privileges()
    own = Path(f"/proc/{os.getpid()}")
    attempt(
        "landlock",
        lambda: restrict_files((*grounds.readable, own), (grounds.folder, Path("/dev/null"))),
    )
    # A change of user takes this away, so it comes after; and the filter forbids to undo it.
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    attempt("seccomp", filter_calls)
    return frozenset(held)


def _give_away(folder: Path, user: int, group: int) -> None:
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(OSError):
            os.chown(path, user, group, follow_symlinks=False)


def _unprivileged() -> tuple[int, int]:
    """User and group for this process, where it is root."""
    number = _FIRST_USER + os.getpid() % _USERS
    return number, number


def become_unprivileged(reached: tuple[Path, ...]) -> None:
    """Stop being root, for good.

    Args:
        reached: files and folders it still has to come by.

    Raises:
        OSError: root is not allowed to, in a container with few rights.
    """
    user, group = _unprivileged()
    private = not open_to_everybody(reached)
    prctl(_PR_SET_KEEPCAPS, int(private))
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    drop_capabilities(keep_reading=private)
