"""The backfill where its limit and its order matter."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignment.models import LeadAssignmentEvent
from assignment.services.backfilling import backfill_assignments
from leads.models import Lead
from tests.assignment.services.test_rotation_hard import make_lead, make_workspace, pointer
from tests.factories.inbox import MessageFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def waiting(workspace, channels):
    """Leads by the channel of their reply, the first one newest."""
    leads = []
    for number, channel in enumerate(channels):
        at = timezone.now() - timedelta(hours=number)
        lead = make_lead(workspace, last_inbound_at=at)
        values = {} if channel == "email" else {"email_bison_reply_id": None}
        MessageFactory(lead=lead, channel=channel, sent_at=at, **values)
        leads.append(lead)
    # Messages may have moved it.
    for number, lead in enumerate(leads):
        Lead.objects.filter(pk=lead.pk).update(last_inbound_at=timezone.now() - timedelta(hours=number))
    return leads


def test_replies_nobody_asks_for_do_not_hide_the_others():
    workspace, people = make_workspace(round_robin_email_only=True)
    leads = waiting(workspace, ["sms", "linkedin", "sms", "email", "sms", "email", "email"])

    trial = backfill_assignments(workspace.pk, dry_run=True, limit=2).as_json()
    run = backfill_assignments(workspace.pk, limit=2)

    assert run.assigned_to == [(leads[3].pk, people[0].pk), (leads[5].pk, people[1].pk)]
    assert run.as_json() == trial
    assert (run.candidates, run.skipped, run.errors) == (6, {"channel": 4}, 0)
    assert set(LeadAssignmentEvent.objects.values_list("channel", flat=True)) == {"email"}
    assert pointer(workspace) == 1


def test_the_limit_holds_where_every_channel_counts():
    workspace, people = make_workspace()
    leads = waiting(workspace, ["sms", "email", "linkedin"])

    run = backfill_assignments(workspace.pk, limit=2)

    assert run.assigned_to == [(leads[0].pk, people[0].pk), (leads[1].pk, people[1].pk)]
    assert run.candidates == 2


def test_leads_without_any_reply_come_last_and_are_no_email():
    workspace, people = make_workspace(round_robin_email_only=True)
    never = make_lead(workspace)
    (replied,) = waiting(workspace, ["email"])

    run = backfill_assignments(workspace.pk)

    assert run.assigned_to == [(replied.pk, people[0].pk)]
    assert run.skipped == {"channel": 1}
    assert Lead.objects.get(pk=never.pk).assigned_to_id is None


def test_reading_the_leads_takes_the_same_statements_for_many():
    workspace, _ = make_workspace(round_robin_email_only=True)

    def statements():
        with CaptureQueriesContext(connection) as captured:
            backfill_assignments(workspace.pk, dry_run=True)
        return len(captured)

    waiting(workspace, ["email"])
    one = statements()
    waiting(workspace, ["sms", "email", "email"])

    assert statements() == one
