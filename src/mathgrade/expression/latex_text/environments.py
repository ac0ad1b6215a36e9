r"""Matrices and cases: ``\begin{pmatrix} … \end{pmatrix}``, ``\begin{cases} … \end{cases}``."""

from __future__ import annotations

from mathgrade.expression.latex_text.commands import AND, NOT, OR, OTHERWISE, WHEN
from mathgrade.expression.latex_text.parser import LOGIC, Parser, Reader
from mathgrade.expression.latex_text.tokens import Token
from mathgrade.expression.limits import MAX_ENTRIES
from mathgrade.expression.nodes import Cases, Logic, Matrix, Node, Relation, Truth

__all__ = ["ENVIRONMENT_KINDS", "ENVIRONMENT_STARTS", "read_cases"]

_MATRICES = {
    *("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "psmallmatrix", "bsmallmatrix"),
    "array",
}
_CASES = {"cases", "dcases", "rcases"}
_LINES = {
    *("align", "aligned", "alignat", "alignedat", "gather", "gathered", "multline", "split"),
    *("eqnarray", "equation", "flalign"),
}


def _environment(parser: Parser, token: Token) -> Node:
    name = token.text
    if name in _MATRICES:
        return _matrix(parser, token)
    if name in _CASES:
        return read_cases(parser, token)
    if name in ("vmatrix", "Vmatrix"):
        reason = r"a determinant is written \det\begin{pmatrix} … \end{pmatrix}"
    elif name in _LINES:
        reason = "only one formula is read here, without lines under each other"
    else:
        reason = f"the environment {name} is not known here"
    raise parser.fault(token, reason, "expression.syntax")


def _close(parser: Parser, opened: Token) -> None:
    token = parser.token
    if token.kind == "end" and token.text == opened.text:
        parser.next()
    elif token.kind in ("stop", "end"):
        reason = rf"\end{{{opened.text}}} is missing"
        raise parser.fault(opened, reason, "expression.syntax")
    else:
        parser.unexpected(rf"&, \\ or \end{{{opened.text}}} is missing here, or an operator")


def _matrix(parser: Parser, opened: Token) -> Node:
    rows: list[tuple[Node | None, ...]] = []
    entries = 0
    with parser.inside():
        while parser.token.kind not in ("end", "stop"):
            first = parser.token
            row = [_entry(parser)]
            while parser.take("&"):
                row.append(_entry(parser))
            if row == [None] and rows:  # dots for a whole row
                row = [None] * len(rows[0])
            entries += len(row)
            if entries > MAX_ENTRIES:
                reason = f"a matrix has at most {MAX_ENTRIES} entries here"
                raise parser.fault(opened, reason, "expression.too-big")
            if rows and len(row) != len(rows[0]):
                reason = (
                    f"the first row of the matrix has {len(rows[0])} columns, row "
                    f"{len(rows) + 1} has {len(row)}"
                )
                raise parser.fault(first, reason, "expression.matrix", parser.before.end)
            rows.append(tuple(row))
            if not parser.take(r"\\"):
                break
    _close(parser, opened)
    if not rows:
        raise parser.fault(opened, "the matrix is empty", "expression.matrix", parser.before.end)
    if not any(entry is None for row in rows for entry in row):
        return Matrix(tuple(rows))  # type: ignore[arg-type]
    assert parser.setting.dotted is not None
    found = parser.setting.dotted(tuple(rows))
    if found is None:
        reason = "what stands around the dots follows no plain rule; write one entry of it"
        raise parser.fault(opened, reason, "expression.dots", parser.before.end)
    return found


def _entry(parser: Parser) -> Node | None:
    """An entry of a matrix; None for dots, where they are read."""
    token = parser.token
    if token.text == r"\dots" and parser.setting.dotted is not None:
        after = parser.peek()
        if after.text in ("&", r"\\") or after.kind == "end":
            parser.next()
            return None
    if token.text in ("&", r"\\") or token.kind == "end":
        reason = "an entry of the matrix is missing; write 0 where it is zero"
        raise parser.fault(token, reason, "expression.matrix")
    return parser.expression()


# ---- cases


def read_cases(parser: Parser, opened: Token) -> Node:
    """The lines of an environment that was begun as values, each with where it holds."""
    branches: list[tuple[Node, Node]] = []
    with parser.inside():
        while parser.token.kind not in ("end", "stop"):
            if parser.token.text in ("&", r"\\"):
                reason = "a value is missing in this line of the cases"
                raise parser.fault(parser.token, reason, "expression.syntax")
            start = parser.token
            value = parser.indicator(parser.expression())
            parser.take(",", ";")
            if not (parser.take("&") or parser.token.kind == "text"):
                reason = "say behind & where it holds, such as & i = j"
                raise parser.fault(start, reason, "expression.condition", parser.before.end)
            branches.append((value, _condition(parser, start)))
            if not parser.take(r"\\"):
                break
    _close(parser, opened)
    if not branches:
        raise parser.fault(opened, "no case is given", "expression.syntax", parser.before.end)
    return Cases(tuple(branches))


def _word(parser: Parser) -> str:
    """The words of a text that comes next, without marks around them."""
    token = parser.token
    return token.text.lower().strip(" .,:;()") if token.kind == "text" else ""


def _condition(parser: Parser, start: Token) -> Node:
    """Where a case holds: ``i = j``, ``if x > 0``, ``otherwise``; up to the end of the line."""
    found: list[Node] = []
    seen = False
    while True:
        word = _word(parser)
        token = parser.token
        if word and all(part in WHEN | AND for part in word.split()):
            parser.next()
        elif word and word.split()[0] in OTHERWISE:
            parser.next()
            seen = True
        elif word == "never":
            parser.next()
            found.append(Truth(False))
        elif parser.take(",", ";", ".", "&"):
            continue
        elif token.kind == "text" and not word:
            parser.next()
        elif token.text == r"\\" or token.kind in ("end", "stop"):
            break
        elif token.kind == "text" and word not in NOT | OR:
            reason = "write where the case holds as a formula, such as x > 0, or otherwise"
            raise parser.fault(token, reason, "expression.condition")
        else:
            found.append(_one(parser))
    if not found and not seen:
        reason = "say behind & where it holds, such as & i = j"
        raise parser.fault(start, reason, "expression.condition", parser.before.end)
    if not found:
        return Truth(True)
    return found[0] if len(found) == 1 else Logic("and", tuple(found))


def _one(parser: Parser) -> Node:
    token = parser.token
    node = parser.expression()
    if not isinstance(node, Relation | Logic | Truth):
        reason = "this is no condition; write one such as i = j or x > 0, or otherwise"
        raise parser.fault(token, reason, "expression.condition", parser.before.end)
    return node


def _not(parser: Parser, token: Token) -> Node:
    node = parser.expression(LOGIC)
    if not isinstance(node, Relation | Logic | Truth):
        reason = "this is no condition; write one such as i = j or x > 0"
        raise parser.fault(token, reason, "expression.condition", parser.before.end)
    return Logic("not", (node,))


ENVIRONMENT_KINDS: dict[str, Reader] = {"begin": _environment}
ENVIRONMENT_STARTS: dict[str, Reader] = {r"\lnot": _not, r"\neg": _not, "not": _not, "nicht": _not}
