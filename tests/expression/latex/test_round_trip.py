"""What the LaTeX writer writes is read back as the same tree.

Where the writer's LaTeX can mean two trees, the reader takes the one readers of Python
text make. These trees are therefore not drawn here:

- a product in a product, a sum in front of a sum, a negative of a negative or of a number,
  a quotient of two whole numbers, a negative number behind a plus: the writer sets them
  as the flatter tree, or the number, that stands for the same;
- ``Power(A, -1)`` of a matrix: set as, and read as, its inverse;
- a derivative of a product, or beside other factors: the writer sets no brackets, so that
  ``\\frac{\\partial}{\\partial x} x y`` could be either (it is
  read as the derivative of the product, up to a ``\\cdot``).
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathgrade.expression import nodes as n
from mathgrade.expression import read_names, shape_of, to_latex
from mathgrade.expression.functions import FUNCTIONS
from mathgrade.expression.latex_text import parse, read_latex

CONTEXT = read_names(
    {"x y alpha rate x2": "real", "z": "vector K", "i j": "index K", "A B": "matrix 2 2",
     "f": "function", "g": "function 2", "X": "family K of vector d", "m": "size"}
)  # fmt: skip
X, Y, FIRST, SECOND = n.Name("x"), n.Name("y"), n.Name("i"), n.Name("j")
TRUE = n.Truth(True)


def number(value):
    return n.Number(Fraction(value))


ONE = number(1)
ONE_ARGUMENT = [
    f.name for f in FUNCTIONS.values() if not f.matrix and f.least == 1 and f.name != "max"
]
RELATIONS = ["==", "!=", "<", "<=", ">", ">="]
INDICES = [FIRST, SECOND, ONE, n.Add((FIRST, ONE))]
VARIABLES = [(X,), (X, Y), (n.Entry(n.Name("z"), (SECOND,)),)]
ENDS = [n.Name("K"), number(4), n.Add((n.Name("m"), ONE))]


class Trees:
    """Draws trees; ``avoid`` names the kinds that may not stand at the top."""

    def __init__(self, draw):
        self.draw = draw

    def pick(self, choices):
        return self.draw(st.sampled_from(choices))

    def leaf(self):
        match self.draw(st.integers(0, 5)):
            case 0:
                return n.Number(self.draw(st.fractions(0, 20, max_denominator=9)))
            case 1:
                return n.Entry(n.Name("z"), (self.pick(INDICES),))
            case 2:
                return n.Entry(n.Name("X"), (self.pick(INDICES), self.pick(INDICES)))
            case 3:
                return n.Delta(self.pick(INDICES), self.pick(INDICES))
            case 4:
                return n.Entry(n.Name("A"), (ONE, number(self.pick([1, 2]))))
        return self.pick([X, Y, n.Name("alpha"), n.Name("rate"), n.Name("x2"), n.Constant("pi")])

    def several(self, depth, least, avoid):
        count = self.draw(st.integers(least, 3))
        return tuple(self.number(depth, avoid) for _ in range(count))

    def condition(self, depth):
        plain = n.Relation(self.pick(RELATIONS), self.number(depth), self.number(depth))
        return self.pick([plain, n.Logic("not", (plain,))])

    def number(self, depth, avoid=()):
        kinds = ["Leaf", "Add", "Neg", "Mul", "Div", "Power", "Call", "Apply", "Fold", "Cases"]
        kind = self.pick([k for k in [*kinds, "Derivative"] if k not in avoid])
        if depth == 0 or kind == "Leaf":
            return self.leaf()
        deep = depth - 1
        match kind:
            case "Add":
                first = self.number(deep, ("Add", "Neg", "Derivative"))
                rest = self.several(deep, 1, ("Add", "Derivative"))
                return n.Add((first, *rest))
            case "Neg":
                inner = self.number(deep, ("Neg", "Leaf", "Derivative"))
                return inner if isinstance(inner, n.Number) else n.Neg(inner)
            case "Mul":
                return n.Mul(self.several(deep, 2, ("Mul", "Derivative")))
            case "Div":
                return n.Div(n.Mul((self.leaf(), Y)), self.number(deep))
            case "Power":
                return n.Power(self.number(deep), self.number(deep))
            case "Call":
                if self.draw(st.booleans()):
                    return n.Call("max", self.several(deep, 2, ()))
                return n.Call(self.pick(ONE_ARGUMENT), (self.number(deep),))
            case "Apply":
                if self.draw(st.booleans()):
                    return n.Apply("g", (self.number(deep), self.number(deep)))
                return n.Apply("f", (self.number(deep),))
            case "Fold":
                entry = n.Entry(n.Name("z"), (n.Name("k"),))
                body = n.Mul((entry, self.number(deep, ("Mul", "Derivative"))))
                return n.Fold(self.pick(["sum", "product"]), body, "k", ONE, self.pick(ENDS))
            case "Cases":
                first = (self.number(deep), self.condition(deep))
                return n.Cases((first, (self.number(deep), TRUE)))
        body = self.number(deep, ("Add", "Mul", "Neg", "Derivative", "Fold"))
        return n.Derivative(body, self.pick(VARIABLES))

    def matrix(self, depth, avoid=()):
        kinds = ["Leaf", "Add", "Mul", "Transpose", "Inverse", "Power"]
        kind = self.pick([k for k in kinds if k not in avoid])
        if depth == 0 or kind == "Leaf":
            entries = [self.leaf() for _ in range(4)]
            return self.pick(
                [
                    *(n.Name("A"), n.Name("B"), n.Identity(number(2))),
                    *(n.Zeros(number(2), number(2)), n.Name("A")),
                    n.Matrix((tuple(entries[:2]), tuple(entries[2:]))),
                ]
            )
        deep = depth - 1
        match kind:
            case "Add":
                return n.Add((self.matrix(deep, ("Add",)), self.matrix(deep, ("Add",))))
            case "Mul":
                return n.Mul((self.matrix(deep, ("Mul",)), self.matrix(deep, ("Mul",))))
            case "Transpose":
                return n.Transpose(self.matrix(deep))
            case "Inverse":
                return n.Inverse(self.matrix(deep))
        return n.Power(self.matrix(deep), number(2))


@st.composite
def numbers(draw):
    return Trees(draw).number(3)


@st.composite
def matrices(draw):
    return Trees(draw).matrix(3)


@settings(max_examples=150)
@given(numbers())
def test_numbers_are_read_back_as_they_are_written(node):
    assert read_latex(to_latex(node), CONTEXT) == node


@settings(max_examples=150)
@given(matrices())
def test_matrices_are_read_back_as_they_are_written(node):
    assert read_latex(to_latex(node), CONTEXT) == node


@settings(max_examples=150)
@given(numbers())
def test_nothing_the_writer_sets_is_remarked_on_but_derivatives(node):
    remarks = parse(to_latex(node), CONTEXT).remarks
    assert all("differentiated" in remark.message for remark in remarks)


@pytest.mark.parametrize(
    ("node", "read"),
    [
        (n.Mul((X, n.Mul((Y, X)))), n.Mul((X, Y, X))),
        (n.Add((n.Add((X, Y)), X)), n.Add((X, Y, X))),
        (n.Neg(number(2)), number(-2)),
        (n.Div(number(1), number(3)), number(Fraction(1, 3))),
        (n.Add((X, number(-2))), n.Add((X, n.Neg(number(2))))),
        (n.Power(n.Name("A"), number(-1)), n.Inverse(n.Name("A"))),
    ],
)
def test_trees_that_are_set_alike_are_read_as_the_plainer_one(node, read):
    assert read_latex(to_latex(node), CONTEXT) == read
    assert shape_of(node, CONTEXT) == shape_of(read, CONTEXT)


@pytest.mark.parametrize(
    "node",
    [
        n.FiniteSet((number(1), X)),
        n.FiniteSet((number(1),)),
        n.FiniteSet(()),
        n.Interval(number(0), number(1)),
        n.Interval(number(0), X, open_low=True),
        n.Interval(None, number(3), open_low=True, open_high=True),
        n.Union((n.Interval(None, number(3), open_low=True), n.FiniteSet((number(4),)))),
        n.Listing((n.Relation("==", X, number(1)), n.Relation("==", Y, number(2)))),
        n.Subst(n.Derivative(n.Apply("f", (n.Name("u"),)), (n.Name("u"),)), "u", n.Power(X, Y)),
        n.Logic("or", (n.Relation("<", X, Y), n.Relation(">", X, number(1)))),
        n.Logic("and", (n.Relation("<", X, Y), n.Relation(">", X, number(1)))),
        n.Entry(n.Transpose(n.Name("A")), (FIRST, SECOND)),
        n.Entry(n.Mul((n.Name("A"), n.Name("B"))), (number(1), number(2))),
        n.Call("trace", (n.Name("A"),)),
        n.Call("det", (n.Mul((n.Name("A"), n.Name("B"))),)),
        n.Mul((n.Transpose(n.Name("z")), n.Name("z"))),
    ],
)
def test_other_pieces_are_read_back_as_they_are_written(node):
    assert read_latex(to_latex(node), CONTEXT) == node
