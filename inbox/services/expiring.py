"""What ends by age: pending drafts, closed drafts, stage runs (05 R14, 13 R10)."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from inbox.enums import DraftClosedReason, DraftEventKind, DraftEventSource, DraftStatus
from inbox.models import Draft, InboundStageRun
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from zrg.jobs.services.retention import CHUNK
from zrg.workspaces.context import tenant

PENDING_FOR = timedelta(days=30)
CLOSED_FOR = timedelta(days=180)
EXPIRE_BATCH = 500


def expire_old_drafts(workspace_id: UUID) -> int:
    """Reject pending drafts older than 30 days as `expired`; returns how many."""
    old = (
        Draft.objects.in_workspace(workspace_id)
        .pending()
        .filter(created_at__lt=timezone.now() - PENDING_FOR)
        .select_for_update(skip_locked=True)[:EXPIRE_BATCH]
    )
    drafts = list(old)
    now = timezone.now()
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(
        status=DraftStatus.REJECTED, closed_reason=DraftClosedReason.EXPIRED, rejected_at=now, updated_at=now
    )
    for draft in drafts:
        record_draft_event(draft, DraftEventKind.REJECTED, source=DraftEventSource.SYSTEM, reason="expired")
        refresh_lead_flags(draft.lead_id)
    return len(drafts)


def delete_closed_drafts(workspace_id: UUID) -> int:
    """One batch of rejected and superseded drafts past their time, in a transaction of its own."""
    with tenant(workspace_id):
        closed = Draft.objects.in_workspace(workspace_id).filter(
            status__in=[DraftStatus.REJECTED, DraftStatus.SUPERSEDED], updated_at__lt=timezone.now() - CLOSED_FOR
        )
        ids = list(closed.values_list("pk", flat=True)[:CHUNK])
        Draft.objects.filter(pk__in=ids).delete()
    return len(ids)


def delete_stage_runs(workspace_id: UUID) -> int:
    """One batch of stage runs older than DRAFT_PIPELINE_RUN_RETENTION_DAYS, in a transaction of its own."""
    cutoff = timezone.now() - timedelta(days=settings.DRAFT_PIPELINE_RUN_RETENTION_DAYS)
    with tenant(workspace_id):
        ids = list(
            InboundStageRun.objects.in_workspace(workspace_id)
            .filter(started_at__lt=cutoff)
            .values_list("pk", flat=True)[:CHUNK]
        )
        InboundStageRun.objects.filter(pk__in=ids).delete()
    return len(ids)
