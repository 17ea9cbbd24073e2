"""What the messages of a lead add up to."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import Channel
from leads.models import Lead
from leads.registry import rollup_sources
from leads.services.reply_times import FACTS, DueFacts, due_times, settle_due
from leads.services.walking import chosen_workspaces, walk_leads
from zrg.jobs.contracts import RunContext
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

FUTURE_TOLERANCE = timedelta(minutes=5)
MAX_ID = 2**128 - 1
CHECKED_SHARE = 100  # one lead in this many is compared each night

_BUMP = """
UPDATE leads_lead SET
    last_inbound_at = CASE WHEN %(inbound)s THEN greatest(last_inbound_at, %(at)s) ELSE last_inbound_at END,
    last_outbound_at = CASE WHEN %(inbound)s THEN last_outbound_at ELSE greatest(last_outbound_at, %(at)s) END,
    last_answer_at = CASE WHEN %(answer)s THEN greatest(last_answer_at, %(at)s) ELSE last_answer_at END,
    last_message_direction = CASE
        WHEN last_message_at IS NULL OR %(at)s > last_message_at THEN %(direction)s
        WHEN %(at)s = last_message_at AND %(inbound)s THEN 'inbound'
        ELSE last_message_direction
    END,
    last_message_at = greatest(last_message_at, %(at)s),
    channels = CASE WHEN %(channel)s = ANY (channels) THEN channels ELSE array_append(channels, %(channel)s) END,
    changed_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE id = %(lead)s
RETURNING id, workspace_id, status, sentiment_tag, last_inbound_at, last_answer_at, due_at
"""


def bump_rollups(lead_id: UUID, channel: str, direction: str, sent_at: datetime, origin: str | None) -> None:
    """Count one more message, in one UPDATE; times never go back, so order and repeats do not matter. The reply
    time follows.

    `origin` campaign is no answer. A message dated more than five minutes ahead counts as now.
    """
    now = timezone.now()
    inbound = direction == "inbound"
    values: dict[str, Any] = {
        "lead": lead_id,
        "at": now if sent_at > now + FUTURE_TOLERANCE else sent_at,
        "inbound": inbound,
        "answer": not inbound and origin != "campaign",
        "direction": str(direction),
        "channel": str(Channel(channel)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BUMP, values)
        settle_due([DueFacts(**dict(zip(FACTS, row, strict=True))) for row in cursor.fetchall()])


def recompute_rollups(lead: Lead) -> dict[str, Any]:
    """Derive every registered column from the rows again; returns what was wrong, by column."""
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        wrong = _wrong(locked, _computed([locked])[lead.pk])
        if wrong:
            Lead.objects.filter(pk=lead.pk).update(**wrong, changed_at=Now(), updated_at=Now())
    for column, value in wrong.items():
        setattr(lead, column, value)
    return wrong


def check_rollups(ctx: RunContext) -> None:
    """Compare one percent of the leads of every workspace with their rows; log and repair drift."""
    low, high = _random_slice()
    for workspace_id in chosen_workspaces(None):
        if ctx.should_stop():
            return
        _check_workspace(workspace_id, low, high, ctx)


def rebuild_workspace(workspace_id: UUID) -> tuple[int, int]:
    """Recompute every lead of a workspace; (seen, repaired)."""
    seen = repaired = 0
    for batch in walk_leads(workspace_id, lambda leads: leads):
        seen += len(batch)
        repaired += sum(bool(recompute_rollups(lead)) for lead in _drifted(batch))
    return seen, repaired


def _check_workspace(workspace_id: UUID, low: UUID, high: UUID, ctx: RunContext) -> None:
    for batch in walk_leads(workspace_id, lambda leads: leads.filter(pk__gt=low, pk__lte=high)):
        ctx.count("checked", len(batch))
        for lead in _drifted(batch):
            _repair(lead, ctx)
        if ctx.should_stop():
            return


def _repair(lead: Lead, ctx: RunContext) -> None:
    """A message may have arrived between reading lead and rows, so only what is wrong under lock is drift."""
    wrong = recompute_rollups(lead)
    if wrong:
        ctx.count("drifted")
        logger.warning(log_events.ROLLUP_DRIFT, lead=str(lead.pk), columns=sorted(wrong))


def _drifted(leads: Sequence[Lead]) -> list[Lead]:
    computed = _computed(leads)
    return [lead for lead in leads if _wrong(lead, computed[lead.pk])]


def _wrong(lead: Lead, right: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that differ, with their right values; lists are compared whatever their order."""
    return {
        column: value for column, value in right.items() if _comparable(getattr(lead, column)) != _comparable(value)
    }


def _comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _computed(leads: Sequence[Lead]) -> dict[UUID, dict[str, Any]]:
    computed: dict[UUID, dict[str, Any]] = {lead.pk: {} for lead in leads}
    for spec in rollup_sources():
        rows = spec.source(list(computed))
        for lead_id, values in computed.items():
            row = rows.get(lead_id, {})
            for column in spec.columns:
                values[column] = row[column] if column in row else _empty(column)
    # Made of the times above, so of what they should be.
    for lead_id, due_at in due_times(DueFacts.of(lead, computed[lead.pk]) for lead in leads).items():
        computed[lead_id]["due_at"] = due_at
    return computed


def _empty(column: str) -> Any:
    field: models.Field[Any, Any] = Lead._meta.get_field(column)  # type: ignore[assignment]  # only columns are registered
    return field.get_default()


def _random_slice() -> tuple[UUID, UUID]:
    """Ids are random, so a range of them is a fair sample that the primary key can walk."""
    width = MAX_ID // CHECKED_SHARE
    low = secrets.randbelow(MAX_ID - width + 1)
    return UUID(int=low), UUID(int=low + width)
