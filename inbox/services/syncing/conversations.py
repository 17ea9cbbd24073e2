"""Comparing a lead's conversation with what its providers hold: asked for, done, told."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils import timezone

from inbox.enums import Channel, SyncState
from inbox.models import ConversationSync
from inbox.services.flags import refresh_lead_flags
from inbox.services.syncing.history import Target, read_history
from inbox.services.syncing.reports import SyncReport
from inbox.services.syncing.storing import store_history
from integrations.enums import EMAIL_PROVIDERS, Provider
from integrations.env import clamped_int
from integrations.models import Connection
from integrations.transport import within
from leads.models import Lead
from leads.services.rollups import recompute_rollups
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib import log_events
from zrg.workspaces.context import tenant

CONVERSATION_SYNC = "CONVERSATION_SYNC"
SECONDS_PER_LEAD = 20.0
STALE_AFTER = timedelta(minutes=10)
"""Opening a conversation that was not compared for this long compares it."""

logger = structlog.get_logger(__name__)


def sync_conversation(
    workspace_id: UUID,
    lead_id: UUID,
    channels: Collection[str] = tuple(Channel.values),
    *,
    force: bool = False,
    seconds: float = SECONDS_PER_LEAD,
) -> SyncReport | None:
    """Pull the providers' history into the thread without doubling what webhooks and sends wrote; for outside
    of transactions. None when the lead is gone, or was compared a moment ago and `force` is not given.

    At most 2,000 messages a channel and `seconds` (20) a lead; what was stored by then stays.
    """
    with tenant(workspace_id):
        target = _target(workspace_id, lead_id)
        if target is None or (not force and _was_compared_since(lead_id, timezone.now() - bucket())):
            return None
        _note(workspace_id, lead_id, SyncState.RUNNING)
    report = SyncReport()
    with within(min(seconds, SECONDS_PER_LEAD)):
        histories = [read_history(target, channel) for channel in Channel.values if channel in channels]
    for history in histories:
        if history.note:
            report.notes[history.channel] = history.note
        for part in store_history(workspace_id, lead_id, history.messages):
            report.add(part)
    _finish(workspace_id, lead_id, report)
    return report


def request_sync(lead: Lead, *, by_person: bool = False, now: datetime | None = None) -> bool:
    """Queue a comparison of one conversation, in the caller's transaction; one per bucket, unless a person
    asks again after it ended. Returns whether one will run because of this call.
    """
    key = _job_key(lead.pk, now or timezone.now())
    queued = enqueue_job(
        CONVERSATION_SYNC, lead.workspace_id, lead_id=lead.pk, dedupe_key=key, payload={"force": by_person}
    )
    if not queued and by_person:
        queued = requeue_job(key)
    if queued:
        _note(lead.workspace_id, lead.pk, SyncState.QUEUED)
    return queued


def request_sync_if_stale(lead: Lead, *, now: datetime | None = None) -> bool:
    """Queue a comparison of a conversation somebody opens, if it was not compared lately."""
    now = now or timezone.now()
    since = now - STALE_AFTER
    recent = ConversationSync.objects.filter(Q(finished_at__gte=since) | Q(requested_at__gte=since), lead_id=lead.pk)
    return not recent.exists() and request_sync(lead, now=now)


def note_failed(workspace_id: UUID, lead_id: UUID) -> None:
    """The job gave up; people see it instead of an endless progress."""
    with tenant(workspace_id):
        ConversationSync.objects.filter(lead_id=lead_id).update(state=SyncState.FAILED, finished_at=timezone.now())


def bucket() -> timedelta:
    """The span in which a lead is compared once."""
    return timedelta(seconds=clamped_int("CONVERSATION_SYNC_BUCKET_SECONDS", 300, 30, 1_800))


def _job_key(lead_id: UUID, now: datetime) -> str:
    return f"conversation_sync:{lead_id}:{int(now.timestamp() // bucket().total_seconds())}"


def _was_compared_since(lead_id: UUID, since: datetime) -> bool:
    return ConversationSync.objects.filter(lead_id=lead_id, finished_at__gte=since).exists()


def _target(workspace_id: UUID, lead_id: UUID) -> Target | None:
    rows = Lead.objects.in_workspace(workspace_id).filter(pk=lead_id)
    ids = rows.values_list("email_bison_lead_id", "ghl_contact_id").first()
    if ids is None:
        return None
    connected = set(Connection.objects.in_workspace(workspace_id).active().values_list("provider", flat=True))
    return Target(
        workspace_id=workspace_id,
        lead_id=lead_id,
        email_provider=next((provider for provider in EMAIL_PROVIDERS if provider in connected), None),
        email_bison_lead_id=ids[0],
        has_ghl=Provider.GHL in connected,
        ghl_contact_id=ids[1],
        has_linkedin=Provider.UNIPILE in connected,
    )


def _note(workspace_id: UUID, lead_id: UUID, state: SyncState) -> None:
    """One row per lead, made by whoever is first."""
    now = timezone.now()
    row = ConversationSync(workspace_id=workspace_id, lead_id=lead_id, state=state, requested_at=now)
    ConversationSync.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["lead"],
        update_fields=["state"] if state == SyncState.RUNNING else ["state", "requested_at"],
    )


def _finish(workspace_id: UUID, lead_id: UUID, report: SyncReport) -> None:
    with tenant(workspace_id):
        lead = Lead.objects.select_for_update().filter(pk=lead_id).defer("search_vector").first()
        if lead is None:
            return
        if report.inserted or report.healed:
            recompute_rollups(lead)
            refresh_lead_flags(lead_id)
        ConversationSync.objects.filter(lead_id=lead_id).update(
            state=SyncState.DONE if report.is_complete else SyncState.PARTIAL,
            finished_at=timezone.now(),
            report=report.as_json(),
        )
    logger.info(
        log_events.SYNC_DONE,
        lead=str(lead_id),
        seen=report.seen,
        inserted=report.inserted,
        healed=report.healed,
        ambiguous=report.ambiguous,
        notes=report.notes,
    )
