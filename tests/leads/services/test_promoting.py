from datetime import UTC, datetime

import pytest

from leads.errors import AddressTaken, PromotionRefused
from leads.models import Lead
from leads.services.promoting import promote_alternate
from tests.factories import LeadFactory
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_alternate_becomes_primary_and_the_replier_is_cleared():
    lead = LeadFactory(
        email="dana@northfork.example",
        alternate_emails=["kim@northfork.example"],
        current_replier_email="kim@northfork.example",
        current_replier_name="Kim",
        current_replier_since=NOW,
    )

    promote_alternate(lead, " Kim@northfork.example", by=lead.workspace.owner)

    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.email, stored.alternate_emails) == ("kim@northfork.example", ["dana@northfork.example"])
    assert (stored.current_replier_email, stored.current_replier_name, stored.current_replier_since) == (None,) * 3
    assert AdminAuditEvent.objects.get(action="lead.alternate_promoted").after == {"email": "kim@northfork.example"}


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("nonsense", "Invalid email address"),
        ("dana@northfork.example", "Email is already the primary contact"),
        ("somebody@northfork.example", "Email is not an alternate contact for this lead"),
    ],
)
def test_promotion_is_refused_with_its_reason(email, message):
    lead = LeadFactory(email="dana@northfork.example", alternate_emails=["kim@northfork.example"])

    with pytest.raises(PromotionRefused, match=message):
        promote_alternate(lead, email, by=lead.workspace.owner)

    assert Lead.objects.get(pk=lead.pk).email == "dana@northfork.example"


def test_address_of_another_lead_is_not_taken():
    lead = LeadFactory(email="dana@northfork.example", alternate_emails=["kim@northfork.example"])
    LeadFactory(workspace=lead.workspace, email="kim@northfork.example")

    with pytest.raises(AddressTaken):
        promote_alternate(lead, "kim@northfork.example", by=lead.workspace.owner)

    assert Lead.objects.get(pk=lead.pk).email == "dana@northfork.example"
    assert AdminAuditEvent.objects.count() == 0
