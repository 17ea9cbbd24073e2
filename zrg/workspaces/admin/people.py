"""Accounts, memberships, invitations, platform grants."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from zrg.lib.errors import Forbidden, ZrgError
from zrg.workspaces.access import can, require, require_anywhere, resolve_access
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin, workspaces_with
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import MembershipRole, Permission, Role
from zrg.workspaces.models import Invitation, Membership, PlatformGrant, User, Workspace
from zrg.workspaces.rules.permissions import ACTIONS, decide
from zrg.workspaces.services.accounts import end_sessions, reset_second_factor, send_reset_link, set_account_active
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.grants import sync_staff
from zrg.workspaces.services.invitations import invite, resend_invitation, revoke_invitation
from zrg.workspaces.services.memberships import (
    deactivate_member,
    require_may_deactivate,
    require_may_give,
    set_extras,
    set_rotation,
)


class MembershipInline(ReadOnlyInline):
    """Roles of a person."""

    model = Membership
    fk_name = "user"
    fields = ("workspace", "role", "is_active", "extra_permissions", "created_at")
    readonly_fields = fields


@admin.register(User)
class UserAdmin(TenantModelAdmin):
    """Accounts. Nobody sets a password here: a link goes to the holder."""

    view_permission = Permission.MANAGE_TEAM.value
    step_up = True
    list_display = ("email", "display_name", "is_active", "is_staff", "second_factor", "last_seen_at", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "display_name")
    fields = ("email", "display_name", "is_active", "is_staff", "second_factor", "last_login", "last_seen_at")
    readonly_fields = fields
    list_select_related = False
    inlines = (MembershipInline,)
    actions = ("send_link", "sign_out", "deactivate", "activate", "remove_devices")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the second factor, in one query."""
        devices = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return super().get_queryset(request).annotate(has_device=Exists(devices))

    def limit(self, rows: QuerySet[Any], workspace_ids: set[UUID]) -> QuerySet[Any]:
        """People who work in, or own, these workspaces."""
        members = Membership.objects.filter(user=OuterRef("pk"), workspace_id__in=workspace_ids)
        return rows.filter(Q(owned_workspaces__in=workspace_ids) | Exists(members)).distinct()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Also serves the pickers of other pages."""
        access = access_of(request)
        return bool(access.platform) or bool(workspaces_with(access, self.view_permission))

    def workspace_of(self, obj: Any) -> UUID | None:
        """Accounts belong to no workspace."""
        return None

    def get_urls(self) -> list[Any]:
        """The access explorer."""
        explorer = path("access/", self.admin_site.admin_view(self.access_explorer), name="workspaces_access_explorer")
        return [explorer, *super().get_urls()]

    @admin.display(boolean=True, description="Second factor")
    def second_factor(self, row: User) -> bool:
        """Whether a device is enrolled."""
        return bool(getattr(row, "has_device", False))

    @admin.action(description="Mail a link to choose a password")
    def send_link(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """One mail per active account."""
        people = list(rows.filter(is_active=True))
        for user in people:
            send_reset_link(user)
            record_audit("user.reset_link_sent", actor=request.user, workspace=None, obj=user)  # type: ignore[arg-type]
        messages.success(request, f"{len(people)} links are on their way.")

    @admin.action(description="Sign out everywhere")
    def sign_out(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """End all sessions of the chosen people."""
        ended = sum(end_sessions(user) for user in rows)
        messages.success(request, f"{ended} sessions ended.")

    @admin.action(description="Close account")
    def deactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Accounts are closed by platform people; workspaces deactivate memberships."""
        self._set_active(request, rows, False)

    @admin.action(description="Open account again")
    def activate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Open closed accounts."""
        self._set_active(request, rows, True)

    @admin.action(description="Remove second factors (lost devices)")
    def remove_devices(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Super admins only; all sessions of the person end."""
        if access_of(request).platform != Role.SUPER_ADMIN:
            raise Forbidden(action="killswitch")
        for user in rows:
            reset_second_factor(user, by=request.user, reason="admin action")  # type: ignore[arg-type]
        messages.success(request, "Second factors removed.")

    def access_explorer(self, request: HttpRequest) -> HttpResponse:
        """Pick a person and a workspace: role, permissions, decisions, and where they come from."""
        form = ExplorerForm(
            request.GET or None,
            people=self.get_queryset(request),
            workspaces=Workspace.objects.filter(pk__in=workspaces_with(access_of(request), self.view_permission)),
        )
        found = explain_access(**form.cleaned_data) if form.is_bound and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Access explorer",
            "form": form,
            "found": found,
            "opts": self.opts,
        }
        return render(request, "zrg/admin/access_explorer.html", context)

    def _set_active(self, request: HttpRequest, rows: QuerySet[User], active: bool) -> None:
        require_anywhere(access_of(request), "platform.create_workspace")
        for user in rows.exclude(pk=access_of(request).user_id):
            set_account_active(user, active, by=request.user)  # type: ignore[arg-type]
        messages.success(request, "Done.")


class ExplorerForm(forms.Form):
    """A person and a workspace."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label="Person")
    workspace = forms.ModelChoiceField(queryset=Workspace.objects.none())

    def __init__(self, *args: Any, people: QuerySet[User], workspaces: QuerySet[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        self.fields["workspace"].queryset = workspaces  # type: ignore[attr-defined]


def explain_access(*, user: User, workspace: Workspace) -> dict[str, Any]:
    """Role, permissions and every decision of one person in one workspace."""
    found = resolve_access(user).in_workspace(workspace) if user.is_active else None
    role, extras = (found.role, found.extras) if found else (None, frozenset())
    return {
        "user": user,
        "workspace": workspace,
        "role": role,
        "extras": sorted(extras),
        "permissions": sorted(found.permissions) if found else [],
        "is_owner": workspace.owner_id == user.pk,
        "memberships": list(Membership.objects.filter(user=user, workspace=workspace)),
        "decisions": [(action, decide(role, extras, action)) for action in sorted(ACTIONS)],
    }


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be edited of a membership; role and person never change."""

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
    actions = ("deactivate",)

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


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom to invite, where, as what."""

    role = forms.ChoiceField(choices=MembershipRole.choices)

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
            kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="State")
    def state(self, row: Invitation) -> str:
        """Where it stands."""
        if row.accepted_at:
            return "accepted"
        if row.revoked_at:
            return "revoked"
        return "open" if row.expires_at > timezone.now() else "expired"

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """An active account joins at once, anybody else gets a link."""
        values = form.cleaned_data
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
