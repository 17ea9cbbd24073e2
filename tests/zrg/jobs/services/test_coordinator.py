"""A coordinator with threads: stopping, the circuit breaker, watching. Real connections, real commits."""

import threading
import time

import pytest
from django.db import OperationalError, connections

from tests.zrg.jobs.support import job_type, make_workspace
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services import coordinator, execution, nudges
from zrg.jobs.services.coordinator import CircuitOpen, LaneRun, run_lane
from zrg.jobs.services.engine import drain
from zrg.jobs.services.lanes import JobLane
from zrg.jobs.services.nudges import Watch, is_watched
from zrg.jobs.services.pool import stop_threads
from zrg.workspaces.context import platform

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _no_thread_outlives_its_test(committed_db):
    yield
    stop_threads()


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch):
    monkeypatch.setattr(execution, "CONNECTION_RETRY_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(coordinator, "CONNECTION_RETRY_SECONDS", (0.0, 0.0))


def make_jobs(count, workspaces=1):
    for number in range(workspaces):
        ws = make_workspace(str(number))
        with platform():
            for index in range(count):
                BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key=f"{number}-{index}")


def statuses():
    with platform():
        rows = list(BackgroundJob.objects.values_list("status", flat=True))
    return {status: rows.count(status) for status in sorted(set(rows))}


def run(**values):
    lane = JobLane("w", "jobs")
    defaults = {"lane": lane, "deadline": time.monotonic() + 30, "batch": 20, "concurrency": 4, "stop": lambda: False}
    return lane, LaneRun(**{**defaults, **values})


def test_threads_work_everything_off():
    make_jobs(30, workspaces=2)
    names = set()

    with job_type("T", lambda ctx: names.add(threading.current_thread().name)):
        lane, lane_run = run()
        assert run_lane(lane_run) is True

    assert statuses() == {"SUCCEEDED": 60}
    assert lane.stats["succeeded"] == 60
    assert all(name.startswith("jobs-") for name in names)


def test_limit_bounds_a_run():
    make_jobs(12)

    with job_type("T", lambda ctx: None):
        run_lane(run(limit=5)[1])

    assert statuses() == {"PENDING": 7, "SUCCEEDED": 5}


def test_stop_gives_back_what_was_not_begun_and_records_what_ended():
    make_jobs(6)
    began, release = threading.Semaphore(0), threading.Event()
    stopping = threading.Event()

    def wait(ctx):
        began.release()
        release.wait(20)

    def stop_when_two_have_begun():
        for _ in range(2):
            began.acquire(timeout=20)
        stopping.set()
        # The coordinator takes back what nobody began before the two are let go.
        deadline = time.monotonic() + 20
        while lane.stats["skipped"] == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        release.set()

    with job_type("T", wait):
        lane, lane_run = run(concurrency=2, stop=stopping.is_set)
        worker = coordinator._Coordinator(lane_run)
        worker.size = 6  # as after quick batches: more is claimed than can be begun
        helper = threading.Thread(target=stop_when_two_have_begun)
        helper.start()
        worker.work()
        helper.join(timeout=20)

    assert statuses() == {"PENDING": 4, "SUCCEEDED": 2}
    assert lane.stats == {"claimed": 2, "skipped": 4, "succeeded": 2}
    with platform():
        assert set(BackgroundJob.objects.filter(status="PENDING").values_list("attempts", flat=True)) == {0}


def test_lane_ends_at_its_deadline():
    make_jobs(3)

    with job_type("T", lambda ctx: None):
        assert run_lane(run(deadline=time.monotonic() - 1)[1]) is False

    assert statuses() == {"PENDING": 3}


def test_three_connection_errors_in_a_row_open_the_circuit():
    make_jobs(8)

    def lose_connection(ctx):
        raise OperationalError("server closed the connection unexpectedly")

    with job_type("T", lose_connection), pytest.raises(CircuitOpen):
        run_lane(run(concurrency=1, batch=1)[1])

    found = statuses()
    assert found == {"PENDING": 8}
    with platform():
        assert BackgroundJob.objects.filter(attempts=1).count() == 3


def test_sweep_whose_circuit_opens_says_so():
    make_jobs(8)

    def lose_connection(ctx):
        raise OperationalError("server closed the connection unexpectedly")

    with job_type("T", lose_connection):
        stats = drain(concurrency=1, should_stop=lambda: False)

    assert stats.circuit_open is True


def test_refused_statement_is_an_ordinary_failure():
    make_jobs(4)

    def be_refused(ctx):
        error = OperationalError("canceling statement due to statement timeout")
        error.__cause__ = type("QueryCanceled", (Exception,), {"sqlstate": "57014"})()
        raise error

    with job_type("T", be_refused):
        run_lane(run(concurrency=1)[1])

    assert statuses() == {"PENDING": 4}


def test_watching_drain_finds_what_comes_later_and_then_ends(monkeypatch):
    monkeypatch.setattr(coordinator, "COALESCE_SECONDS", 0.3)
    monkeypatch.setattr(nudges, "send", lambda *_, **__: "id")
    ws = make_workspace()
    seen = []

    def add_one_later():
        deadline = time.monotonic() + 5
        while not is_watched("jobs") and time.monotonic() < deadline:
            time.sleep(0.01)
        seen.append(is_watched("jobs"))
        with platform():
            BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="later")
        connections.close_all()

    with job_type("T", lambda ctx: None):
        helper = threading.Thread(target=add_one_later)
        helper.start()
        _, lane_run = run(watch=Watch("jobs"))
        assert run_lane(lane_run) is True
        helper.join(timeout=20)

    assert (seen, statuses(), is_watched("jobs")) == ([True], {"SUCCEEDED": 1}, False)
