"""A Dask cluster of processes marks what this machine marks, and as it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from mathgrade.autograde.attempt_marking import Marked
from mathgrade.autograde.hand_in import HandIn
from mathgrade.autograde.schedule import Job, mark_all
from mathgrade.autograde.workers import open_workers
from mathgrade.errors import CourseError

from .test_workers import attempt, bundle, scores

pytestmark = [
    pytest.mark.slow,
    # Dask's own, when a cluster is taken down under it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="needs pip install 'mathgrade[dask]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


def mark(found: list[HandIn], scheduler: str = "") -> dict[str, Marked]:
    with open_workers(bundle().to_bytes(), width=2, scheduler=scheduler) as workers:
        jobs = [Job(one, "") for one in found]
        return {job.found.student: result for job, result in mark_all(jobs, bundle(), workers)}


def test_a_cluster_gives_the_marks_and_the_notebooks_of_this_machine(cluster: Any) -> None:
    found = [
        attempt("right"),
        attempt("wrong", "value = int(open('data.txt').read())\nprint(value)\nvalue"),
        HandIn("broken", {"quiz": b"no notebook"}),
    ]
    here = mark(found)
    there = mark(found, cluster.scheduler_address)
    assert there == here
    assert scores(there["right"])["f-test"] == 2


def test_a_worker_that_dies_is_replaced_and_its_attempt_marked(cluster: Any) -> None:
    with open_workers(bundle().to_bytes(), scheduler=cluster.scheduler_address) as workers:
        found = [attempt(f"s{n}", "import time\ntime.sleep(2)\nvalue = 9") for n in range(4)]
        given = iter(found)

        def jobs() -> Iterator[Job]:
            yield Job(next(given), "")
            yield Job(next(given), "")
            victim = cluster.workers[0]
            os.kill(victim.process.process.pid, signal.SIGKILL)
            for one in given:
                yield Job(one, "")

        marked = [result for _, result in mark_all(jobs(), bundle(), workers)]
    assert len(marked) == 4
    for result in marked:
        assert result.fault == ""
        assert scores(result)["value-test"] == 1


def test_a_worker_that_cannot_mark_ends_the_run_and_says_why(cluster: Any) -> None:
    other = bundle("mathgrade 99")
    with (
        open_workers(other.to_bytes(), scheduler=cluster.scheduler_address) as workers,
        pytest.raises(CourseError, match="expected mathgrade 99; this worker has mathgrade"),
    ):
        list(mark_all([Job(attempt("a"), "")], other, workers))


def test_nobody_at_the_address_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    dask_workers = pytest.importorskip("mathgrade.autograde.dask_workers")
    monkeypatch.setattr(dask_workers, "_CONNECT_SECONDS", 1)
    with pytest.raises(CourseError, match=r"No Dask workers at tcp://127\.0\.0\.1:9"):
        mark([attempt("a")], "tcp://127.0.0.1:9")
