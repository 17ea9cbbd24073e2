"""pending → rejected or superseded: the one way a draft ends without a message."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog
from django.utils import timezone

from inbox.contracts import DraftDecided
from inbox.enums import AutoSendOutcome, DraftClosedReason, DraftEventKind, DraftEventSource, DraftStatus
from inbox.metrics import count_auto_send_cancel, count_draft_decision
from inbox.models import Draft
from inbox.services.draft_events import record_draft_event
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import cancel_waiting_jobs
from zrg.lib import log_events
from zrg.workspaces.models import User

logger = structlog.get_logger(__name__)

AI_AUTO_SEND_DELAYED = "AI_AUTO_SEND_DELAYED"
_KINDS = {DraftStatus.REJECTED: DraftEventKind.REJECTED, DraftStatus.SUPERSEDED: DraftEventKind.SUPERSEDED}


def close_draft(
    draft: Draft,
    status: DraftStatus,
    closed_reason: DraftClosedReason,
    *,
    source: DraftEventSource,
    by: User | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """End a draft with its history and its scheduled send; its posts are told. Call with lead and draft locked,
    with the draft as it was read under the lock. `reason` and `detail` are for the history.
    """
    now = timezone.now()
    Draft.objects.filter(pk=draft.pk).update(
        status=status,
        closed_reason=closed_reason,
        rejected_at=now if status == DraftStatus.REJECTED else draft.rejected_at,
        updated_at=now,
        **canceled_columns(draft, status),
        **values,
    )
    record_draft_event(draft, _KINDS[status], source=source, reason=reason or closed_reason, actor=by, **(detail or {}))
    end_schedule(draft, status, source=source, by=by)
    count_draft_decision(status)
    if status == DraftStatus.SUPERSEDED:
        logger.info(log_events.DRAFT_SUPERSEDED, draft=str(draft.pk), reason=closed_reason)
    announce(
        DraftDecided(
            workspace_id=draft.workspace_id,
            lead_id=draft.lead_id,
            draft_id=draft.pk,
            status=status,
            version=draft.version,
            decision=uuid4().hex,
        )
    )


def canceled_columns(draft: Draft, status: DraftStatus) -> dict[str, Any]:
    """Columns of a draft whose scheduled send ends because the draft becomes `status`; none without a schedule."""
    if not is_scheduled(draft):
        return {}
    return {"auto_send_outcome": AutoSendOutcome.CANCELED, "auto_send_outcome_reason": f"draft_status_{status}"}


def end_schedule(draft: Draft, status: DraftStatus, *, source: DraftEventSource, by: User | None = None) -> None:
    """The job of a scheduled send ends at once, and the history says so."""
    if not is_scheduled(draft):
        return
    reason = f"draft_status_{status}"
    cancel_waiting_jobs(AI_AUTO_SEND_DELAYED, draft.pk, reason)
    record_draft_event(draft, DraftEventKind.CANCELED, source=source, reason=reason, actor=by)
    count_auto_send_cancel(reason)
    logger.info(log_events.AUTOSEND_CANCELED, draft=str(draft.pk), reason=reason)


def is_scheduled(draft: Draft) -> bool:
    """Whether an unattended send of this draft is planned, or ordered and not yet carried out."""
    return draft.auto_send_outcome == AutoSendOutcome.SCHEDULED
