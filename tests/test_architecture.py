"""The layers of docs/architecture.md, read from the code itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "mathgrade"

# From the top down: a module may import from its own layer and from those below it.
LAYERS = [
    ("cli",),
    ("export", "report"),
    ("course",),
    ("feedback",),
    ("autograde",),
    ("notebook",),
    ("items",),
    ("card", "preview", "answers", "variants"),
    ("proof_rows",),
    ("derivation",),
    ("equality",),
    ("expression",),
    ("codec",),
    ("verdict", "marked_line", "picture", "witness", "errors"),
]
LEVEL = {name: depth for depth, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def layer_of(dotted: str) -> str | None:
    """The layer a module of the package belongs to: ``mathgrade.codec.calls`` -> ``codec``."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "mathgrade" else None


def imported(tree: ast.AST) -> set[str]:
    """Layers a module imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
            if node.module == "mathgrade":
                names = [f"mathgrade.{alias.name}" for alias in node.names]
        found |= {layer for name in names if (layer := layer_of(name)) is not None}
    return found - {"__version__"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_go_downwards_only(module: Path) -> None:
    if module.name == "__init__.py" and len(module.parts) == 1:
        pytest.importorskip("mathgrade")
        return  # the package's front door lends names from `notebook`
    own = module.parts[0].removesuffix(".py")
    assert own in LEVEL, f"{module} belongs to no layer: add it to LAYERS"
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    upwards = {name for name in imported(tree) if LEVEL[name] < LEVEL[own]}
    assert not upwards, f"{module} imports from above: {sorted(upwards)}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_says_what_it_is(module: Path) -> None:
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    text = ast.get_docstring(tree)
    assert text, f"{module} has no docstring"
    assert len(text) > 10, f"{module}: a docstring says what the module is for"


VERDICT_LAYERS = ("answers", "items", "equality", "notebook")


def calls(tree: ast.AST) -> set[str]:
    """Names of what is called, with the object for methods: ``pickle.loads``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                found.add(node.func.attr)
            elif isinstance(node.func, ast.Name):
                found.add(node.func.id)
    return found


@pytest.mark.parametrize(
    "module",
    [m for m in MODULES if m.parts[0].removesuffix(".py") in VERDICT_LAYERS],
    ids=str,
)
def test_no_verdict_rests_on_simplify_or_allclose(module: Path) -> None:
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    assert not calls(tree) & {"simplify", "equals", "allclose", "isclose", "sympify"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_nothing_is_unpickled(module: Path) -> None:
    text = (PACKAGE / module).read_text(encoding="utf-8")
    tree = ast.parse(text)
    names = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert not names & {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


EVALUATORS = {Path("autograde/execution.py")}  # runs the instructor's test cells


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_only_the_judge_evaluates_code(module: Path) -> None:
    if module in EVALUATORS:
        return
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    called = {
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert not called & {"eval", "exec"}
