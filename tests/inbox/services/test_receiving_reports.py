"""What providers report: campaign mail, bounces, unsubscribes, and messages of ours that left."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message
from inbox.services.receiving import receive_bounce, receive_sent, receive_unsubscribe
from integrations.contracts import Bounce, PersonDetails, SentMessage, Unsubscribe
from leads.models import Lead, OptOut
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.inbox.services.conftest import WROTE_AT, common, sent
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db


def test_campaign_step_is_stored_once_and_is_no_answer(workspace):
    with tenant(workspace.pk):
        receive_sent(sent(workspace))
        receive_sent(sent(workspace))

    lead = Lead.objects.get()
    message = Message.objects.get()
    assert (message.source, message.origin, message.body) == ("inboxxia_campaign", "campaign", "Hi Dana")
    assert (lead.last_outbound_at, lead.last_answer_at) == (WROTE_AT, None)


def bounce(workspace, reason: str) -> Bounce:
    return Bounce(
        **common(workspace, "EMAIL_BOUNCED", "ce:1"),
        person=PersonDetails(email="dana@northfork.example"),
        reason=reason,
        bounced_at=WROTE_AT,
    )


def test_hard_03_channel_scope_of_stops_hard_bounce(workspace):
    with tenant(workspace.pk):
        receive_bounce(bounce(workspace, "550 5.1.1 user unknown"))

    lead = Lead.objects.get()
    assert (lead.status, lead.blacklist_reason, lead.opted_out_at) == ("blacklisted", "bounce", None)
    assert Message.objects.get().body.startswith("[BOUNCED] 550 5.1.1 user unknown")


def test_soft_bounce_changes_nothing(workspace):
    with tenant(workspace.pk):
        receive_bounce(bounce(workspace, "452 4.2.2 mailbox full"))

    assert Lead.objects.get().status == "new"
    assert Message.objects.get().source == "bounce"


def test_unsubscribe_stops_every_channel(workspace):
    contract = Unsubscribe(
        **common(workspace, "LEAD_UNSUBSCRIBED", "lead:1"),
        person=PersonDetails(email="dana@northfork.example"),
        unsubscribed_at=WROTE_AT,
    )

    with tenant(workspace.pk):
        receive_unsubscribe(contract)

    lead = Lead.objects.get()
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "unsubscribed")
    assert OptOut.objects.filter(workspace=workspace).count() == 1


def unconfirmed(lead, **changes):
    values = {
        "outbound": True,
        "delivery_status": "unknown",
        "subject": "Re: quick idea",
        "body": "Happy to.",
        "send_key": f"manual:{uuid.uuid4()}:part:0",
        "sent_at": timezone.now(),
    }
    return MessageFactory(lead=lead, **{**values, **changes})


def confirms(lead, **changes):
    values = {
        "workspace_id": lead.workspace_id,
        "event_id": uuid.uuid4(),
        "event_key": "manual:1",
        "event_type": "MANUAL_EMAIL_SENT",
        "provider": "EMAILBISON",
        "channel": "email",
        "received_at": timezone.now(),
        "provider_message_id": "771500",
        "person": PersonDetails(email=lead.email),
        "subject": "Re: quick idea",
        "text": "Happy to.",
        "sent_at": timezone.now(),
        "campaign_step": False,
        "confirm_only": True,
    }
    return SentMessage(**{**values, **changes})


def test_providers_report_settles_the_message_it_is_about(workspace):
    lead = LeadFactory(workspace=workspace)
    message = unconfirmed(lead)

    outcome = receive_sent(confirms(lead, scheduled_id="4411"))

    message.refresh_from_db()
    assert (outcome, message.delivery_status) == ("processed", "sent")
    assert (message.email_bison_reply_id, message.inboxxia_scheduled_email_id) == ("771500", "4411")


@pytest.mark.parametrize(
    "change",
    [
        {"sent_at": timezone.now() - timedelta(hours=3)},
        {"subject": "Invoice", "text": "Something else entirely"},
        {"provider_message_id": "<raw@outbound.example>", "scheduled_id": None},
    ],
)
def test_providers_report_about_something_else_settles_nothing(workspace, change):
    """A mail that a person wrote in the provider's own tool proves nothing about ours."""
    lead = LeadFactory(workspace=workspace)
    message = unconfirmed(lead)

    outcome = receive_sent(confirms(lead, **change))

    message.refresh_from_db()
    assert (outcome, message.delivery_status) == ("ignored:no_matching_send", "unknown")


def test_providers_report_that_fits_two_messages_settles_neither(workspace):
    lead = LeadFactory(workspace=workspace)
    unconfirmed(lead)
    unconfirmed(lead)

    assert receive_sent(confirms(lead)) == "ignored:no_matching_send"
    assert set(Message.objects.values_list("delivery_status", flat=True)) == {"unknown"}


def test_campaign_mail_without_a_number_is_stored_once(workspace):
    lead = LeadFactory(workspace=workspace)
    step = confirms(lead, confirm_only=False, campaign_step=True, provider_message_id=None, event_key="sent:9")

    assert [receive_sent(step), receive_sent(step)] == ["processed", "processed"]
    assert Message.objects.get().webhook_dedupe_key == "sent:9"
