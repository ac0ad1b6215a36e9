"""A JupyterLab server of its own, and a browser window that no request leaves the machine from."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Route, expect, sync_playwright

from ..nbgrader.commands import SCRIPTS, environment

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HERE = "127.0.0.1"
STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Lab:
    """A running server."""

    url: str
    token: str
    log: Path

    @property
    def entrance(self) -> str:
        """The address that signs in."""
        return f"{self.url}/lab?token={self.token}"


@dataclass
class Window:
    """A browser window and what went on behind it.

    Attributes:
        page: the window.
        outside: addresses on other hosts it asked for; none of them was answered.
        errors: what it said on the console as an error, and exceptions in its scripts.
        refused: answers of the server with a status from 400 on.
    """

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def jupyterlab(folder: Path, home: Path) -> Iterator[Lab]:
    """JupyterLab with ``folder`` as its root; it and its kernels are gone afterwards."""
    # Else the first thing Lab does is ask whether it may fetch news.
    settings = home / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    lab = Lab(f"http://{HERE}:{_free_port()}", secrets.token_hex(16), home / "server.log")
    command = [
        SCRIPTS / "jupyter-lab", "--no-browser", "--allow-root", f"--ServerApp.ip={HERE}",
        f"--ServerApp.port={urlsplit(lab.url).port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={lab.token}", f"--ServerApp.root_dir={folder}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]  # fmt: skip
    with lab.log.open("w") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(lab, process)
        yield lab
    finally:
        process.terminate()  # it ends its kernels on the way
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(15)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def _wait_for(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.url}/api?token={lab.token}", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{lab.log.read_text()[-4000:]}")


@contextmanager
def window(chromium: str) -> Iterator[Window]:
    """A browser window; requests to other hosts are noted and fail."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=30_000)
        try:
            context = browser.new_context(viewport={"width": 1360, "height": 900})
            context.set_default_timeout(60_000)  # until what is waited for is there
            expect.set_options(timeout=60_000)
            opened = Window(context.new_page())

            def gate(route: Route) -> None:
                address = urlsplit(route.request.url)
                if address.hostname == HERE or address.scheme in ("data", "blob"):
                    route.continue_()
                else:
                    opened.outside.append(route.request.url)
                    route.abort()

            def said(message: ConsoleMessage) -> None:
                if message.type == "error":
                    where = message.location.get("url", "")
                    opened.errors.append(f"{message.text} ({where})")

            context.route("**/*", gate)
            context.on("console", said)
            context.on("weberror", lambda raised: opened.errors.append(str(raised.error)))
            context.on(
                "response",
                lambda answer: (
                    opened.refused.append(f"{answer.status} {answer.url}")
                    if answer.status >= 400
                    else None
                ),
            )
            yield opened
        finally:
            browser.close()
