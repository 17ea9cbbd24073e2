"""`Lead.due_at` follows messages, tag, status, settings and hours."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from leads.models import Lead
from leads.services import reply_times
from leads.services.reply_times import recount_reply_times, refresh_due
from leads.services.rollups import bump_rollups, recompute_rollups
from leads.services.status import blacklist_lead, set_status
from tests.factories import LeadFactory, WorkspaceFactory
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import Workspace, WorkspaceSettings
from zrg.workspaces.services.settings import change_settings

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# A Monday, 10:00 in New York.
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


def minutes(number):
    return NOW + timedelta(minutes=number)


def due(lead):
    return Lead.objects.values_list("due_at", flat=True).get(pk=lead.pk)


def wrote(workspace, tag="Interested", at=NOW, **values):
    lead = LeadFactory(workspace=workspace, sentiment_tag=tag, **values)
    bump_rollups(lead.pk, "email", "inbound", at, None)
    return lead


def save(workspace, **changes):
    row = WorkspaceSettings.objects.get(workspace=workspace)
    return change_settings(row, changes, by="test", version=row.version, access=None)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_message_starts_the_time_and_the_answer_ends_it(workspace):
    lead = wrote(workspace)

    assert due(lead) == minutes(30)
    bump_rollups(lead.pk, "email", "outbound", minutes(1), "campaign")
    assert due(lead) == minutes(30)
    bump_rollups(lead.pk, "sms", "outbound", minutes(2), "external")
    assert due(lead) is None
    bump_rollups(lead.pk, "email", "inbound", minutes(4), None)
    assert due(lead) == minutes(34)


def test_status_and_stop_end_it(workspace):
    lead, other = wrote(workspace), wrote(workspace)

    set_status(lead, "unqualified")
    blacklist_lead(other, "opt_out")

    assert (due(lead), due(other)) == (None, None)
    set_status(lead, "qualified")
    assert due(lead) == minutes(30)


def test_order_of_due_has_times_first_then_the_newest(workspace):
    soon = wrote(workspace, "Meeting Requested")
    later = wrote(workspace, "Interested")
    plain = [wrote(workspace, "Neutral", minutes(-number)) for number in (1, 2)]
    LeadFactory(workspace=workspace, created_at=minutes(-60))

    ordered = Lead.objects.in_workspace(workspace).sorted_by("due")

    assert [one.pk for one in ordered][:4] == [soon.pk, later.pk, *(one.pk for one in plain)]
    assert len(ordered) == 5


def test_rollups_repair_a_wrong_time(workspace):
    lead = wrote(workspace)
    Lead.objects.filter(pk=lead.pk).update(due_at=minutes(999), last_inbound_at=None)

    wrong = recompute_rollups(Lead.objects.get(pk=lead.pk))

    # There is no message, so nobody waits; what was stored of the lead alone would say otherwise.
    assert wrong["due_at"] is None
    assert due(lead) is None


def test_changed_settings_count_open_leads_anew_by_a_job(workspace, monkeypatch):
    monkeypatch.setattr(reply_times, "BATCH", 2)
    leads = [wrote(workspace, at=minutes(-number)) for number in range(5)]
    other = wrote(WorkspaceFactory())
    before = Lead.objects.get(pk=leads[0].pk).changed_at

    save(workspace, reply_targets={"Interested": 60})

    assert due(leads[0]) == minutes(30)
    job = BackgroundJob.objects.get(type="REPLY_TIMES")
    assert (job.workspace_id, job.run_at) == (workspace.pk, NOW + timedelta(seconds=5))
    drain(until=minutes(1))
    assert [due(lead) for lead in leads] == [minutes(60 - number) for number in range(5)]
    assert due(other) == minutes(30)
    # Nothing to fetch for the pages that are open: no row of any tab moved.
    assert Lead.objects.get(pk=leads[0].pk).changed_at == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"timezone": "Europe/Berlin"}, minutes(30)),
        ({"work_start_time": "10:15"}, minutes(45)),
        ({"work_end_time": "10:10"}, datetime(2026, 3, 3, 14, 20, tzinfo=UTC)),
        ({"reply_targets": {}}, None),
        ({"reply_targets": {"Neutral": 5}}, None),
    ],
)
def test_hours_zone_and_targets_all_count(workspace, changes, expected):
    lead = wrote(workspace)

    save(workspace, **changes)
    drain(until=minutes(1))

    assert due(lead) == expected


def test_other_settings_count_nothing_anew(workspace):
    save(workspace, company_name="Northfork")

    assert not BackgroundJob.objects.filter(type="REPLY_TIMES").exists()


def test_recount_is_idempotent(workspace):
    lead = wrote(workspace)
    Lead.objects.filter(pk=lead.pk).update(due_at=None)

    counts = [recount_reply_times(workspace.pk, deadline=time.monotonic() + 60) for _ in range(2)]

    assert (counts, due(lead)) == ([1, 0], minutes(30))


def test_statements_of_a_message(workspace, django_assert_num_queries):
    waiting, plain = wrote(workspace), LeadFactory(workspace=workspace)

    with django_assert_num_queries(1):
        bump_rollups(plain.pk, "email", "inbound", NOW, None)
    # The settings, and the time that changed.
    with django_assert_num_queries(3):
        bump_rollups(waiting.pk, "email", "inbound", minutes(1), None)
    with django_assert_num_queries(1):
        refresh_due(plain.pk)
