"""Every ten minutes: unanswered questions expire, failed ones are put again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.contracts import EnrichmentFinished
from leads.models import EnrichmentRequest, Lead
from leads.schedules import run_enrichment
from leads.services.enriching import request_enrichment
from leads.services.enrichment_sweep import repeat_question, sweep_workspace
from tests.factories import LeadFactory, WorkspaceFactory
from tests.integrations.support import announced
from tests.support.drain import drain
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def ago(**span):
    return timezone.now() - timedelta(**span)


def question(lead=None, kind="phone", status="sent", **values):
    lead = lead or LeadFactory(sentiment_tag="Interested", enrichment_status="pending")
    updated_at = values.pop("updated_at", None)
    row = EnrichmentRequest.objects.create(
        workspace=lead.workspace, lead=lead, kind=kind, status=status, trigger="positive_reply", **values
    )
    if updated_at:
        EnrichmentRequest.objects.filter(pk=row.pk).update(updated_at=updated_at)
    return row


def sweep(row, limit=200):
    done = dict(sweep_workspace(row.workspace_id, limit=limit))
    row.refresh_from_db()
    row.lead.refresh_from_db()
    return done


def test_no_answer_within_two_hours_expires_and_fails_the_lead():
    row = question(sent_at=ago(hours=2, minutes=1), attempts=1)

    with announced(EnrichmentFinished) as events:
        assert sweep(row) == {"expired": 1}
        assert sweep(row) == {}

    assert (row.status, row.lead.enrichment_status) == ("expired", "failed")
    assert [(event.request_id, event.result) for event in events] == [(row.pk, "expired")]


def test_a_young_question_waits():
    row = question(sent_at=ago(hours=1, minutes=59), attempts=1)

    assert (sweep(row), row.status) == ({}, "sent")


def test_an_error_is_put_again_after_half_an_hour(simulator):
    row = question(status="error", attempts=1, answered_at=ago(minutes=31), error="no credits")

    assert sweep(row) == {"repeated": 1}
    assert (row.status, row.lead.enrichment_status, row.lead.enrichment_retry_count) == ("queued", "pending", 1)
    drain()

    row.refresh_from_db()
    assert (row.status, row.attempts) == ("sent", 2)


def test_an_error_is_put_again_three_times_and_no_more(simulator):
    lead = LeadFactory(sentiment_tag="Interested")
    request_enrichment(lead, ["phone"], trigger="positive_reply")
    simulator.script("clay", times=10, status=400, body={"message": "no"})
    drain()

    with announced(EnrichmentFinished) as events:
        for _ in range(5):
            EnrichmentRequest.objects.update(answered_at=ago(minutes=31))
            sweep_workspace(lead.workspace_id, limit=200)
            drain()

    row = EnrichmentRequest.objects.get()
    lead.refresh_from_db()
    assert (row.status, row.attempts, len(simulator.requests("clay"))) == ("error", 4, 4)
    assert (lead.enrichment_status, [event.result for event in events]) == ("failed", ["error"])


def test_an_error_waits_its_half_hour():
    row = question(status="error", attempts=1, answered_at=ago(minutes=29))

    assert (sweep(row), row.status) == ({}, "error")


@pytest.mark.parametrize(
    "change",
    [{"phone_national": "4155552671"}, {"sentiment_tag": "Not Interested"}],
)
def test_an_error_nobody_needs_to_repeat_ends(change):
    row = question(status="error", attempts=1, answered_at=ago(minutes=31), error="no credits")
    Lead.objects.filter(pk=row.lead_id).update(**change)

    assert sweep(row) == {"dropped": 1}
    assert (row.status, row.error) == ("expired", "no credits")
    assert BackgroundJob.objects.filter(type="ENRICHMENT_REQUEST").count() == 0


def test_a_queued_question_whose_job_is_gone_is_revived(simulator):
    row = question(status="queued", updated_at=ago(hours=3))

    assert sweep(row) == {"revived": 1}
    drain()

    row.refresh_from_db()
    assert row.status == "sent"


def test_a_failed_job_of_a_queued_question_runs_again(simulator):
    lead = LeadFactory(sentiment_tag="Interested")
    request_enrichment(lead, ["phone"], trigger="positive_reply")
    BackgroundJob.objects.filter(type="ENRICHMENT_REQUEST").update(status="FAILED", attempts=5)
    EnrichmentRequest.objects.update(updated_at=ago(hours=3))

    sweep_workspace(lead.workspace_id, limit=200)
    drain()

    assert len(simulator.requests("clay")) == 1


def test_rows_of_a_run_are_bounded_over_all_workspaces(monkeypatch):
    monkeypatch.setattr("leads.schedules.ENRICHMENT_ROWS", 3)
    for workspace in (WorkspaceFactory(), WorkspaceFactory()):
        for _ in range(2):
            question(LeadFactory(workspace=workspace), sent_at=ago(hours=3))

    context = RunContext(job="enrichment", deadline=float("inf"), correlation_id="x")
    run_enrichment(context)

    assert context.stats == {"expired": 3}
    assert EnrichmentRequest.objects.filter(status="sent").count() == 1


def test_dry_run_changes_nothing():
    row = question(sent_at=ago(hours=3))

    run_enrichment(RunContext(job="enrichment", deadline=float("inf"), correlation_id="x", params={"dryRun": True}))

    row.refresh_from_db()
    assert row.status == "sent"


@pytest.mark.parametrize("status", ["error", "expired", "not_found"])
def test_a_person_puts_an_ended_question_again(status):
    row = question(status=status, attempts=4)
    person = row.workspace.owner

    assert repeat_question(row, by=person)

    row.refresh_from_db()
    row.lead.refresh_from_db()
    assert (row.status, row.lead.enrichment_status) == ("queued", "pending")
    (audit,) = AdminAuditEvent.objects.about("lead", row.lead_id)
    assert (audit.action, audit.actor) == ("lead.enrichment_repeated", person)


@pytest.mark.parametrize("status", ["queued", "sent", "succeeded"])
def test_a_person_repeats_only_what_ended_without_a_find(status):
    row = question(status=status)

    assert not repeat_question(row, by=row.workspace.owner)

    assert BackgroundJob.objects.count() == 0


def test_a_person_does_not_repeat_beside_an_open_question():
    row = question(status="not_found")
    question(row.lead, status="queued")

    assert not repeat_question(row, by=row.workspace.owner)
