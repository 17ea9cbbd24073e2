"""Drafts that people asked for: what waits, what was made, and why one was not."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inbox.models import DraftRequest
from inbox.rules.sentences import generation_sentence
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(DraftRequest)
class DraftRequestAdmin(TenantModelAdmin):
    """The newest first; the filter by state shows what failed."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "workspace", "channel", "kind", "state", "result", "requested_by", "created_at")
    list_filter = ("state", "kind", "channel", "workspace")
    search_fields = ("=lead__id", "=lead__email", "=batch")
    list_select_related = ("workspace", "lead", "requested_by")
    ordering = ("-created_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in DraftRequest._meta.fields]

    @admin.display(description="Result")
    def result(self, row: DraftRequest) -> str:
        """How far it is, or why there is no draft, in a sentence."""
        return generation_sentence(row.state, row.code)
