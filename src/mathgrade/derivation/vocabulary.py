"""What the names of a derivation mean to the engine that decides equality.

The engine knows names and entries that stand for formulas. A function with a definition is
more: ``softmax(z - c)`` is written out for every argument it is applied to, as a name of its own
with a definition of its own, so that using the definition is a step that can be seen.
Names a student introduced (``Let S = …``) are only short for what they stand for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mathgrade.derivation.components import Components
from mathgrade.derivation.differentiating import differentiated
from mathgrade.derivation.matching import rewritten
from mathgrade.derivation.statements import Definition
from mathgrade.derivation.unfolding import towards, written_out
from mathgrade.equality.definitions import Definitions, reached_from
from mathgrade.errors import ResponseError
from mathgrade.expression import Context, Declaration, Node
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import (
    Apply,
    Derivative,
    Entry,
    Fold,
    Identity,
    Mul,
    Name,
    Number,
    Subst,
    children,
    free_names,
)
from mathgrade.expression.substitution import pieces_changed, substituted

__all__ = ["NotFollowedError", "Partial", "Vocabulary"]

MAX_UNFOLDED = 24  # definitions in one another
MAX_APPLIED = 200  # different arguments that functions are applied to


Bound = Mapping[str, Size | None]
"""Names bound around a piece; for the index of a sum how far it runs."""


class NotFollowedError(Exception):
    """Something that means something, but is more than is followed here."""


@dataclass(frozen=True, slots=True)
class Partial:
    """A derivative by a name that has a definition.

    Attributes:
        value: what stands for it.
        body: what is differentiated.
        opened: the same with the definitions written out that lead to the variable.
        variable: the name, or its entry, that it is differentiated by.
    """

    value: Node
    body: Node
    opened: Node
    variable: Node


@dataclass(slots=True)
class Vocabulary:
    """Translates formulas of a derivation into what can be decided.

    Args:
        context: the names of the derivation.
        known: definitions by name.
        own: names among them that the student introduced.
        said: equations of the text, by which what depends on what may be seen.

    Attributes:
        formal: the context with a name for each applied function.
        given: what names stand for, in the engine's form.
        partials: derivatives by names that have a definition.
    """

    context: Context
    known: Mapping[str, Definition]
    own: frozenset[str] = frozenset()
    said: Sequence[tuple[Node, Node]] = ()
    formal: Context = field(init=False)
    given: dict[str, tuple[tuple[str, ...], Node]] = field(init=False, default_factory=dict)
    partials: list[Partial] = field(init=False, default_factory=list)
    _names: dict[str, Declaration] = field(init=False, default_factory=dict)
    components: Components = field(init=False)
    _unfolded: dict[tuple[Node, frozenset[str] | None], Node] = field(
        init=False, default_factory=dict
    )
    _keys: dict[tuple[str, tuple[Node, ...]], str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._names = dict(self.context.names)
        self.formal = Context(self._names)
        self.components = Components(self._names)
        for name, definition in self.known.items():
            if definition.arguments or definition.macro:
                continue
            for index in definition.indices:
                self._index(index, self._names[name])
            self.given[name] = (definition.indices, self.plain(definition.body))
        for name in list(self.given):
            if name in reached_from(name, self.given):
                raise ResponseError(
                    f"The definition of {name} uses {name} itself.", "derivation.circular"
                )

    @property
    def definitions(self) -> Definitions:
        return self.given

    @property
    def hidden(self) -> frozenset[str]:
        """Names whose definition is a law to be used: all but the student's own."""
        return frozenset(self.given) - self.own

    def given_pairs(self, put: Mapping[str, Node] | None = None) -> Sequence[tuple[Node, Node]]:
        """The definitions as :func:`mathgrade.equality.decide` takes them, sizes put in."""
        pairs: list[tuple[Node, Node]] = []
        for name, (indices, body) in self.given.items():
            head = Name(name)
            whole = Entry(head, tuple(map(Name, indices))) if indices else head
            pairs.append((whole, substituted(body, put or {})))
        return pairs

    def context_at(self, sizes: Mapping[str, int]) -> Context:
        """The formal names with numbers for some sizes."""
        if not sizes:
            return self.formal

        def put(size: Size | None) -> Size | None:
            return sizes.get(size, size) if isinstance(size, str) else size

        found = {}
        for name, d in self._names.items():
            shape = tuple(sizes.get(s, s) if isinstance(s, str) else s for s in d.shape)
            found[name] = replace(d, shape=shape, low=put(d.low), high=put(d.high))
        return Context(found)

    def least_sizes(self, *nodes: Node) -> dict[str, int]:
        """For each open size the largest entry that is called by its number."""
        least: dict[str, int] = {}
        seen: set[str] = set()
        queue = list(nodes)
        while queue:
            node = queue.pop()
            if isinstance(node, Name) and node.name in self.given and node.name not in seen:
                seen.add(node.name)
                queue.append(self.given[node.name][1])
            if isinstance(node, Entry) and isinstance(node.base, Name):
                declared = self._names.get(node.base.name)
                for size, place in zip(
                    declared.shape if declared else (), node.indices, strict=False
                ):
                    if isinstance(size, str) and isinstance(place, Number):
                        least[size] = max(least.get(size, 1), int(place.value))
            queue.extend(children(node))
        return least

    def declare(self, name: str, declaration: Declaration) -> None:
        """Gives a name a meaning that no student gave it."""
        self._names[name] = declaration

    # -- formulas ----------------------------------------------------------------------

    def plain(self, node: Node) -> Node:
        """The formula with applied functions as names, and short names written out.

        Raises:
            ResponseError: a function with the wrong number of arguments.
        """
        return self._plain(node, {}, 0)

    def _plain(self, node: Node, bound: Bound, depth: int) -> Node:
        if depth > MAX_UNFOLDED:
            raise NotFollowedError("Definitions are nested too deeply.")
        match node:
            case Name(name) if name not in bound:
                definition = self.known.get(name)
                if definition is not None and definition.macro:
                    return self._plain(definition.body, bound, depth + 1)
                return node
            case Entry(Apply(function, args), indices) if function in self.known:
                definition = self._function(function, args)
                if definition.indices:
                    whole = self._apply(definition, args, bound, depth)
                    places = tuple(self._plain(i, bound, depth) for i in indices)
                    return self._at(whole, places, bound)
            case Apply(function, args) if function in self.known:
                return self._apply(self._function(function, args), args, bound, depth)
            case Derivative(body, (variable,)) if self._is_defined(variable):
                inner = self._plain(body, bound, depth)
                return self._partial(inner, self._plain(variable, bound, depth), bound)
            case Entry(base, indices):
                inner = self._plain(base, bound, depth)
                places = tuple(self._plain(i, bound, depth) for i in indices)
                return self._at(inner, places, bound)
            case Mul(factors):
                return self._product(tuple(self._plain(f, bound, depth) for f in factors))
            case Fold(kind, body, index, low, high):
                ends = self._plain(low, bound, depth), self._plain(high, bound, depth)
                return Fold(
                    kind, self._plain(body, {**bound, index: _size_of(high)}, depth), index, *ends
                )
            case Subst(body, name, value):
                inner = self._plain(body, {**bound, name: None}, depth)
                return Subst(inner, name, self._plain(value, bound, depth))
        return pieces_changed(node, lambda child: self._plain(child, bound, depth))

    def _product(self, factors: tuple[Node, ...]) -> Node:
        """A product; A I is A, whatever size the identity was taken to have."""
        grids = [f for f in factors if self.components.shape(f)]
        kept = tuple(f for f in factors if not isinstance(f, Identity))
        if len(kept) == len(factors) or len(grids) < 2:
            return Mul(factors)
        if not any(g in kept for g in grids):
            kept = (*kept, grids[0])
        return Mul(kept) if len(kept) > 1 else kept[0]

    def _at(self, whole: Node, places: tuple[Node, ...], bound: Bound) -> Node:
        """An entry; of a function's value that is named, by all the indices of that name."""
        if isinstance(whole, Entry) and isinstance(whole.base, Name):
            return Entry(whole.base, (*whole.indices, *places))
        return self.components.at(whole, places, frozenset(bound))

    def _function(self, name: str, args: tuple[Node, ...]) -> Definition:
        definition = self.known[name]
        if len(definition.arguments) != len(args):
            raise ResponseError(
                f"{name} takes {len(definition.arguments)} argument(s), but was given {len(args)}.",
                "expression.arity",
            )
        return definition

    def _apply(
        self, definition: Definition, args: tuple[Node, ...], bound: Bound, depth: int
    ) -> Node:
        args = tuple(self._plain(a, bound, depth) for a in args)
        used = frozenset().union(*map(free_names, args))
        loose = sorted(n for n in used if n in bound and not self._is_index(n))
        if loose:  # below f' or a substitution: nothing to give a name to
            body = self._called(definition, args)
            if definition.indices:
                raise NotFollowedError(f"{definition.name} of a bound name cannot be followed.")
            return self._plain(body, bound, depth + 1)
        # Indices in the arguments become indices of the name: f(x_k) is an entry at k.
        places = sorted(n for n in used if n in bound or self._is_index(n))
        slots = {n: Name(f"#{k}") for k, n in enumerate(places)}
        key = (definition.name, tuple(substituted(a, slots) for a in args))
        name = self._keys.get(key)
        if name is None:
            spans = {p: self._span(p, bound) for p in places}
            name = self._introduce(definition, args, key, spans, depth)
        outer = tuple(Name(p) for p in places)
        return Entry(Name(name), outer) if outer else Name(name)

    def _introduce(
        self,
        definition: Definition,
        args: tuple[Node, ...],
        key: tuple[str, tuple[Node, ...]],
        spans: Mapping[str, Size],
        depth: int,
    ) -> str:
        if len(self._keys) >= MAX_APPLIED:
            raise NotFollowedError("Functions are applied to too many different things.")
        name = self._keys[key] = f"{definition.name}({len(self._keys) + 1})"
        shape = (*spans.values(), *(self._reach(i, definition, args) for i in definition.indices))
        if len(shape) > 2:
            raise NotFollowedError(f"{definition.name} cannot be followed with so many indices.")
        kinds = ("real", "vector", "matrix")
        self._names[name] = Declaration(kinds[len(shape)], shape)
        for index in definition.indices:
            self._index(index, self._names[name])
        self._indices(spans)
        bound = dict(spans)
        body = self._plain(self._called(definition, args), bound, depth + 1)
        self.given[name] = ((*spans, *definition.indices), body)
        return name

    # -- derivatives by what has a definition -----------------------------------------------

    def _is_defined(self, variable: Node) -> bool:
        base = variable.base if isinstance(variable, Entry) else variable
        return isinstance(base, Name) and base.name in self.given

    def _partial(self, body: Node, variable: Node, bound: Bound) -> Node:
        """``∂y_i/∂z_j`` as a name of its own; its definition is the derivative worked out."""
        base = variable.base if isinstance(variable, Entry) else variable
        assert isinstance(base, Name)
        if self.components.shape(body) or self.components.shape(variable):
            raise NotFollowedError("Write this derivative with indices, entry by entry.")
        opened = towards(body, base.name, self.given)
        if base.name not in free_names(opened):  # σ = 1/u, where 1 + e^{-x} was named u
            short = self.unfolded(self.given[base.name][1])
            opened = rewritten(self.unfolded(body), short, base, frozenset())
        if base.name not in free_names(opened):  # f(z) = (p - 1)/(p + 1), as a line says
            opened = self._said_of(body, base.name) or opened
        if base.name not in free_names(opened):
            raise NotFollowedError(f"How this depends on {base.name} is not said here.")
        used = free_names(body) | free_names(variable)
        places = sorted(n for n in used if n in bound or self._is_index(n))
        if len(places) > 2 or len(self._keys) >= MAX_APPLIED:
            raise NotFollowedError("This derivative cannot be followed with so many indices.")
        slots = {n: Name(f"#{k}") for k, n in enumerate(places)}
        key = ("∂", (substituted(body, slots), substituted(variable, slots)))
        name = self._keys.get(key)
        if name is None:
            name = self._keys[key] = f"∂({len(self._keys) + 1})"
            shape = tuple(self._span(p, bound) for p in places)
            self._indices(dict(zip(places, shape, strict=True)))
            self._names[name] = Declaration(("real", "vector", "matrix")[len(shape)], shape)
            self.given[name] = (tuple(places), differentiated(opened, variable))
        here = Entry(Name(name), tuple(map(Name, places))) if places else Name(name)
        if not any(p.value == here for p in self.partials):
            self.partials.append(Partial(here, body, opened, variable))
        return here

    def _said_of(self, node: Node, name: str) -> Node | None:
        """What a line of the text says that a formula is, in terms of a name alone."""
        for left, right in self.said:
            with contextlib.suppress(ResponseError, NotFollowedError):
                if name in free_names(right) and self.plain(left) == node:
                    found = self.plain(right)
                    if free_names(found) <= {name} | self._fixed(found):
                        return found
        return None

    def _fixed(self, node: Node) -> frozenset[str]:
        """Names in a formula that have no definition and lead nowhere: sizes and indices."""
        kinds = ("size", "index")
        return frozenset(n for n in free_names(node) if self._names[n].kind in kinds)

    def leads(self, node: Node, name: str) -> bool:
        """Whether a formula, or what its names stand for, holds a name."""
        names = free_names(node)
        return name in names or any(
            name in free_names(self.given[other][1]) | reached_from(other, self.given)
            for found in names & self.given.keys()
            for other in (found, *reached_from(found, self.given))
        )

    def _called(self, definition: Definition, args: tuple[Node, ...]) -> Node:
        """The body of a function with arguments put in; entries of an argument are taken of it."""
        put = dict(zip(definition.arguments, args, strict=True))

        def go(node: Node, put: Mapping[str, Node]) -> Node:
            match node:
                case Entry(Name(name), indices) if name in put:
                    return self.components.at(put[name], tuple(go(i, put) for i in indices))
                case Name(name):
                    return put.get(name, node)
                case Fold(kind, body, index, low, high):
                    taken = frozenset().union(*map(free_names, put.values()))
                    if index in taken:
                        fresh = index + "'"
                        while fresh in taken or fresh in free_names(body):
                            fresh += "'"
                        body, index = substituted(body, {index: Name(fresh)}), fresh
                    return Fold(kind, go(body, put), index, go(low, put), go(high, put))
            return pieces_changed(node, lambda child: go(child, put))

        return go(definition.body, put)

    def _is_index(self, name: str) -> bool:
        declared = self._names.get(name)
        return declared is not None and declared.kind == "index"

    def _reach(self, index: str, definition: Definition, args: tuple[Node, ...]) -> Size:
        """How far the index of a function's value runs: as far as what it indexes."""
        for name, arg in zip(definition.arguments, args, strict=True):
            if _indexes(definition.body, name, index):
                shape = self.components.shape(arg)
                if shape:
                    return shape[0] if shape[1] == 1 else shape[1]
        return self._span(index, {})

    def _span(self, name: str, bound: Bound) -> Size:
        """How far an index runs."""
        if (found := bound.get(name)) is not None:
            return found
        declared = self._names.get(name)
        high = declared.high if declared is not None and declared.kind == "index" else None
        if high is not None:
            return high
        sizes = [n for n, d in self._names.items() if d.kind == "size"]
        if len(sizes) != 1:
            raise NotFollowedError(f"The range of {name} is not known here.")
        return sizes[0]

    def _indices(self, spans: Mapping[str, Size]) -> None:
        """Declares indices that are only bound where they stand."""
        for name, size in spans.items():
            self._names.setdefault(name, Declaration("index", low=1, high=size))

    def _index(self, name: str, like: Declaration) -> None:
        """Declares the index of a definition, if it has no meaning yet."""
        if name not in self._names and like.shape:
            self._names[name] = Declaration("index", low=1, high=like.shape[-1])

    def unfolded(self, node: Node, only: frozenset[str] | None = None) -> Node:
        """The formula with every definition written out.

        Args:
            only: the names whose definitions are written out; all if not given.
        """
        key = (node, only)
        if key not in self._unfolded:
            names = self.given.keys() if only is None else only & self.given.keys()
            self._unfolded[key] = written_out(node, self.given, frozenset(names))
        return self._unfolded[key]


def _size_of(node: Node) -> Size | None:
    match node:
        case Name(name):
            return name
        case Number(value):
            return int(value)
    return None


def _indexes(node: Node, name: str, index: str) -> bool:
    """Whether an index stands at a name."""
    if isinstance(node, Entry) and node.base == Name(name) and Name(index) in node.indices:
        return True
    return any(_indexes(child, name, index) for child in children(node))
