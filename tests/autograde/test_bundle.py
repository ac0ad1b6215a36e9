"""What an assignment is to a worker that sees no disk of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mathgrade.autograde.bundle import Bundle, Settings, make_bundle, software
from mathgrade.autograde.dependence import dependence
from mathgrade.autograde.hand_in import Bounds, HandIn, Refusal
from mathgrade.autograde.kernel import Limits
from mathgrade.autograde.packing import pack, unpack
from mathgrade.errors import CourseError
from tests.course_tools.tiny import NAME, change_cell, source_path, tiny_course

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_data_and_bytes_come_back(value: object) -> None:
    assert unpack(pack(value)) == value


def test_what_is_no_plain_data_is_not_sent() -> None:
    with pytest.raises(TypeError, match="Path"):
        pack({"a": Path("x")})


def test_a_hand_in_comes_back() -> None:
    found = HandIn("s", {"q": b"\xff"}, {"r": "no"}, {"a": b""}, (Refusal("x", "y"),))
    assert HandIn.from_json(unpack(pack(found.to_json()))) == found


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tiny_course(tmp_path / "course")
    (root / "reference" / f"{NAME}.py").write_text("ITEMS = []\n")
    (root / "reference" / "data.csv").write_text("1\n")
    (root / "source" / NAME / "variants.py").write_text("def x(rng):\n    return 1\n")
    (root / "helpers.py").write_text("a = 1\n")
    return root


def test_a_bundle_holds_what_marks_depend_on_and_nothing_of_students(course: Path) -> None:
    for part in ("submitted/s001", "autograded/s001", "reference/__pycache__"):
        (course / part / NAME).mkdir(parents=True)
        (course / part / NAME / "x.py").touch()
    bundle = make_bundle(course, NAME)
    assert sorted(bundle.files) == [
        "helpers.py",
        "reference/data.csv",
        f"reference/{NAME}.py",
        f"source/{NAME}/{NAME}.ipynb",
        f"source/{NAME}/variants.py",
    ]
    assert set(bundle.source_files()) == {"variants.py"}


def test_a_bundle_comes_back_and_is_unpacked(course: Path, tmp_path: Path) -> None:
    limits = Limits(cell_seconds=3, patience=2, memory=5, scratch_bytes=6, sandbox="landlock")
    settings = Settings(limits, Bounds(files=7), {"LimitOutput": {"max_lines": 5}})
    bundle = make_bundle(course, NAME, settings=settings)
    again = Bundle.from_bytes(bundle.to_bytes())
    assert dependence(again) == dependence(bundle)
    assert again.settings.limits == settings.limits
    again.unpack_into(tmp_path / "there")
    for path, data in bundle.files.items():
        assert (tmp_path / "there" / path).read_bytes() == data


def test_an_assignment_without_a_notebook_is_said_so(course: Path) -> None:
    shutil.rmtree(course / "source" / NAME)
    with pytest.raises(CourseError, match="Expected a notebook in"):
        make_bundle(course, NAME)


def test_a_notebook_nbgrader_refuses_is_named(course: Path) -> None:
    change_cell(source_path(course), "square", lambda c: c.update(source="### BEGIN SOLUTION\n1"))
    with pytest.raises(CourseError, match=r"lines\.ipynb cannot be entered .* no end solution"):
        make_bundle(course, NAME)


def test_the_software_names_what_decides_marks() -> None:
    for name in ("mathgrade", "numpy", "sympy", "python-flint", "Python 3."):
        assert name in software()
