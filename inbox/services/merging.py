"""What becomes of the inbox's rows when a person merges two leads."""

from uuid import UUID

from django.utils import timezone

from inbox.enums import DraftClosedReason, DraftEventKind, DraftEventSource, DraftStatus
from inbox.models import Draft, LeadView
from inbox.models.draft import ENGINE_ORIGINS
from inbox.querysets import DraftQuerySet
from inbox.services.draft_events import record_draft_event


def merge_drafts(keep_id: UUID, drop_id: UUID) -> None:
    """Drafts move. Where both leads have a reply waiting on a channel, the one of the lead that stays is kept."""
    taken = list(_waiting_replies(keep_id).values_list("channel", flat=True))
    for draft in _waiting_replies(drop_id).filter(channel__in=taken).select_for_update():
        Draft.objects.filter(pk=draft.pk).update(
            status=DraftStatus.SUPERSEDED,
            closed_reason=DraftClosedReason.SUPERSEDED_BY_NEWER_INBOUND,
            updated_at=timezone.now(),
        )
        record_draft_event(draft, DraftEventKind.SUPERSEDED, source=DraftEventSource.SYSTEM, reason="leads_merged")
    Draft.objects.of_lead(drop_id).update(lead_id=keep_id)


def merge_views(keep_id: UUID, drop_id: UUID) -> None:
    """Who saw the thread that stays keeps that; nobody is told to have seen what they did not."""
    LeadView.objects.filter(lead_id=drop_id).delete()


def _waiting_replies(lead_id: UUID) -> DraftQuerySet:
    return Draft.objects.of_lead(lead_id).pending().exclude(origin__in=ENGINE_ORIGINS)
