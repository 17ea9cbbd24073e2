"""Replies through SmartLead and Instantly: one call per message, whatever the provider does."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.models import Message, SendOrder
from inbox.services.approving import approve_draft
from inbox.services.checking import Seen
from integrations.models import Connection
from integrations.services.secrets import seal
from leads.models import Lead
from leads.services.optouts import remember_opt_out
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.inbox import DraftFactory
from tests.factories.integrations import API_KEY
from tests.factories.workspaces import UserFactory
from tests.inbox.services.conftest import send_to
from tests.integrations.instantly import payloads as instantly
from tests.integrations.smartlead import payloads as smartlead
from tests.integrations.support import announced
from tests.support.client import ZrgClient
from tests.support.drain import drain, drain_events
from zrg.jobs.contracts import TaskNeeded
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db

REPLY_PATHS = {"smartlead": "/api/v1/campaigns/*/reply-email-thread", "instantly": "/api/v2/emails/reply"}
WIRES = {"smartlead": smartlead, "instantly": instantly}
BODY = "Happy to.\nSee [our page](https://northfork.example/x)"
# SmartLead's fixed wait would be two seconds each; the header is honoured where there is one.
AT_ONCE = {"Retry-After": "0"}


@pytest.fixture(params=["smartlead", "instantly"])
def provider(request) -> str:
    return request.param


@pytest.fixture
def thread(provider, simulator) -> Message:
    return thread_at(provider)


def thread_at(provider: str, **changes: Any) -> Message:
    """A connected workspace whose lead has answered."""
    wire = WIRES[provider]
    connection = ConnectionFactory(
        workspace=WorkspaceFactory(),
        provider=provider.upper(),
        secrets={"api_key": API_KEY, "webhook_secret": wire.SECRET},
    )
    response = ZrgClient().post(
        f"{wire.PATH}?clientId={connection.workspace_id}",
        json.dumps(wire.call(**changes)),
        content_type="application/json",
        headers={"authorization": f"Bearer {wire.SECRET}"},
    )
    assert response.status_code == 200
    drain_events()
    return Message.objects.get(workspace_id=connection.workspace_id)


def send(thread: Message, **changes: Any):
    return send_to(thread.lead, body=BODY, **changes)


def calls(simulator, provider: str) -> list[dict[str, Any]]:
    return [entry["json"] for entry in simulator.requests(provider, REPLY_PATHS[provider], "POST")]


def script(simulator, provider: str, **respond: Any) -> None:
    simulator.script(provider, REPLY_PATHS[provider], method="POST", **respond)


def test_smartlead_gets_the_thread_the_quote_and_the_recipients(simulator):
    thread = thread_at("smartlead")

    result = send(thread)

    sent = Message.objects.outbound().get()
    (call,) = calls(simulator, "smartlead")
    (request,) = simulator.requests("smartlead", REPLY_PATHS["smartlead"])
    assert (result.status, sent.delivery_status) == ("sent", "sent")
    assert request["path"] == "/api/v1/campaigns/88410/reply-email-thread"
    assert request["query"] == {"api_key": API_KEY}
    assert call == {
        "email_stats_id": smartlead.STATS_ID,
        "email_body": 'Happy to.<br>See <a href="https://northfork.example/x">our page</a>',
        "reply_message_id": "<CAF77@mail.example>",
        "reply_email_time": "2026-03-05T16:41:03.000Z",
        "reply_email_body": "<div>Tuesday works, but could we do 3pm?</div>",
        "to_email": "dana@northfork.example",
        "cc": "kim@northfork.example",
        "bcc": "",
        "add_signature": True,
    }
    assert (sent.subject, sent.to_email, sent.cc) == (
        "Re: quick idea",
        "dana@northfork.example",
        ["kim@northfork.example"],
    )


def test_smartlead_writes_to_the_chosen_recipient(simulator):
    thread = thread_at("smartlead")

    send(thread, to_override="kim@northfork.example", subject="Another subject")

    (call,) = calls(simulator, "smartlead")
    sent = Message.objects.outbound().get()
    assert (call["to_email"], call["cc"]) == ("kim@northfork.example", "dana@northfork.example")
    # The provider keeps the thread's subject, so ours must not say otherwise.
    assert sent.subject == "Re: quick idea"


def test_smartlead_plain_text_thread_is_quoted_escaped(simulator):
    thread = thread_at("smartlead", reply_message={"message_id": "<r>", "text": "1 < 2\nYes"})

    send(thread)

    assert calls(simulator, "smartlead")[0]["reply_email_body"] == "1 &lt; 2<br>Yes"


def test_a_hashed_handle_is_read_through_its_kept_json(simulator):
    long_id = "<" + "a" * 900 + "@mail.example>"
    thread = thread_at("smartlead", reply_message={"message_id": long_id, "text": "Yes"})

    assert send(thread).status == "sent"
    assert calls(simulator, "smartlead")[0]["reply_message_id"] == long_id


def test_instantly_gets_the_mailbox_both_bodies_and_the_copies(simulator):
    thread = thread_at("instantly")

    result = send(thread, cc=["kim@northfork.example", "lee@northfork.example"])

    sent = Message.objects.outbound().get()
    (call,) = calls(simulator, "instantly")
    assert result.status == "sent"
    assert call == {
        "reply_to_uuid": instantly.EMAIL_ID,
        "eaccount": "priya@outbound.example",
        "subject": "Re: quick idea",
        "body": {"html": 'Happy to.<br>See <a href="https://northfork.example/x">our page</a>', "text": BODY},
        "cc_address_email_list": "kim@northfork.example,lee@northfork.example",
        "bcc_address_email_list": "",
    }
    assert sent.inboxxia_scheduled_email_id == simulator.state.instantly.sent[0]["id"]
    assert sent.email_bison_reply_id is None


def test_instantly_echo_of_our_own_reply_adds_nothing(simulator):
    thread = thread_at("instantly")
    send(thread)
    own_id = simulator.state.instantly.sent[0]["id"]

    ZrgClient().post(
        f"{instantly.PATH}?clientId={thread.workspace_id}",
        json.dumps(instantly.call(instantly.SENT, email_id=own_id)),
        content_type="application/json",
        headers={"authorization": f"Bearer {instantly.SECRET}"},
    )
    drain()

    assert Message.objects.outbound().count() == 1
    assert Message.objects.outbound().get().origin == "setter"


def refusal(thread: Message, simulator, provider: str, **changes: Any) -> str:
    """The code of a blocked send, of which nothing was written and nothing sent."""
    result = send(thread, **changes)
    assert result.status == "blocked"
    assert not Message.objects.outbound().exists()
    assert calls(simulator, provider) == []
    return result.code


def test_instantly_cannot_change_the_recipient(simulator):
    thread = thread_at("instantly")

    assert refusal(thread, simulator, "instantly", to_override="kim@northfork.example") == "override_unsupported"


def test_instantly_never_answers_somebody_else_than_meant(simulator):
    """The lead's address changed since: the thread would still go to the former one."""
    thread = thread_at("instantly")
    Lead.objects.update(email="dana.reyes@northfork.example")

    assert refusal(thread, simulator, "instantly") == "override_unsupported"


def test_hard_03_opted_out_address_is_never_written_to(thread, provider, simulator):
    remember_opt_out(thread.workspace_id, emails=["dana@northfork.example"], reason="opt_out", lead_id=thread.lead_id)

    assert refusal(thread, simulator, provider) == "lead_blacklisted"


def test_thread_of_a_former_provider(thread, provider, simulator):
    Connection.objects.update(provider="EMAILBISON", external_account_id="14")

    assert refusal(thread, simulator, provider) == "provider_mismatch"


def test_unreadable_handle(thread, provider, simulator):
    Message.objects.update(email_bison_reply_id=f"{provider}:nonsense")

    assert refusal(thread, simulator, provider) == "bad_handle"


# --- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "respond",
    [{"close": "before"}, {"close": "after"}, {"status": 500, "body": {"message": "x"}}, {"status": 502, "body": "no"}],
)
def test_hard_02_unknown_never_retried(thread, provider, simulator, respond):
    script(simulator, provider, **respond)

    first, second = send(thread), send(thread)

    assert (first.status, second.status, second.code) == ("unknown", "blocked", "outcome_unknown")
    assert len(calls(simulator, provider)) == 1
    assert Message.objects.outbound().get().delivery_status == "unknown"


def test_hard_03_slow_answer_is_unknown(thread, provider, simulator, monkeypatch):
    monkeypatch.setenv(f"{provider.upper()}_TIMEOUT_MS", "1000")
    script(simulator, provider, delay_ms=1_500)

    result = send(thread)

    assert (result.status, result.code) == ("unknown", "timeout")
    assert Lead.objects.get().last_answer_at is not None


@pytest.mark.parametrize("body", ["<html>gateway</html>", {"error": "try later"}])
def test_answer_that_says_neither_is_unknown(simulator, body):
    script(simulator, "smartlead", status=200, body=body)

    assert send(thread_at("smartlead")).status == "unknown"


def test_instantly_answer_without_an_email_is_unknown(simulator):
    script(simulator, "instantly", status=200, body={"ok": True})

    assert send(thread_at("instantly")).status == "unknown"


@pytest.mark.parametrize("body", ["Email added to the queue, will be sent out soon!", {"success": True}, {"ok": 1}, ""])
def test_smartlead_2xx_is_sent(simulator, body):
    script(simulator, "smartlead", status=200, body=body)

    assert send(thread_at("smartlead")).status == "sent"


def test_smartlead_explicit_refusal_fails(simulator):
    script(simulator, "smartlead", status=200, body={"success": False, "message": "Lead is paused"})

    result = send(thread_at("smartlead"))

    assert (result.status, result.code, result.detail) == ("failed", "unprocessable", "Lead is paused")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (402, "payment_required"),
        (404, "not_found"),
        (409, "conflict"),
        (422, "unprocessable"),
    ],
)
def test_definite_refusal_fails_and_may_be_sent_again(thread, provider, simulator, status, code):
    said = {"statusCode": status, "error": "Refused", "message": "write to dana@northfork.example"}
    script(simulator, provider, status=status, body=said)

    first = send(thread)
    second = send(thread)

    assert (first.status, first.code, first.detail) == ("failed", code, "write to [email]")
    assert second.status == "sent"
    assert len(calls(simulator, provider)) == 2
    assert Connection.objects.get().status != "DISCONNECTED"


def test_rate_limit_is_waited_out(thread, provider, simulator):
    script(simulator, provider, status=429, times=2, headers=AT_ONCE, body={"message": "slow down"})

    assert send(thread).status == "sent"
    assert len(calls(simulator, provider)) == 3


def test_lasting_rate_limit_fails(thread, provider, simulator):
    script(simulator, provider, status=429, times=3, headers=AT_ONCE, body={"message": "slow down"})

    result = send(thread)

    assert (result.status, result.code) == ("failed", "rate_limited")
    assert len(calls(simulator, provider)) == 3
    assert Message.objects.outbound().get().delivery_status == "failed"


def test_refused_key_fails_and_disconnects(thread, provider, simulator):
    connection = Connection.objects.get()
    wrong = {"api_key": "revoked-4c1d", "webhook_secret": WIRES[provider].SECRET}
    Connection.objects.update(secrets=seal(connection.workspace_id, connection.provider, wrong))

    result = send(thread)

    connection.refresh_from_db()
    assert (result.status, result.code) == ("failed", "auth_failed")
    assert (connection.status, connection.last_error_code) == ("DISCONNECTED", "auth_failed")
    assert "revoked-4c1d" not in (connection.last_error_message or "")


def test_provider_that_is_down_fails(thread, provider, simulator, monkeypatch):
    """Nothing listens there: the request never left."""
    monkeypatch.setenv(f"{provider.upper()}_API_BASE", "http://127.0.0.1:9/api")

    assert (send(thread).status, Message.objects.outbound().get().delivery_error_code) == ("failed", "network")


# --- after an unknown outcome ------------------------------------------------------------------------------


def test_a_person_is_asked_after_the_second_look_and_no_machine_after_that(thread, provider, simulator):
    script(simulator, provider, close="after")
    send(thread)

    with announced(TaskNeeded) as asked:
        drain(until=timezone.now() + timedelta(hours=8))

    job = BackgroundJob.objects.get(type="RECONCILE_SEND")
    message = Message.objects.outbound().get()
    assert [(task.kind, task.message_id) for task in asked] == [("delivery_unconfirmed", message.pk)]
    assert (job.status, job.run_at - message.sent_at < timedelta(minutes=15)) == ("SUCCEEDED", True)
    assert message.delivery_status == "unknown"
    assert len(calls(simulator, provider)) == 1


@pytest.mark.parametrize(
    ("respond", "draft_status", "order_state"),
    [
        ({"status": 400, "body": {"message": "no"}}, "pending", "failed"),
        ({"close": "after"}, "approved", "taken"),
    ],
)
def test_draft_and_order_follow_the_outcome(
    thread,
    provider,
    simulator,
    respond,
    draft_status,
    order_state,
):
    draft = DraftFactory(lead=thread.lead, context_message=thread)
    script(simulator, provider, **respond)
    approve_draft(draft.pk, source=ApprovalSource.API, by=UserFactory(), seen=Seen(message_id=thread.pk))

    drain()

    draft.refresh_from_db()
    assert (draft.status, SendOrder.objects.get().state) == (draft_status, order_state)
    assert len(calls(simulator, provider)) == 1
