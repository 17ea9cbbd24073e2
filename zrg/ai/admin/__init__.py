"""Voices, and the figures of model calls."""

from django.contrib import admin

from zrg.ai.models import AIInteraction, AIUsageDaily, Persona
from zrg.workspaces.admin import TenantModelAdmin
from zrg.workspaces.enums import Permission


@admin.register(Persona)
class PersonaAdmin(TenantModelAdmin):
    """Who seems to write; one default per workspace."""

    view_permission = Permission.VIEW_SETTINGS.value
    manage_permission = Permission.MANAGE_AI.value
    platform_manages = True
    allow_add = True
    list_display = ("name", "workspace", "is_default", "persona_name", "tone", "archived_at")
    list_filter = ("is_default", "tone")
    search_fields = ("name",)
    readonly_fields = ("created_by", "created_at", "updated_at")


@admin.register(AIInteraction)
class AIInteractionAdmin(TenantModelAdmin):
    """One row per attempt: figures and codes only, no text exists to show."""

    list_display = (
        "created_at",
        "workspace",
        "prompt_key",
        "model",
        "status",
        "error_code",
        "latency_ms",
        "output_tokens",
        "cost_usd",
    )
    list_filter = ("status", "error_code", "model", "prompt_key")
    date_hierarchy = None
    ordering = ("-created_at",)


@admin.register(AIUsageDaily)
class AIUsageDailyAdmin(TenantModelAdmin):
    """Usage per day, prompt and model."""

    list_display = ("day", "workspace", "prompt_key", "model", "calls", "errors", "cost_usd", "latency_p95_ms")
    list_filter = ("model", "prompt_key")
    ordering = ("-day",)
