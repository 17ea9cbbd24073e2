"""The admin of what happened and of the outbox."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.enums import SendKind
from notifications.models import DigestRun, NotificationEvent, NotificationSendLog
from notifications.services.outbox import mark_handled, requeue
from zrg.workspaces.admin import TenantModelAdmin

HIDDEN = ("payload",)


class KindFilter(admin.SimpleListFilter):
    """The kinds this version knows; others are found by their text."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in SendKind.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(NotificationEvent)
class NotificationEventAdmin(TenantModelAdmin):
    """What happened, whether or not anybody was told."""

    list_display = ("created_at", "kind", "sentiment_tag", "cause", "snippet", "workspace")
    list_filter = (KindFilter, "cause", "workspace")
    search_fields = ("=dedupe_key",)
    list_select_related = ("workspace",)
    raw_id_fields = ("lead", "message")
    ordering = ("-created_at",)


@admin.register(DigestRun)
class DigestRunAdmin(TenantModelAdmin):
    """The digest of each day, and what it covered."""

    list_display = ("local_day", "workspace", "status", "parts", "period_from", "period_to", "created_at")
    list_filter = ("status", "workspace")
    list_select_related = ("workspace",)
    ordering = ("-local_day",)


@admin.register(NotificationSendLog)
class NotificationSendLogAdmin(TenantModelAdmin):
    """What left for whom, or why not. Texts are not shown: some carry links that let somebody in."""

    list_display = ("created_at", "kind", "destination", "target", "status", "reason", "attempts", "workspace")
    list_filter = ("status", KindFilter, "destination", "workspace")
    search_fields = ("=target",)
    list_select_related = ("workspace",)
    exclude = HIDDEN
    ordering = ("-created_at",)
    actions = ("send_again", "mark_as_handled")

    @admin.action(description="Try failed ones again")
    def send_again(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Only failed rows; what may have arrived stays."""
        self._act(request, rows, requeue, "will be tried again")

    @admin.action(description="Mark as handled")
    def mark_as_handled(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Failed and unconfirmed rows a person took care of."""
        self._act(request, rows, mark_handled, "are handled")

    def _act(
        self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[NotificationSendLog], bool], what: str
    ) -> None:
        done = sum(act(row) for row in rows)
        left = rows.count() - done
        messages.success(request, f"{done} {what}, {left} are left as they are.")
