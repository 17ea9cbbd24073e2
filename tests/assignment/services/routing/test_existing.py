"""Leads from before routing was switched on, handed to it by a person (11b R1)."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from assignment.models import RoutingLog
from assignment.services.routing import acting
from assignment.services.routing.single import route_lead
from inbox.models import BulkRun
from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory, WorkspaceFactory
from tests.factories.inbox import MessageFactory
from tests.support.drain import drain
from tests.support.routing_workers import violations
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def partner():
    found = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=found.workspace, destination_workspace=found.destination_workspace)
    return found


def from_before(partner, **values):
    return LeadFactory(workspace=partner.workspace, routing_status="routed", **values)


def test_a_lead_from_before_waits_and_is_routed(partner):
    lead = from_before(partner)

    assert acting.route_existing(partner.workspace_id, [lead.pk], by=partner.workspace.owner) == 1
    lead.refresh_from_db()
    assert (lead.routing_status, lead.routing_attempts, lead.routing_completed_at) == ("pending", 0, None)
    assert AdminAuditEvent.objects.get(action="routing.existing_routed").after == {"count": 1}
    log = RoutingLog.objects.get()
    assert (log.routing_result, log.path, log.actor_user_id) == ("requeued", "manual", partner.workspace.owner_id)

    assert route_lead(lead.pk, partner.workspace_id).result == "success"
    assert acting.route_existing(partner.workspace_id, [lead.pk], by=partner.workspace.owner) == 0
    assert [row for row in violations() if row[0] not in ("I1", "I5")] == []


@pytest.mark.parametrize("case", ["talked to", "stopped", "expired", "settled by routing", "elsewhere", "routing off"])
def test_other_leads_stay(partner, case):
    lead = from_before(partner)
    leads = Lead.objects.filter(pk=lead.pk)
    if case == "talked to":
        MessageFactory(lead=lead, workspace=partner.workspace)
    elif case == "stopped":
        leads.update(opted_out_at=timezone.now())
    elif case == "expired":
        leads.update(lead_expires_at=timezone.now() - timedelta(days=1))
    elif case == "settled by routing":
        leads.update(routing_started_at=timezone.now())
    elif case == "elsewhere":
        leads.update(source_workspace=WorkspaceFactory())
    else:
        WorkspaceSettings.objects.filter(workspace=partner.workspace).update(lead_routing_enabled=False)

    assert acting.route_existing(partner.workspace_id, [lead.pk], by=partner.workspace.owner) == 0

    lead.refresh_from_db()
    assert (lead.routing_status, lead.workspace_id) == ("routed", partner.workspace_id)
    assert (RoutingLog.objects.count(), AdminAuditEvent.objects.filter(action__startswith="routing.ex").count()) == (
        0,
        0,
    )


def test_the_inbox_hands_many_to_routing(client, partner):
    fresh, talked_to = from_before(partner), from_before(partner)
    MessageFactory(lead=talked_to, workspace=partner.workspace)
    client.login_as(partner.workspace.owner)
    prefix, run = f"/w/{partner.workspace_id}/inbox/bulk", str(uuid.uuid4())
    form = {"act": "route:existing", "leads": [str(fresh.pk), str(talked_to.pk)], "run": run}

    answer = client.post(f"{prefix}/runs", form, HTTP_HX_REQUEST="true")
    drain()

    assert answer.status_code == 200
    items = {item.lead_id: (item.state, item.reason) for item in BulkRun.objects.get(pk=run).items.all()}
    assert items[fresh.pk][0] == "done"
    assert items[talked_to.pk][0] == "skipped"
    assert Lead.objects.get(pk=talked_to.pk).workspace_id == partner.workspace_id


def test_nothing_is_offered_while_routing_is_off(client, partner):
    client.login_as(partner.workspace.owner)
    asked = f"/api/inbox/bulk?clientId={partner.workspace_id}"

    on = {one["action"]: one["values"] for one in client.get(asked).json()["actions"]}
    WorkspaceSettings.objects.filter(workspace=partner.workspace).update(lead_routing_enabled=False)
    off = {one["action"]: one["values"] for one in client.get(asked).json()["actions"]}

    assert on["route"] == [{"value": "existing", "label": "Route to partners"}]
    assert "route" not in off
    assert "assign" in off
