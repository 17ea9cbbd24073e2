"""Stage runs: what the pipeline did with each reply."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inbox.models import InboundStageRun
from inbox.pipeline import ANSWERING, READING
from zrg.workspaces.admin.base import TenantModelAdmin


class StageFilter(admin.SimpleListFilter):
    """The stages there are; asking the rows would read all of them."""

    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Of reading and of answering."""
        return [(name, name) for name in dict.fromkeys(stage.name for stage in (*READING, *ANSWERING))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Runs of that stage."""
        return queryset.filter(stage=self.value()) if self.value() else queryset


@admin.register(InboundStageRun)
class InboundStageRunAdmin(TenantModelAdmin):
    """Codes and numbers only; the newest first."""

    list_display = ("message", "workspace", "stage", "state", "attempts", "seconds", "error_code", "started_at")
    list_filter = ("state", StageFilter, "workspace")
    search_fields = ("=message__id",)
    one_order = True
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
