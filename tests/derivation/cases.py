"""The labelled derivations of tests/cases/derivations.

A folder is a claim: ``claim.toml`` states it in the format of ``mathgrade try --claim``, and
every ``.md`` beside it is one derivation, as a student would type it, below its label.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "OUTCOMES", "Case", "Claim", "read_case", "read_cases", "read_claim"]

FOLDER = Path(__file__).parents[1] / "cases" / "derivations"
OUTCOMES = ("proved", "wrong", "incomplete", "invalid")
_CLAIM_KEYS = {"claim", "max_laws", "milestones", "names", "definitions"}
_LABEL_KEYS = {"title", "expected", "first_wrong_line", "comment", "known_failure"}
_OPTIONAL = {"first_wrong_line", "known_failure"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be derived: any one of ``claims``, in steps of at most ``max_laws`` laws."""

    name: str
    claims: tuple[str, ...]
    max_laws: int
    milestones: tuple[str, ...]
    names: dict[str, str]
    definitions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """One derivation; ``first_wrong_line`` counts the lines of ``text`` from 1.

    ``known_failure`` says why it is not yet marked as it should be; empty if it is.
    """

    claim: str
    slug: str
    title: str
    expected: str
    first_wrong_line: int | None
    comment: str
    text: str
    known_failure: str = ""


def _demand(holds: bool, path: Path, message: str) -> None:
    if not holds:
        raise ValueError(f"{path.parent.name}/{path.name}: {message}")


def read_claim(path: Path) -> Claim:
    """The claim of a folder, from its ``claim.toml``; a key nobody knows is a ValueError."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    _demand(set(table) == _CLAIM_KEYS, path, f"the keys are {sorted(table)}")
    claims = [table["claim"]] if isinstance(table["claim"], str) else table["claim"]
    return Claim(
        path.parent.name,
        tuple(claims),
        table["max_laws"],
        tuple(table["milestones"]),
        table["names"],
        table["definitions"],
    )


def read_case(path: Path) -> Case:
    """One derivation with its label; a label that is not complete and strict is a ValueError."""
    opening, _, rest = path.read_text(encoding="utf-8").partition("---\n")
    head, mark, text = rest.partition("\n---\n")
    _demand(opening == "" and mark != "", path, "no label between two lines of ---")
    label: dict[str, str] = {}
    for row in head.splitlines():
        key, colon, value = row.partition(": ")
        _demand(bool(colon and value.strip()), path, f"cannot read {row!r}")
        _demand(key in _LABEL_KEYS and key not in label, path, f"{key!r} is unknown or given twice")
        label[key] = value.strip()
    missing = _LABEL_KEYS - _OPTIONAL - set(label)
    _demand(not missing, path, f"without {sorted(missing)}")
    _demand(label["expected"] in OUTCOMES, path, f"{label['expected']!r} is no outcome")
    wrong = label["expected"] == "wrong"
    line = label.pop("first_wrong_line", "")
    _demand(wrong == bool(line), path, "first_wrong_line belongs to wrong, and only to it")
    if wrong:
        lines = text.splitlines()
        inside = line.isdecimal() and 1 <= int(line) <= len(lines)
        _demand(
            inside and lines[int(line) - 1].strip() != "", path, f"nothing stands in line {line}"
        )
    return Case(
        claim=path.parent.name,
        slug=path.stem,
        first_wrong_line=int(line) if wrong else None,
        text=text,
        **label,
    )


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """All derivations of all claims, in the order of their names."""
    return [read_case(path) for path in sorted(folder.glob("*/*.md"))]
