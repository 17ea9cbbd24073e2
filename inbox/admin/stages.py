"""Stage runs: what the pipeline did with each reply."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inbox.models import InboundStageRun
from zrg.workspaces.admin.base import TenantModelAdmin


@admin.register(InboundStageRun)
class InboundStageRunAdmin(TenantModelAdmin):
    """Codes and numbers only; the newest first."""

    list_display = ("message", "workspace", "stage", "state", "attempts", "seconds", "error_code", "started_at")
    list_filter = ("state", "stage", "workspace")
    search_fields = ("=message__id", "=error_code")
    list_select_related = ("workspace", "message")
    ordering = ("-started_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The message is named by its channel and time, never by its text."""
        return super().get_queryset(request).defer("message__body", "message__search_vector")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in InboundStageRun._meta.fields]

    @admin.display(description="Seconds")
    def seconds(self, run: InboundStageRun) -> str:
        """How long it took."""
        if run.started_at is None or run.finished_at is None:
            return ""
        return f"{(run.finished_at - run.started_at).total_seconds():.1f}"
