"""Whom and what a list can be narrowed to: people of a workspace, its SMS labels, with their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from leads.models import SmsCampaign
from leads.rules.filters import ListFilters
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import User

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChoices:
    """People who may have leads, labels of texts; by name."""

    people: Sequence[User]
    campaigns: Sequence[SmsCampaign]


def filter_choices(workspace_id: UUID) -> FilterChoices:
    """What the filters of one workspace offer. Two queries; a person's own context knows no other members."""
    with tenant(workspace_id):
        members = Q(memberships__workspace_id=workspace_id, memberships__is_active=True)
        members &= ~Q(memberships__role=MembershipRole.CLIENT_PORTAL)
        people = User.objects.filter(members | Q(owned_workspaces=workspace_id), is_active=True).distinct()
        return FilterChoices(
            people=list(people.order_by("display_name", "email")[:MOST]),
            campaigns=list(SmsCampaign.objects.in_workspace(workspace_id).order_by("name_normalized")[:MOST]),
        )


def filter_names(filters: ListFilters, workspaces: Sequence[UUID]) -> dict[str, str]:
    """The names of the person and the label the filters name, by id; no query when they name none."""
    names = {}
    if isinstance(filters.assigned, UUID):
        for person in User.objects.filter(pk=filters.assigned, assigned_leads__workspace_id__in=workspaces)[:1]:
            names[str(person.pk)] = person.get_full_name()
    if isinstance(filters.sms_campaign, UUID):
        for label in SmsCampaign.objects.filter(pk=filters.sms_campaign, workspace_id__in=workspaces):
            names[str(label.pk)] = label.name
    return names
