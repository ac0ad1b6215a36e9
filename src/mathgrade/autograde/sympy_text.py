"""Text that reaches SymPy in the judge is read, never run.

``sympify``, ``S`` and ``parse_expr`` hand text to Python's ``eval``. In the judge
that text may be a student's, so :func:`guard_sympify` puts in place of ``eval`` a
reader that walks the syntax tree and knows names from a list, arithmetic,
comparisons and tuples, lists, sets and dicts: no attributes, no lambda, no strings.

It is for the judge only, which lives no longer than an attempt: there is no undo.
"""

from __future__ import annotations

import ast
import operator
import re
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from mathgrade.codec.limits import CodecError
from mathgrade.codec.symbol_names import check_function_name, check_symbol_name
from mathgrade.codec.sympy_heads import ASSUMPTIONS

__all__ = ["guard_sympify"]

MAX_TEXT = 10_000  # characters
MAX_NESTING = 80  # brackets and operations inside one another
MAX_BITS = 20_000  # of a power of two numbers
MAX_EXPONENT = 1_000  # of a number that is not rational, such as 1 + I
MAX_ARGUMENT = 300  # integer argument of functions that count, such as factorial
MAX_SIZE = 100  # rows or columns of a matrix

_CONSTANTS = "pi E I oo zoo nan EulerGamma Catalan GoldenRatio Reals Integers Naturals EmptySet"

# These stay as they are or cost little whatever they are given.
_PLAIN = """
    Add Mul Abs sign re im arg conjugate sqrt cbrt root exp log ln LambertW Max Min Mod
    sin cos tan cot sec csc sinc asin acos atan acot asec acsc atan2
    sinh cosh tanh coth sech csch asinh acosh atanh acoth asech acsch
    floor ceiling frac Heaviside DiracDelta KroneckerDelta
    Sum Product Integral Derivative Limit Piecewise Tuple Lambda UnevaluatedExpr
    Eq Ne Lt Le Gt Ge Equality Unequality StrictLessThan LessThan StrictGreaterThan GreaterThan
    And Or Not Xor Implies Equivalent ITE FiniteSet Interval Union Intersection
    Indexed IndexedBase MatMul MatAdd Transpose Inverse Trace Determinant transpose
"""
_COUNTING = "factorial binomial gamma loggamma beta erf erfc zeta harmonic besselj"
_SIZED = """
    Matrix ImmutableMatrix MutableDenseMatrix ImmutableDenseMatrix Array eye zeros ones diag
    Identity ZeroMatrix OneMatrix
"""
_BUILT_IN = {"abs": "Abs", "max": "Max", "min": "Min"}
_LITERAL = frozenset({"Symbol", "Function", "Integer", "Float", "Rational", "Dummy", "Idx"})
_OPTIONS = ASSUMPTIONS | {"evaluate", "left_open", "right_open"}
_ATTRIBUTES = frozenset({"T"})
_NUMERAL = re.compile(r"[-+]?[0-9._]*(?:[eE][-+]?[0-9]{1,4})?(?:/[0-9]+)?", re.ASCII)

_BINARY: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: Mapping[type, Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}
_COMPARISONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def guard_sympify() -> None:
    """Make SymPy in this process read text without running it; again does nothing.

    Text that is not an expression, or asks for more than the limits above, raises
    ``sympy.SympifyError`` from ``sympify``, ``S`` and ``parse_expr`` alike.
    """
    from sympy.parsing import ast_parser, sympy_parser

    if sympy_parser.eval_expr is _evaluate:
        return
    tokens_to_text, evaluate_false = sympy_parser.stringify_expr, sympy_parser.evaluateFalse

    def bounded(text: str, *rest: Any) -> Any:
        _check_size(text)
        return _careful(tokens_to_text, text, *rest)

    sympy_parser.stringify_expr = bounded
    sympy_parser.eval_expr = _evaluate
    # With evaluate=False SymPy makes a tree and compiles it; the tree itself is what is read here.
    sympy_parser.evaluateFalse = lambda text: _careful(evaluate_false, text)
    sympy_parser.compile = lambda tree, *_: tree
    ast_parser.parse_expr = sympy_parser.parse_expr


def _refused(why: str) -> Exception:
    from sympy import SympifyError

    return SympifyError(f"the text cannot be read as an expression: {why}")  # type: ignore[no-any-return]


def _check_size(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise _refused(f"it is longer than {MAX_TEXT:,} characters")
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if depth > MAX_NESTING:
            raise _refused(f"brackets are nested more than {MAX_NESTING} deep")


def _evaluate(code: Any, local_dict: dict[str, Any], global_dict: dict[str, Any]) -> Any:
    """What ``eval(code, global_dict, local_dict)`` gives for an expression; or SympifyError."""
    if isinstance(code, str):
        code = _careful(ast.parse, code.strip(), "<text>", "eval")
    return _careful(_Reading(local_dict, global_dict).read, code.body)


def _careful(step: Callable[..., Any], *args: Any) -> Any:
    """Take one step of reading; whatever goes wrong in it is a SympifyError."""
    from sympy import SympifyError

    try:
        return step(*args)
    except SympifyError:
        raise
    except SyntaxError as error:
        raise _refused(error.msg) from None
    except RecursionError:
        raise _refused("it is nested too deeply") from None
    except CodecError as error:
        raise _refused(error.message) from None
    except (MemoryError, OverflowError):
        raise _refused("it is too large") from None
    except Exception as error:
        raise _refused(f"{type(error).__name__}: {error}"[:300]) from error


@cache
def _names() -> Mapping[str, Any]:
    import sympy

    allowed = " ".join((_CONSTANTS, _PLAIN, _COUNTING, _SIZED)).split()
    table = {name: getattr(sympy, name) for name in (*allowed, *_LITERAL, "Pow", "S")}
    return table | {name: getattr(sympy, target) for name, target in _BUILT_IN.items()}


@cache
def _limits() -> Mapping[Any, int]:
    """Largest integer argument, by the id of what is called."""
    names = _names()
    limits = {id(names[name]): MAX_ARGUMENT for name in _COUNTING.split()}
    return limits | {id(names[name]): MAX_SIZE for name in _SIZED.split()}


class _Reading:
    """Reads one tree with the names the caller of SymPy gave."""

    def __init__(self, local_dict: dict[str, Any], global_dict: dict[str, Any]) -> None:
        self._local = local_dict
        self._global = global_dict
        self._depth = 0

    def read(self, node: ast.AST) -> Any:
        method = getattr(self, "read_" + type(node).__name__, None)
        if method is None:
            raise _refused(f"{type(node).__name__} is not part of an expression")
        self._depth += 1
        if self._depth > 3 * MAX_NESTING:
            raise _refused("it is nested too deeply")
        value = method(node)
        self._depth -= 1
        return value

    def read_Constant(self, node: ast.Constant) -> Any:
        value = node.value
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, (float, complex)) and abs(value) < float("inf"):
            return value
        raise _refused(f"{value!r:.40} is not a number")

    def read_Name(self, node: ast.Name) -> Any:
        name = node.id
        if name in self._local:
            value = self._local[name]
            if isinstance(value, (types.ModuleType, types.BuiltinFunctionType)):
                raise _refused(f"{name!r} is not a name it may use")
            return value
        if name in _names():
            return _names()[name]
        value = self._global.get(name)
        if self._is_expression(value):
            return value
        raise _refused(f"{name!r} is not a name it may use")

    @staticmethod
    def _is_expression(value: Any) -> bool:
        from sympy import Basic, MatrixBase

        return isinstance(value, (Basic, MatrixBase))

    def read_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.read(item) for item in node.elts)

    def read_List(self, node: ast.List) -> Any:
        return [self.read(item) for item in node.elts]

    def read_Set(self, node: ast.Set) -> Any:
        return {self.read(item) for item in node.elts}

    def read_Dict(self, node: ast.Dict) -> Any:
        if None in node.keys:
            raise _refused("** is not part of an expression here")
        return {
            self.read(key): self.read(value)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }

    def read_UnaryOp(self, node: ast.UnaryOp) -> Any:
        if type(node.op) not in _UNARY:
            raise _refused("use Not(...) for not")
        return _UNARY[type(node.op)](self.read(node.operand))

    def read_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.read(node.left), self.read(node.right)
        if any(isinstance(side, (str, list, tuple, dict, set)) for side in (left, right)):
            raise _refused("arithmetic is for numbers and expressions")
        if isinstance(node.op, ast.Pow):
            _check_power(left, right)
            return left**right
        if type(node.op) not in _BINARY:
            raise _refused(f"{type(node.op).__name__} is not an operation it may use")
        return _BINARY[type(node.op)](left, right)

    def read_Compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            raise _refused("write a chain of comparisons with And(...)")
        if type(node.ops[0]) not in _COMPARISONS:
            raise _refused(f"{type(node.ops[0]).__name__} is not a comparison it may use")
        compare = _COMPARISONS[type(node.ops[0])]
        return compare(self.read(node.left), self.read(node.comparators[0]))

    def read_Attribute(self, node: ast.Attribute) -> Any:
        from sympy import MatrixBase, MatrixExpr, S

        value = self.read(node.value)
        if value is S and node.attr in ("Half", "One", "Zero", "Infinity", "Pi", "Exp1"):
            return getattr(S, node.attr)
        if node.attr in _ATTRIBUTES and isinstance(value, (MatrixBase, MatrixExpr)):
            return getattr(value, node.attr)
        raise _refused(f".{node.attr[:40]} is not something it may use")

    def read_Subscript(self, node: ast.Subscript) -> Any:
        from sympy import IndexedBase, MatrixBase, MatrixExpr, Tuple

        value = self.read(node.value)
        if isinstance(value, (IndexedBase, MatrixBase, MatrixExpr, Tuple, list, tuple)):
            return value[self.read(node.slice)]
        raise _refused("only matrices, indexed symbols and lists have entries")

    def read_Call(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        options = {}
        for keyword in node.keywords:
            value = keyword.value
            if keyword.arg not in _OPTIONS or not isinstance(value, ast.Constant):
                raise _refused(f"{keyword.arg or '**'}= is not an option it may use")
            if not (value.value is None or isinstance(value.value, bool)):
                raise _refused(f"{keyword.arg}= is True or False")
            options[keyword.arg] = value.value
        if name in _LITERAL and name not in self._local:
            return self._literal(name, node.args, options)
        function = self.read(node.func)
        self._check_callable(function, name)
        args = [self.read(argument) for argument in node.args]
        self._check_arguments(function, args)
        return function(*args, **options)

    def _check_callable(self, function: Any, name: str) -> None:
        from sympy import Basic
        from sympy.core.function import UndefinedFunction

        if isinstance(function, (UndefinedFunction, Basic, types.FunctionType)):
            return
        if any(function is value for value in _names().values()):
            return
        given = self._local.get(name)
        if given is function and (not isinstance(given, type) or issubclass(given, Basic)):
            return
        raise _refused(f"{name or 'this'} is not a function it may use")

    @staticmethod
    def _check_arguments(function: Any, args: list[Any]) -> None:
        from sympy import Integer, Pow

        if function is Pow and len(args) == 2:
            _check_power(*args)
        limit = _limits().get(id(function))
        if limit is None:
            return
        for value in _flat(args):
            if isinstance(value, (int, Integer)) and abs(int(value)) > limit and len(args) < 4:
                if limit == MAX_SIZE and isinstance(args[0], (list, tuple)):
                    continue  # an entry, not a size
                raise _refused(f"an argument is larger than {limit}")

    def _literal(self, name: str, args: list[ast.expr], options: dict[str, Any]) -> Any:
        """Symbol('x'), Integer(2), Float('0.1'), Rational('1/3'), Function('f')."""
        values = []
        for argument in args:
            text = argument.value if isinstance(argument, ast.Constant) else None
            if not isinstance(text, str):
                values.append(self.read(argument))
            elif name == "Function":
                values.append(check_function_name(text))
            elif name in ("Symbol", "Dummy", "Idx"):
                values.append(check_symbol_name(text))
            elif _NUMERAL.fullmatch(text):
                values.append(text)
            else:
                raise _refused(f"{text[:40]!r} is not a number")
        return _names()[name](*values, **options)


def _flat(values: list[Any]) -> list[Any]:
    found = []
    for value in values:
        found += _flat(list(value)) if isinstance(value, (list, tuple)) else [value]
    return found


def _check_power(base: Any, exponent: Any) -> None:
    """Refuse a power of numbers that would be worked out and is too large to hold."""
    from sympy import Basic, Float, Rational, sympify

    if not all(isinstance(v, (int, float, complex, Basic)) for v in (base, exponent)):
        return
    base, exponent = sympify(base), sympify(exponent)
    if not (isinstance(exponent, (Rational, Float)) and getattr(base, "is_number", False)):
        return
    size = abs(exponent)
    if isinstance(base, Rational):
        bits = max(abs(int(base.p)).bit_length(), int(base.q).bit_length())
        too_large = bits > 1 and size * bits > MAX_BITS
    elif isinstance(base, Float):
        too_large = size * (abs(int(base._mpf_[2])) + int(base._prec)) > 100 * MAX_BITS
    else:
        too_large = size > MAX_EXPONENT
    if too_large:
        raise _refused("a power is too large")
