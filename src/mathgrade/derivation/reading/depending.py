"""What a name that is short for a formula depends on, so that ``u'`` has a meaning."""

from __future__ import annotations

from collections.abc import Mapping

from mathgrade.derivation.statements import Definition
from mathgrade.expression import Declaration
from mathgrade.expression.nodes import free_names

__all__ = ["only_variable"]


def only_variable(
    name: str, definitions: Mapping[str, Definition], names: Mapping[str, Declaration]
) -> str | None:
    """The one real number that a defined name depends on, through others too.

    None for an entry or a function, and where there is no such number or more than one.

    >>> from mathgrade.expression import read
    >>> u, v = (Definition(n, (), (), read(body)) for n, body in (("u", "exp(x)"), ("v", "u + 1")))
    >>> only_variable("v", {"u": u, "v": v}, {"x": Declaration("real")})
    'x'
    """
    first = definitions.get(name)
    if first is None or first.indices or first.arguments:
        return None
    queue, seen = [name], {name}
    found: list[str] = []
    while queue:
        one = queue.pop()
        if (definition := definitions.get(one)) is None:
            found.append(one)
            continue
        bound = {*definition.indices, *definition.arguments}
        more = free_names(definition.body) - bound - seen
        seen |= more
        queue += more
    kinds = {one: names[one] for one in found if one in names}
    if any(declared.shape for declared in kinds.values()):
        return None
    reals = [one for one, declared in kinds.items() if declared.kind == "real"]
    return reals[0] if len(reals) == 1 else None
