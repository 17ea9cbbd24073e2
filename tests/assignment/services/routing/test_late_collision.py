"""The destination gets the same person at the very moment of the move."""

import threading

import pytest
from django.db import connections

from assignment.models import LeadAttribution, RoutingLog
from assignment.services.routing.agreements import list_deliveries, read_agreement
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import LeadFactory
from tests.support import routing_workers as workers
from tests.support.blocking import wait_until_blocking
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from zrg.workspaces.context import platform

pytestmark = pytest.mark.integration

EMAIL = "kim@acme.io"


def test_hard_11b_collision_is_duplicate_also_of_a_lead_that_comes_meanwhile(committed_db, client):
    with platform(timeout_ms=60_000):
        source = make_source()
        partner = make_partner(source)
        catch_all(partner)
        (lead,) = make_leads(source, 1, emails=[EMAIL])
    results = []

    def route():
        try:
            results.append(route_lead(lead, source.pk))
        finally:
            connections.close_all()

    thread = threading.Thread(target=route)
    with platform(timeout_ms=60_000):
        there = LeadFactory(workspace=partner.destination_workspace, email=EMAIL, routing_status="failed")
        thread.start()
        wait_until_blocking()
    thread.join()

    assert [(one.success, one.result) for one in results] == [(True, "duplicate")]
    assert workers.violations() == []
    with platform():
        assert list(LeadAttribution.objects.values_list("status", flat=True)) == ["voided"]
        assert RoutingLog.objects.get().routing_result == "duplicate"
        moved = Lead.objects.get(pk=lead)
        assert (moved.workspace_id, moved.routing_status, moved.duplicate_of_lead_id) == (source.pk, "routed", there.pk)
        # Neither page nor API tells the source that this partner has the person.
        assert list_deliveries(source.pk, read_agreement(source.pk, partner.pk)) == []
        assert read_agreement(source.pk, partner.pk).delivered == 0
    client.login_as(source.owner)
    assert client.get(f"/api/routing/attributions?clientId={source.pk}").json() == {"attributions": []}
