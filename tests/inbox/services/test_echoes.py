"""Our own LinkedIn messages coming back: attached to the message they are, or kept as our answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from inbox.enums import DeliveryStatus, LinkedInKind
from inbox.models import Message
from inbox.services.sweeping import mark_stale_sends
from leads.models import Lead
from tests.factories.inbox import DraftFactory, MessageFactory
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.services.conftest import arrive
from tests.integrations.unipile.payloads import (
    ACCOUNT,
    CANONICAL,
    DANA,
    OWNER,
    echoed,
    received,
    relayed,
)
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)
TEXT = "Here it is"


@pytest.fixture
def workspace():
    return ConnectionFactory(
        workspace=WorkspaceFactory(), provider="UNIPILE", external_account_id=ACCOUNT, secrets={}
    ).workspace


@pytest.fixture
def lead(workspace):
    return LeadFactory(workspace=workspace, linkedin_url=CANONICAL)


def own_send(lead, **changes) -> Message:
    values = {
        "channel": "linkedin",
        "body": TEXT,
        "subject": None,
        "send_key": f"manual:{Message.objects.count()}:part:0",
        "sent_at": AT - timedelta(seconds=20),
    }
    return MessageFactory(lead=lead, outbound=True, **{**values, **changes})


def test_hard_02_own_echo_never_inbound(workspace, lead):
    """Told by the account's member id, by the event's name, and by the id of a message of ours."""
    own_send(lead, unipile_message_id="urn_9xA1", sent_at=AT - timedelta(hours=5))

    outcomes = [
        arrive(workspace, echoed()),
        arrive(workspace, relayed("message.sent", id="urn_own2", sender_id=OWNER, recipient_id=DANA)),
        arrive(workspace, relayed(id="urn_9xA1", sender_id="ACoAASomebody00000")),
    ]

    assert outcomes == ["processed"] * 3
    assert not Message.objects.inbound().exists()
    assert Lead.objects.count() == 1
    assert not BackgroundJob.objects.filter(type="LINKEDIN_INBOUND_POST_PROCESS").exists()


def test_echo_is_attached_to_the_message_it_is(workspace, lead):
    message = own_send(lead, body="Here  it is\n")

    arrive(workspace, echoed())

    message.refresh_from_db()
    assert (message.unipile_message_id, message.delivery_status, Message.objects.count()) == ("urn_own1", "sent", 1)


@pytest.mark.parametrize("minutes", [-11, 11])
def test_echo_of_another_time_is_another_message(workspace, lead, minutes):
    message = own_send(lead, sent_at=AT + timedelta(minutes=minutes))

    arrive(workspace, echoed())

    message.refresh_from_db()
    assert message.unipile_message_id is None
    assert Message.objects.outbound().count() == 2


@pytest.mark.parametrize("minutes", [-9, 9])
def test_echo_within_ten_minutes_is_the_message(workspace, lead, minutes):
    own_send(lead, sent_at=AT + timedelta(minutes=minutes))

    arrive(workspace, echoed())

    assert Message.objects.get().unipile_message_id == "urn_own1"


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "Something else"},
        {"unipile_message_id": "urn_other"},
        {"delivery_status": DeliveryStatus.FAILED},
        {"channel": "sms"},
    ],
)
def test_echo_is_not_attached_to_something_else(workspace, lead, changes):
    message = own_send(lead, **changes)

    arrive(workspace, echoed())

    before = message.unipile_message_id
    message.refresh_from_db()
    assert message.unipile_message_id == before
    assert Message.objects.filter(unipile_message_id="urn_own1").exclude(pk=message.pk).count() == 1


def test_of_two_equal_texts_the_nearest_is_meant(workspace, lead):
    far, near = own_send(lead, sent_at=AT - timedelta(minutes=6)), own_send(lead, sent_at=AT - timedelta(minutes=1))

    arrive(workspace, echoed())
    arrive(workspace, echoed(message_id="urn_own2"))

    ids = dict(Message.objects.values_list("pk", "unipile_message_id"))
    assert ids == {near.pk: "urn_own1", far.pk: "urn_own2"}


def test_note_of_an_invitation_comes_back_when_it_is_accepted(workspace, lead):
    own_send(lead, sent_at=AT - timedelta(days=12), linkedin_kind=LinkedInKind.CONNECTION_REQUEST)

    arrive(workspace, echoed())

    assert Message.objects.get().unipile_message_id == "urn_own1"


def test_text_written_in_linkedin_counts_as_our_answer(workspace, lead):
    MessageFactory(lead=lead, channel="linkedin", email_bison_reply_id=None, sent_at=AT - timedelta(hours=1))
    Lead.objects.update(linkedin_unreachable_at=AT - timedelta(days=1), linkedin_unreachable_reason="x")

    with_file = echoed(attachments=[{"type": "file", "url": "https://files.example/a.pdf", "name": "a.pdf"}])
    assert [arrive(workspace, with_file), arrive(workspace, with_file)] == ["processed", "processed"]

    message = Message.objects.outbound().get()
    lead.refresh_from_db()
    assert (message.source, message.origin, message.channel, message.linkedin_kind) == (
        "linkedin",
        "external",
        "linkedin",
        "dm",
    )
    assert (message.body, message.unipile_message_id, message.sent_at) == (TEXT, "urn_own1", AT)
    assert (message.delivery_status, message.sent_by, message.is_read) == (None, None, True)
    assert message.attachments == [{"type": "file", "url": "https://files.example/a.pdf", "name": "a.pdf"}]
    assert (lead.last_answer_at, lead.last_message_direction, lead.is_open) == (AT, "outbound", False)
    assert lead.linkedin_unreachable_at is None


def test_file_without_text_written_in_linkedin_is_kept(workspace, lead):
    own_send(lead, body="")
    arrive(workspace, echoed(message=None, attachments=[{"id": "f1", "type": "img"}]))

    message = Message.objects.get(unipile_message_id="urn_own1")
    assert (message.body, message.source, message.attachments[0]["type"]) == ("", "linkedin", "img")


def test_echo_before_our_own_answer_makes_no_second_row(workspace, lead):
    message = own_send(lead, delivery_status=DeliveryStatus.SENDING)

    arrive(workspace, echoed())

    message.refresh_from_db()
    assert (message.unipile_message_id, message.delivery_status, Message.objects.count()) == ("urn_own1", "sending", 1)


def test_echo_proves_an_unconfirmed_message_sent(workspace, lead):
    draft = DraftFactory(lead=lead, channel="linkedin", status="approved")
    message = own_send(lead, delivery_status=DeliveryStatus.UNKNOWN, draft=draft, draft_part_index=0)

    arrive(workspace, echoed())

    message.refresh_from_db()
    assert (message.delivery_status, message.unipile_message_id, message.sent_at) == ("sent", "urn_own1", AT)


def test_shown_message_of_a_lost_worker_is_sent(workspace, lead):
    message = own_send(lead, delivery_status=DeliveryStatus.SENDING)
    arrive(workspace, echoed())
    Message.objects.update(updated_at=F("updated_at") - timedelta(minutes=11))

    assert mark_stale_sends(workspace.pk) == 1

    message.refresh_from_db()
    assert (message.delivery_status, message.delivery_error_code) == ("sent", None)


def test_recipient_we_know_only_by_address_is_the_lead_we_wrote_to(workspace, lead):
    """The copy names a member id alone; our message to the one address with this text tells whose it is."""
    message = own_send(lead)

    arrive(workspace, echoed(attendees=[{"attendee_provider_id": DANA, "attendee_name": "Dana Reyes"}]))

    message.refresh_from_db()
    assert (message.unipile_message_id, Lead.objects.count(), Message.objects.count()) == ("urn_own1", 1, 1)


def test_same_text_to_another_member_is_not_taken(workspace, lead):
    Lead.objects.filter(pk=lead.pk).update(linkedin_id="ACoAAKim00000000000")
    message = own_send(lead)

    arrive(workspace, echoed(attendees=[{"attendee_provider_id": DANA}]))

    message.refresh_from_db()
    assert message.unipile_message_id is None
    assert Message.objects.get(unipile_message_id="urn_own1").lead.linkedin_id == DANA


def test_echo_without_recipient_needs_the_one_message_it_can_be(workspace, lead):
    echo = relayed("message.sent", id="urn_own1", text=TEXT, sender_id=OWNER, sender_linkedin_url=None)
    nobody = arrive(workspace, echo)
    message, other = own_send(lead), own_send(LeadFactory(workspace=workspace))
    two = arrive(workspace, echo)
    Message.objects.filter(pk=other.pk).update(body="Other text")
    one = arrive(workspace, echo)

    message.refresh_from_db()
    assert [nobody, two, one] == ["ignored:unknown_recipient", "ignored:unknown_recipient", "processed"]
    assert (message.unipile_message_id, Message.objects.count(), Lead.objects.count()) == ("urn_own1", 2, 2)


def test_echo_of_one_workspace_is_nothing_to_another(workspace, lead):
    other = ConnectionFactory(
        workspace=WorkspaceFactory(), provider="UNIPILE", external_account_id="zz91", secrets={}
    ).workspace
    own_send(LeadFactory(workspace=other, linkedin_url=CANONICAL))
    message = own_send(lead)

    arrive(workspace, echoed())

    assert Message.objects.get(unipile_message_id="urn_own1").pk == message.pk


def test_answer_to_a_stranger_makes_the_lead(workspace):
    arrive(workspace, echoed())

    lead = Lead.objects.get()
    assert (lead.first_name, lead.linkedin_id, lead.linkedin_url) == ("Dana", DANA, CANONICAL)
    assert Message.objects.get().lead_id == lead.pk


def test_reply_after_the_echo_stays_a_reply(workspace, lead):
    arrive(workspace, echoed())
    arrive(workspace, received())

    assert list(Message.objects.order_by("created_at").values_list("direction", flat=True)) == ["outbound", "inbound"]
