"""Saving who rotates: all of it, or nothing and every address at fault."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from assignment.errors import UnknownSetters
from zrg.lib.errors import BadInput
from zrg.workspaces.access import Access
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings
from zrg.workspaces.services.memberships import add_member, replace_members
from zrg.workspaces.services.settings import change_settings

MAX_SEQUENCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationForm:
    """What is saved, people by e-mail. None leaves setters or managers as they are."""

    is_enabled: bool
    is_email_only: bool
    sequence: Sequence[str]
    setters: Sequence[str] | None = None
    managers: Sequence[str] | None = None


def save_rotation(
    workspace: Workspace, form: RotationForm, *, by: User | str, access: Access | None, version: int | None = None
) -> WorkspaceSettings:
    """Save members and rotation together.

    422 `unknown_setters` lists every address without an account, and every entry of the sequence that
    would not be a setter; then nothing is written. Entries of a sequence that is saved as it stands are
    not asked again, unless this save takes them from the setters: who left must not keep anybody from
    switching the rotation off. Members whose account is switched off stay members. `version` is that of
    the settings the form was made from. A changed sequence begins anew; anything else leaves the pointer alone.
    """
    sequence = [clean_email(one) for one in form.sequence]
    if len(sequence) > MAX_SEQUENCE:
        raise BadInput(
            gettext("At most {max_sequence} entries.").format(max_sequence=MAX_SEQUENCE),
            code="too_many",
            field="sequence",
        )
    with transaction.atomic():
        row = WorkspaceSettings.objects.select_for_update(no_key=True).get(workspace=workspace)
        wanted = {
            MembershipRole.SETTER: _distinct(form.setters),
            MembershipRole.INBOX_MANAGER: _distinct(form.managers),
        }
        users = _users([*sequence, *(one for emails in wanted.values() for one in emails or ())])
        holders = {role: _holders(workspace, role) for role in wanted}
        unknown = [
            one
            for role, emails in wanted.items()
            for one in emails or ()
            if one not in users and one not in holders[role]
        ]
        before, setters = _setter_emails(workspace), wanted[MembershipRole.SETTER]
        ids, outside = _resolve(sequence, users, before if setters is None else set(setters))
        if sequence == addresses_of(row):
            ids, outside = list(row.round_robin_setter_sequence), [one for one in outside if one in before]
        if unknown or outside:
            raise UnknownSetters(
                gettext("These addresses are no active setters."), emails=list(dict.fromkeys([*unknown, *outside]))
            )
        named = {
            role: [users.get(one) or holders[role][one] for one in emails]
            for role, emails in wanted.items()
            if emails is not None
        }
        # First who comes: nobody who changes the role only is signed out.
        for role, people in named.items():
            for user in people:
                add_member(workspace, user, role, by=by)
        for role, people in named.items():
            replace_members(workspace, role, people, by=by)
        changes = {
            "round_robin_enabled": form.is_enabled,
            "round_robin_email_only": form.is_email_only and form.is_enabled,
            "round_robin_setter_sequence": ids,
        }
        return change_settings(row, changes, by=by, version=version, access=access)


def resolve_setter_emails(workspace: Workspace, emails: Sequence[str]) -> tuple[list[UUID], list[str]]:
    """Ids of active setters in the order given, duplicates kept, and the addresses that are none."""
    cleaned = [clean_email(one) for one in emails]
    return _resolve(cleaned, _users(cleaned), _setter_emails(workspace))


def addresses_of(row: WorkspaceSettings) -> list[str]:
    """The stored sequence as the form names it: addresses, and the id of an account that is gone."""
    stored = row.round_robin_setter_sequence
    emails = dict(User.objects.filter(pk__in=stored).values_list("pk", "email"))
    return [emails.get(one, str(one)) for one in stored]


def clean_email(text: str) -> str:
    """An address as accounts store it."""
    return text.strip().lower()


def _resolve(emails: Sequence[str], users: dict[str, User], setters: set[str]) -> tuple[list[UUID], list[str]]:
    outside = [one for one in dict.fromkeys(emails) if one not in users or one not in setters]
    return [users[one].pk for one in emails if one in users and one in setters], outside


def _users(emails: Sequence[str]) -> dict[str, User]:
    return {user.email: user for user in User.objects.filter(email__in=set(emails), is_active=True)}


def _holders(workspace: Workspace, role: str) -> dict[str, User]:
    rows = Membership.objects.in_workspace(workspace).active().with_role(role).select_related("user")
    return {one.user.email: one.user for one in rows}


def _setter_emails(workspace: Workspace) -> set[str]:
    rows = Membership.objects.in_workspace(workspace).active().with_role(MembershipRole.SETTER)
    return set(rows.filter(user__is_active=True).values_list("user__email", flat=True))


def _distinct(emails: Sequence[str] | None) -> list[str] | None:
    return None if emails is None else list(dict.fromkeys(clean_email(one) for one in emails))
