"""What is read from a student's folder, and what is not even opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mathgrade.autograde.hand_in import Bounds, HandIn, Refused, read_hand_in, student_fault

SMALL = Bounds(notebook_bytes=1000, file_bytes=100, total_bytes=250, files=20, depth=2)


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    (tmp_path / "submitted/s001/quiz").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("the reference answer")
    return tmp_path / "submitted"


def folder(submitted: Path) -> Path:
    return submitted / "s001/quiz"


def read(submitted: Path, *wanted: str, ignore: tuple[str, ...] = ()) -> HandIn:
    names = wanted or ("quiz",)
    return read_hand_in(submitted, "s001", "quiz", names, bounds=SMALL, ignore=ignore)


def told(found: HandIn) -> list[str]:
    return [str(refusal) for refusal in found.refusals]


def test_notebooks_and_files_are_read_as_they_stand(submitted: Path) -> None:
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    (folder(submitted) / "data").mkdir()
    (folder(submitted) / "data/points.csv").write_bytes(b"1,2\n")
    found = read(submitted)
    assert found == HandIn("s001", {"quiz": b"{}"}, {}, {"data/points.csv": b"1,2\n"})


def test_a_timestamp_that_was_handed_in_is_not_taken(submitted: Path) -> None:
    (folder(submitted) / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC")
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert (found.files, told(found), found.claimed) == ({}, [], "2001-01-01 00:00:00 UTC")
    assert found.digest() == HandIn("s001", {"quiz": b"{}"}).digest()
    (folder(submitted) / "timestamp.txt").write_text("x" * 101)
    assert read(submitted).claimed == ""


def test_what_is_to_be_ignored_is_left_out_without_a_word(submitted: Path) -> None:
    (folder(submitted) / ".ipynb_checkpoints").mkdir()
    (folder(submitted) / ".ipynb_checkpoints/quiz.ipynb").write_bytes(b"{}")
    (folder(submitted) / "x.pyc").write_bytes(b"x")
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted, ignore=(".ipynb_checkpoints", "*.pyc"))
    assert (found.files, told(found)) == ({}, [])


def link(path: Path) -> None:
    path.symlink_to(path.parents[3] / "secret.txt")


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def large(path: Path) -> None:
    path.write_bytes(b"x" * 1001)


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 40)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def hard(path: Path) -> None:
    path.hardlink_to(path.parents[3] / "secret.txt")


def a_folder(path: Path) -> None:
    path.mkdir()


NO_FILES: list[tuple[Callable[[Path], None], str]] = [
    (link, "is a link; only plain files are taken"),
    (endless, "is a link; only plain files are taken"),
    (hard, "is a hard link to another file; only plain files are taken"),
    (fifo, "is no plain file"),
]
NO_NOTEBOOKS = [*NO_FILES, (large, "is larger than"), (sparse, "is larger than")]


@pytest.mark.parametrize(("make", "reason"), NO_NOTEBOOKS)
def test_a_notebook_that_is_no_plain_file_is_refused_unread(
    submitted: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(folder(submitted) / "quiz.ipynb")
    (folder(submitted) / "more.ipynb").write_bytes(b"{}")
    found = read(submitted, "quiz", "more")
    assert found.refused["quiz"].startswith(reason)
    assert found.notebooks == {"more": b"{}"}


def test_a_folder_in_the_place_of_a_notebook_is_no_notebook(submitted: Path) -> None:
    a_folder(folder(submitted) / "quiz.ipynb")
    assert read(submitted).refused == {"quiz": "is no plain file"}


@pytest.mark.parametrize(("make", "reason"), [*NO_FILES, (large, "is larger than")])
def test_a_file_that_is_no_plain_file_is_left_out_and_the_rest_is_taken(
    submitted: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(folder(submitted) / "data.csv")
    (folder(submitted) / "more.csv").write_bytes(b"1")
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert (found.files, found.notebooks) == ({"more.csv": b"1"}, {"quiz": b"{}"})
    (line,) = told(found)
    assert line.startswith(f"data.csv: {reason}")


def test_a_linked_folder_inside_is_not_entered(submitted: Path) -> None:
    (folder(submitted) / "inner").symlink_to(submitted.parent)
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert found.files == {}
    assert told(found) == ["inner: is a link; only plain files are taken"]


@pytest.mark.parametrize("which", ["s001", "s001/quiz"])
def test_a_linked_folder_is_no_hand_in(submitted: Path, which: str) -> None:
    place = submitted / which
    other = submitted.parent / "solution"
    place.rename(other)
    place.symlink_to(other)
    with pytest.raises(Refused, match=f"the folder {place.name} is a link"):
        read(submitted)


def test_nothing_handed_in_is_said_so(submitted: Path) -> None:
    assert told(read(submitted)) == ["quiz.ipynb: was not handed in"]
    with pytest.raises(Refused, match="there is no folder s002"):
        read_hand_in(submitted, "s002", "quiz", ["quiz"])


def test_thousands_of_files_are_not_listed_and_the_notebook_is_still_found(
    submitted: Path,
) -> None:
    for number in range(3000):
        (folder(submitted) / f"a{number}").touch()
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert found.notebooks == {"quiz": b"{}"}
    assert len(found.files) <= SMALL.files
    assert told(found) == ["the hand-in: holds more than 20 files; the others are left out"]


def test_files_beyond_the_whole_size_are_left_out(submitted: Path) -> None:
    for name in "abc":
        (folder(submitted) / name).write_bytes(b"x" * 100)
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert sorted(found.files) == ["a", "b"]
    assert told(found)[0].startswith("c: is left out: with it the files have more than")


def test_folders_too_deep_are_not_entered(submitted: Path) -> None:
    deep = folder(submitted) / "a/b/c"
    deep.mkdir(parents=True)
    (deep / "x").touch()
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    assert told(read(submitted)) == ["a/b/c: lies more than 2 folders deep"]


@pytest.mark.parametrize("name", ["x.html", "X.HTM", "x.svg", "x.xml", "x.js", "x.mjs", "x.xhtml"])
def test_a_file_that_a_browser_would_run_is_left_out(submitted: Path, name: str) -> None:
    (folder(submitted) / name).write_bytes(b"<script>")
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    assert told(read(submitted)) == [f"{name}: could run in a browser, and is left out"]


@pytest.mark.parametrize("name", ["x.csv", "x.py", "x.npy", "x.png", "x.json", "x.txt", "data"])
def test_a_file_that_no_browser_runs_is_taken(submitted: Path, name: str) -> None:
    (folder(submitted) / name).write_bytes(b"<script>")
    assert set(read(submitted).files) == {name}


@pytest.mark.parametrize("name", [b"bell\x07.txt", b"latin-\xe4.txt", b"line\nbreak"])
def test_a_name_that_cannot_be_printed_is_left_out(submitted: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(folder(submitted)) + b"/" + name)).touch()
    (folder(submitted) / "quiz.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert found.files == {}
    assert "has a name that cannot be printed" in told(found)[0]
    assert told(found)[0].isprintable()


def test_the_only_other_notebook_stands_for_the_one_that_is_missing(submitted: Path) -> None:
    (folder(submitted) / "quiz (1).ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert found.notebooks == {"quiz": b"{}"}
    assert told(found) == ["quiz (1).ipynb: stands for quiz.ipynb, which was not handed in"]


def test_of_several_other_notebooks_none_is_guessed(submitted: Path) -> None:
    for name in ("a", "b"):
        (folder(submitted) / f"{name}.ipynb").write_bytes(b"{}")
    found = read(submitted)
    assert found.notebooks == {}
    assert told(found)[-1] == "quiz.ipynb: was not handed in"


@pytest.mark.parametrize(
    "name", ["s017", "anna.k", "żaneta", "a@b.org", "Doe, J. (2)", "x" * 128, "O'Neill"]
)
def test_usual_names_are_student_ids(name: str) -> None:
    assert student_fault(name) == ""


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "a\x00b", "a\nb", "-rf", "x" * 129, "a ", "<b>", "%s"]
)
def test_other_names_are_not(name: str) -> None:
    assert student_fault(name)


def test_a_change_in_anything_that_is_taken_changes_the_digest(submitted: Path) -> None:
    digests = {read(submitted).digest()}
    for name, data in [("quiz.ipynb", b"{}"), ("quiz.ipynb", b"{} "), ("a", b"1"), ("b", b"1")]:
        (folder(submitted) / name).write_bytes(data)
        digests.add(read(submitted).digest())
    assert len(digests) == 5
    assert read(submitted).digest() in digests
