"""Creating workspaces, suspending them, handing them over."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.access import bump_access
from zrg.workspaces.enums import MembershipRole, WorkspaceStatus
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.grants import sync_permissions
from zrg.workspaces.services.settings import check_settings

MAX_NAME = 120


def create_workspace(
    name: str,
    owner: User,
    *,
    by: User | str,
    settings: Mapping[str, Any] | None = None,
    is_synthetic: bool = False,
) -> Workspace:
    """A workspace with its settings row and the owner's grants, in one transaction.

    Runs under the platform context. `settings` are columns of WorkspaceSettings, checked here.
    """
    with transaction.atomic():
        workspace = Workspace.objects.create(name=clean_name(name), owner=owner, is_synthetic=is_synthetic)
        row = WorkspaceSettings(workspace=workspace, **(settings or {}))
        check_settings(row, fields=settings or {})
        row.save(force_insert=True)
        sync_permissions(owner, workspace)
        record_audit(
            "workspace.created",
            actor=by,
            workspace=workspace,
            obj=workspace,
            after={"name": name, "owner": owner.email},
        )
    return workspace


def open_workspace(name: str, owner: User, *, settings: Mapping[str, Any]) -> Workspace:
    """A workspace somebody makes for themselves on a page; 409 when they own one of this name, so that a form sent
    twice makes one. Runs under the platform context.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if Workspace.objects.not_deleted().named(clean_name(name)).filter(owner=owner).exists():
            raise Conflict(gettext("You own a workspace of this name already."))
        return create_workspace(name, owner, by=owner, settings=settings)


def clean_name(name: str) -> str:
    """1–120 characters, trimmed; 422 otherwise."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= MAX_NAME:
        raise BadInput(gettext("A name has 1 to {max_name} characters.").format(max_name=MAX_NAME), field="name")
    return cleaned


def rename_workspace(workspace: Workspace, name: str, *, was: str, by: User) -> bool:
    """Give a workspace another name; False when it has it already. `was` is the name the form showed: 409
    when somebody changed it meanwhile.
    """
    cleaned = clean_name(name)
    with transaction.atomic():
        row = Workspace.objects.select_for_update().get(pk=workspace.pk)
        if row.name != was:
            raise Conflict(gettext("The workspace was renamed meanwhile."))
        if row.name == cleaned:
            return False
        row.name = cleaned
        row.save(update_fields=["name", "updated_at"])
        forget_access(row)
        record_audit(
            "workspace.renamed", actor=by, workspace=row, obj=row, before={"name": was}, after={"name": cleaned}
        )
    workspace.refresh_from_db()
    return True


def set_workspace_status(workspace: Workspace, status: str, *, by: User | str, reason: str = "") -> bool:
    """Suspend, resume or delete (softly); False when it already stood so.

    A deleted workspace disappears for everybody at the next request; its grants go at once.
    """
    with transaction.atomic():
        row = Workspace.objects.select_for_update().get(pk=workspace.pk)
        if row.status == status:
            return False
        before = row.status
        deleted = status == WorkspaceStatus.DELETED
        row.status = status
        row.deleted_at = timezone.now() if deleted else None
        row.deleted_by = by if deleted and isinstance(by, User) else None
        row.save(update_fields=["status", "deleted_at", "deleted_by", "updated_at"])
        for user in people_of(row):
            sync_permissions(user, row)
        record_audit(
            f"workspace.{status}",
            actor=by,
            workspace=row,
            obj=row,
            before={"status": before},
            after={"status": status},
            reason=reason,
        )
    workspace.refresh_from_db()
    return True


def transfer_ownership(workspace: Workspace, new_owner: User, *, by: User, reason: str = "") -> None:
    """Hand a workspace to one of its active members; the old owner becomes an admin of it."""
    with transaction.atomic():
        row = Workspace.objects.select_for_update().get(pk=workspace.pk)
        old_owner = row.owner
        if old_owner.pk == new_owner.pk:
            raise Conflict(gettext("This person owns the workspace already."))
        member = Membership.objects.active().filter(workspace=row, user=new_owner).exists()
        if not member or not new_owner.is_active:
            raise BadInput(gettext("The new owner must be an active member."), field="owner")
        row.owner = new_owner
        row.save(update_fields=["owner", "updated_at"])
        Membership.objects.update_or_create(
            workspace=row,
            user=old_owner,
            role=MembershipRole.ADMIN,
            defaults={"is_active": True, "deactivated_at": None, "deactivated_by": None},
            create_defaults={"created_by": by},
        )
        for user in (old_owner, new_owner):
            sync_permissions(user, row)
        record_audit(
            "owner.transferred",
            actor=by,
            workspace=row,
            obj=row,
            before={"owner": old_owner.email},
            after={"owner": new_owner.email},
            reason=reason,
        )
    workspace.refresh_from_db()


def people_of(workspace: Workspace) -> list[User]:
    """The owner and everybody with a membership row."""
    members = User.objects.filter(memberships__workspace=workspace)
    return list((members | User.objects.filter(pk=workspace.owner_id)).distinct())


def forget_access(workspace: Workspace) -> None:
    """Make everybody of this workspace read their access anew."""
    bump_access([user.pk for user in people_of(workspace)])
