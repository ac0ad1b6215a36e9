"""How a derivation is read, line by line, without a word on whether it is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from mathgrade.answers.blank import is_blank
from mathgrade.derivation.claim import read_terms
from mathgrade.derivation.reading import read_document
from mathgrade.derivation.statements import Role, Side, Statement
from mathgrade.errors import ResponseError
from mathgrade.expression import to_latex
from mathgrade.expression.nodes import Logic, Node
from mathgrade.proof_rows import relation_sign

__all__ = ["ReadLine", "read_derivation"]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of a derivation, as it was read.

    Attributes:
        number: of the line in the text, from 1.
        source: as typed.
        latex: how it was read; empty if it was not.
        taken: what it was taken for, where it is no step: "taken as a case".
        faults: why it could not be read, and what to write instead.
        remarks: places that were perhaps not read as meant.
    """

    number: int
    source: str
    latex: str
    taken: str = ""
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_derivation(
    text: str, names: Mapping[str, str], definitions: Mapping[str, str]
) -> tuple[ReadLine, ...]:
    """The lines of a derivation that hold a formula.

    Args:
        text: Markdown with formulas in LaTeX, or typed without.
        names: what each name is, as the item declares it.
        definitions: what names stand for.

    Raises:
        ResponseError: there is nothing, or nothing of it can be read.
        ItemError: the names or definitions are set up wrongly.

    >>> for line in read_derivation("Let $S = a + b$. Then $2S = 2a + 2b$.", {"a b": "real"}, {}):
    ...     print(line.number, line.latex, line.taken or "-")
    1 S = a + b taken as the definition of S
    1 2 S = 2 a + 2 b -
    """
    if is_blank(text):
        raise ResponseError("There is no answer yet.", "response.missing")
    context, known = read_terms(names, definitions)
    document = read_document(text, context, known)
    if document.fault:
        raise ResponseError(document.fault, "derivation.unreadable")
    found = [line for statement in document.statements for line in _lines(statement, text)]
    if not any(line.latex or line.faults for line in found):
        raise ResponseError(
            "No formula was found. Write each step between dollar signs, as in $$a = b$$, or "
            "each on a line of its own.",
            "derivation.no-formula",
        )
    return tuple(found)


def _lines(statement: Statement, text: str) -> Iterator[ReadLine]:
    if statement.role is Role.CASE:
        yield _case(statement)
        return
    if statement.role is Role.WORDS:
        yield ReadLine(statement.line, statement.text, "", "taken as part of a sentence, no step")
        return
    taken = _taken(statement)
    signs = [relation_sign(relation) for relation in statement.relations]
    if not statement.continues:
        signs.insert(0, "")
    joined = list(zip(signs, statement.sides, strict=False))
    for number, group in groupby(joined, key=lambda pair: pair[1].line):
        parts = list(group)
        yield ReadLine(
            number,
            " ".join(text[parts[0][1].start : parts[-1][1].end].split()),
            " ".join(_latex(sign, side) for sign, side in parts if side.node is not None).strip(),
            taken,
            tuple(dict.fromkeys(side.fault for _, side in parts if side.fault)),
            tuple(dict.fromkeys(r.message for r in statement.remarks if r.line == number)),
        )
        taken = ""


def _latex(sign: str, side: Side) -> str:
    assert side.node is not None
    return f"{sign} {to_latex(side.node)}".strip()


def _taken(statement: Statement) -> str:
    if statement.definition is not None:
        return f"taken as the definition of {statement.definition.name}"
    words = []
    if statement.role is Role.ASIDE:
        words.append("taken as a reason beside the steps")
    if statement.own and statement.conditions:
        words.append(f"for ${_condition(statement)}$ only")
    return ", ".join(words)


def _case(statement: Statement) -> ReadLine:
    if not statement.conditions:
        words = "taken as the end of the cases"
        return ReadLine(statement.line, statement.text, "", words)
    words = "taken as a case: the lines below are read for it"
    return ReadLine(statement.line, statement.text, _condition(statement), words)


def _condition(statement: Statement) -> str:
    condition: Node = statement.conditions[0]
    if len(statement.conditions) > 1:
        condition = Logic("and", statement.conditions)
    return to_latex(condition)
