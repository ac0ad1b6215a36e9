r"""The Pratt parser: what stands side by side, and how tightly it holds together.

From the loosest: ``and`` / ``or``, relations, ``+ -``, products and ``/``, then what
stands behind a piece (``^ _ ' !``). Side by side is a product. What starts with a
command, a letter or a bracket is read by the reader the :class:`Grammar` names for it;
those readers live in the modules beside this one and call back into
:meth:`Parser.expression`. Nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from mathgrade.expression.latex_text.commands import AND, NOT, OR, RELATIONS, TIMES
from mathgrade.expression.latex_text.faults import LatexError, Remark, fault
from mathgrade.expression.latex_text.refused import REFUSED
from mathgrade.expression.latex_text.tokens import Token, tokenize
from mathgrade.expression.names import Context
from mathgrade.expression.nodes import (
    Cases,
    Delta,
    Logic,
    Mul,
    Name,
    Neg,
    Node,
    Number,
    Relation,
    Truth,
)

__all__ = [
    "LOGIC",
    "MAX_NESTING",
    "PRODUCT",
    "RELATION",
    "SUM",
    "UNION",
    "Grammar",
    "Parser",
    "Reader",
    "Setting",
]

LOGIC, RELATION, UNION, SUM, PRODUCT = 1, 2, 3, 4, 5  # how tightly things hold together
MAX_NESTING = 100  # expressions inside expressions; Python's own stack allows a little more

Reader = Callable[["Parser", Token], Node]
_PRODUCT = TIMES | {"/", r"\div", r"\dots"}


@dataclass(frozen=True)
class Grammar:
    """Which reader takes what.

    Attributes:
        joins: readers of sums, products … by how tightly they hold; they are given the
            first term or factor.
        starts: readers of pieces by the text of their first token.
        kinds: readers of pieces by the kind of their first token.
        behind: readers of what stands behind a piece, by text; they are given
            the piece, their own token and the first token of the piece.
        is_word: whether ``\\text{…}`` holds a name rather than words.
    """

    joins: Mapping[int, Callable[[Parser, Node], Node]] = field(default_factory=dict)
    starts: Mapping[str, Reader] = field(default_factory=dict)
    kinds: Mapping[str, Reader] = field(default_factory=dict)
    behind: Mapping[str, Callable[[Parser, Node, Token, Token], Node]] = field(default_factory=dict)
    is_word: Callable[[Parser, Token], bool] = lambda _parser, _token: False


@dataclass(frozen=True, slots=True)
class Setting:
    r"""What a text around the formula has fixed.

    Attributes:
        size: the size a sum without limits runs to where nothing in it says so.
        aliases: other letters for declared names: the ``n`` of someone who writes n for K.
        arguments: what a declared function stands for that is not applied: ``T_i`` for
            ``T_i(z)``.
        bare: functions that are never applied in the text, so that in ``\sigma(1 - p)`` the
            bracket is a factor.
        identity: how big an identity without a size is: ``I``.
        primed: names that have a meaning of their own with a prime: ``z'``.
        dotted: gives an array with dots, None in its entries, a meaning, if it has one.
        primes: whether a prime behind a bracket differentiates by the only variable in it.
        variable: the one number a defined name depends on, by which ``u'`` differentiates it.
    """

    size: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    bare: Set[str] = frozenset()
    identity: Node | None = None
    primed: Mapping[str, str] = field(default_factory=dict)
    dotted: Callable[[tuple[tuple[Node | None, ...], ...]], Node | None] | None = None
    primes: bool = False
    variable: Callable[[str], str | None] | None = None


class Parser:
    """Reads the tokens of one text from left to right.

    Attributes:
        context: the declared names, or None to take any name as it comes.
        setting: what the text around the formula has fixed.
        bound: indices of the sums around the present place, and substituted names.
        bars: how many ``|`` are open in the present bracket.
        remarks: what was read, but perhaps not as meant.
    """

    def __init__(
        self,
        source: str,
        context: Context | None,
        grammar: Grammar,
        setting: Setting | None = None,
    ) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.context = context
        self.setting = setting or Setting()
        self.grammar = grammar
        self.at = 0
        self.bound: list[str] = []
        self.bars = 0
        self.remarks: list[Remark] = []
        self.depth = 0
        self.words: dict[int, int] = {}
        self.closers = self._braces()

    # ---- places

    def fault(
        self, token: Token, reason: str, note: str = "expression.unknown", end: int = -1
    ) -> LatexError:
        """The error for a token, or for the text from it to ``end``."""
        return fault(self.source, token.start, max(token.end, end), reason, note)

    def remark(self, start: Token, message: str) -> None:
        """Notes how the text from a token up to here was read."""
        self.remarks.append(Remark(start.start, self.before.end, message))

    def _braces(self) -> dict[int, int]:
        """For each ``{`` the position of its ``}``."""
        found: dict[int, int] = {}
        opened: list[int] = []
        for k, token in enumerate(self.tokens):
            if token.text == "{" and token.kind == "symbol":
                opened.append(k)
            elif token.text == "}" and token.kind == "symbol":
                if not opened:
                    raise self.fault(token, "this brace was never opened", "expression.syntax")
                found[opened.pop()] = k
        if opened:
            reason = "this brace is not closed"
            raise self.fault(self.tokens[opened[-1]], reason, "expression.syntax")
        return found

    # ---- the cursor

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    @property
    def before(self) -> Token:
        """The token that was taken last."""
        return self.tokens[max(self.at - 1, 0)]

    def peek(self, ahead: int = 1) -> Token:
        """A token further on."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        """Takes a token."""
        token = self.tokens[self.at]
        if token.kind != "stop":
            self.at += 1
        return token

    def take(self, *texts: str) -> Token | None:
        """Takes the next token if it is one of these."""
        token = self.tokens[self.at]
        if token.text in texts and token.kind in ("symbol", "command"):
            self.at += 1
            return token
        return None

    def expect(self, text: str, opened: Token) -> Token:
        """Takes the bracket that closes ``opened``."""
        token = self.take(text)
        if token is not None:
            return token
        if self.token.kind == "stop":
            shown = opened.text
            raise self.fault(opened, f"this {shown} is not closed", "expression.syntax")
        return self.unexpected(f"{text} is missing here, or an operator")

    def unexpected(self, wanted: str) -> NoReturn:
        """Raises the error for a token that fits nowhere."""
        token = self.token
        if token.kind == "stop":
            reason = f"it ends too early; {wanted}"
            start = self.before
            raise fault(self.source, start.start, start.end, reason, "expression.syntax")
        if token.kind == "text":
            reason = "words are not part of a formula"
        elif token.kind == "end":
            reason = rf"\end{{{token.text}}} comes too early, or was not begun; {wanted}"
        elif REFUSED.get(token.text):
            reason = REFUSED[token.text]
        elif token.text.startswith("\\") and token.text not in RELATIONS and not self.known(token):
            reason = f"the command {token.text} is not known here"
        elif token.text in RELATIONS:
            reason = f"{token.text} has nothing to compare here"
        else:
            reason = wanted
        raise self.fault(token, reason, "expression.syntax")

    def known(self, token: Token) -> bool:
        """Whether some reader takes the token, in its place."""
        return (
            token.text in self.grammar.starts
            or token.text in self.grammar.behind
            or token.text in (r"\}", r"\rfloor", r"\rceil", r"\land", r"\lor", r"\div", r"\cup")
        )

    @contextmanager
    def inside(self) -> Iterator[None]:
        """A bracket, in which ``|`` starts anew."""
        bars, self.bars = self.bars, 0
        try:
            yield
        finally:
            self.bars = bars

    @contextmanager
    def binding(self, *names: str) -> Iterator[None]:
        """A place where these names stand for an index or a substituted value."""
        self.bound.extend(names)
        try:
            yield
        finally:
            del self.bound[len(self.bound) - len(names) :]

    # ---- expressions

    def expression(self, floor: int = 0) -> Node:
        """Reads as far as things hold together more tightly than ``floor``."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fault(self.token, "it is nested too deeply", "expression.too-big")
        node = self.piece(floor)
        while (level := self.level()) > floor:
            node = self.grammar.joins[level](self, node)
        self.depth -= 1
        return node

    def level(self) -> int:
        """How tightly the next token holds on to what stands before it; 0 if not at all."""
        token = self.tokens[self.at]
        kind, text = token.kind, token.text
        if kind in ("letter", "number", "word", "begin"):
            return PRODUCT
        if kind == "text":
            if text.lower() in AND or text.lower() in OR:
                return LOGIC
            return PRODUCT if self.grammar.is_word(self, token) else 0
        if kind in ("end", "tag", "stop"):
            return 0
        if text in ("+", "-"):
            return SUM
        if text in _PRODUCT:
            return PRODUCT
        if text in RELATIONS:
            return RELATION
        if text in AND or text in OR:
            return LOGIC
        if text == r"\cup":
            return UNION
        return PRODUCT if self.starts(token) else 0

    def starts(self, token: Token) -> bool:
        """Whether a factor can start with the token."""
        if token.kind in ("letter", "number", "word", "begin"):
            return True
        if token.kind == "text":
            return self.grammar.is_word(self, token)
        if token.kind not in ("symbol", "command") or token.side == "right":
            return False
        if token.text == "|":
            return token.side == "left" or self.bars == 0
        if token.text == ".":
            return token.side == "left"
        return token.text in self.grammar.starts and token.text not in ("+", "-")

    def piece(self, floor: int = PRODUCT) -> Node:
        """Reads one signed factor with its powers, indices and primes."""
        token = self.token
        reader = self.grammar.starts.get(token.text) or self.grammar.kinds.get(token.kind)
        if token.kind == "text" and token.text.lower() not in NOT:
            reader = self.grammar.kinds["text"] if self.grammar.is_word(self, token) else None
        if token.text in ("+", "-"):
            self.at += 1
            node = self.expression(max(SUM, floor))
            if token.text == "+":
                return node
            return Number(-node.value) if isinstance(node, Number) else Neg(node)
        if reader is None or token.side == "right" or (token.text == "." and not token.side):
            self.unexpected("a number, a name or a bracket is missing here")
        self.at += 1
        return self.behind(reader(self, token), token)

    def behind(self, node: Node, owner: Token) -> Node:
        """Reads what stands behind a piece: powers, indices, primes."""
        while True:
            token = self.token
            if token.text == "{" and self.peek().text == "}":  # {} only sets a distance
                self.at += 2
                continue
            reader = self.grammar.behind.get(token.text)
            if reader is None or token.kind not in ("symbol", "command"):
                return node
            self.at += 1
            node = reader(self, node, token, owner)

    def index(self, node: Node) -> bool:
        """Whether a piece is an index or a whole number."""
        if isinstance(node, Name):
            declared = self.context.get(node.name) if self.context else None
            return node.name in self.bound or (declared is not None and declared.kind == "index")
        return isinstance(node, Number) and node.value.denominator == 1

    def indicator(self, node: Node) -> Node:
        """A condition as a factor: 1 where it holds, 0 elsewhere; anything else as it is."""
        match node:
            case Relation("==", left, right) if self.index(left) and self.index(right):
                return Delta(left, right)
            case Relation() | Logic():
                return Cases(((Number(Fraction(1)), node), (Number(Fraction(0)), Truth(True))))
        return node

    def factors(self, first: Node, stop: Callable[[Token], bool]) -> Node:
        """Reads factors that stand side by side, up to one that ``stop`` refuses."""
        found = [first]
        while self.starts(self.token) and not stop(self.token):
            found.append(self.expression(PRODUCT))
        return first if len(found) == 1 else Mul(tuple(found))
