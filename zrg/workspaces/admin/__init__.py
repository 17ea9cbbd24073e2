"""The admin of people, workspaces, access and switches."""

from zrg.workspaces.admin.accounts import UserAdmin
from zrg.workspaces.admin.base import CappedPaginator, ReadOnlyInline, TenantModelAdmin, workspaces_with
from zrg.workspaces.admin.operations import (
    AdminAuditEventAdmin,
    OperatorSwitchAdmin,
    SystemNoticeAdmin,
)
from zrg.workspaces.admin.people import InvitationAdmin, MembershipAdmin, PlatformGrantAdmin
from zrg.workspaces.admin.workspaces import WorkspaceAdmin, WorkspaceSettingsAdmin

__all__ = [
    "AdminAuditEventAdmin",
    "CappedPaginator",
    "InvitationAdmin",
    "MembershipAdmin",
    "OperatorSwitchAdmin",
    "PlatformGrantAdmin",
    "ReadOnlyInline",
    "SystemNoticeAdmin",
    "TenantModelAdmin",
    "UserAdmin",
    "WorkspaceAdmin",
    "WorkspaceSettingsAdmin",
    "workspaces_with",
]
