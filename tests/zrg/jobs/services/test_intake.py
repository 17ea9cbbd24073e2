from datetime import UTC, datetime

import pytest

from tests.zrg.jobs.support import make_workspace
from zrg.jobs.contracts import NewEvent
from zrg.jobs.models import WebhookBody, WebhookEvent
from zrg.jobs.services.intake import store_event
from zrg.workspaces.context import dispatch, tenant

pytestmark = pytest.mark.django_db


def call(workspace_id, **values):
    return NewEvent(
        **{
            "provider": "EMAILBISON",
            "event_type": "LEAD_REPLIED",
            "dedupe_key": f"emailbison:{workspace_id}:LEAD_REPLIED:reply:7",
            "workspace_id": workspace_id,
            "priority": 10,
            "raw": {"event": {"type": "LEAD_REPLIED"}},
            **values,
        }
    )


def test_store_event_keeps_body_and_columns():
    ws = make_workspace()
    sent_at = datetime(2026, 3, 1, tzinfo=UTC)

    with tenant(ws.pk):
        stored = store_event(call(ws.pk, lead_email="a@b.example", email_sent_at=sent_at, campaign_name="x" * 400))

    event = WebhookEvent.objects.get()
    assert (stored.event_id, stored.deduped) == (event.pk, False)
    assert (event.status, event.attempts, event.max_attempts, event.priority) == ("PENDING", 0, 8, 10)
    assert (event.lead_email, event.email_sent_at, event.campaign_name) == ("a@b.example", sent_at, "x" * 255)
    assert event.payload == {"event": {"type": "LEAD_REPLIED"}}


def test_store_event_puts_a_large_body_aside():
    ws = make_workspace()
    body = {"html": "ä" * 5_000}

    with tenant(ws.pk):
        store_event(call(ws.pk, raw=body))

    event = WebhookEvent.objects.get()
    assert event.raw is None
    assert event.payload == body
    assert WebhookBody.objects.get().workspace_id == ws.pk


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "SUCCEEDED"])
def test_store_event_again_only_counts(status):
    ws = make_workspace()
    with tenant(ws.pk):
        first = store_event(call(ws.pk))
        WebhookEvent.objects.update(status=status, attempts=3)
        second = store_event(call(ws.pk, raw={"html": "x" * 9_000}))

    event = WebhookEvent.objects.get()
    assert (second.event_id, second.deduped) == (first.event_id, True)
    assert (event.status, event.attempts, event.redelivered_count) == (status, 3, 1)
    assert WebhookBody.objects.count() == 0


def test_store_event_again_revives_a_failed_one():
    ws = make_workspace()
    with tenant(ws.pk):
        store_event(call(ws.pk))
        WebhookEvent.objects.update(status="FAILED", attempts=8, run_at=datetime(2030, 1, 1, tzinfo=UTC))
        assert store_event(call(ws.pk)).deduped is True

    event = WebhookEvent.objects.get()
    assert (event.status, event.attempts, event.redelivered_count) == ("PENDING", 0, 1)
    assert event.run_at.year < 2030


def test_store_event_without_workspace_waits_for_a_person():
    with dispatch():
        store_event(call(None, unrouted=True, dedupe_key="emailbison:unrouted:abc", raw={"html": "x" * 9_000}))

    assert WebhookEvent.objects.get().status == "UNROUTED"
    assert WebhookBody.objects.get().workspace_id is None
