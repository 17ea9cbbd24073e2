"""Filters of the lists of routing."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assignment.admin.base import MANAGE
from assignment.enums import RoutingCode
from assignment.models import RoutingRule
from zrg.jobs.admin.support import as_uuid
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
        value = self.value() or ""
        return queryset.filter(attempt_number=int(value)) if value.isdigit() else queryset


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
        return queryset.filter(matched_rule_id=chosen) if chosen else queryset


class DueFilter(admin.SimpleListFilter):
    """Whether the next attempt is due."""

    title = "due"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Due, later or closed."""
        return [("now", "Due now"), ("later", "Later"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of that kind."""
        rows: Any = queryset
        match self.value():
            case "now":
                return rows.due()  # type: ignore[no-any-return]
            case "later":
                return rows.open().filter(next_retry_at__gt=timezone.now())  # type: ignore[no-any-return]
            case "closed":
                return rows.filter(processed_at__isnull=False)  # type: ignore[no-any-return]
        return queryset
