"""Campaigns: persona and how far the machine may go."""

from django.contrib import admin

from leads.models import EmailCampaign, SmsCampaign
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission

AUTO_SEND_FIELDS = (
    "persona",
    "response_mode",
    "auto_send_confidence_threshold",
    "auto_send_skip_human_review",
    ("auto_send_delay_min_seconds", "auto_send_delay_max_seconds"),
    "auto_send_schedule_mode",
    "auto_send_custom_schedule",
    "auto_send_shadow",
)


class CampaignAdmin(TenantModelAdmin):
    """Made by providers; only how replies are answered is decided here."""

    view_permission = Permission.VIEW_SETTINGS.value
    manage_permission = Permission.MANAGE_AI.value
    autocomplete_fields = ()
    list_select_related = ("workspace", "persona")
    search_fields = ("name",)
    ordering = ("workspace", "name", "id")


@admin.register(EmailCampaign)
class EmailCampaignAdmin(CampaignAdmin):
    """Campaigns of the e-mail provider."""

    list_display = ("name", "provider", "bison_campaign_id", "workspace", "response_mode", "persona", "created_at")
    list_filter = ("provider", "response_mode", "workspace")
    fields = ("workspace", "name", "provider", "bison_campaign_id", *AUTO_SEND_FIELDS)
    readonly_fields = ("workspace", "name", "provider", "bison_campaign_id")


@admin.register(SmsCampaign)
class SmsCampaignAdmin(CampaignAdmin):
    """Labels of text messages."""

    list_display = ("name", "workspace", "response_mode", "persona", "created_at")
    list_filter = ("response_mode", "workspace")
    fields = ("workspace", "name", "name_normalized", *AUTO_SEND_FIELDS)
    readonly_fields = ("workspace", "name", "name_normalized")
