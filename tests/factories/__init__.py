"""Factories of all models. Each app's file adds its own and is re-exported here."""

from tests.factories.ai import PersonaFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import EmailCampaignFactory, LeadFactory, SmsCampaignFactory
from tests.factories.routing import PartnerWorkspaceFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.factories.workspaces import (
    InvitationFactory,
    MembershipFactory,
    PlatformGrantFactory,
    UserFactory,
    WorkspaceFactory,
)

__all__ = [
    "ConnectionFactory",
    "EmailCampaignFactory",
    "EmailSenderFactory",
    "InvitationFactory",
    "LeadFactory",
    "MembershipFactory",
    "PartnerWorkspaceFactory",
    "PersonaFactory",
    "PlatformGrantFactory",
    "RoutingPartnerFactory",
    "RoutingRuleFactory",
    "SmsCampaignFactory",
    "UserFactory",
    "WorkspaceFactory",
]
