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
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from mathgrade.autograde.attempt import Attempt, CellError, CellResult
from mathgrade.autograde.names import bound_names, definitions, free_names, only_in_calls
from mathgrade.autograde.score import points_of
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
        if result.error is not None:
            raise result.error
        return result.value

    def many(self, calls: list[Call]) -> list[Result]:
        """Make all calls in one round trip; a failed call is part of its result."""
        return self._sitting.call(self.handle, calls)

    def __repr__(self) -> str:
        return f"<student's function {self.__name__}>"


class Sitting:
    """The namespace of the trusted side for one attempt, and what runs in it.

    Args:
        attempt: what is known beforehand.
        ask: sends one request to the student's kernel and returns the answer;
            ``{"died": why}`` where the kernel is gone.
    """

    def __init__(self, attempt: Attempt, ask: Ask) -> None:
        self._attempt = attempt
        self._ask = ask
        self._functions: dict[str, Callable[..., Any]] = {}
        self._namespace: dict[str, Any] = {"__name__": "__judge__", "__builtins__": builtins}
        self._trusted: set[str] = set()
        self._imports = _imports((*attempt.imports, *attempt.trusted))
        self._definition_sources: dict[str, str] = {}
        self._define()

    # -- what is known before the first cell ----------------------------------------------

    def _define(self) -> None:
        import mathgrade.notebook

        for name in _NOTEBOOK_NAMES:
            self._namespace[name] = getattr(mathgrade.notebook, name)
            self._trusted.add(name)
        for source in self._attempt.trusted:
            for statement in _quietly(definitions, source) or ():
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    continue  # imported when a cell needs them
                names = bound_names(ast.unparse(statement))
                if names & self._attempt.asked:
                    continue  # a stub the student was asked to fill in
                module = ast.Module([statement], [])
                with contextlib.suppress(Exception):
                    # A definition that needs something only the student has stays theirs.
                    self._prepare(ast.unparse(statement), values=False)
                    exec(compile(module, "<instructor>", "exec"), self._namespace)  # noqa: S102
                    for name in names:
                        self._trusted.add(name)
                        self._definition_sources[name] = ast.unparse(statement)

    # -- one test cell --------------------------------------------------------------------

    def run(self, source: str, points: float, grade_id: str = "test") -> CellResult:
        """Run one test cell to its end, whatever happens in it."""
        from mathgrade import notebook

        verdicts: list[Verdict] = []
        printed = io.StringIO()
        mirror = _Mirror(self._namespace, self._rebind)
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
        )
        fetched: set[str] = set()
        try:
            text = TransformerManager().transform_cell(source)
            linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
            tree = ast.parse(text, filename)
            with contextlib.redirect_stdout(printed), notebook.seated(sitting):
                fetched = self._prepare(text)
                mirror.mirrored = frozenset(fetched) & frozenset(free_names(text).names)
                value = _execute(tree, filename, self._namespace, mirror)
        except ItemError as fault:
            undecided = True
            review = f"the item is set up wrongly: {fault}"
        except ResponseError as fault:
            verdicts.append(Verdict.invalid(fault.message, fault.note))
            error = CellError("ResponseError", fault.message, (f"ResponseError: {fault.message}",))
        except BaseException as fault:  # SystemExit in a test must not end the judge
            error = _cell_error(fault, filename)
        finally:
            if mirror.touched:
                self._ask({"restore": True})
            for name in fetched:
                self._namespace.pop(name, None)
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
        """Functions and classes a test cell defined stay ours in the cells after it."""
        for statement in _quietly(definitions, source) or ():
            for name in bound_names(ast.unparse(statement)):
                if name in self._namespace and name not in self._attempt.asked:
                    self._trusted.add(name)

    # -- names ----------------------------------------------------------------------------

    def _prepare(self, source: str, *, values: bool = True) -> set[str]:
        """Put every free name of ``source`` into the namespace; returns the student's ones."""
        wanted = self._wanted(source)
        student: list[str] = []
        for name in sorted(wanted):
            if name in self._attempt.asked:
                student.append(name)
            elif name in self._trusted:
                continue
            elif name in self._imports:
                self._import(name)
            elif not hasattr(builtins, name):
                student.append(name)
        if not values or not student:
            return set()
        return self._fetch({name: wanted[name] for name in student}, source)

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
                if name in self._definition_sources:
                    queue.append(self._definition_sources[name])
        return found

    def _import(self, name: str) -> None:
        statement = self._imports[name]
        try:
            exec(compile(statement, "<import>", "exec"), self._namespace)  # noqa: S102
        except Exception as fault:
            line = statement.strip()
            raise ItemError(
                f"`{line}` failed on the judge's side: {type(fault).__name__}: {fault}"
            ) from fault
        self._trusted.add(name)

    def _fetch(self, names: Mapping[str, bool], source: str) -> set[str]:
        answer = self._ask({"get": list(names)})
        died = str(answer.get("died", ""))
        values = answer.get("values")
        values = values if isinstance(values, dict) else {}
        got: set[str] = set()
        for name, must in names.items():
            if not must and name not in values:
                continue
            absent = self._take(name, values.get(name), died)
            if absent is None:
                got.add(name)
            elif only_in_calls(source, name, {"grade", "check"}):
                self._namespace[name] = absent
                got.add(name)
            elif name in self._namespace and not died and name not in values:
                continue  # an earlier test cell bound it, and the student did not
            elif absent.note != "response.missing" or died:
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
        if name.split(".", maxsplit=1)[0] not in _COMMON_MODULES:
            raise ResponseError(f"it is the module {name}, where an answer was expected")
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
        handle = f"j{len(self._functions)}"
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
        """Mirror what the test cell did to a student's name; ``_DELETED`` removes it."""
        if value is _DELETED:
            self._ask({"unbind": name})
            return
        try:
            data = encode(value, self._give)
        except ResponseError:
            return  # nothing of the student's could have been meant by it
        self._ask({"bind": [name, data]})


_DELETED = object()


class _Mirror(MutableMapping[str, Any]):
    """The local namespace of a test cell: writes through, and reports student's names.

    Only names that were fetched from the student are reported, so that nothing
    else the test works with ever travels to the student's process.
    """

    def __init__(self, namespace: dict[str, Any], report: Callable[[str, Any], None]) -> None:
        self._namespace = namespace
        self._report = report
        self.mirrored: frozenset[str] = frozenset()
        self.touched = False

    def __getitem__(self, name: str) -> Any:
        return self._namespace[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._namespace[name] = value
        if name in self.mirrored:
            self.touched = True
            self._report(name, value)

    def __delitem__(self, name: str) -> None:
        del self._namespace[name]
        if name in self.mirrored:
            self.touched = True
            self._report(name, _DELETED)

    def __iter__(self) -> Iterator[str]:
        return iter(self._namespace)

    def __len__(self) -> int:
        return len(self._namespace)


def _execute(
    tree: ast.Module, filename: str, namespace: dict[str, Any], mirror: MutableMapping[str, Any]
) -> Any:
    """Run the cell; returns the value of its last expression, None without one."""
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, filename, "exec"), namespace, mirror)  # noqa: S102 - the instructor's code
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    code = compile(ast.Expression(last.value), filename, "eval")
    return eval(code, namespace, mirror)  # noqa: S307 - the instructor's code


def _cell_error(fault: BaseException, filename: str) -> CellError:
    lines = traceback.TracebackException.from_exception(fault, limit=-20)
    kept = [f for f in lines.stack if f.filename == filename]
    text = [f"{f.filename}, line {f.lineno}: {f.line or ''}".rstrip() for f in kept]
    name = type(fault).__name__
    evalue = str(fault)[:2000]
    return CellError(name, evalue, (*text, f"{name}: {evalue}" if evalue else name))


def _imports(sources: tuple[str, ...]) -> dict[str, str]:
    """The import statement behind each name the instructor's cells import."""
    found: dict[str, str] = {}
    for source in sources:
        for statement in _quietly(definitions, source) or ():
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                line = ast.unparse(statement)
                for name in bound_names(line):
                    found[name] = line
    return found


def _quietly(function: Callable[[str], Any], source: str) -> Any:
    try:
        return function(source)
    except SyntaxError:
        return None
