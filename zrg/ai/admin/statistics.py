"""Figures of model calls: no text exists to show."""

from django.contrib import admin

from zrg.ai.models import AIInteraction, AIUsageDaily
from zrg.workspaces.admin import TenantModelAdmin


@admin.register(AIInteraction)
class AIInteractionAdmin(TenantModelAdmin):
    """One row per attempt, and one per call that was not made."""

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

    list_display = (
        "day",
        "workspace",
        "prompt_key",
        "model",
        "calls",
        "errors",
        "cost_usd",
        "latency_p50_ms",
        "latency_p95_ms",
    )
    list_filter = ("model", "prompt_key", "workspace")
    ordering = ("-day", "workspace", "prompt_key")
