"""Audit, switches and notices."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from zrg.workspaces.access import can
from zrg.workspaces.admin.base import TenantModelAdmin, plain
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission
from zrg.workspaces.models import AdminAuditEvent, OperatorSwitch, SystemNotice
from zrg.workspaces.switches import environment_value, forget_switches

# One row of each action is read; DISTINCT would read the whole audit.
_ACTIONS = """
WITH RECURSIVE found AS (
    (SELECT action FROM workspaces_adminauditevent ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT next.action FROM workspaces_adminauditevent AS next WHERE next.action > found.action
            ORDER BY next.action LIMIT 1)
    FROM found WHERE found.action IS NOT NULL
)
SELECT action FROM found
"""


class ActionFilter(admin.SimpleListFilter):
    """Actions there are, found by steps through their index."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Each that was written once."""
        with connection.cursor() as cursor:
            cursor.execute(_ACTIONS)
            return [(name, name) for (name,) in cursor.fetchall() if name is not None]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[AdminAuditEvent]") -> "QuerySet[AdminAuditEvent]":
        """Acts of that kind."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AdminAuditEvent)
class AdminAuditEventAdmin(TenantModelAdmin):
    """The record of acts, read-only."""

    view_permission = Permission.MANAGE_TEAM.value
    list_display = ("created_at", "action", "actor_label", "workspace", "object_type", "object_id", "reason")
    list_filter = (ActionFilter,)
    search_fields = ("=action", "=object_id", "=actor__email")
    search_help_text = "An action, the id of what it was about, or the whole e-mail address of the person."
    one_order = True
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
