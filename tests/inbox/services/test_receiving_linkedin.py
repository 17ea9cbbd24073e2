"""LinkedIn messages of leads: from the stored call to the thread."""

from datetime import UTC, datetime

import pytest

from inbox.models import Message, MessageRaw
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.services.conftest import arrive
from tests.integrations.unipile.payloads import ACCOUNT, CANONICAL, DANA, received, relayed
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db

WROTE_AT = datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)
FILE = {"type": "file", "url": "https://files.example/a.pdf", "name": "a.pdf"}


@pytest.fixture
def workspace():
    return ConnectionFactory(
        workspace=WorkspaceFactory(), provider="UNIPILE", external_account_id=ACCOUNT, secrets={}
    ).workspace


@pytest.mark.parametrize("payload", [received(), relayed()])
def test_message_reaches_the_thread(workspace, payload):
    assert arrive(workspace, payload) == "processed"

    lead, message = Lead.objects.get(), Message.objects.get()
    assert (lead.first_name, lead.last_name, lead.linkedin_id, lead.linkedin_url) == ("Dana", "Reyes", DANA, CANONICAL)
    assert (lead.sender_account_id, lead.enrichment_status) == (None, "not_needed")
    assert (lead.last_inbound_at, lead.channels, lead.is_open) == (WROTE_AT, ["linkedin"], True)
    assert (message.channel, message.direction, message.source, message.linkedin_kind) == (
        "linkedin",
        "inbound",
        "zrg",
        "dm",
    )
    assert (message.body, message.unipile_message_id, message.sent_at) == (
        "Thanks, send me a link",
        "urn_9xA1",
        WROTE_AT,
    )
    jobs = BackgroundJob.objects.filter(type="LINKEDIN_INBOUND_POST_PROCESS")
    assert [job.dedupe_key for job in jobs] == [f"{workspace.pk}:{message.pk}:LINKEDIN_INBOUND_POST_PROCESS"]


def test_both_families_of_one_message_are_one_row(workspace):
    arrive(workspace, received())
    arrive(workspace, relayed())

    assert (Message.objects.count(), Lead.objects.count()) == (1, 1)
    assert BackgroundJob.objects.filter(type="LINKEDIN_INBOUND_POST_PROCESS").count() == 1


def test_file_without_text_is_kept_with_an_empty_body(workspace):
    arrive(workspace, received(message=None, attachments=[FILE]))

    message = Message.objects.get()
    assert (message.body, message.attachments) == ("", [FILE])


def test_nothing_to_read_writes_nothing(workspace):
    assert arrive(workspace, received(message=" ", attachments=[{}])) == "ignored:empty_message"

    assert not Lead.objects.exists()
    assert not Message.objects.exists()


def test_sender_nobody_can_name_writes_nothing(workspace):
    outcome = arrive(workspace, received(sender={"attendee_name": "Dana Reyes"}))

    assert (outcome, Lead.objects.exists()) == ("ignored:no_usable_identity", False)


def test_text_is_kept_as_written(workspace):
    """Nothing of a chat is a quote or a signature."""
    text = "On Monday Dana wrote:\r\n> fine\r\n\r\n-- \r\nDana Reyes\r\nCEO"

    arrive(workspace, received(message=text))

    assert Message.objects.get().body == "On Monday Dana wrote:\n> fine\n\n--\nDana Reyes\nCEO"
    assert not MessageRaw.objects.exists()


def test_text_over_the_cap_is_cut_and_says_so(workspace):
    arrive(workspace, received(message="x" * 120_000))

    message = Message.objects.get()
    assert (len(message.body), message.body_truncated) == (100_000, True)


def test_withdrawal_on_linkedin_stops_every_channel(workspace):
    lead = LeadFactory(workspace=workspace, linkedin_url=CANONICAL)

    arrive(workspace, received(message="Please stop contacting me"))

    lead.refresh_from_db()
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "opt_out")


def test_writing_to_us_proves_the_person_reachable(workspace):
    lead = LeadFactory(
        workspace=workspace,
        linkedin_url=CANONICAL,
        linkedin_connection="pending",
        linkedin_unreachable_at=WROTE_AT,
        linkedin_unreachable_reason="recipient cannot be reached",
    )

    arrive(workspace, received())

    lead.refresh_from_db()
    assert (lead.linkedin_unreachable_at, lead.linkedin_unreachable_reason) == (None, None)
    assert (lead.linkedin_connection, lead.linkedin_id) == ("unknown", DANA)


def test_connected_stays_connected(workspace):
    lead = LeadFactory(workspace=workspace, linkedin_url=CANONICAL, linkedin_connection="connected")

    arrive(workspace, received())

    lead.refresh_from_db()
    assert lead.linkedin_connection == "connected"


def test_same_message_id_in_two_workspaces_stays_apart(workspace):
    other = ConnectionFactory(
        workspace=WorkspaceFactory(), provider="UNIPILE", external_account_id="zz91", secrets={}
    ).workspace
    MessageFactory(lead=LeadFactory(workspace=other), outbound=True, channel="linkedin", unipile_message_id="urn_9xA1")

    arrive(workspace, received())

    assert Message.objects.in_workspace(workspace).inbound().count() == 1
