"""Comparisons of conversations with their providers: how far a backfill is, and what was found."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from inbox.models import ConversationSync
from inbox.services.syncing.conversations import request_sync
from inbox.services.syncing.reading import status_of
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(ConversationSync)
class ConversationSyncAdmin(TenantModelAdmin):
    """The newest first; the filter by state shows what is still waiting."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "workspace", "state", "requested_at", "finished_at", "result")
    list_filter = ("state", "workspace")
    search_fields = ("=lead__id", "=lead__email")
    list_select_related = ("workspace", "lead")
    ordering = ("-requested_at",)
    actions = ("compare_again",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in ConversationSync._meta.fields]

    @admin.display(description="Result")
    def result(self, row: ConversationSync) -> str:
        """What was found, in a sentence."""
        return status_of(row, now=timezone.now()).sentence

    @admin.action(description="Compare again")
    def compare_again(self, request: HttpRequest, rows: QuerySet[ConversationSync]) -> HttpResponse | None:
        """One job per conversation; what waits already is left."""
        queued = sum(request_sync(row.lead, by_person=True) for row in rows.select_related("lead"))
        messages.info(request, f"{queued} comparisons queued.")
        return None
