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

_CLAIM_JOBS = """
WITH running AS (SELECT workspace_id, count(*) AS n FROM jobs_backgroundjob WHERE status = 'RUNNING' GROUP BY 1),
quota AS (
  SELECT w.id AS workspace_id,
         least(%(cap)s, CASE WHEN s.high_quota_enabled THEN %(enterprise)s ELSE %(default)s END
               - coalesce((SELECT n FROM running r WHERE r.workspace_id = w.id), 0)) AS room
  FROM workspaces_workspace w LEFT JOIN workspaces_workspacesettings s ON s.workspace_id = w.id
  WHERE w.status = 'active'),
due AS (
  SELECT d.id, d.seq, d.run_at, d.rn,
         row_number() OVER (PARTITION BY coalesce(d.lead_id, d.id) ORDER BY d.run_at, d.seq) AS lead_rn
  FROM (
    SELECT c.* FROM quota q CROSS JOIN LATERAL (
      SELECT f.*, row_number() OVER (ORDER BY f.run_at, f.seq) AS rn
      FROM (SELECT j.id, j.seq, j.lead_id, j.run_at FROM jobs_backgroundjob j
            WHERE j.status = 'PENDING' AND j.workspace_id = q.workspace_id
              AND j.run_at <= statement_timestamp() AND j.type = ANY(%(types)s)
            ORDER BY j.run_at, j.seq LIMIT %(window)s) f
      WHERE NOT EXISTS (SELECT 1 FROM jobs_backgroundjob b WHERE b.status = 'RUNNING' AND b.lead_id = f.lead_id)
      ORDER BY f.run_at, f.seq LIMIT greatest(q.room, 0)) c
    UNION ALL
    SELECT p.*, row_number() OVER (ORDER BY p.run_at, p.seq) AS rn
    FROM (SELECT j.id, j.seq, j.lead_id, j.run_at FROM jobs_backgroundjob j
          WHERE j.status = 'PENDING' AND j.workspace_id IS NULL
            AND j.run_at <= statement_timestamp() AND j.type = ANY(%(types)s)
          ORDER BY j.run_at, j.seq LIMIT %(default)s) p) d),
pick AS (SELECT id, rn FROM due WHERE lead_rn = 1 ORDER BY rn, run_at, seq LIMIT %(limit)s),
lock AS (SELECT id FROM jobs_backgroundjob WHERE id IN (SELECT id FROM pick) AND status = 'PENDING'
         FOR UPDATE SKIP LOCKED)
UPDATE jobs_backgroundjob j SET status = 'RUNNING', locked_at = statement_timestamp(), locked_by = %(worker)s,
  started_at = statement_timestamp(), attempts = j.attempts + 1, updated_at = statement_timestamp()
FROM pick p WHERE j.id = p.id AND j.id IN (SELECT id FROM lock)
RETURNING j.id, j.type, j.workspace_id, j.lead_id, j.message_id, j.draft_id, j.payload, j.attempts, j.max_attempts,
  j.reschedules, j.run_at, j.seq, p.rn
"""

_CLAIM_EVENTS = """
WITH RECURSIVE priorities AS (
  (SELECT priority FROM jobs_webhookevent WHERE status = 'PENDING' ORDER BY priority LIMIT 1)
  UNION ALL
  SELECT (SELECT e.priority FROM jobs_webhookevent e WHERE e.status = 'PENDING' AND e.priority > p.priority
          ORDER BY e.priority LIMIT 1)
  FROM priorities p WHERE p.priority IS NOT NULL),
active AS (SELECT id FROM workspaces_workspace WHERE status = 'active'),
urgent AS (
  SELECT c.id FROM active w CROSS JOIN LATERAL (
    SELECT f.*, row_number() OVER (ORDER BY f.priority, f.run_at) AS rn
    FROM (SELECT e.id, e.priority, e.run_at FROM jobs_webhookevent e
          WHERE e.status = 'PENDING' AND e.workspace_id = w.id
            AND e.run_at <= statement_timestamp() AND e.provider = ANY(%(providers)s)
          ORDER BY e.priority, e.run_at LIMIT %(limit)s) f) c
  ORDER BY c.priority, c.rn, c.run_at LIMIT %(limit)s - %(aged)s),
aged AS (
  SELECT a.id FROM priorities p CROSS JOIN LATERAL (
    SELECT e.id, e.run_at FROM jobs_webhookevent e
    WHERE e.status = 'PENDING' AND e.priority = p.priority AND e.run_at <= statement_timestamp()
      AND e.provider = ANY(%(providers)s) AND e.workspace_id IN (SELECT id FROM active)
      AND e.id NOT IN (SELECT id FROM urgent)
    ORDER BY e.run_at LIMIT %(aged)s) a
  ORDER BY a.run_at LIMIT %(aged)s),
lock AS (SELECT id FROM jobs_webhookevent
         WHERE id IN (SELECT id FROM urgent UNION ALL SELECT id FROM aged) AND status = 'PENDING'
         FOR UPDATE SKIP LOCKED)
UPDATE jobs_webhookevent SET status = 'RUNNING', locked_at = statement_timestamp(), locked_by = %(worker)s,
  started_at = statement_timestamp(), attempts = attempts + 1, updated_at = statement_timestamp()
WHERE id IN (SELECT id FROM lock)
RETURNING *
"""


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
    params = {
        "limit": limit,
        "aged": -(-limit // EVENTS_BY_AGE_SHARE),
        "worker": worker_id,
        "providers": registry.webhook_providers(),
    }
    with dispatch():
        events = list(WebhookEvent.objects.raw(_CLAIM_EVENTS, params))
    if events:
        log.info(log_events.EVENT_CLAIMED, count=len(events), worker=worker_id)
    return sorted(events, key=lambda event: (event.priority, event.run_at))


def _claim_jobs(limit: int, worker_id: str, types: list[str]) -> list[ClaimedJob]:
    knobs = settings.JOB_SETTINGS
    params = {
        "limit": limit,
        "worker": worker_id,
        "types": types,
        "cap": knobs.per_workspace_cap,
        "default": knobs.quota_default,
        "enterprise": knobs.quota_enterprise,
        "window": DUE_WINDOW,
    }
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
