"""Who may name what a lead wants."""

import pytest

from inbox.services.sentiment import set_sentiment
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return LeadFactory(workspace=WorkspaceFactory())


def test_reading_that_ends_after_a_person_decided_changes_nothing(lead):
    message = MessageFactory(lead=lead, body="Sounds fine, send me the deck")
    set_sentiment(lead.pk, "Objection", actor=UserFactory(), cause="manual")

    late = set_sentiment(lead.pk, "Interested", message=message, cause="inbound")

    assert (late.changed, late.reason) == (False, "person_decided")
    assert Lead.objects.get(pk=lead.pk).sentiment_tag == "Objection"


def test_next_reply_is_read_anew_after_a_person_decided(lead):
    set_sentiment(lead.pk, "Objection", actor=UserFactory(), cause="manual")
    message = MessageFactory(lead=lead, body="On second thought, Tuesday works")

    read = set_sentiment(lead.pk, "Meeting Requested", message=message, cause="inbound")

    assert (read.changed, read.new) == (True, "Meeting Requested")


def test_withdrawal_counts_after_a_person_decided(lead):
    message = MessageFactory(lead=lead, body="Stop writing to me")
    set_sentiment(lead.pk, "Interested", actor=UserFactory(), cause="manual")

    read = set_sentiment(lead.pk, "Blacklist", message=message, cause="inbound")

    assert (read.changed, read.new) == (True, "Blacklist")
