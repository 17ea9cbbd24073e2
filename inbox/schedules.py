"""Scheduled work of the inbox (the one table of schedules: 04)."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.utils import timezone

from inbox.enums import ClassificationState, Direction
from inbox.models import Message
from inbox.services.autosend.backstop import (
    decide_missed_drafts,
    due_without_job,
    recreate_missing_jobs,
    remind_of_reviews,
    report_late_sends,
)
from inbox.services.autosend.tripwire import check_tripwire
from inbox.services.expiring import (
    delete_bulk_runs,
    delete_closed_drafts,
    delete_draft_requests,
    delete_stage_runs,
    expire_old_drafts,
)
from inbox.services.memory import delete_expired_memory
from inbox.services.overdue import tell_overdue
from inbox.services.reprocessing import reading_jobs
from inbox.services.stranded import fail_stranded_orders
from inbox.services.sweeping import mark_stale_sends
from inbox.services.syncing.backfill import leads_with_messages
from inbox.services.syncing.conversations import request_sync
from inbox.services.watching import warn_of_failures, warn_of_opt_outs
from zrg.jobs.contracts import RunContext, TaskNeeded
from zrg.jobs.rules.keys import build_job_dedupe_key
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import requeue_job
from zrg.jobs.services.retention import purge_in_chunks
from zrg.jobs.services.routines import walk_workspaces
from zrg.workspaces.context import tenant

RETRY_CLASSIFICATION_FOR = timedelta(hours=24)
RETRY_BATCH = 500
TRIPWIRE_MINUTES = 5


def run_unknown_sends(context: RunContext) -> None:
    """Every 2 minutes: sends whose worker is gone become unknown, orders nobody carries out fail."""
    for workspace_id in walk_workspaces(context):
        if context.dry_run:
            continue
        context.count("marked_unknown", mark_stale_sends(workspace_id))
        context.count("stranded_orders", fail_stranded_orders(workspace_id))


def run_auto_send(context: RunContext) -> None:
    """Every minute: due sends without a job get one again, undecided drafts are decided, once a day people are
    reminded of drafts that wait long, and every five minutes the tripwire is looked at.
    """
    looks = timezone.now().minute % TRIPWIRE_MINUTES == 0
    for workspace_id in walk_workspaces(context):
        if context.dry_run:
            context.count("due", len(due_without_job(workspace_id)))
            continue
        context.count("jobs_recreated", recreate_missing_jobs(workspace_id))
        context.count("late", report_late_sends(workspace_id))
        context.count("unevaluated", decide_missed_drafts(workspace_id))
        context.count("reminders", remind_of_reviews(workspace_id))
        if looks:
            context.count("tripped", bool(check_tripwire(workspace_id)))


def tell_overdue_replies(context: RunContext) -> None:
    """Routine of `autosend`, every minute: replies whose time is over, once each."""
    for workspace_id in walk_workspaces(context):
        if not context.dry_run:
            context.count("overdue", tell_overdue(workspace_id))


def run_ai_retry(context: RunContext) -> None:
    """Hourly: failed classifications are read again for a day, then a person is asked; operators are warned."""
    for workspace_id in walk_workspaces(context):
        if context.dry_run:
            continue
        with tenant(workspace_id):
            _retry_classifications(workspace_id, context)
            context.count("opt_out_warnings", warn_of_opt_outs(workspace_id, now=timezone.now()))
    if not context.dry_run:
        context.stats["failed"] = warn_of_failures(now=timezone.now())


def expire_drafts(context: RunContext) -> None:
    """Routine of `retention`: old pending drafts expire; rejected and superseded ones go after half a year."""
    for workspace_id in walk_workspaces(context):
        if context.dry_run:
            continue
        context.count("expired_drafts", expire_old_drafts(workspace_id))
        purge_in_chunks(context, "drafts", partial(delete_closed_drafts, workspace_id))
        purge_in_chunks(context, "draft_requests", partial(delete_draft_requests, workspace_id))
        purge_in_chunks(context, "bulk_runs", partial(delete_bulk_runs, workspace_id))
        purge_in_chunks(context, "stage_runs", partial(delete_stage_runs, workspace_id))


def forget_memory(context: RunContext) -> None:
    """Routine of `retention`: facts about leads whose time is over."""
    for workspace_id in walk_workspaces(context):
        if not context.dry_run:
            purge_in_chunks(context, "memory", partial(delete_expired_memory, workspace_id))


def run_conversation_sync(context: RunContext) -> None:
    """On demand: compare the conversations with messages of the last `days`, of one workspace (`clientId`)
    or of all. Queues one job per lead; the run's stats say how many.
    """
    since = timezone.now() - timedelta(days=int(context.params.get("days", 30)))
    for workspace_id in walk_workspaces(context):
        for leads in leads_with_messages(workspace_id, since):
            context.count("leads", len(leads))
            if not context.dry_run:
                with tenant(workspace_id):
                    context.count("queued", sum(request_sync(lead) for lead in leads))
            context.heartbeat()
            if context.should_stop():
                return
        context.count("workspaces")


def _retry_classifications(workspace_id: UUID, context: RunContext) -> None:
    failed = (
        Message.objects.in_workspace(workspace_id)
        .filter(classification_state=ClassificationState.FAILED, direction=Direction.INBOUND)
        # Those tried least first: after a long outage nobody waits behind the same hundred every hour.
        .order_by("classification_attempts", "created_at")[:RETRY_BATCH]
    )
    for message in failed:
        if timezone.now() - message.created_at < RETRY_CLASSIFICATION_FOR:
            if any(requeue_job(build_job_dedupe_key(workspace_id, message.pk, job)) for job in reading_jobs(message)):
                context.count("requeued")
            continue
        announce(
            TaskNeeded(
                workspace_id=message.workspace_id,
                lead_id=message.lead_id,
                kind="classification_failed",
                message_id=message.pk,
                text="This reply could not be read automatically. Set its sentiment.",
            )
        )
        Message.objects.filter(pk=message.pk).update(classification_state=ClassificationState.NOT_NEEDED)
        context.count("given_up")
