"""People who read lists of leads, and leads with a time."""

from datetime import UTC, datetime, timedelta

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from leads.services.lists import list_leads
from tests.factories import LeadFactory, MembershipFactory
from zrg.workspaces.access import compute_access, context_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def manager_of(*workspaces):
    access = [MembershipFactory(workspace=one, role="INBOX_MANAGER") for one in workspaces[:1]]
    for one in workspaces[1:]:
        MembershipFactory(workspace=one, user=access[0].user, role="INBOX_MANAGER")
    return compute_access(access[0].user)


def setter_of(workspace):
    return compute_access(MembershipFactory(workspace=workspace, role="SETTER").user)


def shown(access, **params):
    """Ids of all pages, read as the person under row security."""
    ids = []
    with context_of(access, timeout_ms=30_000):
        while True:
            page = list_leads(access, params, now=NOW)
            ids += [lead.pk for lead in page.leads]
            if page.next_cursor is None:
                return ids
            params["cursor"] = page.next_cursor


def wrote(workspace, minutes_ago, **values):
    at = NOW - timedelta(minutes=minutes_ago)
    return LeadFactory(workspace=workspace, last_inbound_at=at, last_message_at=at, **values)


def slow_ids(workspaces, text):
    return RawSQL("SELECT gen_random_uuid() FROM pg_sleep(5)", [])


def slow_match(workspaces, text):
    return RawSQL("EXISTS (SELECT 1 FROM pg_sleep(5))", [], output_field=BooleanField())
