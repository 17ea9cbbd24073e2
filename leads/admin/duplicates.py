"""Possible duplicates: what two leads claim, for a person to merge or dismiss."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.models import LeadIdentityConflict
from leads.services.conflicts import dismiss_conflict
from leads.services.merging import merge_leads
from zrg.lib.errors import ZrgError
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(LeadIdentityConflict)
class LeadIdentityConflictAdmin(TenantModelAdmin):
    """Claims of two leads; leads that share a phone are found by the filter of the lead list."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "identifier", "value", "other_lead", "source", "status", "workspace", "created_at")
    list_filter = ("status", "identifier", "source", ("workspace", admin.RelatedOnlyFieldListFilter))
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
    actions = ("merge", "dismiss")

    @admin.action(description="Merge: the lead stays, the other goes")
    def merge(self, request: HttpRequest, conflicts: QuerySet[LeadIdentityConflict]) -> None:
        """Join the two leads of each chosen row, one after the other."""
        merged = 0
        for pk in list(conflicts.values_list("pk", flat=True)):
            # Read anew: an earlier merge may have taken one of the two away.
            conflict = LeadIdentityConflict.objects.open().select_related("lead", "other_lead").filter(pk=pk).first()
            if conflict is None or conflict.other_lead is None:
                continue
            try:
                merge_leads(conflict.lead, conflict.other_lead, request.user)  # type: ignore[arg-type]
            except ZrgError as error:
                messages.error(request, f"{conflict.lead}: {error}")
                continue
            merged += 1
        messages.info(request, f"{merged} merged.")

    @admin.action(description="Dismiss: two people")
    def dismiss(self, request: HttpRequest, conflicts: QuerySet[LeadIdentityConflict]) -> None:
        """Leave both as they are."""
        dismissed = sum(dismiss_conflict(conflict, by=request.user) for conflict in conflicts)  # type: ignore[arg-type]
        messages.info(request, f"{dismissed} dismissed.")
