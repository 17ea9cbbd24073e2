import pytest
import structlog
from django.db import transaction

from tests.zrg.jobs.support import make_workspace
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db
MESSAGE = "3b9f6c1e-8a52-4a6b-9a0f-0d6c2b7f1e11"


def test_enqueue_job_twice_leaves_one_row():
    ws = make_workspace()

    with tenant(ws.pk):
        answers = [enqueue_job("SMS_INBOUND_POST_PROCESS", ws.pk, message_id=MESSAGE) for _ in range(2)]

    assert answers == [True, False]
    job = BackgroundJob.objects.get()
    assert job.dedupe_key == f"{ws.pk}:{MESSAGE}:SMS_INBOUND_POST_PROCESS"
    assert (job.status, job.attempts, job.max_attempts, job.payload) == ("PENDING", 0, 5, {})


def test_hard_04_job_iff_data():
    ws = make_workspace()

    def enqueue_and_fail():
        with tenant(ws.pk):
            enqueue_job("INBOUND_RESPOND", ws.pk, message_id=MESSAGE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        enqueue_and_fail()

    assert BackgroundJob.objects.count() == 0


def test_enqueue_job_keeps_the_order_of_insertion():
    ws = make_workspace()

    with transaction.atomic():
        for number in range(3):
            enqueue_job("RECEIVER", ws.pk, dedupe_key=f"k{number}")

    assert list(BackgroundJob.objects.order_by("run_at", "seq").values_list("dedupe_key", flat=True)) == [
        "k0",
        "k1",
        "k2",
    ]


def test_enqueue_job_shortens_a_key_that_does_not_fit():
    ws = make_workspace()

    answers = [enqueue_job("RECEIVER", ws.pk, dedupe_key="x" * 300 + end) for end in ("a", "a", "b")]

    assert answers == [True, False, True]
    assert {len(key) for key in BackgroundJob.objects.values_list("dedupe_key", flat=True)} == {255}


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "CANCELLED"])
def test_requeue_job_gives_a_finished_job_a_new_life(status):
    ws = make_workspace()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="k", status=status, attempts=5, last_error="x")

    assert requeue_job("k") is True

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts, job.last_error, job.finished_at) == ("PENDING", 0, None, None)


def test_requeue_job_leaves_a_waiting_job():
    ws = make_workspace()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="k", attempts=2)

    assert requeue_job("k") is False

    assert BackgroundJob.objects.get().attempts == 2


def test_requeue_job_flags_a_running_job():
    ws = make_workspace()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="k", status="RUNNING", payload={"a": 1})

    assert requeue_job("k") is True

    job = BackgroundJob.objects.get()
    assert (job.status, job.payload) == ("RUNNING", {"a": 1, "rerun": True})


def test_job_remembers_what_caused_it():
    ws = make_workspace()

    with structlog.contextvars.bound_contextvars(request_id="request-1"):
        enqueue_job("RECEIVER", ws.pk, dedupe_key="from-request", payload={"a": 1})
    with structlog.contextvars.bound_contextvars(request_id="request-1", correlation_id="event-1"):
        enqueue_job("RECEIVER", ws.pk, dedupe_key="from-event")

    assert dict(BackgroundJob.objects.values_list("dedupe_key", "payload")) == {
        "from-request": {"a": 1, "correlation_id": "request-1"},
        "from-event": {"correlation_id": "event-1"},
    }
