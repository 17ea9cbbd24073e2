"""Memberships, invitations, platform grants."""

from copy import deepcopy
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from zrg.lib.errors import ZrgError
from zrg.workspaces.access import can, require, require_anywhere
from zrg.workspaces.admin.base import TenantModelAdmin, workspaces_with
from zrg.workspaces.constants import GRANTABLE
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import MembershipRole, Permission, PlatformKind
from zrg.workspaces.models import Invitation, Membership, PlatformGrant, Workspace, WorkspaceSettings
from zrg.workspaces.rules.permissions import grantable_to
from zrg.workspaces.services.grants import sync_staff
from zrg.workspaces.services.invitations import invite, invite_global_admin, resend_invitation, revoke_invitation
from zrg.workspaces.services.memberships import (
    deactivate_member,
    require_may_deactivate,
    require_may_give,
    set_extras,
    set_rotation,
)
from zrg.workspaces.services.workspaces import transfer_ownership


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be edited of a membership; role and person never change."""

    extra_permissions = forms.MultipleChoiceField(
        choices=[(extra, Permission(extra).label) for extra in GRANTABLE],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def clean_extra_permissions(self) -> list[str]:
        """What this role may be given."""
        chosen = self.cleaned_data["extra_permissions"]
        if not set(chosen) <= grantable_to(self.instance.role):
            raise forms.ValidationError("This role cannot be given these permissions.")
        return chosen

    class Meta:
        model = Membership
        fields = ("extra_permissions", "in_rotation", "rotation_paused_until")


@admin.register(Membership)
class MembershipAdmin(TenantModelAdmin):
    """Roles in workspaces."""

    form = MembershipForm
    view_permission = Permission.MANAGE_TEAM.value
    manage_permission = Permission.MANAGE_TEAM.value
    step_up = True
    list_display = ("user", "workspace", "role", "is_active", "in_rotation", "rotation_paused_until", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("user__email", "workspace__name")
    list_select_related = ("user", "workspace")
    readonly_fields = ("workspace", "user", "role", "is_active", "created_at", "created_by", "deactivated_at")
    fields = (*readonly_fields, "extra_permissions", "in_rotation", "rotation_paused_until")
    actions = ("deactivate", "hand_over")

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Saved by the services, which renew the grants."""
        values = form.cleaned_data
        if "extra_permissions" in form.changed_data:
            require(access_of(request), "team.grant_extra", obj.workspace_id)
            set_extras(obj, values["extra_permissions"], by=request.user)  # type: ignore[arg-type]
        if {"in_rotation", "rotation_paused_until"} & set(form.changed_data):
            set_rotation(
                obj,
                in_rotation=values["in_rotation"],
                paused_until=values["rotation_paused_until"],
                by=request.user,  # type: ignore[arg-type]
            )

    @admin.action(description="Deactivate")
    def deactivate(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        """Take the role away; history stays."""
        done, refused = 0, 0
        for row in rows:
            try:
                require_may_deactivate(access_of(request), row)
            except ZrgError:
                refused += 1
                continue
            done += deactivate_member(row, by=request.user)  # type: ignore[arg-type]
        messages.success(request, f"{done} deactivated.")
        if refused:
            messages.warning(request, f"{refused} refused: an admin cannot deactivate another admin.")

    @admin.action(description="Make owner of the workspace")
    def hand_over(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        """One person at a time; the old owner becomes an admin."""
        row = rows.first()
        if row is None or rows.count() != 1:
            messages.error(request, "Choose one person.")
            return
        require(access_of(request), "own.transfer", row.workspace_id)
        transfer_ownership(row.workspace, row.user, by=request.user)  # type: ignore[arg-type]
        messages.success(request, f"{row.user} owns {row.workspace} now.")


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to invite, where, as what."""

    role = forms.ChoiceField(
        choices=MembershipRole.choices, initial=MembershipRole.SETTER, widget=UnfoldAdminSelectWidget
    )
    extra_permissions = forms.MultipleChoiceField(
        choices=[(extra, Permission(extra).label) for extra in GRANTABLE],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def clean(self) -> dict[str, Any]:
        """A workspace unless it is for the platform; the portal takes nothing but `reply`."""
        cleaned = super().clean() or {}
        for_platform = cleaned.get("role") == PlatformKind.GLOBAL_ADMIN
        if for_platform == bool(cleaned.get("workspace")):
            self.add_error("workspace", "Choose no workspace." if for_platform else "Choose a workspace.")
        refused = set(cleaned.get("extra_permissions", ())) - grantable_to(cleaned.get("role", ""))
        if refused:
            self.add_error("extra_permissions", f"Not for this role: {', '.join(sorted(refused))}.")
        return cleaned

    class Meta:
        model = Invitation
        fields = ("workspace", "email", "role", "extra_permissions")


@admin.register(Invitation)
class InvitationAdmin(TenantModelAdmin):
    """Inviting, resending, revoking."""

    form = InvitationForm
    view_permission = Permission.MANAGE_TEAM.value
    manage_permission = Permission.MANAGE_TEAM.value
    allow_add = True
    step_up = True
    list_display = ("email", "workspace", "role", "state", "created_at", "expires_at", "created_by")
    list_filter = ("role",)
    search_fields = ("=email",)
    list_select_related = ("workspace", "created_by")
    actions = ("resend", "revoke")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An invitation is resent or revoked, never edited."""
        return obj is None and super().has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only workspaces whose team the person manages."""
        if db_field.name == "workspace":
            allowed = workspaces_with(access_of(request), Permission.MANAGE_TEAM.value, writable=True)
            kwargs["queryset"] = Workspace.objects.filter(pk__in=allowed)
            kwargs["required"] = False
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """With one workspace: that one, seeing all leads as long as it hands none out by rotation."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        allowed = workspaces_with(access_of(request), Permission.MANAGE_TEAM.value, writable=True)
        if len(allowed) == 1:
            initial.setdefault("workspace", next(iter(allowed)))
            if WorkspaceSettings.objects.filter(workspace_id__in=allowed, round_robin_enabled=False).exists():
                initial.setdefault("extra_permissions", [Permission.VIEW_ALL_LEADS.value])
        return initial

    @admin.display(description="State")
    def state(self, row: Invitation) -> str:
        """Where it stands."""
        if row.accepted_at:
            return "accepted"
        if row.revoked_at:
            return "revoked"
        return "open" if row.expires_at > timezone.now() else "expired"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Super admins may also invite a global admin, to no workspace."""
        form = super().get_form(request, obj, change, **kwargs)
        if can(access_of(request), "platform.grant_global_admin") and "role" in form.base_fields:
            role = deepcopy(form.base_fields["role"])
            role.choices = [*MembershipRole.choices, *PlatformKind.choices]
            form.base_fields["role"] = role
        return form

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """An active account joins at once, anybody else gets a link."""
        values = form.cleaned_data
        if values["workspace"] is None:
            require_anywhere(access_of(request), "platform.grant_global_admin")
            obj.pk = invite_global_admin(values["email"], by=request.user).pk  # type: ignore[arg-type]
            return
        require_may_give(access_of(request), values["workspace"].pk, values["role"])
        invited = invite(
            values["workspace"],
            values["email"],
            values["role"],
            by=request.user,  # type: ignore[arg-type]
            extras=tuple(values["extra_permissions"]),
        )
        if invited.invitation is not None:
            obj.pk = invited.invitation.pk
        else:
            messages.info(request, f"{invited.email} has an account and was added at once.")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit has it."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Back to the list."""
        return self.response_post_save_add(request, obj)

    @admin.action(description="Resend with a new link")
    def resend(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """The old link ends."""
        self._each(request, rows, lambda row: resend_invitation(row, by=request.user))  # type: ignore[arg-type]

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """The link ends."""
        self._each(request, rows, lambda row: revoke_invitation(row, by=request.user))  # type: ignore[arg-type]

    def _each(self, request: HttpRequest, rows: QuerySet[Invitation], act: Any) -> None:
        done, reasons = 0, set()
        for row in rows:
            try:
                if row.workspace_id is not None:
                    require_may_give(access_of(request), row.workspace_id, row.role)
                done += bool(act(row))
            except ZrgError as error:
                reasons.add(error.code)
        messages.success(request, f"{done} done.")
        if reasons:
            messages.warning(request, f"Refused: {', '.join(sorted(reasons))}.")


@admin.register(PlatformGrant)
class PlatformGrantAdmin(TenantModelAdmin):
    """Global admins. Super admins exist by the environment only."""

    platform_only = True
    platform_manages = True
    allow_add = True
    step_up = True
    list_display = ("user", "kind", "granted_by", "created_at", "revoked_at")
    list_select_related = ("user", "granted_by")
    fields = ("user", "kind")
    autocomplete_fields = ("user",)
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only super admins grant."""
        return obj is None and can(access_of(request), "platform.grant_global_admin")

    def save_model(self, request: HttpRequest, obj: PlatformGrant, form: Any, change: bool) -> None:
        """A revoked grant is given anew, never doubled."""
        row, _ = PlatformGrant.objects.update_or_create(
            user=obj.user,
            defaults={"revoked_at": None, "granted_by_id": access_of(request).user_id, "kind": obj.kind},
        )
        obj.pk = row.pk
        sync_staff(obj.user)
        self.audit(request, "platform.granted", obj, after={"user": obj.user.email, "kind": obj.kind})

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, rows: QuerySet[PlatformGrant]) -> None:
        """End the grant at the next request."""
        require_anywhere(access_of(request), "platform.grant_global_admin")
        for row in rows:
            PlatformGrant.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
            sync_staff(row.user)
            self.audit(request, "platform.revoked", row, before={"user": row.user.email})
        messages.success(request, "Revoked.")
