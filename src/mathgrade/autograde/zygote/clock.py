"""How long a request may take: processor time first, wall clock only in the end."""

from __future__ import annotations

import time

__all__ = ["Allowance", "processor_time"]


def processor_time(process: int) -> float:
    """Seconds of processor time a process has used, all its threads together.

    Raises:
        OSError: there is no such process.
    """
    return time.clock_gettime(~process << 3 | 2)  # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED)


class Allowance:
    """Processor time, and much more wall clock, that one request may use.

    A machine that is busy with something else costs the student nothing; a cell that only
    sleeps, or has stopped itself, ends all the same.

    Args:
        process: whose processor time counts.
        seconds: of processor time.
        patience: how many times as long it may take by the clock on the wall.
    """

    def __init__(self, process: int, seconds: float, patience: float) -> None:
        self._process = process
        self.seconds = seconds
        self.wall_seconds = seconds * patience
        self._used = processor_time(process)
        self._begin = time.monotonic()

    def left(self) -> float:
        """Seconds it surely needs to use up what is left; 0 or less when there is nothing left.

        Raises:
            OSError: the process is gone.
        """
        used = processor_time(self._process) - self._used
        waited = time.monotonic() - self._begin
        return min(self.seconds - used, self.wall_seconds - waited)

    def pause(self, seconds: float) -> None:
        """Take time off the clock that somebody else used."""
        self._begin += seconds

    @property
    def limit(self) -> str:
        """The limit that was reached, in words."""
        if time.monotonic() - self._begin >= self.wall_seconds:
            return f"{self.wall_seconds:g} seconds"
        return f"{self.seconds:g} seconds"
