"""One attempt on the trusted side: test cells run here, student code never does.

A test cell is ordinary Python. Its free names are looked up before it runs: an
import or a definition of the instructor's own wins; what the student was asked
to write comes from the student's process, values through the codec, functions
as stand-ins that call back. The cell may delete or rebind a student's name, to
see that one function uses another: that is mirrored in the student's namespace
until the cell ends.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import io
import linecache
import sys
from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from mathgrade.autograde.attempt import Attempt, CellError, CellResult
from mathgrade.autograde.execution import DELETED, Mirror, cell_error, execute
from mathgrade.autograde.instructor import Instructor, defined_names
from mathgrade.autograde.names import bound_names, free_names, only_in_calls
from mathgrade.autograde.score import points_of
from mathgrade.autograde.symbols import is_symbolic, same_symbols
from mathgrade.codec import decode, decode_result, encode, encode_call
from mathgrade.codec.absent import Absent
from mathgrade.codec.calls import Call, Result
from mathgrade.errors import ItemError, ResponseError
from mathgrade.verdict import Verdict

__all__ = ["Sitting", "StandIn"]

Ask = Callable[[dict[str, Any]], dict[str, Any]]

# Modules a test may use under a name that only the student's notebook has imported.
_COMMON_MODULES = {
    *("cmath", "collections", "decimal", "fractions", "functools", "itertools", "math"),
    *("matplotlib", "numpy", "operator", "pandas", "random", "re", "scipy", "statistics"),
    *("string", "sympy"),
}
_SUBMODULES = {
    *("matplotlib.pyplot", "numpy.linalg", "numpy.random", "numpy.testing", "scipy.integrate"),
    *("scipy.linalg", "scipy.optimize", "scipy.special", "scipy.stats"),
}
_NOTEBOOK_NAMES = ("cell", "check", "grade", "student", "variant")


class StandIn:
    """A student's function on the trusted side; calling it calls over there."""

    __slots__ = ("__name__", "_ask", "_sitting", "handle")

    def __init__(self, sitting: Sitting, handle: str, name: str) -> None:
        self._sitting = sitting
        self.handle = handle
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self.many([Call(args, kwargs)])[0]
        if isinstance(result.error, (StopIteration, StopAsyncIteration)):
            # It would end a loop of the test's as if all were well.
            raise RuntimeError(f"{type(result.error).__name__}: {result.error}")
        own: dict[int | str, Any] = dict(enumerate(args))
        own.update(kwargs)
        for place, after in result.changed.items():
            _change(own.get(place), after)
        if result.error is not None:
            raise result.error
        return result.value

    def many(self, calls: list[Call]) -> list[Result]:
        """Make all calls in one round trip; a failed call is part of its result."""
        return self._sitting.call(self.handle, calls)

    def __repr__(self) -> str:
        return f"<student's function {self.__name__}>"


def _change(argument: Any, after: Any) -> None:
    """Make of a test's own argument what the student's function made of its copy."""
    if type(argument) is not type(after):
        return
    if isinstance(argument, list):
        argument[:] = after
    elif isinstance(argument, (dict, set)):
        argument.clear()
        argument.update(after)
    elif hasattr(argument, "dtype") and argument.shape == after.shape and argument.ndim:
        argument[...] = after


class Sitting:
    """The namespace of the trusted side for one attempt, and what runs in it.

    Args:
        attempt: what is known beforehand.
        ask: sends one request to the student's kernel and returns the answer;
            ``{"died": why}`` where the kernel is gone.
    """

    def __init__(self, attempt: Attempt, ask: Ask) -> None:
        import mathgrade.notebook

        self._attempt = attempt
        self._ask = ask
        self._functions: dict[str, Callable[..., Any]] = {}
        self._namespace: dict[str, Any] = {"__name__": "__judge__", "__builtins__": builtins}
        for name in _NOTEBOOK_NAMES:
            self._namespace[name] = getattr(mathgrade.notebook, name)
        self._namespace["display"] = _display
        self._instructor = Instructor(attempt, self._namespace)
        self._trusted = self._instructor.trusted
        self._trusted.update((*_NOTEBOOK_NAMES, "display"))
        self._fetched: list[Any] = []  # values that came from the student for this cell
        self._lent: dict[str, Any] = {}  # symbols of ours that the student's may stand in for
        self._given = 0  # functions of ours that were handed out, in all cells

    # -- one test cell --------------------------------------------------------------------

    def run(self, source: str, points: float, grade_id: str = "test") -> CellResult:
        """Run one test cell to its end, whatever happens in it."""
        from mathgrade import notebook

        verdicts: list[Verdict] = []
        printed = io.StringIO()
        mirror = Mirror(self._namespace, self._rebind)
        filename = f"<test cell {grade_id}>"
        value: Any = None
        error: CellError | None = None
        review = ""
        undecided = False
        sitting = notebook.Sitting(
            sink=verdicts.append,
            answers=self._attempt.answers,
            course=self._attempt.course,
            assignment=self._attempt.assignment,
            student=self._attempt.student,
            claimed=self._attempt.claimed,
        )
        fetched: set[str] = set()
        try:
            text = TransformerManager().transform_cell(source)
            linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
            tree = ast.parse(text, filename)
            with contextlib.redirect_stdout(printed), notebook.seated(sitting):
                fetched = self._prepare(text)
                self._fetched = [self._namespace.get(name) for name in fetched]
                mirror.mirrored = frozenset(fetched) & frozenset(free_names(text).names)
                value = execute(tree, filename, self._namespace, mirror)
        except ItemError as fault:
            undecided = True
            review = f"the item is set up wrongly: {fault}"
        except ResponseError as fault:
            verdicts.append(Verdict.invalid(fault.message, fault.note))
            error = CellError("ResponseError", fault.message, (f"ResponseError: {fault.message}",))
        except BaseException as fault:  # SystemExit in a test must not end the judge
            error = cell_error(fault, filename)
        finally:
            if mirror.touched:
                self._ask({"restore": True})
            for name in fetched:
                self._namespace.pop(name, None)
            self._namespace.update(self._lent)
            self._lent = {}
            # What one test handed to the student must not answer for the student in the next.
            self._functions.clear()
        self._trust(source)
        reasons = [review, *(v.needs_review for v in verdicts)]
        score, partial = points_of(value, error, verdicts, points)
        return CellResult(
            score=None if undecided else score,
            partial=partial,
            verdicts=tuple(verdicts),
            error=error,
            review="; ".join(dict.fromkeys(filter(None, reasons))),
            printed=printed.getvalue()[:20_000],
        )

    def _trust(self, source: str) -> None:
        """What a test cell defined stays ours in the cells after it.

        A plain value stays ours if no other cell of the instructor's binds its name: then
        the tests after it mean this one.
        """
        bound = _quietly(bound_names, source)
        kept = {n for n in bound if n in self._namespace and n not in self._attempt.asked}
        if not self._attempt.imports:
            kept &= defined_names(source)
        else:
            theirs = self._instructor.bound - self._instructor.sources.keys()
            kept -= theirs - defined_names(source)
        self._instructor.learn_definitions(source, kept)

    # -- names ----------------------------------------------------------------------------

    def _prepare(self, source: str) -> set[str]:
        """Put every free name of ``source`` into the namespace; returns the student's ones."""
        wanted = self._wanted(source)
        student: dict[str, bool] = {}
        ours: dict[str, Any] = {}
        for name in sorted(wanted):
            if not self._instructor.provide(name):
                if name in self._attempt.asked or not hasattr(builtins, name):
                    student[name] = wanted[name]
            elif self._instructor.is_value(name) and is_symbolic(self._namespace[name]):
                student[name], ours[name] = False, self._namespace[name]
        if not student:
            return set()
        self._lent = ours
        got = self._fetch(student, source)
        for name, symbol in ours.items():
            if not same_symbols(self._namespace[name], symbol):
                self._namespace[name] = symbol
                got.discard(name)
        return got

    def _wanted(self, source: str) -> dict[str, bool]:
        """Free names of the source and of the trusted definitions it uses.

        True where the name has to be there, False where it is bound on some ways
        through the cell only.
        """
        found: dict[str, bool] = {}
        queue = [source]
        while queue:
            free = free_names(queue.pop())
            needed = dict.fromkeys((*free.names, *free.builtin_names), True)
            for name, must in {**dict.fromkeys(free.maybe, False), **needed}.items():
                if name in found:
                    continue
                found[name] = must
                if name in self._instructor.sources:
                    queue.append(self._instructor.sources[name])
        return found

    def _fetch(self, names: Mapping[str, bool], source: str) -> set[str]:
        answer = self._ask({"get": list(names)})
        died = str(answer.get("died", ""))
        values = answer.get("values")
        values = values if isinstance(values, dict) else {}
        got: set[str] = set()
        free = free_names(source)
        direct = {*free.names, *free.maybe, *free.builtin_names}  # not by way of a helper
        for name, must in names.items():
            if not must and name not in values:
                continue
            absent = self._take(name, values.get(name), died)
            if absent is None:
                got.add(name)
            elif name in self._namespace and not died and name not in values:
                continue  # an earlier test cell bound it, and the student did not
            elif name in direct and only_in_calls(source, name, {"grade", "check"}):
                self._namespace[name] = absent
                got.add(name)
            elif absent.note != "response.missing" or died:
                for known in got:
                    del self._namespace[known]
                raise ResponseError(absent.message, absent.note)
            else:
                self._namespace.pop(name, None)  # a NameError, as in the student's own kernel
        return got

    def _take(self, name: str, data: Any, died: str) -> Absent | None:
        """Bind one name to what the student's kernel sent; or say why it cannot be."""
        if died:
            return Absent(name, f"`{name}` could not be read: {died}.", "kernel.died")
        if data is None:
            return Absent(
                name,
                f"`{name}` was never assigned. Store your answer under exactly this name, and "
                "check that the cell that does so runs without an error.",
                "response.missing",
            )
        try:
            if not isinstance(data, dict) or len(data) != 1:
                raise ResponseError("the reply was not understood")
            if "module" in data:
                self._namespace[name] = self._module(str(data["module"]))
            elif "value" in data:
                self._namespace[name] = decode(data["value"], self._stand_in)
            else:
                raise ResponseError(str(data.get("unsendable", "it cannot be read"))[:500])
        except ResponseError as error:
            return Absent(
                name, f"`{name}` cannot be marked: {error.message}", "response.unsendable"
            )
        return None

    def _module(self, name: str) -> Any:
        root, *rest = name.split(".")
        if root not in _COMMON_MODULES:
            raise ResponseError(f"it is the module {name[:60]}, where an answer was expected")
        importlib.import_module(root)
        # A module that the library itself has not loaded may do anything when it is.
        if rest and name not in sys.modules and name not in _SUBMODULES:
            raise ResponseError(f"it is the module {name[:60]}, where an answer was expected")
        return importlib.import_module(name)

    def _stand_in(self, handle: str, name: str) -> Any:
        if handle in self._functions:
            return self._functions[handle]
        if not handle.startswith("s"):
            raise ResponseError("the reply was not understood")
        return StandIn(self, handle, name)

    # -- calls, both ways -----------------------------------------------------------------

    def _give(self, function: Any) -> str:
        if isinstance(function, StandIn):
            return function.handle
        for handle, known in self._functions.items():
            if known is function:
                return handle
        handle = f"j{self._given}"
        self._given += 1
        self._functions[handle] = function
        return handle

    def call(self, handle: str, calls: list[Call]) -> list[Result]:
        """Call a student's function; every failure is inside the results."""
        request = {"handle": handle, "calls": [encode_call(c, self._give) for c in calls]}
        answer = self._ask(request)
        failed: BaseException | None = None
        if "died" in answer:
            failed = RuntimeError(str(answer["died"])[:500])
        elif answer.get("timeout"):
            failed = TimeoutError("the call took too long and was stopped")
        elif not isinstance(answer.get("results"), list) or len(answer["results"]) != len(calls):
            failed = RuntimeError("the notebook's answer to the call could not be read")
        if failed is not None:
            return [Result(error=failed) for _ in calls]
        results = []
        for data in answer["results"]:
            try:
                results.append(decode_result(data, self._stand_in))
            except ResponseError as error:
                results.append(
                    Result(error=TypeError(f"the returned value cannot be marked: {error}"))
                )
        return results

    def answer_call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer the student's call of one of the judge's functions."""
        try:
            function = self._functions[str(request["handle"])]
            args = [decode(a, self._stand_in) for a in list(request["args"])]
            kwargs = {str(k): decode(v, self._stand_in) for k, v in dict(request["kwargs"]).items()}
            return {"value": encode(function(*args, **kwargs), self._give)}
        except Exception as error:
            return {"error": [type(error).__name__, str(error)[:300]]}

    def _rebind(self, name: str, value: Any) -> None:
        """Mirror what the test cell did to a student's name; ``DELETED`` removes it."""
        if value is DELETED:
            self._ask({"unbind": name})
            return
        # Any other value may be what the test has worked out, and is nobody's business.
        theirs = any(value is known for known in self._fetched)
        if not (theirs or callable(value)):
            return
        try:
            data = encode(value, self._give)
        except ResponseError:
            return  # nothing of the student's could have been meant by it
        self._ask({"bind": [name, data]})


def _display(*values: Any, **_: Any) -> None:
    for value in values:
        print(repr(value))  # noqa: T201 - it goes where the test cell's prints go


def _quietly(function: Callable[[str], frozenset[str]], source: str) -> frozenset[str]:
    try:
        return function(source)
    except SyntaxError:
        return frozenset()
