"""Events and rows go after half a year; what waits stays."""

import time
from datetime import timedelta

from django.utils import timezone

from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.outbox import NewRow, enqueue
from notifications.services.retention import purge_notifications
from tests.notifications.support import workspace
from zrg.jobs.contracts import RunContext


def test_old_events_and_rows_go(db: None) -> None:
    owner = workspace()
    for days in (181, 179):
        event = NotificationEvent.objects.create(
            workspace=owner, kind="mention", dedupe_key=f"e{days}", created_at=timezone.now() - timedelta(days=days)
        )
        for status in ("sent", "pending"):
            row = NewRow(kind="mention", destination="slack", target="C0ALERTS", key=f"{status}{days}", text="x")
            enqueue([row], event=event, workspace_id=owner.pk)
            NotificationSendLog.objects.filter(dedupe_key=row.key).update(
                status=status, sent_at=timezone.now(), created_at=event.created_at
            )

    context = RunContext(job="retention", deadline=time.monotonic() + 30, correlation_id="test")
    purge_notifications(context)

    assert context.stats == {"notifications": 1, "digest_runs": 0, "notification_events": 1}
    assert set(NotificationEvent.objects.values_list("dedupe_key", flat=True)) == {"e179"}
    assert set(NotificationSendLog.objects.values_list("dedupe_key", flat=True)) == {
        "pending181",
        "sent179",
        "pending179",
    }
