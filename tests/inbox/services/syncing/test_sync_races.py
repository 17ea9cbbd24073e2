"""Two real connections: a webhook, a second comparison or a send meets a comparison of the same conversation."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from inbox.enums import MessageOrigin, SentBy
from inbox.models import Message
from inbox.services.channels.base import Outbound
from inbox.services.receiving import receive_message
from inbox.services.sending import send_message
from inbox.services.syncing.conversations import sync_conversation
from integrations.contracts import Address, InboundMessage, PersonDetails, ProviderIds
from leads.models import Lead
from leads.services.rollups import recompute_rollups
from tests.inbox.services.syncing.calls import sms_call
from tests.inbox.services.syncing.conftest import EMAIL, Providers, ago, make_providers
from tests.inbox.services.test_races import at_once
from tests.support.simulator import RunningSimulator
from zrg.workspaces.context import platform, tenant

ROUNDS = range(4)


@pytest.fixture
def providers(committed_db: None, simulator: RunningSimulator) -> Providers:
    with platform():
        return make_providers(simulator)


def compare(providers: Providers) -> Callable[[], Any]:
    lead = providers.lead
    return lambda: sync_conversation(lead.workspace_id, lead.pk, force=True)


def in_tenant(providers: Providers, work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with tenant(providers.lead.workspace_id):
            return work()

    return run


def bodies(providers: Providers) -> list[str]:
    """The texts of the thread; the rollups must agree with the rows."""
    with platform():
        lead = Lead.objects.get(pk=providers.lead.pk)
        assert recompute_rollups(lead) == {}
        return list(Message.objects.of_lead(lead.pk).in_thread_order().values_list("body", flat=True))


def mail_call(providers: Providers, reply_id: str, text: str) -> str:
    return receive_message(
        InboundMessage(
            workspace_id=providers.lead.workspace_id,
            event_id=uuid4(),
            event_key=f"reply:{reply_id}",
            event_type="LEAD_REPLIED",
            provider="EMAILBISON",
            channel="email",
            received_at=ago(),
            provider_message_id=reply_id,
            thread_handle=reply_id,
            person=PersonDetails(email=EMAIL),
            ids=ProviderIds(email_bison_lead_id=providers.lead.email_bison_lead_id),
            from_address=Address(email=EMAIL),
            text=text,
            sent_at=ago(minutes=1),
        )
    )


def test_hard_03_sync_and_webhook_of_one_reply_make_one_message(providers: Providers) -> None:
    expected = []
    for number in ROUNDS:
        text = f"Question {number}"
        reply_id = providers.reply(text, at=ago(minutes=1))
        at_once(compare(providers), in_tenant(providers, lambda r=reply_id, t=text: mail_call(providers, r, t)))
        expected.append(text)
        assert sorted(bodies(providers)) == expected


def test_hard_03_sync_and_webhook_of_one_sms_make_one_message(providers: Providers) -> None:
    expected = []
    for number in ROUNDS:
        text = f"Text {number}"
        providers.sms(text)
        at_once(compare(providers), in_tenant(providers, lambda t=text, n=number: sms_call(providers, t, key=f"c{n}")))
        compare(providers)()
        expected.append(text)
        assert sorted(bodies(providers)) == expected

    with platform():
        rows = Message.objects.of_lead(providers.lead.pk)
        assert rows.filter(ghl_id__isnull=False, webhook_dedupe_key__isnull=False).count() == len(ROUNDS)


def test_two_comparisons_at_once_insert_once(providers: Providers) -> None:
    providers.reply("Hello", at=ago(minutes=3))
    providers.mail("Hi", at=ago(minutes=2))
    providers.sms("Text", at=ago(minutes=1))

    at_once(compare(providers), compare(providers), compare(providers))

    assert bodies(providers) == ["Hello", "Hi", "Text"]


def test_hard_03_sync_meets_a_send_and_neither_doubles(providers: Providers, simulator: RunningSimulator) -> None:
    providers.reply("Could you send more?", at=ago(minutes=5))
    compare(providers)()
    simulator.script("emailbison", "/api/replies/*/reply", method="POST", delay_ms=150, times=len(ROUNDS))

    for number in ROUNDS:
        outbound = Outbound(
            channel="email",
            body=f"Answer {number}",
            send_key=f"manual:{number}:part:0",
            origin=MessageOrigin.SETTER,
            sent_by=SentBy.SETTER,
        )
        at_once(
            lambda o=outbound: send_message(providers.lead.workspace_id, providers.lead.pk, o),
            lambda: [compare(providers)() for _ in range(3)],
        )

    compare(providers)()
    assert sorted(bodies(providers)) == [*(f"Answer {number}" for number in ROUNDS), "Could you send more?"]
    assert len(simulator.sent_replies()) == len(ROUNDS)
