"""The people of a workspace by what they may do."""

from dataclasses import dataclass
from uuid import UUID

from zrg.workspaces.access import LeadLike
from zrg.workspaces.models import Membership, User, Workspace
from zrg.workspaces.rules.permissions import LeadRelation, answer, effective_extras, effective_role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works in a workspace; `name` as others see it."""

    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The people of one workspace, read once and asked often."""

    workspace: Workspace
    members: dict[UUID, tuple[User, list[Membership]]]

    def who_may(self, action: str, lead: LeadLike | None = None) -> list[Person]:
        """Those who may do this now (with this lead), by name."""
        found = (self.find(user_id, action, lead) for user_id in self.members)
        return sorted((one for one in found if one), key=lambda person: (person.name.lower(), person.email))

    def find(self, user_id: UUID, action: str, lead: LeadLike | None = None) -> Person | None:
        """One of them; None for whoever may not."""
        user, memberships = self.members.get(user_id, (None, []))
        if user is None or not self._may(user, memberships, action, lead):
            return None
        return Person(id=user.pk, name=user.get_full_name(), email=user.email)

    def _may(self, user: User, memberships: list[Membership], action: str, lead: LeadLike | None) -> bool:
        relation: LeadRelation | None = None
        if lead is not None:
            relation = "mine" if lead.assigned_to_id == user.pk else "other"
            if lead.workspace_id != self.workspace.pk:
                relation = "outside"
        return answer(
            effective_role(user.pk == self.workspace.owner_id, memberships, None),
            effective_extras(memberships),
            action,
            user_active=user.is_active,
            workspace_status=self.workspace.status,
            lead=relation,
        ).allow


def team_of_workspace(workspace_id: UUID) -> Team | None:
    """Owner and active members in two queries; call inside `tenant(workspace_id)`: a setter's own context shows
    no other memberships. Platform people without a membership are none of them.
    """
    workspace = Workspace.objects.select_related("owner").filter(pk=workspace_id).first()
    if workspace is None:
        return None
    members: dict[UUID, tuple[User, list[Membership]]] = {workspace.owner_id: (workspace.owner, [])}
    for row in Membership.objects.in_workspace(workspace_id).active().select_related("user"):
        members.setdefault(row.user_id, (row.user, []))[1].append(row)
    return Team(workspace=workspace, members=members)


def people_who_may(workspace_id: UUID, action: str, lead: LeadLike | None = None) -> list[Person]:
    """Owner and members who may do this now (with this lead), by name; as `team_of_workspace`."""
    team = team_of_workspace(workspace_id)
    return team.who_may(action, lead) if team else []
