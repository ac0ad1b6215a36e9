"""`mathgrade lab` for both sides, and browser windows that no request leaves the machine from."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    expect,
    sync_playwright,
)

from ..nbgrader.commands import SCRIPTS, environment

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HERE = "127.0.0.1"
# Until what is waited for is there: a bound on a machine that is ten times as busy.
PATIENCE = 240_000
_ENDS_WITHIN = 60.0


@dataclass
class Traffic:
    """What went on behind browser windows.

    Attributes:
        outside: addresses on other hosts that were asked for; none of them was answered.
        errors: what was said on the console as an error, and exceptions in scripts.
        refused: answers of a server with a status from 400 on.
    """

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def labs(course: Path, home: Path, calls: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """``mathgrade lab`` once for each list of options, and the addresses it prints.

    Afterwards each is ended.

    Raises:
        AssertionError: one did not start, said anything on standard error, or did not end with 0.
    """
    home.mkdir(exist_ok=True)
    with ExitStack() as stack:
        started = [stack.enter_context(_started(course, home, call)) for call in calls]
        yield [_address(*one) for one in started]


@contextmanager
def _started(
    course: Path, home: Path, options: Sequence[str]
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    with tempfile.NamedTemporaryFile("w+", prefix="lab-", suffix=".err") as errors:
        process = subprocess.Popen(
            [str(SCRIPTS / "mathgrade"), "lab", "--no-browser", "--port", "0", *options],
            cwd=course,
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        try:
            yield process, Path(errors.name)
            process.terminate()  # does what Ctrl-C does, which is ignored in the background
            assert process.wait(_ENDS_WITHIN) == 0
            assert Path(errors.name).read_text() == ""
        finally:
            if process.poll() is None:
                process.terminate()  # it ends its server on the way
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_ENDS_WITHIN)
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _address(process: subprocess.Popen[str], errors: Path) -> str:
    """The address it prints once its server answers; it ends by itself where that fails."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith(f"http://{HERE}:"):
            return line.strip()
    raise AssertionError(f"mathgrade lab did not start:\n{errors.read_text()}")


@contextmanager
def windows(chromium: str, count: int, pictures: Path) -> Iterator[tuple[list[Page], Traffic]]:
    """Browser windows of different people; requests to other hosts are noted and fail.

    Where a test fails, a picture of each as it was then is in ``pictures``.
    """
    traffic = Traffic()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=PATIENCE)
        try:
            pages = [_context(browser, traffic).new_page() for _ in range(count)]
            try:
                yield pages, traffic
            except BaseException:
                for number, page in enumerate(pages, 1):
                    page.screenshot(path=pictures / f"window-{number}.png")
                raise
        finally:
            browser.close()


def _context(browser: Browser, traffic: Traffic) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1360, "height": 1000})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)

    def gate(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.hostname == HERE or address.scheme in ("data", "blob"):
            route.continue_()
        else:
            traffic.outside.append(route.request.url)
            route.abort()

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            traffic.errors.append(f"{message.text} ({message.location.get('url', '')})")

    context.route("**/*", gate)
    context.on("console", said)
    context.on("weberror", lambda raised: traffic.errors.append(str(raised.error)))
    context.on(
        "response",
        lambda answer: (
            traffic.refused.append(f"{answer.status} {answer.url}")
            if answer.status >= 400
            else None
        ),
    )
    return context
