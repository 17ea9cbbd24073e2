"""The derived rows of access: guardian grants, the staff flag, the version of the cached access.

Called in the same transaction as every change of ownership, memberships, extras or devices.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from guardian.models import UserObjectPermission

from zrg.lib import log_events
from zrg.workspaces.access import bump_access, has_second_factor, platform_kind_of
from zrg.workspaces.context import current_context, user_context
from zrg.workspaces.enums import MembershipRole, Role, WorkspaceStatus
from zrg.workspaces.models import Membership, User, Workspace
from zrg.workspaces.rules.permissions import effective_extras, effective_role, permissions_of

STAFF_ROLES = (Role.OWNER.value, Role.ADMIN.value)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A difference between the derived rows and what they should be."""

    email: str
    workspace: str
    missing: tuple[str, ...]
    surplus: tuple[str, ...]


def sync_permissions(user: User, workspace: Workspace) -> Drift | None:
    """Write this person's guardian rows of this workspace as the rows say; idempotent.

    Returns what was different. Also renews the staff flag and ends the cached access.
    """
    drift = permission_drift(user, workspace)
    if drift is not None:
        _write_grants(user, workspace, drift)
    sync_staff(user)
    bump_access([user.pk])
    return drift


def sync_staff(user: User) -> bool:
    """Set `is_staff`: platform people, owners and admins, with a second factor where it is demanded."""
    roles = staff_roles(user)
    enough_alone = roles - set(settings.MFA_REQUIRED_ROLES)
    staff = user.is_active and bool(enough_alone or (roles and has_second_factor(user.pk)))
    if staff != user.is_staff:
        user.is_staff = staff
        User.objects.filter(pk=user.pk).update(is_staff=staff)
    return staff


def permission_drift(user: User, workspace: Workspace) -> Drift | None:
    """What is missing or too much among the guardian rows, None when they are right."""
    wanted = wanted_permissions(user, workspace)
    present = set(_grants(user, workspace).values_list("permission__codename", flat=True))
    if wanted == present:
        return None
    return Drift(
        email=user.email,
        workspace=str(workspace.pk),
        missing=tuple(sorted(wanted - present)),
        surplus=tuple(sorted(present - wanted)),
    )


def wanted_permissions(user: User, workspace: Workspace) -> set[str]:
    """The permission set that ownership and memberships give (platform grants are no rows of a workspace)."""
    if not user.is_active or workspace.status == WorkspaceStatus.DELETED:
        return set()
    rows = list(Membership.objects.filter(workspace=workspace, user=user))
    role = effective_role(workspace.owner_id == user.pk, rows, None)
    return set(permissions_of(role, effective_extras(rows)))


def sync_all(*, repair: bool) -> list[Drift]:
    """Every person with a row or a grant in any workspace; needs the platform context."""
    found = []
    for user_id, workspace_id in sorted(_pairs(), key=str):
        user, workspace = User.objects.get(pk=user_id), Workspace.objects.get(pk=workspace_id)
        drift = sync_permissions(user, workspace) if repair else permission_drift(user, workspace)
        if drift is not None:
            found.append(drift)
    if found:
        logger.warning(log_events.PERMISSIONS_DRIFT, count=len(found), repaired=repair)
    return found


def staff_roles(user: User) -> set[str]:
    """Roles of this person that open the admin, read where all workspaces of theirs show.

    Whoever changes a membership may see fewer than the person works in; the platform sees all.
    """
    roles = {kind} if (kind := platform_kind_of(user)) else set()
    live = Workspace.objects.not_deleted()
    with nullcontext() if current_context().kind == "platform" else user_context(user.pk):
        if live.filter(owner_id=user.pk).exists():
            roles.add(Role.OWNER.value)
        admin = Membership.objects.active().filter(user_id=user.pk, role=MembershipRole.ADMIN, workspace__in=live)
        if admin.exists():
            roles.add(Role.ADMIN.value)
    return roles


def _pairs() -> set[tuple[UUID, UUID]]:
    pairs = set(Membership.objects.values_list("user_id", "workspace_id"))
    pairs |= set(Workspace.objects.values_list("owner_id", "id"))
    granted = UserObjectPermission.objects.filter(content_type=_content_type()).values_list("user_id", "object_pk")
    known = set(Workspace.objects.values_list("id", flat=True))
    return pairs | {(user_id, UUID(pk)) for user_id, pk in granted if UUID(pk) in known}


def _write_grants(user: User, workspace: Workspace, drift: Drift) -> None:
    if drift.surplus:
        _grants(user, workspace).filter(permission__codename__in=drift.surplus).delete()
    content_type = _content_type()
    permissions = Permission.objects.filter(Q(content_type=content_type) & Q(codename__in=drift.missing))
    UserObjectPermission.objects.bulk_create(
        [
            UserObjectPermission(
                user=user, permission=permission, content_type=content_type, object_pk=str(workspace.pk)
            )
            for permission in permissions
        ],
        ignore_conflicts=True,
    )


def _grants(user: User, workspace: Workspace):  # type: ignore[no-untyped-def]  # guardian has no types
    return UserObjectPermission.objects.filter(
        user_id=user.pk, content_type=_content_type(), object_pk=str(workspace.pk)
    )


def _content_type() -> ContentType:
    return ContentType.objects.get_for_model(Workspace)
