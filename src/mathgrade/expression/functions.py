"""The functions formulas may use: one row each, with its other spellings and its LaTeX.

To let students use another elementary function, add a row here and a row in
``mathgrade.equality.elementary`` that says how to evaluate and differentiate it.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FUNCTIONS", "SPELLINGS", "Function"]


@dataclass(frozen=True, slots=True)
class Function:
    """One known function.

    Attributes:
        name: the name used in :class:`~mathgrade.expression.nodes.Call`.
        latex: how LaTeX writes it.
        least, most: how many arguments it takes.
        also: other spellings in Python text and SymPy.
        matrix: True if it takes a vector or matrix.
    """

    name: str
    latex: str
    least: int = 1
    most: int = 1
    also: tuple[str, ...] = ()
    matrix: bool = False


FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        Function("exp", r"\exp"),
        Function("log", r"\log", also=("ln",)),
        Function("sqrt", r"\sqrt"),
        Function("abs", "|", also=("Abs",)),
        Function("max", r"\max", 1, 1000, also=("Max", "maximum")),
        Function("min", r"\min", 1, 1000, also=("Min", "minimum")),
        Function("sign", r"\operatorname{sign}", also=("sgn",)),
        Function("heaviside", r"\theta", 1, 2, also=("Heaviside",)),
        Function("floor", r"\operatorname{floor}"),
        Function("ceil", r"\operatorname{ceil}", also=("ceiling",)),
        Function("sin", r"\sin"),
        Function("cos", r"\cos"),
        Function("tan", r"\tan"),
        Function("cot", r"\cot"),
        Function("sec", r"\sec"),
        Function("csc", r"\csc"),
        Function("asin", r"\arcsin", also=("arcsin",)),
        Function("acos", r"\arccos", also=("arccos",)),
        Function("atan", r"\arctan", also=("arctan",)),
        Function("sinh", r"\sinh"),
        Function("cosh", r"\cosh"),
        Function("tanh", r"\tanh"),
        Function("coth", r"\coth"),
        Function("sech", r"\operatorname{sech}"),
        Function("csch", r"\operatorname{csch}"),
        Function("asinh", r"\operatorname{arsinh}", also=("arcsinh", "arsinh")),
        Function("acosh", r"\operatorname{arcosh}", also=("arccosh", "arcosh")),
        Function("atanh", r"\operatorname{artanh}", also=("arctanh", "artanh")),
        Function("erf", r"\operatorname{erf}"),
        Function("gamma", r"\Gamma"),
        Function("factorial", r"\operatorname{factorial}"),
        Function("trace", r"\operatorname{tr}", also=("Trace", "tr"), matrix=True),
        Function("det", r"\det", also=("Determinant",), matrix=True),
        Function("diag", r"\operatorname{diag}", also=("DiagMatrix",), matrix=True),
    )
}

SPELLINGS: dict[str, str] = {
    spelling: f.name for f in FUNCTIONS.values() for spelling in (f.name, *f.also)
}
