"""Makes the calls that formgrader's buttons make, inside a running event loop as the server does.

Run in a course; reads ``[[method, argument, …], …]`` as JSON from standard input and
writes what each call returned. A program of its own: nbgrader changes the folder and
the environment of its process.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory


def make_api() -> NbGraderAPI:
    """The interface as formgrader's server extension makes it."""
    app = NbGrader()
    app.load_config_file()
    course = CourseDirectory(parent=app)
    return NbGraderAPI(course, Authenticator(parent=app), parent=app)


async def press(presses: list[list[str]]) -> list[dict[str, object]]:
    """Call one after another; each blocks the loop, as in formgrader."""
    api = make_api()
    here = Path.cwd()
    results = []
    for method, *arguments in presses:
        result = getattr(api, method)(*arguments)
        assert asyncio.get_running_loop().is_running()
        assert Path.cwd() == here, f"{method} left {here} for {Path.cwd()}"
        results.append(result)
        await asyncio.sleep(0)  # whatever a call has left on the loop runs now
    return results


if __name__ == "__main__":
    json.dump(asyncio.run(press(json.load(sys.stdin))), sys.stdout)
