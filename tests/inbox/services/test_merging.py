import pytest

from inbox.models import Draft, LeadView, Message
from leads.models import Lead
from leads.services.merging import merge_leads
from tests.factories import LeadFactory, WorkspaceFactory
from tests.factories.inbox import DraftFactory, MessageFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def pair():
    workspace = WorkspaceFactory()
    return LeadFactory(workspace=workspace), LeadFactory(workspace=workspace)


def test_messages_move_and_the_thread_is_one(pair):
    keep, drop = pair
    first, second = MessageFactory(lead=keep), MessageFactory(lead=drop, channel="sms")

    merged = merge_leads(keep, drop, keep.workspace.owner)

    assert set(Message.objects.of_lead(keep.pk)) == {first, second}
    assert sorted(merged.channels) == ["email", "sms"]
    assert merged.last_inbound_at == max(first.sent_at, second.sent_at)


def test_reply_of_the_lead_that_stays_is_kept(pair):
    keep, drop = pair
    kept, superseded = DraftFactory(lead=keep, channel="email"), DraftFactory(lead=drop, channel="email")
    other = DraftFactory(lead=drop, channel="sms")

    merge_leads(keep, drop, keep.workspace.owner)

    states = dict(Draft.objects.of_lead(keep.pk).values_list("pk", "status"))
    assert states == {kept.pk: "pending", superseded.pk: "superseded", other.pk: "pending"}
    assert Lead.objects.get(pk=keep.pk).has_pending_draft


def test_thread_that_grew_is_unread_for_who_saw_only_the_other(pair):
    keep, drop = pair
    person = keep.workspace.owner
    LeadView.objects.create(workspace=keep.workspace, user=person, lead=drop, seen_at=keep.created_at)

    merge_leads(keep, drop, person)

    assert not LeadView.objects.exists()
