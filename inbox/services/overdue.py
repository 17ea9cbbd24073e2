"""Telling people of replies whose time is over, once for each inbound (07 R20.6, 10 R11)."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from inbox.models import Message
from inbox.rules.ages import waiting_for
from leads.models import Lead
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

KIND = "reply_overdue"
BATCH = 200
# What was missed longer ago is news to nobody: it was put aside by a person, or counted anew by other targets.
# The outbox does not send older realtime rows either (10 R9).
TOLD_FOR = timedelta(hours=2)


def tell_overdue(workspace_id: UUID, *, now: datetime | None = None) -> int:
    """Announce the replies of a workspace whose time is over; returns how many. Snoozed leads are left alone.

    What is announced, or too old for it, is marked in the same transaction: each inbound once.
    """
    now = now or timezone.now()
    with tenant(workspace_id):
        overdue = Lead.objects.in_workspace(workspace_id).overdue_unnoted(now).order_by("due_at")
        _mark(list(overdue.filter(due_at__lt=now - TOLD_FOR).values_list("pk", flat=True)[:BATCH]), now)
        fresh = overdue.filter(due_at__gte=now - TOLD_FOR).awake(now).select_related("assigned_to")
        newest = Message.objects.filter(lead_id=OuterRef("pk")).inbound().newest_first().values("pk")[:1]
        leads = list(
            fresh.annotate(inbound_id=Subquery(newest))
            .defer("search_vector")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:BATCH]
        )
        for lead in leads:
            _tell(lead, now)
        _mark([lead.pk for lead in leads], now)
    return len(leads)


def _tell(lead: Lead, now: datetime) -> None:
    assert lead.due_at is not None
    assert lead.last_inbound_at is not None
    inbound = lead.inbound_id or f"{lead.last_inbound_at:%Y%m%d%H%M%S%f}"  # type: ignore[attr-defined]  # annotated above
    whose = f"assigned to {lead.assigned_to.get_full_name()}" if lead.assigned_to else "assigned to nobody"
    waited = waiting_for(lead.last_inbound_at, now)
    announce(
        Notice(
            workspace_id=lead.workspace_id,
            kind=KIND,
            text=f"Reply overdue: {lead.sentiment_tag}, waiting {waited}, {whose}",
            notice_key=str(inbound),
            lead_id=lead.pk,
        )
    )
    logger.info(
        log_events.LEAD_REPLY_OVERDUE,
        lead=str(lead.pk),
        tag=lead.sentiment_tag,
        late_seconds=round((now - lead.due_at).total_seconds()),
    )


def _mark(lead_ids: list[UUID], now: datetime) -> None:
    if lead_ids:
        # Asked again under the row's lock: a lead that wrote meanwhile has a new time.
        Lead.objects.filter(pk__in=lead_ids).overdue_unnoted(now).update(overdue_noted_for=F("last_inbound_at"))
