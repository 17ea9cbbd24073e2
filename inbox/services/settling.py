"""Recording what became of a message at the provider: sent, failed or unknown, and what follows."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from inbox.contracts import MessageSent, SendResult
from inbox.enums import (
    ApprovalSource,
    AutoSendOutcome,
    DeliveryStatus,
    Direction,
    DraftEventKind,
    DraftEventSource,
    DraftStatus,
    OrderState,
)
from inbox.models import Draft, Message, SendOrder
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from integrations.emailbison.types import SentReply
from integrations.results import ProviderResult
from leads.models import Lead
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
RECONCILE_AFTER = (timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""When the provider's own history is asked whether an unconfirmed message left (03 R12)."""


def record_result(message_id: UUID, result: ProviderResult) -> tuple[Message, SendResult]:
    """Store the provider's answer on the row written ahead; unsettled rows only."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.delivery_status != DeliveryStatus.SENDING:
        # The sweeper or a person decided while this worker was away; theirs stands.
        logger.warning(log_events.SEND_LATE_RESULT, message=str(message.pk), outcome=result.outcome)
        if not (result.outcome == "ok" and message.delivery_status == DeliveryStatus.UNKNOWN):
            return message, SendResult(status="unknown", message_id=message.pk)
    if result.outcome == "ok":
        return _sent(message, result)
    if result.outcome == "failed":
        return _failed(message, result)
    mark_unknown(message, result.code or "unknown", result.message)
    return message, SendResult(
        status="unknown", code=result.code or "unknown", detail="The provider did not confirm.", message_id=message.pk
    )


def mark_unknown(message: Message, code: str, detail: str) -> None:
    """The provider may have sent it: hold everything back, ask its history, never repeat."""
    _update(message, delivery_status=DeliveryStatus.UNKNOWN, delivery_error_code=code, delivery_error=detail)
    bump_rollups(message.lead_id, message.channel, Direction.OUTBOUND, message.sent_at, message.origin)
    enqueue_job(
        RECONCILE_SEND,
        message.workspace_id,
        message_id=message.pk,
        dedupe_key=f"{message.workspace_id}:{message.pk}:{RECONCILE_SEND}",
        run_at=timezone.now() + RECONCILE_AFTER[0],
        max_attempts=4,
    )
    _note_draft(message, DraftEventKind.SEND_UNKNOWN, AutoSendOutcome.UNKNOWN)
    refresh_lead_flags(message.lead_id)
    logger.warning(log_events.SEND_UNKNOWN, message=str(message.pk), code=code)


def settle_as_sent(message_id: UUID, *, provider_id: str | None, sent_at: datetime, reason: str) -> bool:
    """An unconfirmed message proved sent. Returns whether this call settled it."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.delivery_status not in (DeliveryStatus.UNKNOWN, DeliveryStatus.SENDING):
        return False
    result = ProviderResult(outcome="ok", data=SentReply(id=provider_id))
    _sent(message, result, sent_at=sent_at, kind=DraftEventKind.RECONCILED)
    settle_order(message, OrderState.DONE)
    logger.info(log_events.SEND_RECONCILED, message=str(message.pk), reason=reason)
    return True


def resolve_unknown(message_id: UUID, *, was_sent: bool, by: User, reason: str) -> Message:
    """A person states what happened to an unconfirmed message; only "not sent" lets it be sent again."""
    if not reason.strip():
        raise BadInput("Say how you know.", code="reason_required", field="reason")
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.delivery_status != DeliveryStatus.UNKNOWN:
        raise Conflict("This message is settled already.", code="already_settled", state=message.delivery_status)
    _update(message, outcome_decided_by=by, outcome_decided_at=timezone.now())
    if was_sent:
        _sent(message, ProviderResult(outcome="ok"), sent_at=message.sent_at, kind=DraftEventKind.RECONCILED)
        settle_order(message, OrderState.DONE)
    else:
        _failed(message, ProviderResult(outcome="failed", code="not_sent", message="A person found it was not sent"))
        settle_order(message, OrderState.FAILED, reason="not_sent")
        recompute_rollups(message.lead)
    record_audit(
        "message.outcome_decided",
        actor=by,
        workspace=message.workspace_id,
        obj=message.lead,
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
    SendOrder.objects.filter(
        workspace_id=message.workspace_id, order_key=order_key, state__in=[OrderState.TAKEN, OrderState.WAITING]
    ).update(state=state, held_reason=reason[:64] or None, updated_at=timezone.now())
    if state == OrderState.FAILED and message.draft_id:
        reopen_draft(message.draft_id, AutoSendOutcome.FAILED, reason)


def reopen_draft(draft_id: UUID, outcome: AutoSendOutcome, reason: str) -> None:
    """approved → pending, the one way back: the message definitely did not leave."""
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    if draft.status != DraftStatus.APPROVED:
        return
    automatic = draft.approval_source == ApprovalSource.AUTO_SEND
    taken_by_newer = (
        Draft.objects.of_lead(draft.lead_id).on_channel(draft.channel).pending().exclude(pk=draft.pk).exists()
    )
    Draft.objects.filter(pk=draft.pk).update(
        # A newer reply draft may have taken the place; the older text is then superseded by it.
        status=DraftStatus.SUPERSEDED if taken_by_newer else DraftStatus.PENDING,
        closed_reason="superseded_by_newer_inbound" if taken_by_newer else None,
        approval_source=None,
        approved_by=None,
        approved_at=None,
        response_disposition=None,
        auto_send_outcome=outcome if automatic else draft.auto_send_outcome,
        auto_send_outcome_reason=reason[:64] if automatic else draft.auto_send_outcome_reason,
        updated_at=timezone.now(),
    )
    refresh_lead_flags(draft.lead_id)


def _sent(
    message: Message,
    result: ProviderResult,
    *,
    sent_at: datetime | None = None,
    kind: DraftEventKind = DraftEventKind.SENT,
) -> tuple[Message, SendResult]:
    _update(
        message,
        delivery_status=DeliveryStatus.SENT,
        delivery_error_code=None,
        delivery_error=None,
        sent_at=sent_at or timezone.now(),
        **_provider_ids(message, result),
    )
    bump_rollups(message.lead_id, message.channel, Direction.OUTBOUND, message.sent_at, message.origin)
    announce(MessageSent(workspace_id=message.workspace_id, lead_id=message.lead_id, message_id=message.pk))
    _note_draft(message, kind, AutoSendOutcome.SENT)
    Lead.objects.filter(pk=message.lead_id).update(changed_at=timezone.now())
    refresh_lead_flags(message.lead_id)
    logger.info(log_events.SEND_SENT, message=str(message.pk), channel=message.channel)
    return message, SendResult(status="sent", message_id=message.pk)


def _failed(message: Message, result: ProviderResult) -> tuple[Message, SendResult]:
    _update(
        message,
        delivery_status=DeliveryStatus.FAILED,
        delivery_error_code=result.code,
        delivery_error=result.message,
    )
    _note_draft(message, DraftEventKind.SEND_FAILED, AutoSendOutcome.FAILED)
    refresh_lead_flags(message.lead_id)
    logger.warning(log_events.SEND_FAILED, message=str(message.pk), code=result.code)
    return message, SendResult(
        status="failed", code=result.code or "failed", detail=result.message or "", message_id=message.pk
    )


def _provider_ids(message: Message, result: ProviderResult) -> dict[str, str]:
    """EmailBison numbers its own outgoing replies like the ones it receives; the id proves delivery."""
    provider_id = getattr(result.data, "id", None)
    if not provider_id or message.channel != "email":
        return {}
    taken = Message.objects.filter(workspace_id=message.workspace_id, email_bison_reply_id=str(provider_id)).exclude(
        pk=message.pk
    )
    return {} if taken.exists() else {"email_bison_reply_id": str(provider_id)}


def _note_draft(message: Message, kind: DraftEventKind, outcome: AutoSendOutcome) -> None:
    if message.draft_id is None:
        return
    draft = Draft.objects.get(pk=message.draft_id)
    if draft.approval_source == ApprovalSource.AUTO_SEND:
        Draft.objects.filter(pk=draft.pk).update(auto_send_outcome=outcome)
    record_draft_event(
        draft, kind, source=DraftEventSource.JOB, reason=message.delivery_error_code or "", message=str(message.pk)
    )


def _update(message: Message, **values: object) -> None:
    """Write what is meant and keep the object in step."""
    Message.objects.filter(pk=message.pk).update(updated_at=timezone.now(), **values)
    for name, value in values.items():
        setattr(message, name, value)
