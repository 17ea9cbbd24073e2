"""Who is asked for, once each, and what an answer does."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from integrations.contracts import EnrichmentAnswer
from leads.contracts import EnrichmentFinished
from leads.models import EnrichmentRequest, Lead, LeadIdentityConflict
from leads.receivers import receive_enrichment_answer
from leads.services.enriching import enrich_batch, request_enrichment
from leads.services.merging import merge_leads
from tests.factories import ConnectionFactory, LeadFactory, UserFactory, WorkspaceFactory
from tests.integrations.support import announced
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PROFILE = "https://linkedin.com/in/dana-reyes"


@pytest.fixture(autouse=True)
def _tables(monkeypatch):
    monkeypatch.setenv("CLAY_PHONE_TABLE_WEBHOOK_URL", "https://clay.example/phone")
    monkeypatch.setenv("CLAY_LINKEDIN_TABLE_WEBHOOK_URL", "https://clay.example/linkedin")


def positive(**values):
    return LeadFactory(**{"sentiment_tag": "Interested", **values})


def question(lead, kind="phone", status="sent", **values):
    return EnrichmentRequest.objects.create(
        workspace=lead.workspace, lead=lead, kind=kind, status=status, trigger="positive_reply", **values
    )


def answer(lead, kind="phone", status="success", workspace=None, **found):
    return receive_enrichment_answer(
        EnrichmentAnswer(
            workspace_id=(workspace or lead.workspace).pk,
            event_id=uuid4(),
            event_key=str(uuid4()),
            event_type="enrichment",
            provider="CLAY",
            channel="sms",
            received_at=timezone.now(),
            lead_id=lead.pk,
            kind=kind,
            status=status,
            **found,
        )
    )


def state(lead):
    return Lead.objects.values_list("enrichment_status", "enrichment_source", "phone").get(pk=lead.pk)


def jobs():
    return BackgroundJob.objects.filter(type="ENRICHMENT_REQUEST")


# --- asking -------------------------------------------------------------------------------------------


def test_each_missing_kind_is_queued_once():
    lead = positive()

    first = request_enrichment(lead, trigger="positive_reply")
    second = request_enrichment(lead, trigger="positive_reply")

    assert first.asked == ("linkedin", "phone")
    assert (second.asked, second.refused) == ((), {"linkedin": "asked_before", "phone": "asked_before"})
    rows = EnrichmentRequest.objects.filter(lead=lead).order_by("kind")
    assert [(row.kind, row.status, row.trigger) for row in rows] == [
        ("linkedin", "queued", "positive_reply"),
        ("phone", "queued", "positive_reply"),
    ]
    assert {job.dedupe_key for job in jobs()} == {
        f"{lead.workspace_id}:{lead.pk}:{row.kind}:ENRICHMENT:{row.pk}" for row in rows
    }
    assert [job.lead_id for job in jobs()] == [None, None]
    assert state(lead)[0] == "pending"


def test_pending_alone_never_stops_a_question():
    lead = positive(enrichment_status="pending")

    assert request_enrichment(lead, ["phone"], trigger="positive_reply").asked == ("phone",)


@pytest.mark.parametrize("status", ["queued", "sent", "succeeded", "not_found", "error", "expired"])
def test_a_question_that_exists_is_not_put_again(status):
    lead = positive(enrichment_status=None)
    question(lead, status=status, answered_at=timezone.now() - timedelta(days=3))

    found = request_enrichment(lead, ["phone"], trigger="manual", by=UserFactory())

    assert found.refused == {"phone": "asked_before"}
    assert (EnrichmentRequest.objects.count(), jobs().count(), state(lead)[0]) == (1, 0, None)
    assert AdminAuditEvent.objects.count() == 0


def test_call_intent_asks_again_a_day_after_nothing_was_found():
    lead = positive(sentiment_tag="Call Requested")
    question(lead, status="not_found", answered_at=timezone.now() - timedelta(hours=25))

    assert request_enrichment(lead, ["phone"], trigger="call_intent").asked == ("phone",)
    assert request_enrichment(lead, ["phone"], trigger="call_intent").refused == {"phone": "asked_before"}
    assert sorted(EnrichmentRequest.objects.values_list("status", flat=True)) == ["not_found", "queued"]


def test_only_missing_kinds_are_asked():
    lead = positive(phone="+14155552671", phone_national="4155552671")

    found = request_enrichment(lead, trigger="positive_reply")

    assert (found.asked, found.refused) == (("linkedin",), {"phone": "known"})


def test_a_kind_without_a_table_is_not_asked(monkeypatch):
    monkeypatch.delenv("CLAY_PHONE_TABLE_WEBHOOK_URL")

    found = request_enrichment(positive(), trigger="positive_reply")

    assert (found.asked, found.refused) == (("linkedin",), {"phone": "not_configured"})


@pytest.mark.parametrize(
    ("values", "trigger", "reason"),
    [
        ({"sentiment_tag": "Objection"}, "positive_reply", "not_positive"),
        ({"sentiment_tag": "Neutral"}, "manual", "blocked_by_sentiment"),
        ({"email": None, "company_name": None}, "positive_reply", "nothing_to_look_up_by"),
        ({"status": "blacklisted", "blacklist_reason": "opt_out"}, "manual", "lead_blacklisted"),
    ],
)
def test_a_lead_that_is_not_looked_up(values, trigger, reason):
    lead = positive(**values)

    assert request_enrichment(lead, trigger=trigger).reason == reason
    assert (EnrichmentRequest.objects.count(), jobs().count()) == (0, 0)


def test_a_person_is_audited():
    lead, person = positive(sentiment_tag="New"), UserFactory()

    request_enrichment(lead, ["phone"], trigger="manual", by=person)

    (row,) = AdminAuditEvent.objects.about("lead", lead.pk)
    assert (row.action, row.actor, row.after) == ("lead.enrichment_requested", person, {"kinds": ["phone"]})


# --- answers ------------------------------------------------------------------------------------------


def test_a_phone_is_filled_and_told():
    lead = positive(enrichment_status="pending")
    asked = question(lead)

    with announced(EnrichmentFinished) as events:
        assert answer(lead, phone="+1 (415) 555-2671") == "processed"

    asked.refresh_from_db()
    assert (asked.status, asked.error, asked.answered_at is not None) == ("succeeded", None, True)
    assert state(lead) == ("enriched", "clay", "+14155552671")
    assert [(one.lead_id, one.request_id, one.kind, one.result) for one in events] == [
        (lead.pk, asked.pk, "phone", "succeeded")
    ]


def test_a_second_answer_changes_nothing():
    lead = positive()
    question(lead)
    answer(lead, phone="+14155552671")

    with announced(EnrichmentFinished) as events:
        assert answer(lead, phone="+14155550000") == "ignored:already_answered"
        assert answer(lead, status="not_found") == "ignored:already_answered"

    assert (state(lead)[2], events) == ("+14155552671", [])


def test_profile_found_while_the_phone_is_pending_keeps_pending():
    lead = positive(enrichment_status="pending")
    question(lead, "phone")
    question(lead, "linkedin")

    answer(lead, "linkedin", linkedin_url="https://www.linkedin.com/in/Dana-Reyes/")

    lead.refresh_from_db()
    assert (lead.linkedin_url, lead.enrichment_status) == (PROFILE, "pending")


def test_all_kinds_not_found():
    lead = positive(enrichment_status="pending")
    question(lead, "phone")
    question(lead, "linkedin")

    answer(lead, "linkedin", "not_found")
    assert state(lead)[0] == "pending"
    with announced(EnrichmentFinished) as events:
        answer(lead, "phone", "not_found")

    assert state(lead)[0] == "not_found"
    assert [event.result for event in events] == ["not_found"]


def test_an_error_stays_pending_until_the_last_repetition():
    lead = positive(enrichment_status="pending")
    asked = question(lead, attempts=3)

    with announced(EnrichmentFinished) as events:
        answer(lead, status="error", error="no credits")
    asked.refresh_from_db()
    assert (asked.status, asked.error, state(lead)[0], events) == ("error", "no credits", "pending", [])

    EnrichmentRequest.objects.update(status="sent", attempts=4)
    with announced(EnrichmentFinished) as events:
        answer(lead, status="error", error="x" * 900)
    asked.refresh_from_db()
    assert (asked.status, len(asked.error), state(lead)[0]) == ("error", 500, "failed")
    assert [event.result for event in events] == ["error"]


def test_hard_03_a_typed_phone_is_never_overwritten():
    lead = positive(phone="+442079460958", phone_national="2079460958", enrichment_status="pending")
    asked = question(lead)

    answer(lead, phone="+14155552671")

    asked.refresh_from_db()
    assert (asked.status, state(lead)) == ("succeeded", ("enriched", None, "+442079460958"))


@pytest.mark.parametrize("phone", ["555 2671", "ask the front desk", ""])
def test_a_number_that_cannot_be_used_was_not_found(phone):
    lead = positive(enrichment_status="pending")
    asked = question(lead)

    answer(lead, phone=phone)

    asked.refresh_from_db()
    assert (asked.status, state(lead)) == ("not_found", ("not_found", None, None))


def test_a_profile_of_another_lead_becomes_a_conflict():
    lead = positive()
    owner = LeadFactory(workspace=lead.workspace, linkedin_url=PROFILE)
    LeadFactory(linkedin_url=PROFILE)
    asked = question(lead, "linkedin")

    answer(lead, "linkedin", linkedin_url=PROFILE)

    asked.refresh_from_db()
    lead.refresh_from_db()
    (conflict,) = LeadIdentityConflict.objects.all()
    assert (asked.status, lead.linkedin_url) == ("not_found", None)
    assert (conflict.lead, conflict.other_lead, conflict.identifier, conflict.value) == (
        lead,
        owner,
        "linkedin_url",
        PROFILE,
    )


@pytest.mark.parametrize("status", ["expired", "error", "not_found"])
def test_a_late_find_is_better_than_none(status):
    lead = positive(enrichment_status="failed")
    asked = question(lead, status=status, attempts=4)

    assert answer(lead, phone="+14155552671") == "processed"

    asked.refresh_from_db()
    assert (asked.status, state(lead)[0]) == ("succeeded", "enriched")


def test_an_answer_for_a_kind_nobody_asked():
    lead = positive()
    question(lead, "linkedin")

    assert answer(lead, "phone", phone="+14155552671") == "ignored:never_asked"
    assert state(lead)[2] is None


def test_an_answer_about_a_merged_lead_reaches_the_survivor():
    asked_about = positive()
    between = LeadFactory(workspace=asked_about.workspace, phone=None)
    last = LeadFactory(workspace=asked_about.workspace, phone=None)
    asked = question(asked_about)
    owner = asked_about.workspace.owner
    merge_leads(between, asked_about, owner)
    merge_leads(last, between, owner)

    assert answer(asked_about, phone="+14155552671") == "processed"

    asked.refresh_from_db()
    assert (asked.lead_id, asked.status, state(last)[2]) == (last.pk, "succeeded", "+14155552671")


def test_an_answer_in_another_workspace_finds_nobody():
    lead, other = positive(), WorkspaceFactory()
    asked = question(lead)

    assert answer(lead, workspace=other, phone="+14155552671") == "ignored:lead_not_found"

    asked.refresh_from_db()
    assert (asked.status, state(lead)[2]) == ("sent", None)


def test_enriching_moves_no_lead_in_the_list():
    lead = positive()
    question(lead)
    before = Lead.objects.get(pk=lead.pk)

    answer(lead, phone="+14155552671")

    after = Lead.objects.get(pk=lead.pk)
    assert after.sort_at == before.sort_at
    assert after.changed_at >= before.changed_at


# --- batches ------------------------------------------------------------------------------------------


def test_a_batch_asks_about_positive_leads_and_spreads_the_questions(monkeypatch):
    monkeypatch.setenv("CLAY_REQUESTS_PER_MINUTE", "60")
    workspace = WorkspaceFactory()
    for tag in ("Interested", "Call Requested", "Neutral", "New"):
        LeadFactory(workspace=workspace, sentiment_tag=tag)
    positive()
    started = timezone.now()

    assert enrich_batch(workspace.pk, limit=10) == 2
    assert enrich_batch(workspace.pk, limit=10) == 0

    assert set(EnrichmentRequest.objects.values_list("trigger", "workspace")) == {("batch", workspace.pk)}
    waits = [round((job.run_at - started).total_seconds()) for job in jobs().order_by("run_at")]
    assert waits == [0, 0, 2, 2]


def test_a_batch_stops_at_its_limit():
    workspace = WorkspaceFactory()
    for _ in range(3):
        positive(workspace=workspace)

    call_command("enrich_leads", workspace=str(workspace.pk), limit=2, stdout=StringIO())

    assert EnrichmentRequest.objects.values("lead").distinct().count() == 2


# --- the CRM ------------------------------------------------------------------------------------------


def test_a_found_phone_goes_to_the_crm_contact():
    lead, without = positive(), positive()
    ConnectionFactory(workspace=lead.workspace, provider="GHL", external_account_id="ve9EPM428h8vShlRW1KT")
    for one in (lead, without):
        question(one)
        answer(one, phone="+14155552671")

    assert list(BackgroundJob.objects.filter(type="GHL_CONTACT_SYNC").values_list("lead_id", flat=True)) == [lead.pk]
