"""What the simulated SmartLead and Instantly call the product with, the doors accept."""

from typing import Any

import pytest

from integrations.instantly.simulator import InstantlySimulator
from integrations.models import Connection
from integrations.simulator.core import CallingSimulator, KeyedSimulator
from integrations.smartlead.simulator import SmartLeadSimulator
from tests.integrations.instantly.payloads import SECRET as INSTANTLY_SECRET
from tests.integrations.smartlead.payloads import SECRET as SMARTLEAD_SECRET
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent

GIVEN = {"email": "Dana@northfork.example", "first_name": "Dana", "last_name": "Reyes", "text": "Tuesday works."}


def post(client: ZrgClient, provider: Any, connection: Connection, **given: Any) -> Any:
    call = provider.compose(
        {**GIVEN, "client_id": str(connection.workspace_id), **given}, base_url="http://127.0.0.1:8400/x"
    )
    return client.post(call.path, call.json, content_type="application/json", headers=call.headers)


@pytest.mark.parametrize("event", SmartLeadSimulator.events)
def test_smartlead_events(harbor: Connection, client: ZrgClient, event: str) -> None:
    provider = SmartLeadSimulator()

    first = post(client, provider, harbor, event=event, secret=SMARTLEAD_SECRET)
    other = post(client, provider, harbor, event=event, secret=SMARTLEAD_SECRET, email="lee@harbor.example")

    assert (first.json()["queued"], other.json()["queued"]) == (True, True)
    kept = WebhookEvent.objects.order_by("created_at").values_list("event_type", "lead_email")
    assert list(kept) == [(event, "dana@northfork.example"), (event, "lee@harbor.example")]


@pytest.mark.parametrize("event", InstantlySimulator.events)
def test_instantly_events(pine: Connection, client: ZrgClient, event: str) -> None:
    response = post(client, InstantlySimulator(), pine, event=event, secret=INSTANTLY_SECRET)

    assert response.json()["queued"] is True
    kept = WebhookEvent.objects.get()
    assert (kept.event_type, kept.lead_email) == (event, "dana@northfork.example")


def test_two_answers_of_one_person_are_two_events(harbor: Connection, client: ZrgClient) -> None:
    provider = SmartLeadSimulator()
    for text in ("Tuesday works.", "Or Friday."):
        post(client, provider, harbor, event="EMAIL_REPLY", text=text, secret=SMARTLEAD_SECRET)

    assert WebhookEvent.objects.count() == 2


def test_their_own_secret_is_not_ours(harbor: Connection, pine: Connection, client: ZrgClient) -> None:
    for provider, connection in ((SmartLeadSimulator(), harbor), (InstantlySimulator(), pine)):
        assert post(client, provider, connection, event=provider.events[0]).status_code == 401


@pytest.mark.unit
@pytest.mark.parametrize("make", [SmartLeadSimulator, InstantlySimulator])
def test_they_may_be_told_of_keys_and_call_us(make: Any) -> None:
    provider = make()
    provider.add_key("another")

    provider.reset()

    assert isinstance(provider, CallingSimulator)
    assert isinstance(provider, KeyedSimulator)
    assert "another" not in provider.keys
