"""A class marked by nbgrader alone, by mathgrade, and the floor below which nobody can go.

    python benchmarks/autograde.py [--assignment softmax] [--attempts 20] [--rounds 3] [--json FILE]
    python benchmarks/autograde.py --sizes 20 50 100 200 400

The first compares: the same attempts of the course, handed in to a course of its own for each way,
marked by that way's own command; the ways take turns, so that what else the machine does hits
all of them. Each command is also timed over one attempt: what it takes to start. Seconds a
notebook are (all - one) / (attempts - 1), of processor time (of the command and everything it
started) and by the clock on the wall. The floor executes all code cells, tests included, in forks
of a process that has everything loaded, one after another, and throws away what they show. Marks
are compared with those the attempts state.

There are two floors: one that draws the figures, as every notebook does that shows them, and one
that leaves them undrawn.

``--sizes`` gives the cost of an attempt, the memory of the main process, and what it costs to run
again where nothing has changed, for classes of these sizes. Processor time is read from a control
group, for which the program has to run as root on Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import otter_runs
from metering import Cost, Meter, measured
from rich.console import Console
from rich.table import Table

from mathgrade.course.attempts import REFERENCE, Attempt, expected_marks, fill_in, read_attempts
from mathgrade.course.marks import class_marks
from mathgrade.course.nbgrader_runs import NbgraderCourse, generate, open_course
from mathgrade.course.notebooks import extra_files, notebook_path, notebook_text, read_notebook

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
# nbgrader alone drops a submission whose kernel ends: there is no time to compare.
LEFT_OUT = {"kernel-ends"}


# -- a class ---------------------------------------------------------------------------------------


def make_course(folder: Path, assignment: str, *, stock: bool) -> NbgraderCourse:
    """A copy of the course, released; ``stock`` leaves marking to nbgrader alone."""
    for part in ("source", "reference"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    config = (ROOT / "nbgrader_config.py").read_text()
    if stock:
        config += "\ndel c.Autograde, c.OverwriteCells\n"
    (folder / "nbgrader_config.py").write_text(config)
    course = open_course(folder)
    generate(course, assignment)
    return course


def attempts_of(assignment: str, count: int) -> list[tuple[str, Attempt]]:
    """So many students with the attempts of the course, over and over."""
    known = [REFERENCE, *read_attempts(ROOT, assignment)]
    known = [one for one in known if one.name not in LEFT_OUT]
    return [(f"s{number:04}", known[number % len(known)]) for number in range(count)]


def hand_in(
    course: NbgraderCourse, assignment: str, attempts: Sequence[tuple[str, Attempt]]
) -> None:
    """Have the course hold these attempts, and nothing marked."""
    for part in ("submitted", "autograded"):
        shutil.rmtree(course.root / part, ignore_errors=True)
    source = read_notebook(notebook_path(course.root, "source", assignment))
    blank = read_notebook(notebook_path(course.root, "release", assignment))
    filled: dict[str, str] = {}
    for student, attempt in attempts:
        if attempt.name not in filled:
            nb = fill_in(attempt, blank, source=source, blank=blank)
            filled[attempt.name] = notebook_text(nb)
        place = course.root / "submitted" / student / assignment
        place.mkdir(parents=True)
        (place / f"{assignment}.ipynb").write_text(filled[attempt.name], encoding="utf-8")
        for extra in extra_files(course.root / "release" / assignment):
            shutil.copy2(extra, place / extra.name)


def marks_differ(
    course: NbgraderCourse, assignment: str, attempts: Sequence[tuple[str, Attempt]]
) -> list[str]:
    """Attempts whose marks are not those they state."""
    source = read_notebook(notebook_path(course.root, "source", assignment))
    found = {
        row.student: {name.removesuffix("-test"): mark.score for name, mark in row.items.items()}
        for row in class_marks(course, assignment)
    }
    wrong = [
        attempt.name
        for student, attempt in attempts
        if any(
            abs((found.get(student, {}).get(item) or 0) - points) > 1e-9
            for item, points in expected_marks(attempt, source).items()
        )
    ]
    return list(dict.fromkeys(wrong))


def otter_differs(
    course: NbgraderCourse, assignment: str, attempts: Sequence[tuple[str, Attempt]]
) -> list[str]:
    """Attempts that got all points of other items than they should; Otter knows no more."""
    source = read_notebook(notebook_path(course.root, "source", assignment))
    points = expected_marks(REFERENCE, source)
    full = otter_runs.full_marks(course.root)
    wrong = [
        attempt.name
        for student, attempt in attempts
        if {
            name
            for name, earned in expected_marks(attempt, source).items()
            if earned == points[name]
        }
        != {name.removesuffix("-test") for name in full[student]}
    ]
    return list(dict.fromkeys(wrong))


# -- ways ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Way:
    """A way to mark a class.

    Attributes:
        course: what it marks.
        command: what marks it.
        marks: whether its marks are in nbgrader's gradebook.
    """

    course: NbgraderCourse
    command: list[str]
    marks: bool = True


def mathgrade(assignment: str, *more: str) -> list[str]:
    """Our command."""
    return [sys.executable, "-m", "mathgrade.cli", "autograde", assignment, *more]


def floor(assignment: str, *more: str) -> list[str]:
    """This program, as the floor."""
    return [sys.executable, __file__, "--floor", assignment, *more]


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Address of a Dask cluster of this machine; empty where Dask is not installed."""
    try:
        from distributed import LocalCluster
    except ImportError:
        yield ""
        return
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made.scheduler_address


def make_ways(folder: Path, assignment: str, scheduler: str) -> dict[str, Way]:
    """The ways there are here, each with a course of its own."""
    ours = make_course(folder / "ours" / "course", assignment, stock=False)

    def copy(name: str) -> NbgraderCourse:
        shutil.copytree(ours.root, folder / name / "course")
        return open_course(folder / name / "course")

    stock = make_course(folder / "stock" / "course", assignment, stock=True)
    otter_command = [sys.executable, otter_runs.__file__, assignment]
    ways = {
        "nbgrader autograde": Way(
            stock, [sys.executable, "-m", "nbgrader", "autograde", assignment]
        ),
        "floor": Way(copy("floor"), floor(assignment), marks=False),
        "floor, figures undrawn": Way(copy("undrawn"), floor(assignment, "--undrawn"), marks=False),
        **({"otter run": Way(copy("otter"), otter_command)} if otter_runs.installed() else {}),
        "mathgrade, 1 worker": Way(ours, mathgrade(assignment, "--workers", "1")),
        "mathgrade, 2 workers": Way(copy("two"), mathgrade(assignment, "--workers", "2")),
    }
    if scheduler:
        with_dask = mathgrade(assignment, "--scheduler", scheduler)
        ways["mathgrade, Dask, 2 workers"] = Way(copy("dask"), with_dask)
    return ways


def run_floor(assignment: str, *, draws: bool) -> None:
    """Execute all code cells of all attempts of the course around us, each in a fork."""
    import matplotlib.pyplot as plt  # loaded before the fork
    import sympy  # noqa: F401

    import mathgrade.notebook  # noqa: F401

    course = Path.cwd()
    sys.path.append(str(course / "source" / assignment))
    source = read_notebook(notebook_path(course, "source", assignment))
    tests = {cell.id: cell.source for cell in source.cells if cell.cell_type == "code"}
    for folder in sorted((course / "submitted").glob(f"*/{assignment}")):
        nb = read_notebook(folder / f"{assignment}.ipynb")
        for cell in nb.cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
                cell.source = tests[cell.id]
        _execute(nb, folder, _draw if draws else lambda: plt.close("all"))


def _draw() -> None:
    """Draw the figures there are as a notebook does that shows them."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close("all")


def _execute(nb: Any, folder: Path, after: Callable[[], None]) -> None:
    process = os.fork()
    if process == 0:
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            lines = ["" if line.startswith("%") else line for line in cell.source.split("\n")]
            try:
                exec(compile("\n".join(lines), "cell", "exec"), namespace)
                after()
            except BaseException:
                continue
        os._exit(0)
    os.waitpid(process, 0)


# -- what is asked ---------------------------------------------------------------------------------


def compare(folder: Path, assignment: str, count: int, rounds: int, meter: Meter) -> dict[str, Any]:
    """Every way in turn, over one attempt and over all."""
    attempts = attempts_of(assignment, count)
    costs: dict[str, dict[str, list[Cost]]] = {}
    wrong: dict[str, list[str]] = {}
    with cluster(2) as scheduler:
        ways = make_ways(folder, assignment, scheduler)
        for _ in range(rounds):
            for name, way in ways.items():
                for size in (1, count):
                    hand_in(way.course, assignment, attempts[:size])
                    cost = measured(way.command, way.course.root, meter)
                    costs.setdefault(name, {}).setdefault(str(size), []).append(cost)
                    print(f"{name}, {size}: {cost.cpu:.1f} s CPU, {cost.wall:.1f} s", flush=True)
                if way.marks and name not in wrong:
                    differ = otter_differs if name == "otter run" else marks_differ
                    wrong[name] = differ(way.course, assignment, attempts)
    figures = {
        name: _figures(found["1"], found[str(count)], count) for name, found in costs.items()
    }
    stock, floor = figures["nbgrader autograde"], figures["floor"]
    table = Table(title=f"{assignment}, {count} attempts, {rounds} rounds: seconds a notebook")
    for heading in (
        "way", "CPU", "to the floor", "wall", "to the floor", "faster than nbgrader",
        "start, wall", "whole run, wall", "marks otherwise than stated",
    ):  # fmt: skip
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, one in figures.items():
        table.add_row(
            name,
            f"{one['cpu']:.3f}", f"{one['cpu'] / floor['cpu']:.2f}",
            f"{one['wall']:.3f}", f"{one['wall'] / floor['wall']:.2f}",
            f"{stock['wall'] / one['wall']:.1f}", f"{one['start']:.1f}", f"{one['whole']:.1f}",
            ", ".join(wrong.get(name, [])) or ("none" if name in wrong else ""),
        )  # fmt: skip
    Console(width=160).print(table)
    return {"figures": figures, "wrong": wrong}


def _figures(one: Sequence[Cost], many: Sequence[Cost], count: int) -> dict[str, float]:
    pairs = list(zip(one, many, strict=True))

    def each(of: Callable[[Cost], float]) -> float:
        return statistics.median((of(all_) - of(first)) / (count - 1) for first, all_ in pairs)

    return {
        "cpu": each(lambda cost: cost.cpu),
        "wall": each(lambda cost: cost.wall),
        "start": statistics.median(first.wall for first, _ in pairs),
        "whole": statistics.median(all_.wall for _, all_ in pairs),
    }


def against_size(
    folder: Path, assignment: str, sizes: Sequence[int], meter: Meter
) -> dict[str, Any]:
    """Cost of an attempt in classes of these sizes, and of running again over each."""
    course = make_course(folder / "ours" / "course", assignment, stock=False)
    command = mathgrade(assignment, "--workers", "2")
    table = Table(title=f"{assignment}: classes of several sizes, two workers")
    for heading in (
        "attempts", "wall", "CPU an attempt", "wall an attempt", "memory", "again, wall", "again",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    found: dict[str, Any] = {}
    hand_in(course, assignment, attempts_of(assignment, 1))
    start = measured(command, course.root, meter)
    for size in sizes:
        (course.root / "gradebook.db").unlink()
        generate(course, assignment)
        hand_in(course, assignment, attempts_of(assignment, size))
        first, again = measured(command, course.root, meter), measured(command, course.root, meter)
        cpu, wall = ((getattr(first, n) - getattr(start, n)) / size for n in ("cpu", "wall"))
        found[str(size)] = {
            "wall": first.wall, "cpu each": cpu, "wall each": wall, "memory": first.memory,
            "again": again.wall, "again cpu": again.cpu,
        }  # fmt: skip
        table.add_row(
            str(size), f"{first.wall:.1f} s", f"{cpu:.3f} s", f"{wall:.3f} s",
            f"{first.memory / (1 << 20):.0f} MB", f"{again.wall:.1f} s",
            f"{again.wall / first.wall:.1%}",
        )  # fmt: skip
        print(f"{size}: {found[str(size)]}", flush=True)
    Console(width=160).print(table)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--assignment", default="softmax")
    parser.add_argument("--attempts", type=int, default=20, help="of the class")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", help="of classes; nothing is compared then")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--floor", metavar="ASSIGNMENT", help=argparse.SUPPRESS)
    parser.add_argument("--undrawn", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        run_floor(options.floor, draws=not options.undrawn)
        return
    meter = Meter()
    with tempfile.TemporaryDirectory(prefix="mathgrade-benchmark-") as name:
        folder, assignment = Path(name), options.assignment
        found: Mapping[str, Any]
        if options.sizes:
            found = against_size(folder, assignment, options.sizes, meter)
        else:
            found = compare(folder, assignment, options.attempts, options.rounds, meter)
    meter.close()
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
