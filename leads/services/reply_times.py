"""Keeping `Lead.due_at` true: after every change of what it depends on, and after a change of the settings.

The one writer of the column. Whoever writes times, tag or status of a lead calls `refresh_due` in the same
transaction; the nightly check of the rollups finds what was missed.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from leads.enums import LeadSort
from leads.models import Lead
from leads.rules.reply_times import ReplyTargets, due_time, may_be_due
from zrg.jobs.errors import Reschedule
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import build_window, resolve_zone
from zrg.workspaces.models import WorkspaceSettings

logger = structlog.get_logger(__name__)

REPLY_TIMES = "REPLY_TIMES"
SETTINGS = ("reply_targets", "timezone", "work_start_time", "work_end_time")
BATCH = 500
SPARE_SECONDS = 5.0
# A message being stored while the settings are saved was counted by the old ones; it is there by then.
SETTLING = timedelta(seconds=5)

_WRITE = """
UPDATE leads_lead l SET due_at = new.due_at
FROM unnest(%s::uuid[], %s::timestamptz[]) AS new(id, due_at)
WHERE l.id = new.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFacts:
    """What a reply time is made of, and what is stored."""

    id: UUID
    workspace_id: UUID
    status: str
    sentiment_tag: str
    last_inbound_at: datetime | None
    last_answer_at: datetime | None
    due_at: datetime | None

    @classmethod
    def of(cls, lead: Lead, right: Mapping[str, Any]) -> Self:
        """The facts of a lead, with the right values of columns that may be wrong."""
        return cls(**{name: right.get(name, getattr(lead, name)) for name in FACTS})


FACTS = tuple(field.name for field in fields(DueFacts))


def refresh_due(*lead_ids: UUID) -> None:
    """Bring the reply times of these leads in line, in the caller's transaction."""
    settle_due([DueFacts(**row) for row in Lead.objects.filter(pk__in=lead_ids).values(*FACTS)])


def settle_due(leads: Sequence[DueFacts]) -> int:
    """Store the reply times of these leads where they differ; returns how many did."""
    right = due_times(leads)
    changed = {lead.id: right[lead.id] for lead in leads if right[lead.id] != lead.due_at}
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [list(changed), list(changed.values())])
    return len(changed)


def due_times(leads: Iterable[DueFacts]) -> dict[UUID, datetime | None]:
    """What the reply times of these leads should be. The settings are read only where somebody may wait."""
    targets: dict[UUID, ReplyTargets] = {}
    found: dict[UUID, datetime | None] = {}
    for lead in leads:
        if not may_be_due(lead):
            found[lead.id] = None
            continue
        if lead.workspace_id not in targets:
            targets[lead.workspace_id] = read_targets(lead.workspace_id)
        found[lead.id] = due_time(lead, targets[lead.workspace_id])
    return found


def read_targets(workspace_id: UUID) -> ReplyTargets:
    """The targets and hours of a workspace as they are set now."""
    row = WorkspaceSettings.objects.filter(workspace_id=workspace_id).values(*SETTINGS).first() or {}
    window = build_window(row.get("work_start_time"), row.get("work_end_time"), zone=resolve_zone(row.get("timezone")))
    return ReplyTargets(minutes=row.get("reply_targets") or {}, window=window)


def queue_reply_times(row: WorkspaceSettings) -> None:
    """The settings changed: the open leads of the workspace are counted anew by a job."""
    enqueue_job(
        REPLY_TIMES,
        row.workspace_id,
        dedupe_key=f"{row.workspace_id}:{REPLY_TIMES}:{row.version}",
        run_at=timezone.now() + SETTLING,
    )


def recount_reply_times(workspace_id: UUID, *, deadline: float) -> int:
    """Count the reply times of all open leads anew, in batches; idempotent. `deadline`: a monotonic instant.

    The rows are locked, so that a message that comes in meanwhile is counted after them, by the new settings.
    Lists that are open show it with the next page they load: nothing moved in any tab.
    """
    place, changed = None, 0
    while True:
        if time.monotonic() > deadline - SPARE_SECONDS:
            raise Reschedule(timezone.now(), "more leads")
        with tenant(workspace_id):
            leads = Lead.objects.in_workspace(workspace_id).filter(is_open=True).sorted_by(LeadSort.NEWEST)
            if place:
                leads = leads.after(LeadSort.NEWEST, *place)
            batch = list(leads.select_for_update(no_key=True, of=("self",)).values(*FACTS, "sort_at")[:BATCH])
            changed += settle_due([DueFacts(**{name: row[name] for name in FACTS}) for row in batch])
        if len(batch) < BATCH:
            logger.info(log_events.REPLY_TIMES_COUNTED, changed=changed)
            return changed
        place = (batch[-1]["sort_at"], batch[-1]["id"])
