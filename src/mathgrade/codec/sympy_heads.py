"""The table of SymPy heads that may travel, and what stands in each of their places.

A message holds a head's name and its arguments. Nothing but a name of this table
is ever looked up, and SymPy's constructors, which evaluate, are not called.

A pattern names the kind of each argument; the last one may carry ``*`` (any
number, none included) or ``?``. To allow another head, add its name to a row.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

__all__ = ["ASSUMPTIONS", "Head", "constants", "heads", "is_kind", "matrix_classes"]

# pattern -> module -> names
_PATTERNS: Mapping[str, Mapping[str, str]] = {
    "expr expr expr*": {
        "sympy": "Add Mul MatAdd MatMul HadamardProduct KroneckerProduct",
    },
    "expr expr": {
        "sympy": "Pow MatPow StrictLessThan LessThan StrictGreaterThan GreaterThan",
        "sympy.matrices.expressions.dotproduct": "DotProduct",
        "sympy.matrices.expressions": "HadamardPower",
    },
    "any any": {"sympy": "Equality Unequality"},
    "expr": {
        "sympy": "Transpose Adjoint Trace Determinant Identity UnevaluatedExpr",
    },
    "expr expr?": {"sympy": "Inverse"},
    "text expr expr": {"sympy": "MatrixSymbol"},
    "matrix expr expr": {"sympy.matrices.expressions.matexpr": "MatrixElement"},
    "matrix tuple tuple": {"sympy": "MatrixSlice"},
    "matrix": {"sympy": "BlockMatrix"},
    "dimension dimension": {"sympy": "ZeroMatrix OneMatrix"},
    "label range?": {"sympy": "Idx"},
    "any limit*": {"sympy": "Sum Product Integral"},
    "any count*": {"sympy": "Derivative"},
    "expr expr expr symbol": {"sympy": "Limit"},
    "expr tuple*": {"sympy": "Order"},
    "piece piece*": {"sympy": "Piecewise"},
    "any bool": {"sympy.functions.elementary.piecewise": "ExprCondPair"},
    "expr*": {"sympy": "Max Min"},
    "any*": {"sympy": "Tuple FiniteSet"},
    "signature any": {"sympy": "Lambda"},
    "bool bool*": {"sympy": "And Or Xor Implies Equivalent"},
    "bool": {"sympy": "Not"},
    "bool bool bool": {"sympy": "ITE"},
    "expr expr bool bool": {"sympy": "Interval"},
    "expr expr expr": {"sympy": "Range"},
    "set set set*": {"sympy": "Union Intersection"},
    "set*": {"sympy": "ProductSet"},
    "set set": {"sympy": "Complement SymmetricDifference"},
    "any set": {"sympy": "Contains"},
    "signature-map set set*": {"sympy": "ImageSet"},
    "any bool set": {"sympy": "ConditionSet"},
}

# Functions check their own number of arguments.
_FUNCTIONS = """
    exp log LambertW sin cos tan cot sec csc sinc asin acos atan acot asec acsc atan2
    sinh cosh tanh coth sech csch asinh acosh atanh acoth asech acsch
    Abs sign re im arg conjugate adjoint transpose floor ceiling frac Mod Heaviside DiracDelta
    KroneckerDelta LeviCivita SingularityFunction
    factorial factorial2 subfactorial RisingFactorial FallingFactorial binomial gamma loggamma
    digamma trigamma polygamma beta uppergamma lowergamma erf erfc erfi erfinv erfcinv erf2
    Si Ci Shi Chi Ei expint li Li fresnels fresnelc zeta dirichlet_eta polylog lerchphi
    besselj bessely besseli besselk hankel1 hankel2 jn yn airyai airybi
    legendre assoc_legendre hermite laguerre chebyshevt chebyshevu gegenbauer jacobi
    elliptic_k elliptic_e elliptic_f elliptic_pi harmonic bernoulli euler fibonacci lucas
    catalan bell
"""

_CONSTANTS = """
    Infinity NegativeInfinity ComplexInfinity NaN Exp1 Pi ImaginaryUnit EulerGamma GoldenRatio
    TribonacciConstant Catalan EmptySet UniversalSet Reals Rationals Integers Naturals Naturals0
    Complexes
"""

_MATRICES = "MutableDenseMatrix ImmutableDenseMatrix MutableSparseMatrix ImmutableSparseMatrix"
_ARRAYS = (
    "ImmutableDenseNDimArray MutableDenseNDimArray ImmutableSparseNDimArray MutableSparseNDimArray"
)

_ASSUMPTIONS = """
    algebraic antihermitian commutative complex composite even extended_negative
    extended_nonnegative extended_nonpositive extended_nonzero extended_positive extended_real
    finite hermitian imaginary infinite integer irrational negative noninteger nonnegative
    nonpositive nonzero odd polar positive prime rational real transcendental zero
"""

ASSUMPTIONS = frozenset(_ASSUMPTIONS.split())


@dataclass(frozen=True, slots=True)
class Head:
    """A class of SymPy expressions and the arguments it takes.

    Attributes:
        name: how it is called in a message.
        cls: the class.
        pattern: kinds of its arguments.
        arities: for functions, the numbers of arguments allowed; None: any.
        slot: whether instances carry ``is_commutative`` themselves.
        members: name of the attribute that holds the arguments as a set, or "".
        applied: whether instances carry ``nargs``, as most applied functions do.
    """

    name: str
    cls: Any
    pattern: tuple[str, ...]
    arities: tuple[int, ...] | None
    slot: bool
    members: str
    applied: bool

    def accepts(self, args: tuple[Any, ...]) -> bool:
        """Whether the arguments are of the kinds this head takes."""
        if self.arities is not None and len(args) not in self.arities:
            return False
        pattern = self.pattern
        last = pattern[-1]
        if last[-1] not in "*?":
            return len(args) == len(pattern) and all(map(is_kind, pattern, args))
        fixed = pattern[:-1]
        rest = args[len(fixed) :]
        return (
            len(args) >= len(fixed)
            and (last[-1] == "*" or len(rest) <= 1)
            and all(is_kind(k, a) for k, a in zip(fixed, args, strict=False))
            and all(is_kind(last[:-1], a) for a in rest)
        )


def _head(name: str, cls: Any, pattern: str, *, function: bool = False) -> Head:
    from sympy.core.function import Application
    from sympy.core.operations import LatticeOp
    from sympy.functions.elementary.miscellaneous import MinMaxBase
    from sympy.functions.elementary.piecewise import Piecewise
    from sympy.logic.boolalg import Implies

    owner = next((c for c in cls.__mro__ if "is_commutative" in vars(c)), object)
    members = ""
    if issubclass(cls, LatticeOp) or name == "Xor":
        members = "_argset"
    elif name == "FiniteSet":
        members = "_args_set"
    return Head(
        name=name,
        cls=cls,
        pattern=tuple(pattern.split()),
        arities=cls._nargs if function else None,
        slot="is_commutative" in getattr(owner, "__slots__", ()),
        members=members,
        applied=issubclass(cls, Application)
        and not issubclass(cls, (MinMaxBase, Piecewise, Implies)),
    )


@cache
def heads() -> Mapping[str, Head]:
    """Every allowed head by name. Imports SymPy."""
    table: dict[str, Head] = {}
    for pattern, modules in _PATTERNS.items():
        for module, names in modules.items():
            found = importlib.import_module(module)
            for name in names.split():
                table[name] = _head(name, getattr(found, name), pattern)
    sympy = importlib.import_module("sympy")
    for name in _FUNCTIONS.split():
        table[name] = _head(name, getattr(sympy, name), "expr*", function=True)
    return table


@cache
def constants() -> Mapping[str, Any]:
    """Every allowed constant by the name of its class. Imports SymPy."""
    from sympy import S, false, true

    table = {name: getattr(S, name) for name in _CONSTANTS.split()}
    return table | {"BooleanTrue": true, "BooleanFalse": false}


@cache
def matrix_classes() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The matrices and the arrays that may travel, by name. Imports SymPy."""
    sympy = importlib.import_module("sympy")
    named = {
        "MutableDenseMatrix": sympy.Matrix,
        "ImmutableDenseMatrix": sympy.ImmutableMatrix,
        "MutableSparseMatrix": sympy.SparseMatrix,
        "ImmutableSparseMatrix": sympy.ImmutableSparseMatrix,
    }
    matrices = {name: named[name] for name in _MATRICES.split()}
    arrays = {name: getattr(sympy, name) for name in _ARRAYS.split()}
    return matrices, arrays


@cache
def _kinds() -> Mapping[str, Callable[[Any], bool]]:
    from sympy import Expr, ImmutableMatrix, Integer, Lambda, Symbol, Tuple
    from sympy.core.symbol import Str
    from sympy.functions.elementary.piecewise import ExprCondPair
    from sympy.logic.boolalg import Boolean
    from sympy.matrices.expressions import MatrixExpr
    from sympy.sets.sets import Set
    from sympy.tensor.indexed import Indexed

    def variable(value: Any) -> bool:
        return isinstance(value, (Symbol, Indexed)) or type(value).__name__ == "Idx"

    def signature(value: Any) -> bool:
        return isinstance(value, Tuple) and all(
            isinstance(a, Symbol) or signature(a) for a in value.args
        )

    def label(value: Any) -> bool:
        if isinstance(value, Symbol):
            return value.assumptions0.get("integer") is True
        return isinstance(value, Integer)

    return {
        "any": lambda _: True,
        "expr": lambda v: isinstance(v, Expr),
        "bool": lambda v: isinstance(v, Boolean),
        "set": lambda v: isinstance(v, Set),
        "tuple": lambda v: isinstance(v, Tuple),
        "matrix": lambda v: isinstance(v, (MatrixExpr, ImmutableMatrix)),
        "text": lambda v: isinstance(v, (Str, Symbol)),
        "symbol": lambda v: isinstance(v, Symbol),
        "dimension": lambda v: isinstance(v, Expr) and not isinstance(v, MatrixExpr),
        "label": label,
        "range": lambda v: isinstance(v, Tuple) and len(v.args) == 2,
        "limit": lambda v: isinstance(v, Tuple) and 1 <= len(v.args) <= 3 and variable(v.args[0]),
        "count": lambda v: (
            isinstance(v, Tuple) and len(v.args) == 2 and isinstance(v.args[0], Expr)
        ),
        "piece": lambda v: isinstance(v, ExprCondPair),
        "signature": signature,
        "signature-map": lambda v: isinstance(v, Lambda),
    }


def is_kind(kind: str, value: Any) -> bool:
    """Whether a SymPy object is of a kind that patterns name."""
    return _kinds()[kind](value)
