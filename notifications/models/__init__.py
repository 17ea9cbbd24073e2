"""Tables of what happened and of what leaves for staff."""

from notifications.models.digest import DigestRun
from notifications.models.event import NotificationEvent
from notifications.models.outbox import NotificationSendLog

__all__ = ["DigestRun", "NotificationEvent", "NotificationSendLog"]
