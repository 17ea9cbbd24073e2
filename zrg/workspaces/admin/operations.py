"""Audit, switches and notices."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from zrg.workspaces.access import can
from zrg.workspaces.admin.base import TenantModelAdmin, plain
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission
from zrg.workspaces.models import AdminAuditEvent, OperatorSwitch, SystemNotice
from zrg.workspaces.switches import environment_value, forget_switches


@admin.register(AdminAuditEvent)
class AdminAuditEventAdmin(TenantModelAdmin):
    """The record of acts, read-only."""

    view_permission = Permission.MANAGE_TEAM.value
    list_display = ("created_at", "action", "actor_label", "workspace", "object_type", "object_id", "reason")
    list_filter = ("action",)
    search_fields = ("=action", "=object_id", "=actor_label")
    list_select_related = ("workspace",)
    ordering = ("-created_at",)


class SwitchForm(forms.ModelForm):  # type: ignore[type-arg]
    """Turning a switch needs a reason."""

    reason = forms.CharField(max_length=500, help_text="Kept in the audit and shown to everybody here.")

    class Meta:
        model = OperatorSwitch
        fields = ("key", "value", "reason", "expires_at")


@admin.register(OperatorSwitch)
class OperatorSwitchAdmin(TenantModelAdmin):
    """Platform switches. What the environment stops cannot be started here. Super admins only."""

    form = SwitchForm
    platform_only = True
    platform_manages = True
    allow_add = True
    step_up = True
    list_display = ("key", "in_force", "value", "source", "reason", "set_by", "set_at", "expires_at")
    list_select_related = ("set_by",)
    ordering = ("key",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The kill switches are for super admins."""
        return can(access_of(request), "killswitch")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A row keeps its key."""
        return ("key",) if obj is not None else ()

    @admin.display(boolean=True, description="In force")
    def in_force(self, row: OperatorSwitch) -> bool:
        """What the product obeys."""
        alive = row.expires_at is None or row.expires_at > timezone.now()
        return bool(environment_value(row.key)) or (row.value and alive)

    @admin.display(description="Source")
    def source(self, row: OperatorSwitch) -> str:
        """Which of the two decides."""
        return "environment" if environment_value(row.key) else "this row"

    def save_model(self, request: HttpRequest, obj: OperatorSwitch, form: Any, change: bool) -> None:
        """Who, when and why are part of the row and of the audit."""
        before = OperatorSwitch.objects.filter(pk=obj.pk).first() if change else None
        obj.set_by, obj.set_at = request.user, timezone.now()  # type: ignore[assignment]
        obj.save()
        forget_switches()
        self.audit(
            request,
            "switch.set",
            obj,
            before={"value": before.value} if before else None,
            after={"key": obj.key, "value": obj.value, "expires_at": plain(obj.expires_at)},
            reason=obj.reason,
        )


@admin.register(SystemNotice)
class SystemNoticeAdmin(TenantModelAdmin):
    """Banners in the product."""

    platform_only = True
    platform_manages = True
    allow_add = True
    allow_delete = True
    list_display = ("text", "level", "starts_at", "ends_at")
    list_filter = ("level",)
