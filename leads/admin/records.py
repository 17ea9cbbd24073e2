"""Records to look at: opt-outs, questions to the enrichment provider, imports."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from leads.enums import BlacklistReason, ImportStatus
from leads.models import EnrichmentRequest, ExportJob, LeadImportJob, OptOut
from leads.services.enrichment_sweep import cancel_question, repeat_question
from leads.services.importing.starting import cancel_import, start_import
from zrg.lib.errors import ZrgError
from zrg.workspaces.access import can
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission


class ReasonFilter(admin.SimpleListFilter):
    """The reasons there are; asking the rows would read all of them."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Every reason of a stop."""
        return [(reason.value, str(reason.label)) for reason in BlacklistReason]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OptOut]) -> QuerySet[OptOut]:
        """Remembered for this reason."""
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(OptOut)
class OptOutAdmin(TenantModelAdmin):
    """Remembered addresses; a row goes only when a person lifts the stop of its lead."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("kind", "reason", "workspace", "lead_id", "created_at")
    list_filter = ("kind", ReasonFilter, "workspace")
    list_select_related = ("workspace",)
    one_order = True
    fields = ("workspace", "kind", "value_hash", "reason", "lead_id", "created_at")
    readonly_fields = fields


@admin.register(EnrichmentRequest)
class EnrichmentRequestAdmin(TenantModelAdmin):
    """Questions about leads and what became of them."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "kind", "status", "trigger", "attempts", "error", "sent_at", "answered_at")
    list_filter = ("status", "kind", "trigger", "workspace")
    list_select_related = ("lead", "workspace")
    fields = ("workspace", "lead", "kind", "status", "trigger", "attempts", "error", "sent_at", "answered_at")
    readonly_fields = fields
    ordering = ("-created_at", "-id")
    one_order = True
    actions = ("ask_again", "cancel")

    @admin.action(description="Ask again")
    def ask_again(self, request: HttpRequest, questions: QuerySet[EnrichmentRequest]) -> None:
        """Put ended questions once more, also those that found nothing."""
        messages.info(request, f"{self._act(request, questions, repeat_question)} asked again.")

    @admin.action(description="Cancel: do not ask")
    def cancel(self, request: HttpRequest, questions: QuerySet[EnrichmentRequest]) -> None:
        """End questions that wait to be put."""
        messages.info(request, f"{self._act(request, questions, cancel_question)} cancelled.")

    def _act(self, request: HttpRequest, questions: QuerySet[EnrichmentRequest], act: Callable[..., bool]) -> int:
        done = 0
        for question in questions.select_related("lead"):
            try:
                done += act(question, by=request.user)
            except ZrgError as error:
                messages.error(request, f"{question.lead}: {error}")
        return done


@admin.register(LeadImportJob)
class LeadImportJobAdmin(TenantModelAdmin):
    """Imports, newest first."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("file_name", "workspace", "source", "status", "progress", "created_by", "created_at")
    list_filter = ("status", "source", "workspace")
    list_select_related = ("workspace", "created_by")
    ordering = ("-created_at", "-id")
    actions = ("cancel", "go_on")

    def get_fields(self, request: object, obj: object = None) -> list[str]:
        """Every column."""
        return [field.name for field in LeadImportJob._meta.fields if field.name != "file"]

    def get_readonly_fields(self, request: object, obj: object = None) -> list[str]:
        """All of them."""
        return self.get_fields(request, obj)

    @admin.display(description="Rows")
    def progress(self, job: LeadImportJob) -> str:
        """Done of all."""
        return f"{job.processed_rows} of {job.total_rows}"

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, jobs: QuerySet[LeadImportJob]) -> None:
        """End the chosen imports between two chunks; what was imported stays."""
        allowed = self._allowed(request, jobs)
        cancelled = sum(cancel_import(job, by=request.user) for job in allowed)  # type: ignore[arg-type]
        messages.info(request, f"{cancelled} cancelled.")

    @admin.action(description="Go on (failed imports)")
    def go_on(self, request: HttpRequest, jobs: QuerySet[LeadImportJob]) -> None:
        """Take failed imports up again after their last whole chunk."""
        going = 0
        for job in self._allowed(request, jobs.filter(status=ImportStatus.FAILED)):
            try:
                start_import(job, by=request.user)  # type: ignore[arg-type]
            except ZrgError as error:
                messages.error(request, f"{job}: {error}")
            else:
                going += 1
        messages.info(request, f"{going} going on.")

    def _allowed(self, request: HttpRequest, jobs: QuerySet[LeadImportJob]) -> list[LeadImportJob]:
        access = access_of(request)
        return [job for job in jobs if can(access, "lead.import", job.workspace_id)]


@admin.register(ExportJob)
class ExportJobAdmin(TenantModelAdmin):
    """Exports: who took which leads out, and when. The files are only for the person who asked."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("kind", "workspace", "status", "rows", "bytes", "requested_by", "created_at", "expires_at")
    list_filter = ("status", "kind", "workspace")
    list_select_related = ("workspace", "requested_by")
    ordering = ("-created_at", "-id")
    fields = (
        "workspace",
        "kind",
        "params",
        "status",
        "rows",
        "bytes",
        "requested_by",
        "created_at",
        "finished_at",
        "expires_at",
    )
    readonly_fields = fields
