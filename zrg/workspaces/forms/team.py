"""What is set about the people of a workspace."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zrg.lib.hashing import canonical_json, sha
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.constants import GRANTABLE
from zrg.workspaces.enums import MembershipRole, Permission
from zrg.workspaces.models import Membership
from zrg.workspaces.rules.permissions import grantable_to, permissions_of

VERSION_LENGTH = 24
MAX_REASON = 500
MAX_NAME = 200
EXTRAS = spoken_choices((extra, Permission(extra).label) for extra in GRANTABLE)


def version_of(row: Membership) -> str:
    """Changes with what people set about a membership."""
    parts = [row.role, row.is_active, row.extra_permissions, row.in_rotation, str(row.rotation_paused_until)]
    return sha(canonical_json(parts))[:VERSION_LENGTH]


class VersionForm(forms.Form):
    """An act on a membership as the page showed it."""

    version = forms.CharField(max_length=VERSION_LENGTH, widget=forms.HiddenInput)


class ExtrasForm(VersionForm):
    """What a person may do beyond the role."""

    extras = forms.MultipleChoiceField(
        required=False, label=_("May also"), widget=forms.CheckboxSelectMultiple, choices=EXTRAS
    )

    def __init__(self, data: Any = None, *, row: Membership) -> None:
        super().__init__(data, initial={"extras": row.extra_permissions, "version": version_of(row)})
        allowed = grantable_to(row.role)
        self.fields["extras"].choices = [choice for choice in EXTRAS if choice[0] in allowed]  # type: ignore[attr-defined]


class RotationForm(VersionForm):
    """Whether a setter gets leads in turn, and the last day of a holiday."""

    in_rotation = forms.BooleanField(required=False, label=_("Gets leads in turn"))
    paused_until = forms.DateField(
        required=False,
        label=_("On holiday until"),
        help_text=_("The last day away. Blank: not away."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, row: Membership) -> None:
        stored = {"in_rotation": row.in_rotation, "paused_until": row.rotation_paused_until}
        super().__init__(data, initial={**stored, "version": version_of(row)})


class RoleForm(VersionForm):
    """Another role."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, data: Any = None, *, row: Membership, may_make_admins: bool) -> None:
        super().__init__(data, initial={"role": row.role, "version": version_of(row)})
        self.fields["role"].choices = role_choices(may_make_admins=may_make_admins)  # type: ignore[attr-defined]


class ReasonForm(VersionForm):
    """An act that is explained."""

    reason = forms.CharField(
        required=False, max_length=MAX_REASON, label=_("Why"), help_text=_("Kept in the audit beside the change.")
    )


class InviteForm(forms.Form):
    """Whom to add, and as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"))
    extras = forms.MultipleChoiceField(
        required=False,
        label=_("May also"),
        widget=forms.CheckboxSelectMultiple,
        choices=EXTRAS,
        help_text=_("A client's portal takes nothing but “Answer leads and decide drafts”."),
    )

    def __init__(self, data: Any = None, *, may_make_admins: bool, sees_all: bool, role: str = "") -> None:
        extras = [Permission.VIEW_ALL_LEADS.value] if sees_all else []
        super().__init__(data, initial={"role": role or MembershipRole.SETTER.value, "extras": extras})
        self.fields["role"].choices = role_choices(may_make_admins=may_make_admins)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Extras fit the role: what it includes anyway is left out, what it may never have is told."""
        cleaned: dict[str, Any] = super().clean() or {}
        role = cleaned.get("role", "")
        wanted = set(cleaned.get("extras", ())) - permissions_of(role or None)
        refused = wanted - grantable_to(role)
        cleaned["extras"] = sorted(wanted)
        if role and refused:
            names = ", ".join(gettext(Permission(extra).label) for extra in sorted(refused))
            self.add_error("extras", gettext("Not for this role: {names}.").format(names=names))
        return cleaned


class OwnershipForm(forms.Form):
    """Who gets the workspace."""

    owner = forms.ChoiceField(label=_("New owner"))
    confirm = forms.BooleanField(
        label=_("I know that I will be an admin of this workspace afterwards and cannot take it back myself.")
    )
    was = forms.CharField(max_length=36, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, members: list[tuple[str, str]], was: str) -> None:
        super().__init__(data, initial={"was": was})
        self.fields["owner"].choices = members  # type: ignore[attr-defined]


class DeletionForm(forms.Form):
    """Deleting a workspace, its name typed by hand."""

    name = forms.CharField(max_length=MAX_NAME, label=_("Name of the workspace"))
    reason = forms.CharField(
        required=False, max_length=MAX_REASON, label=_("Why"), help_text=_("Kept in the audit beside the change.")
    )


def role_choices(*, may_make_admins: bool) -> list[tuple[str, str]]:
    """The roles this person gives."""
    allowed = [one for one in MembershipRole.choices if may_make_admins or one[0] != MembershipRole.ADMIN]
    return spoken_choices(allowed)
