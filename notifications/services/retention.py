"""How long sent notifications are kept."""

from datetime import timedelta

from django.utils import timezone

from notifications.enums import WAITING
from notifications.models import NotificationSendLog
from zrg.jobs.contracts import RunContext
from zrg.workspaces.context import platform

KEPT = timedelta(days=180)
CHUNK = 5_000


def purge_outbox(context: RunContext) -> None:
    """Routine of `retention`: rows past their time; what still waits stays."""
    before = timezone.now() - KEPT
    while not context.should_stop():
        with platform():
            old = NotificationSendLog.objects.filter(created_at__lt=before).exclude(status__in=WAITING)
            if context.dry_run:
                context.count("notifications", old[:CHUNK].count())
                return
            ids = list(old.values_list("pk", flat=True)[:CHUNK])
            NotificationSendLog.objects.filter(pk__in=ids).delete()
        context.count("notifications", len(ids))
        if len(ids) < CHUNK:
            return
