"""Filters of the lists of routing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from assignment.admin.base import MANAGE
from assignment.enums import QueueOutcome, RoutingCode
from assignment.models import RoutingRule
from zrg.jobs.admin.support import as_uuid
from zrg.lib.text import read_number
from zrg.workspaces.admin.base import workspaces_with
from zrg.workspaces.decorators import access_of
from zrg.workspaces.models import Workspace

SHOWN = 200


class SideFilter(admin.SimpleListFilter):
    """A workspace on either side."""

    title = "workspace"
    parameter_name = "side"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Those this person manages."""
        allowed = workspaces_with(access_of(request), MANAGE)
        return list(Workspace.objects.filter(pk__in=allowed).in_selector_order().values_list("pk", "name")[:SHOWN])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Its rows."""
        chosen = as_uuid(self.value() or "")
        return queryset.in_workspace(chosen) if chosen else queryset  # type: ignore[attr-defined]


class ErrorCodeFilter(admin.SimpleListFilter):
    """The codes there are; asking the rows would read all of them."""

    title = "error code"
    parameter_name = "code"
    column = "error_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All of routing."""
        return [(str(value), str(label)) for value, label in RoutingCode.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with that code."""
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class LastErrorCodeFilter(ErrorCodeFilter):
    """Why the last attempt was put off."""

    title = "last error code"
    column = "last_error_code"


class AttemptFilter(admin.SimpleListFilter):
    """How often it was tried."""

    title = "attempt"
    parameter_name = "attempt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The first ten."""
        return [(str(number), str(number)) for number in range(1, 11)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of that attempt."""
        number = read_number(self.value() or "")
        return queryset if number is None else queryset.filter(attempt_number=number)


class RuleFilter(admin.SimpleListFilter):
    """The rule that decided."""

    title = "rule"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        """Rules in force this person manages."""
        allowed = workspaces_with(access_of(request), MANAGE)
        rules = RoutingRule.objects.filter(workspace_id__in=allowed).not_archived().order_by("name", "id")
        return list(rules.values_list("pk", "name")[:SHOWN])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What it decided."""
        chosen = as_uuid(self.value() or "")
        return queryset.filter(is_told=True, matched_rule_id=chosen) if chosen else queryset


class StateFilter(admin.SimpleListFilter):
    """Open attempts, the next one first, unless others are asked for; closed ones as they were closed, newest first.

    Each choice has the order of a partial index of its rows, so no index by age is kept for the list.
    """

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What else there is."""
        outcomes = [(str(value), f"Closed: {str(label).lower()}") for value, label in QueueOutcome.choices]
        return [("due", "Due now"), ("later", "Later"), ("closed", "Closed"), *outcomes]

    def choices(self, changelist: Any) -> Any:
        """The first one is what is shown without a choice."""
        first, *others = super().choices(changelist)
        return [first | {"display": "Open"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of that state, in their order."""
        rows: Any = queryset
        value = self.value()
        if value == "closed" or value in QueueOutcome.values:
            closed = rows.closed() if value == "closed" else rows.closed().filter(outcome=value)
            return closed.order_by("-processed_at")  # type: ignore[no-any-return]
        found = {"due": rows.due, "later": rows.later}.get(value or "", rows.open)()
        return found.order_by("next_retry_at")  # type: ignore[no-any-return]
