"""How many leads are in each tab of the inbox."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from leads.enums import Tab
from leads.metrics import note_counts
from leads.querysets import LeadQuerySet
from leads.rules.filters import ListFilters, read_filters
from leads.services.scopes import Scope, Sql, capped_count, narrow_assigned, read_scope
from zrg.lib import log_events
from zrg.workspaces.access import Access, workspace_key
from zrg.workspaces.models import Workspace

logger = structlog.get_logger(__name__)

BADGE_CAP = 1_000
COUNT_NAMES = {
    Tab.ALL: "total",
    Tab.RESPONSES: "allResponses",
    Tab.ATTENTION: "requiresAttention",
    Tab.PREVIOUS_ATTENTION: "previouslyRequiredAttention",
    Tab.AI_REVIEW: "aiReview",
    Tab.DRAFTS: "drafts",
    Tab.AWAITING_REPLY: "awaitingReply",
    Tab.FOLLOW_UP: "followUp",
    Tab.NEEDS_REPAIR: "needsRepair",
    Tab.AI_SENT: "aiSent",
    Tab.SNOOZED: "snoozed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """How many leads a tab lists: exact up to 1,000, `capped` above."""

    value: int
    capped: bool

    @classmethod
    def of(cls, counted: int) -> "Badge":
        """From a count that stopped one above the cap."""
        return cls(value=min(counted, BADGE_CAP), capped=counted > BADGE_CAP)


def get_counts(
    access: Access,
    workspace: Workspace | UUID | str | None = None,
    assigned: str | None = None,
    *,
    now: datetime | None = None,
) -> dict[str, Badge] | None:
    """The badge of every tab in one statement, with the scope and the `assigned` filter of the list.

    `workspace` None counts over all workspaces of the person. None when the database did not answer
    in time: the page keeps the last values. Each count stops at 1,001 entries of the tab's index.
    """
    place = {"clientId": str(workspace_key(workspace))} if workspace is not None else {}
    filters = read_filters({**place, "assigned": assigned or ""})
    scope = read_scope(access, filters)
    if not scope.workspaces:
        return {name: Badge.of(0) for name in COUNT_NAMES.values()}
    parts = [_count_sql(scope, filters, tab, now or timezone.now()) for tab in COUNT_NAMES]
    statement, started = "SELECT " + ", ".join(f"({sql})" for sql, _params in parts), time.perf_counter()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [value for _sql, params in parts for value in params])
            counted = cursor.fetchone()
    except OperationalError as error:
        logger.warning(log_events.INBOX_COUNTS_DELAYED, error=type(error.__cause__).__name__)
        return None
    note_counts(time.perf_counter() - started)
    return {name: Badge.of(count) for name, count in zip(COUNT_NAMES.values(), counted, strict=True)}


def _count_sql(scope: Scope, filters: ListFilters, tab: Tab, now: datetime) -> Sql:
    def narrow(leads: LeadQuerySet) -> LeadQuerySet:
        return narrow_assigned(leads, filters, scope).in_tab(tab, now)

    return capped_count(scope, narrow, BADGE_CAP + 1)
