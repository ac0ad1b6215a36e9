"""The life of a student's process: it is confined, gets its files, and serves requests.

A request runs a cell or asks the agent. Everything goes over one channel; each message
carries the number of the request it belongs to.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop

from mathgrade.autograde import agent
from mathgrade.autograde.sandbox.rlimits import memory_kept_back
from mathgrade.autograde.zygote.channel import Channel
from mathgrade.autograde.zygote.shell import PipeKernel
from mathgrade.autograde.zygote.streams import Stream

__all__ = ["serve"]


def serve(kernel: PipeKernel, channel: Channel, held: frozenset[str]) -> None:
    """Serve one attempt until the other end closes.

    Args:
        kernel: built before the fork.
        channel: to the process that marks.
        held: layers of the sandbox, for the first answer.
    """
    first = channel.read()
    if first is None:
        return
    _settle(first)
    streams = _join_streams(kernel)
    channel.send({"ready": sorted(held)})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    serving = loop.create_task(_Serving(kernel, channel, streams).run())
    while not serving.done():
        # An interrupt that comes between two cells has nothing to interrupt.
        with contextlib.suppress(KeyboardInterrupt):
            loop.run_until_complete(serving)


def _settle(first: Mapping[str, Any]) -> None:
    """Write the files that were handed in; take on the environment."""
    folder = Path.cwd()
    for name, data in first["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))
    tempfile.tempdir = None  # it was found before the fork
    os.environ.clear()
    os.environ.update(first["environment"], HOME=str(folder), TMPDIR=str(folder))


def _join_streams(kernel: PipeKernel) -> tuple[Stream, Stream]:
    shell = kernel.shell
    shell.init_environment()
    shell.user_ns["_dh"][:] = [str(Path.cwd())]
    streams = (Stream("stdout", kernel.session, 1), Stream("stderr", kernel.session, 2))
    sys.stdout, sys.stderr = streams
    kernel._stdout, kernel._stderr = streams
    # As IPython does: the notebook's folder comes after Python's own library.
    own = [k for k, path in enumerate(sys.path) if path.endswith("-packages")]
    sys.path.insert(min(own, default=len(sys.path)), "")
    sys.argv = ["ipykernel_launcher.py", "-f", "kernel.json"]
    return streams


class _Serving:
    """Answers one request after another."""

    def __init__(
        self, kernel: PipeKernel, channel: Channel, streams: tuple[Stream, Stream]
    ) -> None:
        self._kernel = kernel
        self._channel = channel
        self._streams = streams
        self._turn = 0  # of questions

    async def run(self) -> None:
        kernel, channel = self._kernel, self._channel
        kernel.io_loop = IOLoop.current()
        kernel.session.deliver = self._deliver
        kernel.question = self._question
        while (request := await channel.wait()) is not None:
            if "number" not in request:
                continue  # the answer to a question whose asking was interrupted
            number = str(request["number"])
            header = {"msg_id": number, "msg_type": "execute_request"}
            with contextlib.suppress(Exception):  # of a shell the student's code has broken
                kernel.set_parent(b"", {"header": header, "content": {}, "metadata": {}})
            if "cell" in request:
                answer = {"count": await self._run_cell(request["cell"])}
            else:
                answer = {"answer": self._ask(request["ask"], calls=request["calls"])}
            channel.send({"of": number, "done": answer})
            if kernel.shell.exit_now:
                return

    async def _run_cell(self, source: str) -> object:
        kernel = self._kernel
        count = None
        _heed_interrupts()
        # What gets out of here has left nothing of the shell to show it with.
        with contextlib.suppress(KeyboardInterrupt, Exception), memory_kept_back(True):
            reply = await kernel.do_execute(source, False, store_history=True, allow_stdin=False)
            count = reply.get("execution_count")
        _ignore_interrupts()
        for stream in self._streams:
            stream.flush()
        await asyncio.sleep(0)  # what the cell put off
        return count

    def _ask(self, text: str, *, calls: bool) -> str | None:
        kernel = self._kernel
        kernel._forward_input(allow_stdin=calls)
        _heed_interrupts()
        try:
            with memory_kept_back(True):
                return str(agent.reply(text)._text)
        except KeyboardInterrupt:
            return None
        except Exception:  # the student's code put something else in its place
            return None
        finally:
            _ignore_interrupts()
            kernel._restore_input()

    def _deliver(self, number: str, kind: str, content: Mapping[str, Any]) -> None:
        self._channel.send({"of": number, "type": kind, "content": content})

    def _question(self, prompt: str) -> str:
        self._turn += 1
        self._channel.send({"question": prompt, "turn": self._turn})
        while (reply := self._channel.read()) is not None:
            if reply.get("turn") == self._turn:
                return str(reply["value"])
        os._exit(0)


def _heed_interrupts() -> None:
    # An interrupt that came just as a message was sent may have left it blocked.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _ignore_interrupts() -> None:
    with contextlib.suppress(KeyboardInterrupt):  # it may come on this very step
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
