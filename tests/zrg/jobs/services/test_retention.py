from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.zrg.jobs.support import make_event, make_workspace
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob, TaskRun, WebhookBody, WebhookEvent
from zrg.jobs.services.retention import BODIES_UNTIL, purge_work_tables

pytestmark = pytest.mark.django_db


def ago(days):
    return timezone.now() - timedelta(days=days)


def context(**params):
    return RunContext(job="retention", deadline=float("inf"), correlation_id="c", params=params)


def kept(model, field="dedupe_key"):
    return set(model.objects.values_list(field, flat=True))


def test_events_lose_body_then_summary_and_failed_ones_wait():
    ws = make_workspace()
    for key, status, days in (
        ("fresh", "SUCCEEDED", 89),
        ("old", "SUCCEEDED", 91),
        ("ancient", "SUCCEEDED", 401),
        ("failed", "FAILED", 500),
        ("unrouted", "UNROUTED", 29),
        ("forgotten", "UNROUTED", 31),
    ):
        make_event(ws, key=key, status=status, finished_at=ago(days), raw={"a": 1})
    large = make_event(ws, key="large", status="SUCCEEDED", finished_at=ago(91), raw=None)
    WebhookBody.objects.create(event=large, workspace=ws, raw={"b": 2})
    ctx = context()

    purge_work_tables(ctx)

    assert kept(WebhookEvent) == {"fresh", "old", "failed", "unrouted", "large"}
    assert set(WebhookEvent.objects.filter(raw__isnull=True).values_list("dedupe_key", flat=True)) == {"old", "large"}
    assert WebhookBody.objects.count() == 0
    assert (ctx.stats["events"], ctx.stats["unrouted_events"], ctx.stats["event_bodies"]) == (1, 1, 3)


def test_bodies_are_walked_from_where_the_last_run_ended():
    ws = make_workspace()
    make_event(ws, key="before", status="SUCCEEDED", finished_at=ago(120), raw={"a": 1})
    make_event(ws, key="after", status="SUCCEEDED", finished_at=ago(95), raw={"a": 1})
    TaskRun.objects.create(
        job="retention",
        dispatch_key="k",
        correlation_id=uuid4(),
        source="beat",
        status="SUCCEEDED",
        window_start=ago(1),
        window_seconds=60,
        stats={BODIES_UNTIL: ago(100).isoformat()},
    )

    purge_work_tables(context())

    assert set(WebhookEvent.objects.filter(raw__isnull=False).values_list("dedupe_key", flat=True)) == {"before"}


def test_jobs_and_runs_are_kept_as_long_as_told():
    ws = make_workspace()
    for key, status, days in (
        ("done", "SUCCEEDED", 15),
        ("done_lately", "SUCCEEDED", 13),
        ("cancelled", "CANCELLED", 15),
        ("failed", "FAILED", 91),
        ("failed_lately", "FAILED", 89),
        ("waiting", "PENDING", 400),
    ):
        BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key=key, status=status, finished_at=ago(days))
    for key, status, days in (
        ("ok", "SUCCEEDED", 31),
        ("ok_lately", "SUCCEEDED", 29),
        ("bad", "FAILED", 91),
        ("bad_lately", "FAILED", 89),
    ):
        TaskRun.objects.create(
            job="x",
            dispatch_key=key,
            correlation_id=uuid4(),
            source="beat",
            status=status,
            window_start=ago(days),
            window_seconds=60,
            created_at=ago(days),
        )

    purge_work_tables(context())

    assert kept(BackgroundJob) == {"done_lately", "failed_lately", "waiting"}
    assert kept(TaskRun, "dispatch_key") == {"ok_lately", "bad_lately"}


def test_dry_run_counts_and_changes_nothing():
    ws = make_workspace()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="k", status="SUCCEEDED", finished_at=ago(15))
    ctx = context(dryRun=True)

    purge_work_tables(ctx)

    assert (ctx.stats["jobs"], BackgroundJob.objects.count()) == (1, 1)
