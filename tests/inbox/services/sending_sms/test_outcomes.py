"""A text reaches the lead's contact once, whatever the provider does."""

import pytest

from inbox.models import Message
from integrations.models import Connection
from tests.factories.integrations import API_KEY, ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.services.sending_sms.conftest import PHONE, SEND_PATH, blocked_state, posts, send, texts
from tests.integrations.ghl.payloads import LOCATION

pytestmark = pytest.mark.django_db


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
