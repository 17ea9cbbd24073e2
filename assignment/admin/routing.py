"""The operations room of routing: agreements, planned attempts, the log, credit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from unfold.decorators import action

from assignment.admin.base import MANAGE, RoutingAdmin, TwoSidedAdmin, code_in_words, lead_link
from assignment.admin.filters import (
    AttemptFilter,
    ErrorCodeFilter,
    LastErrorCodeFilter,
    RuleFilter,
    SideFilter,
    StateFilter,
)
from assignment.admin.health import show_health
from assignment.enums import ReturnReason, RoutingPath, RoutingResult
from assignment.models import (
    LeadAttribution,
    RoutingLog,
    RoutingPartner,
    RoutingQueueEntry,
    RoutingRule,
)
from assignment.services.routing import acting, partners
from assignment.services.routing.partner_figures import with_figures
from zrg.jobs.admin.support import AgeFilter, as_uuid, json_block
from zrg.workspaces.access import Access
from zrg.workspaces.admin.base import workspaces_with
from zrg.workspaces.decorators import access_of

HIGH_RETURN_RATE = 0.3
# Columns that say how a transition was decided.
DECIDING = frozenset({"matched_rule_id", "rule_version", "error_code", "error_message", "duration_ms", "details"})


@admin.register(RoutingPartner)
class RoutingPartnerAdmin(TwoSidedAdmin):
    """Who takes leads of whom, and how full they are. Terms are set through the API by their side."""

    source_column = "workspace_id"
    list_display = (
        "source",
        "destination",
        "status",
        "used",
        "return_rate",
        "credit_amount",
        "updated_at",
    )
    list_filter = ("status", SideFilter)
    ordering = ("workspace_id", "destination_workspace_id")
    actions = ("accept", "pause", "resume", "end")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in self.opts.concrete_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the figures of each row, read in the same statement."""
        return with_figures(super().get_queryset(request))

    @admin.display(description="Used today / cap · month / cap")
    def used(self, row: Any) -> str:
        """Deliveries against the caps; counted where there is a cap."""
        pairs = ((row.used_today, row.cap_daily), (row.used_month, row.cap_monthly))
        return " · ".join(f"{count or 0} / {cap if cap is not None else '∞'}" for count, cap in pairs)

    @admin.display(description="Returned, 30 days")
    def return_rate(self, row: Any) -> str:
        """Share of deliveries given back; a high one is marked."""
        if not row.delivered:
            return "–"
        share = (row.returned or 0) / row.delivered
        return f"{share:.0%}{' ⚠' if share > HIGH_RETURN_RATE else ''}"

    def _move(self, request: HttpRequest, found: QuerySet[RoutingPartner], act: str) -> None:
        access, by = access_of(request), request.user
        allowed = workspaces_with(access, MANAGE, writable=True)

        def work(row: RoutingPartner) -> Any:
            sides = {row.destination_workspace_id} | ({row.workspace_id} if act == "end" else set())
            if not access.platform and not sides & allowed:
                return False
            return partners.move(row, act, by=by)  # type: ignore[arg-type]

        self.act(request, found, work, f"done: {act}")

    @admin.action(description="Accept (destination)")
    def accept(self, request: HttpRequest, found: QuerySet[RoutingPartner]) -> None:
        """Put proposals in force."""
        self._move(request, found, "accept")

    @admin.action(description="Pause (destination)")
    def pause(self, request: HttpRequest, found: QuerySet[RoutingPartner]) -> None:
        """No more leads for now."""
        self._move(request, found, "pause")

    @admin.action(description="Resume (destination)")
    def resume(self, request: HttpRequest, found: QuerySet[RoutingPartner]) -> None:
        """Take leads again."""
        self._move(request, found, "resume")

    @admin.action(description="End")
    def end(self, request: HttpRequest, found: QuerySet[RoutingPartner]) -> None:
        """End the agreement; it can be proposed again."""
        self._move(request, found, "end")


@admin.register(RoutingQueueEntry)
class RoutingQueueEntryAdmin(RoutingAdmin):
    """Planned attempts, the next first."""

    list_display = ("lead", "workspace", "attempt", "when", "why", "error_count", "outcome")
    list_filter = (StateFilter, AttemptFilter, LastErrorCodeFilter, "workspace")
    search_fields = ("=id", "=lead__id", "=lead__email")
    search_help_text = "Id or e-mail address of the lead"
    one_order = True
    list_select_related = ("lead", "workspace")
    ordering = ("next_retry_at",)
    actions = ("retry_now", "cancel")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in self.opts.concrete_fields]

    @admin.display(description="Attempt")
    def attempt(self, row: RoutingQueueEntry) -> str:
        """The one that is planned, and how many there are."""
        return f"{row.attempt_number} of {row.max_attempts}"

    @admin.display(description="Due, or closed")
    def when(self, row: RoutingQueueEntry) -> datetime:
        """The time the list is in the order of."""
        return row.processed_at or row.next_retry_at

    @admin.display(description="Why")
    def why(self, row: RoutingQueueEntry) -> str:
        """What the last attempt ended with."""
        return code_in_words(row.last_error_code)

    @admin.action(description="Retry now")
    def retry_now(self, request: HttpRequest, found: QuerySet[RoutingQueueEntry]) -> None:
        """Make attempts due."""
        by: Any = request.user
        self.act(
            request,
            found.filter(processed_at=None),
            lambda row: acting.retry_now(row, by=by),
            "due now",
            action="routing.run",
        )

    @admin.action(description="Cancel: the lead fails")
    def cancel(self, request: HttpRequest, found: QuerySet[RoutingQueueEntry]) -> None:
        """Give leads up."""
        by: Any = request.user
        self.act(
            request,
            found.filter(processed_at=None),
            lambda row: acting.cancel(row, by=by),
            "cancelled",
            action="routing.run",
        )


@admin.register(RoutingLog)
class RoutingLogAdmin(TwoSidedAdmin):
    """Every transition of every lead; ids and codes."""

    list_display = (
        "created_at",
        "routing_result",
        "code",
        "history",
        "source",
        "destination",
        "rule",
        "way",
    )
    list_filter = (AgeFilter, "routing_result", "path", ErrorCodeFilter, SideFilter, RuleFilter)
    search_fields = ("=lead_id", "=id")
    search_help_text = "Id of the lead, or of the row"
    one_order = True
    ordering = ("-created_at", "-id")
    actions_list = ("open_health",)
    fields = (
        "created_at", "lead_id", "source_workspace_id", "destination_workspace_id", "matched_rule_id", "rule_version",
        "routing_result", "error_code", "error_message", "attempt_number", "path", "duration_ms", "details",
    )  # fmt: skip
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        """The page "Routing health"."""
        page = path("health/", self.admin_site.admin_view(self.health), name="assignment_routing_health")
        return [page, *super().get_urls()]

    @action(description="Routing health", url_path="open-health")
    def open_health(self, request: HttpRequest) -> HttpResponse:
        """To the figures of all workspaces."""
        return redirect("admin:assignment_routing_health")

    def health(self, request: HttpRequest) -> HttpResponse:
        """Figures, alerts, promises and switches."""
        return show_health(request, {**self.admin_site.each_context(request), "opts": self.opts})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the name of the rule, and whether this person is told how the row came to be."""
        rules = RoutingRule.objects.filter(pk=OuterRef("matched_rule_id")).values("name")
        return super().get_queryset(request).annotate(rule_name=Subquery(rules), is_told=_is_told(access_of(request)))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What the API tells of a row as well."""
        return tuple(name for name in self.fields if obj is None or obj.is_told or name not in DECIDING)

    @admin.display(description="Path")
    def way(self, log: RoutingLog) -> str:
        """How it came to be; what a schedule does is nobody's act."""
        is_scheduled = log.path == RoutingPath.MANUAL and log.actor_user_id is None
        return "Schedule or command" if is_scheduled else str(log.get_path_display())  # type: ignore[attr-defined]

    @admin.display(description="Rule")
    def rule(self, log: Any) -> str:
        """The rule that decided."""
        return (log.rule_name if log.is_told else None) or "–"

    @admin.display(description="Lead")
    def history(self, log: RoutingLog) -> str:
        """To everything that happened to the lead."""
        return lead_link(log.lead_id)

    @admin.display(description="Why")
    def code(self, log: Any) -> str:
        """Why."""
        return code_in_words(log.error_code or log.metadata.get("code") if log.is_told else None)

    @admin.display(description="Details")
    def details(self, log: RoutingLog) -> str:
        """Rules that were considered, what was detached."""
        return json_block(log.metadata)


def _is_told(access: Access) -> Case:
    """How a row was decided is the source's to know; of a duplicate not even that, for its rule says which partner has
    the person. Platform people see all.
    """
    own = Q(source_workspace_id__in=workspaces_with(access, MANAGE)) & ~Q(routing_result=RoutingResult.DUPLICATE)
    told = Q() if access.platform else own
    return Case(When(told, then=Value(True)), default=Value(False)) if told else Case(default=Value(True))


def give_back(reason: ReturnReason) -> Callable[..., None]:
    """An action that returns deliveries for this reason."""

    def act(self: "LeadAttributionAdmin", request: HttpRequest, found: QuerySet[LeadAttribution]) -> None:
        access, by = access_of(request), request.user
        allowed = workspaces_with(access, MANAGE, writable=True)

        def work(row: LeadAttribution) -> Any:
            if not access.platform and row.destination_workspace_id not in allowed:
                return False
            return acting.return_lead(row, reason.value, by=by)  # type: ignore[arg-type]

        self.act(request, found, work, "returned")

    act.__name__ = f"return_{reason.value}"
    described: Callable[..., None] = admin.action(description=f"Return (destination): {reason.label}")(act)
    return described


@admin.register(LeadAttribution)
class LeadAttributionAdmin(TwoSidedAdmin):
    """Deliveries and their credit."""

    list_display = (
        "created_at",
        "history",
        "source",
        "destination",
        "credit_amount",
        "status",
        "return_reason",
    )
    list_filter = (AgeFilter, "status", "return_reason", SideFilter)
    search_fields = ("=lead_id", "=id")
    search_help_text = "Id of the lead, or of the delivery"
    one_order = True
    ordering = ("-created_at", "-id")
    list_display_links = ("created_at",)
    actions = tuple(give_back(reason) for reason in ReturnReason)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without those undone because the destination had the person; platform people see them."""
        rows = super().get_queryset(request)
        return rows if access_of(request).platform else rows.delivered()  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in self.opts.concrete_fields]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the ids; the active delivery of a lead and the earlier ones each have an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = as_uuid(term)
        if wanted is None:
            return queryset.none(), False
        rows = LeadAttribution.objects.filter(lead_id=wanted)
        keys = {wanted, *rows.active().values_list("pk", flat=True), *rows.closed().values_list("pk", flat=True)}
        return queryset.filter(pk__in=keys), False

    @admin.display(description="Lead")
    def history(self, row: LeadAttribution) -> str:
        """To everything that happened to the lead."""
        return lead_link(row.lead_id)
