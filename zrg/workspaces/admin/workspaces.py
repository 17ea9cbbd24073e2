"""Workspaces and their settings."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.db.models import JSONField, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zrg.workspaces.access import require, require_anywhere
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission, Role, WorkspaceStatus
from zrg.workspaces.models import Membership, Workspace, WorkspaceSettings
from zrg.workspaces.rules.settings_fields import SUPER_ADMIN, SYSTEM, WRITERS
from zrg.workspaces.services.grants import sync_permissions
from zrg.workspaces.services.settings import change_settings
from zrg.workspaces.services.workspaces import create_workspace, people_of, set_workspace_status


class MembershipInline(ReadOnlyInline):
    """Who works here."""

    model = Membership
    fk_name = "workspace"
    fields = ("user", "role", "is_active", "in_rotation", "extra_permissions", "created_at")
    readonly_fields = fields


@admin.register(Workspace)
class WorkspaceAdmin(TenantModelAdmin):
    """Workspaces; the settings are a page of their own."""

    view_permission = Permission.VIEW_AI_OPS.value
    workspace_lookup = ""
    allow_add = True
    step_up = True
    list_display = ("name", "status", "owner", "workspace_type", "is_synthetic", "settings_page", "created_at")
    list_filter = ("status", "workspace_type", "is_synthetic")
    search_fields = ("name",)
    list_select_related = ("owner",)
    readonly_fields = ("status", "settings_page", "deleted_at", "deleted_by", "created_at", "updated_at")
    autocomplete_fields = ("owner",)
    actions = ("suspend", "resume", "renew_permissions")
    inlines = (MembershipInline,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Platform people create workspaces."""
        return access_of(request).platform is not None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Name and kind are set by platform people; ownership is handed over by the owner."""
        return access_of(request).platform is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The owner changes by transfer only."""
        return (*self.readonly_fields, "owner") if obj is not None else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Workspace, form: Any, change: bool) -> None:
        """A new workspace is made by the service: with settings, grants and audit."""
        if change:
            super().save_model(request, obj, form, change)
            return
        require_anywhere(access_of(request), "platform.create_workspace")
        made = create_workspace(obj.name, obj.owner, by=request.user, is_synthetic=obj.is_synthetic)  # type: ignore[arg-type]
        obj.pk = made.pk
        obj._state.adding = False

    @admin.display(description="Settings")
    def settings_page(self, row: Workspace) -> SafeString | str:
        """Link to the settings."""
        settings = getattr(row, "settings", None) if row.pk else None
        if settings is None:
            return "–"
        return format_html(
            '<a href="{}">Settings</a>', reverse("admin:workspaces_workspacesettings_change", args=[settings.pk])
        )

    @admin.action(description="Suspend: read-only, no jobs, no sends")
    def suspend(self, request: HttpRequest, rows: QuerySet[Workspace]) -> None:
        """Suspend the chosen workspaces."""
        self._set_status(request, rows, WorkspaceStatus.SUSPENDED, "suspended")

    @admin.action(description="Resume")
    def resume(self, request: HttpRequest, rows: QuerySet[Workspace]) -> None:
        """Resume the chosen workspaces."""
        self._set_status(request, rows.exclude(status=WorkspaceStatus.DELETED), WorkspaceStatus.ACTIVE, "resumed")

    @admin.action(description="Renew permissions of all people")
    def renew_permissions(self, request: HttpRequest, rows: QuerySet[Workspace]) -> None:
        """Write the derived grants anew and report differences."""
        require_anywhere(access_of(request), "platform.create_workspace")
        drifts = [
            drift for row in rows for user in people_of(row) if (drift := sync_permissions(user, row)) is not None
        ]
        messages.success(request, f"{len(drifts)} differences repaired.")

    def _set_status(self, request: HttpRequest, rows: QuerySet[Workspace], status: str, word: str) -> None:
        require_anywhere(access_of(request), "platform.create_workspace")
        changed = sum(set_workspace_status(row, status, by=request.user) for row in rows)  # type: ignore[arg-type]
        messages.success(request, f"{changed} workspaces {word}.")


def _fields_of(*permissions: str) -> list[str]:
    return [column for column, who in WRITERS.items() if who in permissions and column != "round_robin_setter_sequence"]


@admin.register(WorkspaceSettings)
class WorkspaceSettingsAdmin(TenantModelAdmin):
    """Everything a workspace can set, each column for whom it is meant."""

    view_permission = Permission.MANAGE_SETTINGS.value
    manage_permission = Permission.MANAGE_SETTINGS.value
    step_up = True
    list_display = ("workspace", "brand_name", "timezone", "auto_send_enabled", "round_robin_enabled", "version")
    list_select_related = ("workspace",)
    search_fields = ("workspace__name",)
    autocomplete_fields = ("routing_fallback_workspace",)
    fieldsets = (
        (None, {"fields": ("workspace", "version")}),
        ("General and booking", {"fields": _fields_of(Permission.MANAGE_SETTINGS, Permission.PAUSE_FOLLOWUPS)}),
        ("AI", {"fields": _fields_of(Permission.MANAGE_AI, Permission.EXPORT_DATA)}),
        (
            "Integrations",
            {"fields": [*_fields_of(Permission.MANAGE_INTEGRATIONS), "round_robin_setter_sequence"]},
        ),
        ("Super admin", {"fields": _fields_of(SUPER_ADMIN), "classes": ("collapse",)}),
        ("Written by the product", {"fields": _fields_of(SYSTEM), "classes": ("collapse",)}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Lists and structures in two lines, not ten."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(db_field, ArrayField | JSONField):
            field.widget.attrs["rows"] = 2
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: WorkspaceSettings | None = None) -> list[str]:
        """Columns this person may not save are shown only."""
        access = access_of(request)
        found = access.in_workspace(obj.workspace_id) if obj is not None else None
        permissions = found.permissions if found else frozenset()
        is_super = access.platform == Role.SUPER_ADMIN
        closed = [
            column
            for column, who in WRITERS.items()
            if who == SYSTEM or (who == SUPER_ADMIN and not is_super) or (who != SUPER_ADMIN and who not in permissions)
        ]
        return ["workspace", "version", "round_robin_setter_sequence", *closed]

    def save_model(self, request: HttpRequest, obj: WorkspaceSettings, form: Any, change: bool) -> None:
        """Saved by the service: permitted column by column, locked, audited."""
        require(access_of(request), "settings.view", obj.workspace_id)
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in WRITERS}
        change_settings(
            obj,
            changes,
            by=request.user,  # type: ignore[arg-type]
            version=obj.version,
            access=access_of(request),
        )
