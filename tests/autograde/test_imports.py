"""Which modules are loaded before an attempt is forked."""

from __future__ import annotations

from pathlib import Path

import pytest

from mathgrade.autograde.imports import imported_modules

CASES = [
    ("import numpy as np", {"numpy"}),
    ("from scipy.linalg import svd, qr", {"scipy.linalg"}),
    ("import os.path, sys", {"os.path", "sys"}),
    ("def f():\n    import json\n    return json", {"json"}),
    ("%matplotlib inline\nimport math", {"math"}),
    ("import variants\nfrom variants.deep import x", set()),  # lies beside the notebook
    ("from . import x", set()),
    ("import (", set()),
    ("'import os'", set()),
]


@pytest.mark.parametrize(("source", "modules"), CASES)
def test_imports_are_found(tmp_path: Path, source: str, modules: set[str]) -> None:
    (tmp_path / "variants.py").touch()
    assert imported_modules(["x = 1", source], tmp_path) == modules


def test_a_notebook_without_a_folder_has_imports_all_the_same(tmp_path: Path) -> None:
    assert imported_modules(["import json"], tmp_path / "nowhere") == {"json"}
