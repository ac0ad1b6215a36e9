"""What runs the student's code, as the rest of the package sees it.

Two kinds do it: :mod:`mathgrade.autograde.zygote.kernel`, forked warm and confined, and
:mod:`mathgrade.autograde.jupyter_kernel`, an ordinary Jupyter kernel. Beside running cells
they answer *requests* (what is the value of ``J``? call ``softmax`` on these arrays), which
leave no trace in the notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nbformat import NotebookNode
from nbformat.v4 import new_output

__all__ = ["CALL_PROMPT", "KernelDied", "Limits", "StudentKernel", "stopped_output"]

CALL_PROMPT = "mathgrade.call:"
"""How a question begins by which the agent calls a function of the judge's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one attempt may use.

    Attributes:
        cell_seconds: processor time for each of the student's cells.
        call_seconds: processor time for one request (all calls of one answer test).
        test_seconds: processor time for one test cell in the judge.
        patience: how many times as long each may take by the clock on the wall.
        memory: memory of the student's process beyond what it starts with, in bytes.
        scratch_bytes: size of all files the student's code writes.
        test_memory: address space of the judge's process for one test cell, in bytes.
        output_bytes: kept output of one cell.
        output_count: kept outputs of one cell.
        sandbox: ``auto``: whichever this machine has; ``landlock`` or ``bubblewrap``: this one;
            ``off``: the code runs in an ordinary kernel with all rights of whoever marks;
            ``preferred``: for code of the instructor's own: ``auto``, or else ``off``.
    """

    cell_seconds: float = 30.0
    call_seconds: float = 20.0
    patience: float = 4.0
    memory: int = 2 << 30
    scratch_bytes: int = 64 << 20
    test_seconds: float = 60.0
    test_memory: int = 4 << 30
    output_bytes: int = 2 << 20
    output_count: int = 200
    sandbox: str = "auto"


class KernelDied(Exception):  # noqa: N818 - an event, not a programming error
    """The student's kernel is gone; the message says why, for the student."""


class StudentKernel(Protocol):
    """One kernel for one attempt.

    Starting it returns at once; :meth:`prepare`, in another thread if one likes, waits
    until it is up; :meth:`take` gives it a folder and an environment before the first cell.

    Attributes:
        limits: what the attempt may use.
        died: why it ended, for the student; empty while it runs.
        certain: whether it would end the same way again: it was ended at a limit of its own.
    """

    limits: Limits
    died: str
    certain: bool

    def prepare(self) -> None:
        """Wait until it can be taken.

        Raises:
            JudgeError: it did not start; nothing of the student's has run.
        """

    def take(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Put it to work on the files in ``folder``, with ``environment``.

        Raises:
            JudgeError: it did not start; nothing of the student's has run.
        """

    def run(self, cell: NotebookNode) -> None:
        """Run one cell; its outputs and its error end up in ``cell.outputs``.

        Raises:
            KernelDied: during this cell, or before it.
        """

    def ask(self, request: str, on_call: Callable[[str], str] | None = None) -> str | None:
        """Send a request to the agent in the kernel; returns its reply as text.

        Args:
            request: JSON text for :mod:`mathgrade.autograde.agent`.
            on_call: answers a call of one of the judge's functions.

        Returns:
            The reply, or None where something else came back: the student's code has
            damaged the agent.

        Raises:
            KernelDied: while it was working on this, or before.
        """

    def close(self) -> None:
        """End it at once, with every process it started."""


def stopped_output(limit: str) -> NotebookNode:
    """The error shown in a cell that was interrupted at a limit: ``"30 seconds"``."""
    text = f"the cell was stopped after {limit}"
    return new_output(
        "error",
        ename="CellTimeoutError",
        evalue=text,
        traceback=[f"CellTimeoutError: {text}"],
    )
