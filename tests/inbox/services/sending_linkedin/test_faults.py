"""Every fault of LinkedIn has one end state, and none sends twice."""

import pytest

from inbox.models import Message
from integrations.models import Connection
from tests.factories.leads import LeadFactory
from tests.inbox.services.conftest import arrive
from tests.inbox.services.sending_linkedin.conftest import CHATS, INVITE, USERS, posted, send
from tests.integrations.unipile.payloads import ACCOUNT, account_status

pytestmark = pytest.mark.django_db

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

    first, second = send(lead), send(lead, send_key="manual:2:part:0")

    lead.refresh_from_db()
    other.refresh_from_db()
    assert (first.code, second.status, second.code) == ("linkedin_unreachable", "blocked", "linkedin_unreachable")
    assert lead.linkedin_unreachable_reason == "Recipient cannot be reached: This recipient cannot be reached."
    assert (other.linkedin_unreachable_at, Connection.objects.get().status) == (None, "CONNECTED")


def test_lost_account_stops_the_next_send(lead, dana, simulator):
    simulator.state.unipile.accounts[ACCOUNT] = False

    first, second = send(lead), send(lead, send_key="manual:2:part:0")

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
