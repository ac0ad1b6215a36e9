"""Runs inside the student's kernel and speaks for it; trusted by nobody.

A student who patches this module changes what is said about the student's own
answers, which the student could do by answering differently. It knows nothing
of the tests: it gives values by name, calls functions by handle, and passes
calls of the judge's functions back to the judge.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import sys
import types
from collections.abc import Callable
from typing import Any

from mathgrade.codec import CodecError, decode, decode_call, encode, encode_result
from mathgrade.codec.calls import Call, Result, perform
from mathgrade.errors import ResponseError

__all__ = ["Reply", "begin", "preload", "reply"]

_REPLY_TYPE = "application/vnd.mathgrade.reply"
_CALL_PROMPT = "mathgrade.call:"
_PRELOAD = ("numpy", "sympy", "matplotlib.pyplot")


class Reply:
    """Carries text out of the kernel through ``user_expressions``."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {_REPLY_TYPE: self._text, "text/plain": "reply"}


class _JudgeFunction:
    """A function of the judge's, seen from the student's code: calls travel back."""

    def __init__(self, handle: str, name: str, ask: Callable[[str], str]) -> None:
        self.handle = handle
        self.__name__ = name
        self._ask = ask

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        request = {
            "handle": self.handle,
            "args": [encode(a, _STATE.give) for a in args],
            "kwargs": {k: encode(v, _STATE.give) for k, v in kwargs.items()},
        }
        answer = json.loads(self._ask(json.dumps(request)))
        while "ask" in answer:  # the judge's function calls one of ours before it returns
            answer = json.loads(self._ask(json.dumps({"answer": _answer(answer["ask"])})))
        if "error" in answer:
            name, text = answer["error"]
            kind = getattr(builtins, name, None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                raise kind(text)
            raise RuntimeError(f"{name}: {text}")
        return decode(answer["value"], _STATE.take)

    def __deepcopy__(self, memo: dict[int, Any]) -> _JudgeFunction:
        return self  # a function is not copied with the arguments it stands among

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


class _State:
    """Handles given out, and what the current test cell has rebound."""

    def __init__(self) -> None:
        self.handles: dict[str, Any] = {}
        self.by_id: dict[int, str] = {}
        self.journal: dict[str, Any] = {}

    def give(self, function: Any) -> str:
        if isinstance(function, _JudgeFunction):
            return function.handle
        known = self.by_id.get(id(function))
        if known is not None and self.handles[known] is function:
            return known
        handle = f"s{len(self.handles)}"
        self.handles[handle] = function
        self.by_id[id(function)] = handle
        return handle

    def take(self, handle: str, name: str) -> Any:
        if handle.startswith("j"):
            return _JudgeFunction(handle, name, _ask_judge)
        return self.handles[handle]


_STATE = _State()
_MISSING = object()


def preload() -> Reply:
    """Load what most notebooks load; a module that is not installed is not missed here."""
    for name in _PRELOAD:
        with contextlib.suppress(ImportError):
            __import__(name)
    return Reply("{}")


def begin(folder: str, environment: dict[str, str]) -> Reply:
    """Enter ``folder`` and add to the environment."""
    os.chdir(folder)
    os.environ.update(environment)
    shell = _shell()
    if shell is not None and "_dh" in shell.user_ns:
        shell.user_ns["_dh"][:] = [folder]
    return Reply("{}")


def reply(text: str) -> Reply:
    """Answer one request; whatever goes wrong is part of the answer."""
    try:
        return Reply(json.dumps(_answer(json.loads(text))))
    except KeyboardInterrupt:
        return Reply(json.dumps({"timeout": True}))
    except BaseException as error:  # the answer must go out whatever the student's code does
        return Reply(json.dumps({"fault": f"{type(error).__name__}: {error}"[:500]}))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    namespace = _namespace()
    if "get" in request:
        _restore(namespace)
        return {
            "values": {
                name: _value(namespace[name]) for name in request["get"] if name in namespace
            }
        }
    if "calls" in request:
        function = _STATE.handles[request["handle"]]
        return {"results": _perform_all(function, request["calls"])}
    if "bind" in request:
        name, data = request["bind"]
        _STATE.journal.setdefault(name, namespace.get(name, _MISSING))
        namespace[name] = decode(data, _STATE.take)
        return {}
    if "unbind" in request:
        name = request["unbind"]
        _STATE.journal.setdefault(name, namespace.get(name, _MISSING))
        namespace.pop(name, None)
        return {}
    if "restore" in request:
        _restore(namespace)
        return {}
    raise ValueError(f"unknown request {sorted(request)}")


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, types.ModuleType):
        return {"module": str(value.__name__)[:200]}
    try:
        return {"value": encode(value, _STATE.give)}
    except ResponseError as error:
        return {"unsendable": str(error)[:500]}
    except RecursionError:
        return {"unsendable": "it is nested too deeply"}
    except Exception as error:  # an object whose own methods raise while it is read
        return {"unsendable": f"reading it raised {type(error).__name__}"}


def _perform_all(function: Callable[..., Any], calls: list[Any]) -> list[Any]:
    results: list[Any] = []
    stopped = False
    for data in calls:
        if stopped:
            results.append(
                encode_result(
                    Result(error=TimeoutError("not called: an earlier call took too long"))
                )
            )
            continue
        try:
            result = perform(function, _call(data))
        except KeyboardInterrupt:
            stopped = True
            result = Result(error=TimeoutError("the call took too long and was stopped"))
        except SystemExit as exit_:
            result = Result(error=RuntimeError(f"the function called exit({exit_.code})"))
        except BaseException as error:  # a student's own BaseException must not end the batch
            result = Result(error=RuntimeError(f"{type(error).__name__}: {error}"[:300]))
        try:
            results.append(encode_result(result, _STATE.give))
        except CodecError as error:
            refused = TypeError(f"the returned value cannot be marked: {error}"[:500])
            results.append(encode_result(Result(error=refused, seconds=result.seconds)))
    return results


def _call(data: Any) -> Call:
    return decode_call(data, _STATE.take)


def _restore(namespace: dict[str, Any]) -> None:
    for name, old in _STATE.journal.items():
        if old is _MISSING:
            namespace.pop(name, None)
        else:
            namespace[name] = old
    _STATE.journal.clear()


def _ask_judge(request: str) -> str:
    shell = _shell()
    if shell is None:
        raise RuntimeError("this function can only be called while the notebook is being marked")
    return str(shell.kernel.raw_input(_CALL_PROMPT + request))


def _namespace() -> dict[str, Any]:
    shell = _shell()
    return shell.user_ns if shell is not None else vars(sys.modules["__main__"])


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()
