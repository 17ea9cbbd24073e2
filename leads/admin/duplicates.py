"""Possible duplicates: what two leads claim, for a person to merge or dismiss."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from leads.models import LeadIdentityConflict
from leads.services.conflicts import dismiss_conflict
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(LeadIdentityConflict)
class LeadIdentityConflictAdmin(TenantModelAdmin):
    """Claims of two leads; leads that share a phone are found by the filter of the lead list."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "identifier", "value", "other_lead", "source", "status", "workspace", "created_at")
    list_filter = ("status", "identifier", "source", "workspace")
    list_select_related = ("lead", "other_lead", "workspace")
    fields = (
        "workspace",
        "lead",
        "other_lead",
        "identifier",
        "value",
        "source",
        "status",
        "resolved_by",
        "resolved_at",
        "created_at",
    )
    readonly_fields = fields
    ordering = ("-created_at", "-id")
    one_order = True
    actions = ("merge", "dismiss")

    @admin.action(description="Compare and merge")
    def merge(self, request: HttpRequest, conflicts: QuerySet[LeadIdentityConflict]) -> HttpResponse | None:
        """Show both leads side by side; the page there merges them."""
        chosen = list(conflicts.open().exclude(other_lead=None)[:2])  # type: ignore[attr-defined]
        if len(chosen) != 1:
            messages.error(request, "Choose one open row with two leads.")
            return None
        conflict = chosen[0]
        return HttpResponseRedirect(
            reverse("lead_merge", args=[conflict.workspace_id, conflict.lead_id, conflict.other_lead_id])
        )

    @admin.action(description="Dismiss: two people")
    def dismiss(self, request: HttpRequest, conflicts: QuerySet[LeadIdentityConflict]) -> None:
        """Leave both as they are."""
        dismissed = sum(dismiss_conflict(conflict, by=request.user) for conflict in conflicts)  # type: ignore[arg-type]
        messages.info(request, f"{dismissed} dismissed.")
