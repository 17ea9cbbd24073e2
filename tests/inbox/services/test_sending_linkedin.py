"""LinkedIn through `send_message`: prerequisites, the kind used, every fault's end state, what the lead keeps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.enums import DeliveryStatus, MessageOrigin, OrderSource, SentBy
from inbox.models import Draft, Message, SendOrder
from inbox.services.channels.base import Outbound
from inbox.services.orders import OrderText, place_order
from inbox.services.sending import send_message
from inbox.services.settling import record_result
from integrations.enums import Code
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.health import record_circuit
from integrations.services.processing import process
from integrations.transport import failure
from integrations.unipile.types import Delivery
from leads.models import Lead, LeadIdentityConflict
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.integrations.unipile.payloads import ACCOUNT, CANONICAL, account_status, echoed
from tests.support.drain import drain
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import platform, tenant

pytestmark = pytest.mark.django_db

CHATS, INVITE, USERS = "/api/v1/chats", "/api/v1/users/invite", "/api/v1/users/*"
TEXT = "Here it is"


@pytest.fixture
def linked(workspace, simulator):
    """The workspace, connected to a LinkedIn account of the simulator."""
    simulator.state.unipile.add_account(ACCOUNT)
    ConnectionFactory(workspace=workspace, provider="UNIPILE", external_account_id=ACCOUNT, secrets={})
    return workspace


@pytest.fixture
def lead(linked):
    return LeadFactory(workspace=linked, linkedin_url=CANONICAL)


@pytest.fixture
def dana(simulator):
    """The lead at LinkedIn."""

    def change(**values):
        return simulator.state.unipile.person("dana-reyes", **values)

    return change


def send(lead, key: str = "manual:1:part:0", **changes):
    values = {
        "channel": "linkedin",
        "body": TEXT,
        "send_key": key,
        "origin": MessageOrigin.SETTER,
        "sent_by": SentBy.SETTER,
    }
    return send_message(lead.workspace_id, lead.pk, Outbound(**{**values, **changes}))


def posted(simulator) -> list[str]:
    return [one["path"].removeprefix("/api/v1") for one in simulator.requests("unipile", method="POST")]


# --- the three ways --------------------------------------------------------------------------------------


def test_message_to_a_connection(lead, dana, simulator):
    member_id = dana(distance="FIRST_DEGREE")["provider_id"]

    result = send(lead)

    message = Message.objects.get()
    lead.refresh_from_db()
    assert (result.status, posted(simulator)) == ("sent", ["/chats"])
    assert (message.delivery_status, message.linkedin_kind, message.unipile_message_id) == ("sent", "dm", "urn_00001")
    assert (message.source, message.origin, message.subject) == ("zrg", "setter", None)
    assert (lead.linkedin_id, lead.linkedin_connection) == (member_id, "connected")
    assert (lead.linkedin_connection_checked_at is None, lead.linkedin_invited_at) == (False, None)
    assert (lead.last_answer_at is None, lead.channels, lead.is_open) == (False, ["linkedin"], False)


def test_invitation_to_a_stranger(lead, dana, simulator):
    result = send(lead)

    message = Message.objects.get()
    lead.refresh_from_db()
    assert (result.status, posted(simulator)) == ("sent", ["/users/invite"])
    assert (message.linkedin_kind, message.unipile_message_id) == ("connection_request", None)
    assert lead.linkedin_connection == "pending"
    assert timezone.now() - lead.linkedin_invited_at < timedelta(minutes=1)


def test_inmail_is_stored_with_its_subject(lead, dana):
    dana(open_profile=True)

    send(lead, allow_inmail=True)

    message = Message.objects.get()
    lead.refresh_from_db()
    assert (message.linkedin_kind, message.subject, lead.linkedin_connection) == (
        "inmail",
        "Quick question",
        "not_connected",
    )


def test_member_id_is_asked_for_before_the_address(lead, dana, simulator):
    member_id = dana(distance="FIRST_DEGREE")["provider_id"]
    Lead.objects.update(linkedin_id=member_id)

    send(lead)

    assert simulator.requests("unipile")[0]["path"] == f"/api/v1/users/{member_id}"


def test_address_with_letters_of_any_script(lead, simulator):
    Lead.objects.update(linkedin_url="https://linkedin.com/in/j%C3%BCrgen-m")

    send(lead)

    assert simulator.requests("unipile")[0]["path"] == "/api/v1/users/j%C3%BCrgen-m"
    assert simulator.state.unipile.person("jürgen-m")["note"] == TEXT


def test_same_key_again_is_a_duplicate(lead, dana, simulator):
    send(lead)

    assert send(lead).status == "duplicate"
    assert posted(simulator) == ["/users/invite"]


def test_member_id_of_another_lead_is_not_taken(lead, dana):
    member_id = dana(distance="FIRST_DEGREE")["provider_id"]
    other = LeadFactory(workspace=lead.workspace, linkedin_id=member_id)

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    conflict = LeadIdentityConflict.objects.get()
    assert (lead.linkedin_id, lead.linkedin_connection) == (None, "connected")
    assert (conflict.lead_id, conflict.other_lead_id, conflict.value) == (lead.pk, other.pk, member_id)


# --- what is checked before ------------------------------------------------------------------------------


def blocked(lead, simulator, code):
    result = send(lead)
    assert (result.status, result.code) == ("blocked", code)
    assert not Message.objects.exists()
    assert simulator.requests("unipile") == []


def test_company_page_is_no_person(lead, simulator):
    Lead.objects.update(linkedin_url=None, linkedin_company_url="https://linkedin.com/company/northfork")

    blocked(lead, simulator, "no_linkedin_profile")


@pytest.mark.parametrize("change", [{"status": "DISCONNECTED"}, {"is_active": False}])
def test_lost_account(lead, simulator, change):
    Connection.objects.update(**change)

    blocked(lead, simulator, "linkedin_disconnected")


def test_workspace_without_an_account(lead, simulator):
    Connection.objects.all().delete()

    blocked(lead, simulator, "linkedin_disconnected")


def test_lead_that_cannot_be_reached(lead, simulator):
    Lead.objects.update(linkedin_unreachable_at=timezone.now(), linkedin_unreachable_reason="x")

    blocked(lead, simulator, "linkedin_unreachable")


@pytest.mark.parametrize("reason", ["opt_out", "unsubscribed", "complaint", "manual"])
def test_hard_03_stop_covers_linkedin(lead, simulator, reason):
    Lead.objects.update(status="blacklisted", blacklist_reason=reason)

    blocked(lead, simulator, "lead_blacklisted")


def test_bounced_mail_does_not_stop_linkedin(lead, dana):
    Lead.objects.update(status="blacklisted", blacklist_reason="bounce")

    assert send(lead).status == "sent"


# --- faults ----------------------------------------------------------------------------------------------

DISCONNECTED = {"status": 401, "body": {"type": "errors/disconnected_account", "title": "Disconnected account"}}
UNREACHABLE = {"status": 422, "body": {"type": "errors/recipient_cannot_be_reached", "title": "Cannot be reached"}}
LIMITED = {"status": 429, "body": {"title": "Too many requests"}, "headers": {"Retry-After": "60"}}


@pytest.mark.parametrize(
    ("path", "respond", "status", "code"),
    [
        (USERS, LIMITED, "failed", "rate_limited"),
        (USERS, {"status": 500, "body": {}}, "failed", "provider_5xx"),
        (USERS, {"close": "before"}, "failed", "network"),
        (USERS, {"delay_ms": 1_300}, "failed", "timeout"),
        (USERS, DISCONNECTED, "failed", "linkedin_disconnected"),
        (USERS, {"status": 401, "body": {"type": "errors/invalid_credentials"}}, "failed", "auth_failed"),
        (CHATS, LIMITED, "failed", "rate_limited"),
        (CHATS, {"status": 500, "body": {}}, "unknown", "provider_5xx"),
        (CHATS, {"status": 503, "body": "down"}, "unknown", "provider_5xx"),
        (CHATS, {"close": "before"}, "unknown", "network"),
        (CHATS, {"close": "after"}, "unknown", "network"),
        (CHATS, {"delay_ms": 1_300}, "unknown", "timeout"),
        (CHATS, {"status": 200, "body": "<html>"}, "unknown", "invalid_response"),
        (CHATS, {"status": 200, "body": {}}, "unknown", "invalid_response"),
        (CHATS, DISCONNECTED, "failed", "linkedin_disconnected"),
        (CHATS, UNREACHABLE, "failed", "linkedin_unreachable"),
    ],
)
def test_every_fault_has_one_end_state(lead, dana, simulator, monkeypatch, path, respond, status, code):
    monkeypatch.setenv("UNIPILE_TIMEOUT_MS", "1000")
    dana(distance="FIRST_DEGREE")
    simulator.script("unipile", path, **respond)

    result = send(lead)

    message = Message.objects.get()
    assert (result.status, result.code) == (status, code)
    assert (message.delivery_status, message.delivery_error_code) == (status, code)
    # A slow call is in the journal when it ends; that its script was taken shows that it arrived.
    assert simulator.state.scripts.waiting() == []
    assert set(posted(simulator)) <= ({"/chats"} if path == CHATS else set())
    assert message.linkedin_kind == ("dm" if status == "unknown" else None)


def test_server_that_is_not_there(lead, monkeypatch):
    monkeypatch.setenv("UNIPILE_DSN", "http://127.0.0.1:9")

    result = send(lead)

    assert (result.status, result.code) == ("failed", "network")


def test_unreachable_marks_the_lead_alone(lead, dana):
    other = LeadFactory(workspace=lead.workspace, linkedin_url="https://linkedin.com/in/kim")
    dana(distance="FIRST_DEGREE", reachable=False)

    first, second = send(lead), send(lead, key="manual:2:part:0")

    lead.refresh_from_db()
    other.refresh_from_db()
    assert (first.code, second.status, second.code) == ("linkedin_unreachable", "blocked", "linkedin_unreachable")
    assert lead.linkedin_unreachable_reason == "Recipient cannot be reached: This recipient cannot be reached."
    assert (other.linkedin_unreachable_at, Connection.objects.get().status) == (None, "CONNECTED")


def test_lost_account_stops_the_next_send(lead, dana, simulator):
    simulator.state.unipile.accounts[ACCOUNT] = False

    first, second = send(lead), send(lead, key="manual:2:part:0")

    assert (first.status, first.code) == ("failed", "linkedin_disconnected")
    assert (second.status, second.code) == ("blocked", "linkedin_disconnected")
    assert len(simulator.requests("unipile")) == 1


def test_account_that_came_back_sends_again(lead, dana, simulator):
    simulator.state.unipile.accounts[ACCOUNT] = False
    send(lead)
    simulator.state.unipile.accounts[ACCOUNT] = True
    arrive(lead.workspace, account_status("RECONNECTED"))

    assert send(lead).status == "sent"
    assert Message.objects.get().delivery_status == "sent"


def test_pending_invitation_is_told_to_the_sender(lead, dana):
    dana(invitation={"type": "SENT", "status": "PENDING"})

    result = send(lead)

    lead.refresh_from_db()
    assert (result.status, result.detail) == ("failed", "Connection request is pending")
    assert lead.linkedin_connection == "pending"


def test_long_note_fails_and_a_shorter_one_leaves(lead, dana, simulator):
    too_long = send(lead, body="x" * 301)
    shorter = send(lead, body="x" * 300)

    assert (too_long.status, too_long.code, too_long.detail) == ("failed", "bad_request", "note too long")
    assert (shorter.status, posted(simulator)) == ("sent", ["/users/invite"])


def test_hard_03_unknown_never_resent(lead, dana, simulator):
    simulator.script("unipile", INVITE, close="after")

    first, second = send(lead), send(lead)

    assert (first.status, second.status, second.code) == ("unknown", "blocked", "outcome_unknown")
    assert posted(simulator) == ["/users/invite"]
    lead.refresh_from_db()
    assert lead.last_answer_at is not None


def test_stop_during_the_inmail_forbids_the_invitation(lead, dana, simulator, monkeypatch):
    """The operator's switch is thrown after the checks of the first call."""
    dana(open_profile=True)
    simulator.script("unipile", CHATS, status=402, body={})

    def switch_off(lead):
        # The last check before the message is written ahead; what comes now comes after it.
        monkeypatch.setenv("OUTBOUND_DISABLED", "1")

    result = send(lead, allow_inmail=True, guard=switch_off)

    assert (result.status, result.code) == ("failed", "payment_required")
    assert posted(simulator) == ["/chats"]


# --- copies ----------------------------------------------------------------------------------------------


def arrive(workspace, payload) -> str:
    event = WebhookEvent.objects.create(
        workspace=workspace,
        provider="UNIPILE",
        event_type="x",
        dedupe_key=f"k{WebhookEvent.objects.count()}",
        raw=payload,
    )
    with tenant(workspace.pk):
        return process(event)


def copy_of_newest(simulator, event: str) -> dict:
    given = {"event": event, "linkedin": "dana-reyes", "account_id": ACCOUNT}
    return simulator.state.unipile.compose(given, base_url="").json


def test_copy_of_an_unconfirmed_message_settles_it(lead, dana, simulator):
    dana(distance="FIRST_DEGREE")
    simulator.script("unipile", CHATS, close="after")
    assert send(lead).status == "unknown"

    copy = simulator.state.unipile.compose(
        {"event": "echo", "linkedin": "dana-reyes", "account_id": ACCOUNT}, base_url=""
    )
    assert arrive(lead.workspace, copy.json) == "processed"

    message = Message.objects.get()
    assert (message.delivery_status, message.unipile_message_id) == ("sent", "urn_00001")
    assert posted(simulator) == ["/chats"]


def test_copy_of_a_sent_message_changes_nothing(lead, dana, simulator):
    dana(distance="FIRST_DEGREE")
    send(lead)
    before = Message.objects.values().get()

    for event in ("echo", "message.sent"):
        arrive(lead.workspace, copy_of_newest(simulator, event))

    assert Message.objects.values().get() == before


@pytest.mark.parametrize(
    "result",
    [
        ProviderResult(outcome="unknown", code="timeout", data=Delivery(kind="dm", state="connected")),
        failure(Code.RATE_LIMITED, "slow down"),
    ],
)
def test_copy_that_came_first_proves_the_message_sent(lead, result):
    message = MessageFactory(
        lead=lead,
        outbound=True,
        channel="linkedin",
        body=TEXT,
        delivery_status=DeliveryStatus.SENDING,
        sent_at=timezone.now(),
    )
    arrive(lead.workspace, echoed(timestamp=timezone.now().isoformat()))

    recorded = record_result(message.pk, result, claimed_at=message.sent_at)

    message.refresh_from_db()
    assert (recorded.status, message.delivery_status, message.unipile_message_id) == ("sent", "sent", "urn_own1")
    assert Message.objects.count() == 1


def test_unconfirmed_linkedin_message_is_not_looked_for_in_mail(lead, dana, simulator):
    ConnectionFactory(workspace=lead.workspace, external_account_id="14")
    Lead.objects.update(email_bison_lead_id="55021")
    simulator.script("unipile", INVITE, close="after")
    send(lead)

    drain(until=timezone.now() + timedelta(hours=7))

    assert Message.objects.get().delivery_status == "unknown"
    assert simulator.requests("emailbison") == []


# --- orders ----------------------------------------------------------------------------------------------


def order(lead, source, **changes) -> SendOrder:
    text = OrderText(channel="linkedin", body=TEXT, due_at=timezone.now())
    with tenant(lead.workspace_id):
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        placed, _ = place_order(locked, text, order_key=f"manual:{source}", source=source, **changes)
    return placed


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (OrderSource.DASHBOARD, "inmail"),
        (OrderSource.SLACK, "inmail"),
        (OrderSource.FOLLOWUP_DUE, "connection_request"),
        (OrderSource.API, "connection_request"),
    ],
)
def test_only_people_spend_inmail(lead, dana, source, kind):
    dana(open_profile=True)

    order(lead, source)
    drain()

    assert Message.objects.get().linkedin_kind == kind
    assert SendOrder.objects.get().state == "done"


def test_nothing_leaves_on_linkedin_unattended(lead, dana):
    dana(open_profile=True)

    order(lead, OrderSource.AUTO_SEND)
    drain()

    assert not Message.objects.exists()
    assert SendOrder.objects.get().state == "cancelled"


def test_failed_order_opens_the_draft_again(lead, dana):
    dana(invitation={"type": "SENT", "status": "PENDING"})
    draft = DraftFactory(lead=lead, channel="linkedin", content=TEXT, status="approved")

    order(lead, OrderSource.DASHBOARD, draft=draft)
    drain()

    assert (SendOrder.objects.get().state, Draft.objects.get().status) == ("failed", "pending")


def test_order_waits_while_the_circuit_is_open(lead, dana, simulator):
    with platform():
        for _ in range(5):
            record_circuit(None, "UNIPILE", failure(Code.TIMEOUT, "x"))

    order(lead, OrderSource.DASHBOARD)
    drain()

    assert SendOrder.objects.get().state == "waiting"
    assert simulator.requests("unipile") == []
