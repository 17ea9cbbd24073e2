"""How long events and sent notifications are kept."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from notifications.enums import WAITING
from notifications.models import DigestRun, NotificationEvent, NotificationSendLog
from zrg.jobs.contracts import RunContext
from zrg.workspaces.context import platform

KEPT = timedelta(days=180)
CHUNK = 5_000


def purge_notifications(context: RunContext) -> None:
    """Routine of `retention`: rows and events past their time; what still waits stays."""
    before = timezone.now() - KEPT
    old = NotificationSendLog.objects.filter(created_at__lt=before).exclude(status__in=WAITING)
    _purge(context, "notifications", old)
    _purge(context, "digest_runs", DigestRun.objects.filter(created_at__lt=before))
    _purge(context, "notification_events", NotificationEvent.objects.filter(created_at__lt=before))


def _purge(context: RunContext, name: str, old: QuerySet[Any]) -> None:
    while not context.should_stop():
        with platform():
            if context.dry_run:
                context.count(name, old[:CHUNK].count())
                return
            ids = list(old.values_list("pk", flat=True)[:CHUNK])
            old.model._default_manager.filter(pk__in=ids).delete()
        context.count(name, len(ids))
        if len(ids) < CHUNK:
            return
