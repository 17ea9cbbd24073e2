"""Recording what happened, whether or not anybody is told."""

import structlog

from notifications.models import NotificationEvent
from zrg.lib import log_events

logger = structlog.get_logger(__name__)


def record_event(event: NotificationEvent) -> NotificationEvent | None:
    """Store an occurrence in the caller's transaction; None when its key is there already."""
    stored, created = NotificationEvent.objects.get_or_create(
        dedupe_key=event.dedupe_key,
        defaults={
            field.attname: getattr(event, field.attname)
            for field in event._meta.concrete_fields
            if field.name != "dedupe_key"
        },
    )
    if not created:
        return None
    logger.info(log_events.NOTIFY_EVENT_RECORDED, kind=stored.kind, notification_event=str(stored.pk))
    return stored
