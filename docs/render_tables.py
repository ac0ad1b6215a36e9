"""Make the tables of ``equality.md``, ``derivations.md`` and ``security.md``: ``make docs-tables``.

The cases in ``tests/cases/`` and the attacks in ``tests/security/attacks/`` are the tests and,
rendered, the documentation. The text above the tables of derivations.md and security.md is written
by hand.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases" / "equality"
PAGE = ROOT / "docs" / "equality.md"
DERIVATIONS = ROOT / "docs" / "derivations.md"
SECURITY = ROOT / "docs" / "security.md"
STOCK = ROOT / "tests" / "security" / "stock.json"
MARKER = "<!-- What follows is made by docs/render_tables.py: make docs-tables -->\n"
LONGEST = 90  # characters of a formula that are shown

HEAD = """\
# What is equal, and what is not

<!-- Made by docs/render_tables.py from tests/cases/equality/*.toml. To change a row, change it
there and run: make docs-tables -->

Every row is a fact that is tested: the reference on the left, a response on the right, what the
names stand for, and what `mathgrade.equality.decide` says. Rows that are not decided as they
should be are here too, marked **known failure**.

| outcome | means |
|---|---|
| equal | the same value wherever the reference is defined; relations hold at the same points |
| different | there is a point where they differ |
| undecided | neither is shown; a person looks |
| ill-formed | the response means nothing here: an unknown name, shapes that do not fit |

How it is known: *exact* and *all sizes* are proofs, *sizes 1 to 4* a proof for these sizes,
*numeric* an agreement to 60 digits wherever it was looked at. A note says what kind of
difference, a place where it shows. To add a row, append it to the file of its section and run
`make docs-tables`.
"""

ATTACK_COLUMNS = ("attack", "what it is after", "came to, in nbgrader alone", "here")
COLUMNS = ("reference", "response", "names", "expected", "how known", "comment")


def main() -> None:
    """Write the pages."""
    PAGE.write_text(rendered(), encoding="utf-8")
    for page, table in ((DERIVATIONS, rendered_derivations()), (SECURITY, rendered_attacks())):
        written, mark, _ = page.read_text(encoding="utf-8").partition(MARKER)
        page.write_text(written + mark + table, encoding="utf-8")
    for page in (PAGE, DERIVATIONS, SECURITY):
        print(f"Wrote {page.relative_to(ROOT)}")


def rendered() -> str:
    """The page that belongs to the tables as they are."""
    sections, counts = [], Counter[str]()
    for path in sorted(CASES.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        rows = tomllib.loads(text)["row"]
        counts.update(row["expected"] for row in rows)
        counts["known failure"] += sum(bool(row.get("known_failure")) for row in rows)
        title = text.split("\n", 1)[0].removeprefix("#").strip()
        table = [_line(COLUMNS), "|---" * len(COLUMNS) + "|", *map(_row, rows)]
        sections.append(
            "\n".join([f"## {title}", "", f"`tests/cases/equality/{path.name}`", "", *table])
        )
    known = counts.pop("known failure")
    summary = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    total = f"{counts.total()} rows: {summary}. Known failures: {known}.\n"
    return "\n".join([HEAD, total, "\n\n".join(sections), ""])


def rendered_derivations() -> str:
    """The tables of derivations as the cases are: one for each claim."""
    sys.path.insert(0, str(ROOT))
    from tests.derivation.cases import FOLDER, read_cases, read_claim

    cases = read_cases()
    counts = Counter(case.expected for case in cases)
    known = sum(bool(case.known_failure) for case in cases)
    summary = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    parts = [f"\n{len(cases)} derivations: {summary}. Known failures: {known}.\n"]
    for folder in sorted(FOLDER.iterdir()):
        claim = read_claim(folder / "claim.toml")
        place = folder.relative_to(ROOT).as_posix()
        stated = "\nor ".join(claim.claims)
        named = [f"{name.replace(' ', ', ')}: {kind}" for name, kind in claim.names.items()]
        named += [f"{head} = {body}" for head, body in claim.definitions.items()]
        parts += [f"### {claim.name}\n", f"```text\n{stated}\n\n" + "\n".join(named) + "\n```\n"]
        columns = ("derivation", "expected", "first wrong line", "comment")
        parts += [_line(columns), "|---" * len(columns) + "|"]
        for case in cases:
            if case.claim == claim.name:
                link = f"[{_safe(case.title)}](../{place}/{case.slug}.md)"
                expected = case.expected + " **known failure**" * bool(case.known_failure)
                wrong = str(case.first_wrong_line or "")
                parts.append(_line((link, expected, wrong, _safe(case.comment))))
        parts.append("")
    return "\n".join(parts)


def rendered_attacks() -> str:
    """The tables of attacks as they are: one for each kind."""
    sys.path.insert(0, str(ROOT))
    from tests.security.attacks import HONEST, read_attacks, titles

    attacks = read_attacks()
    stock = json.loads(STOCK.read_text(encoding="utf-8"))
    hostile = [name for name, attack in attacks.items() if attack.kind != HONEST]
    hurt = sum(bool(stock.get(name)) for name in hostile)
    parts = [f"\n{len(hostile)} attacks; {hurt} of them did harm in nbgrader alone, none here.\n"]
    for kind, title in titles().items():
        parts += [f"### {title}\n", f"`tests/security/attacks/{kind}.toml`\n"]
        parts += [_line(ATTACK_COLUMNS), "|---" * len(ATTACK_COLUMNS) + "|"]
        for name, attack in attacks.items():
            if attack.kind == kind:
                here = "nothing" if kind != HONEST else "its marks"
                alone = (stock[name] or here) if name in stock else "not tried"
                parts.append(_line((f"`{name}`", attack.tries, _safe(alone), here)))
        parts.append("")
    return "\n".join(parts)


def _row(row: dict[str, Any]) -> str:
    expected = row["expected"]
    if row.get("known_failure"):
        expected += " **known failure**"
    names = "; ".join(f"{key.replace(' ', ', ')}: {kind}" for key, kind in row["names"].items())
    for name, formula in row.get("given", []):
        names += f"; {name} = {formula}"
    ways = [row.get("proof", ""), row.get("note", ""), row.get("place", "")]
    if "at" in row:
        ways.append("at " + row["at"])
    known = ", ".join(way for way in ways if way)
    held = _code(names) if names else ""
    cells = (_code(row["left"]), _code(row["right"]), held, expected, _safe(known))
    return _line((*cells, _safe(row["comment"])))


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    """A formula as code, cut where it is long; empty text as nothing."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}…"
    text = text.replace("|", "\\|")  # also within code, a bar would end the cell
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}" if text else "(nothing)"


def _safe(text: str) -> str:
    """Plain words: nothing in them is markup."""
    for sign in "\\`*_[<|":
        text = text.replace(sign, "\\" + sign)
    return text


if __name__ == "__main__":
    main()
