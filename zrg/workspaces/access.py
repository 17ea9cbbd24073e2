"""What one person may see and do, resolved once per request.

`resolve_access` reads ownership, memberships and the platform grant in three queries and keeps the
result for 30 seconds under a version of the person; every change of those bumps the version. Without
a cache it is computed from PostgreSQL each time.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import structlog
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import JSONObject
from django.urls import reverse
from redis.exceptions import RedisError

from zrg.lib import log_events
from zrg.lib.errors import Forbidden, NotVisible, WorkspaceSuspended
from zrg.lib.hashing import sha
from zrg.lib.rows import Values, read_values
from zrg.workspaces.context import platform, user_context
from zrg.workspaces.enums import Role, WorkspaceStatus
from zrg.workspaces.errors import Unauthenticated
from zrg.workspaces.metrics import count_denied
from zrg.workspaces.models import Membership, PlatformGrant, User, Workspace
from zrg.workspaces.querysets import WorkspaceQuerySet
from zrg.workspaces.rules.permissions import (
    ACTIONS,
    Answer,
    LeadRelation,
    answer,
    decide,
    effective_extras,
    effective_role,
    permissions_of,
    sees_all_leads,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

CACHE_SECONDS = 30
VERSION_SECONDS = 86_400
# What an unreachable cache raises; access never depends on it.
CACHE_ERRORS = (DatabaseError, RedisError, OSError)

logger = structlog.get_logger(__name__)


class LeadLike(Protocol):
    """What access reads of a lead."""

    @property
    def workspace_id(self) -> UUID: ...

    @property
    def assigned_to_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceAccess:
    """A person in one workspace."""

    workspace_id: UUID
    name: str
    brand_name: str
    status: str
    role: str
    extras: frozenset[str]
    permissions: frozenset[str]
    timezone: str
    brand_logo: str = ""

    @property
    def sees_all_leads(self) -> bool:
        """Whether every lead shows, or only assigned ones."""
        return sees_all_leads(self.role, self.extras)

    @property
    def label(self) -> str:
        """The name shown to people."""
        return self.brand_name or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A person everywhere. `by_workspace` is in the order of the selector and holds no deleted one."""

    user_id: UUID
    ws_all: frozenset[UUID] = frozenset()
    ws_assigned: frozenset[UUID] = frozenset()
    by_workspace: dict[UUID, WorkspaceAccess] = field(default_factory=dict)
    platform: str | None = None
    has_second_factor: bool = False

    @property
    def workspace_ids(self) -> frozenset[UUID]:
        """Every workspace this person may open."""
        return self.ws_all | self.ws_assigned

    def in_workspace(self, workspace: "Workspace | UUID | str") -> WorkspaceAccess | None:
        """The person in this workspace; None when it does not exist for them."""
        return self.by_workspace.get(workspace_key(workspace))

    def permitted(self, action: str) -> list[WorkspaceAccess]:
        """The workspaces in which an action is possible at all (perhaps for some leads only)."""
        return [one for one in self.by_workspace.values() if decide(one.role, one.extras, action) != "deny"]

    def roles(self) -> frozenset[str]:
        """All effective roles, for what depends on the kind of person (second factor, staff)."""
        return frozenset(one.role for one in self.by_workspace.values()) | ({self.platform} if self.platform else set())


# Part of the key: what an older version of the program stored is never read.
ACCESS_SHAPE = sha(" ".join(part.name for shape in (Access, WorkspaceAccess) for part in fields(shape)))[:8]


def resolve_access(user: Any) -> Access:
    """The access of a signed-in person; 401 for anybody else."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        raise Unauthenticated
    version_key, access_key = f"access-version:{user.pk}", f"access:{ACCESS_SHAPE}:{user.pk}"
    cached = _read_cache([version_key, access_key])
    version = cached.get(version_key)
    if version is not None:
        stored = cached.get(access_key)
        if stored is not None and stored[0] == version:
            return stored[1]
    # A row changed inside this very transaction must not be seen by others before it is committed.
    if connection.in_atomic_block:
        return compute_access(user)
    # The version is fixed before the rows are read: a change in between makes the entry worthless.
    version = version or _first_version(version_key)
    access = compute_access(user)
    _write_cache(access_key, (version, access), CACHE_SECONDS)
    return access


def bump_access(user_ids: Iterable[UUID]) -> None:
    """Make the next request of these people read their access anew: now, and again when committed."""
    ids = list(user_ids)
    _bump(ids)
    transaction.on_commit(lambda: _bump(ids))


def compute_access(user: User) -> Access:
    """The access as the rows say now."""
    platform_kind = platform_kind_of(user)
    with _reading(user, platform_kind):
        rows = read_values(_every_workspace if platform_kind else _own_workspaces, user.pk)
    by_workspace = {row["id"]: _workspace_access(row, user, platform_kind) for row in rows}
    return Access(
        user_id=user.pk,
        ws_all=frozenset(pk for pk, one in by_workspace.items() if one.sees_all_leads),
        ws_assigned=frozenset(pk for pk, one in by_workspace.items() if not one.sees_all_leads),
        by_workspace=by_workspace,
        platform=platform_kind,
        has_second_factor=has_second_factor(user.pk),
    )


def has_second_factor(user_id: UUID) -> bool:
    """Whether a device is enrolled (recovery codes alone are none)."""
    return bool(read_values(_second_factors, user_id))


def is_super_admin(*, email: str, user_id: UUID | str | None = None) -> bool:
    """Named by the environment; no row, screen or API can make one."""
    return email.strip().lower() in settings.SUPER_ADMIN_EMAILS or (
        user_id is not None and str(user_id).lower() in settings.SUPER_ADMIN_USER_IDS
    )


def platform_kind_of(user: User) -> str | None:
    """SUPER_ADMIN, GLOBAL_ADMIN or None."""
    if is_super_admin(email=user.email, user_id=user.pk):
        return Role.SUPER_ADMIN.value
    if read_values(_platform_grants, user.pk):
        return Role.GLOBAL_ADMIN.value
    return None


def context_of(access: Access, *, timeout_ms: int = 2_000) -> "AbstractContextManager[None]":
    """The row-security context of this person."""
    return user_context(access.user_id, ws_all=access.ws_all, ws_assigned=access.ws_assigned, timeout_ms=timeout_ms)


def admin_context_of(access: Access, *, timeout_ms: int = 10_000) -> "AbstractContextManager[None]":
    """The context of the admin: platform people see all, others their own workspaces."""
    if access.platform:
        return platform(user_id=access.user_id, timeout_ms=timeout_ms)
    return context_of(access, timeout_ms=timeout_ms)


def role_in(user: Any, workspace: Workspace | UUID | str) -> str | None:
    """The effective role of a person in a workspace."""
    found = _access_of(user).in_workspace(workspace)
    return found.role if found else None


def permissions_in(user: Any, workspace: Workspace | UUID | str) -> frozenset[str]:
    """The effective permission set of a person in a workspace."""
    found = _access_of(user).in_workspace(workspace)
    return found.permissions if found else frozenset()


def can(
    user_or_access: Any, action: str, workspace: Workspace | UUID | str | None = None, lead: LeadLike | None = None
) -> bool:
    """Whether this person may do this now (reading included; `settings.view` answers for looking)."""
    return _answer(_access_of(user_or_access), action, workspace, lead).allow


def require(
    access: Access, action: str, workspace: Workspace | UUID | str | None = None, lead: LeadLike | None = None
) -> WorkspaceAccess | None:
    """Raise `NotVisible`, `Forbidden` or `WorkspaceSuspended` unless the act is allowed.

    Returns the person's access in the workspace (None for platform and personal actions).
    """
    given = _answer(access, action, workspace, lead)
    found = access.in_workspace(workspace) if workspace is not None else None
    if given.allow:
        return found
    role = found.role if found else access.platform
    logger.info(log_events.ACCESS_DENIED, action=action, role=role, layer="view", status=given.status)
    if role == Role.CLIENT_PORTAL and given.status == 403:
        logger.info(log_events.ACCESS_PORTAL_WRITE_BLOCKED, action=action)
    count_denied(action)
    if given.status == 423:
        raise WorkspaceSuspended
    if given.status == 403:
        raise Forbidden(action=action)
    raise NotVisible


def require_anywhere(access: Access, action: str) -> None:
    """Raise `Forbidden` unless some workspace (or the platform) allows the action."""
    rule = ACTIONS[action]
    if rule.anybody or decide(access.platform, (), action) != "deny" or access.permitted(action):
        return
    logger.info(log_events.ACCESS_DENIED, action=action, role=access.platform, layer="view", status=403)
    raise Forbidden(action=action)


def workspace_key(workspace: Workspace | UUID | str) -> UUID:
    """The id of a workspace given in any form; an id that is none belongs to nothing (404)."""
    key = getattr(workspace, "pk", workspace)
    if isinstance(key, UUID):
        return key
    try:
        return UUID(str(key))
    except ValueError as error:
        raise NotVisible from error


def _answer(access: Access, action: str, workspace: Any, lead: LeadLike | None) -> Answer:
    if workspace is None:
        return answer(access.platform, (), action)
    found = access.in_workspace(workspace)
    return answer(
        found.role if found else None,
        found.extras if found else (),
        action,
        workspace_status=found.status if found else WorkspaceStatus.ACTIVE.value,
        lead=_lead_relation(access, workspace_key(workspace), lead),
    )


def _lead_relation(access: Access, workspace_id: UUID, lead: LeadLike | None) -> LeadRelation | None:
    if lead is None:
        return None
    if lead.workspace_id != workspace_id:
        return "outside"
    return "mine" if lead.assigned_to_id == access.user_id else "other"


def _access_of(user_or_access: Any) -> Access:
    return user_or_access if isinstance(user_or_access, Access) else resolve_access(user_or_access)


def _reading(user: User, platform_kind: str | None) -> "AbstractContextManager[None]":
    if platform_kind:
        return platform(user_id=user.pk)
    return user_context(user.pk)


def _platform_grants(user_id: UUID) -> Values:
    return PlatformGrant.objects.live().filter(user_id=user_id).values("pk")[:1]


def _second_factors(user_id: UUID) -> Values:
    devices = Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return devices.values("pk")[:1]


def _own_workspaces(user_id: UUID) -> Values:
    owned_or_joined = models.Q(owner_id=user_id) | models.Exists(_memberships(user_id))
    return _rows_of(Workspace.objects.filter(owned_or_joined), user_id)


def _every_workspace(user_id: UUID) -> Values:
    return _rows_of(Workspace.objects.all(), user_id)


def _memberships(user_id: UUID) -> models.QuerySet[Membership]:
    found = Membership.objects.filter(workspace=models.OuterRef("pk"), user_id=user_id, is_active=True)
    return found.order_by("created_at")


def _rows_of(workspaces: WorkspaceQuerySet, user_id: UUID) -> Values:
    return (
        workspaces.not_deleted()
        .in_selector_order()
        .values(
            "id",
            "name",
            "status",
            "owner_id",
            "settings__brand_name",
            "settings__brand_logo",
            "settings__brand_logo_url",
            "settings__timezone",
            rows=ArraySubquery(_memberships(user_id).values(value=JSONObject(role="role", extras="extra_permissions"))),
        )
    )


@dataclass(frozen=True, slots=True)
class _Row:
    role: str
    extra_permissions: tuple[str, ...]
    is_active: bool = True


def _workspace_access(row: dict[str, Any], user: User, platform_kind: str | None) -> WorkspaceAccess:
    memberships = [_Row(entry["role"], tuple(entry["extras"])) for entry in row["rows"]]
    role = effective_role(row["owner_id"] == user.pk, memberships, platform_kind)
    assert role is not None  # only reachable workspaces were read
    extras = effective_extras(memberships)
    return WorkspaceAccess(
        workspace_id=row["id"],
        name=row["name"],
        brand_name=row["settings__brand_name"] or "",
        status=row["status"],
        role=role,
        extras=extras,
        permissions=permissions_of(role, extras),
        timezone=row["settings__timezone"] or "",
        brand_logo=_logo_address(row),
    )


def _logo_address(row: dict[str, Any]) -> str:
    """Where a browser finds the logo: the picture that was sent goes before an address."""
    if stored := row["settings__brand_logo"]:
        return reverse("workspace_logo", args=[row["id"], PurePath(stored).name])
    return row["settings__brand_logo_url"] or ""


def _read_cache(keys: list[str]) -> dict[str, Any]:
    try:
        return cache.get_many(keys)
    except CACHE_ERRORS:
        logger.warning(log_events.ACCESS_CACHE_UNAVAILABLE)
        return {}


def _write_cache(key: str, value: object, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except CACHE_ERRORS:  # what is cached ends after 30 seconds by itself
        logger.warning(log_events.ACCESS_CACHE_UNAVAILABLE)


def _first_version(version_key: str) -> str:
    version = secrets.token_hex(8)
    try:
        return version if cache.add(version_key, version, VERSION_SECONDS) else cache.get(version_key) or version
    except CACHE_ERRORS:
        return version


def _bump(user_ids: list[UUID]) -> None:
    for user_id in user_ids:
        _write_cache(f"access-version:{user_id}", secrets.token_hex(8), VERSION_SECONDS)
