"""Tables of what leaves for staff."""

from notifications.models.outbox import NotificationSendLog

__all__ = ["NotificationSendLog"]
