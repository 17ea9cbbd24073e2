"""Inbound calls and jobs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from unfold.decorators import action

from zrg.jobs import registry
from zrg.jobs.admin.support import AgeFilter, OperatedAdmin, age_text, json_block
from zrg.jobs.constants import PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_URGENT
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.services import replaying
from zrg.jobs.services.alerts import current_alerts
from zrg.jobs.services.queue_state import depth_by_workspace, queue_report
from zrg.lib.text import read_number
from zrg.workspaces.decorators import access_of
from zrg.workspaces.navigation import app_link


class PriorityFilter(admin.SimpleListFilter):
    """The three there are; asking the rows would read all of them."""

    title = "priority"
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(PRIORITY_URGENT), "Urgent"), (str(PRIORITY_NORMAL), "Normal"), (str(PRIORITY_LOW), "Low")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        number = read_number(self.value() or "")
        return queryset if number is None else queryset.filter(priority=number)


class WorkAdmin(OperatedAdmin):
    """What calls and jobs have in common."""

    one_order = True
    payload_field = "payload_text"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Every column but the payload, which platform people see as text."""
        names = [field.name for field in self.opts.concrete_fields if field.name not in ("raw", "payload")]
        return [*names, "lead_link", *([self.payload_field] if access_of(request).platform else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything: rows change through actions only."""
        return self.get_fields(request, obj)

    @admin.display(description="Age")
    def age(self, row: Any) -> str:
        """Since the row was stored."""
        return age_text(row.created_at)

    @admin.display(description="Last error")
    def error(self, row: Any) -> str:
        """The first line, short enough for a list."""
        return (row.last_error or "").partition("\n")[0][:120]

    @admin.display(description="Lead")
    def lead_link(self, row: Any) -> str:
        """The conversation in the inbox."""
        if not row.lead_id or not row.workspace_id:
            return "–"
        return format_html('<a href="{}">{}</a>', app_link(row.workspace_id, lead_id=row.lead_id), row.lead_id)


@admin.register(WebhookEvent)
class WebhookEventAdmin(WorkAdmin):
    """Inbound calls: what came, what became of it, why it failed."""

    list_display = (
        *("created_at", "age", "provider", "event_type", "workspace", "status", "outcome"),
        *("attempts", "redelivered_count", "verified", "error"),
    )
    list_filter = (AgeFilter, "status", "provider", PriorityFilter, "verified")
    list_select_related = ("workspace",)
    exact_search = ("dedupe_key", "scheduled_email_id")
    actions = ("replay", "route_and_replay", "mark_ignored", "release_lock")

    @admin.display(description="Body")
    def payload_text(self, event: WebhookEvent) -> str:
        """The body as it came."""
        return json_block(event.payload)

    @admin.action(description="Replay", permissions=["operate"])
    def replay(self, request: HttpRequest, rows: "QuerySet[WebhookEvent]") -> HttpResponse | None:
        """Process again from the start."""
        return self.confirm(
            request,
            rows,
            title="Replay",
            act=lambda ids, why, _: replaying.replay_events(ids, by=_who(request), reason=why),
        )

    @admin.action(description="Route & replay", permissions=["operate"])
    def route_and_replay(self, request: HttpRequest, rows: "QuerySet[WebhookEvent]") -> HttpResponse | None:
        """Give calls of an unknown workspace their workspace."""

        def act(ids: Any, why: str, workspace: Any) -> int:
            return replaying.route_events(ids, workspace, by=_who(request), reason=why)

        return self.confirm(request, rows, title="Route & replay", act=act, with_reason=True, with_workspace=True)

    @admin.action(description="Mark ignored", permissions=["operate"])
    def mark_ignored(self, request: HttpRequest, rows: "QuerySet[WebhookEvent]") -> HttpResponse | None:
        """Decide that these are not to be processed."""
        return self.confirm(
            request,
            rows,
            title="Mark ignored",
            act=lambda ids, why, _: replaying.ignore_events(ids, by=_who(request), reason=why),
            with_reason=True,
        )

    @admin.action(description="Release lock", permissions=["operate"])
    def release_lock(self, request: HttpRequest, rows: "QuerySet[WebhookEvent]") -> HttpResponse | None:
        """Take running rows from a dead worker."""
        return self.confirm(
            request,
            rows,
            title="Release lock",
            act=lambda ids, _, __: replaying.release_locks(WebhookEvent, ids, by=_who(request)),
        )


class TypeFilter(admin.SimpleListFilter):
    """Types this version knows; a distinct over the table would read all of it."""

    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in registry.job_types()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(BackgroundJob)
class BackgroundJobAdmin(WorkAdmin):
    """Jobs: waiting, running, failed, and why."""

    list_display = (
        *("created_at", "age", "type", "workspace", "status", "run_at", "attempts", "max_attempts"),
        *("reschedules", "locked_by", "error"),
    )
    list_filter = (AgeFilter, "status", TypeFilter)
    list_select_related = ("workspace",)
    exact_search = ("dedupe_key",)
    exact_uuid_search = ("id", "message_id", "draft_id")
    actions = ("replay", "cancel", "release_lock")
    actions_list = ("queues",)

    @admin.display(description="Payload")
    def payload_text(self, job: BackgroundJob) -> str:
        """Ids, flags and short values."""
        return json_block(job.payload)

    @admin.action(description="Replay", permissions=["operate"])
    def replay(self, request: HttpRequest, rows: "QuerySet[BackgroundJob]") -> HttpResponse | None:
        """Do again from the start; effects happen at most once."""
        return self.confirm(
            request,
            rows,
            title="Replay",
            act=lambda ids, why, _: replaying.replay_jobs(ids, by=_who(request), reason=why),
        )

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: "QuerySet[BackgroundJob]") -> HttpResponse | None:
        """Waiting or failed jobs that shall not run."""
        return self.confirm(
            request,
            rows,
            title="Cancel",
            act=lambda ids, why, _: replaying.cancel_jobs(ids, by=_who(request), reason=why),
            with_reason=True,
        )

    @admin.action(description="Release lock", permissions=["operate"])
    def release_lock(self, request: HttpRequest, rows: "QuerySet[BackgroundJob]") -> HttpResponse | None:
        """Take running rows from a dead worker."""
        return self.confirm(
            request,
            rows,
            title="Release lock",
            act=lambda ids, _, __: replaying.release_locks(BackgroundJob, ids, by=_who(request)),
        )

    @action(description="Queues", url_path="queues", permissions=["operate"])
    def queues(self, request: HttpRequest) -> HttpResponse:
        """How the queues stand, per workspace and type, and every schedule against its alert."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Queues",
            "opts": self.opts,
            "report": queue_report(),
            "depths": depth_by_workspace(),
            "alerts": current_alerts(),
        }
        return TemplateResponse(request, "zrg/jobs/admin/queues.html", context)


def _who(request: HttpRequest) -> Any:
    return request.user
