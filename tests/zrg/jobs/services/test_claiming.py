"""What a claim takes and in which order; two real connections where two workers compete."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from tests.zrg.jobs.support import job_type, make_event, make_workspace, processor_registered
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.claiming import claim_events, claim_jobs
from zrg.workspaces.context import platform

LEAD = "6f1d2c3b-4a5e-4f60-8a7b-9c0d1e2f3a4b"
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noop():
    with job_type("T", lambda ctx: None), processor_registered("EMAILBISON", lambda event: "processed"):
        yield


def job(ws, key, *, minute=0, **values):
    with platform():
        return BackgroundJob.objects.create(
            type="T", workspace=ws, dedupe_key=key, run_at=START + timedelta(minutes=minute), **values
        )


def keys(jobs):
    with platform():
        names = dict(BackgroundJob.objects.values_list("pk", "dedupe_key"))
    return [names[one.id] for one in jobs]


@pytest.mark.django_db
def test_claim_takes_turns_between_workspaces():
    a, b, c = (make_workspace(name) for name in "ABC")
    for number, (ws, key) in enumerate([(a, "A1"), (a, "A2"), (a, "A3"), (b, "B1"), (b, "B2"), (c, "C1")]):
        job(ws, key, minute=number)

    assert keys(claim_jobs(10, "w")) == ["A1", "B1", "C1", "A2", "B2", "A3"]


@pytest.mark.django_db
def test_claim_leaves_room_for_other_workspaces(settings):
    a, b = make_workspace("A"), make_workspace("B")
    for number in range(5):
        job(a, f"A{number}")
    job(b, "B0", minute=60)

    assert keys(claim_jobs(2, "w")) == ["A0", "B0"]


@pytest.mark.django_db
def test_quota_bounds_what_one_workspace_runs(settings):
    settings.JOB_SETTINGS = replace(settings.JOB_SETTINGS, quota_default=2, quota_enterprise=4)
    usual, large = make_workspace("A"), make_workspace("B", high_quota_enabled=True)
    for number in range(6):
        job(usual, f"A{number}")
        job(large, f"B{number}")

    first = keys(claim_jobs(20, "w"))
    second = keys(claim_jobs(20, "w"))

    assert sorted(first) == ["A0", "A1", "B0", "B1", "B2", "B3"]
    assert second == []


@pytest.mark.django_db
def test_cap_bounds_one_claim_of_a_workspace(settings):
    settings.JOB_SETTINGS = replace(settings.JOB_SETTINGS, per_workspace_cap=1)
    ws = make_workspace()
    job(ws, "1")
    job(ws, "2")

    assert [keys(claim_jobs(20, "w")) for _ in range(3)] == [["1"], ["2"], []]


@pytest.mark.django_db
def test_claim_follows_time_then_insertion():
    ws = make_workspace()
    job(ws, "late", minute=2)
    job(ws, "first")
    job(ws, "second")
    job(ws, "future", minute=60 * 24 * 365 * 100)

    assert keys(claim_jobs(10, "w")) == ["first", "second", "late"]


@pytest.mark.django_db
def test_hard_04_one_running_job_per_lead():
    ws = make_workspace()
    for number in range(3):
        job(ws, f"L{number}", minute=number, lead_id=LEAD)
    job(ws, "other", minute=9)

    first = claim_jobs(10, "w")
    second = claim_jobs(10, "w")
    BackgroundJob.objects.filter(pk=first[0].id).update(status="SUCCEEDED")
    third = claim_jobs(10, "w")

    assert [keys(first), keys(second), keys(third)] == [["L0", "other"], [], ["L1"]]


@pytest.mark.django_db
def test_claim_of_types_leaves_the_others():
    ws = make_workspace()
    job(ws, "mine")
    BackgroundJob.objects.create(type="OTHER", workspace=ws, dedupe_key="other", run_at=START)

    assert keys(claim_jobs(10, "w", types=["T"])) == ["mine"]


@pytest.mark.django_db
def test_claim_takes_work_of_the_installation_too():
    BackgroundJob.objects.create(type="T", workspace=None, dedupe_key="platform", run_at=START)

    assert keys(claim_jobs(10, "w")) == ["platform"]


@pytest.mark.django_db
def test_claim_marks_the_lease():
    ws = make_workspace()
    job(ws, "1")

    (claimed,) = claim_jobs(10, "worker-a")

    row = BackgroundJob.objects.get()
    assert (row.status, row.locked_by, row.attempts, claimed.attempts) == ("RUNNING", "worker-a", 1, 1)
    assert row.locked_at == row.started_at


@pytest.mark.django_db
def test_event_claim_is_urgent_first():
    ws = make_workspace()
    for priority in (90, 50, 10):
        make_event(ws, key=str(priority), priority=priority, run_at=START)

    assert [event.dedupe_key for event in claim_events(3, "w")] == ["10", "50", "90"]


@pytest.mark.django_db
def test_a_fifth_of_an_event_claim_goes_to_the_oldest():
    ws = make_workspace()
    for number in range(30):
        make_event(ws, key=f"reply{number}", priority=10, run_at=START + timedelta(hours=1))
    for number in range(3):
        make_event(ws, key=f"open{number}", priority=90, run_at=START + timedelta(minutes=number))

    taken = [event.dedupe_key for event in claim_events(10, "w")]

    assert len(taken) == 10
    assert [key for key in taken if key.startswith("open")] == ["open0", "open1"]


@pytest.mark.django_db
def test_event_claim_takes_turns_between_workspaces():
    flood, quiet = make_workspace("A"), make_workspace("B")
    for number in range(30):
        make_event(flood, key=f"flood{number}", run_at=START)
    make_event(quiet, key="quiet", run_at=timezone.now() - timedelta(seconds=1))

    assert "quiet" in [event.dedupe_key for event in claim_events(5, "w")]


@pytest.mark.django_db
def test_event_of_a_provider_nobody_processes_is_left():
    ws = make_workspace()
    make_event(ws, provider="NEWER")

    assert claim_events(5, "w") == []


def in_second_connection(work):
    """Run `work` on a connection of its own and return its result."""
    results = []

    def run():
        try:
            results.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=20)
    return results[0]


@pytest.mark.usefixtures("committed_db")
def test_two_workers_at_once_take_different_jobs():
    ws = make_workspace()
    for number in range(8):
        job(ws, str(number), minute=number)

    with transaction.atomic():
        mine = keys(claim_jobs(3, "a"))
        theirs = keys(in_second_connection(lambda: claim_jobs(3, "b")))

    assert (mine, theirs) == (["0", "1", "2"], ["3", "4", "5"])


@pytest.mark.usefixtures("committed_db")
def test_two_workers_at_once_take_different_events():
    ws = make_workspace()
    for number in range(8):
        make_event(ws, key=str(number), run_at=START + timedelta(minutes=number))

    with transaction.atomic():
        mine = {event.pk for event in claim_events(3, "a")}
        theirs = {event.pk for event in in_second_connection(lambda: claim_events(3, "b"))}

    assert (len(mine), len(theirs), mine & theirs) == (3, 3, set())


@pytest.mark.usefixtures("committed_db")
def test_hard_04_one_running_job_per_lead_with_two_workers_at_once():
    ws = make_workspace()
    job(ws, "held", lead_id=LEAD)
    job(ws, "tripping", minute=1, lead_id=LEAD)
    job(ws, "free", minute=2)

    # Another worker has claimed the first job of the lead and not committed: invisible, but locked.
    held = threading.Event()
    release = threading.Event()

    def hold_the_lead():
        with platform(), connection.cursor() as cursor:
            cursor.execute("UPDATE jobs_backgroundjob SET status = 'RUNNING' WHERE dedupe_key = 'held'")
            held.set()
            release.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold_the_lead)
    thread.start()
    held.wait(20)
    with platform():
        BackgroundJob.objects.filter(dedupe_key="tripping").update(run_at=START - timedelta(minutes=1))
    # The claim waits on the unique index until the other worker commits.
    threading.Timer(0.3, release.set).start()

    claimed = keys(claim_jobs(10, "a"))

    thread.join(timeout=20)
    assert claimed == ["free"]
    with platform():
        running = BackgroundJob.objects.filter(status="RUNNING", lead_id=LEAD).values_list("dedupe_key", flat=True)
        assert list(running) == ["held"]
