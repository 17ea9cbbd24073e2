import pytest
from prometheus_client import REGISTRY

from leads.models import LeadIdentityConflict
from leads.services.status import blacklist_lead
from tests.factories import LeadFactory, WorkspaceFactory
from tests.factories.imports import started
from tests.support.client import no_context
from tests.support.drain import drain
from zrg.lib.exposition import FIGURES

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


def test_people_stops_and_open_claims_are_counted():
    workspace = WorkspaceFactory()
    before = value("zrg_leads_created_total", matched_by="new"), value("zrg_optouts_total", channel="sms")
    started(workspace, ["A,,a@x.example,,,", "B,,b@x.example,,,", "C,,none,,,"])
    drain()
    lead = LeadFactory(workspace=workspace)
    blacklist_lead(lead, "opt_out", channel="sms")
    blacklist_lead(LeadFactory(workspace=workspace), "bounce", channel="sms")
    for status in ("open", "dismissed"):
        LeadIdentityConflict.objects.create(
            workspace=workspace, lead=lead, identifier="email", value=status, source="webhook", status=status
        )

    with no_context():
        open_claims = FIGURES.get_sample_value("zrg_identity_conflicts_open")

    after = value("zrg_leads_created_total", matched_by="new"), value("zrg_optouts_total", channel="sms")
    assert (after[0] - before[0], after[1] - before[1], open_claims) == (2, 1, 1)
