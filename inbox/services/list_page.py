"""What the conversation list shows: one page of leads with their newest message, draft and unread dot.

Four queries for any number of rows: the leads, their newest messages, their pending drafts, what the
person has seen.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject, Left
from django.utils import timezone

from inbox.enums import AutoSendOutcome
from inbox.metrics import note_list
from inbox.models import Draft, LeadView, Message
from inbox.rules.rendering import message_snippet
from leads.enums import LeadStatus
from leads.models import Lead
from leads.rules.filters import ListFilters
from leads.rules.tabs import is_snoozed
from leads.services.lists import list_leads
from zrg.lib import log_events
from zrg.workspaces.access import Access

logger = structlog.get_logger(__name__)

SNIPPET_SOURCE_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMark:
    """The pending draft a row tells of."""

    id: UUID
    is_review: bool
    confidence: float | None
    sends_at: datetime | None = None

    @property
    def percent(self) -> int | None:
        """Confidence as shown."""
        return None if self.confidence is None else round(self.confidence * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One conversation of the list; everything is read already."""

    lead: Lead
    name: str
    company: str
    snippet: str
    at: datetime
    draft: DraftMark | None
    unread: bool
    assigned_name: str
    sms_campaign: str
    workspace_name: str
    snoozed: bool

    @property
    def id(self) -> UUID:
        """The lead's id."""
        return self.lead.pk

    @property
    def status_shown(self) -> bool:
        """Whether the status has a badge of its own: it is not new, and not what the sentiment says already."""
        status = LeadStatus(self.lead.status)
        return status != LeadStatus.NEW and status.label.lower() != self.lead.sentiment_tag.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """One page with the cursor of the next."""

    rows: list[Row]
    next_cursor: str | None
    filters: ListFilters
    search_too_short: bool


def load_list(access: Access, params: Mapping[str, Any], *, now: datetime | None = None) -> ListPage:
    """One page of the list as its rows show it. Raises what `list_leads` raises."""
    now = now or timezone.now()
    started = time.perf_counter()
    page = list_leads(access, params, now=now)
    rows = load_rows(access, page.leads, now=now, name_workspaces=page.filters.workspace is None)
    took = time.perf_counter() - started
    note_list(page.filters.tab.value, took)
    logger.info(log_events.INBOX_LIST, tab=page.filters.tab.value, ms=round(took * 1000), rows=len(rows))
    return ListPage(
        rows=rows,
        next_cursor=page.next_cursor,
        filters=page.filters,
        search_too_short=page.search_too_short,
    )


def load_rows(access: Access, leads: Sequence[Lead], *, now: datetime, name_workspaces: bool = False) -> list[Row]:
    """The rows of these leads, in their order. Three queries, none per row."""
    ids = [lead.pk for lead in leads]
    messages = newest_messages(ids)
    drafts = _drafts(ids)
    seen = dict(LeadView.objects.filter(user_id=access.user_id, lead_id__in=ids).values_list("lead_id", "seen_at"))
    rows = []
    for lead in leads:
        found = access.in_workspace(lead.workspace_id) if name_workspaces else None
        rows.append(
            Row(
                lead=lead,
                name=lead.shown_name,
                company=lead.company_name or "",
                snippet=_snippet(messages.get(lead.pk)),
                at=lead.sort_at,
                draft=drafts.get(lead.pk),
                unread=is_unread(lead, seen.get(lead.pk)),
                assigned_name=lead.assigned_to.get_full_name() if lead.assigned_to else "",
                sms_campaign=lead.sms_campaign.name or "" if lead.sms_campaign else "",
                workspace_name=found.label if found else "",
                snoozed=is_snoozed(lead, now),
            )
        )
    return rows


def is_unread(lead: Lead, seen_at: datetime | None) -> bool:
    """The dot: the newest inbound is newer than this person's last look."""
    return lead.last_inbound_at is not None and (seen_at is None or seen_at < lead.last_inbound_at)


def newest_messages(lead_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The newest message of each lead, its body cut to what a snippet needs.

    One index look-up per lead inside one statement: a join would let the planner read every message of
    the workspace, because row security hides from it how few it needs.
    """
    seen = JSONObject(
        head=Left("body", SNIPPET_SOURCE_CHARS), direction="direction", origin="origin", subject="subject"
    )
    newest = Message.objects.filter(lead_id=OuterRef("pk")).newest_first().values(seen=seen)[:1]
    rows = Lead.objects.filter(pk__in=lead_ids).values_list("pk", Subquery(newest))
    return {lead_id: message for lead_id, message in rows if message is not None}


def _drafts(lead_ids: Sequence[UUID]) -> dict[UUID, DraftMark]:
    """The draft each row tells of: one for review before others, then the newest."""
    rows = (
        Draft.objects.pending()
        .filter(lead_id__in=lead_ids)
        .order_by("is_review", "created_at")
        .values_list("lead_id", "pk", "is_review", "auto_send_confidence", "auto_send_outcome", "auto_send_run_at")
    )
    return {
        lead_id: DraftMark(
            id=pk,
            is_review=review,
            confidence=rate,
            sends_at=run_at if outcome == AutoSendOutcome.SCHEDULED else None,
        )
        for lead_id, pk, review, rate, outcome, run_at in rows
    }


def _snippet(message: dict[str, Any] | None) -> str:
    if message is None:
        return ""
    text = message["head"] or message["subject"] or ""
    return message_snippet(text, direction=message["direction"], origin=message["origin"])
