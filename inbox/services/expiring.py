"""What ends by age: pending drafts, closed drafts, stage runs (05 R14, 13 R10)."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from inbox.enums import DraftClosedReason, DraftEventSource, DraftStatus
from inbox.models import BulkRun, Draft, DraftRequest, InboundStageRun
from inbox.services.closing import close_draft
from inbox.services.flags import refresh_lead_flags
from inbox.services.locking import lock_lead_and_draft
from zrg.jobs.services.retention import CHUNK
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant

PENDING_FOR = timedelta(days=30)
CLOSED_FOR = timedelta(days=180)
REQUESTS_FOR = timedelta(days=30)
EXPIRE_BATCH = 500
# Up to 200 rows hang on each.
BULK_RUNS = 25


def expire_old_drafts(workspace_id: UUID) -> int:
    """Reject pending drafts older than 30 days as `expired`; returns how many.

    Each in a transaction of its own, so that no two leads are ever locked together.
    """
    with tenant(workspace_id):
        old = Draft.objects.in_workspace(workspace_id).pending().filter(created_at__lt=timezone.now() - PENDING_FOR)
        ids = list(old.values_list("pk", flat=True)[:EXPIRE_BATCH])
    return sum(_expire(workspace_id, draft_id) for draft_id in ids)


def _expire(workspace_id: UUID, draft_id: UUID) -> bool:
    with tenant(workspace_id):
        try:
            lead, draft = lock_lead_and_draft(draft_id)
        except NotVisible:
            return False
        if draft.status != DraftStatus.PENDING:
            return False
        close_draft(draft, DraftStatus.REJECTED, DraftClosedReason.EXPIRED, source=DraftEventSource.SYSTEM)
        refresh_lead_flags(lead.pk)
        return True


def delete_closed_drafts(workspace_id: UUID) -> int:
    """One batch of rejected and superseded drafts past their time, in a transaction of its own."""
    with tenant(workspace_id):
        closed = Draft.objects.in_workspace(workspace_id).filter(
            status__in=[DraftStatus.REJECTED, DraftStatus.SUPERSEDED], updated_at__lt=timezone.now() - CLOSED_FOR
        )
        ids = list(closed.values_list("pk", flat=True)[:CHUNK])
        Draft.objects.filter(pk__in=ids).delete()
    return len(ids)


def delete_draft_requests(workspace_id: UUID) -> int:
    """One batch of requests for drafts past their time, in a transaction of its own."""
    with tenant(workspace_id):
        old = DraftRequest.objects.in_workspace(workspace_id).filter(created_at__lt=timezone.now() - REQUESTS_FOR)
        ids = list(old.values_list("pk", flat=True)[:CHUNK])
        DraftRequest.objects.filter(pk__in=ids).delete()
    return len(ids)


def delete_bulk_runs(workspace_id: UUID) -> int:
    """One batch of acts for many leads past their time, with their leads, in a transaction of its own.

    That somebody did it stays in the audit.
    """
    with tenant(workspace_id):
        old = BulkRun.objects.in_workspace(workspace_id).filter(created_at__lt=timezone.now() - REQUESTS_FOR)
        ids = list(old.values_list("pk", flat=True)[:BULK_RUNS])
        BulkRun.objects.filter(pk__in=ids).delete()
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
