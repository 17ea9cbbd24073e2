"""Statistics of model calls: figures and codes, never text (05.statistics-never-text)."""

from django.db import models
from django.db.models import Q

from zrg.ai.enums import AIErrorCode, AIStatus
from zrg.ai.querysets import AIInteractionQuerySet, AIUsageDailyQuerySet
from zrg.workspaces.models.base import UUIDModel


class AIInteraction(UUIDModel):
    """One attempt of one model call. There is no column that could hold a prompt or an answer."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead_id = models.UUIDField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    draft_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=80)
    feature_id = models.CharField(max_length=80)
    prompt_key = models.CharField(max_length=80)
    prompt_version = models.CharField(max_length=40)
    model = models.CharField(max_length=64)
    api_type = models.CharField(max_length=16, default="responses")
    effort = models.CharField(max_length=16, blank=True, default="")
    temperature_sent = models.BooleanField(default=False)
    input_tokens = models.PositiveIntegerField(default=0)
    cached_input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0)
    total_tokens = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=1)
    max_output_tokens = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    status = models.CharField(max_length=8, choices=AIStatus)
    error_code = models.CharField(max_length=20, choices=AIErrorCode, blank=True, default="")
    error_summary = models.CharField(max_length=200, blank=True, default="")
    metadata = models.JSONField(default=dict, blank=True)
    trace_id = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AIInteractionQuerySet.as_manager()

    class Meta:
        verbose_name = "AI interaction"
        indexes = [
            # newest calls of a workspace; retention
            models.Index(fields=["workspace", "-created_at"], name="aiinteraction_ws_created"),
            # the admin's list over all workspaces
            models.Index(fields=["-created_at"], name="aiinteraction_newest"),
            # calls of one prompt
            models.Index(fields=["workspace", "prompt_key", "-created_at"], name="aiinteraction_prompt"),
            # calls made for one lead
            models.Index(fields=["lead_id", "-created_at"], name="aiinteraction_lead"),
            # failing calls
            models.Index(fields=["status", "created_at"], name="aiinteraction_errors", condition=Q(status="error")),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_key} {self.model} {self.status}"


class AIUsageDaily(UUIDModel):
    """AIInteraction rolled up per day, before the rows are pruned."""

    day = models.DateField()
    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    prompt_key = models.CharField(max_length=80)
    model = models.CharField(max_length=64)
    calls = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    latency_p50_ms = models.PositiveIntegerField(default=0)
    latency_p95_ms = models.PositiveIntegerField(default=0)

    objects = AIUsageDailyQuerySet.as_manager()

    class Meta:
        verbose_name = "AI usage of a day"
        verbose_name_plural = "AI usage by day"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "day", "prompt_key", "model"], name="aiusage_unique")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.prompt_key} {self.model}"
