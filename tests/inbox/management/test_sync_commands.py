"""Comparing conversations from the command line."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inbox.models import Message
from inbox.schedules import run_conversation_sync
from tests.factories.inbox import MessageFactory
from tests.inbox.services.syncing.conftest import Providers, ago, make_providers
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def providers(db: None, simulator: RunningSimulator) -> Providers:
    return make_providers(simulator)


def test_workspace_is_compared_now(providers: Providers, capsys: Any) -> None:
    MessageFactory(lead=providers.lead, sent_at=ago(days=1))
    providers.sms("Lost text", at=ago(hours=2))

    call_command("sync_conversations", workspace=providers.lead.workspace_id, days=7)
    call_command("sync_conversations", workspace=providers.lead.workspace_id, days=7)

    assert capsys.readouterr().out.splitlines() == [
        "1 conversations: 1 new message.",
        "1 conversations: Nothing new.",
    ]
    assert Message.objects.filter(body="Lost text").count() == 1


def test_quiet_conversations_are_left_out(providers: Providers, capsys: Any) -> None:
    MessageFactory(lead=providers.lead, sent_at=ago(days=9))

    call_command("sync_conversations", workspace=providers.lead.workspace_id, days=7)

    assert capsys.readouterr().out.splitlines() == ["No conversation in that time."]
    with pytest.raises(CommandError):
        call_command("sync_conversations", workspace=uuid4())


def test_unknown_sends_are_settled_or_listed(providers: Providers, capsys: Any) -> None:
    sent = {"lead": providers.lead, "outbound": True, "subject": "Re: quick idea", "delivery_status": "unknown"}
    there = MessageFactory(**sent, body="It left", sent_at=ago(minutes=30))
    lost = MessageFactory(**sent, body="It did not", sent_at=ago(minutes=20))
    providers.mail("It left", at=ago(minutes=30))

    call_command("resolve_unknown_sends")

    there.refresh_from_db()
    lost.refresh_from_db()
    lines = capsys.readouterr().out.splitlines()
    assert (there.delivery_status, lost.delivery_status) == ("sent", "unknown")
    assert lines[0] == "1 of 2 settled"
    assert lines[1].startswith(f"open: message {lost.pk} (email)")
    assert providers.simulator.sent_replies() == []


def test_schedule_queues_a_job_per_lead_and_counts(providers: Providers) -> None:
    MessageFactory(lead=providers.lead, sent_at=ago(days=1))
    providers.sms("Lost text", at=ago(hours=2))
    run = RunContext(
        job="conversation-sync",
        deadline=float("inf"),
        correlation_id="test",
        params={"clientId": str(providers.lead.workspace_id), "days": 7},
    )

    run_conversation_sync(run)
    drain()

    assert run.stats == {"leads": 1, "queued": 1, "workspaces": 1}
    assert BackgroundJob.objects.filter(type="CONVERSATION_SYNC").count() == 1
    assert Message.objects.filter(body="Lost text").count() == 1
