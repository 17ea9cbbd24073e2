import pytest
from prometheus_client import generate_latest
from prometheus_client.registry import CollectorRegistry

from tests.zrg.jobs.support import make_event, make_workspace
from zrg.jobs.metrics import WorkCollector
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def test_figures_come_from_the_tables():
    ws = make_workspace()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="due")
    BackgroundJob.objects.create(
        type="T",
        workspace=ws,
        dedupe_key="done",
        status="SUCCEEDED",
        started_at="2099-01-01T00:00:00Z",
        finished_at="2099-01-01T00:00:02Z",
    )
    make_event(ws, status="RUNNING")
    registry = CollectorRegistry()
    registry.register(WorkCollector())

    text = generate_latest(registry).decode()

    assert "zrg_jobs_due 1.0" in text
    assert "zrg_webhook_events_running 1.0" in text
    assert 'zrg_jobs_24h{kind="job",result="SUCCEEDED",type="T"} 1.0' in text
    assert 'zrg_job_seconds_24h{kind="job",result="SUCCEEDED",type="T"} 2.0' in text
