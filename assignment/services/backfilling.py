"""Positive leads nobody works on yet, given to setters by the rotation."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connection
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext

from assignment.contracts import AssignmentResult
from assignment.enums import AssignmentSource
from assignment.errors import BackfillRunning
from assignment.rules.rotation import POSITIVE, Rotation, decide_turn, is_channel_eligible
from assignment.services.rotation import maybe_assign_lead, read_rotation
from inbox.models import Message
from leads.enums import LeadStatus
from leads.models import Lead
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.jobs.services.execution import is_connection_error
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

ASSIGNMENT_BACKFILL = "ASSIGNMENT_BACKFILL"
LIMIT = 500
MAX_LIMIT = 5_000
# Leads whose channel is not asked for take no place of the limit; so many are looked at for the others.
MAX_LOOKED_AT = 20_000
# After one of these no further lead can be assigned.
ENDS = frozenset({"disabled", "no_setters", "sequence_empty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A lead that waits, as it was read."""

    lead_id: UUID
    sentiment: str
    status: str
    channel: str | None


@dataclass(slots=True, kw_only=True)
class Backfill:
    """What a run found and did; `assigned_to` in the order of the assignments. `fault` is the database's last
    refusal: what it left out can be tried again.
    """

    candidates: int = 0
    assigned_to: list[tuple[UUID, UUID]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    fault: DatabaseError | None = None

    def note(self, lead_id: UUID, result: AssignmentResult) -> bool:
        """Count one lead; whether the run goes on."""
        if result.outcome == "assigned" and result.user_id is not None:
            self.assigned_to.append((lead_id, result.user_id))
        else:
            self.skipped[result.reason or result.outcome] += 1
        return result.reason not in ENDS

    def as_json(self) -> dict[str, Any]:
        """The answer of the API, the command and the log."""
        return {
            "candidates": self.candidates,
            "assigned": len(self.assigned_to),
            "skipped": dict(self.skipped),
            "errors": self.errors,
            "perSetter": dict(Counter(str(user_id) for _, user_id in self.assigned_to)),
        }


def backfill_assignments(
    workspace_id: UUID,
    *,
    dry_run: bool = False,
    limit: int = LIMIT,
    should_stop: Callable[[], bool] = lambda: False,
    now: datetime | None = None,
) -> Backfill:
    """Assign waiting positive leads, newest reply first, each in its own transaction.

    The channel is that of the latest reply. At most `limit` leads whose channel is asked for: with email-only
    the others would hide those behind them from every run. A dry run reads the real pointer and writes
    nothing. Running it again is harmless.
    """
    moment = now or timezone.now()
    with tenant(workspace_id):
        settings = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
        is_email_only = bool(settings.values_list("round_robin_email_only", flat=True).first())
        candidates = _candidates(workspace_id, limit, is_email_only=is_email_only)
    run = Backfill(candidates=len(candidates))
    if dry_run:
        with tenant(workspace_id):
            _simulate(workspace_id, candidates, run, moment)
        return run
    for one in candidates:
        if not is_channel_eligible(is_email_only, one.channel):
            run.note(one.lead_id, AssignmentResult(outcome="none", reason="channel"))
        elif should_stop() or not _assign_one(workspace_id, one, run, moment):
            break
    logger.info(log_events.ASSIGNMENT_BACKFILL, workspace=str(workspace_id), **run.as_json())
    return run


def start_backfill(workspace_id: UUID, *, limit: int = LIMIT, by: User) -> None:
    """Queue the one backfill of a workspace; 409 `backfill_running` while one waits or runs."""
    key = backfill_key(workspace_id)
    payload = {"limit": min(max(limit, 1), MAX_LIMIT), "by": str(by.pk)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    if is_backfilling(workspace_id):
        raise BackfillRunning(gettext("A backfill of this workspace is waiting or running."))
    if not enqueue_job(ASSIGNMENT_BACKFILL, workspace_id, dedupe_key=key, payload=payload):
        BackgroundJob.objects.filter(dedupe_key=key).update(payload=payload)
        requeue_job(key)
    record_audit("assignment.backfill_started", actor=by, workspace=workspace_id, after={"limit": payload["limit"]})


def is_backfilling(workspace_id: UUID) -> bool:
    """Whether a backfill waits or runs."""
    rows = BackgroundJob.objects.filter(dedupe_key=backfill_key(workspace_id))
    return rows.filter(status__in=(JobStatus.PENDING, JobStatus.RUNNING)).exists()


def backfill_key(workspace_id: UUID) -> str:
    """The fixed key of the job."""
    return f"{workspace_id}:{ASSIGNMENT_BACKFILL}"


def _assign_one(workspace_id: UUID, one: Candidate, run: Backfill, now: datetime) -> bool:
    try:
        result = maybe_assign_lead(
            one.lead_id,
            workspace_id,
            sentiment=one.sentiment,
            channel=one.channel,
            source=AssignmentSource.BACKFILL,
            now=now,
        )
    except NotVisible:
        logger.warning(log_events.ASSIGNMENT_BACKFILL, lead=str(one.lead_id), error="gone")
        run.errors += 1
        return True
    except DatabaseError as error:
        if is_connection_error(error):
            raise
        logger.exception(log_events.ASSIGNMENT_BACKFILL, lead=str(one.lead_id))
        run.errors += 1
        run.fault = error
        return True
    return run.note(one.lead_id, result)


def _simulate(workspace_id: UUID, candidates: list[Candidate], run: Backfill, now: datetime) -> None:
    row = WorkspaceSettings.objects.select_related("workspace").get(workspace_id=workspace_id)
    rotation: Rotation = read_rotation(row, now)
    for one in candidates:
        turn = decide_turn(
            rotation,
            sentiment=one.sentiment,
            lead_sentiment=one.sentiment,
            status=one.status,
            is_workspace_active=row.workspace.is_active,
            assigned_to=None,
            channel=one.channel,
        )
        if turn.index is not None:
            rotation = replace(rotation, pointer=turn.index)
        result = AssignmentResult(outcome=turn.outcome, user_id=turn.user_id, reason=turn.reason)
        if not run.note(one.lead_id, result):
            break


def _candidates(workspace_id: UUID, limit: int, *, is_email_only: bool) -> list[Candidate]:
    latest = Message.objects.of_lead(OuterRef("pk")).inbound().order_by("-sent_at")  # type: ignore[arg-type]
    waiting = (
        Lead.objects.in_workspace(workspace_id)
        .unassigned()
        .filter(sentiment_tag__in=sorted(POSITIVE))
        .exclude(status=LeadStatus.BLACKLISTED)
        .order_by(F("last_inbound_at").desc(nulls_last=True), "id")
        .annotate(latest_channel=Subquery(latest.values("channel")[:1]))
    )
    rows = waiting.values_list("id", "sentiment_tag", "status", "latest_channel")[:MAX_LOOKED_AT]
    found: list[Candidate] = []
    for pk, tag, status, channel in rows.iterator(chunk_size=LIMIT):
        found.append(Candidate(lead_id=pk, sentiment=tag, status=status, channel=channel))
        limit -= is_channel_eligible(is_email_only, channel)
        if limit <= 0:
            break
    return found
