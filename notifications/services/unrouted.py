"""Once a day the platform's staff hear of calls that nobody owns."""

from datetime import UTC, datetime

from django.db.models import Count
from django.utils import timezone

from notifications.enums import SendKind
from zrg.jobs.contracts import Notice
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.jobs.services.announce import announce
from zrg.workspaces.context import dispatch


def announce_unrouted(*, now: datetime | None = None) -> int:
    """Announce how many calls wait to be routed, by provider, once per UTC day; returns their number."""
    day = (now or timezone.now()).astimezone(UTC).date()
    with dispatch():
        rows = WebhookEvent.objects.filter(workspace__isnull=True, status=EventStatus.UNROUTED).order_by()
        counts = dict(rows.values_list("provider").annotate(Count("pk")))
        if counts:
            listed = ", ".join(f"{provider} {count}" for provider, count in sorted(counts.items()))
            announce(
                Notice(
                    workspace_id=None,
                    kind=SendKind.UNROUTED_CALLS.value,
                    text=f"Inbound calls of unknown workspaces wait for a person: {listed}",
                    notice_key=day.isoformat(),
                )
            )
    return sum(counts.values())
