"""Schedules with their two switches, and the ledger of runs."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from zrg.jobs import registry
from zrg.jobs.admin.support import AgeFilter, OperatedAdmin, age_text, json_block
from zrg.jobs.enums import RunSource
from zrg.jobs.models import ScheduledJob, TaskRun
from zrg.jobs.services.dispatching import dispatch_run
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.decorators import access_of


class JobFilter(admin.SimpleListFilter):
    """Registered schedules; a distinct over the ledger would read all of it."""

    title = "job"
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(spec.name, spec.name) for spec in registry.schedules()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(job=self.value()) if self.value() else queryset


@admin.register(TaskRun)
class TaskRunAdmin(OperatedAdmin):
    """Every requested run and how it ended. ENQUEUED is not done."""

    platform_only = True
    list_select_related = False
    list_display = ("created_at", "job", "status", "source", "duration", "counted", "requested_by", "error")
    list_filter = (AgeFilter, "status", JobFilter, "source")
    exact_search = ("dispatch_key",)
    exact_uuid_search = ("id", "correlation_id")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of it."""
        return self.get_fields(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Statistics as readable text."""
        return [*(field.name for field in self.opts.concrete_fields if field.name != "stats"), "counted"]

    @admin.display(description="Duration")
    def duration(self, run: TaskRun) -> str:
        """Seconds the run took."""
        return f"{run.duration_ms / 1000:.1f} s" if run.duration_ms is not None else "–"

    @admin.display(description="Counters")
    def counted(self, run: TaskRun) -> str:
        """What the run counted."""
        return json_block(run.stats) if run.stats else "–"

    @admin.display(description="Last error")
    def error(self, run: TaskRun) -> str:
        """The first line, short enough for a list."""
        return (run.last_error or "").partition("\n")[0][:120]


class ScheduledJobForm(forms.ModelForm):  # type: ignore[type-arg]
    """Turning a switch needs a reason."""

    reason = forms.CharField(max_length=500, help_text="Kept in the audit and shown to everybody here.")

    class Meta:
        model = ScheduledJob
        fields = ("enabled", "inline", "reason")


@admin.register(ScheduledJob)
class ScheduledJobAdmin(TenantModelAdmin):
    """The table of schedules: switches here, cadence in the periodic tasks of the clock."""

    form = ScheduledJobForm
    platform_only = True
    platform_manages = True
    step_up = True
    list_select_related = False
    list_display = ("name", "cadence", "enabled", "inline", "last_status", "last_good", "stale_alert", "reason")
    list_filter = ("enabled", "inline", "is_registered")
    readonly_fields = ("name", "cadence", "budget_seconds", "stale_alert_seconds", "default_params", "is_registered")
    fields = ("enabled", "inline", "reason", *readonly_fields)
    actions = ("run_now",)
    ordering = ("name",)

    @admin.display(description="Last run")
    def last_status(self, row: ScheduledJob) -> str:
        """How the newest run stands."""
        run = TaskRun.objects.of_job(row.name).order_by("-created_at").first()
        return run.status if run else "never"

    @admin.display(description="Last good run")
    def last_good(self, row: ScheduledJob) -> str:
        """Age of the last run that ended well."""
        run = TaskRun.objects.of_job(row.name).good().order_by("-created_at").first()
        return age_text(run.finished_at) if run else "never"

    @admin.display(description="Alert after")
    def stale_alert(self, row: ScheduledJob) -> str:
        """The age that raises an alert."""
        return f"{row.stale_alert_seconds // 60} min" if row.stale_alert_seconds else "–"

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may act on schedules: platform people."""
        return bool(access_of(request).platform)

    @admin.action(description="Run now", permissions=["operate"])
    def run_now(self, request: HttpRequest, rows: "QuerySet[ScheduledJob]") -> None:
        """Ask for a run of this window, once this request's transaction has committed."""
        names = [row.name for row in rows.filter(is_registered=True) if registry.has_schedule(row.name)]
        who = str(getattr(request.user, "email", ""))
        for name in names:
            transaction.on_commit(partial(dispatch_run, name, RunSource.MANUAL, requested_by=who))
        self.message_user(request, f"Asked for: {', '.join(names) or 'nothing'}", messages.SUCCESS)
