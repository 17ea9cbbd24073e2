"""Accounts, and the page that explains who may do what."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from unfold.decorators import action

from zrg.lib.errors import Forbidden
from zrg.workspaces.access import require_anywhere, resolve_access
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin, workspaces_with
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission, Role
from zrg.workspaces.models import Membership, User, Workspace
from zrg.workspaces.rules.permissions import ACTIONS, decide
from zrg.workspaces.services.accounts import reset_second_factor, send_reset_link, set_account_active
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.sessions import end_sessions


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
    actions_list = ("open_explorer",)

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

    @action(description="Access explorer", url_path="explorer")
    def open_explorer(self, request: HttpRequest) -> HttpResponse:
        """To the page that explains who may do what."""
        return redirect("admin:workspaces_access_explorer")

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
