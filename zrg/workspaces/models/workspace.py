"""Workspaces, who works there, who is invited."""

import pghistory
from django.conf import settings as django_settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from zrg.workspaces.constants import GRANTABLE, GRANTABLE_TO_PORTAL
from zrg.workspaces.enums import MembershipRole, Permission, PlatformKind, WorkspaceStatus, WorkspaceType
from zrg.workspaces.fields import NormalisedEmailField
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.querysets import (
    InvitationQuerySet,
    MembershipQuerySet,
    PlatformGrantQuerySet,
    WorkspaceQuerySet,
)
from zrg.workspaces.rls import USER_ID, RowSecurity
from zrg.workspaces.validators import validate_extra_permissions


class Workspace(UUIDModel, TimestampedModel):
    """One client of the agency. Every lead, message and credential belongs to exactly one."""

    # A person reads the workspaces they own or work in before anything else about them is known;
    # the claimer of jobs needs the status.
    row_security = RowSecurity(
        workspace_column="id",
        read_kinds=("dispatch",),
        own=(
            f"owner_id = {USER_ID} OR EXISTS (SELECT 1 FROM workspaces_membership m"  # noqa: S608
            f" WHERE m.workspace_id = workspaces_workspace.id AND m.user_id = {USER_ID} AND m.is_active)"
        ),
    )

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_workspaces", db_index=False
    )
    status = models.CharField(max_length=16, choices=WorkspaceStatus.choices, default=WorkspaceStatus.ACTIVE)
    workspace_type = models.CharField(max_length=16, choices=WorkspaceType.choices, default=WorkspaceType.STANDARD)
    is_synthetic = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "created_at", "id"]
        default_permissions = ()
        permissions = [(permission.value, permission.label) for permission in Permission]
        indexes = [
            models.Index(fields=["status"], name="workspace_status"),  # sweeps walk active workspaces
            models.Index(fields=["owner"], name="workspace_owner"),  # access: what a person owns
            models.Index(Lower("name"), name="workspace_name_lower"),  # provisioning matches (name, owner)
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="deleted", deleted_at__isnull=False)
                | (~models.Q(status="deleted") & models.Q(deleted_at__isnull=True)),
                name="workspace_deleted_at_iff_deleted",
            ),
            models.CheckConstraint(condition=models.Q(name__regex=r"^\S(.*\S)?$"), name="workspace_name_trimmed"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether work and sends happen here."""
        return self.status == WorkspaceStatus.ACTIVE


@pghistory.track(meta={"indexes": [models.Index(fields=["workspace", "pgh_created_at"], name="membership_history")]})
class Membership(UUIDModel):
    """A person's role in one workspace. `created_at` orders the rotation and survives every edit."""

    row_security = RowSecurity(own=f"user_id = {USER_ID}")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    role = models.CharField(max_length=16, choices=MembershipRole.choices)
    is_active = models.BooleanField(default=True)
    in_rotation = models.BooleanField(default=True)
    rotation_paused_until = models.DateField(null=True, blank=True)
    extra_permissions = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, validators=[validate_extra_permissions]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivated_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["user", "is_active"], name="membership_user"),  # access of one person
            models.Index(fields=["workspace", "role", "is_active"], name="membership_role"),  # rotation, team list
        ]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user", "role"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(extra_permissions__contained_by=list(GRANTABLE)), name="membership_extras_grantable"
            ),
            models.CheckConstraint(
                condition=~models.Q(role=MembershipRole.CLIENT_PORTAL)
                | models.Q(extra_permissions__contained_by=list(GRANTABLE_TO_PORTAL)),
                name="membership_portal_never_edits",
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(deactivated_at__isnull=False),
                name="membership_deactivated_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class PlatformGrant(UUIDModel):
    """Global administration of the installation. Super admins are no rows (environment only)."""

    user = models.OneToOneField(
        django_settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="platform_grant"
    )
    kind = models.CharField(max_length=16, choices=PlatformKind.choices, default=PlatformKind.GLOBAL_ADMIN)
    granted_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PlatformGrantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"


class Invitation(UUIDModel):
    """A link by mail with which somebody joins a workspace (or, without one, the platform)."""

    workspace = models.ForeignKey(
        Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations", db_index=False
    )
    email = NormalisedEmailField()
    role = models.CharField(max_length=16, choices=[*MembershipRole.choices, *PlatformKind.choices, ("OWNER", "Owner")])
    extra_permissions = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, validators=[validate_extra_permissions]
    )
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            # team list of a workspace; the resends of one day
            models.Index(fields=["workspace", "email", "-created_at"], name="invitation_workspace"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email", "role"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower"),
            models.CheckConstraint(
                condition=models.Q(extra_permissions__contained_by=list(GRANTABLE)), name="invitation_extras_grantable"
            ),
            models.CheckConstraint(
                condition=models.Q(workspace__isnull=True, role=PlatformKind.GLOBAL_ADMIN)
                | (models.Q(workspace__isnull=False) & ~models.Q(role=PlatformKind.GLOBAL_ADMIN)),
                name="invitation_platform_iff_no_workspace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"
