"""Orders by SMS leave in parts, wait for a full provider and stop at what is uncertain."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.models import Draft, Message, SendOrder
from inbox.services import orders
from inbox.services.approving import approve_draft, send_manual
from inbox.services.checking import Seen, Text
from integrations.enums import CircuitState
from integrations.models import ProviderBudget
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.inbox.services.sending_sms.conftest import SEND_PATH, posts, texts
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db

THREE_PARTS = "First part.\n---\nSecond part.\n---\nThird part."


@pytest.fixture
def gaps(monkeypatch):
    """Waits between the parts, noted instead of waited."""
    waits: list[float] = []
    monkeypatch.setattr(orders.time, "sleep", waits.append)
    return waits


@pytest.fixture
def thread(lead):
    return MessageFactory(lead=lead, channel="sms", body="Sure, when?", email_bison_reply_id=None)


def approve(draft: Draft, seen: Message, by, **options: Any):
    past = timezone.now() - timedelta(minutes=1)
    return approve_draft(
        draft.pk, source=ApprovalSource.DASHBOARD, by=by, seen=Seen(message_id=seen.pk), now=past, **options
    )


def draft_of(thread: Message, content: str) -> Draft:
    return DraftFactory(
        lead=thread.lead, trigger_message=thread, context_message=thread, channel="sms", content=content
    )


def test_parts_leave_in_order_a_second_apart(thread, simulator, setter, gaps):
    draft = draft_of(thread, THREE_PARTS)
    approve(draft, thread, setter)

    drain()

    assert texts(simulator) == ["First part.", "Second part.", "Third part."]
    assert gaps == [1.0, 1.0]
    draft.refresh_from_db()
    assert draft.parts == ["First part.", "Second part.", "Third part."]
    assert SendOrder.objects.get().state == "done"
    assert list(Message.objects.outbound().order_by("draft_part_index").values_list("send_key", flat=True)) == [
        f"draft:{draft.pk}:part:{index}" for index in range(3)
    ]


def test_failed_part_stops_and_a_repeat_resumes_there(thread, simulator, setter, gaps):
    draft = draft_of(thread, THREE_PARTS)
    simulator.script("ghl", SEND_PATH, contains="Second", status=400, body={"message": "refused"})
    approve(draft, thread, setter)
    drain()

    draft.refresh_from_db()
    assert texts(simulator) == ["First part."]
    assert (SendOrder.objects.get().state, draft.status) == ("failed", "pending")

    newest = Message.objects.order_by("-created_at").first()
    approve(draft, newest, setter)
    drain()

    assert texts(simulator) == ["First part.", "Second part.", "Third part."]
    assert SendOrder.objects.get().state == "done"


def test_unknown_part_waits_for_a_person(thread, simulator, setter, gaps):
    draft = draft_of(thread, THREE_PARTS)
    simulator.script("ghl", SEND_PATH, contains="Second", close="after")
    approve(draft, thread, setter)

    drain()

    draft.refresh_from_db()
    assert texts(simulator) == ["First part.", "Second part."]
    assert draft.status == "approved"
    assert list(Message.objects.outbound().order_by("sent_at").values_list("delivery_status", flat=True)) == [
        "sent",
        "unknown",
    ]


def test_reply_between_two_parts_holds_the_rest(thread, simulator, setter, monkeypatch):
    def reply(seconds):
        with tenant(thread.workspace_id):
            MessageFactory(lead=thread.lead, channel="sms", body="Never mind", email_bison_reply_id=None)

    monkeypatch.setattr(orders.time, "sleep", reply)
    approve(draft_of(thread, THREE_PARTS), thread, setter)

    drain()

    order = SendOrder.objects.get()
    assert texts(simulator) == ["First part."]
    assert (order.state, order.held_reason) == ("held", "newer_message")


def test_message_written_by_hand_leaves_in_parts_too(thread, simulator, setter, gaps):
    send_manual(
        thread.lead_id,
        channel="sms",
        text=Text(content="One.\n---\nTwo."),
        seen=Seen(message_id=thread.pk),
        idempotency_key=thread.pk,
        by=setter,
        now=timezone.now() - timedelta(minutes=1),
    )
    drain()

    assert texts(simulator) == ["One.", "Two."]
    assert SendOrder.objects.get().state == "done"


def test_more_than_three_parts_never_leave(thread, simulator, setter):
    draft = draft_of(thread, "Short.")
    approve(draft, thread, setter)
    SendOrder.objects.update(body="a\n---\nb\n---\nc\n---\nd")

    drain()

    draft.refresh_from_db()
    assert (SendOrder.objects.get().state, SendOrder.objects.get().held_reason) == ("failed", "too_long")
    assert draft.status == "pending"
    assert simulator.requests("ghl") == []


def test_full_provider_is_asked_again_later(thread, simulator, setter):
    said = {"message": "Too many requests for this private integration"}
    simulator.script("ghl", SEND_PATH, status=429, body=said)
    draft = draft_of(thread, "Tuesday at 3?")
    approve(draft, thread, setter)

    drain()
    job = BackgroundJob.objects.get(type="SEND_ORDER")
    assert (job.status, job.attempts, SendOrder.objects.get().state) == ("PENDING", 0, "taken")
    assert timedelta(seconds=20) < job.run_at - timezone.now() <= timedelta(seconds=31)

    drain(until=timezone.now() + timedelta(minutes=2))

    draft.refresh_from_db()
    assert texts(simulator) == ["Tuesday at 3?"]
    assert (SendOrder.objects.get().state, draft.status) == ("done", "approved")


def test_provider_that_stays_full_ends_the_order(thread, simulator, setter):
    simulator.script("ghl", SEND_PATH, times=99, status=429, body={"message": "private integration quota"})
    draft = draft_of(thread, "Tuesday at 3?")
    approve(draft, thread, setter)

    drain(until=timezone.now() + timedelta(hours=1))

    draft.refresh_from_db()
    assert len(posts(simulator)) == orders.RATE_LIMITED_TRIES + 1
    assert (SendOrder.objects.get().state, SendOrder.objects.get().held_reason) == ("failed", "rate_limited")
    assert draft.status == "pending"


def test_open_circuit_holds_the_order_back(thread, simulator, setter):
    until = timezone.now() + timedelta(minutes=5)
    ProviderBudget.objects.create(
        workspace=thread.workspace, provider="GHL", state=CircuitState.OPEN, next_try_at=until, open_seconds=300
    )
    approve(draft_of(thread, "Tuesday at 3?"), thread, setter)

    drain()

    assert SendOrder.objects.get().state == "waiting"
    assert simulator.requests("ghl") == []
