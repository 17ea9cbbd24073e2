"""Recording what became of a message at the provider: sent, failed or unknown, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from inbox.contracts import MessageSent, SendResult
from inbox.enums import (
    ApprovalSource,
    AutoSendOutcome,
    Channel,
    DeliveryStatus,
    Direction,
    DraftEventKind,
    DraftEventSource,
    OrderState,
)
from inbox.models import Draft, Message, SendOrder
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.locking import lock_lead_and_message
from inbox.services.reopening import reopen_draft
from inbox.services.review_posts import outdate_review_posts
from integrations.results import ProviderResult
from leads.services.rollups import bump_rollups, recompute_rollups
from zrg.jobs.contracts import Notice, TaskNeeded
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

RECONCILE_SEND = "RECONCILE_SEND"
UNSETTLED = (DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN)
UNCONFIRMED = "The provider did not confirm."
ID_COLUMNS = {
    # EmailBison numbers its outgoing replies like those it receives; scheduled mails have numbers of their own.
    Channel.EMAIL.value: (("id", "email_bison_reply_id"), ("scheduled_id", "inboxxia_scheduled_email_id")),
    Channel.SMS.value: (("id", "ghl_id"),),
    Channel.LINKEDIN.value: (("id", "unipile_message_id"),),
}
"""Attributes of a provider's answer, and the columns they are kept in."""
RECONCILE_AFTER = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""When the provider's own history is asked whether an unconfirmed message left (03 R12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where and when the provider shows a message of ours: `id` among its replies, `scheduled_id` among
    its scheduled mails.
    """

    id: str | None = None
    scheduled_id: str | None = None
    sent_at: datetime


def record_result(
    message_id: UUID,
    result: ProviderResult,
    *,
    claimed_at: datetime,
    settle: Callable[[Message, SendResult], None] | None = None,
) -> SendResult:
    """Store the provider's answer on the row written ahead; `settle` runs in the same transaction.

    `claimed_at` names the attempt: the row's `sent_at` since it was claimed. Once a person, the
    provider's history or a later attempt decided, theirs stands and nothing is written. A row that only
    the sweeper had called unknown takes the answer, for now it is known. A message whose copy the provider
    has shown us meanwhile was sent, whatever our own call came to.
    """
    lead, message = lock_lead_and_message(message_id)
    if message.sent_at != claimed_at or message.delivery_status not in UNSETTLED:
        logger.warning(log_events.SEND_LATE_RESULT, message=str(message.pk), outcome=result.outcome)
        return _late(message)
    swept = message.delivery_status == DeliveryStatus.UNKNOWN
    if result.outcome == "ok" or _is_shown(message):
        recorded = _sent(message, result.data)
    elif result.outcome == "failed":
        recorded = _failed(message, result)
        if swept:
            recompute_rollups(lead)
    else:
        if not swept:
            mark_unknown(message, result.code or "unknown", result.message)
        recorded = SendResult(
            status="unknown", code=result.code or "unknown", detail=UNCONFIRMED, message_id=message.pk
        )
    if settle is not None:
        settle(message, recorded)
    return recorded


def mark_unknown(message: Message, code: str, detail: str) -> None:
    """The provider may have sent it: hold everything back, ask its history, never repeat.

    Call with lead and message locked.
    """
    _update(message, delivery_status=DeliveryStatus.UNKNOWN, delivery_error_code=code[:64], delivery_error=detail)
    bump_rollups(message.lead_id, message.channel, Direction.OUTBOUND, message.sent_at, message.origin)
    enqueue_job(
        RECONCILE_SEND,
        message.workspace_id,
        message_id=message.pk,
        # Each attempt of the message has questions of its own: a person may let it be sent again.
        dedupe_key=f"{message.workspace_id}:{message.pk}:{RECONCILE_SEND}:{message.sent_at:%Y%m%d%H%M%S%f}",
        run_at=timezone.now() + RECONCILE_AFTER[0],
    )
    _note_draft(message, DraftEventKind.SEND_UNKNOWN, AutoSendOutcome.UNKNOWN)
    refresh_lead_flags(message.lead_id)
    logger.warning(log_events.SEND_UNKNOWN, message=str(message.pk), code=code)


def settle_as_sent(message_id: UUID, *, proof: Proof, reason: str) -> bool:
    """An unconfirmed message proved sent. Returns whether this call settled it."""
    lead, message = lock_lead_and_message(message_id)
    if message.delivery_status not in UNSETTLED:
        return False
    _sent(message, proof, sent_at=proof.sent_at, kind=DraftEventKind.RECONCILED)
    _finish_order(message)
    # The provider's time may be earlier than ours, which the lead's newest answer had taken over.
    recompute_rollups(lead)
    logger.info(log_events.SEND_RECONCILED, message=str(message.pk), reason=reason)
    return True


def attach_echo(message_id: UUID, *, proof: Proof) -> None:
    """The provider shows a copy of a message of ours: its id is kept, and an unconfirmed one is sent.

    One that is being sent keeps its state for the worker that is about to record the answer.
    """
    _lead, message = lock_lead_and_message(message_id)
    if message.delivery_status == DeliveryStatus.UNKNOWN:
        settle_as_sent(message.pk, proof=proof, reason="echo")
    else:
        _store_provider_ids(message, proof)


def resolve_unknown(message_id: UUID, *, was_sent: bool, by: User, reason: str) -> Message:
    """A person states what happened to an unconfirmed message; only "not sent" lets it be sent again."""
    if not reason.strip():
        raise BadInput(gettext("Say how you know."), code="reason_required", field="reason")
    lead, message = lock_lead_and_message(message_id)
    if message.delivery_status != DeliveryStatus.UNKNOWN:
        raise Conflict(
            gettext("This message is settled already."), code="already_settled", state=message.delivery_status
        )
    _update(message, outcome_decided_by=by, outcome_decided_at=timezone.now())
    if was_sent:
        _sent(message, None, sent_at=message.sent_at, kind=DraftEventKind.RECONCILED)
        _finish_order(message)
    else:
        _failed(message, ProviderResult(outcome="failed", code="not_sent", message="A person found it was not sent"))
        settle_order(message, OrderState.FAILED, reason="not_sent")
        recompute_rollups(lead)
    record_audit(
        "message.outcome_decided",
        actor=by,
        workspace=message.workspace_id,
        obj=lead,
        after={"message": str(message.pk), "sent": was_sent},
        reason=reason,
    )
    return message


def ask_person_about(message: Message) -> None:
    """After the second miss a person is asked whether an unconfirmed message left."""
    text = "The provider did not confirm a message to this lead. Check whether it was sent."
    announce(
        TaskNeeded(
            workspace_id=message.workspace_id,
            lead_id=message.lead_id,
            kind="delivery_unconfirmed",
            message_id=message.pk,
            text=text,
        )
    )
    announce(
        Notice(
            workspace_id=message.workspace_id,
            kind="send_outcome_unknown",
            text=text,
            lead_id=message.lead_id,
            notice_key=str(message.pk),
        )
    )


def settle_order(message: Message, state: OrderState, *, reason: str = "") -> None:
    """Move the order behind a message to its end; a definite failure opens the draft again."""
    order_key = (message.send_key or "").rsplit(":part:", 1)[0]
    SendOrder.objects.filter(workspace_id=message.workspace_id, order_key=order_key, state=OrderState.TAKEN).update(
        state=state, held_reason=reason[:64] or None, updated_at=timezone.now()
    )
    if state == OrderState.FAILED and message.draft_id:
        reopen_draft(message.draft_id, AutoSendOutcome.FAILED, reason)


def _finish_order(message: Message) -> None:
    """The order of a message that proved sent is done, unless later parts of its text never left."""
    draft = message.draft
    parts = draft.parts if draft is not None else None
    if parts and Message.objects.filter(draft=draft, delivery_status=DeliveryStatus.SENT).count() < len(parts):
        settle_order(message, OrderState.FAILED, reason="parts_missing")
    else:
        settle_order(message, OrderState.DONE)


def _sent(
    message: Message,
    ids: object,
    *,
    sent_at: datetime | None = None,
    kind: DraftEventKind = DraftEventKind.SENT,
) -> SendResult:
    """`ids`: whatever the provider told, a `SentReply`, a `Proof` or nothing."""
    _update(
        message,
        delivery_status=DeliveryStatus.SENT,
        delivery_error_code=None,
        delivery_error=None,
        sent_at=sent_at or timezone.now(),
    )
    _store_provider_ids(message, ids)
    bump_rollups(message.lead_id, message.channel, Direction.OUTBOUND, message.sent_at, message.origin)
    announce(MessageSent(workspace_id=message.workspace_id, lead_id=message.lead_id, message_id=message.pk))
    _note_draft(message, kind, AutoSendOutcome.SENT)
    refresh_lead_flags(message.lead_id)
    logger.info(log_events.SEND_SENT, message=str(message.pk), channel=message.channel)
    return SendResult(status="sent", message_id=message.pk)


def _is_shown(message: Message) -> bool:
    """Whether the provider named the message before its answer was recorded (only LinkedIn's echoes do)."""
    return message.unipile_message_id is not None


def _failed(message: Message, result: ProviderResult) -> SendResult:
    _update(
        message,
        delivery_status=DeliveryStatus.FAILED,
        delivery_error_code=(result.code or "failed")[:64],
        delivery_error=result.message,
    )
    _note_draft(message, DraftEventKind.SEND_FAILED, AutoSendOutcome.FAILED)
    refresh_lead_flags(message.lead_id)
    logger.warning(log_events.SEND_FAILED, message=str(message.pk), code=result.code)
    return SendResult(
        status="failed",
        code=result.code or "failed",
        detail=result.message or "",
        message_id=message.pk,
        retry_after=result.retry_after,
    )


def _late(message: Message) -> SendResult:
    """What became of a message that others settled while its worker was away."""
    if message.delivery_status == DeliveryStatus.SENT:
        return SendResult(status="duplicate", message_id=message.pk)
    return SendResult(status="unknown", code="late_result", detail=UNCONFIRMED, message_id=message.pk)


def _store_provider_ids(message: Message, ids: object) -> None:
    """What the provider called the message, by channel. An id that another row holds, or that does not
    fit, is left out: the message was sent all the same.
    """
    for name, column in ID_COLUMNS.get(message.channel, ()):
        value = getattr(ids, name, None)
        if value and len(str(value)) <= _longest(column):
            _claim_id(message, column, str(value))


def _longest(column: str) -> int:
    return getattr(Message._meta.get_field(column), "max_length", None) or 0


def _claim_id(message: Message, field: str, value: str) -> None:
    try:
        with transaction.atomic():
            _update(message, **{field: value})
    except IntegrityError:
        setattr(message, field, None)


def _note_draft(message: Message, kind: DraftEventKind, outcome: AutoSendOutcome) -> None:
    if message.draft_id is None:
        return
    draft = Draft.objects.get(pk=message.draft_id)
    if draft.approval_source == ApprovalSource.AUTO_SEND:
        Draft.objects.filter(pk=draft.pk).update(auto_send_outcome=outcome)
    record_draft_event(
        draft, kind, source=DraftEventSource.JOB, reason=message.delivery_error_code or "", message=str(message.pk)
    )
    outdate_review_posts(draft)


def _update(message: Message, **values: object) -> None:
    """Write what is meant and keep the object in step."""
    Message.objects.filter(pk=message.pk).update(updated_at=timezone.now(), **values)
    for name, value in values.items():
        setattr(message, name, value)
