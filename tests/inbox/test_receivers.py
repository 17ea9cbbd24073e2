"""What the inbox does when a tag changes without a reply."""

import pytest

from inbox.services.marking import change_sentiment
from leads.models import EnrichmentRequest, Lead
from tests.factories import LeadFactory
from tests.support.drain import drain

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_a_person_calls_the_lead_interested(simulator):
    lead = LeadFactory()

    change_sentiment(lead, "Interested", by=lead.workspace.owner)
    drain()

    assert set(EnrichmentRequest.objects.values_list("kind", "status", "trigger")) == {
        ("phone", "sent", "positive_reply"),
        ("linkedin", "sent", "positive_reply"),
    }
    assert len(simulator.requests("clay")) == 2


def test_a_person_says_that_the_lead_is_not_interested(simulator):
    lead = LeadFactory(enrichment_status="pending")

    change_sentiment(lead, "Not Interested", by=lead.workspace.owner)
    drain()

    assert Lead.objects.get(pk=lead.pk).enrichment_status == "not_needed"
    assert (EnrichmentRequest.objects.count(), simulator.requests("clay")) == (0, [])
