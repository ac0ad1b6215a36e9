"""The items of the assignment on activation functions and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from mathgrade.answers import Choice, Derivation, Expression, Function, Shares
from mathgrade.answers.checks import agrees, keeps_type, silent, unchanged
from mathgrade.codec.calls import Call
from mathgrade.items import Item, Mistake

Array = NDArray[Any]
Pair = tuple[Array, Array]

EIGHTH, QUARTER, HALF = Fraction(1, 8), Fraction(1, 4), Fraction(1, 2)
MOST = Fraction(3, 4)  # for an answer that is right but for its value at 0

# ------------------------------------------------------------------------------------------------
# 1 straight lines and their corners

LINE = {"a z": "real"}
NAMES = {"z": "real", "alpha": "real 0 0.1"}
z, alpha = sp.symbols("z alpha", real=True)


def corner(left: object, right: object, *, at_zero: object) -> sp.Expr:
    """A function that is constant on either side of 0."""
    return sp.Piecewise((right, z > 0), (at_zero, sp.Eq(z, 0)), (left, True))


AT_ZERO = (
    "This is right but for z = 0. There the function has a corner and no derivative; here the one "
    "from the left is taken."
)

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
# 4 as functions: each returns the value and the derivative, entry by entry


def linear(z: Array) -> Pair:
    """The linear function with the slope 1."""
    return z.copy(), np.ones_like(z)


def relu(z: Array) -> Pair:
    """ReLU; at 0 the derivative from the left."""
    return np.maximum(z, 0), (z > 0).astype(z.dtype)


def leaky_relu(z: Array, alpha: float = 0.05) -> Pair:
    """Leaky ReLU; at 0 the derivative from the left."""
    slope = np.where(z > 0, 1, alpha).astype(z.dtype)
    return slope * z, slope


def sigmoid(z: Array) -> Pair:
    """The logistic function; no exponent is positive, so nothing overflows."""
    value = np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
    return value, value * (1 - value)


def tanh(z: Array) -> Pair:
    """The hyperbolic tangent."""
    value = np.tanh(z)
    return value, 1 - value**2


ROW = np.array([-2.5, -0.3, 0.0, 0.4, 3.0])
ARRAYS = [
    ROW,
    np.array(0.7),
    np.array([[0.2, -1.5, 0.0], [-0.1, 2.0, 1.1]]),
    np.array([[[-3.0, 0.5]], [[1.5, -0.6]]]),
]
LARGE = [np.array([-1000.0, 1000.0]), np.array([[-800.0, -40.0], [40.0, 800.0]])]
SINGLE = [ROW.astype(np.float32), ARRAYS[2].astype(np.float32)]


def pair(function: Callable[..., Pair], more: tuple[Call, ...] = ()) -> Function:
    """The test of a function that returns value and derivative, each with its share."""
    return Function(
        function,
        (
            agrees("The value, for arrays of every shape", [*ARRAYS, *more], QUARTER, part=0),
            agrees("The derivative, for arrays of every shape", [*ARRAYS, *more], MOST / 2, part=1),
            agrees("Both for very large and very small z", LARGE, EIGHTH),
            silent("No warning and no NaN", [ROW, *LARGE], EIGHTH),
            keeps_type("The type of z is kept", [ROW, *SINGLE], EIGHTH / 2),
            unchanged("The argument stays as it was", [ROW, ARRAYS[2]], EIGHTH / 2),
        ),
    )


# z and 1 are what anybody would return: only both together earn anything.
LINEAR = Function(
    linear,
    (
        agrees("Value and derivative, for arrays of every shape", [*ARRAYS, *LARGE], HALF),
        keeps_type("The type of z is kept", [ROW, *SINGLE], QUARTER),
        unchanged("The argument stays as it was", [ROW, ARRAYS[2]], QUARTER),
    ),
)
LEAKS = (Call((ROW,), {"alpha": 0.09}), Call((ARRAYS[2], 0.01)))


def _at_zero(function: Callable[..., Pair], slope: float) -> Callable[..., Pair]:
    """The same with another derivative at 0."""

    def other(z: Array, *more: Any, **options: Any) -> Pair:
        value, slopes = function(z, *more, **options)
        return value, np.where(z == 0, slope, slopes)

    return other


def _rule(function: Callable[..., Pair], rule: Callable[[Array, Array], Array]) -> Any:
    """The same with a derivative made of z and the value by another rule."""

    def other(z: Array, *more: Any, **options: Any) -> Pair:
        value = function(z, *more, **options)[0]
        return value, rule(z, value)

    return other


def _by_powers(z: Array) -> Pair:
    value = np.exp(z) / (1 + np.exp(z))
    return value, value * (1 - value)


def _tanh_by_powers(z: Array) -> Pair:
    value = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return value, 1 - value**2


def _leak_turned(z: Array, alpha: float = 0.05) -> Pair:
    slope = np.where(z > 0, 1, -alpha)
    return slope * z, slope


def _leak_on_the_right(z: Array, alpha: float = 0.05) -> Pair:
    slope = np.where(z > 0, alpha, 1)
    return slope * z, slope


ITSELF = "The second array is the function again: what is asked there is its derivative."
RULE_OF_SIGMOID = "y (1 - y) is the rule for the sigmoid; that for tanh is in question 3."
RULE_OF_TANH = "1 - y² is the rule for tanh; that for the sigmoid is in question 2."
OF_THE_VALUE = (
    "The rule of the derivative is applied to z. It is a rule for the value: put the result of the "
    "function in."
)
OVERFLOW = (
    "For large z both powers overflow, and infinity by infinity is NaN. Write it so that no "
    "exponent is positive, or with a function of NumPy's that takes care of it."
)
CODE = [
    Item(
        "linear-code",
        1,
        LINEAR,
        title="The linear function as code",
        mistakes=(
            Mistake(lambda z: (z, z), ITSELF, "activations.not-differentiated"),
            Mistake(
                lambda z: (z, np.zeros_like(z)),
                "0 is the derivative of a constant; how steep is this line?",
                "activations.constant",
            ),
            Mistake(
                lambda z: (z, 1.0),
                "The derivative has the shape of z, too: an array of ones, not the number 1.",
                "activations.number-for-array",
                credit=HALF,
            ),
        ),
    ),
    Item(
        "relu-code",
        2,
        pair(relu),
        title="ReLU as code",
        mistakes=(
            Mistake(_at_zero(relu, 1.0), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(_at_zero(relu, 0.5), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(lambda z: (relu(z)[0], relu(z)[0]), ITSELF, "activations.not-differentiated"),
            Mistake(
                lambda z: (np.abs(z), np.sign(z)),
                "This is |z|; ReLU is flat to the left of 0.",
                "activations.absolute-value",
            ),
            Mistake(
                lambda z: (np.minimum(z, 0), 1.0 * (z < 0)),
                "This is the smaller one of z and 0; ReLU is the larger one.",
                "activations.sides",
            ),
        ),
    ),
    Item(
        "leaky-relu-code",
        2,
        pair(leaky_relu, LEAKS),
        title="Leaky ReLU as code",
        mistakes=(
            Mistake(_at_zero(leaky_relu, 1.0), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(
                lambda z, alpha=0.05: relu(z),  # noqa: ARG005 - that is the mistake
                "This is ReLU. What does the leak do to the left of 0?",
                "activations.no-leak",
            ),
            Mistake(
                lambda z, alpha=0.05: leaky_relu(z),  # noqa: ARG005 - that is the mistake
                "The argument alpha is not used: it is the slope to the left of 0.",
                "activations.alpha-ignored",
                credit=HALF,
            ),
            Mistake(
                _leak_turned,
                "Does leaky ReLU rise or fall to the left of 0?",
                "activations.sign",
            ),
            Mistake(
                _leak_on_the_right,
                "The leak is on the other side: the flat part is to the left of 0.",
                "activations.sides",
            ),
        ),
    ),
    Item(
        "sigmoid-code",
        3,
        pair(sigmoid),
        title="The sigmoid as code",
        mistakes=(
            Mistake(_by_powers, OVERFLOW, "activations.overflow", credit=MOST),
            Mistake(
                _rule(sigmoid, lambda _, y: -y * (1 - y)),
                "The derivative has the wrong sign: the sigmoid rises everywhere.",
                "activations.sign",
            ),
            Mistake(
                _rule(sigmoid, lambda _, y: 1 - y**2), RULE_OF_TANH, "activations.rule-of-tanh"
            ),
            Mistake(
                _rule(sigmoid, lambda z, _: z * (1 - z)), OF_THE_VALUE, "activations.rule-of-z"
            ),
            Mistake(
                tanh,
                "This is tanh. The sigmoid lies between 0 and 1 and is 1/2 at 0.",
                "activations.twin",
            ),
        ),
    ),
    Item(
        "tanh-code",
        2,
        pair(tanh),
        title="The hyperbolic tangent as code",
        mistakes=(
            Mistake(_tanh_by_powers, OVERFLOW, "activations.overflow", credit=MOST),
            Mistake(
                _rule(tanh, lambda _, y: y * (1 - y)),
                RULE_OF_SIGMOID,
                "activations.rule-of-sigmoid",
            ),
            Mistake(
                _rule(tanh, lambda _, y: 1 - y),
                "A square is lost: the derivative is 1 minus the square of the value.",
                "activations.square-lost",
            ),
            Mistake(_rule(tanh, lambda z, _: 1 - z**2), OF_THE_VALUE, "activations.rule-of-z"),
        ),
    ),
]

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
            Mistake(corner(0, 1, at_zero=1), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(corner(0, 1, at_zero=HALF), AT_ZERO, "activations.corner", credit=MOST),
            Mistake("max(z, 0)", "This is ReLU itself.", "activations.not-differentiated"),
            Mistake(
                "1",
                "This is the derivative where z > 0; what happens to the left of 0?",
                "activations.one-side",
            ),
            Mistake(corner(1, 0, at_zero=1), "The two sides are exchanged.", "activations.sides"),
            Mistake(
                corner(-1, 1, at_zero=0),
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
            Mistake(corner(alpha, 1, at_zero=1), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(corner(alpha, 1, at_zero=0), AT_ZERO, "activations.corner", credit=MOST),
            Mistake(
                corner(0, 1, at_zero=0),
                "This is the derivative of ReLU. What does the leak do to the left of 0?",
                "activations.no-leak",
                credit=HALF,
            ),
            Mistake(
                corner(-alpha, 1, at_zero=-alpha),
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
