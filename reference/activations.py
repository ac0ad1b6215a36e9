"""The items of the assignment on activation functions and their derivatives."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from activations_functions import AT_ZERO, CODE
from mathgrade.answers import Choice, Derivation, Expression, Shares
from mathgrade.items import Item, Mistake

HALF = Fraction(1, 2)
MOST = Fraction(3, 4)  # for an answer that is right but for its value at 0

# ------------------------------------------------------------------------------------------------
# 1 straight lines and their corners

LINE = {"a z": "real"}
NAMES = {"z": "real", "alpha": "real 0 0.1"}
z, alpha = sp.symbols("z alpha", real=True)


def corner(left: object, right: object, *, at_zero: object) -> sp.Expr:
    """A function that is constant on either side of 0."""
    return sp.Piecewise((right, z > 0), (at_zero, sp.Eq(z, 0)), (left, True))


def open_at_zero(left: object, right: object) -> sp.Expr:
    """A function that is constant on either side of 0 and not defined there."""
    return sp.Piecewise((right, z > 0), (left, z < 0))


# ------------------------------------------------------------------------------------------------
# 2, 3 derivations

# The derivative in exponentials counts twice: it is two thirds, the most there is without a proof.
ON_THE_WAY = Shares(
    cases=Fraction(0), lines=Fraction(0), milestones=Fraction(1), most=Fraction(2, 3)
)
BY_Z = r"\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2}"
SIGMOID = Derivation(
    r"\sigma'(z) = \sigma(z) (1 - \sigma(z))",
    {"z": "real"},
    {r"\sigma(z)": r"\frac{1}{1 + e^{-z}}"},
    milestones=(BY_Z, BY_Z, r"1 - \sigma(z) = \frac{e^{-z}}{1 + e^{-z}}"),
    shares=ON_THE_WAY,
)
NUMERATOR, DENOMINATOR = "(e^z - e^{-z})", "(e^z + e^{-z})"
TANH_BY_Z = rf"f'(z) = \frac{{{DENOMINATOR}^2 - {NUMERATOR}^2}}{{{DENOMINATOR}^2}}"
TANH = Derivation(
    "f'(z) = 1 - f(z)^2",
    {"z": "real"},
    {"f(z)": r"\frac{e^z - e^{-z}}{e^z + e^{-z}}", r"\tanh(z)": "f(z)"},
    milestones=(
        rf"\frac{{d}}{{dz}} {NUMERATOR} = e^z + e^{{-z}}",
        TANH_BY_Z,
        TANH_BY_Z,
    ),
    shares=ON_THE_WAY,
)

# ------------------------------------------------------------------------------------------------
# 5 the curves

CURVES = {
    "linear": "the linear function",
    "relu": "ReLU",
    "leaky relu": "leaky ReLU",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}
SHAPE = "Read off the height far to the left, far to the right and at z = 0."
HIGHEST = "Both have this shape. Put z = 0 into either derivative and compare the heights."
CORNERS = "Look at the curve to the left of 0: is it 0 there?"


SQUARES = (
    "The squares are not multiplied out right: each has three terms, and a minus sign before the "
    "second one turns the signs of all its terms."
)


def curve(letter: str, function: str, twin: str, hint: str) -> Item:
    """A curve that is easily taken for its twin."""
    others = [name for name in CURVES if name not in (function, twin)]
    return Item(
        f"curve-{letter}",
        1,
        Choice(function, CURVES),
        title=f"Curve {letter.upper()}",
        mistakes=(
            Mistake(twin, hint, "activations.twin"),
            *(Mistake(name, SHAPE, "activations.other-shape") for name in others),
        ),
    )


ITEMS = [
    Item(
        "d-linear",
        1,
        Expression("a", LINE),
        title="The derivative of the linear function",
        mistakes=(
            Mistake("a*z", "This is the function itself.", "activations.not-differentiated"),
            Mistake("0", "That is the derivative of a constant.", "activations.constant"),
            Mistake(
                "1",
                "That is the slope for a = 1 only: how steep is the line a z?",
                "activations.one-slope",
            ),
            Mistake(
                "z",
                "This is the derivative by a. What changes here is z; a is a fixed number.",
                "activations.by-a",
            ),
            Mistake("2*a*z", "Which power of z is the function?", "activations.power"),
            Mistake("a/2*z**2", "This is an antiderivative.", "activations.integrated"),
        ),
    ),
    Item(
        "d-relu",
        1,
        Expression(corner(0, 1, at_zero=0), NAMES),
        title="The derivative of ReLU",
        mistakes=(
            # Whatever it says at 0, if anything; the same below.
            Mistake(open_at_zero(0, 1), AT_ZERO, "activations.corner", credit=MOST),
            Mistake("max(z, 0)", "This is ReLU itself.", "activations.not-differentiated"),
            Mistake(
                "1",
                "This is the derivative where z > 0; what happens to the left of 0?",
                "activations.one-side",
            ),
            Mistake(open_at_zero(1, 0), "The two sides are exchanged.", "activations.sides"),
            Mistake(
                open_at_zero(-1, 1),
                "This is the derivative of |z|; ReLU is flat to the left of 0.",
                "activations.absolute-value",
            ),
        ),
    ),
    Item(
        "d-leaky-relu",
        1,
        Expression(corner(alpha, 1, at_zero=alpha), NAMES),
        title="The derivative of leaky ReLU",
        mistakes=(
            Mistake(open_at_zero(alpha, 1), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(
                open_at_zero(0, 1),
                "This is the derivative of ReLU. What does the leak do to the left of 0?",
                "activations.no-leak",
                credit=HALF,
            ),
            Mistake(open_at_zero(1, alpha), "The two sides are exchanged.", "activations.sides"),
            Mistake(
                open_at_zero(-alpha, 1),
                "Does leaky ReLU rise or fall to the left of 0?",
                "activations.sign",
                credit=HALF,
            ),
            Mistake(
                sp.Piecewise((z, z > 0), (alpha * z, True)),
                "This is leaky ReLU itself.",
                "activations.not-differentiated",
            ),
            Mistake(
                sp.Piecewise((1, z > 0), (alpha * z, True)),
                "To the right of 0 this is differentiated, to the left it is not.",
                "activations.one-side",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "sigmoid-derivation",
        3,
        SIGMOID,
        title="The derivative of the sigmoid",
        mistakes=(
            Mistake(
                r"\sigma'(z) = - \frac{e^{-z}}{(1 + e^{-z})^2}",
                "Test the sign of your result: is the sigmoid increasing? Mind the inner "
                "derivative, and the order of the two products in the quotient rule.",
                "activations.sign",
            ),
            Mistake(
                r"\frac{d}{dz} e^{-z} = e^{-z}",
                "The exponent is -z: the chain rule gives a factor.",
                "activations.inner-derivative",
            ),
            Mistake(
                r"\sigma'(z) = - \frac{1}{(1 + e^{-z})^2}",
                "The power is one of 1 + e^{-z}, not of z: the chain rule gives the derivative of "
                "that as a factor.",
                "activations.inner-missing",
            ),
            Mistake(
                "(1 + e^{-z})^2 = 1 + e^{-z}",
                "The quotient rule divides by the square of the denominator.",
                "activations.square-missing",
            ),
            Mistake(
                r"1 - \sigma(z) = \frac{e^{z}}{1 + e^{-z}}",
                "Bring 1 to the common denominator and subtract the numerators once more.",
                "activations.complement",
            ),
            Mistake(
                r"\frac{1}{1 + e^{-z}} = 1 + e^{z}",
                "A fraction cannot be split at its denominator. Try z = 0.",
                "activations.fraction-split",
            ),
        ),
    ),
    Item(
        "tanh-derivation",
        3,
        TANH,
        title="The derivative of tanh",
        mistakes=(
            Mistake("f(z)^2 = f(z)", "A square is lost on the way.", "activations.square-lost"),
            Mistake(
                r"\frac{d}{dz} e^{-z} = e^{-z}",
                "The exponent is -z: the chain rule gives a factor.",
                "activations.inner-derivative",
            ),
            Mistake(
                f"{DENOMINATOR}^2 = {DENOMINATOR}",
                "The quotient rule divides by the square of the denominator.",
                "activations.square-missing",
            ),
            Mistake(
                "f'(z) = f(z)^2 - 1",
                "Test the sign of your result: tanh is increasing. Mind the order of the two "
                "products in the quotient rule.",
                "activations.sign",
            ),
            Mistake(
                "f'(z) = 1 + f(z)^2",
                "The quotient rule subtracts the second product, that with the derivative of the "
                "denominator.",
                "activations.quotient-rule-added",
            ),
            Mistake(
                # Squares without their middle terms and a sign lost between them come to the same.
                f"{NUMERATOR}^2 = e^{{2z}} + 2 - e^{{-2z}}",
                SQUARES,
                "activations.squares-multiplied-out",
            ),
            Mistake(
                rf"\frac{{{NUMERATOR}^2}}{{{DENOMINATOR}^2}}"
                r" = \frac{e^{2z} - e^{-2z}}{e^{2z} + e^{-2z}}",
                SQUARES,
                "activations.squares-multiplied-out",
            ),
            Mistake(
                f"{NUMERATOR}^2 = e^{{2z}} - e^{{-2z}}",
                "The square of a difference has three terms.",
                "activations.square-of-difference",
            ),
            Mistake(
                f"{NUMERATOR}^2 = e^{{2z}} + e^{{-2z}}",
                "The square of a difference has three terms.",
                "activations.square-of-difference",
            ),
            Mistake(
                f"{NUMERATOR}^2 = e^{{z^2}} - e^{{-z^2}}",
                "A power of a power multiplies the exponents, and the square of a difference has "
                "three terms.",
                "activations.power-of-power",
            ),
        ),
    ),
    *CODE,
    curve("a", "tanh", "sigmoid", HIGHEST),
    curve("b", "leaky relu", "relu", CORNERS),
    curve("c", "sigmoid", "tanh", HIGHEST),
    curve("d", "relu", "leaky relu", CORNERS),
]
