"""An archive of a learning platform becomes submissions and receipts, or is refused with a reason."""

from __future__ import annotations

import datetime
import errno
import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mathgrade.autograde.hand_in import Bounds
from mathgrade.autograde.receipts import read_receipts
from mathgrade.cli import main
from mathgrade.course.archive import Received, read_archive
from mathgrade.course.collecting import Collected, collect, read_roster
from mathgrade.errors import CourseError

from .tiny import NAME

MOODLE = "Ada L._101_assignsubmission_file_/"
OTHER = "Carl G._102_assignsubmission_file_/"
NOON = datetime.datetime(2026, 11, 1, 12, 0, tzinfo=datetime.UTC)


def stamped(name: str, time: datetime.datetime | None = NOON) -> zipfile.ZipInfo:
    """A member with the time as the extended timestamp says it."""
    info = zipfile.ZipInfo(name, (2026, 11, 1, 3, 4, 6))
    info.compress_type = zipfile.ZIP_DEFLATED
    if time is not None:
        info.extra = struct.pack("<HHBi", 0x5455, 5, 1, int(time.timestamp()))
    return info


def pack(path: Path, members: dict[str, bytes], time: datetime.datetime | None = NOON) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(stamped(name, time), data)
    return path


def read(path: Path, bounds: Bounds | None = None) -> dict[str, Received]:
    return {one.number: one for one in read_archive(path, [NAME], bounds=bounds)[0]}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with an assignment, as far as collecting looks at it."""
    (tmp_path / "course/source" / NAME).mkdir(parents=True)
    (tmp_path / "course/source" / NAME / f"{NAME}.ipynb").write_text("{}")
    return tmp_path / "course"


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "number", "path"),
    [
        ("Ada L._101_assignsubmission_file_/lines.ipynb", "101", "lines.ipynb"),
        ("Ada L._101_assignsubmission_file_/data/d.csv", "101", "data/d.csv"),
        ("Ada L._101_assignsubmission_file_lines.ipynb", "101", "lines.ipynb"),
        ("O'Neil_x_7_assignsubmission_file_/lines.ipynb", "7", "lines.ipynb"),
        ("ladaada_101_9876_lines.ipynb", "101", "lines.ipynb"),
        ("ladaada_LATE_101_9876_lines.ipynb", "101", "lines.ipynb"),
        ("ladaada_101_9876_lines-2.ipynb", "101", "lines.ipynb"),
        ("ladaada_101_9876_my_data.csv", "101", "my_data.csv"),
        ("ladaada_101_9876_other-2.ipynb", "101", "other-2.ipynb"),
    ],
)
def test_whose_a_file_is_stands_in_its_outer_name(
    tmp_path: Path, member: str, number: str, path: str
) -> None:
    members = {member: b"1"}
    if not path.endswith(".ipynb"):
        members[member.replace(path, f"{NAME}.ipynb")] = b"{}"
    found = read(pack(tmp_path / "a.zip", members))
    assert list(found) == [number]
    assert found[number].files[path] == b"1"


def test_a_name_inside_a_hand_in_changes_nobody(tmp_path: Path) -> None:
    forged = f"{MOODLE}Carl G._102_assignsubmission_file_/lines.ipynb"
    found = read(pack(tmp_path / "a.zip", {forged: b"{}", f"{MOODLE}lines.ipynb": b"1"}))
    assert list(found) == ["101"]


def test_members_that_are_nobodys_are_told(tmp_path: Path) -> None:
    archive = pack(
        tmp_path / "a.zip",
        {
            f"{MOODLE}lines.ipynb": b"{}",
            "notes.txt": b"",
            "Ada L._101_assignsubmission_onlinetext_/onlinetext.html": b"",
        },
    )
    _, nobodys = read_archive(archive, [NAME])
    assert [str(one) for one in nobodys] == [
        "notes.txt: has no name as Moodle and Canvas give them, and is left out",
        "Ada L._101_assignsubmission_onlinetext_/onlinetext.html: is a text typed into Moodle, "
        "and is left out",
    ]


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(CourseError, match="cannot be read as a zip file"):
        read_archive(tmp_path / "a.zip", [NAME])


@pytest.mark.parametrize("members", [{}, {"lines.ipynb": b""}, {"s001/lines.ipynb": b""}])
def test_an_archive_of_nobody_says_what_was_expected(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    with pytest.raises(CourseError, match=r"Expected files in .* as Moodle's or Canvas's"):
        read_archive(pack(tmp_path / "a.zip", members), [NAME])


# -- members that are no files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("../../evil.txt", "leads out of its folder"),
        ("a/../../evil.txt", "leads out of its folder"),
        ("..", "leads out of its folder"),
        ("/etc/evil.txt", "leads out of its folder"),
        ("..\\evil.txt", "leads out of its folder"),
        ("C:evil.txt", "leads out of its folder"),
        ("bell\x07.txt", "cannot be used"),
        ("x" * 300, "cannot be used"),
        ("a/b/c/d/e/f/g/evil.txt", "folders deep"),
        (".profile", "is hidden"),
        (".git/config", "is hidden"),
    ],
)
def test_a_name_that_is_none_is_left_out_and_the_rest_is_taken(
    tmp_path: Path, inner: str, reason: str
) -> None:
    found = read(pack(tmp_path / "a.zip", {MOODLE + inner: b"x", f"{MOODLE}lines.ipynb": b"{}"}))
    assert found["101"].files == {"lines.ipynb": b"{}"}
    (refusal,) = found["101"].refusals
    assert reason in refusal.reason
    assert refusal.what.isprintable()


def special(kind: int) -> Callable[[zipfile.ZipFile], None]:
    def write(archive: zipfile.ZipFile) -> None:
        info = stamped(f"{MOODLE}notes.txt")
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    return write


def encrypted(archive: zipfile.ZipFile) -> None:
    archive.writestr(stamped(f"{MOODLE}notes.txt"), "x")
    archive.filelist[-1].flag_bits |= 1


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (special(stat.S_IFLNK), "is a link or no plain file"),
        (special(stat.S_IFIFO), "is a link or no plain file"),
        (special(stat.S_IFCHR), "is a link or no plain file"),
        (encrypted, "is encrypted"),
    ],
)
def test_a_member_that_is_no_plain_file_is_left_out(
    tmp_path: Path, write: Callable[[zipfile.ZipFile], None], reason: str
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(stamped(f"{MOODLE}lines.ipynb"), "{}")
        write(archive)
    found = read(path)
    assert found["101"].files == {"lines.ipynb": b"{}"}
    assert [str(one) for one in found["101"].refusals] == [f"notes.txt: {reason}"]


SMALL = Bounds(notebook_bytes=1000, file_bytes=500, total_bytes=800, files=4)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"d.csv": bytes(600)}, "d.csv: is larger than"),
        ({"d.csv": bytes(100_000)}, "d.csv: is larger than"),  # it was packed into 120 bytes
        ({"a.csv": bytes(500), "b.csv": bytes(500)}, "b.csv: is larger than"),
    ],
)
def test_a_bomb_is_not_unpacked(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    named = {MOODLE + name: data for name, data in members.items()}
    found = read(pack(tmp_path / "a.zip", {f"{MOODLE}lines.ipynb": b"{}", **named}), SMALL)
    assert [reason in str(one) for one in found["101"].refusals] == [True]
    assert "lines.ipynb" in found["101"].files


def test_a_size_that_lies_is_not_believed(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {f"{MOODLE}lines.ipynb": b"{}", f"{MOODLE}d.csv": bytes(9999)})
    data = path.read_bytes()
    assert data.count(struct.pack("<I", 9999)) == 2
    path.write_bytes(data.replace(struct.pack("<I", 9999), struct.pack("<I", 10)))
    found = read(path, SMALL)
    assert len(found["101"].files.get("d.csv", b"")) <= 10


def test_a_member_that_is_broken_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(stamped(f"{MOODLE}lines.ipynb"), "{}")
        as_it_stands = zipfile.ZipInfo(f"{MOODLE}d.csv")
        archive.writestr(as_it_stands, "a text that is there as it stands")
    path.write_bytes(path.read_bytes().replace(b"as it stands", b"as it STANDS"))
    found = read(path)
    assert "cannot be unpacked" in str(found["101"].refusals)
    assert list(found["101"].files) == ["lines.ipynb"]


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"d.csv": b""}, "holds no notebook"),
        ({"../lines.ipynb": b"{}"}, "holds no notebook (../lines.ipynb: has a name that leads"),
        ({"lines.ipynb": b"{}", "LINES.ipynb": b"1"}, "has two files called LINES.ipynb"),
        ({"lines.ipynb": b"{}", "./lines.ipynb": b"1"}, "has two files called lines.ipynb"),
        ({f"{k}.csv": b"" for k in range(9)}, "holds more than 4 files"),
    ],
)
def test_a_hand_in_that_cannot_be_taken_has_its_reason_and_the_others_are_taken(
    tmp_path: Path, members: dict[str, bytes], fault: str
) -> None:
    named = {MOODLE + name: data for name, data in members.items()}
    found = read(pack(tmp_path / "a.zip", {**named, f"{OTHER}lines.ipynb": b"{}"}), SMALL)
    assert found["101"].fault.startswith(fault)
    assert found["101"].files == {}
    assert found["102"].files == {"lines.ipynb": b"{}"}


# -- times ---------------------------------------------------------------------------------------


def test_the_time_of_receipt_is_that_of_the_newest_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(stamped(f"{MOODLE}lines.ipynb"), "{}")
        archive.writestr(stamped(f"{MOODLE}d.csv", NOON + datetime.timedelta(hours=1)), "")
    assert read(tmp_path / "a.zip")["101"].time == NOON + datetime.timedelta(hours=1)


def test_a_time_without_a_zone_is_this_machines(tmp_path: Path) -> None:
    found = read(pack(tmp_path / "a.zip", {f"{MOODLE}lines.ipynb": b"{}"}, None))
    assert found["101"].time == datetime.datetime(2026, 11, 1, 3, 4, 6).astimezone()


@pytest.mark.parametrize("date", [(1980, 1, 1, 0, 0, 0), (2026, 0, 0, 0, 0, 0)])
def test_a_time_that_is_none_makes_nobody_late(
    tmp_path: Path, date: tuple[int, int, int, int, int, int]
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{MOODLE}lines.ipynb", date), "{}")
        archive.writestr(stamped(f"{MOODLE}d.csv"), "")
    assert read(tmp_path / "a.zip")["101"].time is None


# -- into the course ---------------------------------------------------------------------------------


def outcomes(found: tuple[list[Collected], object]) -> dict[str, str]:
    return {one.student: one.outcome or one.error for one in found[0]}


def held(course: Path) -> dict[str, bytes]:
    folder = course / "submitted"
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def two(tmp_path: Path, first: bytes = b"{}", time: datetime.datetime = NOON) -> Path:
    members = {f"{MOODLE}lines.ipynb": first, f"{OTHER}lines.ipynb": b"2", f"{OTHER}d.csv": b"3"}
    return pack(tmp_path / "a.zip", members, time)


def test_hand_ins_and_receipts_are_written(course: Path, tmp_path: Path) -> None:
    found = collect(course, two(tmp_path), NAME, roster={"101": "s001", "102": "s002"})
    assert outcomes(found) == {"s001": "new", "s002": "new"}
    assert held(course) == {
        "s001/lines/lines.ipynb": b"{}",
        "s002/lines/lines.ipynb": b"2",
        "s002/lines/d.csv": b"3",
    }
    noon = NOON.replace(tzinfo=None)
    assert read_receipts(course, NAME) == {"s001": noon, "s002": noon}


def test_collecting_again_changes_nothing_not_even_a_time(course: Path, tmp_path: Path) -> None:
    collect(course, two(tmp_path), NAME)
    before = read_receipts(course, NAME), held(course)
    later = two(tmp_path, time=NOON + datetime.timedelta(days=9))
    assert outcomes(collect(course, later, NAME)) == {"101": "unchanged", "102": "unchanged"}
    assert (read_receipts(course, NAME), held(course)) == before


def test_another_hand_in_is_not_overwritten_unless_told_and_then_kept_aside(
    course: Path, tmp_path: Path
) -> None:
    collect(course, two(tmp_path), NAME)
    before = read_receipts(course, NAME), held(course)
    later = two(tmp_path, b"another", NOON + datetime.timedelta(days=1))
    found = outcomes(collect(course, later, NAME))
    assert found["101"] == "submitted/101/lines is there and is another; --replace replaces it"
    assert (read_receipts(course, NAME), held(course)) == before
    assert outcomes(collect(course, later, NAME, replace=True))["101"] == "replaced"
    assert held(course)["101/lines/lines.ipynb"] == b"another"
    assert (course / "replaced/lines/101/000/lines.ipynb").read_bytes() == b"{}"
    times = read_receipts(course, NAME)
    assert times["101"] - times["102"] == datetime.timedelta(days=1)


def test_a_link_in_the_place_of_a_hand_in_is_not_followed(course: Path, tmp_path: Path) -> None:
    (course / "submitted/101").mkdir(parents=True)
    (course / "submitted/101" / NAME).symlink_to(course / "source" / NAME)
    assert "is there and is another" in outcomes(collect(course, two(tmp_path), NAME))["101"]
    assert outcomes(collect(course, two(tmp_path), NAME, replace=True))["101"] == "replaced"
    assert (course / "source" / NAME / f"{NAME}.ipynb").read_text() == "{}"
    assert not (course / "submitted/101" / NAME).is_symlink()


def test_a_number_the_roster_does_not_have_is_refused(course: Path, tmp_path: Path) -> None:
    found = collect(course, two(tmp_path), NAME, roster={"102": "s002"})
    assert outcomes(found) == {"s002": "new", "101": "the roster has no number 101 (Ada L.)"}


def test_one_time_for_all_goes_before_the_archives(course: Path, tmp_path: Path) -> None:
    collect(course, two(tmp_path), NAME, received=NOON + datetime.timedelta(days=2))
    assert {time.day for time in read_receipts(course, NAME).values()} == {3}


def test_a_full_disk_leaves_no_hand_in_in_part_and_the_next_run_goes_on(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "d.csv":
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return whole(self, data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(CourseError, match=r"could not be written: No space.*run the command"):
            collect(course, two(tmp_path), NAME)
    assert held(course) == {"101/lines/lines.ipynb": b"{}"}
    assert [p.name for p in (course / "submitted").iterdir()] == ["101"]
    assert outcomes(collect(course, two(tmp_path), NAME)) == {"101": "unchanged", "102": "new"}
    assert len(read_receipts(course, NAME)) == 2


def test_what_a_run_that_was_killed_left_is_removed(course: Path, tmp_path: Path) -> None:
    (course / "submitted/.collecting-abc/lines").mkdir(parents=True)
    collect(course, two(tmp_path), NAME)
    assert sorted(p.name for p in (course / "submitted").iterdir()) == ["101", "102"]


def test_a_folder_that_cannot_be_made_is_said_so(course: Path, tmp_path: Path) -> None:
    (course / "submitted").write_text("a file")
    with pytest.raises(CourseError, match="could not be written: File exists"):
        collect(course, two(tmp_path), NAME)
    assert not (course / "receipts").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Expected the columns number and student"),
        ("id,name\n1,s001\n", "found id, name"),
        ("number,student\n1,../s001\n", "line 2: a student id is letters"),
        ("number,student\n1,s001\n1,s002\n", "line 3: 1, s002 again"),
        ("number,student\n1,s001\n2,s001\n", "line 3: 2, s001 again"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(CourseError, match=says):
        read_roster(tmp_path / "r.csv")


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["collect", *words])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_the_command_tells_what_was_taken_and_what_was_not(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.csv").write_text("number,student\n101,s001\n")
    words = [str(two(tmp_path)), NAME, "--course", str(course), "--roster", str(tmp_path / "r.csv")]
    assert run(*words) == 1
    text = capsys.readouterr().out
    assert "✗ 102  the roster has no number 102 (Carl G.)" in text
    assert "1 new, 0 replaced, 0 unchanged, 1 refused" in text
    assert f"(receipts/{NAME}.csv)" in text


def test_the_command_prints_the_same_for_a_program(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.csv").write_text("number,student\n101,s001\n")
    words = [str(two(tmp_path)), NAME, "--course", str(course), "--roster", str(tmp_path / "r.csv")]
    assert run(*words, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["assignment"] == NAME
    assert [(one["student"], one["outcome"]) for one in told["students"]] == [
        ("102", "failed"),
        ("s001", "new"),
    ]
    assert "no number 102" in told["students"][0]["failure"]
    assert told["refusals"] == []
    times = [one["received"] for one in told["students"]]
    assert times[0] is None
    assert datetime.datetime.fromisoformat(times[1])


def test_the_command_wants_a_time_with_its_zone(course: Path, tmp_path: Path) -> None:
    words = [str(two(tmp_path)), NAME, "--course", str(course), "--received"]
    assert run(*words, "2026-11-01T12:00:00") == 2
    assert run(*words, "noon") == 2
    assert run(*words, "2026-11-01T12:00:00+01:00") == 0
    assert read_receipts(course, NAME)["101"] == datetime.datetime(2026, 11, 1, 11, 0)


def test_no_archive_is_wrong_use(course: Path, tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.zip"), NAME, "--course", str(course)) == 2
    shutil.rmtree(course / "source" / NAME)
    assert run(str(two(tmp_path)), NAME, "--course", str(course)) == 2
