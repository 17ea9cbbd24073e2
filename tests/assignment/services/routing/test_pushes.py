"""A pushed lead from the call to its partner."""

import json

import pytest

from assignment.services.routing.running import run_first_pass
from leads.models import Lead
from tests.factories import RoutingPartnerFactory, RoutingRuleFactory
from tests.factories.integrations import ConnectionFactory
from tests.support.drain import drain
from zrg.jobs.models import WebhookEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

SECRET = "push-secret-of-the-workspace"
DANA = {
    "externalId": "a-17",
    "person": {"email": "Dana@Northfork.example", "first_name": "Dana", "last_name": "Reyes"},
    "company": {"name": "Northfork Dental", "state": "Texas"},
    "industry": "Dental",
    "sic_code": "8021",
    "tags": ["hot"],
}


@pytest.fixture
def partner():
    found = RoutingPartnerFactory()
    ConnectionFactory(workspace=found.workspace, provider="LEAD_PUSH", secrets={"webhook_secret": SECRET})
    RoutingRuleFactory(
        workspace=found.workspace,
        destination_workspace=found.destination_workspace,
        conditions={"all": [{"field": "attributes.sic_code", "op": "starts_with", "value": ["80"]}]},
    )
    return found


def push(client, partner, body):
    return client.post(
        f"/api/webhooks/lead-push/datashopper?clientId={partner.workspace_id}",
        json.dumps(body),
        content_type="application/json",
        headers={"x-lead-push-secret": SECRET},
    )


def test_a_push_becomes_a_waiting_lead_with_all_its_facts_and_is_routed(client, partner):
    push(client, partner, DANA)
    push(client, partner, DANA)
    drain()

    lead = Lead.objects.get()
    assert WebhookEvent.objects.get().outcome == "processed"
    assert (lead.workspace_id, lead.routing_status, lead.source) == (partner.workspace_id, "pending", "push")
    assert (lead.email, lead.first_name, lead.company_name) == ("dana@northfork.example", "Dana", "Northfork Dental")
    assert (lead.industry, lead.tags, lead.attributes) == ("Dental", ["hot"], {"sic_code": "8021"})
    assert lead.company_state == "Texas"

    run_first_pass(lambda: False)

    lead.refresh_from_db()
    assert (lead.workspace_id, lead.routing_status) == (partner.destination_workspace_id, "routed")


def test_a_second_push_fills_what_is_blank_and_changes_nothing_else(client, partner):
    push(client, partner, DANA)
    drain()
    richer = {"id": "b-1", "email": "dana@northfork.example", "industry": "Law", "job_title": "Owner", "sic_code": "1"}

    push(client, partner, richer)
    drain()

    lead = Lead.objects.get()
    assert (lead.industry, lead.job_title, lead.attributes) == ("Dental", "Owner", {"sic_code": "8021"})
    assert lead.routing_status == "pending"


def test_nobody_named_is_no_lead(client, partner):
    assert push(client, partner, {"industry": "Dental", "status": "blacklisted"}).status_code == 200
    drain()

    assert Lead.objects.count() == 0
    assert WebhookEvent.objects.get().outcome == "ignored:no_usable_identity"
