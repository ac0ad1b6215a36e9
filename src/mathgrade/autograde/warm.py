"""Which kernel an attempt gets: one that is confined, and loaded before it is needed.

Where Landlock confines, a zygote is kept for the life of the program and forked for each
attempt. Where only bubblewrap does, each attempt has a zygote in a bubble of its own. Where
nothing does, no student's code is run, unless ``sandbox`` says ``off``: then it runs in an
ordinary Jupyter kernel. The last two take seconds to load: the next attempt's loads while
this one runs.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_core.utils import ensure_event_loop

from mathgrade.autograde.jupyter_kernel import JupyterKernel
from mathgrade.autograde.kernel import Limits, StudentKernel
from mathgrade.autograde.zygote.client import Zygote
from mathgrade.autograde.zygote.kernel import BubbledKernel, WarmKernel
from mathgrade.errors import CourseError, JudgeError

__all__ = ["borrowed_kernel", "warm_up_kernels"]

_LAYERS = frozenset({"limits", "landlock", "seccomp"})

_REFUSAL = """\
students' code is not run: nothing on this machine can confine it. On Linux, a kernel with \
Landlock (5.13 or newer) is enough, or bubblewrap (apt-get install bubblewrap); `mathgrade \
doctor` says what is missing. To run it all the same, with all your own rights over this \
machine and its files, write c.Judge.sandbox = "off" in nbgrader_config.py."""

_SLOWER = """\
this kernel has no Landlock: each attempt starts in a bubble of its own, which takes seconds"""

_OPEN = "students' code runs in an ordinary kernel, slower and with all your own rights"

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_zygotes: dict[str, Zygote] = {}


@contextlib.contextmanager
def borrowed_kernel(
    limits: Limits, kernel_name: str, *, ahead: bool, modules: Collection[str] = ()
) -> Iterator[StudentKernel]:
    """A fresh kernel for one attempt, ended when the attempt is over.

    Args:
        limits: what the attempt may use, and how it is confined.
        kernel_name: the kernel to start, ``python3``.
        ahead: load the kernel of the next attempt now, where that takes long.
        modules: what the instructor's notebook imports.

    Raises:
        CourseError: nothing confines students' code here, and nobody said that is all right.
        JudgeError: the kernel did not start.
    """
    kernel = _kernel(limits, kernel_name, modules, ahead=ahead)
    kernel.limits = limits
    try:
        yield kernel
    finally:
        kernel.close()


def warm_up_kernels(limits: Limits, kernel_name: str) -> None:
    """Start what takes long, so that it loads while something else is done."""
    if _may(limits, "landlock"):
        with contextlib.suppress(JudgeError):
            _zygote(_interpreter(kernel_name))


def _kernel(
    limits: Limits, kernel_name: str, modules: Collection[str], *, ahead: bool
) -> StudentKernel:
    if _may(limits, "landlock"):
        zygote = _zygote(_interpreter(kernel_name))
        if zygote.held() >= _LAYERS:
            return WarmKernel(limits, zygote, _LAYERS, modules)
    if _may(limits, "bubblewrap") and _bubbles_hold(interpreter := _interpreter(kernel_name)):
        _say_once(_SLOWER)
        make_bubble = functools.partial(BubbledKernel, limits, interpreter, modules)
        return _from_stock(f"bubble {interpreter} {limits}", make_bubble, ahead=ahead)
    if limits.sandbox in ("off", "preferred"):
        _say_once(_OPEN)
        make = functools.partial(JupyterKernel, limits, kernel_name)
        return _from_stock(f"jupyter {kernel_name}", make, ahead=ahead)
    raise CourseError(_REFUSAL)


def _may(limits: Limits, way: str) -> bool:
    """Whether a way to confine is to be tried."""
    return sys.platform.startswith("linux") and limits.sandbox in (way, "auto", "preferred")


@functools.cache
def _say_once(text: str) -> None:
    _log.warning(text)


def _zygote(interpreter: str) -> Zygote:
    with _lock:
        found = _zygotes.get(interpreter)
        if found is None or not found.alive():
            found = _zygotes[interpreter] = Zygote(interpreter)
        return found


@functools.cache
def _bubbles_hold(interpreter: str) -> bool:
    """Whether an empty attempt begins in a bubble here."""
    kernel = None
    try:
        kernel = BubbledKernel(Limits(), interpreter)
        kernel.take(Path("/nonexistent"), {})
    except JudgeError:
        return False
    finally:
        if kernel is not None:
            kernel.close()
    return True


@functools.cache
def _interpreter(kernel_name: str) -> str:
    """The Python a Jupyter kernel of this name runs on.

    Raises:
        JudgeError: there is no such kernel.
    """
    if kernel_name == "python":  # so nbgrader's own examples say; jupyter_client knows it, too
        return sys.executable
    try:
        spec = KernelSpecManager().get_kernel_spec(kernel_name)
    except NoSuchKernel as error:
        raise JudgeError(
            f"there is no Jupyter kernel called {kernel_name!r}; `jupyter kernelspec list` "
            "shows those there are"
        ) from error
    program = str(spec.argv[0])
    # As jupyter_client: a bare "python" in a kernel's specification means this one.
    return program if Path(program).is_absolute() else sys.executable


# -- kernels loaded ahead ------------------------------------------------------------------


class _Spare:
    """A kernel that gets ready in a thread of its own until somebody takes it."""

    def __init__(self, kind: str, make: Callable[[], StudentKernel]) -> None:
        self.kind = kind
        self._kernel = make()
        self._thread = threading.Thread(target=self._prepare, daemon=True)
        self._thread.start()

    def _prepare(self) -> None:
        try:
            with contextlib.suppress(JudgeError):  # whoever takes it will see it again
                self._kernel.prepare()
        finally:
            # Jupyter's synchronous calls gave this thread an event loop; it ends with the thread.
            ensure_event_loop().close()

    def kernel(self) -> StudentKernel:
        """The kernel, from now on the caller's."""
        self._thread.join()
        return self._kernel


_spares: list[_Spare] = []


def _from_stock(kind: str, make: Callable[[], StudentKernel], *, ahead: bool) -> StudentKernel:
    """A kernel that was loaded ahead, if there is one of this kind; else a new one."""
    with _lock:
        spare = _spares.pop() if _spares and _spares[-1].kind == kind else None
    kernel = spare.kernel() if spare is not None else make()
    if ahead:
        with _lock:
            if not _spares:
                _spares.append(_Spare(kind, make))
    return kernel


def _end_spares() -> None:
    with _lock:
        ending = list(_spares)
        _spares.clear()
    for spare in ending:
        spare.kernel().close()


atexit.register(_end_spares)
