"""Taking due work: one statement each, safe with any number of workers, no session state.

Fairness: every workspace offers its first due rows; they are taken in rounds, one of each workspace
per round. Candidates are found per workspace, through the partial indexes over waiting rows, so that a
claim costs the same with ten rows waiting or a million.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, connection

from zrg.jobs import registry
from zrg.jobs.models import WebhookEvent
from zrg.lib import log_events
from zrg.workspaces.context import dispatch

log = structlog.get_logger(__name__)

# How deep a claim looks into one workspace for jobs whose lead is not busy.
DUE_WINDOW = 2_000
EVENTS_BY_AGE_SHARE = 5

# The statements live in migration 0003: as functions they are planned once per connection.
_CLAIM_JOBS = "SELECT * FROM zrg_claim_jobs(%s, %s, %s, %s, %s, %s, %s)"
_CLAIM_EVENTS = "SELECT * FROM zrg_claim_events(%s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A leased job; field order is that of the claim's RETURNING list. `turn` is its place in its workspace."""

    id: UUID
    type: str
    workspace_id: UUID | None
    lead_id: UUID | None
    message_id: UUID | None
    draft_id: UUID | None
    payload_text: str
    attempts: int
    max_attempts: int
    reschedules: int
    run_at: datetime
    seq: int
    turn: int

    @property
    def payload(self) -> dict[str, Any]:
        """The job's short values."""
        payload: dict[str, Any] = json.loads(self.payload_text)
        return payload


def claim_jobs(limit: int, worker_id: str, *, types: Sequence[str] | None = None) -> list[ClaimedJob]:
    """Lease up to `limit` due jobs of `types` (default: all this version knows), in fair order.

    At most one running job per lead: when two workers reach for the same lead at once, the unique
    index refuses one of them, whose claim is repeated row by row.
    """
    wanted = registry.job_types() if types is None else list(types)
    try:
        return _claim_jobs(limit, worker_id, wanted)
    except IntegrityError:
        return _claim_one_by_one(limit, worker_id, wanted)


def claim_events(limit: int, worker_id: str) -> list[WebhookEvent]:
    """Lease up to `limit` due inbound calls, most urgent first.

    A fifth of each claim (rounded up) goes to the oldest whatever their priority, so that openings
    are never starved for ever.
    """
    params = [limit, worker_id, registry.webhook_providers(), -(-limit // EVENTS_BY_AGE_SHARE)]
    with dispatch():
        events = list(WebhookEvent.objects.raw(_CLAIM_EVENTS, params))
    if events:
        log.info(log_events.EVENT_CLAIMED, count=len(events), worker=worker_id)
    return sorted(events, key=lambda event: (event.priority, event.run_at))


def _claim_jobs(limit: int, worker_id: str, types: list[str]) -> list[ClaimedJob]:
    knobs = settings.JOB_SETTINGS
    caps = [knobs.per_workspace_cap, knobs.quota_default, knobs.quota_enterprise]
    params: list[Any] = [limit, worker_id, types, *caps, DUE_WINDOW]
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_JOBS, params)
        jobs = [ClaimedJob(*row) for row in cursor.fetchall()]
    if jobs:
        log.info(log_events.JOB_CLAIMED, count=len(jobs), worker=worker_id)
    return sorted(jobs, key=lambda job: (job.turn, job.run_at, job.seq))


def _claim_one_by_one(limit: int, worker_id: str, types: list[str]) -> list[ClaimedJob]:
    claimed: list[ClaimedJob] = []
    for _ in range(limit):
        try:
            one = _claim_jobs(1, worker_id, types)
        except IntegrityError:  # the same lead again; whoever has it will come back for the rest
            break
        if not one:
            break
        claimed += one
    return claimed
