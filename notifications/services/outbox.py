"""Putting messages into the outbox and delivering them, each at most once.

Claim in a short transaction, call outside of any, record in another. Whoever is about to call says so
first (`begin`), so a row whose sender died tells whether anybody was called, and by which way: what
Resend may have is sent again with its key, what Slack or SMTP may have becomes `unknown` and stays.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from integrations.throttle import Throttle
from notifications.constants import ALL_ADDRESSES
from notifications.contracts import Delivery, Parcel
from notifications.enums import WAITING, Carrier, Destination, SendKind, SendStatus
from notifications.metrics import count_delivery
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.rules.delivery import KEY_REMEMBERED, is_stale, next_wait
from notifications.rules.texts import mail_subject
from notifications.services.carrying import Way, find_way
from notifications.services.new_rows import NewRow, fitting_key, made_row
from zrg.jobs.contracts import RunContext
from zrg.jobs.services.nudges import nudge
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.workspaces.context import dispatch
from zrg.workspaces.crypto import decrypt_text, encrypt_text

OUTBOX = "outbox"
BATCH = 50
ABANDONED_AFTER = timedelta(minutes=5)
# Several senders may wait for the same second of a channel.
PACE_TRIES = 5
# These carry links that let somebody in: encrypted while they wait, erased when they left.
LINK_KINDS = frozenset({SendKind.ACCOUNT.value, SendKind.INVITATION.value})
# What this version can deliver; rows for anything else wait for the part that can.
DELIVERED = (Destination.EMAIL, Destination.SLACK, Destination.SLACK_DM, Destination.SMS, Destination.WEBHOOK)
# A later part of a message looks again after this long whether the earlier one left.
PART_SECONDS = 30.0

_EVENTS = {
    SendStatus.SENT: log_events.NOTIFY_SENT,
    SendStatus.PENDING: log_events.NOTIFY_RETRIED,
    SendStatus.UNKNOWN: log_events.NOTIFY_UNKNOWN,
    SendStatus.SKIPPED: log_events.NOTIFY_SUPPRESSED,
    SendStatus.SUPPRESSED: log_events.NOTIFY_SUPPRESSED,
}

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What a kind needs besides being sent. `refuse`, asked right before, says why a row is not sent any more
    ("" to send it); `arrived` is told of a row that was sent. Both are called outside transactions.
    """

    refuse: Callable[[NotificationSendLog], str]
    arrived: Callable[[NotificationSendLog], None] = lambda row: None


_care: dict[str, Care] = {}


def register_care(kind: str, care: Care) -> None:
    """Take care of a kind; called once when the app is ready."""
    _care[kind] = care


def enqueue(rows: Iterable[NewRow], *, event: NotificationEvent | None, workspace_id: UUID | None) -> None:
    """Add rows to the outbox in the caller's transaction; a key that is there already adds nothing."""
    made = [made_row(row, event, workspace_id) for row in rows]
    NotificationSendLog.objects.bulk_create(made, ignore_conflicts=True)
    for row in made:
        if row.status in (SendStatus.SKIPPED, SendStatus.SUPPRESSED):
            logger.info(log_events.NOTIFY_SUPPRESSED, kind=row.kind, destination=row.destination, reason=row.reason)
    transaction.on_commit(_wake)


def enqueue_mail(
    *,
    kind: str,
    target: str,
    subject: str,
    text: str,
    dedupe_key: str = "",
    workspace_id: UUID | str | None = None,
) -> None:
    """Add one mail to one person, as `enqueue` does. Line breaks are taken out of the subject, so that no
    header can be injected.
    """
    body = {"encrypted": encrypt_text(text)} if kind in LINK_KINDS else {"text": text}
    row = NotificationSendLog(
        workspace_id=workspace_id,
        kind=kind,
        destination=Destination.EMAIL,
        target=target.strip().lower(),
        dedupe_key=fitting_key(dedupe_key) or f"mail:{uuid.uuid4()}",
        payload={"subject": mail_subject(subject), **body},
    )
    NotificationSendLog.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(_wake)


def deliver_outbox(
    context: RunContext,
    *,
    find: Callable[[Parcel], Way] = find_way,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Deliver what is due, batch by batch, until nothing is left or time is up. One row's trouble never
    stops the others.
    """
    context.count("abandoned", settle_abandoned())
    while not context.should_stop():
        claimed = claim_due()
        if not claimed:
            return
        for row in claimed:
            if context.should_stop():
                give_back(row)
                continue
            context.count(_deliver(row, find, pause))


def claim_due(*, limit: int = BATCH, now: datetime | None = None) -> list[NotificationSendLog]:
    """Mark due rows as being sent, oldest first; nobody else gets them."""
    moment = now or timezone.now()
    with dispatch():
        due = NotificationSendLog.objects.due(moment).filter(destination__in=DELIVERED)
        rows = list(due.order_by("next_attempt_at", "created_at").select_for_update(skip_locked=True)[:limit])
        for row in rows:
            row.status, row.locked_at, row.via = SendStatus.SENDING, moment, ""
            row.attempts += 1
        NotificationSendLog.objects.bulk_update(rows, ["status", "locked_at", "via", "attempts"])
    return rows


def record(row: NotificationSendLog, delivery: Delivery) -> str:
    """Store what became of a claimed row and return its status; a row somebody else took over meanwhile is
    left alone.
    """
    values = _outcome(row, delivery)
    with dispatch():
        _mine(row).update(**values)
    status = str(values["status"])
    event = _EVENTS.get(values["status"], log_events.NOTIFY_FAILED)  # type: ignore[call-overload]
    logger.info(event, kind=row.kind, destination=row.destination, outbox=str(row.pk), reason=delivery.reason)
    count_delivery(row.kind, row.destination, status, (timezone.now() - row.created_at).total_seconds())
    return status


def give_back(row: NotificationSendLog) -> None:
    """Return a claimed row that was not tried."""
    with dispatch():
        _mine(row).update(status=SendStatus.PENDING, locked_at=None, attempts=F("attempts") - 1)


def settle_abandoned(*, now: datetime | None = None) -> int:
    """Rows whose sender died: sent again when nobody was called yet, or when Resend recognises the mail;
    otherwise it may have arrived, so it is `unknown`. Returns how many there were.
    """
    moment = now or timezone.now()
    with dispatch():
        rows = NotificationSendLog.objects.abandoned(moment - ABANDONED_AFTER)
        by_resend = rows.filter(via=Carrier.RESEND).update(
            status=SendStatus.PENDING,
            reason="sender_died",
            uncertain_at=Coalesce("uncertain_at", "locked_at"),
            locked_at=None,
        )
        not_called = rows.filter(via="").update(status=SendStatus.PENDING, reason="sender_died", locked_at=None)
        lost = rows.update(status=SendStatus.UNKNOWN, reason="sender_died", locked_at=None)
    return by_resend + not_called + lost


def requeue(row: NotificationSendLog) -> bool:
    """Try a failed row once more, by a person's wish; rows that may have arrived are refused."""
    too_late = timezone.now() - KEY_REMEMBERED
    updated = (
        NotificationSendLog.objects.filter(pk=row.pk, status=SendStatus.FAILED)
        .filter(Q(payload__has_any_keys=["text", "encrypted"]))
        .filter(Q(uncertain_at__isnull=True) | Q(uncertain_at__gt=too_late))
        .update(status=SendStatus.PENDING, reason="", attempts=0, next_attempt_at=timezone.now())
    )
    if updated:
        transaction.on_commit(_wake)
    return bool(updated)


def mark_handled(row: NotificationSendLog) -> bool:
    """A person took care of a failed or unconfirmed row; it is not tried again."""
    ended = NotificationSendLog.objects.filter(pk=row.pk, status__in=[SendStatus.FAILED, SendStatus.UNKNOWN])
    return bool(ended.update(status=SendStatus.SKIPPED, reason=f"handled:{row.reason}"[:80]))


def _deliver(row: NotificationSendLog, find: Callable[[Parcel], Way], pause: Callable[[float], None]) -> str:
    """One claimed row, start to end; returns its new status."""
    if refused := _refusal(row):
        return record(row, refused)
    if _waits_for_another(row):
        return record(row, Delivery(outcome="retry", reason="earlier_part", untried=True, retry_after=PART_SECONDS))
    way: Way | None = None
    try:
        parcel = parcel_of(row)
        way = find(parcel)
        if row.uncertain_at and not way.is_repeatable:
            return record(row, Delivery(outcome="unknown", reason="way_changed"))
        _keep_pace(parcel, pause)
        if refused := _refusal_of_kind(row):
            return record(row, refused)
        if not begin(row, way):
            return "taken_over"
        delivery = way.hand_over(parcel)
    except Exception as error:
        # Nothing a single message does may stop the others.
        logger.exception(log_events.NOTIFY_CRASHED, kind=row.kind, outbox=str(row.pk))
        delivery = _after_crash(row, way, type(error).__name__)
    status = record(row, delivery)
    if status == SendStatus.SENT and row.kind in _care:
        _tell_arrived(row, delivery)
    return status


def begin(row: NotificationSendLog, way: Way) -> bool:
    """Say that the provider is called now; False when somebody else took the row over."""
    moment = timezone.now()
    with dispatch():
        started = _mine(row).update(via=way.carrier, locked_at=moment)
    row.via, row.locked_at = way.carrier, moment
    return bool(started)


def parcel_of(row: NotificationSendLog) -> Parcel:
    """What a row carries."""
    payload = row.payload
    return Parcel(
        workspace_id=row.workspace_id,
        kind=row.kind,
        destination=row.destination,
        target=row.target,
        key=row.dedupe_key,
        text=decrypt_text(payload["encrypted"]) if payload.get("encrypted") else payload.get("text", ""),
        subject=payload.get("subject", ""),
        recipients=tuple(payload.get("to") or ([] if row.target == ALL_ADDRESSES else [row.target])),
        blocks=payload.get("blocks"),
    )


def _refusal(row: NotificationSendLog) -> Delivery | None:
    """Why a row is not sent any more."""
    now = timezone.now()
    if is_stale(row.kind, _born_at(row), now):
        return Delivery(outcome="failed", reason="stale")
    if row.uncertain_at and now - row.uncertain_at > KEY_REMEMBERED:
        return Delivery(outcome="unknown", reason="key_forgotten")
    if row.payload.get("about_lead") and row.lead_id is None:
        return Delivery(outcome="skipped", reason="lead_deleted")
    return None


def _born_at(row: NotificationSendLog) -> datetime:
    """Since when it could be told."""
    held = row.payload.get("not_before")
    return max(row.created_at, datetime.fromisoformat(held)) if held else row.created_at


def _waits_for_another(row: NotificationSendLog) -> bool:
    """Whether an earlier part of the same message has not left yet."""
    before = row.payload.get("after")
    if not before:
        return False
    with dispatch():
        return NotificationSendLog.objects.filter(dedupe_key=before, status__in=WAITING).exists()


def _refusal_of_kind(row: NotificationSendLog) -> Delivery | None:
    care = _care.get(row.kind)
    reason = care.refuse(row) if care else ""
    return Delivery(outcome="skipped", reason=reason) if reason else None


def _tell_arrived(row: NotificationSendLog, delivery: Delivery) -> None:
    row.provider_ref = delivery.reference
    try:
        _care[row.kind].arrived(row)
    except Exception:
        # It was sent, whatever follows.
        logger.exception(log_events.NOTIFY_CRASHED, kind=row.kind, outbox=str(row.pk))


def _keep_pace(parcel: Parcel, pause: Callable[[float], None]) -> None:
    """At most one message a second to each Slack channel."""
    if parcel.destination == Destination.EMAIL:
        return
    throttle = Throttle(
        provider="outbox", account=sha(f"{parcel.workspace_id}:{parcel.target}")[:32], limit=1, seconds=1.0
    )
    for _ in range(PACE_TRIES):
        if (wait := throttle.wait()) <= 0:
            return
        pause(wait)


def _after_crash(row: NotificationSendLog, way: Way | None, reason: str) -> Delivery:
    if not row.via or way is None:
        return Delivery(outcome="retry", reason=reason[:80])
    if way.is_repeatable:
        return Delivery(outcome="retry", reason=reason[:80], uncertain=True)
    return Delivery(outcome="unknown", reason=reason[:80])


def _outcome(row: NotificationSendLog, delivery: Delivery) -> dict[str, Any]:
    now = timezone.now()
    ended: dict[str, Any] = {"locked_at": None, "reason": delivery.reason}
    if delivery.uncertain:
        ended["uncertain_at"] = row.uncertain_at or now
    if delivery.outcome == "retry":
        wait = next_wait(row.attempts, delivery, random.uniform(-1, 1))  # noqa: S311  # not a secret
        if wait is not None:
            spent = {"attempts": row.attempts - 1} if delivery.untried else {}
            return {**ended, **spent, "status": SendStatus.PENDING, "next_attempt_at": now + wait}
        # Tried often enough; one of the attempts may have arrived.
        if delivery.uncertain or row.uncertain_at is not None:
            return {**ended, "status": SendStatus.UNKNOWN, "payload": _kept(row)}
        return {**ended, "status": SendStatus.FAILED}
    if delivery.outcome == "sent":
        sent = {"status": SendStatus.SENT, "sent_at": now, "provider_ref": delivery.reference}
        return {**ended, **sent, "reason": "", "payload": _kept(row)}
    if delivery.outcome == "unknown":
        return {**ended, "status": SendStatus.UNKNOWN, "payload": _kept(row)}
    refused = {"skipped": SendStatus.SKIPPED, "suppressed": SendStatus.SUPPRESSED}
    return {**ended, "status": refused.get(delivery.outcome, SendStatus.FAILED)}


def _mine(row: NotificationSendLog) -> Any:
    return NotificationSendLog.objects.filter(pk=row.pk, status=SendStatus.SENDING, locked_at=row.locked_at)


def _kept(row: NotificationSendLog) -> dict[str, Any]:
    return row.payload if row.kind not in LINK_KINDS else {"subject": row.payload["subject"]}


def _wake() -> None:
    nudge(OUTBOX)
