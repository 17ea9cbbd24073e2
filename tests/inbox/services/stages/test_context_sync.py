"""Stage 3: a short SMS without anything of ours in the thread is read with the provider's history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import InboundStageRun, Message
from inbox.services.syncing.conversations import sync_conversation
from tests.factories.inbox import MessageFactory
from tests.inbox.services.syncing.conftest import Providers, ago, providers  # noqa: F401  # fixture
from tests.support.drain import drain
from zrg.jobs.services.enqueue import enqueue_job

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

QUESTION = "Shall we send you the price list?"


def arrives(providers: Providers, body="Yes please", *, channel="sms", **values):  # noqa: F811
    lead = providers.lead
    message = MessageFactory(lead=lead, body=body, channel=channel, **values)
    job = {"email": "EMAIL", "sms": "SMS", "linkedin": "LINKEDIN"}[channel]
    enqueue_job(f"{job}_INBOUND_POST_PROCESS", lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    drain()
    return message


def stage(message):
    return InboundStageRun.objects.values_list("state", "error_code").get(message=message, stage="context_sync")


def test_history_is_fetched_once_and_read(providers, simulator):  # noqa: F811
    providers.sms(QUESTION, inbound=False, at=ago(hours=2))

    message = arrives(providers)

    assert stage(message) == ("done", "")
    assert Message.objects.outbound().get().body == QUESTION
    asked = simulator.asked("sentiment.classify.v1")[0]["input"][1]["content"]
    assert QUESTION in asked


@pytest.mark.parametrize(
    ("body", "changes", "code"),
    [
        ("Yes please, and tell me what it costs", {}, "long_enough"),
        ("STOP", {"safety_kind": "opt_out"}, "safety_opt_out"),
        ("Yes please", {"channel": "email"}, "email"),
    ],
)
def test_what_needs_no_history_fetches_none(providers, simulator, body, changes, code):  # noqa: F811
    message = arrives(providers, body, **changes)

    assert stage(message) == ("skipped", code)
    assert simulator.requests("ghl", "/conversations*") == []


def test_a_known_conversation_is_not_fetched(providers, simulator):  # noqa: F811
    MessageFactory(
        lead=providers.lead, outbound=True, channel="sms", body=QUESTION, sent_at=timezone.now() - timedelta(days=29)
    )

    assert stage(arrives(providers)) == ("skipped", "known")


def test_an_old_message_of_ours_does_not_count(providers):  # noqa: F811
    MessageFactory(
        lead=providers.lead, outbound=True, channel="sms", body=QUESTION, sent_at=timezone.now() - timedelta(days=31)
    )

    assert stage(arrives(providers))[0] == "done"


def test_a_channel_without_a_history_call_is_skipped_with_a_code(providers):  # noqa: F811
    assert stage(arrives(providers, channel="linkedin")) == ("skipped", "not_connected")


def test_what_was_compared_a_moment_ago_is_not_fetched_again(providers):  # noqa: F811
    sync_conversation(providers.lead.workspace_id, providers.lead.pk)

    assert stage(arrives(providers)) == ("skipped", "compared_lately")


def test_a_provider_that_is_down_costs_nothing_but_the_context(providers, simulator):  # noqa: F811
    simulator.script("ghl", "*", times=20, status=500, body={})

    message = arrives(providers)

    assert stage(message) == ("done", "unavailable")
    message.refresh_from_db()
    assert message.classification_state == "done"
