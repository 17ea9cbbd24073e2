"""A workspace that cannot be served keeps no other waiting."""

import pytest

from assignment.models import RoutingQueueEntry, RoutingRule
from assignment.services.routing import running
from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.client import no_context
from tests.support.routing_world import call, new_owner

pytestmark = pytest.mark.django_db


def world():
    """Two sources with a waiting lead each; the older one's rule is not what services write."""
    leads = []
    for _ in range(2):
        partner = RoutingPartnerFactory()
        RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
        leads.append(LeadFactory(workspace=partner.workspace))
    RoutingRule.objects.filter(workspace=leads[0].workspace).update(actions=["x"])
    return leads


def states(leads):
    found = dict(Lead.objects.values_list("pk", "routing_status"))
    return [found[lead.pk] for lead in leads]


def test_the_first_pass_serves_the_others_and_fails_then():
    leads = world()

    with no_context(), pytest.raises(AttributeError):
        running.run_first_pass(lambda: False)

    assert states(leads) == ["pending", "routed"]


def test_retries_of_the_others_are_made_and_the_run_fails_then():
    leads = world()
    for lead in leads:
        owner = new_owner()
        assert call("acquire_routing_lock", lead.pk, owner)
        assert call("fail_routing", lead.pk, "x", owner)
    call("zrg_test_shift_routing", 61.0)

    with no_context(), pytest.raises(AttributeError):
        running.process_retry_queue()

    assert states(leads) == ["pending", "routed"]
    assert RoutingQueueEntry.objects.open().count() == 1


def test_a_pass_with_a_limit_keeps_the_size_of_a_transaction(caplog):
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    for _ in range(55):
        lead, owner = LeadFactory(workspace=partner.workspace), new_owner()
        assert call("acquire_routing_lock", lead.pk, owner)
        assert call("fail_routing", lead.pk, "x", owner)
    call("zrg_test_shift_routing", 61.0)

    with no_context():
        first = running.process_retry_queue(51)
        last = running.process_retry_queue(1_000)

    assert (first["processed"], last["processed"]) == (51, 4)
