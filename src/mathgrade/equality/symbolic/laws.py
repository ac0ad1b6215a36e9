"""The laws formulas are taken apart by: a row each, with what it says and how it is applied.

A law looks at a term and returns what it is equal to, or None where it does not apply.
The laws of one head are tried in the order of this table. To add a law, add a row here
and its function in the module of its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mathgrade.equality.symbolic import calculus, functions, sums
from mathgrade.equality.symbolic.algebra import Algebra
from mathgrade.equality.symbolic.ring import Ratio
from mathgrade.equality.symbolic.terms import Term

__all__ = ["LAWS", "Law", "by_head"]


@dataclass(frozen=True, slots=True)
class Law:
    """One thing that is true of formulas.

    Attributes:
        name: by which it is switched and counted; starts with the subject.
        head: kind of term it applies to.
        says: the law as mathematics, for people.
        apply: what a term is equal to by this law; None where it does not apply.
    """

    name: str
    head: str
    says: str
    apply: Callable[[Algebra, Term], Ratio | None]


def _rows(
    head: str, *rows: tuple[str, str, Callable[[Algebra, Term], Ratio | None]]
) -> tuple[Law, ...]:
    return tuple(Law(f"{head}.{name}", head, says, apply) for name, says, apply in rows)


LAWS: tuple[Law, ...] = (
    *_rows(
        "exp",
        ("quotient", "e^a / e^b = e^(a - b)", functions.exp_quotient),
        ("of-sum", "e^(a + b) = e^a e^b", functions.exp_of_sum),
        ("of-log", "e^(n log a) = a^n", functions.exp_of_log),
        ("multiple", "e^(n a) = (e^a)^n", functions.exp_multiple),
    ),
    *_rows(
        "log",
        ("of-one", "log 1 = 0", functions.log_of_one),
        ("of-product", "log(a b) = log a + log b for a, b > 0", functions.log_of_product),
        ("of-exp", "log e^a = a", functions.log_of_exp),
        ("of-fold", "log Π a_k = Σ log a_k for a_k > 0", functions.log_of_fold),
    ),
    *_rows(
        "root",
        ("of-exp", "√(e^a) = e^(a/2)", functions.root_of_exp),
        ("of-product", "√(a² b) = |a| √b", functions.root_of_product),
    ),
    *_rows(
        "abs",
        ("sign", "|a| = a for a ≥ 0, |-a| = |a|", functions.absolute),
        ("product", "|a b| = |a| |b|", functions.absolute_of_product),
    ),
    *_rows(
        "max",
        ("order", "max(a, b) = max(b, a)", functions.in_any_order),
        ("halves", "max(a, b) = (a + b + |a - b|)/2", functions.larger),
    ),
    *_rows(
        "min",
        ("order", "min(a, b) = min(b, a)", functions.in_any_order),
        ("halves", "min(a, b) = (a + b - |a - b|)/2", functions.smaller),
    ),
    *(
        Law(f"{head}.odd", head, f"{head}(-a) = -{head}(a)", functions.odd)
        for head in ("sin", "asin", "atan", "asinh", "atanh", "erf", "sign")
    ),
    *_rows("cos", ("even", "cos(-a) = cos(a)", functions.even)),
    *_rows(
        "sum",
        ("constant", "Σ_k a = K a", sums.constant),
        ("number", "Σ_k 2 a_k = 2 Σ_k a_k", sums.number),
        ("factor", "Σ_k a b_k = a Σ_k b_k", sums.factor),
        ("terms", "Σ (a_k + b_k) = Σ a_k + Σ b_k", sums.terms),
        ("delta", "Σ_k δ_ik a_k = a_i", sums.delta),
        ("simplex", "Σ_k t_k = 1", sums.simplex),
        ("powers", "Σ_k k = K(K + 1)/2", sums.powers),
        ("order", "Σ_i Σ_j a_ij = Σ_j Σ_i a_ij", sums.order),
    ),
    *_rows(
        "product",
        ("constant", "Π_k 1 = 1", sums.product_of_one),
        ("factors", "Π a_k b_k = Π a_k Π b_k", sums.factors),
        ("exp", "Π e^(a_k) = e^(Σ a_k)", sums.product_of_exp),
        ("delta", "Π_k (the factor at i taken out)", sums.product_delta),
    ),
    *_rows(
        "derivative",
        ("constant", "c' = 0", calculus.constant),
        ("quotient", "(a/b)' = (a' b - a b')/b²", calculus.quotient),
        ("terms", "(a + b)' = a' + b'", calculus.terms),
        ("factor", "(c a)' = c a'", calculus.factor),
        ("power", "(a^n)' = n a^(n-1) a'", calculus.power),
        ("product", "(a b)' = a' b + a b'", calculus.product),
        ("variable", "∂z_i/∂z_j = δ_ij", calculus.variable),
        ("exp", "(e^a)' = e^a a'", calculus.of_exp),
        ("log", "(log a)' = a'/a", calculus.of_log),
        ("root", "(√a)' = a'/(2√a)", calculus.of_root),
        ("sum", "(Σ a_k)' = Σ a_k'", calculus.of_sum),
        ("chain", "f(a)' = f'(a) a'", calculus.of_function),
    ),
)


def by_head(names: Iterable[str] | None = None) -> Mapping[str, tuple[Law, ...]]:
    """The laws of each head; only those named, if names are given."""
    kept = None if names is None else frozenset(names)
    if kept is not None and (unknown := kept - {law.name for law in LAWS}):
        raise ValueError(f"no such law: {', '.join(sorted(unknown))}")
    found: dict[str, list[Law]] = {}
    for law in LAWS:
        if kept is None or law.name in kept:
            found.setdefault(law.head, []).append(law)
    return {head: tuple(rows) for head, rows in found.items()}
