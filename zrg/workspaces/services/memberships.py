"""Who works in a workspace. Every change renews the person's grants in the same transaction."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from zrg.lib import log_events
from zrg.lib.errors import BadInput, Forbidden
from zrg.workspaces.access import Access, require
from zrg.workspaces.context import user_context
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Membership, User, Workspace
from zrg.workspaces.rules.permissions import grantable_to
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.grants import sync_permissions
from zrg.workspaces.services.sessions import end_sessions

logger = structlog.get_logger(__name__)


def add_member(
    workspace: Workspace, user: User, role: str, *, by: User | str, extras: Iterable[str] = ()
) -> tuple[Membership, bool]:
    """Give a role; a row that exists is switched on again and keeps its place in the rotation.

    Returns the row and whether anything changed.
    """
    wanted = check_extras(role, extras)
    with transaction.atomic():
        row, created = Membership.objects.get_or_create(
            workspace=workspace,
            user=user,
            role=role,
            defaults={"extra_permissions": wanted, "created_by": by if isinstance(by, User) else None},
        )
        changed = created or not row.is_active or set(wanted) - set(row.extra_permissions) != set()
        if changed and not created:
            row.is_active, row.deactivated_at, row.deactivated_by = True, None, None
            row.extra_permissions = sorted({*row.extra_permissions, *wanted})
            row.save(update_fields=["is_active", "deactivated_at", "deactivated_by", "extra_permissions"])
        if changed:
            _changed(row, "membership.added", by=by, after={"role": role, "extras": row.extra_permissions})
    return row, changed


def deactivate_member(membership: Membership, *, by: User | str, reason: str = "") -> bool:
    """Take a role away. The row stays as history; the rotation passes over the person and keeps their place.

    Whoever thereby loses the last workspace is signed out everywhere.
    """
    with transaction.atomic():
        row = Membership.objects.select_for_update().get(pk=membership.pk)
        if not row.is_active:
            return False
        row.is_active = False
        row.deactivated_at = timezone.now()
        row.deactivated_by = by if isinstance(by, User) else None
        row.save(update_fields=["is_active", "deactivated_at", "deactivated_by"])
        _changed(row, "membership.deactivated", by=by, before={"role": row.role}, reason=reason)
        if not has_any_workspace(row.user):
            end_sessions(row.user)
    membership.refresh_from_db()
    return True


def change_role(membership: Membership, role: str, *, by: User) -> Membership:
    """Give the person another role in place of this one, keeping the extras it can carry; the old row stays as
    history. Leads stay assigned.
    """
    if role == membership.role:
        return membership
    with transaction.atomic():
        kept = set(membership.extra_permissions) & grantable_to(role)
        # First the new one: nobody who keeps a workspace is signed out.
        made, _changed_any = add_member(membership.workspace, membership.user, role, by=by, extras=kept)
        deactivate_member(membership, by=by, reason=f"Now {made.get_role_display().lower()}")
    return made


def set_extras(membership: Membership, extras: Iterable[str], *, by: User | str) -> None:
    """Replace the extra permissions of one row."""
    wanted = check_extras(membership.role, extras)
    with transaction.atomic():
        row = Membership.objects.select_for_update().get(pk=membership.pk)
        before = list(row.extra_permissions)
        row.extra_permissions = wanted
        row.save(update_fields=["extra_permissions"])
        _changed(row, "membership.extras_changed", by=by, before={"extras": before}, after={"extras": wanted})
    membership.refresh_from_db()


def set_rotation(membership: Membership, *, in_rotation: bool, paused_until: date | None, by: User | str) -> None:
    """Whether and from when a setter receives leads by rotation."""
    with transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(in_rotation=in_rotation, rotation_paused_until=paused_until)
        record_audit(
            "membership.rotation_changed",
            actor=by,
            workspace=membership.workspace_id,
            obj=membership,
            after={"in_rotation": in_rotation, "paused_until": paused_until},
        )
    membership.refresh_from_db()


def replace_members(workspace: Workspace, role: str, users: Sequence[User], *, by: User | str) -> dict[str, int]:
    """Make these the holders of a role, as a difference.

    Rows that stay keep id and `created_at` (they order the rotation), missing ones become inactive,
    new ones are added.
    """
    wanted = {user.pk: user for user in users}
    counts = {"kept": 0, "added": 0, "removed": 0}
    with transaction.atomic():
        for row in Membership.objects.select_for_update().filter(workspace=workspace, role=role, is_active=True):
            if row.user_id in wanted:
                wanted.pop(row.user_id)
                counts["kept"] += 1
            else:
                deactivate_member(row, by=by)
                counts["removed"] += 1
        for user in wanted.values():
            add_member(workspace, user, role, by=by)
            counts["added"] += 1
    return counts


def require_may_give(access: Access, workspace_id: UUID, role: str) -> None:
    """Only the owner and the platform make admins."""
    action = "team.grant_admin" if role == MembershipRole.ADMIN else "team.invite"
    require(access, action, workspace_id)


def require_may_deactivate(access: Access, membership: Membership) -> None:
    """An admin cannot deactivate another admin; nobody the owner."""
    found = require(access, "team.deactivate", membership.workspace_id)
    if membership.role == MembershipRole.ADMIN and found is not None and found.role == MembershipRole.ADMIN:
        raise Forbidden(action="team.deactivate")


def check_extras(role: str, extras: Iterable[str]) -> list[str]:
    """The extras as stored; 422 for what this role cannot be given."""
    wanted = sorted(set(extras))
    refused = [extra for extra in wanted if extra not in grantable_to(role)]
    if refused:
        raise BadInput(gettext("These permissions cannot be granted to this role."), field="extras", refused=refused)
    return wanted


def has_any_workspace(user: User) -> bool:
    """Whether something remains to open; read in the person's own context."""
    live = Workspace.objects.not_deleted()
    with user_context(user.pk):
        owns = live.filter(owner=user).exists()
        return owns or Membership.objects.active().filter(user=user, workspace__in=live).exists()


def _changed(
    row: Membership,
    action: str,
    *,
    by: User | str,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    sync_permissions(row.user, row.workspace)
    label = {"member": row.user.email}
    record_audit(
        action,
        actor=by,
        workspace=row.workspace_id,
        obj=row,
        before=before,
        after={**label, **(after or {})},
        reason=reason,
    )
    logger.info(log_events.MEMBERSHIP_CHANGED, action=action, role=row.role, member=str(row.user_id))
