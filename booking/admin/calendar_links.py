"""Scheduling pages, as operators see them."""

from django.contrib import admin

from booking.models import CalendarLink
from zrg.workspaces.admin import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(CalendarLink)
class CalendarLinkAdmin(TenantModelAdmin):
    """Which page leads of a workspace get. Changed on the page of the settings, where the address is checked."""

    view_permission = Permission.VIEW_SETTINGS.value
    list_display = ("name", "workspace", "type", "is_default", "url", "public_url", "updated_at")
    list_filter = ("type", "is_default")
    search_fields = ("name", "url")
    readonly_fields = ("workspace", "name", "url", "public_url", "type", "is_default", "created_at", "updated_at")
