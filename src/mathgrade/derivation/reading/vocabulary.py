r"""The names a text may use, and the ones it turns out to use as it is read.

A letter in an index that nobody declared is an index of what it indexes; an ``n`` where
only the size K is declared is K. Everything else that is not known stays a fault.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import count

from mathgrade.derivation.reading.depending import only_variable
from mathgrade.derivation.reading.dotted import COLUMN, ROW, Grid, dotted
from mathgrade.derivation.reading.entry_functions import written_out
from mathgrade.derivation.reading.spelling import (
    arguments_behind,
    in_index,
    never_applied,
    one_slip,
    plain_name,
)
from mathgrade.derivation.statements import Definition
from mathgrade.expression import Context, Declaration, Node
from mathgrade.expression.functions import FUNCTIONS
from mathgrade.expression.latex_text import LatexError, Reading, Setting, parse
from mathgrade.expression.latex_text.brackets import ONES
from mathgrade.expression.latex_text.commands import GREEK
from mathgrade.expression.latex_text.faults import fault
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import Apply, Call, Delta, Entry, Name, Number, Transpose, children
from mathgrade.expression.substitution import everywhere, substituted

__all__ = ["Vocabulary", "only_size"]

_MOST_NEW = 12  # names one formula may bring
_MOST_ARRAYS = 40  # with dots
_SIZE_LETTERS = frozenset("nNmMCdDKLp")
_ALWAYS_SIZES = frozenset("nNK")
_INDEX_LETTERS = frozenset("ijklmnpqrstuvabIJKLMN") | {"kappa", "ell", "mu", "nu", "alpha", "beta"}
_ONE = re.compile(r"1|\\(?:mathbf|mathbb|boldsymbol|bm|mathds|vec)\s*\{?\s*1|𝟙")
_SELDOM = frozenset("abuvIJKLMN")  # an index only where nothing else can be
_FUNCTION_LETTERS = frozenset("fghuvFGHφψ") | {"phi", "varphi", "psi"}
# A letter where only a size can stand: over a sum, behind dots, as the dimension of a space.
_UPPER = re.compile(
    r"""(?:\\sum|\\prod|∑|sum)(?:\\limits)?\s*_\s*(?:\{[^{}]*\}|\([^()]*\)|\S)\s*\^\s*\{?\s*
        (?P<above>[A-Za-z])
    |(?:\\sum|\\prod)(?:\\limits)?\s*\^\s*\{?\s*(?P<first>[A-Za-z])\s*\}?\s*_
    |(?:\\[lcd]?dots[cb]?|\.\.\.|…|⋯)\s*[,+*]?\s*(?:\\cdot|\\times)?\s*(?P<last>[A-Za-z])(?![\w_(^])
    |(?:\\[lcd]?dots[cb]?|\.\.\.|…|⋯)\s*[+]\s*[^+=&\n$]{0,30}?_\s*\{?\s*(?P<term>[A-Za-z])(?![\w])
    |dots\s*(?:&|\\\\)[^&$]{0,80}?_\s*\{?\s*(?P<entry>[A-Za-z])(?!\w)
    |\\mathbb\s*\{?R\}?\s*\^\s*\{?\s*(?P<space>[A-Za-z])""",
    re.VERBOSE,
)
_TAKEN = re.compile(
    r"(?:[$&,;:]|\\[(\[]|^|\b(?:let|set|write|define|with|and|where|denote|sei)[ ])[ \t]*"
    r"([A-Za-z])(?:_\w|_\{\w{1,4}\})?[ \t]*:?=(?!=)[ \t]*[^=\d\s]",
    re.IGNORECASE | re.MULTILINE,
)


def only_size(context: Context) -> str | None:
    """The one size of a context; None if there is none or more than one."""
    sizes = [name for name, declared in context.names.items() if declared.kind == "size"]
    return sizes[0] if len(sizes) == 1 else None


class Vocabulary:
    """The names of one text, while it is read.

    Attributes:
        names: what each name is; grows.
        context: the same, as readers of formulas take it.
        definitions: what defined names stand for; grows.
        claimed: the names that were there before.
        size: the only size, if there is just one.
        coming: names that are defined further on, and may be used before.
        shorts: functions of entries, and the formulas they are short for.
        missed: names that were not known where they were used.
        renamed: functions everybody knows that the question has another name for.
    """

    def __init__(
        self,
        text: str,
        context: Context,
        definitions: Mapping[str, Definition],
        coming: Mapping[str, Declaration] | None = None,
    ) -> None:
        self.names: dict[str, Declaration] = dict(context.names)
        self.context = Context(self.names)
        self.renamed = {n: d for n, d in definitions.items() if n in FUNCTIONS}
        self.definitions = {n: d for n, d in definitions.items() if n not in FUNCTIONS}
        self.claimed = frozenset(self.names)
        self.coming = dict(coming or {})
        self.missed: set[str] = set()
        self.shorts: dict[Apply, Node] = {}
        self.arrays = 0  # with dots, so far
        self.size = only_size(context)
        self.aliases: dict[str, str] = {}
        self.arguments: dict[str, tuple[Node, ...]] = {}
        self.bare = {name for name in definitions if never_applied(name, text)}
        self.primed: dict[str, str] = {}
        self.setting = Setting(
            self.size,
            self.aliases,
            self.arguments,
            self.bare,
            _identity(context),
            self.primed,
            self._dotted,
            primes=True,
            variable=lambda name: only_variable(name, self.definitions, self.names),
        )
        self.uppers = {
            next(letter for letter in found.groups() if letter is not None)
            for found in _UPPER.finditer(text)
        }
        # A size letter that the text says something else of, such as N for a numerator.
        self.taken = {found.group(1) for found in _TAKEN.finditer(text)} - self.uppers
        for definition in definitions.values():
            self._stands_alone(definition)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    # ---- reading

    def read(self, source: str) -> Reading:
        """The formula in a text; indices and sizes it brings are declared.

        Raises:
            LatexError: what cannot be read.
        """
        fresh: list[str] = []
        for _ in range(_MOST_NEW):
            try:
                reading = parse(source, self.context, self.setting)
            except LatexError as error:
                learnt = self._learn(source, error)
                if not learnt:
                    self.forget(fresh)
                    raise self._explained(source, error) from None
                fresh += learnt
            else:
                self._settle(reading.node, fresh)
                if self.shorts:
                    reading = replace(reading, node=written_out(reading.node, self.shorts))
                if self.renamed:
                    reading = replace(reading, node=everywhere(reading.node, self._as_defined))
                return reading
        self.forget(fresh)
        raise fault(source, 0, len(source), "it holds too many names that are not known")

    def _as_defined(self, node: Node) -> Node:
        """A function everybody knows as what the question calls it: f(z) for tanh(z)."""
        match node:
            case Call(function, (argument,)) if function in self.renamed:
                definition = self.renamed[function]
                return substituted(definition.body, {definition.arguments[0]: argument})
        return node

    def forget(self, names: list[str]) -> None:
        """Takes back what a formula brought that cannot be read after all."""
        for name in names:
            self.names.pop(name, None)
            if name == ONES:
                self.definitions.pop(ONES, None)

    def _learn(self, source: str, error: LatexError) -> list[str]:
        """Declares what was not known, if it can only be an index, a size or a vector of ones."""
        if error.note == "expression.condition" and _ONE.match(source, error.start):
            return self._ones()
        if error.note != "expression.undeclared":
            return []
        name = plain_name(source[error.start : error.end])
        if name in self.coming:
            self.names[name] = self.coming[name]
            return [name]
        self.missed.add(name)
        inside = in_index(source, error.start)
        if inside and len(name) == 2 and all(self.is_index(letter) for letter in name):
            return [self.add_index(letter) for letter in name if letter not in self.names]
        command = source[error.start : error.start + 1] == "\\"
        if len(name) > 1 and not (command and "\\" + name in GREEK):
            return []
        if self.is_size(name, indexing=inside):
            assert self.size is not None
            self.aliases[name] = self.size
            return [name]
        arity = (
            arguments_behind(source, error.end) if name in _FUNCTION_LETTERS and not inside else 0
        )
        if arity:
            self.names[name] = Declaration("function", arity=arity)
            return [name]
        if inside and name in _INDEX_LETTERS and (self.size is not None or self._lengths()):
            return [self.add_index(name)]
        return []

    def is_size(self, name: str, *, indexing: bool = False) -> bool:
        """Whether an undeclared letter means the only size there is."""
        if self.size is None or name not in _SIZE_LETTERS or name in self.names:
            return False
        if name in self.taken:
            return False
        return name in self.uppers or (name in _ALWAYS_SIZES and not indexing)

    def is_index(self, name: str) -> bool:
        """Whether a name is an index, or a letter that may become one."""
        declared = self.names.get(name)
        if declared is not None:
            return declared.kind == "index"
        return name in _INDEX_LETTERS - _SELDOM and not self.is_size(name)

    def add_index(self, name: str, size: Size | None = None) -> str:
        """Declares an index; of the only size if none is given."""
        high = size or self.size or next(iter(self._lengths()), 1)
        self.names[name] = Declaration("index", low=1, high=high)
        return name

    def _lengths(self) -> list[Size]:
        return [declared.shape[0] for declared in self.names.values() if declared.shape]

    def _ones(self) -> list[str]:
        if ONES in self.names or self.size is None:
            return []
        self.names[ONES] = Declaration("vector", (self.size,))
        self.definitions[ONES] = Definition(ONES, (), ("i",), Number(Fraction(1)))
        return [ONES]

    def _dotted(self, grid: Grid) -> Node | None:
        """An array with dots, as a vector or matrix whose entries are defined."""
        self.arrays += 1
        found = dotted(grid, self.size) if self.arrays <= _MOST_ARRAYS else None
        if found is None:
            return None
        ends = [_size_of(found.rows), _size_of(found.columns)]
        if None in ends or any(isinstance(e, str) and not self._is_size(e) for e in ends):
            return None
        shape = tuple(end for end in ends if end is not None and end != 1)
        indices = [letter for letter, end in zip((ROW, COLUMN), ends, strict=True) if end != 1]
        match found.body:
            case Entry(Name(), parts) as entry if parts == tuple(indices):
                whole: Node = entry.base
            case _:
                name = next(
                    name
                    for name in (f"array{k}" for k in count(1))
                    if name not in self.names or self._is_array(name, found.body)
                )
                names = tuple(letter.name for letter in indices)
                kind = "vector" if len(shape) == 1 else "matrix"
                self.names[name] = Declaration(kind, shape)
                self.definitions[name] = Definition(name, (), names, found.body)
                whole = Name(name)
        return Transpose(whole) if ends[0] == 1 and len(shape) == 1 else whole

    def _is_size(self, name: str) -> bool:
        return name in self.names and self.names[name].kind == "size"

    def _is_array(self, name: str, body: Node) -> bool:
        return name in self.definitions and self.definitions[name].body == body

    def _settle(self, node: Node, fresh: list[str]) -> None:
        """Gives new indices the size of what they index."""
        for name in fresh:
            declared = self.names.get(name)
            if declared is not None and declared.kind == "index":
                size = self.extent(node, name)
                if size is not None and size != declared.high:
                    self.names[name] = replace(declared, high=size)

    def extent(self, node: Node, index: str) -> Size | None:
        """The size of what an index picks entries of; None if it picks none."""
        stack = [node]
        while stack:
            part = stack.pop()
            stack.extend(children(part))
            match part:
                case Entry(Name(base), indices) if Name(index) in indices:
                    declared = self.names.get(base)
                    place = indices.index(Name(index))
                    if declared is not None and place < len(declared.shape):
                        return declared.shape[place]
                case Entry(Apply(_, args), _):
                    for arg in args:
                        if isinstance(arg, Name) and arg.name in self.names:
                            shape = self.names[arg.name].shape
                            if shape:
                                return shape[0]
                case Delta(Name(left), Name(right)) if index in (left, right):
                    other = self.names.get(right if left == index else left)
                    if other is not None and other.kind == "index" and other.high is not None:
                        return other.high
        return None

    def _explained(self, source: str, error: LatexError) -> LatexError:
        """The error, with the name that is probably meant."""
        if error.note != "expression.undeclared":
            return error
        name = plain_name(source[error.start : error.end])
        near = self.near(name)
        reason = f"the name {name} is not known here; {near} is"
        if near is None:
            shown = [n for n in self.names if n != ONES and not n.startswith("array")]
            reason = f"the name {name} is not known here; say first what it stands for "
            reason += f"({name} = …), or use one of these: {', '.join(shown)}"
        return fault(source, error.start, error.end, reason, error.note)

    def near(self, name: str) -> str | None:
        """A known name that another one is nearly spelled like."""
        if len(name) < 3 or name in self.names:
            return None
        lower = name.lower()
        for known in self.names:
            if len(known) >= 3 and (known.lower() == lower or one_slip(known.lower(), lower)):
                return known
        return None

    def may_define(self, name: str) -> bool:
        """Whether a text may say what a name stands for: it is new, or a function like any."""
        declared = self.names.get(name)
        if declared is None:
            return not self.is_size(name)
        formal = declared.kind == "function" or name in self.coming
        return formal and name not in self.definitions and name not in self.claimed

    # ---- definitions

    def define(self, definition: Definition, declaration: Declaration) -> None:
        """Takes a name in."""
        self.names[definition.name] = declaration
        self.definitions[definition.name] = definition
        self.arguments.pop(definition.name, None)
        self._stands_alone(definition)

    def _stands_alone(self, definition: Definition) -> None:
        """What a defined function means that is not applied: ``T_i`` is ``T(z)_i``."""
        if not definition.arguments:
            return
        found: list[Node] = []
        for argument in definition.arguments:
            declared = self.names.get(argument)
            if argument in definition.vectors:
                vectors = [
                    name
                    for name, other in self.names.items()
                    if other.kind in ("vector", "simplex") and name not in self.definitions
                ]
                if declared is not None and declared.shape:
                    found.append(Name(argument))
                elif len(vectors) == 1:
                    found.append(Name(vectors[0]))
                else:
                    return
            elif declared is not None and not declared.shape and declared.kind != "function":
                found.append(Name(argument))
            else:
                return
        self.arguments[definition.name] = tuple(found)


def _identity(context: Context) -> Node | None:
    """The size of an identity that has none: of all square matrices, if it is only one."""
    squares = {
        declared.shape[0]
        for declared in context.names.values()
        if declared.kind == "matrix" and declared.shape[0] == declared.shape[1]
    }
    size = squares.pop() if len(squares) == 1 else only_size(context)
    if size is None or squares:
        return None
    return Name(size) if isinstance(size, str) else Number(Fraction(size))


def _size_of(end: Node) -> Size | None:
    match end:
        case Name(name):
            return name
        case Number(value) if value.denominator == 1:
            return int(value)
    return None
