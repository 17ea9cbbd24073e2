"""Exactly one call per message, whatever the provider and the workers do."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from inbox.enums import ApprovalSource, DeliveryStatus, OrderState
from inbox.models import Message, SendOrder
from inbox.services.approving import approve_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.settling import resolve_unknown
from inbox.services.sweeping import mark_stale_sends
from leads.models import Lead
from leads.services.optouts import remember_opt_out
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.inbox.services.conftest import send_to
from tests.support.client import no_context
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import BadInput
from zrg.lib.exposition import FIGURES
from zrg.workspaces import switches
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db

REPLY_PATH = "/api/replies/*/reply"


def send(message, **changes):
    return send_to(message.lead, **changes)


def test_send_message_reaches_the_provider_once(thread, simulator):
    result = send(thread)

    sent = Message.objects.outbound().get()
    call = simulator.requests(path=REPLY_PATH, method="POST")
    assert result.status == "sent"
    assert len(call) == 1
    assert call[0]["path"].endswith(f"/replies/{thread.email_bison_reply_id}/reply")
    assert call[0]["json"]["to_emails"] == [{"name": "Dana Reyes", "email_address": "dana@northfork.example"}]
    assert call[0]["json"]["subject"] == "Re: quick idea"
    assert call[0]["json"]["sender_email_id"] == 67
    assert '<a href="https://northfork.example/x"' in call[0]["json"]["message"]
    assert (sent.delivery_status, sent.send_key, sent.to_email) == ("sent", "manual:1:part:0", "dana@northfork.example")
    assert sent.email_bison_reply_id
    assert Lead.objects.get().is_open is False


def test_same_key_again_is_a_duplicate(thread, simulator):
    send(thread)

    result = send(thread)

    assert result.status == "duplicate"
    assert len(simulator.sent_replies()) == 1
    assert Message.objects.outbound().count() == 1


def test_hard_03_unknown_never_resent(thread, simulator):
    simulator.script("emailbison", REPLY_PATH, method="POST", close="after")

    first = send(thread)
    second = send(thread)

    assert (first.status, second.status, second.code) == ("unknown", "blocked", "outcome_unknown")
    assert len(simulator.sent_replies()) == 1
    assert Message.objects.outbound().get().delivery_status == DeliveryStatus.UNKNOWN


@pytest.mark.parametrize("respond", [{"status": 500, "body": {}}, {"close": "after"}])
def test_hard_02_unknown_never_retried(thread, simulator, respond):
    simulator.script("emailbison", REPLY_PATH, method="POST", **respond)

    result = send(thread)

    assert result.status == "unknown"
    assert len(simulator.sent_replies()) == 1


def test_hard_03_unknown_counts_as_sent(thread, simulator):
    simulator.script("emailbison", REPLY_PATH, method="POST", close="after")

    send(thread)

    lead = Lead.objects.get()
    assert lead.last_answer_at is not None
    assert lead.is_open is False


def test_unknown_is_settled_by_the_providers_history(thread, simulator):
    simulator.script("emailbison", REPLY_PATH, method="POST", close="after")
    send(thread)

    drain(until=timezone.now() + timedelta(minutes=5))

    message = Message.objects.outbound().get(source="zrg")
    assert message.delivery_status == DeliveryStatus.SENT
    assert len(simulator.sent_replies()) == 1


def test_definite_refusal_fails_and_may_be_sent_again(thread, simulator):
    simulator.script("emailbison", REPLY_PATH, method="POST", status=422, body={"message": "No", "errors": {}})

    first = send(thread)
    second = send(thread)

    assert (first.status, first.code) == ("failed", "unprocessable")
    assert second.status == "sent"
    assert Message.objects.outbound().get().delivery_status == "sent"
    assert len(simulator.sent_replies()) == 2


def test_invalid_sender_is_replaced_once(thread, simulator):
    from tests.factories.integrations import EmailSenderFactory

    EmailSenderFactory(workspace=thread.workspace, sender_email_id="68")
    simulator.script(
        "emailbison",
        REPLY_PATH,
        method="POST",
        status=422,
        body={"message": "x", "errors": {"sender_email_id": ["The selected sender email id is invalid."]}},
    )

    result = send(thread)

    assert result.status == "sent"
    assert [body["sender_email_id"] for body in simulator.sent_replies()] == [67, 68]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "blacklisted", "blacklist_reason": "opt_out"}, "lead_blacklisted"),
        ({"status": "blacklisted", "blacklist_reason": "bounce"}, "lead_blacklisted"),
    ],
)
def test_hard_03_compliance_under_the_lock(thread, simulator, change, code):
    Lead.objects.update(**change)

    result = send(thread)

    assert (result.status, result.code) == ("blocked", code)
    assert not Message.objects.outbound().exists()
    assert simulator.sent_replies() == []


def test_unhandled_opt_out_stops_the_lead_instead_of_sending(thread, simulator):
    MessageFactory(lead=thread.lead, body="Remove me from your list", channel="linkedin", email_bison_reply_id=None)

    result = send(thread)

    lead = Lead.objects.get()
    assert (result.status, result.code) == ("blocked", "opted_out")
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "opt_out")
    assert simulator.sent_replies() == []


def test_opted_out_address_is_never_written_to(thread, simulator):
    remember_opt_out(thread.workspace_id, emails=["kim@northfork.example"], reason="opt_out")

    result = send(thread, cc=["kim@northfork.example", "lee@northfork.example"])

    assert result.status == "sent"
    assert simulator.sent_replies()[0]["cc_emails"] == [{"name": None, "email_address": "lee@northfork.example"}]


def test_hard_06_switches_stop_scheduled(thread, simulator, monkeypatch):
    monkeypatch.setenv("OUTBOUND_DISABLED", "1")

    result = send(thread)

    assert (result.status, result.code) == ("blocked", "sending_disabled")
    assert simulator.sent_replies() == []


def test_hard_13_unreadable_switch_stops_sends(thread, simulator, monkeypatch):
    def unreadable():
        raise switches.SwitchUnreadable("OUTBOUND_DISABLED")

    monkeypatch.setattr(switches, "_rows", unreadable)

    result = send(thread)

    assert (result.status, result.code) == ("blocked", "sending_disabled")
    assert simulator.sent_replies() == []


def test_suspended_workspace_sends_nothing(thread, simulator):
    Workspace.objects.filter(pk=thread.workspace_id).update(status="suspended")

    assert send(thread).code == "sending_disabled"
    assert simulator.sent_replies() == []


@pytest.mark.parametrize(
    ("body", "code"), [("   ", "empty_body"), ("Hi {{first_name}}", "placeholder"), ("Dear [Name],", "placeholder")]
)
def test_broken_text_writes_and_sends_nothing(thread, simulator, body, code):
    result = send(thread, body=body)

    assert (result.status, result.code) == ("blocked", code)
    assert not Message.objects.outbound().exists()
    assert simulator.sent_replies() == []


def test_without_a_thread_nothing_is_sent(connected, simulator):
    from tests.factories.leads import LeadFactory

    lead = LeadFactory(workspace=connected)

    result = send_to(lead)

    assert (result.code, result.detail) == ("no_thread", "No inbound email thread found for this lead")
    assert simulator.sent_replies() == []


def test_hard_03_stale_sending_becomes_unknown(thread, simulator):
    stale = MessageFactory(lead=thread.lead, outbound=True, delivery_status="sending", send_key="manual:9:part:0")
    Message.objects.filter(pk=stale.pk).update(updated_at=timezone.now() - timedelta(minutes=11))

    marked = mark_stale_sends(thread.workspace_id)

    stale.refresh_from_db()
    assert marked == 1
    assert stale.delivery_status == DeliveryStatus.UNKNOWN
    assert simulator.sent_replies() == []
    assert BackgroundJob.objects.filter(type="RECONCILE_SEND", message_id=stale.pk).count() == 1


def test_young_sending_is_left_alone(thread):
    MessageFactory(lead=thread.lead, outbound=True, delivery_status="sending", send_key="manual:9:part:0")

    assert mark_stale_sends(thread.workspace_id) == 0
    assert send(thread, send_key="manual:9:part:0").status == "in_progress"


def test_hard_06_exactly_one_message(thread, simulator, setter):
    """Two approvals and a repeated job: one provider call, one message."""
    draft = DraftFactory(lead=thread.lead, trigger_message=thread, context_message=thread)
    seen = Seen(message_id=thread.pk)
    approve_draft(draft.pk, source=ApprovalSource.API, by=setter, seen=seen)
    approve_draft(draft.pk, source=ApprovalSource.API, by=setter, seen=seen)
    drain()
    BackgroundJob.objects.filter(type="SEND_ORDER").update(status="PENDING", attempts=0)
    drain()

    assert len(simulator.sent_replies()) == 1
    message = Message.objects.outbound().get()
    assert (message.draft_id, message.send_key) == (draft.pk, f"draft:{draft.pk}:part:0")
    assert SendOrder.objects.get().state == OrderState.DONE


def test_failed_send_opens_the_draft_and_approving_again_reuses_the_row(thread, simulator, setter):
    draft = DraftFactory(lead=thread.lead, context_message=thread)
    simulator.script("emailbison", REPLY_PATH, method="POST", status=422, body={"message": "No", "errors": {}})
    approve_draft(draft.pk, source=ApprovalSource.API, by=setter, seen=Seen(message_id=thread.pk))
    drain()

    draft.refresh_from_db()
    failed = Message.objects.outbound().get()
    assert (draft.status, failed.delivery_status, SendOrder.objects.get().state) == ("pending", "failed", "failed")

    approve_draft(draft.pk, source=ApprovalSource.API, by=setter, seen=Seen(message_id=thread.pk))
    drain()

    assert Message.objects.outbound().get().pk == failed.pk
    assert Message.objects.outbound().get().delivery_status == "sent"
    assert len(simulator.sent_replies()) == 2


def test_hard_07_later_send_held(thread, simulator, setter):
    """A reply that arrives while an order waits holds it; the draft is open again."""
    draft = DraftFactory(lead=thread.lead, context_message=thread)
    approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        seen=Seen(message_id=thread.pk),
        send_at=timezone.now() + timedelta(hours=1),
    )
    MessageFactory(lead=thread.lead, body="Wait, one more question")

    SendOrder.objects.update(due_at=timezone.now())
    drain(until=timezone.now() + timedelta(hours=2))

    draft.refresh_from_db()
    order = SendOrder.objects.get()
    assert (order.state, order.held_reason, draft.status) == ("held", "newer_message", "pending")
    assert simulator.sent_replies() == []


def test_stop_between_order_and_send_sends_nothing(thread, simulator, setter):
    send_manual(
        thread.lead_id,
        channel="email",
        text=Text(content="Hello"),
        seen=Seen(message_id=thread.pk),
        idempotency_key=uuid.uuid4(),
        by=setter,
    )
    Lead.objects.update(status="blacklisted", blacklist_reason="opt_out")
    SendOrder.objects.update(due_at=timezone.now())

    drain(until=timezone.now() + timedelta(minutes=1))

    assert simulator.sent_replies() == []
    assert (SendOrder.objects.get().state, SendOrder.objects.get().held_reason) == ("failed", "lead_blacklisted")


def test_hard_07_unknown_resent_by_person_only(thread, simulator, setter):
    draft = DraftFactory(lead=thread.lead, context_message=thread)
    simulator.script("emailbison", REPLY_PATH, method="POST", status=502, body={})
    approve_draft(draft.pk, source=ApprovalSource.API, by=setter, seen=Seen(message_id=thread.pk))
    drain()
    message = Message.objects.outbound().get()
    with pytest.raises(BadInput):
        resolve_unknown(message.pk, was_sent=False, by=setter, reason=" ")

    resolve_unknown(message.pk, was_sent=False, by=setter, reason="Looked into the mailbox")

    draft.refresh_from_db()
    assert (draft.status, Message.objects.outbound().get().delivery_status) == ("pending", "failed")
    assert Lead.objects.get().is_open is True
    approve_draft(draft.pk, source=ApprovalSource.API, by=setter, seen=Seen(message_id=thread.pk))
    drain()
    assert Message.objects.outbound().get().delivery_status == "sent"


def test_every_send_is_counted(thread, simulator):
    labels = {"channel": "email", "status": "blocked", "code": "empty_body"}
    before = REGISTRY.get_sample_value("zrg_send_total", labels) or 0

    send(thread, body=" ")

    assert REGISTRY.get_sample_value("zrg_send_total", labels) == before + 1
    assert simulator.sent_replies() == []


def test_unconfirmed_sends_are_counted(thread, simulator):
    simulator.script("emailbison", REPLY_PATH, close="after")

    send(thread)

    with no_context():
        assert FIGURES.get_sample_value("zrg_unknown_sends") == 1
