"""Acts for many leads: who asked for what, how far it is, whom it skipped and why."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from inbox.enums import BulkItemState
from inbox.models import BulkRun
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(BulkRun)
class BulkRunAdmin(TenantModelAdmin):
    """The newest first; one that stays RUNNING has a failed `BULK_RUN` job."""

    view_permission = Permission.RUN_BULK.value
    list_display = ("label", "workspace", "state", "leads", "skipped", "requested_by", "created_at", "finished_at")
    list_filter = ("state", "action", "workspace")
    search_fields = ("=id", "=items__lead__id", "=items__lead__email")
    list_select_related = ("workspace", "requested_by")
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkRun]:
        """With the numbers of the list."""
        skipped = Count("items", filter=Q(items__state=BulkItemState.SKIPPED))
        return super().get_queryset(request).annotate(lead_count=Count("items"), skip_count=skipped)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in BulkRun._meta.fields]

    @admin.display(description="Leads")
    def leads(self, row: BulkRun) -> int:
        """How many were chosen and visible."""
        return row.lead_count  # type: ignore[attr-defined]  # annotated above

    @admin.display(description="Skipped")
    def skipped(self, row: BulkRun) -> int:
        """How many were left alone."""
        return row.skip_count  # type: ignore[attr-defined]  # annotated above
