"""Slips in differentiating: the chain, product, quotient and power rules half applied.

A reference that still holds its derivative, ``diff(sin(x**2), x)``, is taken apart by its
rule. For one that is written out the same slips are looked for in the result: a factor that
is an inner derivative divided out, the square of a denominator dropped, an exponent one off.
"""

from __future__ import annotations

from collections.abc import Iterator

from mathgrade.equality.diagnosis.edit import Candidate, Edit, Task
from mathgrade.equality.diagnosis.trees import number, product, spots, sum_of, without
from mathgrade.expression import Context
from mathgrade.expression.nodes import (
    Add,
    Call,
    Derivative,
    Div,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Power,
    Subst,
    free_names,
)

__all__ = ["CALCULUS", "RULES"]

_NEW = "u_0"  # what the inner function is called while the outer one is differentiated


def _d(body: Node, by: Node) -> Node:
    return Derivative(body, (by,))


# -- a derivative that is still to be taken ------------------------------------------------


def _derivatives(task: Task) -> Iterator[tuple[Node, Node, object]]:
    for spot in spots(task.reference):
        match spot.node:
            case Derivative(body, (by,)):
                yield body, by, spot.put


def _quotients(task: Task) -> Iterator[Candidate]:
    for body, by, put in _derivatives(task):
        if isinstance(body, Div):
            f, g = body.top, body.bottom
            first, second = Mul((_d(f, by), g)), Mul((f, _d(g, by)))
            for what, wrong in (
                ("the denominator has to be squared", Div(Add((first, Neg(second))), g)),
                ("the two terms are subtracted", Div(Add((first, second)), Power(g, number(2)))),
                (
                    "the order of the two terms matters",
                    Div(Add((second, Neg(first))), Power(g, number(2))),
                ),
                (
                    "it is not the quotient of the derivatives",
                    Div(_d(f, by), _d(g, by)),
                ),
                ("the denominator is missing", Add((first, Neg(second)))),
                ("a term is missing", Div(_d(f, by), g)),
            ):
                yield Candidate(put(wrong), words={"what": what})  # type: ignore[operator]


def _products(task: Task) -> Iterator[Candidate]:
    for body, by, put in _derivatives(task):
        if isinstance(body, Mul):
            factors = body.factors
            every = [
                product((*factors[:k], _d(f, by), *factors[k + 1 :])) for k, f in enumerate(factors)
            ]
            for k in range(len(every)):
                wrong = sum_of(without(tuple(every), k))
                yield Candidate(put(wrong), words={"what": "a term is missing"})  # type: ignore[operator]
            wrong = product(tuple(_d(f, by) for f in factors))
            what = "it is not the product of the derivatives"
            yield Candidate(put(wrong), words={"what": what})  # type: ignore[operator]


def _chains(task: Task) -> Iterator[Candidate]:
    inner_missing = "the inner derivative is missing"
    outer_missing = "the outer function has to be differentiated, too"
    at_derivative = "the outer derivative is taken at the inner function, not at its derivative"
    for body, by, put in _derivatives(task):
        inner = _inner(body)
        if inner is None or inner == by:
            continue
        hull = _outer(body, Name(_NEW))
        for what, wrong in (
            (inner_missing, Subst(_d(hull, Name(_NEW)), _NEW, inner)),
            (outer_missing, Mul((body, _d(inner, by)))),
            (at_derivative, Subst(_d(hull, Name(_NEW)), _NEW, _d(inner, by))),
            (at_derivative, _outer(body, _d(inner, by))),
        ):
            yield Candidate(put(wrong), words={"what": what})  # type: ignore[operator]


def _inner(body: Node) -> Node | None:
    match body:
        case Call(_, (inner,)):
            return inner
        case Power(base, Number()):
            return base
    return None


def _outer(body: Node, inner: Node) -> Node:
    return Call(body.function, (inner,)) if isinstance(body, Call) else Power(inner, body.exponent)  # type: ignore[attr-defined]


def _undone(task: Task) -> Iterator[Candidate]:
    for body, _, put in _derivatives(task):
        yield Candidate(put(body))  # type: ignore[operator]


# -- a derivative that is written out --------------------------------------------------------


def _square(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        if isinstance(spot.node, Div):
            top, bottom = spot.node.top, spot.node.bottom
            factors = bottom.factors if isinstance(bottom, Mul) else (bottom,)
            for k, factor in enumerate(factors):
                if isinstance(factor, Power) and factor.exponent == number(2):
                    plain = product((*factors[:k], factor.base, *factors[k + 1 :]))
                    yield Candidate(spot.put(Div(top, plain)))
        elif isinstance(spot.node, Power) and spot.node.exponent == number(-2):
            yield Candidate(spot.put(Power(spot.node.base, number(-1))))


def _exponent(task: Task) -> Iterator[Candidate]:
    for spot in spots(task.reference):
        match spot.node:
            case Power(base, Number(value)):
                for other in (value + 1, value - 1):
                    power = base if other == 1 else Power(base, Number(other))
                    yield Candidate(spot.put(power), words={"where": spot.where})
            case Mul(factors):
                for k, factor in enumerate(factors):
                    if isinstance(factor, Name) and _variable(factor, task.context):
                        squared = (*factors[:k], Power(factor, number(2)), *factors[k + 1 :])
                        yield Candidate(spot.put(Mul(squared)), words={"where": spot.where})
            case Add(terms):
                # The derivative of a linear term is its constant: x for 1 is an exponent, too.
                for k, term in enumerate(terms):
                    for name in _variables(task) if isinstance(term, Number) else ():
                        linear = (*terms[:k], Mul((term, name)), *terms[k + 1 :])
                        yield Candidate(spot.put(Add(linear)), words={"where": spot.where})


def _variables(task: Task) -> list[Node]:
    names = sorted(free_names(task.reference))
    return [Name(n) for n in names if _variable(Name(n), task.context)]


def _variable(name: Name, context: Context) -> bool:
    declared = context.get(name.name)
    return declared is not None and declared.kind == "real"


def _inner_derivative(task: Task) -> Iterator[Candidate]:
    """The reference, or one of its terms, divided by the derivative of a function inside it."""
    seen: set[tuple[Node, Node]] = set()
    terms = task.reference.terms if isinstance(task.reference, Add) else ()
    for spot in spots(task.reference):
        inner = _inner(spot.node)
        if inner is None or isinstance(inner, Name | Number):
            continue
        for name in sorted(free_names(inner)):
            by = Name(name)
            if not _variable(by, task.context) or (inner, by) in seen:
                continue
            seen.add((inner, by))
            yield Candidate(Div(task.reference, _d(inner, by)))
            for k, term in enumerate(terms):
                changed = (*terms[:k], Div(term, _d(inner, by)), *terms[k + 1 :])
                yield Candidate(Add(changed))


def _outer_function(task: Task) -> Iterator[Candidate]:
    """One function of the result not differentiated: sin left where cos is due."""
    for spot in spots(task.reference):
        match spot.node:
            case Call(name, args) if name in _BEFORE:
                for before, sign in _BEFORE[name]:
                    call: Node = Call(before, args)
                    yield Candidate(spot.put(Neg(call) if sign < 0 else call))
            case Div(top, bottom) if not isinstance(bottom, Number):
                yield Candidate(spot.put(Mul((top, Call("log", (bottom,))))))


# What a function may have been before it was differentiated, with the sign that came along.
_BEFORE = {
    "cos": (("sin", 1),),
    "sin": (("cos", -1), ("cos", 1)),
    "cosh": (("sinh", 1),),
    "sinh": (("cosh", 1),),
}


RULES = (
    Edit("quotient rule", "edit.quotient-rule", "Look at the quotient rule: {what}.", _quotients),
    Edit("product rule", "edit.product-rule", "Look at the product rule: {what}.", _products),
    Edit("chain rule", "edit.chain-rule", "Look at the chain rule: {what}.", _chains),
    Edit(
        "not differentiated",
        "edit.not-differentiated",
        "This is the function itself; its derivative is asked.",
        _undone,
    ),
)

CALCULUS = (
    Edit(
        "square of a denominator",
        "edit.denominator-square",
        "A denominator is not squared; in the quotient rule it is. All else is right.",
        _square,
    ),
    Edit(
        "exponent one off",
        "edit.exponent",
        "An exponent is one too large or one too small{where}; where a power is differentiated, "
        "it goes down by one.",
        _exponent,
    ),
    Edit(
        "inner derivative",
        "edit.inner-derivative",
        "A factor is missing: the derivative of an inner function, by the chain rule.",
        _inner_derivative,
    ),
    Edit(
        "outer function",
        "edit.outer-derivative",
        "One function is mixed up with its derivative; all else is right.",
        _outer_function,
    ),
)
