"""The command line: reads arguments, calls one function, prints what it returns.

Exit codes are the same for every command: 0 all is well; 1 the answer is no (a
check failed, a response is not right, a submission could not be marked);
2 wrong use, or a course, item or response that cannot be read; 3 a fault of
mathgrade itself; 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from mathgrade.autograde.light_start import skip_slow_imports
from mathgrade.cli.commands import app
from mathgrade.cli.session import Session, called_with
from mathgrade.errors import JudgeError, MathgradeError

__all__ = ["main"]

UNREADABLE = 2
FAULT = 3
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with a documented code.

    Args:
        arguments: what to run; the program's own arguments if None.
    """
    skip_slow_imports()
    words = list(sys.argv[1:] if arguments is None else arguments)
    session, words = _everywhere(words)
    try:
        with called_with(session):
            app(words, obj=session)  # ends in SystemExit, for wrong use as well
        sys.exit(0)
    except MathgradeError as error:
        _say(str(error), session)
        sys.exit(FAULT if isinstance(error, JudgeError) else UNREADABLE)
    except KeyboardInterrupt:
        _say("interrupted", session)
        sys.exit(INTERRUPTED)
    except Exception as error:
        hint = "" if session.debug else " (run again with --debug to see where)"
        _say(f"a fault in mathgrade: {type(error).__name__}: {error}{hint}", session)
        sys.exit(FAULT)


def _everywhere(words: list[str]) -> tuple[Session, list[str]]:
    """Options of every command wherever they stand: one adds them to a call that has just failed.

    >>> _everywhere(["check", "svd", "--debug", "-q"])
    (Session(debug=True, quiet=True, plain=False), ['check', 'svd'])
    >>> _everywhere(["try", "--", "-q"])
    (Session(debug=False, quiet=False, plain=False), ['try', '--', '-q'])
    """
    end = words.index("--") if "--" in words else len(words)
    given = words[:end]
    session = Session(
        debug="--debug" in given,
        quiet="--quiet" in given or "-q" in given,
        plain="--plain" in given,
    )
    mine = ("--debug", "--quiet", "-q", "--plain")
    return session, [word for word in given if word not in mine] + words[end:]


def _say(message: str, session: Session) -> None:
    if session.debug:
        traceback.print_exc()
    Console(stderr=True, soft_wrap=True).print(Text(f"mathgrade: {message}"))
