"""Questions on their way to Clay, over HTTP to the simulated tables."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from integrations.models import WebhookRoute
from integrations.rules.routes import route_hash
from leads.contracts import EnrichmentFinished
from leads.models import EnrichmentRequest, Lead
from leads.services.asking import put_question
from leads.services.enriching import request_enrichment
from tests.factories import LeadFactory
from tests.integrations.clay.payloads import post
from tests.integrations.support import announced
from tests.support.drain import drain
from zrg.jobs.errors import Reschedule
from zrg.jobs.models import BackgroundJob

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def lead(simulator):
    return LeadFactory(
        sentiment_tag="Interested", company_website="https://www.northfork.example/team", company_state="CA"
    )


def ask(lead, *kinds):
    request_enrichment(lead, kinds or ("phone",), trigger="positive_reply")
    return EnrichmentRequest.objects.filter(lead=lead).latest("created_at")


def job(question):
    return BackgroundJob.objects.get(type="ENRICHMENT_REQUEST", payload__request_id=str(question.pk))


def test_question_reaches_the_table_and_the_answer_the_lead(lead, simulator, client):
    question = ask(lead)

    drain()

    (row,) = simulator.state.clay.rows["phone"]
    assert row == {
        "leadId": str(lead.pk),
        "emailAddress": lead.email,
        "firstName": "Dana",
        "lastName": "Reyes",
        "fullName": "Dana Reyes",
        "companyName": "Northfork Dental",
        "companyDomain": "northfork.example",
        "state": "CA",
    }
    question.refresh_from_db()
    assert (question.status, question.attempts, question.sent_at is not None) == ("sent", 1, True)

    call = simulator.state.clay.compose({"event": "phone.success", "email": lead.email}, base_url=simulator.url)
    assert post(client, call.body, **call.headers).status_code == 200
    drain()

    lead.refresh_from_db()
    assert (lead.phone, lead.enrichment_status, lead.enrichment_source) == ("+14155552671", "enriched", "clay")


def test_the_way_back_exists_before_the_table_is_asked(lead, simulator):
    ask(lead)
    simulator.script("clay", close="before")

    drain()

    route = WebhookRoute.objects.get(provider="CLAY")
    assert (route.key_hash, route.target_id, route.connection) == (route_hash(str(lead.pk)), lead.workspace_id, None)


@pytest.mark.parametrize("respond", [{"status": 500}, {"close": "after"}])
def test_hard_03_clay_is_never_asked_twice_after_an_unknown_outcome(lead, simulator, respond):
    question = ask(lead)
    simulator.script("clay", **respond)

    drain(until=timezone.now() + timedelta(minutes=20))

    question.refresh_from_db()
    assert (question.status, question.attempts) == ("sent", 1)
    assert len(simulator.requests("clay")) == 1


@pytest.mark.parametrize(("status", "code"), [(400, "bad_request"), (404, "not_found"), (403, "auth_failed")])
def test_a_refusal_is_an_error_that_is_repeated_later(lead, simulator, status, code):
    question = ask(lead)
    simulator.script("clay", status=status, body={"message": "no such table"})

    with announced(EnrichmentFinished) as events:
        drain()

    question.refresh_from_db()
    lead.refresh_from_db()
    assert (question.status, question.attempts, question.error) == ("error", 1, f"{code}: no such table")
    assert (lead.enrichment_status, events) == ("pending", [])
    assert job(question).status == "SUCCEEDED"


def test_429_puts_the_question_off_and_fails_nothing(lead, simulator):
    question = ask(lead)
    simulator.script("clay", status=429, headers={"Retry-After": "90"})

    drain()

    question.refresh_from_db()
    waiting = job(question)
    assert (question.status, question.attempts, question.error, question.sent_at) == ("queued", 0, None, None)
    assert (waiting.status, waiting.attempts, waiting.reschedules) == ("PENDING", 0, 1)
    assert 80 < (waiting.run_at - timezone.now()).total_seconds() < 91

    drain(until=timezone.now() + timedelta(minutes=2))
    question.refresh_from_db()
    assert (question.status, question.attempts) == ("sent", 1)


def test_over_budget_the_job_moves_itself_a_minute(lead, simulator, monkeypatch):
    monkeypatch.setenv("CLAY_REQUESTS_PER_MINUTE", "1")
    other = LeadFactory(sentiment_tag="Interested")
    first, second = ask(lead), ask(other)

    with time_machine.travel("2026-03-05T16:41:05Z", tick=False):
        put_question(lead.workspace_id, first.pk)
        with pytest.raises(Reschedule) as moved:
            put_question(other.workspace_id, second.pk)
        assert moved.value.run_at == timezone.now() + timedelta(seconds=60)

    second.refresh_from_db()
    assert (second.status, second.attempts, second.error) == ("queued", 0, None)
    assert len(simulator.requests("clay")) == 1


def test_a_question_is_put_once_by_two_workers(lead, simulator):
    question = ask(lead)

    put_question(lead.workspace_id, question.pk)
    put_question(lead.workspace_id, question.pk)

    assert len(simulator.requests("clay")) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"phone": "+442079460958", "phone_national": "2079460958"},
        {"sentiment_tag": "Not Interested"},
        {"status": "blacklisted", "blacklist_reason": "opt_out"},
    ],
)
def test_what_nobody_needs_to_know_any_more_is_not_asked(lead, simulator, change):
    ask(lead)
    Lead.objects.filter(pk=lead.pk).update(**change)

    drain()

    assert simulator.requests("clay") == []
    assert EnrichmentRequest.objects.count() == 0
    assert WebhookRoute.objects.filter(provider="CLAY").count() == 0


def test_a_deleted_lead_is_not_asked_about(lead, simulator):
    ask(lead)
    lead.delete()

    drain()

    assert simulator.requests("clay") == []
