"""Figures of model calls: no text exists to show."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from zrg.ai.models import AIInteraction, AIUsageDaily
from zrg.ai.prompts import all_prompts
from zrg.workspaces.admin import TenantModelAdmin


class PromptFilter(admin.SimpleListFilter):
    """Prompts there are; asking the rows would read all of them."""

    title = "prompt"
    parameter_name = "prompt_key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every registered one."""
        return [(prompt.key, prompt.key) for prompt in all_prompts()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Calls of that prompt."""
        return queryset.filter(prompt_key=self.value()) if self.value() else queryset


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
    list_filter = ("status", "error_code", PromptFilter)
    one_order = True
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
