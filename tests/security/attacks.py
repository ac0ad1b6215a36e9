"""The attacks, read from ``attacks/*.toml``: one table each, by kind.

Of an attack, ``tries`` says what it is after, ``double``, ``slope``, ``total``, ``last`` and
``words`` are the cells it is handed in with, ``shape`` names a function of :mod:`.shapes` that
spoils the hand-in, ``marks`` the items that are honestly right (``none``: left to a person).
In the text of a cell, COURSE, DROP, PORT, MARKER and NAME stand for the course's folder, a folder
everybody may write to, a port on which somebody listens, what the environment of every process
of the batch holds, and the attack's own name. What could do harm that leaves no trace prints HARM.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "HONEST", "Attack", "read_attacks", "titles"]

FOLDER = Path(__file__).with_name("attacks")
HONEST = "honest"
POINTS = {"double": 2.0, "slope": 1.0, "total": 1.0, "last": 1.0}


@dataclass(frozen=True, slots=True)
class Attack:
    """One hand-in.

    Attributes:
        name: of the attack, and of its student.
        kind: of the attack, as its file is called.
        tries: what it is after.
        cells: text of answer cells by grade_id; the others stay as released.
        shape: how the hand-in is spoilt; empty if it is not.
        marks: points it must get, by item; None where a person has to look.
    """

    name: str
    kind: str
    tries: str
    cells: Mapping[str, str]
    shape: str
    marks: Mapping[str, float | None]

    def filled(self, places: Mapping[str, str]) -> dict[str, str]:
        """The cells, with the places put in."""
        found = {}
        for cell, text in self.cells.items():
            for word, place in {**places, "NAME": self.name}.items():
                text = text.replace(word, place)
            found[cell] = text.strip("\n")
        return found


def read_attacks() -> dict[str, Attack]:
    """All attacks and the honest attempts, by name."""
    found: dict[str, Attack] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for name, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
            unknown = set(fields) - {"tries", "shape", "marks", "words", *POINTS}
            assert not unknown, f"{path.name}: {name} has {unknown}"
            assert name not in found, f"{name} is there twice"
            found[name] = Attack(
                name=name,
                kind=path.stem,
                tries=fields["tries"],
                cells={key: fields[key] for key in (*POINTS, "words") if key in fields},
                shape=fields.get("shape", ""),
                marks=_marks(fields.get("marks", "")),
            )
    return found


def titles() -> dict[str, str]:
    """What each kind of attack is after, from the first line of its file."""
    return {
        path.stem: path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("#").strip()
        for path in sorted(FOLDER.glob("*.toml"))
    }


def _marks(words: str) -> dict[str, float | None]:
    if words == "none":
        return dict.fromkeys(POINTS)
    right = list(POINTS) if words == "all" else words.split()
    return {item: points if item in right else 0.0 for item, points in POINTS.items()}
