"""The team as its page lists it: who works here, as what, and how safely they sign in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext

from zrg.workspaces.enums import Permission
from zrg.workspaces.models import Membership, User, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One role of one person; the owner has no membership of that kind."""

    user: User
    role: str
    membership: Membership | None
    has_second_factor: bool
    last_seen_at: datetime | None
    extras: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether the role gives access: neither taken away nor of a closed account."""
        return self.user.is_active and (self.membership is None or self.membership.is_active)


def team_of(workspace_id: UUID) -> list[Member]:
    """The owner, then the memberships this context shows, the eldest first; three queries."""
    workspace = Workspace.objects.select_related("owner").get(pk=workspace_id)
    rows = list(Membership.objects.in_workspace(workspace_id).select_related("user").order_by("created_at", "id"))
    safe = with_second_factor([workspace.owner_id, *(row.user_id for row in rows)])
    owner = Member(
        user=workspace.owner,
        role="Owner",
        membership=None,
        has_second_factor=workspace.owner_id in safe,
        last_seen_at=workspace.owner.last_seen_at,
    )
    return [owner, *_members(rows, safe)]


def with_second_factor(user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people who enrolled a device; recovery codes alone are none."""
    devices = Authenticator.objects.filter(user_id__in=set(user_ids)).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(devices.values_list("user_id", flat=True))


def _members(rows: Iterable[Membership], safe: set[UUID]) -> Iterator[Member]:
    for row in rows:
        yield Member(
            user=row.user,
            role=gettext(row.get_role_display()),
            membership=row,
            has_second_factor=row.user_id in safe,
            last_seen_at=row.user.last_seen_at,
            extras=tuple(gettext(Permission(extra).label) for extra in row.extra_permissions),
        )
