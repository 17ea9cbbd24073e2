"""An import becomes waiting leads, and its figures follow them wherever they go."""

import pytest

from assignment.services.routing.imports import import_routing
from assignment.services.routing.running import run_first_pass
from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.factories.imports import started
from tests.support.client import no_context
from tests.support.drain import drain

pytestmark = pytest.mark.django_db


def test_rows_of_a_file_wait_are_routed_and_counted(client):
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.destination_workspace,
        conditions={"all": [{"field": "has_phone", "op": "eq", "value": False}]},
    )
    LeadFactory(workspace=partner.destination_workspace, email="b@people.example", routing_status="routed")
    job = started(
        partner.workspace,
        ["A,Reyes,a@people.example,,N,", "B,Reyes,b@people.example,,N,", "C,Reyes,c@people.example,+12025550123,N,"],
    )
    drain()
    assert set(Lead.objects.in_workspace(partner.workspace).values_list("routing_status", flat=True)) == {"pending"}

    with no_context():
        run_first_pass(lambda: False)

    expected = {
        "byDestination": {str(partner.destination_workspace_id): 1},
        "kept": 0,
        "duplicate": 1,
        "waiting": 1,
        "failed": 0,
    }
    assert import_routing(job) == expected
    client.login_as(partner.workspace.owner)
    assert client.get(f"/api/imports/leads/{job.pk}").json()["routing"] == expected
