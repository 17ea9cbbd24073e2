"""What the messages of a lead add up to."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import Channel
from leads.models import Lead
from leads.registry import rollup_sources
from zrg.jobs.contracts import RunContext
from zrg.lib import log_events
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import Workspace

logger = structlog.get_logger(__name__)

FUTURE_TOLERANCE = timedelta(minutes=5)
CHECKED_SHARE = 100  # one lead in this many is compared each night
CHECK_BATCH = 200

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
"""


def bump_rollups(lead_id: UUID, channel: str, direction: str, sent_at: datetime, origin: str | None) -> None:
    """Count one more message, in one UPDATE; times never go back, so order and repeats do not matter.

    `origin` campaign is no answer. A message dated more than five minutes ahead counts as now.
    """
    now = timezone.now()
    inbound = direction == "inbound"
    values = {
        "lead": lead_id,
        "at": now if sent_at > now + FUTURE_TOLERANCE else sent_at,
        "inbound": inbound,
        "answer": not inbound and origin != "campaign",
        "direction": str(direction),
        "channel": str(Channel(channel)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BUMP, values)


def recompute_rollups(lead: Lead) -> dict[str, Any]:
    """Derive every registered column from the rows again; returns what was wrong, by column."""
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        right = _computed([lead.pk])[lead.pk]
        wrong = {column: value for column, value in right.items() if getattr(locked, column) != value}
        if wrong:
            Lead.objects.filter(pk=lead.pk).update(**wrong, changed_at=Now(), updated_at=Now())
    for column, value in wrong.items():
        setattr(lead, column, value)
    return wrong


def find_drift(leads: Iterable[Lead]) -> dict[UUID, list[str]]:
    """The columns in which leads differ from their rows; nothing is written."""
    by_id = {lead.pk: lead for lead in leads}
    found = {}
    for lead_id, right in _computed(list(by_id)).items():
        columns = [column for column, value in right.items() if getattr(by_id[lead_id], column) != value]
        if columns:
            found[lead_id] = columns
    return found


def check_rollups(ctx: RunContext) -> None:
    """Compare one percent of the leads of every active workspace with their rows; log and repair drift."""
    with platform():
        workspace_ids = list(Workspace.objects.active().values_list("pk", flat=True))
    low, high = _random_slice()
    for workspace_id in workspace_ids:
        if ctx.should_stop():
            return
        _check_workspace(workspace_id, low, high, ctx)


def _check_workspace(workspace_id: UUID, low: UUID, high: UUID, ctx: RunContext) -> None:
    last = low
    while not ctx.should_stop():
        with tenant(workspace_id):
            sample = Lead.objects.in_workspace(workspace_id).filter(pk__gt=last, pk__lte=high).order_by("pk")
            leads = list(sample[:CHECK_BATCH])
            drift = find_drift(leads)
        ctx.count("checked", len(leads))
        for lead_id, columns in drift.items():
            _repair(workspace_id, lead_id, columns, ctx)
        if len(leads) < CHECK_BATCH:
            return
        last = leads[-1].pk


def _repair(workspace_id: UUID, lead_id: UUID, columns: Sequence[str], ctx: RunContext) -> None:
    """A message may have arrived between reading lead and rows, so only what is wrong under lock is drift."""
    with tenant(workspace_id):
        lead = Lead.objects.filter(pk=lead_id).first()
        wrong = recompute_rollups(lead) if lead is not None else {}
    if wrong:
        ctx.count("drifted")
        logger.warning(log_events.ROLLUP_DRIFT, lead=str(lead_id), columns=sorted(wrong))


def _computed(lead_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    computed: dict[UUID, dict[str, Any]] = {lead_id: {} for lead_id in lead_ids}
    for spec in rollup_sources():
        rows = spec.source(lead_ids)
        for lead_id in lead_ids:
            row = rows.get(lead_id, {})
            for column in spec.columns:
                computed[lead_id][column] = row[column] if column in row else _empty(column)
    return computed


def _empty(column: str) -> Any:
    return Lead._meta.get_field(column).get_default()


def _random_slice() -> tuple[UUID, UUID]:
    """Ids are random, so a range of them is a fair sample that the primary key can walk."""
    width = 2**128 // CHECKED_SHARE
    low = uuid.uuid4().int % (2**128 - width)
    return UUID(int=low), UUID(int=low + width)
