"""Reading every unattended message once more after it was sent (06 R22). Call outside of transactions."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef

from inbox.enums import DeliveryStatus, DraftEventKind, DraftEventSource, SentBy
from inbox.models import Draft, DraftEvent, Message
from inbox.querysets import MessageQuerySet
from inbox.services.autosend.cases import Case, open_case
from inbox.services.autosend.evaluating import Judge
from inbox.services.draft_events import record_draft_event
from leads.models import Lead
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

AUDIT = "post_send_audit"
BATCH = 50


def unattended(workspace_id: UUID, since: datetime) -> MessageQuerySet:
    """Messages a machine sent, or may have sent, in the caller's context."""
    found: MessageQuerySet = (
        Message.objects.in_workspace(workspace_id)
        .outbound()
        .filter(sent_by=SentBy.AI, sent_at__gt=since)
        .exclude(delivery_status=DeliveryStatus.FAILED)
    )
    return found


def audited() -> Exists:
    """Of a message: whether its text was read again after sending."""
    return Exists(DraftEvent.objects.filter(draft_id=OuterRef("draft_id"), reason=AUDIT))


def found_broken() -> Exists:
    """Of a message: whether that reading found a fault."""
    return Exists(DraftEvent.objects.filter(draft_id=OuterRef("draft_id"), reason=AUDIT, detail__broken=True))


def audit_sent(workspace_id: UUID, since: datetime) -> int:
    """Read again what was sent since and was not read yet. Returns how many texts broke a rule."""
    with tenant(workspace_id):
        fresh = unattended(workspace_id, since).filter(draft__isnull=False).exclude(audited())
        draft_ids = list(dict.fromkeys(fresh.order_by("sent_at").values_list("draft_id", flat=True)[:BATCH]))
    return sum(_read_again(workspace_id, draft_id) for draft_id in draft_ids)


def _read_again(workspace_id: UUID, draft_id: UUID) -> bool:
    """A text that cannot be read again hides no other sign of trouble; it is tried at the next look."""
    try:
        return _audit(workspace_id, draft_id)
    except Exception as error:
        logger.error(log_events.AUTOSEND_AUDIT_FAILED, draft=str(draft_id), error=type(error).__name__)
        return False


def _audit(workspace_id: UUID, draft_id: UUID) -> bool:
    with tenant(workspace_id):
        case = _case(draft_id)
    codes = Judge(case).invariants(case.content, case.offered) if case else []
    with tenant(workspace_id):
        draft = Draft.objects.filter(pk=draft_id).first()
        if draft is None:
            return False
        record_draft_event(
            draft,
            DraftEventKind.REVALIDATED,
            source=DraftEventSource.SYSTEM,
            reason=AUDIT,
            broken=bool(codes),
            codes=codes,
            read=case is not None,
        )
    if codes:
        logger.error(log_events.AUTOSEND_AUDIT_FOUND, draft=str(draft_id), codes=codes)
    return bool(codes)


def _case(draft_id: UUID) -> Case | None:
    """The draft as its evaluation saw it; None when it answers no message."""
    draft = Draft.objects.select_related("trigger_message", "context_message").filter(pk=draft_id).first()
    message = (draft.trigger_message or draft.context_message) if draft else None
    if draft is None or message is None:
        return None
    lead = Lead.objects.select_related("email_campaign", "sms_campaign").get(pk=draft.lead_id)
    return open_case(lead, draft, message)
