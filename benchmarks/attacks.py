"""The attacks of tests/security against nbgrader alone, and what they come to there.

    python benchmarks/attacks.py [--only NAME] [--write]

Each attack is handed in to a course of its own, with two honest attempts beside it, and marked
by ``nbgrader autograde``; then everything is looked for that tests/security looks for.
``--write`` keeps what was found in tests/security/stock.json, from which docs/security.md has its
table (``make docs-tables``).

What is run here does what it was written to do. So this program starts itself again in a bubble
(https://github.com/containers/bubblewrap): no network, no process of the machine in sight, the
disk read-only but for a folder in memory, and nothing of it there when it is over. No attack
takes more than a few gigabytes of memory or a hundred processes, for some seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "security" / "stock.json"
INSIDE = "MATHGRADE_ATTACKS_INSIDE"
SECONDS = 150  # for three notebooks, which take nbgrader some ten
NEVER_ENDS = f"marking does not end (stopped after {SECONDS} s)"
HONEST = "honest-right"

sys.path.insert(0, str(ROOT))


def in_bubble(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """This program again, where it can do no harm; what each attack came to."""
    bubble = shutil.which("bwrap")
    if bubble is None:
        sys.exit("Needs bubblewrap (apt-get install bubblewrap).")
    command = [
        bubble, "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/",
        "--proc", "/proc", "--dev", "/dev", "--size", str(2 << 30), "--tmpfs", "/tmp",
        "--tmpfs", "/var/tmp", "--dir", "/tmp/home", "--setenv", "HOME", "/tmp/home",
        "--setenv", INSIDE, "1", "--chdir", str(ROOT),
    ]  # fmt: skip
    library = Path(numpy.__file__)  # which one of them writes to
    copy = Path(tempfile.mkdtemp()) / "copy.py"
    shutil.copyfile(library, copy)
    command += ["--bind", str(copy), str(library)]
    command += [sys.executable, __file__, *(f"--only={name}" for name in names)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bubbled:
        assert bubbled.stdout is not None
        for line in bubbled.stdout:
            name, found = json.loads(line)
            yield name, found
    shutil.rmtree(copy.parent)
    if bubbled.returncode:
        sys.exit(f"The bubble ended with {bubbled.returncode}.")


def attacked(name: str, folder: Path, template: Path) -> list[str]:
    """What one attack comes to in a course of its own."""
    from tests.security.attacks import read_attacks
    from tests.security.harms import Batch, changes, fingerprint, harms, listening, survivors
    from tests.security.quiz import NAME, fill_class, run

    attacks = read_attacks()
    attack = attacks[name]
    course, drop = folder / "course", folder / "drop"
    shutil.copytree(template, course)
    drop.mkdir()
    marker = f"mathgrade-attack-{name}"
    with listening(drop) as (port, heard):
        places = {
            "COURSE": str(course), "DROP": str(drop), "PORT": str(port), "MARKER": marker,
        }  # fmt: skip
        honest = {HONEST, "zz-after"} - {name}
        beside = [replace(attacks[HONEST], name=student) for student in sorted(honest)]
        fill_class(course, [attack, *beside], places)
        before = fingerprint(course)
        found = []
        try:
            run(course, ["-m", "nbgrader", "autograde", NAME], marker, SECONDS)
        except subprocess.TimeoutExpired:
            found.append(NEVER_ENDS)
        left = survivors(marker)
        for line in left:
            os.kill(int(line.split()[0]), signal.SIGKILL)
    if found:  # what it left running is the rest of nbgrader
        left = []
    batch = Batch(course, drop, before, heard, [f"{line} {name}" for line in left])
    found += harms(batch, attack)
    found += [f"changed {what}" for what in changes(batch) if what != "a time of receipt"]
    if name == "forged-timestamp" and "a time of receipt" in changes(batch):
        found.append("is believed")
    for student in honest:
        if batch.row(student) != attacks[HONEST].marks:
            found.append("others lose their marks")
            break
    return found


def words(found: list[str]) -> str:
    """What was found, short: the sum of points, each other harm once."""
    points = [line.split() for line in found if " points for " in line and line[0].isdigit()]
    told = [f"{sum(float(line[0]) for line in points):g} points"] if points else []
    rest = [line for line in found if not (" points for " in line and line[0].isdigit())]
    shown = []
    for line in rest:
        line = "a process is left" if line.startswith("a process is left") else line
        line = "reads what is hidden" if line.startswith("read ") else line
        shown.append(line)
    return "; ".join(dict.fromkeys([*told, *shown]))


def inside(names: list[str]) -> None:
    """Try the attacks, one line of JSON each on what was standard output."""
    from tests.security.quiz import make_quiz

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = make_quiz(folder / "template", stock=True)
        for attack in names:
            place = folder / "attack"
            place.mkdir()
            answers.write(json.dumps([attack, attacked(attack, place, template)]) + "\n")
            answers.flush()
            shutil.rmtree(place)


def main() -> None:
    from tests.security.attacks import read_attacks

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", action="append", help="an attack, or a kind of them")
    parser.add_argument("--write", action="store_true", help=f"keep it in {KEPT.name}")
    options = parser.parse_args()
    wanted = options.only or []
    names = [
        name
        for name, attack in read_attacks().items()
        if not wanted or name in wanted or attack.kind in wanted
    ]
    if INSIDE in os.environ:
        inside(names)
        return
    table = Table("attack", "what nbgrader alone suffers")
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for name, found in in_bubble(names):
        kept[name] = words(found)
        print(f"{name}: {kept[name] or 'nothing'}", flush=True)
        table.add_row(name, kept[name])
    Console().print(table)
    if options.write:
        known = {name: kept[name] for name in read_attacks() if name in kept}
        KEPT.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
