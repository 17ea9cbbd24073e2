"""Putting mails into the outbox and delivering them, each at most once.

Claim in a short transaction, send without one, record in another. A row found in `sending` after five
minutes belongs to a process that died: its mail may have left, so it becomes `unknown` and stays.
"""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications.enums import Destination, SendKind, SendStatus
from notifications.models import NotificationSendLog
from notifications.services.transport import Delivery, send_mail
from zrg.jobs.contracts import RunContext
from zrg.jobs.services.nudges import nudge
from zrg.lib import log_events
from zrg.workspaces.context import dispatch
from zrg.workspaces.crypto import decrypt_text, encrypt_text

OUTBOX = "outbox"
BATCH = 50
ABANDONED_AFTER = timedelta(minutes=5)
BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
JITTER = 0.2
# These carry links that let somebody in: encrypted while they wait, erased when they left.
LINK_KINDS = frozenset({SendKind.ACCOUNT.value, SendKind.INVITATION.value})

logger = structlog.get_logger(__name__)


def enqueue_mail(
    *,
    kind: str,
    target: str,
    subject: str,
    text: str,
    dedupe_key: str = "",
    workspace_id: UUID | str | None = None,
) -> None:
    """Add one mail to the outbox in the caller's transaction; nothing when its key is there already.

    Line breaks are taken out of the subject, so that no header can be injected.
    """
    body = {"encrypted": encrypt_text(text)} if kind in LINK_KINDS else {"text": text}
    row = NotificationSendLog(
        workspace_id=workspace_id,
        kind=kind,
        destination=Destination.EMAIL,
        target=target.strip().lower(),
        dedupe_key=dedupe_key[:300] or f"mail:{uuid.uuid4()}",
        payload={"subject": " ".join(subject.split()), **body},
    )
    NotificationSendLog.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(lambda: nudge(OUTBOX))


def deliver_outbox(context: RunContext, *, deliver: Callable[[str, str, str], Delivery] = send_mail) -> None:
    """Deliver what is due, batch by batch, until nothing is left or time is up."""
    context.count("unknown", forsake_abandoned())
    while not context.should_stop():
        claimed = claim_due()
        if not claimed:
            return
        for row in claimed:
            if context.should_stop():
                give_back(row)
                continue
            delivery = deliver(row.target, row.payload["subject"], _text(row))
            record(row, delivery)
            context.count(delivery.outcome)


def claim_due(*, limit: int = BATCH, now: datetime | None = None) -> list[NotificationSendLog]:
    """Mark due rows as being sent; nobody else gets them."""
    moment = now or timezone.now()
    with dispatch():
        due = NotificationSendLog.objects.due(moment).filter(destination=Destination.EMAIL)
        rows = list(due.order_by("next_attempt_at").select_for_update(skip_locked=True)[:limit])
        for row in rows:
            row.status, row.locked_at = SendStatus.SENDING, moment
            row.attempts += 1
        NotificationSendLog.objects.bulk_update(rows, ["status", "locked_at", "attempts"])
    return rows


def record(row: NotificationSendLog, delivery: Delivery) -> None:
    """Store what became of a claimed row; a row somebody else took over meanwhile is left alone."""
    values = _outcome(row, delivery)
    with dispatch():
        mine = NotificationSendLog.objects.filter(pk=row.pk, status=SendStatus.SENDING, locked_at=row.locked_at)
        mine.update(**values)
    event = {
        SendStatus.SENT: log_events.NOTIFY_SENT,
        SendStatus.PENDING: log_events.NOTIFY_RETRIED,
        SendStatus.UNKNOWN: log_events.NOTIFY_UNKNOWN,
    }.get(values["status"], log_events.NOTIFY_FAILED)  # type: ignore[call-overload]
    logger.info(event, kind=row.kind, destination=row.destination, outbox=str(row.pk), reason=delivery.reason)


def give_back(row: NotificationSendLog) -> None:
    """Return a claimed row that was not tried."""
    with dispatch():
        NotificationSendLog.objects.filter(pk=row.pk, status=SendStatus.SENDING, locked_at=row.locked_at).update(
            status=SendStatus.PENDING, locked_at=None, attempts=F("attempts") - 1
        )


def forsake_abandoned(*, now: datetime | None = None) -> int:
    """Rows whose sender died: the mail may have left, so it is not sent again."""
    moment = now or timezone.now()
    with dispatch():
        return NotificationSendLog.objects.abandoned(moment - ABANDONED_AFTER).update(
            status=SendStatus.UNKNOWN, reason="sender_died", locked_at=None
        )


def requeue(row: NotificationSendLog) -> bool:
    """Try a failed row once more, by a person's wish; rows that may have arrived are refused."""
    updated = NotificationSendLog.objects.filter(
        pk=row.pk, status=SendStatus.FAILED, payload__has_any_keys=["text", "encrypted"]
    ).update(status=SendStatus.PENDING, reason="", attempts=0, next_attempt_at=timezone.now())
    if updated:
        transaction.on_commit(lambda: nudge(OUTBOX))
    return bool(updated)


def _outcome(row: NotificationSendLog, delivery: Delivery) -> dict[str, object]:
    now = timezone.now()
    if delivery.outcome == "retry" and row.attempts <= len(BACKOFF):
        wait = BACKOFF[row.attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # not a secret
        return {
            "status": SendStatus.PENDING,
            "locked_at": None,
            "reason": delivery.reason,
            "next_attempt_at": now + wait,
        }
    if delivery.outcome == "sent":
        return {"status": SendStatus.SENT, "sent_at": now, "locked_at": None, "reason": "", "payload": _kept(row)}
    status = SendStatus.UNKNOWN if delivery.outcome == "unknown" else SendStatus.FAILED
    values: dict[str, object] = {"status": status, "locked_at": None, "reason": delivery.reason}
    return values | ({"payload": _kept(row)} if status == SendStatus.UNKNOWN else {})


def _kept(row: NotificationSendLog) -> dict[str, object]:
    if row.kind not in LINK_KINDS:
        return row.payload
    return {"subject": row.payload["subject"]}


def _text(row: NotificationSendLog) -> str:
    encrypted = row.payload.get("encrypted")
    return decrypt_text(encrypted) if encrypted else row.payload.get("text", "")
