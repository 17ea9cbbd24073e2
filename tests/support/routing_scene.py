"""Workspaces, rules and many leads for tests of routing under load; committed."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from assignment.models import RoutingPartner
from leads.services.importing.inserting import insert_leads
from tests.factories import PartnerWorkspaceFactory, RoutingPartnerFactory, RoutingRuleFactory, WorkspaceFactory
from zrg.workspaces.models import Workspace


def make_source(name: str = "hub") -> Workspace:
    return WorkspaceFactory(name=name, settings__lead_routing_enabled=True, settings__timezone="UTC")


def make_partner(source: Workspace, name: str = "south", **limits: object) -> RoutingPartner:
    destination = PartnerWorkspaceFactory(name=name, settings__timezone="UTC")
    return RoutingPartnerFactory(workspace=source, destination_workspace=destination, **limits)


def catch_all(partner: RoutingPartner, **values: object) -> None:
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace, **values)


def make_leads(
    source: Workspace, count: int, *, emails: Sequence[str] | None = None, ttl: timedelta | None = None
) -> list[UUID]:
    """Waiting leads; `emails` name them."""
    now = timezone.now()
    rows = [
        {
            "id": uuid4(),
            "workspace_id": source.pk,
            "source": "import",
            "created_at": now,
            "updated_at": now,
            "email": emails[number] if emails else f"person{number}@{source.pk.hex[:8]}.example",
            "linkedin_url": None,
            "first_name": "Dana",
            "last_name": "Reyes",
            "company_name": "Northfork Dental",
            "lead_expires_at": now + ttl if ttl is not None else None,
        }
        for number in range(count)
    ]
    for first in range(0, count, 1_000):
        insert_leads(source.pk, rows[first : first + 1_000])
    return [row["id"] for row in rows]
