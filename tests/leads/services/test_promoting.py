from collections import defaultdict
from datetime import UTC, datetime

import pytest
import time_machine

from leads.errors import AddressTaken, PromotionRefused
from leads.models import Lead
from leads.services.promoting import promote_alternate, request_promotion
from tests.factories import LeadFactory, MembershipFactory
from zrg.jobs import registry
from zrg.jobs.contracts import Notice
from zrg.jobs.models import BackgroundJob
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


@pytest.fixture
def told(monkeypatch):
    """Somebody receives notices, whatever other apps are there."""
    monkeypatch.setattr(registry, "_receivers", defaultdict(dict))
    registry.register_event_receiver(Notice, "told", print)


def test_request_tells_once_a_day_and_changes_nothing(told):
    lead = LeadFactory(
        email="dana@northfork.example", alternate_emails=["kim@northfork.example"], workspace__settings__timezone="UTC"
    )
    person = MembershipFactory(workspace=lead.workspace, user__display_name="Priya Nair").user

    for moment in ("2026-03-02T10:00Z", "2026-03-02T18:00Z", "2026-03-03T00:30Z"):
        with time_machine.travel(moment, tick=False):
            assert request_promotion(lead, "KIM@northfork.example", by=person) == "kim@northfork.example"

    notices = [job.payload["data"] for job in BackgroundJob.objects.order_by("seq")]
    key = f"promotion:{lead.pk}:kim@northfork.example"
    assert [notice["notice_key"] for notice in notices] == [f"{key}:2026-03-02", f"{key}:2026-03-03"]
    assert {notice["kind"] for notice in notices} == {"promotion_request"}
    assert notices[0]["text"] == ("Priya Nair asks to make kim@northfork.example the primary address of Dana Reyes.")
    assert Lead.objects.get(pk=lead.pk).email == "dana@northfork.example"


def test_request_for_a_stranger_is_refused_and_tells_nobody(told):
    lead = LeadFactory(email="dana@northfork.example")

    with pytest.raises(PromotionRefused):
        request_promotion(lead, "kim@northfork.example", by=lead.workspace.owner)

    assert BackgroundJob.objects.count() == 0
