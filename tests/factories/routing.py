"""Partnerships and rules of the tests."""

import factory

from assignment.enums import PartnershipStatus
from assignment.models import RoutingPartner, RoutingRule
from tests.factories.workspaces import WorkspaceFactory


class PartnerWorkspaceFactory(WorkspaceFactory):
    """A workspace that takes leads of others."""

    workspace_type = "partner"


class RoutingPartnerFactory(factory.django.DjangoModelFactory[RoutingPartner]):
    """An agreement in force."""

    class Meta:
        model = RoutingPartner

    workspace = factory.SubFactory(WorkspaceFactory, settings__lead_routing_enabled=True)
    destination_workspace = factory.SubFactory(PartnerWorkspaceFactory)
    status = PartnershipStatus.ACTIVE


class RoutingRuleFactory(factory.django.DjangoModelFactory[RoutingRule]):
    """A rule that takes every lead."""

    class Meta:
        model = RoutingRule

    workspace = factory.SubFactory(WorkspaceFactory, settings__lead_routing_enabled=True)
    name = factory.Sequence(lambda n: f"Rule {n}")
    destination_workspace = factory.SubFactory(PartnerWorkspaceFactory)
