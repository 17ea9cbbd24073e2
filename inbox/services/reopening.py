"""approved → pending: the one way back for a draft, when its message definitely did not leave (05 R14)."""

from uuid import UUID

from django.utils import timezone

from inbox.enums import (
    ApprovalSource,
    AutoSendOutcome,
    DraftClosedReason,
    DraftEventKind,
    DraftEventSource,
    DraftStatus,
)
from inbox.models import Draft
from inbox.models.draft import ENGINE_ORIGINS
from inbox.services.autosend.reviewing import request_review
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.locking import lock_lead_and_draft
from inbox.services.review_posts import outdate_review_posts
from leads.models import Lead
from leads.rules.statuses import blocks_channel


def reopen_draft(draft_id: UUID, outcome: AutoSendOutcome, reason: str) -> None:
    """Give an approved draft back to the people who decide; anything but an approved one stays as it is.

    Of a lead that was stopped meanwhile it ends rejected, and superseded where a newer reply draft has
    taken its place: no stopped lead and no second text waits for an approval.
    """
    lead, draft = lock_lead_and_draft(draft_id)
    if draft.status != DraftStatus.APPROVED:
        return
    status, closed_reason = _next_state(lead, draft)
    automatic = draft.approval_source == ApprovalSource.AUTO_SEND
    now = timezone.now()
    Draft.objects.filter(pk=draft.pk).update(
        status=status,
        closed_reason=closed_reason,
        rejected_at=now if status == DraftStatus.REJECTED else None,
        approval_source=None,
        approved_by=None,
        approved_by_slack_user_id=None,
        approved_at=None,
        response_disposition=None,
        auto_send_outcome=outcome if automatic else draft.auto_send_outcome,
        auto_send_outcome_reason=reason[:64] if automatic else draft.auto_send_outcome_reason,
        updated_at=now,
    )
    if closed_reason is not None:
        kind = DraftEventKind.REJECTED if status == DraftStatus.REJECTED else DraftEventKind.SUPERSEDED
        record_draft_event(draft, kind, source=DraftEventSource.SYSTEM, reason=closed_reason)
    if automatic and status == DraftStatus.PENDING and outcome == AutoSendOutcome.NEEDS_REVIEW:
        request_review(draft, reason=reason)
    outdate_review_posts(draft)
    refresh_lead_flags(lead.pk)


def _next_state(lead: Lead, draft: Draft) -> tuple[DraftStatus, DraftClosedReason | None]:
    if blocks_channel(lead.status, lead.blacklist_reason, draft.channel):
        return DraftStatus.REJECTED, DraftClosedReason.LEAD_OPTED_OUT
    if draft.origin not in ENGINE_ORIGINS and _has_pending_reply(draft):
        return DraftStatus.SUPERSEDED, DraftClosedReason.SUPERSEDED_BY_NEWER_INBOUND
    return DraftStatus.PENDING, None


def _has_pending_reply(draft: Draft) -> bool:
    pending = Draft.objects.of_lead(draft.lead_id).on_channel(draft.channel).pending()
    return pending.exclude(origin__in=ENGINE_ORIGINS).exclude(pk=draft.pk).exists()
