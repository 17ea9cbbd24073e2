"""WorkspaceSettings: one row per workspace, the complete table."""

from decimal import Decimal
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models

from zrg.workspaces.constants import DEFAULT_TIMEZONE, default_reply_targets
from zrg.workspaces.enums import AIModel, AutoSendScheduleMode, BookingProvider, Effort, RoutingFallback
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.models.workspace import Workspace
from zrg.workspaces.querysets import TenantQuerySet
from zrg.workspaces.rls import RowSecurity, sees_function
from zrg.workspaces.validators import (
    MaxItems,
    validate_approval_recipients,
    validate_blackout_dates,
    validate_bundle_budgets,
    validate_digest_time,
    validate_emails,
    validate_https,
    validate_json_object,
    validate_own_addresses,
    validate_phones,
    validate_questions,
    validate_reply_targets,
    validate_slack_channels,
    validate_slot_template,
    validate_timezone,
    validate_wall_time,
)

SYSTEM_FIELDS = (
    "round_robin_last_setter_index",
    "round_robin_config_version",
    "routing_rules_version",
    "follow_ups_backfilled_at",
    "last_reconciled_at",
    "auto_send_tripped_at",
    "auto_send_tripped_reason",
)
SMALL_MODELS = [AIModel.GPT_5_MINI, AIModel.GPT_5_1, AIModel.GPT_5_2]
DRAFT_MODELS = [AIModel.GPT_5_1, AIModel.GPT_5_2]


def _choices(values: list[AIModel]) -> list[tuple[str, str]]:
    return [(value.value, value.label) for value in values]


def _text(length: int, default: str = "", **options: Any) -> models.CharField:
    return models.CharField(max_length=length, blank=True, default=default, **options)


def _optional(length: int, **options: Any) -> models.CharField:
    return models.CharField(max_length=length, null=True, blank=True, default=None, **options)


def _integer(default: int, low: int, high: int) -> models.IntegerField:
    return models.IntegerField(default=default, validators=[MinValueValidator(low), MaxValueValidator(high)])


def _effort(default: Effort) -> models.CharField:
    return models.CharField(max_length=16, choices=Effort.choices, default=default)


def _model(default: AIModel, values: list[AIModel]) -> models.CharField:
    return models.CharField(max_length=32, choices=_choices(values), default=default)


def _strings(length: int, limit: int, *validators: Any) -> ArrayField:
    return ArrayField(
        models.CharField(max_length=length), default=list, blank=True, validators=[MaxItems(limit), *validators]
    )


def _one_of(field: str, values: list[str]) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=f"settings_{field}_known")


@pghistory.track(
    exclude=[*SYSTEM_FIELDS, "version", "created_at", "updated_at"],
    meta={"indexes": [models.Index(fields=["workspace", "pgh_created_at"], name="settings_history")]},
)
class WorkspaceSettings(UUIDModel, TimestampedModel):
    """Everything a workspace can set. Created with the workspace, so it always exists.

    `version` is the lock of forms: a save names the version it was made from.
    """

    # The claimer reads limits and quotas; whoever sees the workspace may read its settings pages.
    row_security = RowSecurity(
        read_kinds=("dispatch",),
        own=f"{sees_function('workspaces_workspace')}(workspace_id)",
        parent="workspaces_workspace",
    )

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="settings")
    version = models.PositiveIntegerField(default=1)

    # --- General
    brand_name = _text(80)
    brand_logo = models.FileField(upload_to="logos/", null=True, blank=True)
    brand_logo_url = _optional(2000, validators=[URLValidator(schemes=["https"]), validate_https])
    timezone = models.CharField(max_length=64, default=DEFAULT_TIMEZONE, validators=[validate_timezone])
    work_start_time = models.CharField(max_length=5, default="09:00", validators=[validate_wall_time])
    work_end_time = models.CharField(max_length=5, default="17:00", validators=[validate_wall_time])
    reply_targets = models.JSONField(default=default_reply_targets, blank=True, validators=[validate_reply_targets])
    company_name = _text(200)
    target_result = _text(500)
    auto_approve_meetings = models.BooleanField(default=True)
    flag_uncertain_replies = models.BooleanField(default=True)
    auto_blacklist = models.BooleanField(default=True)
    pause_for_ooo = models.BooleanField(default=True)
    auto_follow_ups_on_reply = models.BooleanField(default=False)
    airtable_mode = models.BooleanField(default=False)
    follow_ups_paused_until = models.DateTimeField(null=True, blank=True)
    follow_up_blackout_dates = ArrayField(
        models.DateField(), default=list, blank=True, validators=[validate_blackout_dates]
    )
    email_digest = models.BooleanField(default=True)
    slack_alerts = models.BooleanField(default=True)
    notification_emails = _strings(254, 20, validate_emails)
    notification_phones = _strings(16, 10, validate_phones)
    notification_slack_channel_ids = _strings(32, 20, validate_slack_channels)
    notification_sentiment_rules = models.JSONField(null=True, blank=True, validators=[validate_json_object])
    notification_daily_digest_time = models.CharField(
        max_length=5, null=True, blank=True, default="09:00", validators=[validate_digest_time]
    )
    auto_send_enabled = models.BooleanField(default=True)
    auto_send_schedule_mode = models.CharField(
        max_length=16, choices=AutoSendScheduleMode.choices, default=AutoSendScheduleMode.ALWAYS
    )
    auto_send_custom_schedule = models.JSONField(null=True, blank=True, validators=[validate_json_object])
    auto_send_skip_human_review = models.BooleanField(default=False)

    # --- Integrations
    own_sender_addresses = _strings(254, 200, validate_own_addresses)
    slack_auto_send_approval_recipients = models.JSONField(
        null=True, blank=True, validators=[validate_approval_recipients]
    )
    round_robin_enabled = models.BooleanField(default=False)
    round_robin_email_only = models.BooleanField(default=False)
    # Duplicates are weights: never de-duplicated.
    round_robin_setter_sequence = ArrayField(models.UUIDField(), default=list, blank=True, validators=[MaxItems(100)])
    lead_routing_enabled = models.BooleanField(default=False)
    routing_max_attempts = _integer(3, 1, 10)
    routing_fallback = models.CharField(max_length=16, choices=RoutingFallback.choices, default=RoutingFallback.RETRY)
    routing_fallback_workspace = models.ForeignKey(
        Workspace, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    routing_explain = models.BooleanField(default=False)
    lead_ttl_days = _integer(90, 1, 3650)
    crm_webhook_enabled = models.BooleanField(default=False)
    crm_webhook_url = _optional(2000, validators=[URLValidator(schemes=["https"]), validate_https])
    crm_webhook_events = _strings(64, 50)

    # --- AI
    ai_persona_name = _text(80)
    ai_tone = _text(80, "friendly-professional")
    ai_greeting = _text(200, "Hi {firstName},")
    ai_sms_greeting = _optional(200)
    ai_signature = _text(2000)
    ai_goals = _text(4000)
    service_description = _text(4000)
    ideal_customer_profile = _text(4000)
    qualification_questions = models.JSONField(default=list, blank=True, validators=[validate_questions])
    draft_generation_enabled = models.BooleanField(default=True)
    draft_generation_step2_enabled = models.BooleanField(default=True)
    draft_verification_step3_enabled = models.BooleanField(default=True)
    meeting_overseer_enabled = models.BooleanField(default=True)
    ai_route_booking_process_enabled = models.BooleanField(default=True)
    draft_generation_model = _model(AIModel.GPT_5_1, DRAFT_MODELS)
    draft_generation_reasoning_effort = _effort(Effort.MEDIUM)
    email_draft_verification_model = _model(AIModel.GPT_5_2, SMALL_MODELS)
    insights_chat_model = _model(AIModel.GPT_5_MINI, SMALL_MODELS)
    insights_chat_reasoning_effort = _effort(Effort.MEDIUM)
    insights_chat_enable_campaign_changes = models.BooleanField(default=False)
    insights_chat_enable_experiment_writes = models.BooleanField(default=False)
    insights_chat_enable_followup_pauses = models.BooleanField(default=False)
    message_performance_weekly_enabled = models.BooleanField(default=False)
    chatgpt_export_defaults = models.JSONField(null=True, blank=True, validators=[validate_json_object])
    auto_send_revision_enabled = models.BooleanField(default=False)
    auto_send_evaluator_model = _model(AIModel.GPT_5_MINI, SMALL_MODELS)
    auto_send_evaluator_reasoning_effort = _effort(Effort.LOW)
    auto_send_revision_model = _model(AIModel.GPT_5_2, SMALL_MODELS)
    auto_send_revision_reasoning_effort = _effort(Effort.HIGH)
    lead_context_bundle_enabled = models.BooleanField(default=False)
    lead_context_bundle_budgets = models.JSONField(null=True, blank=True, validators=[validate_bundle_budgets])
    followup_booking_gate_enabled = models.BooleanField(default=True)
    memory_allowlist_categories = _strings(80, 100)
    memory_min_confidence = models.FloatField(default=0.7, validators=[MinValueValidator(0), MaxValueValidator(1)])
    memory_ttl_days = _integer(90, 1, 90)
    ai_daily_cost_cap_usd = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    high_quota_enabled = models.BooleanField(default=False)

    # --- Booking
    meeting_booking_provider = models.CharField(
        max_length=16, choices=BookingProvider.choices, default=BookingProvider.GHL
    )
    meeting_duration_minutes = _integer(30, 15, 180)
    meeting_title = _text(120, "Intro to {companyName}")
    ghl_default_calendar_id = _optional(120)
    ghl_direct_book_calendar_id = _optional(120)
    ghl_assigned_user_id = _optional(120)
    calendly_event_type_link = _optional(500, validators=[URLValidator(schemes=["https"])])
    calendly_event_type_uri = _optional(500, validators=[URLValidator(schemes=["https"])])
    calendly_direct_book_event_type_link = _optional(500, validators=[URLValidator(schemes=["https"])])
    calendly_direct_book_event_type_uri = _optional(500, validators=[URLValidator(schemes=["https"])])
    auto_book_meetings = models.BooleanField(default=False)
    calendar_slots_to_show = _integer(3, 1, 10)
    calendar_look_ahead_days = _integer(28, 1, 90)
    calendar_health_enabled = models.BooleanField(default=True)
    calendar_health_min_slots = _integer(10, 0, 500)
    email_bison_first_touch_availability_slot_enabled = models.BooleanField(default=True)
    email_bison_availability_slot_template = _optional(500, validators=[validate_slot_template])
    email_bison_availability_slot_include_weekends = models.BooleanField(default=False)
    email_bison_availability_slot_count = _integer(2, 1, 2)
    email_bison_availability_slot_prefer_within_days = _integer(5, 1, 30)
    booking_qualification_check_enabled = models.BooleanField(default=False)
    booking_qualification_criteria = _optional(4000)
    booking_disqualification_message = _optional(4000)

    # --- System (written by the product only)
    round_robin_last_setter_index = models.IntegerField(null=True, blank=True, editable=False)
    round_robin_config_version = models.PositiveIntegerField(default=0, editable=False)
    routing_rules_version = models.PositiveIntegerField(default=0, editable=False)
    follow_ups_backfilled_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_reconciled_at = models.DateTimeField(null=True, blank=True, editable=False)
    auto_send_tripped_at = models.DateTimeField(null=True, blank=True, editable=False)
    auto_send_tripped_reason = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "workspace settings"
        constraints = [
            _one_of("auto_send_schedule_mode", AutoSendScheduleMode.values),
            _one_of("routing_fallback", RoutingFallback.values),
            _one_of("meeting_booking_provider", BookingProvider.values),
            models.CheckConstraint(
                condition=models.Q(round_robin_enabled=True) | models.Q(round_robin_email_only=False),
                name="settings_email_only_needs_round_robin",
            ),
            models.CheckConstraint(
                condition=~models.Q(routing_fallback_workspace=models.F("workspace")),
                name="settings_fallback_is_another_workspace",
            ),
        ]

    def __str__(self) -> str:
        return f"Settings of {self.workspace_id}"
