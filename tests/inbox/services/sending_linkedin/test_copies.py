"""Copies of our own LinkedIn messages settle what was uncertain and add nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.enums import DeliveryStatus
from inbox.models import Message
from inbox.services.settling import record_result
from integrations.enums import Code
from integrations.results import ProviderResult
from integrations.transport import failure
from integrations.unipile.types import Delivery
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.factories.integrations import ConnectionFactory
from tests.inbox.services.conftest import arrive
from tests.inbox.services.sending_linkedin.conftest import CHATS, INVITE, TEXT, posted, send
from tests.integrations.unipile.payloads import ACCOUNT, echoed
from tests.support.drain import drain

pytestmark = pytest.mark.django_db


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
