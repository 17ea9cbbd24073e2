"""The rotation as pages, the API and commands show it. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from assignment.rules.rotation import POSITIVE, Member, Rotation, is_eligible, next_turns, shares_of
from assignment.services.rotation import member_of, read_rotation, setters_of, today_in
from leads.enums import LeadStatus
from leads.models import Lead
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Membership, User, WorkspaceSettings

CAP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the rotation; `trouble` says why no lead goes there today.

    `is_member`: a setter of the workspace with an account in use; a changed sequence names nobody else.
    """

    email: str
    name: str
    is_member: bool = True
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationView:
    """The rotation of a workspace, with everybody it names."""

    rotation: Rotation
    version: int
    setters: list[Person]
    managers: list[Person]
    people: dict[str, Person]
    ids: dict[str, UUID]

    def entries(self, sequence: Sequence[str]) -> list[Person]:
        """A sequence of addresses as people."""
        return [self.people.get(one) or _stranger(one) for one in sequence]

    def lost(self, sequence: Sequence[str]) -> list[Person]:
        """Who stands in this sequence and can be saved in no changed one."""
        return [one for one in self.entries(list(dict.fromkeys(sequence))) if not one.is_member]

    @property
    def sequence(self) -> list[str]:
        """The stored sequence as addresses; accounts that are gone are shown by their id."""
        emails = {pk: email for email, pk in self.ids.items()}
        return [emails.get(one, str(one)) for one in self.rotation.configured]

    def preview(self, sequence: Sequence[str]) -> tuple[list[tuple[Person, float]], list[Person]]:
        """Shares and the next three if this sequence were saved."""
        rotation = self.rotation
        known = {pk: email for email, pk in self.ids.items()}
        if list(sequence) != self.sequence:
            base = tuple(self.ids[one] for one in sequence if one in self.ids)
            default = () if sequence else tuple(self.ids[one.email] for one in self.setters)
            rotation = replace(rotation, configured=base, base=base or default, pointer=None)
        shares = [(self.people[known[pk]], share) for pk, share in shares_of(rotation.effective).items()]
        return shares, [self.people[known[pk]] for pk in next_turns(rotation)]


def read_page(workspace_id: UUID, now: datetime | None = None) -> RotationView:
    """Everything the settings page shows of the rotation, in five queries.

    Read as the workspace: a setter's own context knows no other members, and would show another rotation.
    """
    with tenant(workspace_id):
        return _read_page(workspace_id, now or timezone.now())


def _read_page(workspace_id: UUID, moment: datetime) -> RotationView:
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    members = setters_of(workspace_id)
    rotation, today = read_rotation(row, moment, members=members), today_in(row, moment)
    managers = Membership.objects.in_workspace(workspace_id).active().with_role(MembershipRole.INBOX_MANAGER)
    people = {
        one.user.email: _person(one.user, _trouble(member_of(one), today), one.is_active and one.user.is_active)
        for one in members
    }
    ids = {one.user.email: one.user_id for one in members}
    for user in User.objects.filter(pk__in=set(rotation.configured) - set(ids.values())):
        people[user.email] = _person(user, gettext("Not a setter of this workspace"), False)
        ids[user.email] = user.pk
    return RotationView(
        rotation=rotation,
        version=row.version,
        setters=[people[one.user.email] for one in members if one.is_active],
        managers=[_person(one.user, "", True) for one in managers.select_related("user").order_by("created_at", "id")],
        people=people,
        ids=ids,
    )


def preview_json(workspace_id: UUID, now: datetime | None = None) -> dict[str, Any]:
    """The rotation by user ids; a pointer of -1 is before the first entry."""
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    rotation = read_rotation(row, now or timezone.now())
    return {
        "enabled": rotation.is_enabled,
        "emailOnly": rotation.is_email_only,
        "base": [str(one) for one in rotation.base],
        "effective": [str(one) for one in rotation.effective],
        "pointer": -1 if rotation.pointer is None else rotation.pointer,
        "configVersion": rotation.config_version,
        "next": [str(one) for one in next_turns(rotation)],
        "shares": {str(one): share for one, share in shares_of(rotation.effective).items()},
    }


def count_waiting(workspace_id: UUID) -> int:
    """Positive leads nobody works on, counted up to 1,001."""
    waiting = Lead.objects.in_workspace(workspace_id).unassigned().filter(sentiment_tag__in=sorted(POSITIVE))
    return waiting.exclude(status=LeadStatus.BLACKLISTED).values("pk")[: CAP + 1].count()


def _person(user: User, trouble: str, is_member: bool) -> Person:
    return Person(email=user.email, name=user.get_full_name() or user.email, is_member=is_member, trouble=trouble)


def _stranger(email: str) -> Person:
    if "@" not in email:
        # An account that is gone is known by its id only.
        return Person(email=email, name=gettext("Deleted account"), is_member=False, trouble=gettext("Passed over"))
    return Person(email=email, name=email, is_member=False, trouble=gettext("No account with this address"))


def _trouble(member: Member, today: date) -> str:
    if is_eligible(member, today):
        return ""
    if not member.is_active:
        return gettext("No longer a setter here")
    if not member.user_active:
        return gettext("Account switched off")
    if not member.in_rotation:
        return gettext("Out of rotation")
    assert member.rotation_paused_until is not None
    return gettext("On holiday until {day}").format(day=date_format(member.rotation_paused_until, "j F Y"))
