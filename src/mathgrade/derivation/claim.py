"""What a derivation is to show: the claim, its names and definitions, how big a step may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mathgrade.derivation.reading import read_definition, read_document
from mathgrade.derivation.statements import Definition, Role
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Node, read_names

__all__ = ["Claim", "Form", "claim_from", "read_claim", "read_step", "read_terms"]

_KEYS = ("claim", "max_laws", "milestones", "names", "definitions")


@dataclass(frozen=True, slots=True)
class Form:
    """An equation between two formulas, as the author wrote it."""

    left: Node
    right: Node
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be derived.

    Attributes:
        forms: equations, any of which will do.
        context: what each name is, defined names and the indices of the claim with them.
        definitions: what defined names stand for.
        max_laws: how many elementary laws one step may take.
        milestones: equations on the way, for partial credit.
    """

    forms: tuple[Form, ...]
    context: Context
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    max_laws: int = 2
    milestones: tuple[Form, ...] = ()


def read_claim(
    claim: str | Sequence[str],
    names: Mapping[str, str],
    definitions: Mapping[str, str] | None = None,
    *,
    max_laws: int = 2,
    milestones: Sequence[str] = (),
) -> Claim:
    r"""A claim from text, as in a claim file.

    Args:
        claim: an equation in LaTeX, or several of which any will do.
        names: what each name is, as :func:`mathgrade.expression.read_names` takes it.
        definitions: what names stand for: ``{r"softmax(v)_i": r"\frac{e^{v_i}}{\sum_k e^{v_k}}"}``.
        max_laws: how many elementary laws one step may take, from 1 to 4.
        milestones: equations on the way.

    Raises:
        ItemError: something cannot be read, and what it is.
    """
    if max_laws not in (1, 2, 3, 4):
        raise ItemError(f"max_laws is a whole number from 1 to 4, not {max_laws!r}.")
    context, known = read_terms(names, definitions or {})
    forms = []
    for text in [claim] if isinstance(claim, str) else claim:
        equation, context = _equation(text, context, known, "claim")
        forms.append(equation)
    if not forms:
        raise ItemError("A derivation needs a claim: an equation in LaTeX.")
    on_the_way = []
    for text in milestones:
        equation, context = _equation(text, context, known, "milestone")
        on_the_way.append(equation)
    return Claim(tuple(forms), context, known, max_laws, tuple(on_the_way))


def read_terms(
    names: Mapping[str, str], definitions: Mapping[str, str]
) -> tuple[Context, dict[str, Definition]]:
    """What a derivation may speak of: its names, and what defined names stand for.

    Raises:
        ItemError: something cannot be read, and what it is.
    """
    context = read_names(names)
    known: dict[str, Definition] = {}
    for head, body in definitions.items():
        try:
            definition, context = read_definition(head, body, context)
        except ResponseError as error:
            raise ItemError(f"The definition of {head} cannot be read: {error}") from error
        known[definition.name] = definition
    return context, known


def read_step(text: str, claim: Claim) -> tuple[Form, Context]:
    """An equation in the names of a claim, and what each name in it is.

    Raises:
        ItemError: it cannot be read.
    """
    return _equation(text, claim.context, claim.definitions, "step")


def claim_from(data: Mapping[str, Any]) -> Claim:
    """A claim from the content of a claim file.

    Raises:
        ItemError: a key that is missing, unknown or of the wrong kind.
    """
    unknown = sorted(set(data) - set(_KEYS))
    if unknown:
        raise ItemError(f"A claim file has no {unknown[0]!r}; it may have: {', '.join(_KEYS)}.")
    for key in ("claim", "names"):
        if key not in data:
            raise ItemError(f"A claim file needs {key!r}.")
    claim, milestones = data["claim"], data.get("milestones", [])
    texts = [claim] if isinstance(claim, str) else claim
    for name, value in (("claim", texts), ("milestones", milestones)):
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise ItemError(f"{name!r} is a text or a list of texts.")
    for name in ("names", "definitions"):
        table = data.get(name, {})
        if not isinstance(table, Mapping) or not all(isinstance(v, str) for v in table.values()):
            raise ItemError(f"{name!r} is a table from names to texts.")
    return read_claim(
        texts,
        data["names"],
        data.get("definitions", {}),
        max_laws=data.get("max_laws", 2),
        milestones=milestones,
    )


def _equation(
    text: str, context: Context, known: Mapping[str, Definition], what: str
) -> tuple[Form, Context]:
    document = read_document(f"$${text}$$", context, known)
    steps = [s for s in document.statements if s.role is not Role.WORDS]
    faults = [document.fault, *(side.fault for s in steps for side in s.sides)]
    if any(faults):
        raise ItemError(f"The {what} `{text}` cannot be read: {next(filter(None, faults))}")
    if len(steps) != 1 or steps[0].relations != ("==",) or len(steps[0].sides) != 2:
        raise ItemError(f"The {what} `{text}` is not one equation.")
    if steps[0].definition is not None:
        name = steps[0].definition.name
        raise ItemError(f"The {what} `{text}` uses {name}, which is not declared.")
    left, right = (side.node for side in steps[0].sides)
    assert left is not None
    assert right is not None
    return Form(left, right, text), document.context
