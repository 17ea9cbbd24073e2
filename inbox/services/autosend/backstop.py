"""What must not be forgotten: due sends without a job, drafts nobody decided about, reviews that wait (06 R8, R19)."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef
from django.utils import timezone

from inbox.enums import DraftStatus
from inbox.models import Draft
from inbox.querysets import DraftQuerySet
from inbox.services.autosend.recording import schedule_send, send_job_key
from inbox.services.closing import AI_AUTO_SEND_DELAYED, is_scheduled
from inbox.services.locking import lock_lead_and_draft
from zrg.jobs.contracts import Notice
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.jobs.rules.keys import build_job_dedupe_key
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import requeue_job
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import dispatch, tenant
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import WorkspaceSettings

logger = structlog.get_logger(__name__)

OVERDUE = timedelta(minutes=2)
LATE = timedelta(minutes=5)
LONG_IN_REVIEW = timedelta(hours=72)
BATCH = 100
ANSWERING_JOB = "INBOUND_RESPOND"


def due_without_job(workspace_id: UUID) -> list[UUID]:
    """Drafts whose send is due for two minutes and that no job will carry out."""
    with tenant(workspace_id):
        return list(_due_without_job(workspace_id).values_list("pk", flat=True)[:BATCH])


def recreate_missing_jobs(workspace_id: UUID) -> int:
    """Give due sends their job again, under the same key. Returns how many; an operator hears of each."""
    return sum(_recreate(workspace_id, draft_id) for draft_id in due_without_job(workspace_id))


def report_late_sends(workspace_id: UUID) -> int:
    """Planned sends that are due for five minutes, whatever their jobs do. Returns how many, at most a hundred."""
    with tenant(workspace_id):
        late = (
            Draft.objects.in_workspace(workspace_id)
            .pending()
            .scheduled()
            .filter(auto_send_run_at__lt=timezone.now() - LATE)
        )
        count = len(late.values_list("pk", flat=True)[:BATCH])
    if count:
        _tell_operators("autosend_late", "Automatic answers leave more than five minutes late")
    return count


def decide_missed_drafts(workspace_id: UUID) -> int:
    """Run the answering job of undecided drafts again. Returns how many are undecided."""
    with tenant(workspace_id):
        found = Draft.objects.in_workspace(workspace_id).undecided(timezone.now())
        missed = list(found.values_list("pk", "trigger_message_id")[:BATCH])
        for _draft, message_id in missed:
            if message_id is not None:
                requeue_job(build_job_dedupe_key(workspace_id, message_id, ANSWERING_JOB))
    if missed:
        logger.error(log_events.AUTOSEND_UNEVALUATED, workspace=str(workspace_id), count=len(missed))
        _tell_operators("autosend_unevaluated", f"{len(missed)} drafts of a workspace were not decided about in time")
    return len(missed)


def remind_of_reviews(workspace_id: UUID) -> int:
    """One notice a day about drafts that wait for a person for more than 72 hours. Returns whether there are any."""
    now = timezone.now()
    with tenant(workspace_id):
        waiting = Draft.objects.in_workspace(workspace_id).filter(is_review=True, created_at__lt=now - LONG_IN_REVIEW)
        count = len(waiting.values_list("pk", flat=True)[: BATCH + 1])
        if not count:
            return 0
        zone = WorkspaceSettings.objects.values_list("timezone", flat=True).get(workspace_id=workspace_id)
        shown = f"more than {BATCH}" if count > BATCH else str(count)
        announce(
            Notice(
                workspace_id=workspace_id,
                kind="drafts_in_review",
                text=f"Drafts waiting for a decision for more than three days: {shown}.",
                notice_key=local_date(now, resolve_zone(zone)).isoformat(),
            )
        )
    return 1


def _due_without_job(workspace_id: UUID) -> DraftQuerySet:
    alive = BackgroundJob.objects.filter(
        draft_id=OuterRef("pk"), type=AI_AUTO_SEND_DELAYED, status__in=[JobStatus.PENDING, JobStatus.RUNNING]
    )
    due = (
        Draft.objects.in_workspace(workspace_id)
        .pending()
        .scheduled()
        .filter(auto_send_run_at__lt=timezone.now() - OVERDUE)
    )
    found: DraftQuerySet = due.exclude(Exists(alive))
    return found


def _recreate(workspace_id: UUID, draft_id: UUID) -> bool:
    with tenant(workspace_id):
        try:
            _lead, draft = lock_lead_and_draft(draft_id)
        except NotVisible:
            return False
        if not is_scheduled(draft) or draft.status != DraftStatus.PENDING:
            return False
        if not schedule_send(draft, timezone.now()) and not requeue_job(send_job_key(draft)):
            return False
    logger.error(log_events.AUTOSEND_JOB_MISSING, draft=str(draft_id))
    _tell_operators("autosend_job_missing", "A due automatic answer had no job and was given one again")
    return True


def _tell_operators(kind: str, text: str) -> None:
    """Once an hour and kind."""
    hour = timezone.now().strftime("%Y-%m-%dT%H")
    with dispatch():
        announce(Notice(workspace_id=None, kind="platform_alert", text=text, notice_key=f"{kind}:{hour}"))
