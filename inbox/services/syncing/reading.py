"""How far the comparison of one conversation is, for people and programs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from inbox.enums import SyncState
from inbox.models import ConversationSync
from inbox.services.syncing.reports import sentence

LOST_AFTER = timedelta(minutes=10)
"""A comparison that takes longer is not waited for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """`state` is None when the conversation was never compared; `sentence` tells the last result."""

    state: str | None = None
    requested_at: datetime | None = None
    finished_at: datetime | None = None
    report: dict[str, Any] | None = None
    is_busy: bool = False

    @property
    def sentence(self) -> str:
        """What a person reads."""
        if self.is_busy:
            return "Comparing with the providers…"
        if self.state == SyncState.FAILED:
            return "The conversation could not be compared. Try again later."
        return sentence(self.report or {}) if self.state in (SyncState.DONE, SyncState.PARTIAL) else ""


def sync_status(lead_id: UUID, *, now: datetime) -> SyncStatus:
    """The newest comparison of a conversation, in the caller's context."""
    row = ConversationSync.objects.filter(lead_id=lead_id).first()
    return SyncStatus() if row is None else status_of(row, now=now)


def status_of(row: ConversationSync, *, now: datetime) -> SyncStatus:
    """What a stored comparison says."""
    waiting = row.state in (SyncState.QUEUED, SyncState.RUNNING)
    return SyncStatus(
        state=row.state,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        report=row.report or None,
        is_busy=waiting and now - row.requested_at < LOST_AFTER,
    )
