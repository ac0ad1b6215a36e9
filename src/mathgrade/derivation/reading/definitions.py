r"""Definitions, such as ``S = …``, ``y_i = …``, ``softmax(v)_i = …``, and what they declare."""

from __future__ import annotations

import re
from dataclasses import replace

from mathgrade.derivation.reading.heads import Head, read_head
from mathgrade.derivation.reading.vocabulary import Vocabulary
from mathgrade.derivation.statements import Definition
from mathgrade.errors import ItemError, ResponseError
from mathgrade.expression import Context, Declaration, Node, read
from mathgrade.expression.functions import FUNCTIONS
from mathgrade.expression.latex_text import LatexError, Reading
from mathgrade.expression.latex_text.faults import fault
from mathgrade.expression.latex_text.forms import form_of
from mathgrade.expression.names import Size
from mathgrade.expression.nodes import Add, Apply, Entry, Mul, Name, Neg, free_names

__all__ = ["define", "named", "read_definition"]

_ENTRY = "entry"  # the index of a definition that was written without one


def read_definition(head: str, body: str, context: Context) -> tuple[Definition, Context]:
    r"""What a name stands for, and the context with the name in it.

    Args:
        head: ``softmax(v)_i``, ``\sigma(x)``, ``y_i``, ``a_{ij}``, ``L``, or ``y[i]``; a function
            everybody knows, ``\tanh(z)``, is from then on read as its body.
        body: what it stands for, in LaTeX or Python text.
        context: the names the body may use besides arguments and indices of the head.

    Raises:
        ItemError: a head that is none, a body that cannot be read.

    >>> from mathgrade.expression import read_names, to_text
    >>> names = read_names({"z": "vector K"})
    >>> found, names = read_definition("softmax(v)_i", r"\frac{e^{v_i}}{\sum_k e^{v_k}}", names)
    >>> to_text(found.body), found.arguments, found.vectors
    ('exp(v[i])/Sum(exp(v[k]), k, 1, K)', ('v',), frozenset({'v'}))
    >>> names["softmax"].kind
    'function'
    """
    found = read_head(head.removeprefix("\\") if head[1:].partition("(")[0] in FUNCTIONS else head)
    if found is None or found.stem or not (found := named(found)).is_plain:
        raise ItemError(
            f"{head!r} cannot be defined. Write a name, an entry or a function of names, such as "
            r"S, y_i, f(x) or softmax(v)_i."
        )
    vocabulary = Vocabulary(body, context, {})
    try:
        definition, declaration, _ = define(found, body, vocabulary)
    except LatexError as error:
        raise ItemError(f"The definition of {head}: {error.message}") from None
    if definition.name in FUNCTIONS:  # is read as its body wherever it stands
        return definition, context
    names = {**context.names, definition.name: declaration}
    for size in declaration.shape:
        if isinstance(size, str):
            names.setdefault(size, Declaration("size"))
    return definition, Context(names)


def named(head: Head) -> Head:
    """The head with numbers and long words of its index taken into its name: ``x_1``, ``x_max``."""
    if not head.indices or head.arguments:
        return head
    number = any(index[0].isdigit() for index in head.indices)
    if number or len(head.indices) > 2:
        return Head(f"{head.name}_{''.join(head.indices)}", stem=head.stem)
    return head


def define(
    head: Head, source: str, vocabulary: Vocabulary
) -> tuple[Definition, Declaration, Reading]:
    """What a head stands for, what that declares, and how its body was read.

    The vocabulary does not learn the name, but indices the body brings.

    Raises:
        LatexError: a body that cannot be read.
    """
    names = vocabulary.names
    kept = {word: names.get(word) for word in (head.name, *head.arguments, *head.indices)}
    for word in head.arguments:
        names[word] = _argument(word, kept[word], source, vocabulary)
    for word in head.indices:
        if kept[word] is None or names[word].kind != "index":
            vocabulary.add_index(word)
    if kept[head.name] is not None and head.name not in head.arguments:
        del names[head.name]
    try:
        reading = _body(source, vocabulary)
        body = reading.node
        if not head.arguments and not head.indices and (entry := _entry_of(body, vocabulary)):
            head, body = replace(head, indices=(_ENTRY,)), entry
            kept[_ENTRY] = None
            vocabulary.add_index(_ENTRY)
        sizes = tuple(_size(word, body, vocabulary) for word in head.indices)
        vectors = frozenset(word for word in head.arguments if names[word].shape)
        if not head.arguments:
            declaration = _declared(body, sizes, vocabulary)
        else:
            declaration = Declaration("function", arity=len(head.arguments))
    finally:
        for word, before in kept.items():
            if before is not None:
                names[word] = before
            elif word not in head.indices:
                names.pop(word, None)
    free = {
        word
        for word in free_names(body) - set(head.indices) - set(head.arguments)
        if word in names and names[word].kind == "index"
    }
    for word, size in zip(head.indices, sizes, strict=True):
        if kept[word] is None:
            names[word] = replace(names[word], high=size)
    definition = Definition(
        head.name, head.arguments, head.indices, body, vectors, macro=bool(free)
    )
    return definition, declaration, reading


def _argument(
    word: str, before: Declaration | None, source: str, vocabulary: Vocabulary
) -> Declaration:
    """What an argument is in the body: what it was, if that is a number or an array."""
    if before is not None and before.kind not in ("index", "size", "function"):
        return before
    name = re.escape(word) if len(word) == 1 else rf"\\?{re.escape(word)}"
    accents = r"(?:\\(?:mathbf|boldsymbol|vec|bm)\s*\{?\s*)?"
    if re.search(rf"(?<![A-Za-z]){accents}{name}\s*\}}?\s*(?:_|\[)", source):
        return Declaration("vector", (vocabulary.size or _fresh(vocabulary),))
    return Declaration("real")


def _fresh(vocabulary: Vocabulary) -> str:
    """A size nobody has used."""
    size = next(s for s in (f"n{k or ''}" for k in range(1000)) if s not in vocabulary.names)
    vocabulary.names[size] = Declaration("size")
    return size


def _body(source: str, vocabulary: Vocabulary) -> Reading:
    try:
        return vocabulary.read(source)
    except LatexError:
        if "\\" in source or "$" in source:
            raise
        try:  # Python text, as an author may write it
            return Reading(read(source, vocabulary.context))
        except ResponseError:
            pass
        raise


def _entry_of(body: Node, vocabulary: Vocabulary) -> Node | None:
    """One entry of a sum of vectors and numbers, which are added to each entry: ``z - c``.

    None for anything else.
    """
    if not isinstance(body, Add):
        return None
    names, context = vocabulary.names, vocabulary.context
    terms: list[Node] = []
    for term in body.terms:
        inner = term.term if isinstance(term, Neg) else term
        match inner:
            case Name(name) if name in names and names[name].kind in ("vector", "simplex"):
                entry = Entry(inner, (Name(_ENTRY),))
                terms.append(Neg(entry) if isinstance(term, Neg) else entry)
            case _ if form_of(inner, context, frozenset()) == ():
                terms.append(term)
            case _:
                return None
    mixed = 0 < sum(old is new for old, new in zip(body.terms, terms, strict=True)) < len(terms)
    if not mixed:
        return None
    return Add(tuple(terms))


def _size(index: str, body: Node, vocabulary: Vocabulary) -> Size:
    size = vocabulary.extent(body, index) or vocabulary.names[index].high
    assert size is not None
    return size


def _declared(body: Node, sizes: tuple[Size, ...], vocabulary: Vocabulary) -> Declaration:
    """What the name of a definition is: a number, a vector or a matrix."""
    if len(sizes) == 1:
        return Declaration("vector", sizes)
    if len(sizes) == 2:
        return Declaration("matrix", sizes)
    if sizes:
        raise fault("", 0, 0, "a name has at most two indices here")
    form = form_of(body, vocabulary.context, frozenset())
    if form is not None and len(form) == 2 and None not in form:
        rows, columns = form
        assert rows is not None
        assert columns is not None
        return Declaration("vector", (rows,)) if columns == 1 else Declaration("matrix", form)  # type: ignore[arg-type]
    if vocabulary.size is not None and _is_vector(body, vocabulary):
        return Declaration("vector", (vocabulary.size,))
    return Declaration("real")


def _is_vector(node: Node, vocabulary: Vocabulary) -> bool:
    """Whether a formula is made of vectors by a defined function: ``softmax(z - c)``."""
    match node:
        case Apply(name, _):
            definition = vocabulary.definitions.get(name)
            return definition is not None and len(definition.indices) == 1
        case Name(name):
            return name in vocabulary and vocabulary.names[name].kind in ("vector", "simplex")
        case Add(parts) | Mul(parts):
            return any(_is_vector(part, vocabulary) for part in parts)
        case Neg(inner):
            return _is_vector(inner, vocabulary)
        case Entry():
            return False
    return False
