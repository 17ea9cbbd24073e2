"""The query language of this app."""

from datetime import datetime
from typing import Self

from notifications.enums import SendStatus
from zrg.workspaces.querysets import TenantQuerySet


class NotificationEventQuerySet(TenantQuerySet):
    """What happened."""

    def of_kind(self, kind: str) -> Self:
        """Events of one kind."""
        return self.filter(kind=kind)


class NotificationSendLogQuerySet(TenantQuerySet):
    """Rows of the outbox."""

    def due(self, now: datetime) -> Self:
        """Rows whose turn has come."""
        return self.filter(status=SendStatus.PENDING, next_attempt_at__lte=now)

    def abandoned(self, before: datetime) -> Self:
        """Rows somebody began to send and never finished."""
        return self.filter(status=SendStatus.SENDING, locked_at__lt=before)
