"""Storing inbound calls: one statement, nothing else, on the request path."""

import json
from typing import Any
from uuid import uuid4

import structlog
from django.db import connection, transaction
from django.utils import timezone

from zrg.jobs.constants import EVENTS_QUEUE, INLINE_BODY_BYTES
from zrg.jobs.contracts import NewEvent, StoredEvent
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.jobs.services.nudges import nudge_queue
from zrg.lib import log_events

log = structlog.get_logger(__name__)

_NORMALISED = (
    "provider_workspace_id",
    "provider_workspace_name",
    "campaign_id",
    "campaign_name",
    "provider_lead_id",
    "lead_email",
    "lead_first_name",
    "lead_last_name",
    "sender_email_id",
    "sender_email",
    "sender_name",
    "scheduled_email_id",
    "email_subject",
    "email_status",
    "email_sent_at",
)
_COLUMNS = (
    "id",
    "workspace_id",
    "connection_id",
    "provider",
    "event_type",
    "dedupe_key",
    "status",
    "verified",
    "priority",
    "raw",
    # Retention and alerts find what waits for a person by this; processed calls get it at their end.
    "finished_at",
    *_NORMALISED,
)
# A repeat of a FAILED call gives it a new life; any other repeat is only counted.
_INSERT = f"""
INSERT INTO jobs_webhookevent AS e ({", ".join(_COLUMNS)}) VALUES ({", ".join(["%s"] * len(_COLUMNS))})
ON CONFLICT (dedupe_key) DO UPDATE SET
  redelivered_count = e.redelivered_count + 1,
  updated_at = statement_timestamp(),
  status = CASE e.status WHEN 'FAILED' THEN 'PENDING' ELSE e.status END,
  attempts = CASE e.status WHEN 'FAILED' THEN 0 ELSE e.attempts END,
  run_at = CASE e.status WHEN 'FAILED' THEN statement_timestamp() ELSE e.run_at END,
  finished_at = CASE e.status WHEN 'FAILED' THEN NULL ELSE e.finished_at END
RETURNING e.id, (e.xmax = 0) AS inserted
"""  # noqa: S608  # built from the constants above
_INSERT_WITH_BODY = f"""
WITH stored AS ({_INSERT}),
body AS (INSERT INTO jobs_webhookbody (event_id, workspace_id, raw)
         SELECT id, %s, %s::jsonb FROM stored WHERE inserted)
SELECT id, inserted FROM stored
"""  # noqa: S608  # built from the constants above


def store_event(event: NewEvent) -> StoredEvent:
    """Keep one inbound call; the answer to the provider may be 2xx once the transaction commits.

    The dedupe key makes it idempotent: the same call again finds its row. Runs in the workspace's
    `tenant` context (`dispatch` for an unrouted call). Workers are woken after the commit.
    """
    body = event.raw_text if event.raw_text is not None else json.dumps(event.raw, ensure_ascii=False)
    large = len(body) > INLINE_BODY_BYTES or len(body.encode()) > INLINE_BODY_BYTES
    values = _row(event, None if large else body)
    with connection.cursor() as cursor:
        if large:
            cursor.execute(_INSERT_WITH_BODY, [*values, event.workspace_id, body])
        else:
            cursor.execute(_INSERT, values)
        event_id, inserted = cursor.fetchone()
    log.info(
        log_events.EVENT_STORED if inserted else log_events.EVENT_DUPLICATE,
        provider=event.provider,
        event_type=event.event_type,
        event_id=str(event_id),
    )
    if not event.unrouted:
        transaction.on_commit(_nudge)
    return StoredEvent(event_id=event_id, deduped=not inserted)


def _row(event: NewEvent, body: str | None) -> list[Any]:
    return [
        uuid4(),
        event.workspace_id,
        event.connection_id,
        event.provider,
        event.event_type[:64],
        event.dedupe_key,
        EventStatus.UNROUTED if event.unrouted else EventStatus.PENDING,
        event.verified,
        event.priority,
        body,
        timezone.now() if event.unrouted else None,
        *(_fitting(name, getattr(event, name)) for name in _NORMALISED),
    ]


def _fitting(name: str, value: Any) -> Any:
    # The body keeps the whole value; the column is for looking things up.
    if isinstance(value, str):
        return value.replace("\x00", "")[: _LIMITS[name]]
    return value


def _nudge() -> None:
    nudge_queue(EVENTS_QUEUE)


_LIMITS = {name: getattr(WebhookEvent._meta.get_field(name), "max_length", None) for name in _NORMALISED}
