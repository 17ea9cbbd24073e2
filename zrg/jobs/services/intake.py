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
# One statement is the whole transaction, with or without a context around it (jobs/0004_store_function).
_STORE = f"SELECT stored_id, stored_new FROM zrg_store_event({', '.join(['%s'] * (12 + len(_NORMALISED)))})"  # noqa: S608


def store_event(event: NewEvent) -> StoredEvent:
    """Keep one inbound call; the answer to the provider may be 2xx once it is committed: when this
    returns, or with the caller's transaction.

    The dedupe key makes it idempotent: the same call again finds its row. Needs no context: it enters
    the call's workspace (`dispatch` for an unrouted call) by itself. Workers are woken after the commit.
    """
    body = event.raw_text if event.raw_text is not None else json.dumps(event.raw, ensure_ascii=False)
    large = len(body) > INLINE_BODY_BYTES or len(body.encode()) > INLINE_BODY_BYTES
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [*_row(event, None if large else body), body if large else None])
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
