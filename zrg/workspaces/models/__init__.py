"""All tables of the ground floor."""

from zrg.workspaces.models.operations import AdminAuditEvent, IdempotencyKey, OperatorSwitch, SystemNotice
from zrg.workspaces.models.settings import WorkspaceSettings
from zrg.workspaces.models.user import User, UserPreference
from zrg.workspaces.models.workspace import Invitation, Membership, PlatformGrant, Workspace

__all__ = [
    "AdminAuditEvent",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "OperatorSwitch",
    "PlatformGrant",
    "SystemNotice",
    "User",
    "UserPreference",
    "Workspace",
    "WorkspaceSettings",
]
