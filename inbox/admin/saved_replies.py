"""Saved replies: what the workspaces share, and that people keep their own."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inbox.models import SavedReply
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(SavedReply)
class SavedReplyAdmin(TenantModelAdmin):
    """By title; they are changed on their page in the settings."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("title", "workspace", "owner", "channel", "version", "updated_at")
    list_filter = ("channel", "workspace")
    search_fields = ("title", "=owner__email")
    list_select_related = ("workspace", "owner")
    ordering = ("title", "id")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in SavedReply._meta.fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists need no texts."""
        return super().get_queryset(request).defer("body")
