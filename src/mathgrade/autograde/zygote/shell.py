"""The IPython kernel of a student's notebook, without sockets and threads.

It is ipykernel's own kernel, shell, displayhook and publisher; only the session, which would
sign messages and put them on ZMQ, hands them over instead. It is built once, before the
fork, and used by the child.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import shutil
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core import async_helpers
from IPython.utils.text import SList
from jupyter_client.session import Session, extract_header
from traitlets.config import Config

from mathgrade.autograde.sandbox.rlimits import memory_kept_back

__all__ = ["PipeSession", "PipeShell", "build_kernel"]

Send = Callable[[str, str, Mapping[str, Any]], None]
_OUTPUTS = frozenset(
    ["clear_output", "display_data", "error", "execute_result", "stream", "update_display_data"]
)
_NO_COMMANDS = "shell commands are not run while a notebook is marked\n"


class PipeSession(Session):
    """Hands outputs over to ``deliver`` with the id of the message they answer."""

    deliver: Send | None = None
    _numbers = itertools.count()

    def msg_header(self, msg_type: str) -> dict[str, Any]:
        """A header without a time: nobody reads it."""
        return {"msg_id": f"out-{next(self._numbers)}", "msg_type": msg_type}

    def msg(
        self,
        msg_type: str,
        content: Mapping[str, Any] | None = None,
        parent: Mapping[str, Any] | None = None,
        header: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A message with the fields display hooks may look at."""
        header = header or self.msg_header(msg_type)
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": msg_type,
            "parent_header": extract_header(parent or {}),
            "content": content or {},
            "metadata": metadata or {},
        }

    def send(
        self,
        _stream: object,
        msg_or_type: Mapping[str, Any] | str,
        content: Mapping[str, Any] | None = None,
        parent: Mapping[str, Any] | None = None,
        **_: object,
    ) -> Mapping[str, Any]:
        """Deliver a message, if it is an output."""
        message = (
            self.msg(msg_or_type, content, parent) if isinstance(msg_or_type, str) else msg_or_type
        )
        if self.deliver is not None and message["msg_type"] in _OUTPUTS:
            answered = str(message["parent_header"].get("msg_id", ""))
            self.deliver(answered, message["msg_type"], message["content"])
        return message


class PipeShell(ZMQInteractiveShell):
    """IPython's shell; commands of the operating system are refused in words."""

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Show an error, also where the cell has used up its memory."""
        with memory_kept_back(False):
            super().showtraceback(*arguments, **options)

    def system(self, _command: str) -> None:
        """What ``!command`` calls: says why it is not run, and the cell goes on."""
        sys.stderr.write(_NO_COMMANDS)
        self.user_ns["_exit_code"] = 1

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, **_: object) -> Any:
        """What ``x = !command`` calls."""
        self.system(cmd)
        return SList() if split else ""


class PipeKernel(IPythonKernel):
    """IPython's kernel; questions of the running code are put to ``question``."""

    question: Callable[[str], str] | None = None
    shell_class = PipeShell

    def _input_request(self, prompt: str, *_: object, **__: object) -> str:
        sys.stdout.flush()
        sys.stderr.flush()
        return "" if self.question is None else self.question(prompt)

    def start(self) -> None:
        """There is nothing to listen on."""


def build_kernel() -> PipeKernel:
    """The kernel, ready for its first cell; no thread and no socket is made."""
    with _without_debugger():
        import ipykernel.debugger

        assert not ipykernel.debugger._is_debugpy_available
    # What shows in a notebook shows as in any other: `type(get_ipython().kernel).__name__`.
    PipeKernel.__name__ = PipeKernel.__qualname__ = IPythonKernel.__name__
    PipeShell.__name__ = PipeShell.__qualname__ = ZMQInteractiveShell.__name__
    profile = tempfile.mkdtemp(prefix="mathgrade-ipython-")  # not the instructor's own profile
    os.environ["IPYTHONDIR"] = profile
    try:
        app = IPKernelApp.instance()
        settings = Config()
        settings.HistoryManager.hist_file = ":memory:"
        settings.IPKernelApp.connection_file = "kernel.json"
        app.update_config(settings)
        app.init_profile_dir()
        kernel = PipeKernel.instance(
            parent=app,
            session=PipeSession(parent=app),
            iopub_socket=object(),
            user_ns=None,
            profile_dir=app.profile_dir,
            log=app.log,
        )
        app.kernel = kernel
        app.init_pdb()
        app.init_shell()
        app.init_gui_pylab()
        app.init_extensions()
        app.init_code()
    finally:
        shutil.rmtree(profile, ignore_errors=True)
    assert isinstance(kernel, PipeKernel)
    kernel.shell_channel_thread = types.SimpleNamespace(parent_thread=threading.main_thread())
    _warm(kernel.shell)
    return kernel


@contextlib.contextmanager
def _without_debugger() -> Iterator[None]:
    """Have ipykernel find no debugger: loading one takes long, and no notebook here has a use."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["debugpy"]


def _warm(shell: PipeShell) -> None:
    """Run what is slow the first time; nothing of it is left in the namespace."""
    names = set(shell.user_ns)
    quiet = {"store_history": False, "silent": True}
    away = io.StringIO()
    with contextlib.redirect_stdout(away), contextlib.redirect_stderr(away):
        shell._showtraceback = lambda *_: None
        shell.run_cell("_warm = 1", **quiet)
        shell.run_cell("def _fails():\n    return 1 / 0\n_fails()", **quiet)
        shell.run_cell("await __import__('asyncio').sleep(0)", **quiet)
        shell.display_formatter.format({"a": [1.0, "b"]})
        del shell._showtraceback
    for name in set(shell.user_ns) - names:
        del shell.user_ns[name]
    shell.execution_count = 1
    shell.last_execution_succeeded = True
    shell.last_execution_result = None
    # An event loop must not be shared by the children of a fork.
    loop = async_helpers._asyncio_event_loop
    if loop is not None:
        loop.close()
        async_helpers._asyncio_event_loop = None
