"""One decision, at most one order; refusals write nothing."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.enums import ApprovalSource, DraftStatus, OrderState
from inbox.errors import DraftNotPending, InvalidRecipients, StaleDraft
from inbox.models import Draft, Message, SendOrder
from inbox.services.approving import approve_draft, edit_draft, reject_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.orders import cancel_order
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import BadInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def setter():
    return UserFactory()


@pytest.fixture
def reply():
    return MessageFactory(lead=LeadFactory(email="dana@northfork.example"))


@pytest.fixture
def draft(reply):
    return DraftFactory(lead=reply.lead, trigger_message=reply, context_message=reply)


def test_approve_orders_once_after_the_undo_time(draft, reply, setter):
    now = timezone.now()

    decision = approve_draft(
        draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk), now=now
    )

    order = SendOrder.objects.get()
    draft.refresh_from_db()
    assert decision.state == "queued"
    assert (order.order_key, order.state, order.due_at) == (f"draft:{draft.pk}", "waiting", now + timedelta(seconds=10))
    assert (draft.status, draft.approved_by, draft.response_disposition) == ("approved", setter, "APPROVED")
    assert BackgroundJob.objects.filter(type="SEND_ORDER").count() == 1


def test_hard_07_second_approval_harmless(draft, reply, setter):
    other = UserFactory(display_name="Second")
    approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))

    decision = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=other, seen=Seen(message_id=reply.pk))

    assert decision.state == "already_decided"
    assert decision.http_status == 200
    assert decision.data["state"] == "approved"
    assert decision.data["by"] == setter.display_name
    assert SendOrder.objects.count() == 1


def test_approve_edited_text_counts_as_edited(draft, reply, setter):
    approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        text=Text(content="Hello Dana, another text."),
        seen=Seen(message_id=reply.pk, version=1),
    )

    draft.refresh_from_db()
    assert (draft.content, draft.version, draft.response_disposition) == ("Hello Dana, another text.", 2, "EDITED")
    assert SendOrder.objects.get().body == "Hello Dana, another text."


def test_approve_blocked_by_newer_message_writes_nothing(draft, reply, setter):
    newer = MessageFactory(lead=reply.lead, body="One more thing")

    decision = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))

    draft.refresh_from_db()
    assert (decision.state, decision.code, decision.http_status) == ("blocked", "newer_message", 409)
    assert decision.data["message"]["id"] == str(newer.pk)
    assert draft.status == DraftStatus.PENDING
    assert not SendOrder.objects.exists()


def test_approve_acknowledged_newer_message_is_queued(draft, reply, setter):
    MessageFactory(lead=reply.lead, body="One more thing")

    decision = approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        seen=Seen(message_id=reply.pk, acknowledge_newer=True),
    )

    assert decision.state == "queued"


def test_approve_never_acknowledges_past_an_ai_message(draft, reply, setter):
    MessageFactory(lead=reply.lead, outbound=True, origin="ai", sent_by="ai")

    decision = approve_draft(
        draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk, acknowledge_newer=True)
    )

    assert decision.code == "newer_message"
    assert not SendOrder.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [("Hi {firstName}, tomorrow?", "placeholder"), ("Hi [Name]", "placeholder"), ("See https://", "truncated_url")],
)
def test_hard_05_broken_text_refused(draft, reply, setter, content, code):
    decision = approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        text=Text(content=content),
        seen=Seen(message_id=reply.pk),
    )

    assert (decision.state, decision.code, decision.http_status) == ("blocked", code, 422)
    assert not SendOrder.objects.exists()
    assert Draft.objects.get().status == DraftStatus.PENDING


def test_approve_of_stopped_lead_rejects_the_draft(draft, reply, setter):
    lead = reply.lead
    type(lead).objects.filter(pk=lead.pk).update(status="blacklisted", blacklist_reason="opt_out")

    decision = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))

    draft.refresh_from_db()
    assert decision.code == "lead_blacklisted"
    assert (draft.status, draft.closed_reason) == ("rejected", "lead_opted_out")
    assert not SendOrder.objects.exists()


def test_approve_stale_version_returns_the_current_text(draft, reply, setter):
    edit_draft(draft.pk, "Changed by a colleague.", expected_version=1, by=UserFactory())

    decision = approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        text=Text(content="Mine"),
        seen=Seen(message_id=reply.pk, version=1),
    )

    assert (decision.code, decision.http_status) == ("stale", 409)
    assert decision.data["content"] == "Changed by a colleague."


def test_hard_07_known_recipients_only(draft, reply, setter):
    with pytest.raises(InvalidRecipients) as refused:
        approve_draft(
            draft.pk,
            source=ApprovalSource.DASHBOARD,
            by=setter,
            text=Text(content="Hello", to="stranger@elsewhere.example"),
            seen=Seen(message_id=reply.pk),
        )

    assert refused.value.code == "unknown_recipient"
    assert not SendOrder.objects.exists()


def test_undo_opens_the_draft_again(draft, reply, setter):
    decision = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))

    cancelled = cancel_order(decision.order_id, by=setter)

    draft.refresh_from_db()
    assert cancelled is True
    assert (draft.status, SendOrder.objects.get().state) == ("pending", OrderState.CANCELLED)
    assert cancel_order(decision.order_id, by=setter) is False


def test_approving_again_after_undo_uses_the_same_order(draft, reply, setter):
    first = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))
    cancel_order(first.order_id, by=setter)

    second = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))

    assert second.order_id == first.order_id
    assert SendOrder.objects.get().state == OrderState.WAITING


def test_reject_keeps_the_reason_and_answers_once(draft, setter):
    first = reject_draft(draft.pk, by=setter, reason="Wrong tone")
    second = reject_draft(draft.pk, by=UserFactory())

    draft.refresh_from_db()
    assert first.state == "rejected"
    assert second.state == "already_decided"
    assert (draft.status, draft.closed_reason, draft.reject_reason) == ("rejected", "human_rejected", "Wrong tone")


def test_edit_of_decided_draft_is_refused(draft, setter):
    reject_draft(draft.pk, by=setter)

    with pytest.raises(DraftNotPending) as refused:
        edit_draft(draft.pk, "New", expected_version=1, by=setter)

    assert refused.value.data["state"] == "rejected"


def test_edit_with_old_version_is_refused(draft, setter):
    edit_draft(draft.pk, "First", expected_version=1, by=setter)

    with pytest.raises(StaleDraft) as refused:
        edit_draft(draft.pk, "Second", expected_version=1, by=setter)

    assert refused.value.data == {"version": 2, "content": "First"}
    assert Draft.objects.get().content == "First"


def test_manual_send_supersedes_the_pending_draft(draft, reply, setter):
    key = uuid.uuid4()

    decision = send_manual(
        reply.lead_id,
        channel="email",
        text=Text(content="I will call you."),
        seen=Seen(message_id=reply.pk),
        idempotency_key=key,
        by=setter,
    )

    draft.refresh_from_db()
    assert decision.state == "queued"
    assert SendOrder.objects.get().order_key == f"manual:{key}"
    assert (draft.status, draft.closed_reason) == ("superseded", "manual_reply_sent")


def test_manual_send_repeated_returns_the_same_order(reply, setter):
    key = uuid.uuid4()
    arguments = {
        "channel": "email",
        "text": Text(content="I will call you."),
        "seen": Seen(message_id=reply.pk),
        "idempotency_key": key,
        "by": setter,
    }

    first = send_manual(reply.lead_id, **arguments)
    second = send_manual(reply.lead_id, **arguments)

    assert first.order_id == second.order_id
    assert SendOrder.objects.count() == 1
    assert BackgroundJob.objects.filter(type="SEND_ORDER").count() == 1


def test_hard_07_placeholder_refused(reply, setter):
    decision = send_manual(
        reply.lead_id,
        channel="email",
        text=Text(content="Hi {{firstName}}, thanks"),
        seen=Seen(message_id=reply.pk),
        idempotency_key=uuid.uuid4(),
        by=setter,
    )

    assert (decision.code, decision.http_status) == ("placeholder", 422)
    assert decision.data["placeholders"] == ["{{firstName}}"]
    assert not SendOrder.objects.exists()
    assert not Message.objects.outbound().exists()


def test_manual_send_without_text_is_refused(reply, setter):
    with pytest.raises(BadInput):
        send_manual(
            reply.lead_id,
            channel="email",
            text=Text(content="   "),
            seen=Seen(message_id=reply.pk),
            idempotency_key=uuid.uuid4(),
            by=setter,
        )

    assert not SendOrder.objects.exists()


def manual(reply, setter, **changes):
    values = {"channel": "email", "text": Text(content="Hello"), "seen": Seen(message_id=reply.pk), "by": setter}
    return send_manual(reply.lead_id, **{"idempotency_key": uuid.UUID(int=7), **values, **changes})


def test_manual_send_asked_again_after_it_was_sent_is_the_same_order(reply, setter):
    """The answer was lost; the person's own message must not look like something they have not seen."""
    first = manual(reply, setter)
    SendOrder.objects.update(state="done")
    MessageFactory(lead=reply.lead, outbound=True, send_key=f"manual:{uuid.UUID(int=7)}:part:0")

    second = manual(reply, setter)

    assert (second.state, second.order_id) == ("queued", first.order_id)
    assert SendOrder.objects.count() == 1


def test_hard_07_known_recipients_only_without_an_edited_text(draft, reply, setter):
    with pytest.raises(InvalidRecipients):
        approve_draft(
            draft.pk,
            source=ApprovalSource.DASHBOARD,
            by=setter,
            seen=Seen(message_id=reply.pk),
            text=Text(to="stranger@elsewhere.example"),
        )

    assert not SendOrder.objects.exists()


def test_message_of_a_machine_is_never_acknowledged_past(draft, reply, setter):
    """Neither when a reply came in after it."""
    MessageFactory(lead=reply.lead, outbound=True, sent_by="ai", origin="ai")
    MessageFactory(lead=reply.lead, body="Thanks!")

    decision = approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        seen=Seen(message_id=reply.pk, acknowledge_newer=True),
    )

    assert (decision.state, decision.code) == ("blocked", "newer_message")
    assert not SendOrder.objects.exists()


def test_text_the_database_cannot_hold_is_cleaned(draft, reply, setter):
    approve_draft(
        draft.pk,
        source=ApprovalSource.DASHBOARD,
        by=setter,
        seen=Seen(message_id=reply.pk),
        text=Text(content="Hello\x00 \ud83dDana", subject="a\r\nb\ud800"),
    )

    order = SendOrder.objects.get()
    assert (order.body, order.subject) == ("Hello Dana", "a b")


def test_draft_of_a_stopped_lead_is_rejected_with_its_history(draft, reply, setter):
    from leads.models import Lead

    Lead.objects.update(status="blacklisted", blacklist_reason="opt_out")

    decision = approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=setter, seen=Seen(message_id=reply.pk))

    draft.refresh_from_db()
    assert (decision.code, draft.status) == ("lead_blacklisted", "rejected")
    assert list(draft.events.values_list("kind", "reason")) == [("rejected", "lead_opted_out")]
