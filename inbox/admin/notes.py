"""Internal notes: who wrote when about whom."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inbox.models import LeadNote
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(LeadNote)
class LeadNoteAdmin(TenantModelAdmin):
    """The newest first."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "workspace", "author", "named", "created_at", "edited_at")
    list_filter = ("workspace",)
    search_fields = ("=lead__id", "=lead__email", "=author__email")
    list_select_related = ("workspace", "lead", "author")
    ordering = ("-created_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in LeadNote._meta.fields]

    @admin.display(description="Mentions")
    def named(self, row: LeadNote) -> int:
        """How many people it names."""
        return len(row.mentions)
