"""A partner, its rule and a lead to route."""

from pathlib import Path

import pytest
from django.db import Error

from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.routing_world import call, new_owner

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def partner():
    return RoutingPartnerFactory(credit_amount=5)


@pytest.fixture
def rule(partner):
    return RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)


@pytest.fixture
def lead(partner):
    return LeadFactory(workspace=partner.workspace)


def refused(error=Error):
    return pytest.raises(error)


def held(lead):
    owner = new_owner()
    assert call("acquire_routing_lock", lead.pk, owner)
    return owner


def snapshot(lead):
    columns = ("workspace_id", "routing_status", "routing_attempts", "routing_locked_by", "routing_error_code")
    return Lead.objects.values_list(*columns).get(pk=lead.pk)
