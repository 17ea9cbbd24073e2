"""Safety rules that no single module owns."""

import pytest
from django.utils import timezone

from inbox.enums import ApprovalSource
from inbox.models import Draft, DraftEvent, Message, SendOrder
from inbox.services.approving import approve_draft, edit_draft, reject_draft
from inbox.services.checking import Seen, Text
from inbox.services.guards import is_blocked_on
from inbox.services.sentiment import set_sentiment
from inbox.services.stopping import stop_lead
from leads.enums import ALL_CHANNEL_REASONS, BlacklistReason
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory, SendOrderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job

pytestmark = pytest.mark.django_db


def arrives(lead, body: str, **values):
    message = MessageFactory(lead=lead, body=body, **values)
    enqueue_job("EMAIL_INBOUND_POST_PROCESS", lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    return message


@pytest.mark.parametrize("reason", BlacklistReason.values)
def test_hard_03_channel_scope_of_stops(reason):
    lead = LeadFactory()

    stop_lead(lead, reason)

    everywhere = reason in ALL_CHANNEL_REASONS
    lead.refresh_from_db()
    assert is_blocked_on(lead, "email") is True
    assert (is_blocked_on(lead, "sms"), is_blocked_on(lead, "linkedin")) == (everywhere, everywhere)
    assert (lead.opted_out_at is not None) is everywhere


@pytest.mark.parametrize("reason", BlacklistReason.values)
def test_hard_05_stop_stops_automation(simulator, reason):
    """Whatever the reason: no draft waits, no order is carried out, no machine writes on."""
    lead = LeadFactory(auto_reply_enabled=True, auto_follow_up_enabled=True)
    DraftFactory(lead=lead)
    SendOrderFactory(lead=lead)

    stop_lead(lead, reason)
    if reason not in ("bounce", "dead_inbox", "email_invalid"):
        arrives(lead, "Could you send more details about pricing?")
    drain()

    lead.refresh_from_db()
    assert (lead.auto_reply_enabled, lead.auto_follow_up_enabled) == (False, False)
    assert (lead.has_pending_draft, Draft.objects.get().status) == (False, "rejected")
    assert SendOrder.objects.get().state == "cancelled"
    assert not Message.objects.outbound().exists()


@pytest.mark.parametrize(
    ("lead", "tag"),
    [
        ({}, "Meeting Requested"),
        ({"appointment_booked_at": timezone.now()}, "Meeting Booked"),
        ({"appointment_booked_at": timezone.now(), "appointment_canceled_at": timezone.now()}, "Meeting Requested"),
    ],
)
def test_hard_05_booked_needs_evidence(lead, tag):
    row = LeadFactory()
    Lead.objects.filter(pk=row.pk).update(**lead)
    message = MessageFactory(lead=row, body="It is booked, see you then")

    set_sentiment(row.pk, "Meeting Booked", message=message, cause="inbound")

    row.refresh_from_db()
    assert row.sentiment_tag == tag


def test_hard_05_fallback_never_unattended(simulator):
    """A template waits for a person, marked as what it is; nothing is ordered."""
    simulator.script("openai", "*", times=20, status=500, contains="draft.generate", body={"error": {"message": "x"}})
    arrives(LeadFactory(workspace=WorkspaceFactory()), "Could you send more details about pricing?")

    drain()

    draft = Draft.objects.get()
    assert (draft.status, draft.generation_path) == ("pending", "template_fallback")
    assert draft.quality_flags == ["fallback_draft"]
    assert not SendOrder.objects.exists()
    assert not BackgroundJob.objects.filter(type="SEND_ORDER").exists()


def test_hard_06_no_text_in_events():
    """The history of a draft names codes, numbers and ids only."""
    person = UserFactory()
    reply = MessageFactory(lead=LeadFactory(first_name="MARKER"), body="MARKER", subject="MARKER")
    first = DraftFactory(lead=reply.lead, content="MARKER one", context_message=reply)

    edit_draft(first.pk, "MARKER two", expected_version=1, by=person)
    approve_draft(
        first.pk,
        source=ApprovalSource.DASHBOARD,
        by=person,
        seen=Seen(message_id=reply.pk),
        text=Text(content="MARKER three", subject="MARKER"),
    )
    second = DraftFactory(lead=reply.lead, content="MARKER four")
    reject_draft(second.pk, by=person, reason="MARKER reason")

    kinds = sorted(DraftEvent.objects.values_list("kind", flat=True))
    assert kinds == ["approved", "edited", "rejected"]
    assert "MARKER" not in "".join(str(row) for row in DraftEvent.objects.values())


@pytest.mark.parametrize(
    "body",
    [
        "STOP",
        "I am out of the office until Monday, 9am.",
        "This is an automated message, please do not reply to this email. Meet us on Tuesday at 3pm.",
    ],
)
def test_hard_05_no_booking_from_machines(simulator, body):
    """A time named by a machine, or by one who withdraws, is read by nobody who books or answers."""
    lead = LeadFactory(sentiment_tag="Meeting Requested", status="meeting_requested")
    message = arrives(lead, body, safety_kind=None)
    drain()

    message.refresh_from_db()
    assert message.safety_kind in ("opt_out", "out_of_office", "automated_reply")
    assert not BackgroundJob.objects.filter(type="INBOUND_RESPOND").exists()
    assert simulator.asked("meeting.overseer.extract.v2") == []
    assert not Draft.objects.exists()
    assert Lead.objects.get().appointment_booked_at is None
