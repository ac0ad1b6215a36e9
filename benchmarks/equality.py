"""Decisions about formulas, ours beside SymPy's and Math-Verify's: how many right, how fast.

    python benchmarks/equality.py [CASES.json] [--json FILE] [--seeds 25] [--only ours,simplify]

Cases are a JSON list of ``{"id", "ref", "stu", "expected", "dom"}`` (Python text; ``dom``
gives an interval or ``["int", low, high]`` for each name), or by default the project's own
tables in ``tests/cases/equality``. The others are given the same formulas as SymPy
objects; what they cannot read, or do not settle in time, counts as undecided. Taking
``simplify(a - b) != 0`` for a difference is how it is commonly used, so it is counted so.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import re
import signal
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mathgrade.equality import decide
from mathgrade.errors import MathgradeError
from mathgrade.expression import Context, read, read_names

TABLES = Path(__file__).parents[1] / "tests" / "cases" / "equality"
Answer = str
"""``"equal"``, ``"different"``, ``"undecided"`` or ``"ill-formed"``."""


@dataclass(frozen=True)
class Row:
    """One fact: what a pair of formulas should be decided to be."""

    name: str
    left: str
    right: str
    names: Mapping[str, str]
    expected: Answer
    given: tuple[tuple[str, str], ...] = ()


@dataclass
class Score:
    """How one way of deciding did."""

    right: int = 0
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def take(self, row: Row, answer: Answer, seconds: float) -> None:
        self.times.append(seconds)
        if answer == row.expected or {answer, row.expected} == {"different", "ill-formed"}:
            self.right += 1
        elif answer == "equal":
            self.accepted.append(row.name)
        elif answer == "undecided":
            self.undecided.append(row.name)
        else:
            self.rejected.append(row.name)


class TooSlowError(Exception):
    """The limit has passed."""


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Ends what runs inside with :class:`TooSlowError`; the main thread of Unix only."""

    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# -- cases ---------------------------------------------------------------------------------


def from_json(path: Path) -> list[Row]:
    """Cases in the format of the head of this module."""
    rows = []
    for case in json.loads(path.read_text(encoding="utf-8")):
        both = f"{case['ref']} {case['stu']}"
        used = set(re.findall(r"[A-Za-z_]\w*", both))
        names = {n: _kind(interval) for n, interval in case["dom"].items() if n in used}
        if case["kind"] == "indexed":
            names |= dict.fromkeys(re.findall(r"([A-Za-z_]\w*)\[", both), "vector K")
            names["K"] = "size"
        expected = "equal" if case["expected"] else "different"
        rows.append(Row(case["id"], case["ref"], case["stu"], names, expected))
    return rows


def _kind(interval: list[Any]) -> str:
    return "index K" if interval[0] == "int" else f"real {interval[0]:g} {interval[1]:g}"


def from_tables(folder: Path) -> list[Row]:
    """The rows of the project's own tables."""
    rows = []
    for path in sorted(folder.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["row"]:
            given = tuple((a, b) for a, b in row.get("given", []))
            name = f"{path.stem}: {row['comment']}"
            rows.append(Row(name, row["left"], row["right"], row["names"], row["expected"], given))
    return rows


# -- ours ----------------------------------------------------------------------------------


def _read(text: str, context: Context) -> Any:
    """The formula; the text itself where only ``decide`` can say what it is."""
    try:
        return read(text, context)
    except MathgradeError:
        return text


def ours(row: Row, seed: int = 0) -> tuple[Answer, float]:
    """Our decision and its time once the formulas are read."""
    context = read_names(row.names)
    left, right = _read(row.left, context), _read(row.right, context)
    start = time.perf_counter()
    decision = decide(left, right, context, row.given, seed=seed)
    return decision.outcome.value, time.perf_counter() - start


# -- the others ----------------------------------------------------------------------------


class _ForSympy(ast.NodeTransformer):
    """Lists become matrices, whole numbers exact, and entries Indexed."""

    def visit_List(self, node: ast.List) -> ast.AST:
        inner = self.generic_visit(node)
        if all(isinstance(e, ast.List) for e in node.elts) or node.elts:
            return ast.Call(ast.Name("_rows", ast.Load()), [inner], [])
        return inner

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Call(ast.Name("_exact", ast.Load()), [ast.Constant(str(node.value))], [])


def as_sympy(text: str, names: Mapping[str, str]) -> Any:
    """The formula as a SymPy object. The cases are our own, so they may be evaluated."""
    import sympy as sp

    def rows(value: list[Any]) -> Any:
        return value if value and not isinstance(value[0], list) else sp.Matrix(value)

    space: dict[str, Any] = {n: getattr(sp, n) for n in dir(sp) if not n.startswith("_")}
    for key, kind in names.items():
        for name in key.split():
            words = kind.split()
            if words[0] in ("vector", "simplex", "family") or kind.startswith("matrix"):
                base = sp.IndexedBase(name, real=True)
                if words[0] == "matrix" and all(w.isdigit() for w in words[1:3]):
                    base = sp.MatrixSymbol(name, *map(int, words[1:3])).as_explicit()
                space[name] = base
            elif words[0] in ("index", "size", "integer"):
                space[name] = sp.Symbol(name, integer=True, positive=words[0] != "integer")
            elif words[0] == "function":
                space[name] = sp.Function(name)
            else:
                space[name] = sp.Symbol(name, real=True, positive=words[0] == "positive" or None)
    for name in set(re.findall(r"\b[a-zA-Z]\b", text)) - {n for k in names for n in k.split()}:
        space[name] = sp.Symbol(name, integer=True)  # the index of a sum
    space |= {
        "_rows": rows,
        "_exact": lambda t: sp.Rational(t) if re.fullmatch(r"[\d.]+(e-?\d+)?", t) else sp.S(t),
        "T": lambda m: m.T,
        "inv": lambda m: m.inv(),
        "det": lambda m: m.det(),
        "trace": lambda m: m.trace(),
        "diag": sp.diag,
        "Identity": sp.eye,
        "delta": sp.KroneckerDelta,
        "ifeq": lambda a, b, x, y: sp.Piecewise((x, sp.Eq(a, b)), (y, True)),
        "Sum": lambda body, k, low, high: sp.Sum(body, (k, low, high)),
        "Product": lambda body, k, low, high: sp.Product(body, (k, low, high)),
        "abs": sp.Abs,
        "max": sp.Max,
        "min": sp.Min,
    }
    tree = ast.fix_missing_locations(_ForSympy().visit(ast.parse(text.strip(), mode="eval")))
    return eval(compile(tree, "case", "eval"), {"__builtins__": {}}, space)


def by_simplify(left: Any, right: Any) -> Answer:
    import sympy as sp

    rest = sp.simplify(left - right)
    return "equal" if rest == 0 or getattr(rest, "is_zero_matrix", False) else "different"


def by_equals(left: Any, right: Any) -> Answer:
    answer = left.equals(right)
    return "undecided" if answer is None else "equal" if answer else "different"


def by_math_verify(left: Any, right: Any) -> Answer:
    from math_verify import verify

    return "equal" if verify(left, right, timeout_seconds=None) else "different"


Other = Callable[[Any, Any], Answer]
OTHERS: dict[str, Other] = {
    "sympy.simplify": by_simplify,
    "Expr.equals": by_equals,
    "Math-Verify": by_math_verify,
}


def other(decide_pair: Other, row: Row, seconds: float) -> tuple[Answer, float]:
    """The answer of another way, and its time once the formulas are SymPy objects."""
    start = time.perf_counter()
    try:
        with limit(seconds):
            if row.given:
                return "undecided", 0.0
            left, right = as_sympy(row.left, row.names), as_sympy(row.right, row.names)
            start = time.perf_counter()
            answer = decide_pair(left, right)
    except Exception:  # whatever goes wrong there, there is no answer
        answer = "undecided"
    return answer, time.perf_counter() - start


# -- cost against size ---------------------------------------------------------------------


def jacobian(n: int) -> Row:
    """Softmax Jacobian written out, by the quotient rule and by the usual formula."""
    z = [f"z{k}" for k in range(1, n + 1)]
    total = "(" + "+".join(f"exp({v})" for v in z) + ")"
    y = [f"exp({v})/{total}" for v in z]

    def quotient_rule(a: int, b: int) -> str:
        top = f"exp({z[a]})*{total}" if a == b else "0"
        return f"({top}-exp({z[a]})*exp({z[b]}))/{total}**2"

    def usual(a: int, b: int) -> str:
        return f"{y[a]}*({int(a == b)}-{y[b]})"

    def matrix(entry: Callable[[int, int], str]) -> str:
        rows = (",".join(entry(a, b) for b in range(n)) for a in range(n))
        return "[" + ",".join(f"[{row}]" for row in rows) + "]"

    names = {" ".join(z): "real"}
    return Row(f"softmax Jacobian {n} x {n}", matrix(usual), matrix(quotient_rule), names, "equal")


def binomial(n: int) -> Row:
    """(x + y)**n and its terms."""
    terms = "+".join(f"{math.comb(n, k)}*x**{k}*y**{n - k}" for k in range(n + 1))
    return Row(f"(x + y)**{n}", f"(x+y)**{n}", terms, {"x y": "real"}, "equal")


def cost(others: Mapping[str, Other], seconds: float) -> list[dict[str, Any]]:
    """Time against size; a way that once took too long is not asked again."""
    found = []
    for family, sizes in ((jacobian, range(2, 13)), (binomial, (5, 10, 20, 40, 80, 160))):
        late: set[str] = set()
        for n in sizes:
            row = family(n)
            answer, taken = ours(row)
            times: dict[str, Any] = {"ours": taken if answer == "equal" else answer}
            for name, way in others.items():
                if name in late:
                    continue
                answer, taken = other(way, row, seconds)
                times[name] = taken if answer == "equal" else answer
                if taken > seconds / 2 or answer != "equal":
                    late.add(name)
            found.append({"case": row.name, "seconds": times})
    return found


# -- the report ----------------------------------------------------------------------------


def summary(score: Score) -> dict[str, Any]:
    """The figures of one way, times in milliseconds."""
    times = sorted(score.times)
    return {
        "right": score.right,
        "false_accepts": score.accepted,
        "false_rejects": score.rejected,
        "undecided": score.undecided,
        "median_ms": statistics.median(times) * 1e3,
        "p99_ms": times[max(math.ceil(len(times) * 0.99) - 1, 0)] * 1e3,
        "max_ms": times[-1] * 1e3,
    }


def show(console: Console, scores: Mapping[str, Any], count: int, costs: list[Any]) -> None:
    table = Table(title=f"{count} pairs of formulas")
    for head in ("", "right", "false accepts", "false rejects", "undecided"):
        table.add_column(head, justify="left" if not head else "right")
    for head in ("median ms", "p99 ms", "max ms"):
        table.add_column(head, justify="right")
    for name, s in scores.items():
        wrong = (str(len(s[k])) for k in ("false_accepts", "false_rejects", "undecided"))
        times = (f"{s[k]:.2f}" for k in ("median_ms", "p99_ms", "max_ms"))
        table.add_row(name, str(s["right"]), *wrong, *times)
    console.print(table)
    if costs:
        grid = Table(title="Seconds against size")
        ways = list(costs[0]["seconds"])
        for head in ("", *ways):
            grid.add_column(head, justify="left" if not head else "right")
        for line in costs:
            cells = (line["seconds"].get(w, "—") for w in ways)
            texts = (c if isinstance(c, str) else f"{c:.4f}" for c in cells)
            grid.add_row(line["case"], *texts)
        console.print(grid)


def main(argv: list[str] | None = None) -> int:
    """Runs the comparison; 1 if one of our own answers is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="?", type=Path, help="a JSON file of cases")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--seeds", type=int, default=1, help="ours with this many seeds")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for each other answer")
    parser.add_argument("--only", default="", help="ours, sympy.simplify, … (comma between)")
    parser.add_argument("--no-cost", action="store_true", help="leave out cost against size")
    args = parser.parse_args(argv)
    console = Console(width=120)
    rows = from_json(args.cases) if args.cases else from_tables(TABLES)
    wanted = {w for w in args.only.split(",") if w}
    others = {n: way for n, way in OTHERS.items() if not wanted or n in wanted}
    try:
        import math_verify  # noqa: F401
    except ImportError:
        if others.pop("Math-Verify", None):
            console.print("Math-Verify is not installed; it is left out.")
    scores = {}
    for seed in range(args.seeds):
        score = Score()
        for row in rows:
            score.take(row, *ours(row, seed))
        scores["ours" if args.seeds == 1 else f"ours, seed {seed}"] = summary(score)
    common = [r for r in rows if r.expected in ("equal", "different")]
    for name, way in others.items():
        score = Score()
        for row in common:
            score.take(row, *other(way, row, args.limit))
        scores[f"{name} ({len(common)})" if len(common) < len(rows) else name] = summary(score)
    costs = [] if args.no_cost else cost(others, args.limit)
    show(console, scores, len(rows), costs)
    mine = [s for name, s in scores.items() if name.startswith("ours")]
    for s in mine:
        for kind in ("false_accepts", "false_rejects", "undecided"):
            for name in s[kind]:
                console.print(f"ours, {kind.replace('_', ' ')}: {name}")
    if args.json:
        figures = {"pairs": len(rows), "scores": scores, "cost": costs}
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return int(any(s["right"] < len(rows) for s in mine))


if __name__ == "__main__":
    sys.exit(main())
