"""One line for each statement of a document, as the tables of cases write them.

``3 step if i = j alone: a = b`` is a step of line 3, with a condition of its own. A side
that cannot be read is ``!`` and its fault, one with something struck out starts with ``~``.
"""

from mathgrade.derivation.reading import read_definition
from mathgrade.derivation.statements import Document, Role, Side, Statement
from mathgrade.expression import read_names, to_text


def claim(table):
    """Context and definitions of a table: its names and its definitions."""
    context, definitions = read_names(table["names"]), {}
    for head, body in table.get("definitions", {}).items():
        definition, context = read_definition(head, body, context)
        definitions[definition.name] = definition
    return context, definitions


def told(document: Document) -> list[str]:
    """What a document says, a line for each statement."""
    if document.fault:
        return [f"fault: {document.fault}"]
    return [_statement(statement) for statement in document.statements]


def _statement(statement: Statement) -> str:
    head = f"{statement.line} {statement.role}"
    if statement.conditions:
        head += " if " + " and ".join(to_text(c) for c in statement.conditions)
    if statement.own:
        head += " alone"
    if statement.tag:
        head += f" ({statement.tag})"
    if statement.definition is not None:
        found = statement.definition
        inner = ", ".join((*found.arguments, *(f"[{i}]" for i in found.indices)))
        head += f" of {found.name}" + (f"({inner})" if inner else "")
        head += ", a macro" if found.macro else ""
    if statement.role is Role.WORDS or not statement.sides:
        return f"{head}: {statement.text}".removesuffix(": ")
    relations = list(statement.relations)
    pieces = [relations.pop(0)] if statement.continues else []
    for k, side in enumerate(statement.sides):
        pieces += [relations[k - 1]] if k else []
        pieces.append(_side(side))
    return f"{head}: {' '.join(pieces)}"


def _side(side: Side) -> str:
    if side.node is None:
        return f"!{side.fault}"
    return ("~" if side.struck else "") + to_text(side.node)
