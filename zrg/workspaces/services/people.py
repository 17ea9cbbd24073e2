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


def people_who_may(workspace_id: UUID, action: str, lead: LeadLike | None = None) -> list[Person]:
    """Owner and members who may do this now (with this lead), by name. Two queries; call inside
    `tenant(workspace_id)`: a setter's own context shows no other memberships.

    Platform people without a membership are none of them.
    """
    workspace = Workspace.objects.select_related("owner").filter(pk=workspace_id).first()
    if workspace is None or (lead is not None and lead.workspace_id != workspace_id):
        return []
    rows: dict[User, list[Membership]] = {workspace.owner: []}
    for row in Membership.objects.in_workspace(workspace_id).active().select_related("user"):
        rows.setdefault(row.user, []).append(row)
    found = [user for user, memberships in rows.items() if _may(workspace, user, memberships, action, lead)]
    people = [Person(id=user.pk, name=user.get_full_name(), email=user.email) for user in found]
    return sorted(people, key=lambda person: (person.name.lower(), person.email))


def _may(workspace: Workspace, user: User, memberships: list[Membership], action: str, lead: LeadLike | None) -> bool:
    relation: LeadRelation | None = None
    if lead is not None:
        relation = "mine" if lead.assigned_to_id == user.pk else "other"
    return answer(
        effective_role(user.pk == workspace.owner_id, memberships, None),
        effective_extras(memberships),
        action,
        user_active=user.is_active,
        workspace_status=workspace.status,
        lead=relation,
    ).allow
