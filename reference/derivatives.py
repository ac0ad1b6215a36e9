"""The items of the assignment on derivatives, partial derivatives, the gradient, the chain rule."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from derivatives_functions import GRADIENT, GRADIENT_MISTAKES
from mathgrade.answers import Expression, Matrix
from mathgrade.items import Follow, Item, Mistake, is_trivial

QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)
MOST = Fraction(3, 4)  # for an answer that is right but for a convention

X, XY, XYZ = {"x": "real"}, {"x y": "real"}, {"x y z": "real"}
x, y, u = sp.symbols("x y u", real=True)

# ------------------------------------------------------------------------------------------------
# 1 powers: 1, x, 3x², 3x² + 5x, 5x⁵ + 4x³ - 5

POWERS = Matrix(
    ["0", "1", "6*x", "6*x + 5", "25*x**4 + 12*x**2"], names=X, vector=True, entries="each"
)
ITSELF = "That is the function itself: what is asked is its derivative."


def one_power(entry: int, formula: str, message: str, note: str) -> Mistake:
    """A mistake in one of the five derivatives, whatever the others are."""
    row: list[str | None] = [None] * 5
    row[entry] = formula
    return Mistake(row, message, f"derivatives.{note}")


POWER_MISTAKES = (
    Mistake(
        ["1", "x", "3*x**2", "3*x**2 + 5*x", "5*x**5 + 4*x**3 - 5"],
        "These are the functions themselves: what is asked is their derivatives.",
        "derivatives.not-differentiated",
    ),
    one_power(
        1,
        "0",
        "x is no constant: its graph is a line that rises. How steep is it?",
        "variable-as-constant",
    ),
    one_power(
        1,
        "x",
        "x: that is the function itself. Its graph is a line; how steep is it?",
        "variable-kept",
    ),
    one_power(
        0,
        "1",
        "The first function is constant: it does not change when x does.",
        "constant-kept",
    ),
    one_power(
        2,
        "3*x",
        "3x²: the exponent comes down as a factor, so there is a factor 2 as well.",
        "exponent-not-a-factor",
    ),
    one_power(
        2,
        "6*x**2",
        "3x²: the exponent comes down as a factor and is then one less.",
        "exponent-kept",
    ),
    one_power(
        2,
        "x**3",
        "3x²: this is an antiderivative, the way back.",
        "integrated",
    ),
    one_power(
        3,
        "6*x",
        "3x² + 5x: the derivative of a sum has a term for each term; 5x is no constant.",
        "term-lost",
    ),
    one_power(
        3,
        "6*x + 5*x",
        "3x² + 5x: how steep is the line 5x?",
        "linear-term-kept",
    ),
    one_power(
        3,
        "6*x + 1",
        "3x² + 5x: the constant factor of 5x stays in front.",
        "factor-lost",
    ),
    one_power(
        4,
        "25*x**4 + 12*x**2 - 5",
        "5x⁵ + 4x³ - 5: the constant term does not change with x, so it has the derivative 0.",
        "constant-term-kept",
    ),
    one_power(
        4,
        "5*x**4 + 4*x**2",
        "5x⁵ + 4x³ - 5: each exponent comes down as a factor.",
        "exponents-not-factors",
    ),
    one_power(
        4,
        "25*x**5 + 12*x**3",
        "5x⁵ + 4x³ - 5: each exponent is one less afterwards.",
        "exponents-kept",
    ),
)

# ------------------------------------------------------------------------------------------------
# 2, 3 partial derivatives: x + y, 2x + 3y², 3x³ - y² + 5x + 2; xy; 3x³z - y² + 5z + 2yz

SUMS = Matrix(
    [["1", "1"], ["2", "6*y"], ["9*x**2 + 5", "-2*y"]],
    names=XY,
    entries="rows",
)
PRODUCT = Matrix(["y", "x"], names=XY, vector=True, entries="each")
BY_X, BY_Y, BY_Z = "9*x**2*z", "2*z - 2*y", "3*x**3 + 5 + 2*y"
PARTIALS = Matrix([BY_X, BY_Y, BY_Z], names=XYZ, vector=True, entries="each")


def column(entries: Any) -> Matrix:
    """The test of the gradient for someone who found these partial derivatives."""
    flat = np.ravel(np.array(entries, dtype=object)).tolist()
    return Matrix([[entry] for entry in flat], names=XYZ, layout="denominator")


def says_nothing(start: Any) -> bool:
    """Whether a list of partial derivatives is no start.

    It is trivial, holds one formula three times, or derivatives that are not carried out.
    """
    if is_trivial(start) or isinstance(start, str):
        return True
    entries = [str(entry) for entry in np.ravel(np.array(start, dtype=object))]
    return len(set(entries)) < 2 or any("Derivative(" in e or "diff(" in e for e in entries)


SUM_MISTAKES = (
    Mistake(
        [["1 + y", "x + 1"], [None, None], [None, None]],
        "x + y: for the derivative by x the other letter is a fixed number. How does a fixed "
        "number that is added change with x?",
        "derivatives.other-letter-kept",
    ),
    Mistake(
        [[None, None], ["2 + 6*y", "2 + 6*y"], [None, None]],
        "2x + 3y²: this is the sum of both partial derivatives. Each of them goes in one "
        "direction only: the other letter stands still.",
        "derivatives.total",
    ),
    Mistake(
        [[None, None], ["2 + 3*y**2", None], [None, None]],
        "2x + 3y²: by x, the term 3y² is a constant, and constants that are added vanish.",
        "derivatives.other-term-kept",
    ),
    Mistake(
        [[None, None], [None, "3*y"], [None, None]],
        "2x + 3y²: by y, the exponent comes down as a factor.",
        "derivatives.exponent-not-a-factor",
    ),
    Mistake(
        [[None, None], [None, None], ["9*x**2 + 5", "2*y"]],
        "3x³ - y² + 5x + 2: the square is subtracted, so its derivative is, too.",
        "derivatives.sign",
    ),
    Mistake(
        [[None, None], [None, None], ["9*x**2 + 7", None]],
        "3x³ - y² + 5x + 2: the constant 2 has the derivative 0.",
        "derivatives.constant-term-kept",
    ),
    Mistake(
        [[None, None], [None, None], ["9*x**2 + 5 - 2*y", "9*x**2 + 5 - 2*y"]],
        "3x³ - y² + 5x + 2: this is the sum of both partial derivatives. Each of them goes in one "
        "direction only: the other letter stands still.",
        "derivatives.total-of-three",
    ),
    Mistake(
        [[None, None], [None, None], ["9*x**2 + 5 - y**2", None]],
        "3x³ - y² + 5x + 2: by x, the square of y is a constant that is added.",
        "derivatives.other-term-of-three",
    ),
    Mistake(
        [["1", "1"], ["6*y", "2"], ["-2*y", "9*x**2 + 5"]],
        "The columns are exchanged: the derivative by x comes first in each row.",
        "derivatives.columns-exchanged",
        credit=HALF,
    ),
)
PRODUCT_MISTAKES = (
    Mistake(
        ["x", "y"],
        "The two are exchanged: for the derivative by x the factor y is a fixed number, as 3 is "
        "in 3x.",
        "derivatives.factors-exchanged",
    ),
    Mistake(
        [1, 1],
        "A product is not differentiated factor by factor. For the derivative by x the factor y is "
        "a fixed number, as 3 is in 3x.",
        "derivatives.factor-by-factor",
    ),
    Mistake(
        [0, 0],
        "A fixed number that is added vanishes; one that is a factor stays, as 3 does in 3x.",
        "derivatives.factor-vanishes",
    ),
    Mistake(
        ["x + y", "x + y"],
        "For a partial derivative only one letter moves: the term in which the other one is "
        "differentiated is 0.",
        "derivatives.both-move",
    ),
    Mistake(
        ["x*y", "x*y"],
        "That is the product itself: what is asked is its derivatives.",
        "derivatives.not-differentiated",
    ),
)
PARTIAL_MISTAKES = (
    Mistake(
        ["9*x**2", None, None],
        "By x, the factor z in 3x³z is a fixed number that stays.",
        "derivatives.factor-lost",
    ),
    Mistake(
        ["9*x**2*z + 2*y*z", None, None],
        "By x: a term without x does not change with x.",
        "derivatives.other-term-kept",
    ),
    Mistake(
        [None, "-2*y", None],
        "By y: the term 2yz contains y, too.",
        "derivatives.term-lost",
    ),
    Mistake(
        [None, "2*y + 2*z", None],
        "By y: the square is subtracted, so its derivative is, too.",
        "derivatives.sign",
    ),
    Mistake(
        [None, "2 - 2*y", None],
        "By y, the factor z in 2yz is a fixed number that stays.",
        "derivatives.factor-lost-by-y",
    ),
    Mistake(
        [None, None, "3*x**3 + 5"],
        "By z: the term 2yz contains z, too.",
        "derivatives.term-lost-by-z",
    ),
    Mistake(
        [None, None, "3*x**3 + 5*z + 2*y"],
        "By z: how steep is the line 5z?",
        "derivatives.linear-term-kept",
    ),
    Mistake(
        [None, None, "9*x**2 + 5 + 2*y"],
        "By z, the factor x³ stands still: it is not differentiated as well.",
        "derivatives.both-factors",
    ),
)


def gradient_mistakes(partials: Any = (BY_X, BY_Y, BY_Z)) -> list[Mistake]:
    """What these partial derivatives are made into in the place of the gradient."""
    by_x, by_y, by_z = (f"({entry})" for entry in np.ravel(np.array(partials, dtype=object)))
    return [
        Mistake(
            [by_x, by_y, by_z],
            "A list has neither rows nor columns. A column vector has one entry a row: "
            "sp.Matrix([a, b, c]) or [[a], [b], [c]].",
            "derivatives.no-column",
            credit=MOST,
        ),
        Mistake(
            [[f"{by_x} + {by_y} + {by_z}"]],
            "The partial derivatives are added up here. The gradient keeps them apart, one entry "
            "for each direction.",
            "derivatives.added-up",
        ),
        Mistake(
            [[by_z], [by_y], [by_x]],
            "The order of the entries is the order of the letters: first by x, then y, then z.",
            "derivatives.order",
            credit=HALF,
        ),
        Mistake(
            [[f"-{by_x}"], [f"-{by_y}"], [f"-{by_z}"]],
            "This points downhill. The gradient points to where the function grows; the minus sign "
            "belongs to the method that goes down.",
            "derivatives.downhill",
            credit=HALF,
        ),
    ]


# ------------------------------------------------------------------------------------------------
# 4 maxima and their kinks

TIE = (
    "This is right but where the two are equal. There the maximum has a kink and no derivative, so "
    "a convention decides; the lecture's is another one."
)
NO_TIE = (
    "This is right but where the two are equal, where it says nothing. There the maximum has a "
    "kink and no derivative; a program needs a number all the same, so take the lecture's "
    "convention."
)


def split(small: object, tie: object, large: object, other: object = 0) -> sp.Expr:
    """A function that is constant where x is smaller than ``other``, equal to it, larger."""
    return sp.Piecewise((large, x > other), (tie, sp.Eq(x, other)), (small, True))


def open_at_the_tie(small: object, large: object, other: object = 0) -> sp.Expr:
    """The same, not defined where x is ``other``: as a mistake, whatever stands there."""
    return sp.Piecewise((large, x > other), (small, x < other))


MAX_ZERO_MISTAKES = (
    Mistake(split(0, 1, 1), TIE, "derivatives.tie", credit=MOST),
    Mistake(split(0, HALF, 1), TIE, "derivatives.tie", credit=MOST),
    Mistake(open_at_the_tie(0, 1), NO_TIE, "derivatives.no-tie", credit=MOST),
    Mistake(sp.Max(x, 0), ITSELF, "derivatives.not-differentiated"),
    Mistake(
        open_at_the_tie(1, 0),
        "The two sides are exchanged: on which is max(x, 0) flat?",
        "derivatives.sides",
    ),
    Mistake(
        open_at_the_tie(-1, 1),
        "This is the derivative of |x|; max(x, 0) is flat to the left of 0.",
        "derivatives.absolute-value",
    ),
    Mistake(
        "1",
        "That is the derivative where x > 0; what happens to the left of 0?",
        "derivatives.one-side",
    ),
)
MAX_BY_X_MISTAKES = (
    Mistake(split(0, 0, 1, y), TIE, "derivatives.tie", credit=MOST),
    Mistake(split(0, HALF, 1, y), TIE, "derivatives.tie", credit=MOST),
    Mistake(open_at_the_tie(0, 1, y), NO_TIE, "derivatives.no-tie", credit=MOST),
    Mistake(sp.Max(x, y), ITSELF, "derivatives.not-differentiated"),
    Mistake(
        open_at_the_tie(1, 0, y),
        "The two sides are exchanged: where x is the larger one, max(x, y) is x.",
        "derivatives.sides",
    ),
    Mistake(
        open_at_the_tie(0, 1),
        "x is held against 0 here. Which of the two is larger depends on y.",
        "derivatives.wrong-border",
    ),
    Mistake(
        open_at_the_tie(y, 1, y),
        "Where y is the larger one, max(x, y) is y: how does that change with x?",
        "derivatives.side-kept",
        credit=QUARTER,
    ),
    Mistake(
        open_at_the_tie(-1, 1, y),
        "Where y is the larger one, max(x, y) is y: how does that change with x?",
        "derivatives.side-kept",
        credit=QUARTER,
    ),
)
MAX_BY_Y_MISTAKES = (
    Mistake(split(1, 1, 0, y), TIE, "derivatives.tie", credit=MOST),
    Mistake(split(1, HALF, 0, y), TIE, "derivatives.tie", credit=MOST),
    Mistake(open_at_the_tie(1, 0, y), NO_TIE, "derivatives.no-tie", credit=MOST),
    Mistake(sp.Max(x, y), ITSELF, "derivatives.not-differentiated"),
    Mistake(
        open_at_the_tie(0, 1, y),
        "This is the derivative by x. By y it is the other way round.",
        "derivatives.by-x",
    ),
    Mistake(
        open_at_the_tie(-1, 0, y),
        "Where y is the larger one, does max(x, y) rise or fall with y?",
        "derivatives.sign",
        credit=QUARTER,
    ),
    Mistake(
        open_at_the_tie(1, x, y),
        "Where x is the larger one, max(x, y) is x: how does that change with y?",
        "derivatives.side-kept",
        credit=QUARTER,
    ),
    Mistake(
        sp.Piecewise((1, y > 0), (0, y < 0)),
        "y is held against 0 here. Which of the two is larger depends on x.",
        "derivatives.wrong-border",
    ),
)

# ------------------------------------------------------------------------------------------------
# 5 the chain rule


def chain(drawn: tuple[sp.Expr, sp.Expr]) -> Expression:
    """The answer test for the two functions a student has drawn."""
    outer, inner = drawn
    return Expression(outer.diff(u).subs(u, inner) * inner.diff(x), X)


def chain_mistakes(drawn: tuple[sp.Expr, sp.Expr]) -> list[Mistake]:
    """What the chain rule for these two functions can be mistaken for."""
    outer, inner = drawn
    by_u, by_x = outer.diff(u), inner.diff(x)
    return [
        Mistake(
            by_u.subs(u, inner),
            "The factor g'(x) is missing: when x changes a little, g(x) changes g'(x) times as "
            "much.",
            "derivatives.inner-missing",
            credit=QUARTER,
        ),
        Mistake(
            by_u.subs(u, x) * by_x,
            "f' is taken at x here. f is applied to g(x), so its derivative is taken there, too.",
            "derivatives.outer-at-x",
            credit=QUARTER,
        ),
        Mistake(
            by_u.subs(u, inner) * inner,
            "The second factor is g(x) itself here. What stretches a small change of x is the "
            "derivative of g.",
            "derivatives.inner-kept",
            credit=QUARTER,
        ),
        Mistake(
            by_u.subs(u, by_x),
            "g' stands inside of f' here. The chain rule multiplies: f' at g(x), times g'(x).",
            "derivatives.inner-inside",
        ),
        Mistake(
            outer.subs(u, inner) * by_x,
            "The outer function is not differentiated: f' is asked at g(x), not f.",
            "derivatives.outer-kept",
            credit=QUARTER,
        ),
        Mistake(
            outer.subs(u, inner),
            "That is f(g(x)) itself: what is asked is its derivative.",
            "derivatives.not-differentiated",
        ),
        Mistake(
            by_u.subs(u, inner) + by_x,
            "The two derivatives are added; the chain rule multiplies them.",
            "derivatives.added",
        ),
    ]


FORMAL_NAMES = {"x y z": "real", "f df": "function", "g g_1 g_2 h h_1 h_2": "function 2"}
F_AT, G_AT, H_AT = "df(g(y, h(x, z)))", "g_2(y, h(x, z))", "h_1(x, z)"
FORMAL = Expression(f"{F_AT} * {G_AT} * {H_AT}", FORMAL_NAMES)
FORMAL_MISTAKES = (
    Mistake(
        f"{F_AT} * {G_AT}",
        "The last factor is missing: h depends on x, so its derivative by x belongs to the chain.",
        "derivatives.inner-missing",
        credit=HALF,
    ),
    Mistake(
        f"{F_AT} * {H_AT}",
        "The factor in the middle is missing: g reacts to its second argument, which is h.",
        "derivatives.middle-missing",
        credit=QUARTER,
    ),
    Mistake(
        f"{G_AT} * {H_AT}",
        "The outermost function is missing: start with the derivative of f.",
        "derivatives.outer-missing",
        credit=QUARTER,
    ),
    Mistake(
        f"{F_AT} * g_1(y, h(x, z)) * {H_AT}",
        "x enters g by its second argument; the first is y, which stands still.",
        "derivatives.wrong-argument",
        credit=HALF,
    ),
    Mistake(
        f"{F_AT} * {G_AT} * h_2(x, z)",
        "h_2 is the derivative by z, the second argument of h. Which of them moves here?",
        "derivatives.wrong-letter",
        credit=HALF,
    ),
    Mistake(
        f"{F_AT} * (g_1(y, h(x, z)) + {G_AT} * {H_AT})",
        "By x, y stands still: the term with g_1 would carry the derivative of y by x, which is 0.",
        "derivatives.total",
        credit=HALF,
    ),
    Mistake(
        f"{F_AT} * {G_AT} * ({H_AT} + h_2(x, z))",
        "By x, z stands still: the term with h_2 would carry the derivative of z by x, which is 0.",
        "derivatives.both-letters",
        credit=HALF,
    ),
    Mistake(
        f"df({G_AT} * {H_AT})",
        "The inner derivatives stand inside of f' here. They are factors beside it, and f' is "
        "taken where f is: at g(y, h(x, z)).",
        "derivatives.inner-inside",
    ),
    Mistake(
        f"df(x) * {G_AT} * {H_AT}",
        "f' is taken at x here. f is applied to g(y, h(x, z)), so that is where its derivative is "
        "taken.",
        "derivatives.outer-at-x",
        credit=HALF,
    ),
    Mistake(
        f"df(g(y, h(x, z))) * g_2(y, {H_AT}) * {H_AT}",
        "g_2 is taken at the derivative of h here. It is taken where g is: at (y, h(x, z)).",
        "derivatives.middle-elsewhere",
        credit=HALF,
    ),
    Mistake(
        "f(g(y, h(x, z)))",
        "That is the function itself: what is asked is its derivative by x.",
        "derivatives.not-differentiated",
    ),
)

ITEMS = [
    Item("powers", 4, POWERS, title="Five derivatives", mistakes=POWER_MISTAKES),
    Item("sums", 3, SUMS, title="Partial derivatives of sums", mistakes=SUM_MISTAKES),
    Item("product", 1, PRODUCT, title="Partial derivatives of x y", mistakes=PRODUCT_MISTAKES),
    Item("partials", 3, PARTIALS, title="Three partial derivatives", mistakes=PARTIAL_MISTAKES),
    Item(
        "gradient",
        1,
        column([BY_X, BY_Y, BY_Z]),
        title="The gradient as a column vector",
        mistakes=gradient_mistakes(),
        follow=Follow("partials", column, trivial=says_nothing, mistakes=gradient_mistakes),
    ),
    Item(
        "d-max-zero",
        1,
        Expression(split(0, 0, 1), X),
        title="The derivative of max(x, 0)",
        mistakes=MAX_ZERO_MISTAKES,
    ),
    Item(
        "dx-max",
        1,
        Expression(split(0, 1, 1, y), XY),
        title="The derivative of max(x, y) by x",
        mistakes=MAX_BY_X_MISTAKES,
    ),
    Item(
        "dy-max",
        1,
        Expression(split(1, 0, 0, y), XY),
        title="The derivative of max(x, y) by y",
        mistakes=MAX_BY_Y_MISTAKES,
    ),
    Item(
        "chain-drawn",
        2,
        chain,
        title="The chain rule for two functions of your own",
        mistakes=chain_mistakes,
        variant=True,
    ),
    Item(
        "chain-formal",
        3,
        FORMAL,
        title="The chain rule for any functions",
        mistakes=FORMAL_MISTAKES,
    ),
    Item(
        "gradient-code",
        4,
        GRADIENT,
        title="The gradient by central differences",
        mistakes=GRADIENT_MISTAKES,
    ),
]

_MAY_BE_EQUAL = "x >= y holds where x == y does, so that to say both says no more."
# Mutants of the references that are right as well, and why; see docs/authoring.md.
EQUIVALENT = {
    "dx-max": {"(x == y) or (x >= y)": _MAY_BE_EQUAL},
    "dy-max": {"(x == y) or (x >= y)": _MAY_BE_EQUAL},
}
