"""A text reaches the lead's contact once, and what the provider says about the person is remembered."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.enums import ApprovalSource, MessageOrigin, SentBy
from inbox.models import Draft, Message, SendOrder
from inbox.services import orders
from inbox.services.approving import approve_draft, send_manual
from inbox.services.channels.base import Outbound
from inbox.services.channels.sms import SmsSender
from inbox.services.checking import Seen, Text
from inbox.services.sending import send_message
from inbox.services.stopping import stop_lead
from integrations.enums import CircuitState
from integrations.models import Connection, ProviderBudget
from integrations.simulator.model import response_body
from leads.models import Lead, LeadIdentityConflict
from leads.services.optouts import remember_opt_out
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import API_KEY, ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.client import no_context
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db

LOCATION = "ve9EPM428h8vShlRW1KT"
SEND_PATH = "/conversations/messages"
PHONE = "+14155552671"
THREE_PARTS = "First part.\n---\nSecond part.\n---\nThird part."


@pytest.fixture
def connected(workspace, simulator):
    """The workspace at the simulated location."""
    ConnectionFactory(
        workspace=workspace, provider="GHL", external_account_id=LOCATION, secrets={"private_key": API_KEY}
    )
    return workspace


@pytest.fixture
def contact(connected, simulator):
    return simulator.state.ghl.add_contact(location_id=LOCATION, email="dana@northfork.example", phone=PHONE)


@pytest.fixture
def lead(connected, contact):
    return LeadFactory(workspace=connected, email="dana@northfork.example", phone=PHONE, ghl_contact_id=contact["id"])


@pytest.fixture
def gaps(monkeypatch):
    """Waits between the parts, noted instead of waited."""
    waits: list[float] = []
    monkeypatch.setattr(orders.time, "sleep", waits.append)
    return waits


def outbound(key: str = "manual:1:part:0", **changes: Any) -> Outbound:
    values = {
        "channel": "sms",
        "body": "Tuesday at 3?",
        "send_key": key,
        "origin": MessageOrigin.SETTER,
        "sent_by": SentBy.SETTER,
    }
    return Outbound(**{**values, **changes})


def send(lead: Lead, **changes: Any):
    return send_message(lead.workspace_id, lead.pk, outbound(**changes))


def texts(simulator) -> list[str]:
    return simulator.state.ghl.sent_texts()


def posts(simulator) -> list[dict[str, Any]]:
    return simulator.requests("ghl", SEND_PATH, "POST")


def test_text_reaches_the_contact_once(lead, contact, simulator):
    first, second = send(lead), send(lead)

    message = Message.objects.outbound().get()
    assert (first.status, second.status) == ("sent", "duplicate")
    assert [post["json"] for post in posts(simulator)] == [
        {"type": "SMS", "contactId": contact["id"], "message": "Tuesday at 3?"}
    ]
    assert (message.channel, message.delivery_status, message.ghl_id) == (
        "sms",
        "sent",
        simulator.state.ghl.messages[0]["id"],
    )
    lead.refresh_from_db()
    assert (lead.sms_consecutive_blocked_count, lead.sms_dnd_active) == (0, False)
    assert lead.sms_last_success_at is not None
    assert (lead.last_message_direction, lead.channels) == ("outbound", ["sms"])


# --- nothing to send to, or nobody who wants it ------------------------------------------------------


def blocked_state(lead: Lead) -> tuple[str | None, int, bool]:
    lead.refresh_from_db()
    assert lead.sms_last_blocked_reason is None or lead.sms_last_blocked_at is not None
    return lead.sms_last_blocked_reason, lead.sms_consecutive_blocked_count, lead.sms_dnd_active


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"phone": None}, "missing_phone"),
        ({"phone": None, "phone_raw": "12"}, "phone_normalization_failed"),
        ({"phone": None, "phone_raw": "1234567"}, "phone_normalization_failed"),
    ],
)
def test_without_a_usable_number_nothing_is_sent(lead, simulator, values, code):
    Lead.objects.filter(pk=lead.pk).update(**values)

    result = send(lead)

    assert (result.status, result.code) == ("blocked", code)
    assert blocked_state(lead) == (code, 1, False)
    assert not Message.objects.outbound().exists()
    assert simulator.requests("ghl") == []


def test_unconnected_workspace_blocks_without_blaming_the_lead(workspace, simulator):
    lead = LeadFactory(workspace=workspace, phone=PHONE)

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "channel_not_connected")
    assert blocked_state(lead) == (None, 0, False)


def test_fresh_do_not_disturb_is_not_asked_again(lead, simulator):
    told_at = timezone.now() - timedelta(minutes=59)
    Lead.objects.filter(pk=lead.pk).update(sms_dnd_active=True, sms_dnd_updated_at=told_at)

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "sms_dnd")
    assert blocked_state(lead) == ("sms_dnd", 1, True)
    assert lead.sms_dnd_updated_at == told_at
    assert simulator.requests("ghl") == []


def test_old_do_not_disturb_is_asked_and_lifted(lead, simulator):
    Lead.objects.filter(pk=lead.pk).update(
        sms_dnd_active=True,
        sms_dnd_updated_at=timezone.now() - timedelta(minutes=61),
        sms_consecutive_blocked_count=3,
        sms_last_blocked_at=timezone.now(),
        sms_last_blocked_reason="sms_dnd",
    )

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert (lead.sms_dnd_active, lead.sms_consecutive_blocked_count) == (False, 0)
    assert lead.sms_last_success_at > lead.sms_last_blocked_at


@pytest.mark.parametrize(
    ("prepare", "code", "dnd"),
    [
        (lambda ghl, one: ghl.block_sms(one["id"]), "sms_dnd", True),
        (
            lambda ghl, one: ghl.contacts[one["id"]].update(phone=None, email="x@northfork.example"),
            None,
            False,
        ),
    ],
)
def test_what_the_provider_says_about_the_person_is_remembered(lead, contact, simulator, prepare, code, dnd):
    prepare(simulator.state.ghl, contact)

    result = send(lead)

    if code is None:  # the contact had no phone: it gets the lead's
        assert (result.status, simulator.state.ghl.contacts[contact["id"]]["phone"]) == ("sent", PHONE)
        return
    assert (result.status, result.code) == ("failed", code)
    assert blocked_state(lead) == (code, 1, dnd)
    assert lead.sms_dnd_updated_at is not None
    assert texts(simulator) == []


@pytest.mark.parametrize("code", ["missing phone number", "Invalid country calling code"])
def test_refused_number_counts_on_the_lead(lead, simulator, code):
    simulator.script("ghl", SEND_PATH, status=400, body={"statusCode": 400, "message": code})

    result = send(lead)

    assert result.status == "failed"
    assert blocked_state(lead) == (result.code, 1, False)
    assert result.code in ("missing_phone", "invalid_country_code")


def test_hard_03_no_send_to_opted_out_by_sms(lead, simulator):
    stop_lead(Lead.objects.get(pk=lead.pk), "opt_out")

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "lead_blacklisted")
    assert simulator.requests("ghl") == []
    assert not Message.objects.outbound().exists()


def test_number_that_opted_out_as_another_lead_is_not_texted(lead, simulator):
    remember_opt_out(lead.workspace_id, phones=[(PHONE, "4155552671")], reason="opt_out")

    result = send(lead)

    assert (result.status, result.code) == ("blocked", "lead_blacklisted")
    assert simulator.requests("ghl") == []


def test_stop_of_e_mail_alone_leaves_sms_open(lead, simulator):
    stop_lead(Lead.objects.get(pk=lead.pk), "bounce")

    assert send(lead).status == "sent"


def test_opt_out_while_the_contact_is_looked_up(lead, simulator):
    """The stop comes between the claim and the message."""
    sender = SmsSender()
    prepared = sender.prepare(Lead.objects.get(pk=lead.pk), outbound())
    stop_lead(Lead.objects.get(pk=lead.pk), "opt_out")

    with no_context():
        result = sender.deliver(prepared)

    assert (result.outcome, result.code) == ("failed", "lead_blacklisted")
    assert posts(simulator) == []


# --- the contact -------------------------------------------------------------------------------------


def test_deleted_contact_is_found_anew(lead, contact, simulator):
    simulator.state.ghl.delete_contact(contact["id"])
    other = simulator.state.ghl.add_contact(location_id=LOCATION, email="dana@northfork.example", phone=PHONE)

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert lead.ghl_contact_id == other["id"]
    assert [post["json"]["contactId"] for post in posts(simulator)] == [other["id"]]


def test_contact_deleted_at_the_last_moment_is_found_anew_once(lead, contact, simulator):
    simulator.script("ghl", SEND_PATH, status=404, body={"statusCode": 404, "message": "Contact not found"})

    assert send(lead).status == "sent"

    assert len(posts(simulator)) == 2
    assert texts(simulator) == ["Tuesday at 3?"]


def test_contact_that_stays_unknown_fails_after_one_more_try(lead, simulator):
    simulator.script("ghl", SEND_PATH, times=9, status=404, body={"statusCode": 404, "message": "Contact not found"})

    result = send(lead)

    assert (result.status, result.code) == ("failed", "not_found")
    assert len(posts(simulator)) == 2


def test_phone_of_the_contact_follows_the_lead(lead, contact, simulator):
    simulator.state.ghl.contacts[contact["id"]]["phone"] = "+14155550100"

    assert send(lead).status == "sent"

    assert simulator.state.ghl.contacts[contact["id"]]["phone"] == PHONE
    (changed,) = simulator.requests("ghl", f"/contacts/{contact['id']}", "PUT")
    assert changed["json"] == {"phone": PHONE}


def test_number_that_cannot_be_set_is_not_texted(lead, contact, simulator):
    simulator.state.ghl.contacts[contact["id"]]["phone"] = "+14155550100"
    simulator.script("ghl", "/contacts/*", method="PUT", status=400, body={"message": "duplicated contacts"})

    result = send(lead)

    assert (result.status, result.code) == ("failed", "bad_request")
    assert posts(simulator) == []


@pytest.mark.parametrize("respond", [{"status": 500, "body": {}}, {"close": "after"}])
@pytest.mark.parametrize(("path", "method"), [("/contacts/search", "POST"), ("/contacts/upsert", "POST")])
def test_trouble_before_the_message_is_a_definite_failure(connected, simulator, path, method, respond):
    """Nothing was sent, so it may be sent again: never `unknown`."""
    lead = LeadFactory(workspace=connected, email="new@northfork.example", phone=PHONE)
    simulator.script("ghl", path, method=method, **respond)

    first, second = send(lead), send(lead)

    assert (first.status, second.status) == ("failed", "sent")
    assert texts(simulator) == ["Tuesday at 3?"]


def test_contact_of_another_lead_is_not_used(connected, contact, simulator):
    owner = LeadFactory(workspace=connected, email="kim@northfork.example", ghl_contact_id=contact["id"])
    lead = LeadFactory(workspace=connected, email="dana@northfork.example", phone=PHONE)

    result = send(lead)

    assert (result.status, result.code) == ("failed", "conflict")
    assert posts(simulator) == []
    conflict = LeadIdentityConflict.objects.get()
    assert (conflict.lead_id, conflict.other_lead_id, conflict.value) == (lead.pk, owner.pk, contact["id"])


# --- the number --------------------------------------------------------------------------------------


def test_number_that_worked_is_the_leads(connected, simulator):
    lead = LeadFactory(
        workspace=connected, email=None, phone=None, phone_national="4155552671", phone_raw="(415) 555-2671"
    )

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert (lead.phone, lead.phone_national, lead.phone_country) == (PHONE, "4155552671", "US")
    assert lead.phone_raw == "(415) 555-2671"
    assert next(iter(simulator.state.ghl.contacts.values()))["phone"] == PHONE


def test_number_that_failed_is_not_stored(connected, simulator):
    lead = LeadFactory(workspace=connected, email=None, phone=None, phone_national="4155552671")
    simulator.script("ghl", SEND_PATH, status=400, body={"message": "Cannot send message as DND is active for SMS."})

    assert send(lead).code == "sms_dnd"

    lead.refresh_from_db()
    assert (lead.phone, lead.sms_dnd_active) == (None, True)


def stranded_number(workspace) -> Lead:
    return LeadFactory(workspace=workspace, email=None, phone=None, phone_raw="030 901820")


def name_country(simulator, region: str) -> None:
    text = f'{{"region": "{region}", "confidence": 1}}'
    body = response_body(1, {"model": "gpt-5-mini"}, text, input_tokens=9, output_tokens=9, cut=False)
    simulator.script("openai", "/v1/responses", status=200, body=body)


def test_country_of_a_model_is_kept_once_it_worked(connected, simulator, monkeypatch):
    monkeypatch.setenv("PHONE_E164_AI_ENABLED", "true")
    lead = stranded_number(connected)
    name_country(simulator, "DE")

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert (lead.phone, lead.phone_country) == ("+4930901820", "DE")


def test_number_no_model_can_place_fails_and_counts(connected, simulator, monkeypatch):
    monkeypatch.setenv("PHONE_E164_AI_ENABLED", "true")
    lead = stranded_number(connected)
    name_country(simulator, "")

    result = send(lead)

    assert (result.status, result.code) == ("failed", "phone_normalization_failed")
    assert blocked_state(lead) == ("phone_normalization_failed", 1, False)
    assert (lead.phone, simulator.requests("ghl")) == (None, [])


# --- the provider in trouble -------------------------------------------------------------------------


@pytest.mark.parametrize(("respond", "sent"), [({"status": 502, "body": {}}, 0), ({"close": "after"}, 1)])
def test_hard_02_uncertain_sms_is_never_repeated(lead, simulator, respond, sent):
    simulator.script("ghl", SEND_PATH, **respond)

    first, second = send(lead), send(lead)

    assert (first.status, second.status, second.code) == ("unknown", "blocked", "outcome_unknown")
    assert len(posts(simulator)) == 1
    assert len(texts(simulator)) == sent
    assert blocked_state(lead) == (None, 0, False)
    assert lead.last_answer_at is not None


def test_lost_key_fails_and_disconnects(lead, simulator):
    simulator.state.ghl.keys.clear()

    result = send(lead)

    assert (result.status, result.code) == ("failed", "auth_failed")
    assert Connection.objects.get().status == "DISCONNECTED"
    assert blocked_state(lead) == (None, 0, False)


# --- orders and parts --------------------------------------------------------------------------------


@pytest.fixture
def thread(lead):
    return MessageFactory(lead=lead, channel="sms", body="Sure, when?", email_bison_reply_id=None)


def approve(draft: Draft, seen: Message, by, **options: Any):
    past = timezone.now() - timedelta(minutes=1)
    return approve_draft(
        draft.pk, source=ApprovalSource.DASHBOARD, by=by, seen=Seen(message_id=seen.pk), now=past, **options
    )


def draft_of(thread: Message, content: str) -> Draft:
    return DraftFactory(
        lead=thread.lead, trigger_message=thread, context_message=thread, channel="sms", content=content
    )


def test_parts_leave_in_order_a_second_apart(thread, simulator, setter, gaps):
    draft = draft_of(thread, THREE_PARTS)
    approve(draft, thread, setter)

    drain()

    assert texts(simulator) == ["First part.", "Second part.", "Third part."]
    assert gaps == [1.0, 1.0]
    draft.refresh_from_db()
    assert draft.parts == ["First part.", "Second part.", "Third part."]
    assert SendOrder.objects.get().state == "done"
    assert list(Message.objects.outbound().order_by("draft_part_index").values_list("send_key", flat=True)) == [
        f"draft:{draft.pk}:part:{index}" for index in range(3)
    ]


def test_failed_part_stops_and_a_repeat_resumes_there(thread, simulator, setter, gaps):
    draft = draft_of(thread, THREE_PARTS)
    simulator.script("ghl", SEND_PATH, contains="Second", status=400, body={"message": "refused"})
    approve(draft, thread, setter)
    drain()

    draft.refresh_from_db()
    assert texts(simulator) == ["First part."]
    assert (SendOrder.objects.get().state, draft.status) == ("failed", "pending")

    newest = Message.objects.order_by("-created_at").first()
    approve(draft, newest, setter)
    drain()

    assert texts(simulator) == ["First part.", "Second part.", "Third part."]
    assert SendOrder.objects.get().state == "done"


def test_unknown_part_waits_for_a_person(thread, simulator, setter, gaps):
    draft = draft_of(thread, THREE_PARTS)
    simulator.script("ghl", SEND_PATH, contains="Second", close="after")
    approve(draft, thread, setter)

    drain()

    draft.refresh_from_db()
    assert texts(simulator) == ["First part.", "Second part."]
    assert draft.status == "approved"
    assert list(Message.objects.outbound().order_by("sent_at").values_list("delivery_status", flat=True)) == [
        "sent",
        "unknown",
    ]


def test_reply_between_two_parts_holds_the_rest(thread, simulator, setter, monkeypatch):
    def reply(seconds):
        with tenant(thread.workspace_id):
            MessageFactory(lead=thread.lead, channel="sms", body="Never mind", email_bison_reply_id=None)

    monkeypatch.setattr(orders.time, "sleep", reply)
    approve(draft_of(thread, THREE_PARTS), thread, setter)

    drain()

    order = SendOrder.objects.get()
    assert texts(simulator) == ["First part."]
    assert (order.state, order.held_reason) == ("held", "newer_message")


def test_message_written_by_hand_leaves_in_parts_too(thread, simulator, setter, gaps):
    send_manual(
        thread.lead_id,
        channel="sms",
        text=Text(content="One.\n---\nTwo."),
        seen=Seen(message_id=thread.pk),
        idempotency_key=thread.pk,
        by=setter,
        now=timezone.now() - timedelta(minutes=1),
    )
    drain()

    assert texts(simulator) == ["One.", "Two."]
    assert SendOrder.objects.get().state == "done"


def test_more_than_three_parts_never_leave(thread, simulator, setter):
    draft = draft_of(thread, "Short.")
    approve(draft, thread, setter)
    SendOrder.objects.update(body="a\n---\nb\n---\nc\n---\nd")

    drain()

    draft.refresh_from_db()
    assert (SendOrder.objects.get().state, SendOrder.objects.get().held_reason) == ("failed", "too_long")
    assert draft.status == "pending"
    assert simulator.requests("ghl") == []


def test_full_provider_is_asked_again_later(thread, simulator, setter):
    said = {"message": "Too many requests for this private integration"}
    simulator.script("ghl", SEND_PATH, status=429, body=said)
    draft = draft_of(thread, "Tuesday at 3?")
    approve(draft, thread, setter)

    drain()
    job = BackgroundJob.objects.get(type="SEND_ORDER")
    assert (job.status, job.attempts, SendOrder.objects.get().state) == ("PENDING", 0, "taken")
    assert timedelta(seconds=20) < job.run_at - timezone.now() <= timedelta(seconds=31)

    drain(until=timezone.now() + timedelta(minutes=2))

    draft.refresh_from_db()
    assert texts(simulator) == ["Tuesday at 3?"]
    assert (SendOrder.objects.get().state, draft.status) == ("done", "approved")


def test_provider_that_stays_full_ends_the_order(thread, simulator, setter):
    simulator.script("ghl", SEND_PATH, times=99, status=429, body={"message": "private integration quota"})
    draft = draft_of(thread, "Tuesday at 3?")
    approve(draft, thread, setter)

    drain(until=timezone.now() + timedelta(hours=1))

    draft.refresh_from_db()
    assert len(posts(simulator)) == orders.RATE_LIMITED_TRIES + 1
    assert (SendOrder.objects.get().state, SendOrder.objects.get().held_reason) == ("failed", "rate_limited")
    assert draft.status == "pending"


def test_open_circuit_holds_the_order_back(thread, simulator, setter):
    until = timezone.now() + timedelta(minutes=5)
    ProviderBudget.objects.create(
        workspace=thread.workspace, provider="GHL", state=CircuitState.OPEN, next_try_at=until, open_seconds=300
    )
    approve(draft_of(thread, "Tuesday at 3?"), thread, setter)

    drain()

    assert SendOrder.objects.get().state == "waiting"
    assert simulator.requests("ghl") == []


def test_two_workspaces_text_through_their_own_location(lead, simulator):
    there = WorkspaceFactory()
    ConnectionFactory(
        workspace=there,
        provider="GHL",
        external_account_id="anotherLocation00001",
        secrets={"private_key": API_KEY},
    )
    stranger = LeadFactory(workspace=there, email="dana@northfork.example", phone=PHONE)

    assert [send(lead).status, send(stranger).status] == ["sent", "sent"]

    sent = {message["locationId"]: message["contactId"] for message in simulator.state.ghl.messages}
    assert set(sent) == {LOCATION, "anotherLocation00001"}
    assert len(set(sent.values())) == 2
