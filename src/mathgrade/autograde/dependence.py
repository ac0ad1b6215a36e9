"""What of an assignment the mark of each test cell depends on, so that no more is marked again.

The *base* is what every mark depends on: all cells but the tests, the names tests bind, every file
but ``reference/<assignment>.py``, limits and versions. A *test* depends beside that on its own
text and on the items it names, each as far as the statements of the reference reach
that it uses. Where that cannot be read off, it depends on the whole reference. Statements at the
top of a reference are taken to define what they bind and to change nothing else.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nbformat import NotebookNode

from mathgrade.autograde.bundle import Bundle
from mathgrade.autograde.marking import is_test
from mathgrade.autograde.names import bound_names, free_names, parse_cell

__all__ = ["Dependence", "dependence", "entangled"]


@dataclass(frozen=True, slots=True)
class Dependence:
    """Digests of what marks depend on.

    Attributes:
        base: for all of them.
        tests: for each test cell, by notebook and grade_id.
    """

    base: str
    tests: Mapping[str, Mapping[str, str]]

    def digest(self) -> str:
        """Changes when any mark might."""
        return _digest([self.base, self.tests])


def dependence(bundle: Bundle) -> Dependence:
    """Digests of an assignment as it stands."""
    reference = f"reference/{bundle.assignment}.py"
    others = {}
    for path, data in bundle.files.items():
        if path.endswith(".ipynb") and path.startswith("source/"):
            data = json.dumps(_without_tests(json.loads(data))).encode()
        if path != reference:
            others[path] = hashlib.sha256(data).hexdigest()
    frames = {
        name: [
            _without_tests(frame.master),
            frame.released and [[c.cell_type, c.source] for c in frame.released.cells],
        ]
        for name, frame in bundle.frames.items()
    }
    base = _digest([others, frames, asdict(bundle.settings), bundle.software])
    items = _Items(bundle.files.get(reference, b"").decode("utf-8", "replace"))
    tests = {
        name: {
            cell.metadata.nbgrader["grade_id"]: _digest(
                [
                    cell.source,
                    cell.metadata.nbgrader["points"],
                    items.of_test(cell.source, bundle.assignment),
                ]
            )
            for cell in frame.master.cells
            if is_test(cell)
        }
        for name, frame in bundle.frames.items()
    }
    return Dependence(base, tests)


def entangled(master: NotebookNode, changed: Iterable[str]) -> frozenset[str]:
    """The tests to run with those that have changed: they give names to each other.

    Args:
        master: the instructor's notebook, tests in place.
        changed: grade_ids of the tests that have changed.

    Returns:
        Their grade_ids and those of the others.
    """
    tests = {c.metadata.nbgrader["grade_id"]: c.source for c in master.cells if is_test(c)}
    binds = {name: _names(bound_names, source) for name, source in tests.items()}
    reads = {name: _names(_read, source) for name, source in tests.items()}
    found = set(changed)
    while True:
        more = {
            name
            for name in tests.keys() - found
            if any(binds[name] & reads[f] or reads[name] & binds[f] for f in found)
        }
        if not more:
            return frozenset(found)
        found |= more


def _names(read: Any, source: str) -> frozenset[str]:
    try:
        return frozenset(read(source))
    except SyntaxError:
        return frozenset()


def _read(source: str) -> Iterable[str]:
    free = free_names(source)
    return (*free.names, *free.maybe, *free.builtin_names)


def _without_tests(nb: Any) -> list[Any]:
    """The cells of a notebook as other marks see them: of a test, what it binds."""
    kept: list[Any] = []
    for cell in nb["cells"]:
        own = cell["metadata"].get("nbgrader", {})
        source = "".join(cell["source"])
        if own.get("grade") and not own.get("solution") and cell["cell_type"] == "code":
            bound = sorted(_names(bound_names, source))
            imports = [ast.unparse(s) for s in _imports(source)]
            kept.append([own.get("grade_id"), bound, imports, cell["metadata"].get("tags", [])])
        else:
            kept.append([cell["cell_type"], source, cell["metadata"], cell.get("id", "")])
    return kept


def _imports(source: str) -> list[ast.stmt]:
    try:
        tree = parse_cell(source)
    except SyntaxError:
        return []
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]


class _Items:
    """The items of a reference, each with the statements it uses."""

    def __init__(self, text: str) -> None:
        self._whole = _digest(text)
        self._statements: dict[str, str] = {}  # what binds each name, without positions
        self._uses: dict[str, frozenset[str]] = {}
        self._items: dict[str, ast.expr] = {}
        self._readable = self._read(text)

    def _read(self, text: str) -> bool:
        """Take the reference apart; False where it does more than define names."""
        try:
            body = ast.parse(text).body
        except SyntaxError:
            return False
        listed: ast.expr | None = None
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            kinds = (
                *(ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef),
                *(ast.Import, ast.ImportFrom),
            )
            if not isinstance(statement, kinds) or not _only_binds(statement, self._statements):
                return False
            names = bound_names(ast.unparse(statement))
            if "ITEMS" in names:
                listed = getattr(statement, "value", None)
                continue
            for name in names:
                if name in self._statements:
                    return False  # which of the two an item means is for Python to say
                self._statements[name] = ast.dump(statement)
                self._uses[name] = _words(statement)
        if not isinstance(listed, ast.List):
            return False
        for entry in listed.elts:
            first = entry.args[0] if isinstance(entry, ast.Call) and entry.args else None
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                return False
            self._items[first.value] = entry
        return True

    def of_test(self, source: str, assignment: str) -> Any:
        """What a test cell depends on of the reference."""
        try:
            tree = parse_cell(source)
        except SyntaxError:
            return self._whole
        named = _graded(tree, assignment)
        if named is not None and not named:
            return []
        if named is None or not (self._readable and named <= self._items.keys()):
            return self._whole
        return [self._of_item(name) for name in sorted(named)]

    def _of_item(self, name: str) -> Any:
        """The item's own text and that of all it uses, other items included."""
        queue, seen, parts = [name], set[str](), list[str]()
        while queue:
            word = queue.pop()
            if word in seen:
                continue
            seen.add(word)
            if word in self._items:
                parts.append(ast.dump(self._items[word]))
                queue += _words(self._items[word])
            if word in self._statements:
                parts.append(self._statements[word])
                queue += self._uses[word]
        return sorted(parts)


def _only_binds(statement: ast.stmt, ours: Mapping[str, str]) -> bool:
    """Whether a statement does nothing but bind names, as far as can be seen in it."""
    if isinstance(statement, ast.Assign):
        targets = [node for target in statement.targets for node in ast.walk(target)]
        return not any(isinstance(node, (ast.Attribute, ast.Subscript)) for node in targets)
    if isinstance(statement, ast.AnnAssign):
        return isinstance(statement.target, ast.Name)
    if isinstance(statement, ast.ImportFrom):
        return all(alias.name != "*" for alias in statement.names)
    # A decorator of the reference's own may keep a list of what it decorates.
    decorators = getattr(statement, "decorator_list", [])
    return not any(
        ours.get(word, "").startswith("FunctionDef") for d in decorators for word in _words(d)
    )


def _words(tree: ast.AST) -> frozenset[str]:
    """Names, attributes and texts in a piece of code: anything it may mean something by."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return frozenset(found)


def _graded(tree: ast.AST, assignment: str) -> frozenset[str] | None:
    """Names of the items a cell has marked; None where they cannot be read off."""
    named = set()
    calls = 0
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "grade" and node.args:
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                return None
            prefix, _, name = first.value.rpartition(":")
            if prefix != assignment:
                return None
            named.add(name)
            calls += 1
    mentions = sum(isinstance(n, ast.Name) and n.id == "grade" for n in ast.walk(tree))
    texts = ast.dump(tree)
    if mentions != calls or "mathgrade" in texts:
        return None
    return frozenset(named)


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
