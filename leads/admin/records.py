"""Records to look at: opt-outs, questions to the enrichment provider, imports."""

from django.contrib import admin

from leads.models import EnrichmentRequest, LeadImportJob, OptOut
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(OptOut)
class OptOutAdmin(TenantModelAdmin):
    """Remembered addresses; a row goes only when a person lifts the stop of its lead."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("kind", "reason", "workspace", "lead_id", "created_at")
    list_filter = ("kind", "reason", ("workspace", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("workspace",)
    fields = ("workspace", "kind", "value_hash", "reason", "lead_id", "created_at")
    readonly_fields = fields


@admin.register(EnrichmentRequest)
class EnrichmentRequestAdmin(TenantModelAdmin):
    """Questions about leads and what became of them."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "kind", "status", "trigger", "attempts", "error", "sent_at", "answered_at")
    list_filter = ("status", "kind", "trigger", ("workspace", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("lead", "workspace")
    fields = ("workspace", "lead", "kind", "status", "trigger", "attempts", "error", "sent_at", "answered_at")
    readonly_fields = fields


@admin.register(LeadImportJob)
class LeadImportJobAdmin(TenantModelAdmin):
    """Imports, newest first."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("file_name", "workspace", "source", "status", "progress", "created_by", "created_at")
    list_filter = ("status", "source", ("workspace", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("workspace", "created_by")
    ordering = ("-created_at", "-id")

    def get_fields(self, request: object, obj: object = None) -> list[str]:
        """Every column."""
        return [field.name for field in LeadImportJob._meta.fields]

    def get_readonly_fields(self, request: object, obj: object = None) -> list[str]:
        """All of them."""
        return self.get_fields(request, obj)

    @admin.display(description="Rows")
    def progress(self, job: LeadImportJob) -> str:
        """Done of all."""
        return f"{job.processed_rows} of {job.total_rows}"
