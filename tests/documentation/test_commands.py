"""Commands and code in the documentation are real ones: programs, commands, options, files."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from nbgrader.apps.nbgraderapp import NbGraderApp
from traitlets.config import Config

from mathgrade.cli import app

from .blocks import PAGES, ROOT, Block, Command, blocks, commands

COMMANDS = commands()
BLOCKS = [block for path in PAGES for block in blocks(path)]
PYTHON = [block for block in BLOCKS if block.kind in ("python", "py")]
SETTINGS = [block for block in BLOCKS if re.match(r"c\.[A-Z]\w+\.\w+ = ", block.text)]


def of(program: str) -> list[Any]:
    return [pytest.param(c, id=str(c)) for c in COMMANDS if c.words[0] == program]


@pytest.mark.parametrize("command", of("mathgrade"))
def test_a_command_of_mathgrade_exists_with_its_options(command: Command) -> None:
    fault = fault_of(command.words[1:])
    assert not fault, f"{command}: {fault}"


def fault_of(words: tuple[str, ...]) -> str:
    """What the program would refuse of a command; empty if nothing."""
    group: Any = typer.main.get_command(app)
    rest = [word for word in words if word not in options_of(group)]
    if not rest or rest == ["--help"]:
        return ""
    name, *given = rest
    if name not in group.commands:
        return f"there is no command {name!r}"
    command = group.commands[name]
    options = options_of(command)
    places = [option for option in command.params if option.param_type_name == "argument"]
    there = 0
    while given:
        word, equals, _ = given.pop(0).partition("=")
        if not word.startswith("--"):
            there += 1
        elif word == "--help":
            return ""
        elif word not in options:
            return f"there is no option {word!r}"
        elif not options[word].is_flag and not equals:
            if not given:
                return f"{word} lacks its value"
            given.pop(0)
    at_most = None if any(place.nargs == -1 for place in places) else len(places)
    return "too many words" if at_most is not None and there > at_most else ""


def options_of(command: Any) -> dict[str, Any]:
    return {
        name: option
        for option in command.params
        if option.param_type_name == "option"
        for name in (*option.opts, *option.secondary_opts)
    }


def test_items_that_are_tried_are_in_the_course() -> None:
    tried = {w for c in COMMANDS if c.words[:2] == ("mathgrade", "try") for w in c.words[2:]}
    items = {word for word in tried if re.fullmatch(r"[a-z-]+:[a-z-]+", word)}
    reference = "".join(path.read_text() for path in (ROOT / "reference").rglob("*.py"))
    assert items
    assert not [item for item in items if f'"{item.partition(":")[2]}"' not in reference]


@pytest.mark.parametrize(
    "words",
    [
        ("nothing",),
        ("check", "--nothing"),
        ("export", "--format"),
        ("--nothing", "check"),
        ("doctor", "svd"),
    ],
    ids=" ".join,
)
def test_a_command_that_does_not_exist_would_be_found(words: tuple[str, ...]) -> None:
    assert fault_of(words)


@pytest.mark.parametrize("command", of("nbgrader"))
def test_a_command_of_nbgrader_exists_with_its_options(command: Command) -> None:
    known: Any = NbGraderApp()
    rest = list(command.words[1:])
    while rest and rest[0] in known.subcommands:
        known = known.subcommands[rest.pop(0)][0]()
    assert not isinstance(known, NbGraderApp), f"{command}: nbgrader has no such command"
    names = {
        name
        for table in (known.aliases, known.flags)
        for key in table
        for name in (key if isinstance(key, tuple) else (key,))
    }
    for word in rest:
        if word.startswith("--"):
            name = word[2:].partition("=")[0]
            assert name in names or "." in name or name == "help", f"{command}: {word}"


@pytest.mark.parametrize("command", of("make"))
def test_a_target_of_make_exists(command: Command) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.M))
    wanted = {word for word in command.words[1:] if "=" not in word}
    assert wanted <= targets, str(command)


@pytest.mark.parametrize("command", of("python"))
def test_a_program_that_is_run_is_there(command: Command) -> None:
    program = command.words[1]
    if program == "-c":
        compile(command.words[2], str(command), "exec")
    elif program == "-m":
        assert importlib.util.find_spec(command.words[2])
    else:
        assert (ROOT / program).is_file(), str(command)


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_a_block_of_python_compiles_and_imports_what_there_is(block: Block) -> None:
    if ">>>" in block.text:
        return  # run below
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mathgrade"):
            module = importlib.import_module(str(node.module))
            assert not [name.name for name in node.names if not hasattr(module, name.name)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_examples_give_what_the_page_says(path: Path) -> None:
    """Those of a page are run in their order, with what the earlier ones defined."""
    names: dict[str, Any] = {}
    for block in blocks(path):
        if ">>>" in block.text and block.kind in ("python", "py", "pycon", "indented"):
            example = doctest.DocTestParser().get_doctest(
                block.text, names, str(block), block.page, block.line
            )
            told: list[str] = []
            runner = doctest.DocTestRunner()
            runner.run(example, out=told.append, clear_globs=False)
            assert not runner.failures, "".join(told)
            names = example.globs


@pytest.mark.parametrize("block", SETTINGS, ids=str)
def test_a_setting_of_nbgrader_config_exists_and_takes_the_value(block: Block) -> None:
    config = Config()
    exec(compile(block.text, str(block), "exec"), {"c": config})
    for name, values in config.items():
        owner = configurable(name)
        for trait, value in values.items():
            assert trait in owner.class_trait_names(config=True), f"{block}: {name}.{trait}"
            owner.class_traits()[trait].validate(owner(), value)


def configurable(name: str) -> Any:
    for place in ("mathgrade.autograde.preprocessors", "nbgrader.coursedir", "nbgrader.exchange.default",
                  "nbgrader.converters", "nbgrader.preprocessors", "nbgrader.plugins"):  # fmt: skip
        found = getattr(importlib.import_module(place), name, None)
        if found is not None:
            return found
    raise AssertionError(f"there is no {name} to configure")


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "toml"], ids=str)
def test_a_block_of_toml_can_be_read(block: Block) -> None:
    assert tomllib.loads(block.text)


def test_blocks_say_what_they_are() -> None:
    known = {"indented", "text", "python", "pycon", "sh", "bash", "console", "toml", "json", "latex", "csv",
             "toctree", "eval-rst", "markdown", "yaml", "ini"}  # fmt: skip
    # What stands behind the language in docs/authoring.md says where its block belongs.
    kinds = [(block, block.kind.split()[0]) for block in BLOCKS]
    assert not [f"{block}: {kind!r}" for block, kind in kinds if kind not in known]


def test_there_is_something_to_look_at() -> None:
    assert len({command.words for command in COMMANDS}) > 40
    assert len(PYTHON) > 2
    assert SETTINGS
    assert Path(ROOT / "docs" / "tutorial.md") in PAGES
