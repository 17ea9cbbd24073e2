"""Booking processes, as operators see them. Changed on their pages of the settings."""

from django.contrib import admin

from booking.models import BookingProcess, BookingStage, CampaignProcess
from zrg.workspaces.admin import ReadOnlyInline, TenantModelAdmin
from zrg.workspaces.enums import Permission


class StageInline(ReadOnlyInline):
    """What each wave's answers include."""

    model = BookingStage
    fields = (
        "stage_number",
        "include_booking_link",
        "include_suggested_times",
        "number_of_times_to_suggest",
        "include_qualifying_questions",
        "include_timezone_ask",
        "instruction_order",
        "apply_to_email",
        "apply_to_sms",
        "apply_to_linkedin",
        "instruction_templates",
    )
    readonly_fields = fields
    ordering = ("stage_number",)


@admin.register(BookingProcess)
class BookingProcessAdmin(TenantModelAdmin):
    """What campaigns follow until a meeting is booked, and after how many waves a person takes over."""

    view_permission = Permission.VIEW_SETTINGS.value
    list_display = ("name", "workspace", "max_waves_before_escalation", "is_archived", "updated_at")
    list_filter = ("is_archived",)
    search_fields = ("name",)
    readonly_fields = (
        "workspace",
        "name",
        "description",
        "max_waves_before_escalation",
        "is_archived",
        "created_by",
        "created_at",
        "updated_at",
    )
    inlines = (StageInline,)


@admin.register(CampaignProcess)
class CampaignProcessAdmin(TenantModelAdmin):
    """Which campaign follows which process."""

    view_permission = Permission.VIEW_SETTINGS.value
    list_display = ("email_campaign", "booking_process", "workspace", "updated_at")
    search_fields = ("email_campaign__name", "booking_process__name")
    readonly_fields = ("workspace", "email_campaign", "booking_process", "created_at", "updated_at")
