"""Many attempts over workers that may die, without a kernel in sight."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from mathgrade.autograde.attempt_marking import Marked
from mathgrade.autograde.bundle import Bundle, Settings
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.intake import Frame
from mathgrade.autograde.marking_program import ProgramDied
from mathgrade.autograde.schedule import Job, longest, mark_all
from mathgrade.errors import CourseError

from .test_intake import handed_in, master, released

BUNDLE = Bundle("quiz", {"quiz": Frame(master(), released())}, {}, Settings(), "this")


def job(student: str, data: bytes = b"{}") -> Job:
    return Job(HandIn(student, {"quiz": data}), f"key of {student}")


class FakeWorkers:
    """Marks at once, in the calling thread; ``deaths`` says how often each attempt kills it."""

    def __init__(self, width: int = 2, **deaths: int | Exception) -> None:
        self.width = width
        self.deaths = deaths
        self.given: list[str] = []

    def submit(self, asked: dict[str, Any], seconds: float) -> Future[dict[str, Any]]:
        assert seconds == longest(BUNDLE)
        student = asked["hand_in"]["student"]
        self.given.append(student)
        future: Future[dict[str, Any]] = Future()
        left = self.deaths.get(student, 0)
        if isinstance(left, Exception):
            future.set_exception(left)
        elif left:
            self.deaths[student] = left - 1
            future.set_exception(ProgramDied("the marking program ended by signal 9"))
        else:
            future.set_result({"marked": Marked(student).to_json()})
        return future

    def close(self) -> None: ...


def run(workers: FakeWorkers, *students: str) -> dict[str, Marked]:
    jobs = [job(student) for student in students]
    return {job.found.student: marked for job, marked in mark_all(jobs, BUNDLE, workers)}


def test_every_attempt_is_marked_once() -> None:
    workers = FakeWorkers()
    found = run(workers, "a", "b", "c", "d", "e")
    assert found == {student: Marked(student) for student in "abcde"}
    assert workers.given == list("abcde")


def test_an_attempt_over_which_a_worker_died_is_tried_once_more_after_all_others() -> None:
    workers = FakeWorkers(b=1)
    found = run(workers, "a", "b", "c", "d")
    assert found["b"] == Marked("b")
    assert workers.given == ["a", "b", "c", "d", "b"]


def test_an_attempt_that_kills_twice_is_left_to_a_person_with_the_reason() -> None:
    workers = FakeWorkers(b=2)
    jobs = [job("a"), Job(HandIn("b", {"quiz": handed_in_bytes()}), "k"), job("c")]
    found = {j.found.student: m for j, m in mark_all(jobs, BUNDLE, workers)}
    assert workers.given == ["a", "b", "c", "b"]
    assert found["b"].fault == "the marking program ended by signal 9, twice"
    rows = {row.grade_id: row for row in found["b"].notebooks["quiz"].rows}
    for name in ("f-test", "value-test", "words"):
        assert rows[name].score is None
        assert "the marking program ended by signal 9" in rows[name].review
    assert "return x**2" in found["b"].notebooks["quiz"].text  # the student's work is there
    assert (found["a"], found["c"]) == (Marked("a"), Marked("c"))


def handed_in_bytes() -> bytes:
    import json

    return json.dumps(handed_in()).encode()


def test_a_fault_that_is_told_is_treated_like_a_death() -> None:
    class Faulty(FakeWorkers):
        def submit(self, asked: dict[str, Any], seconds: float) -> Future[dict[str, Any]]:
            self.given.append(asked["hand_in"]["student"])
            future: Future[dict[str, Any]] = Future()
            future.set_result({"fault": "MemoryError: "})
            return future

    workers = Faulty()
    found = run(workers, "a")
    assert workers.given == ["a", "a"]
    assert found["a"].fault == "MemoryError: , twice"


def test_what_cannot_even_be_read_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    from mathgrade.autograde import intake

    def deadly(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(intake, "read_cells", deadly)
    found = run(FakeWorkers(a=2), "a")
    assert found["a"].fault
    assert {row.score for row in found["a"].notebooks["quiz"].rows if "test" in row.grade_id} == {
        None
    }


def test_where_nothing_can_be_marked_the_run_ends() -> None:
    with pytest.raises(CourseError, match="another version"):
        run(FakeWorkers(a=CourseError("another version")), "a", "b")


@pytest.mark.parametrize("width", [1, 3])
def test_only_as_many_attempts_are_read_as_the_workers_hold(width: int) -> None:
    workers = FakeWorkers(width)
    read: list[str] = []

    def jobs() -> Iterator[Job]:
        for number in range(50):
            assert len(read) - len(done) <= 2 * width
            read.append(f"s{number}")
            yield job(f"s{number}")

    done: list[str] = []
    for one, _ in mark_all(jobs(), BUNDLE, workers):
        done.append(one.found.student)
    assert sorted(done) == sorted(read)
