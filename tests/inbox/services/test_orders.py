"""Orders: when they run, what ends them, and that none is left without an end."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.errors import SendInProgress
from inbox.models import Draft, Message, SendOrder
from inbox.services import orders
from inbox.services.approving import approve_draft
from inbox.services.checking import Seen, Text
from inbox.services.orders import cancel_order
from inbox.services.stopping import stop_lead
from inbox.services.stranded import fail_stranded_orders
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def approve(draft, message, by, **options):
    return approve_draft(draft.pk, source=ApprovalSource.DASHBOARD, by=by, seen=Seen(message_id=message.pk), **options)


@pytest.fixture
def draft(thread):
    return DraftFactory(lead=thread.lead, trigger_message=thread, context_message=thread)


def test_order_placed_again_earlier_does_not_wait_for_the_old_time(draft, thread, simulator, setter):
    later = approve(draft, thread, setter, send_at=timezone.now() + timedelta(days=80))
    cancel_order(later.order_id, by=setter)

    approve(draft, thread, setter, now=timezone.now() - timedelta(minutes=1))
    drain()

    assert len(simulator.sent_replies()) == 1
    assert SendOrder.objects.get().state == "done"


def test_reply_between_taking_and_sending_holds_the_order(draft, thread, simulator, setter):
    """The worker died after it took the order; ten minutes later there is an answer of the lead."""
    approve(draft, thread, setter, now=timezone.now() - timedelta(minutes=1))
    SendOrder.objects.update(state="taken")
    MessageFactory(lead=thread.lead, body="Wait, one more question")

    drain()

    order = SendOrder.objects.get()
    assert (order.state, order.held_reason) == ("held", "newer_message")
    assert Draft.objects.get().status == "pending"
    assert simulator.sent_replies() == []


def test_order_closed_under_the_worker_is_not_sent(draft, thread, simulator, setter, monkeypatch):
    """Two workers with one order: what one of them closed the other does not send."""
    approve(draft, thread, setter, now=timezone.now() - timedelta(minutes=1))
    freeze = orders._freeze_parts

    def closed_meanwhile(order):
        SendOrder.objects.update(state="held")
        return freeze(order)

    monkeypatch.setattr(orders, "_freeze_parts", closed_meanwhile)
    drain()

    assert simulator.sent_replies() == []
    assert not Message.objects.outbound().exists()


@pytest.mark.parametrize("reason", ["opt_out", "bounce"])
def test_stop_while_the_order_is_taken_rejects_the_draft(draft, thread, simulator, setter, reason):
    approve(draft, thread, setter, now=timezone.now() - timedelta(minutes=1))
    SendOrder.objects.update(state="taken")
    stop_lead(Lead.objects.get(), reason)

    drain()

    draft.refresh_from_db()
    assert SendOrder.objects.get().state == "failed"
    assert (draft.status, draft.closed_reason) == ("rejected", "lead_opted_out")
    assert Lead.objects.get().has_pending_draft is False
    assert simulator.sent_replies() == []


@pytest.mark.parametrize("state", ["waiting", "taken"])
def test_order_whose_job_died_fails_and_opens_its_draft(draft, thread, simulator, setter, state):
    approve(draft, thread, setter, now=timezone.now() - timedelta(hours=1))
    SendOrder.objects.update(state=state, updated_at=timezone.now() - timedelta(minutes=20))
    BackgroundJob.objects.filter(type="SEND_ORDER").update(status="FAILED")

    failed = fail_stranded_orders(thread.workspace_id)

    order = SendOrder.objects.get()
    draft.refresh_from_db()
    assert failed == 1
    assert (order.state, order.held_reason, draft.status) == ("failed", "worker_lost", "pending")
    assert Lead.objects.get().has_pending_draft is True
    assert simulator.sent_replies() == []


def test_order_with_a_live_job_or_an_open_message_is_not_stranded(draft, thread, setter):
    approve(draft, thread, setter, now=timezone.now() - timedelta(hours=1))
    SendOrder.objects.update(state="taken", updated_at=timezone.now() - timedelta(minutes=20))

    assert fail_stranded_orders(thread.workspace_id) == 0

    BackgroundJob.objects.filter(type="SEND_ORDER").update(status="FAILED")
    MessageFactory(
        lead=thread.lead, outbound=True, delivery_status="unknown", send_key=f"draft:{draft.pk}:part:0", draft=draft
    )
    assert fail_stranded_orders(thread.workspace_id) == 0
    assert SendOrder.objects.get().state == "taken"


def test_sms_edited_after_a_failure_leaves_with_its_new_text(thread, setter):
    draft = DraftFactory(lead=thread.lead, context_message=thread, channel="sms", parts=["old text"])
    approve(draft, thread, setter, text=Text(content="new text"))

    parts = orders._freeze_parts(SendOrder.objects.get())

    draft.refresh_from_db()
    assert (parts, draft.parts) == (["new text"], ["new text"])


def test_hard_04_handlers_idempotent_whatever_the_state_of_the_order(draft, thread, simulator, setter):
    """The SEND_ORDER job run again after each end of its order sends nothing more."""
    approve(draft, thread, setter, now=timezone.now() - timedelta(minutes=1))
    drain()

    for state in ("done", "failed", "held", "cancelled"):
        SendOrder.objects.update(state=state)
        BackgroundJob.objects.filter(type="SEND_ORDER").update(status="PENDING", attempts=0)
        drain()

    assert len(simulator.sent_replies()) == 1


def test_approval_whose_order_is_still_carried_out_is_refused(draft, thread, setter):
    """Never an approved draft without an order of its own."""
    approve(draft, thread, setter)
    SendOrder.objects.update(state="taken")
    Draft.objects.update(status="pending")

    with pytest.raises(SendInProgress), transaction.atomic():
        approve(draft, thread, setter)

    assert Draft.objects.get().status == "pending"
