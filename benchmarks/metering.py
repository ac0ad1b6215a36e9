"""What a command takes: processor time of all it starts, time by the clock, memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "Meter", "measured"]

BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took.

    Attributes:
        cpu: seconds of processor time, of it and of all it started.
        wall: seconds by the clock on the wall.
        memory: most bytes its own process held.
    """

    cpu: float
    wall: float
    memory: int


class Meter:
    """Processor time of this process and of all it has started, from a control group of its own.

    Nobody waits for the forks of a warm process, so the usual accounts leave them out.
    """

    def __init__(self) -> None:
        old = Path("/sys/fs/cgroup/cpuacct")
        base = old if old.is_dir() else Path("/sys/fs/cgroup")
        self._folder = base / f"mathgrade-{os.getpid()}"
        try:
            self._folder.mkdir()
            (self._folder / "cgroup.procs").write_text(str(os.getpid()))
        except OSError as error:
            sys.exit(f"Needs a control group for processor time, as root: {error}.")

    def read(self) -> float:
        """Seconds until now."""
        usage = self._folder / "cpuacct.usage"
        if usage.exists():
            return int(usage.read_text()) / 1e9
        return int((self._folder / "cpu.stat").read_text().split()[1]) / 1e6

    def close(self) -> None:
        """Leave the group."""
        (self._folder.parent / "cgroup.procs").write_text(str(os.getpid()))
        with contextlib.suppress(OSError):  # something is still ending
            self._folder.rmdir()


def measured(command: Sequence[str], folder: Path, meter: Meter) -> Cost:
    """Run a command to its end."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    log = folder.parent / "log.txt"
    before, begin = meter.read(), time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=output,
        )  # fmt: skip
        most = [0]
        watching = threading.Thread(target=_watch, args=(process, most), daemon=True)
        watching.start()
        code = process.wait()
        wall = time.perf_counter() - begin
        watching.join()
    if code not in (0, 1):  # 1: somebody could not be marked, which the marks will show
        sys.exit(f"{' '.join(command)} ended with {code}:\n{log.read_text()[-3000:]}")
    return Cost(meter.read() - before, wall, most[0])


def _watch(process: subprocess.Popen[bytes], most: list[int]) -> None:
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            peak = status.read_text().partition("VmHWM:")[2].split()[0]
            most[0] = max(most[0], 1024 * int(peak))
        time.sleep(0.2)  # how often it is looked at
