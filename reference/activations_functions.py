"""The functions of question 4 of the notebook on activations, as code, right and wrong.

Each returns the value and the derivative, entry by entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathgrade.answers import Function
from mathgrade.answers.checks import agrees, keeps_type, silent, unchanged
from mathgrade.codec.calls import Call
from mathgrade.items import Item, Mistake

Array = NDArray[Any]
Pair = tuple[Array, Array]

EIGHTH, QUARTER, HALF = Fraction(1, 8), Fraction(1, 4), Fraction(1, 2)
MOST = Fraction(3, 4)  # for an answer that is right but for its value at 0
AT_ZERO = (
    "This is right but for z = 0. There the function has a corner and no derivative; here the one "
    "from the left is taken."
)


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


def _of_a_number(z: Any) -> Any:
    value = 1 / (1 + math.exp(-z))
    return value, value * (1 - value)


def _falling(z: Array) -> Pair:
    value = sigmoid(-z)[0]
    return value, value * (1 - value)


def _by_powers(z: Array) -> Pair:
    value = np.exp(z) / (1 + np.exp(z))
    return value, value * (1 - value)


def _tanh_by_powers(z: Array) -> Pair:
    value = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return value, 1 - value**2


def _relu_of_a_number(z: Any) -> Any:
    return (z, 1.0) if z > 0 else (0.0, 0.0)


def _leaky_relu_of_a_number(z: Any, alpha: float = 0.05) -> Any:
    return (z, 1.0) if z > 0 else (alpha * z, alpha)


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
IF_FOR_ARRAY = (
    "`if` decides once, but an array has many entries: `np.where(z > 0, ..., ...)` decides for "
    "each of them."
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
            Mistake(_relu_of_a_number, IF_FOR_ARRAY, "activations.if-for-array"),
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
            Mistake(_leaky_relu_of_a_number, IF_FOR_ARRAY, "activations.if-for-array"),
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
                _of_a_number,
                "The functions of `math` take one number; those of NumPy, such as `np.exp`, take a "
                "whole array.",
                "activations.math-for-numpy",
            ),
            Mistake(
                _falling,
                "The values fall with z; the sigmoid rises. Look at the sign in the exponent.",
                "activations.exponent-sign",
            ),
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
