"""Stored calls become contracts in the worker."""

from typing import Any

import pytest

from integrations import registry
from integrations.contracts import InboundMessage, ProviderEvent
from integrations.models import Connection, EmailSender
from tests.factories import EmailSenderFactory
from tests.integrations.emailbison.payloads import REPLY, URL, call
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.services.replaying import replay_events


def post(client: ZrgClient, payload: dict[str, Any]) -> None:
    assert client.post(URL, payload, content_type="application/json").status_code in (200, 404)


def test_event_reaches_its_receiver(northfork: Connection, client: ZrgClient, contracts: list[ProviderEvent]) -> None:
    post(client, call())
    drain()

    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome) == (EventStatus.SUCCEEDED, "processed")
    (contract,) = contracts
    assert isinstance(contract, InboundMessage)
    assert (contract.workspace_id, contract.event_id, contract.event_key) == (
        northfork.workspace_id,
        event.pk,
        event.dedupe_key,
    )


def test_mailbox_of_an_event_is_remembered(
    northfork: Connection, client: ZrgClient, contracts: list[ProviderEvent]
) -> None:
    post(client, call())
    post(client, call("EMAIL_SENT"))
    drain()

    sender = EmailSender.objects.get()
    assert (sender.workspace_id, sender.sender_email_id) == (northfork.workspace_id, "67")
    assert (sender.email_address, sender.is_sendable) == ("priya@outbound.example", True)


def test_remembered_mailbox_does_not_lift_a_refusal(
    northfork: Connection, client: ZrgClient, contracts: list[ProviderEvent]
) -> None:
    EmailSenderFactory(workspace=northfork.workspace, sender_email_id="67", is_sendable=False)

    post(client, call())
    drain()

    assert EmailSender.objects.get().is_sendable is False


def test_large_body_is_processed(northfork: Connection, client: ZrgClient, contracts: list[ProviderEvent]) -> None:
    post(client, call(reply={**REPLY, "text_body": "ü" * 50_000}))
    drain()

    (contract,) = contracts
    assert isinstance(contract, InboundMessage)
    assert contract.text == "ü" * 50_000


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (call(reply={}), "ignored:missing_reply_id"),
        (call("NOBODY_KNOWS"), "ignored:unknown_event_type"),
        ({"event": {"type": "LEAD_REPLIED"}}, "ignored:missing_data"),
        ({}, "ignored:unknown_event_type"),
    ],
)
def test_events_routed_by_hand_are_checked_again(
    northfork: Connection, contracts: list[ProviderEvent], payload: dict[str, Any], outcome: str
) -> None:
    WebhookEvent.objects.create(
        workspace=northfork.workspace, provider="EMAILBISON", event_type="x", dedupe_key="k", raw=payload
    )

    drain()

    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome) == (EventStatus.SUCCEEDED, outcome)
    assert contracts == []


def test_event_without_a_body_waits_for_a_person(northfork: Connection, contracts: list[ProviderEvent]) -> None:
    WebhookEvent.objects.create(
        workspace=northfork.workspace, provider="EMAILBISON", event_type="LEAD_REPLIED", dedupe_key="k", raw=None
    )

    drain(expect_failures=True)

    assert WebhookEvent.objects.get().status == EventStatus.FAILED


@pytest.mark.parametrize(
    ("event_type", "sendable", "reason"),
    [
        ("EMAIL_ACCOUNT_DISCONNECTED", False, "disconnected"),
        ("EMAIL_ACCOUNT_REMOVED", False, "deleted"),
        ("EMAIL_ACCOUNT_RECONNECTED", True, None),
    ],
)
def test_account_events_stay_in_this_app(
    northfork: Connection,
    client: ZrgClient,
    contracts: list[ProviderEvent],
    simulator: RunningSimulator,
    event_type: str,
    sendable: bool,
    reason: str | None,
) -> None:
    sender = EmailSenderFactory(workspace=northfork.workspace, sender_email_id="67", is_sendable=not sendable)
    simulator.script("emailbison", status=500)
    post(client, call(event_type, lead=None, reply=None, scheduled_email=None, campaign=None))
    drain()

    sender.refresh_from_db()
    assert (sender.is_sendable, sender.disabled_reason) == (sendable, reason)
    assert contracts == []
    assert BackgroundJob.objects.filter(type="EMAIL_SENDERS_REFRESH").count() == 1


def test_replay_repeats_the_same_contract(
    northfork: Connection, client: ZrgClient, contracts: list[ProviderEvent]
) -> None:
    post(client, call(reply={**REPLY, "date_received": None, "created_at": None}))
    drain()
    WebhookEvent.objects.update(status=EventStatus.PENDING, outcome=None)
    drain()

    assert contracts[0] == contracts[1]


def test_contract_nobody_receives_is_kept_and_replayed(
    northfork: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_receivers", {})
    post(client, call())
    drain()
    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome, event.attempts) == (EventStatus.SUCCEEDED, "ignored:no_receiver", 1)
    contracts: list[ProviderEvent] = []
    registry.register_receiver(InboundMessage, lambda contract: contracts.append(contract) or "processed")

    assert replay_events([event.pk], by=None) == 1
    drain()

    event.refresh_from_db()
    assert (event.outcome, len(contracts)) == ("processed", 1)
