"""Leases: whoever lost one records nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from tests.zrg.jobs.support import job_type, make_event, make_workspace, processor_registered
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.rules.outcomes import SUCCEEDED, Outcome
from zrg.jobs.services import leases
from zrg.jobs.services.claiming import claim_events, claim_jobs
from zrg.jobs.services.execution import run_event
from zrg.jobs.services.leases import EVENTS, JOBS, Finished

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=11)


@pytest.fixture(autouse=True)
def _noop():
    with job_type("T", lambda ctx: None):
        yield


@pytest.fixture
def claimed():
    BackgroundJob.objects.create(type="T", workspace=make_workspace(), dedupe_key="k")
    (job,) = claim_jobs(1, "A")
    return job


def make_stale(**values):
    BackgroundJob.objects.update(locked_at=timezone.now() - LONG_AGO, **values)


def test_hard_04_handlers_idempotent_result_of_a_lost_lease_is_not_recorded(claimed):
    make_stale()
    leases.release_stale_locks()
    (taken,) = claim_jobs(1, "B")
    leases.finish(JOBS, "B", [Finished(taken.id, taken.attempts, SUCCEEDED)])

    with capture_logs() as logs:
        held = leases.finish(
            JOBS, "A", [Finished(claimed.id, claimed.attempts, Outcome(status="FAILED", result="failed"))]
        )

    job = BackgroundJob.objects.get()
    assert (held, job.status, job.locked_by, job.attempts) == (set(), "SUCCEEDED", "B", 2)
    assert [line["event"] for line in logs] == ["job.lease_lost"]


def test_same_worker_with_an_older_attempt_records_nothing(claimed):
    make_stale()
    leases.release_stale_locks()
    claim_jobs(1, "A")

    assert leases.finish(JOBS, "A", [Finished(claimed.id, claimed.attempts, SUCCEEDED)]) == set()
    assert BackgroundJob.objects.get().status == "RUNNING"


def test_hard_04_handlers_idempotent_effects_of_an_event_whose_lease_is_lost_are_rolled_back():
    ws = make_workspace()
    make_event(ws)
    (event,) = claim_events(1, "A")

    def process(event):
        BackgroundJob.objects.create(type="X", workspace=ws, dedupe_key="effect")
        WebhookEvent.objects.update(locked_by="B", attempts=2)
        return "processed"

    with processor_registered("EMAILBISON", process):
        done = run_event(event, "A")

    assert (done.outcome, done.result) == (None, "lease_lost")
    assert BackgroundJob.objects.filter(dedupe_key="effect").count() == 0


def test_stale_lock_is_released_and_the_attempt_counts(claimed):
    make_stale()

    assert leases.release_stale_locks() == {"webhook_events": 0, "jobs": 1}

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts, job.locked_by, job.locked_at) == ("PENDING", 1, None, None)
    assert job.last_error == "Released stale RUNNING lock"


def test_job_that_kills_its_worker_cannot_loop_for_ever(claimed):
    make_stale(attempts=5)

    leases.release_stale_locks()

    job = BackgroundJob.objects.get()
    assert (job.status, job.last_error) == ("FAILED", "Stale lock after final attempt")
    assert job.finished_at is not None


def test_stale_event_is_released():
    make_event(make_workspace(), status="RUNNING", locked_at=timezone.now() - LONG_AGO, attempts=1)

    assert leases.release_stale_locks()["webhook_events"] == 1


def test_living_lock_is_left(claimed):
    BackgroundJob.objects.update(locked_at=timezone.now() - timedelta(minutes=9))

    assert leases.release_stale_locks()["jobs"] == 0


def test_heartbeat_keeps_a_lease_and_only_the_own_one(claimed):
    make_stale()

    assert leases.beat_leases(JOBS, "B", [(claimed.id, claimed.attempts)]) == 0
    assert leases.beat_leases(JOBS, "A", [(claimed.id, claimed.attempts)]) == 1
    assert leases.release_stale_locks()["jobs"] == 0


def test_claim_given_back_costs_no_attempt(claimed):
    assert leases.give_back(JOBS, "A", [(claimed.id, claimed.attempts)]) == 1

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts, job.locked_by) == ("PENDING", 0, None)


def test_giving_back_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert leases.give_back(EVENTS, "A", []) == 0


def test_many_outcomes_are_recorded_in_one_statement(django_assert_num_queries):
    ws = make_workspace()
    for number in range(3):
        BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key=str(number))
    jobs = claim_jobs(3, "A")
    outcomes = [
        SUCCEEDED,
        Outcome(status="PENDING", result="retried", delay_seconds=60, last_error="boom"),
        Outcome(status="CANCELLED", result="cancelled", last_error="gone"),
    ]

    # The savepoint and the context around the one statement are the rest.
    with django_assert_num_queries(5):
        leases.finish(JOBS, "A", [Finished(job.id, job.attempts, one) for job, one in zip(jobs, outcomes, strict=True)])

    rows = BackgroundJob.objects.order_by("seq").values_list("status", "last_error")
    assert list(rows) == [("SUCCEEDED", None), ("PENDING", "boom"), ("CANCELLED", "gone")]
