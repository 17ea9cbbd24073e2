"""The admin of the outbox."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.models import NotificationSendLog
from notifications.services.outbox import requeue
from zrg.workspaces.admin import TenantModelAdmin

HIDDEN = ("payload",)


@admin.register(NotificationSendLog)
class NotificationSendLogAdmin(TenantModelAdmin):
    """What left for whom, or why not. Texts are not shown: some carry links that let somebody in."""

    list_display = ("created_at", "kind", "destination", "target", "status", "reason", "attempts", "workspace")
    list_filter = ("status", "kind", "destination")
    search_fields = ("=target",)
    list_select_related = ("workspace",)
    exclude = HIDDEN
    ordering = ("-created_at",)
    actions = ("send_again",)

    @admin.action(description="Try failed ones again")
    def send_again(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Only failed rows; what may have arrived stays."""
        done = sum(requeue(row) for row in rows)
        messages.success(request, f"{done} will be tried again.")
