"""Rows of the outbox before they are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from notifications.enums import SendStatus
from notifications.models import NotificationEvent, NotificationSendLog
from zrg.lib.hashing import sha

MAX_KEY = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row to be added. `reason` given: it is stored as skipped and nothing is sent; `suppressed` does the same for
    what may not be told. `not_before`: it waits until then. `after`: the key of a row that leaves before it.
    """

    kind: str
    destination: str
    target: str
    key: str
    text: str = ""
    subject: str = ""
    recipients: tuple[str, ...] = ()
    reason: str = ""
    suppressed: str = ""
    tag: str | None = None
    not_before: datetime | None = None
    after: str = ""
    blocks: Sequence[dict[str, Any]] = ()
    # Kept with the row for whoever cares for messages of this kind.
    about: Mapping[str, Any] = field(default_factory=dict)


def made_row(row: NewRow, event: NotificationEvent | None, workspace_id: UUID | None) -> NotificationSendLog:
    """The row of the outbox, frozen as it will leave."""
    lead_id = event.lead_id if event else None
    refused = row.reason or row.suppressed
    payload: dict[str, Any] = {"text": row.text, "subject": row.subject} if not refused else {}
    if row.blocks and payload:
        payload["blocks"] = list(row.blocks)
    payload |= row.about
    if row.recipients:
        payload["to"] = list(row.recipients)
    if lead_id and payload:
        payload["about_lead"] = True
    if row.not_before:
        payload["not_before"] = row.not_before.isoformat()
    if row.after:
        payload["after"] = fitting_key(row.after)
    return NotificationSendLog(
        workspace_id=workspace_id,
        event=event,
        lead_id=lead_id,
        kind=row.kind,
        destination=row.destination,
        target=row.target,
        dedupe_key=fitting_key(row.key),
        payload=payload,
        status=SendStatus.SKIPPED if row.reason else SendStatus.SUPPRESSED if row.suppressed else SendStatus.PENDING,
        reason=refused,
        sentiment_tag=row.tag,
        next_attempt_at=row.not_before or timezone.now(),
    )


def fitting_key(key: str) -> str:
    """The key, shortened to what the column holds without losing that it is one of its own."""
    return key if len(key) <= MAX_KEY else f"{key[: MAX_KEY - 67]}:h:{sha(key)}"
