"""Which permission saves which settings column, and the columns' names on the wire."""

import re
from collections.abc import Mapping
from typing import Any

from zrg.workspaces.enums import AIModel, Effort, Permission

SUPER_ADMIN = "super_admin"
SYSTEM = "system"

_GENERAL = [
    "brand_name",
    "brand_logo",
    "brand_logo_url",
    "timezone",
    "work_start_time",
    "work_end_time",
    "reply_targets",
    "company_name",
    "target_result",
    "auto_approve_meetings",
    "flag_uncertain_replies",
    "auto_blacklist",
    "pause_for_ooo",
    "auto_follow_ups_on_reply",
    "airtable_mode",
    "follow_up_blackout_dates",
    "email_digest",
    "slack_alerts",
    "notification_emails",
    "notification_phones",
    "notification_slack_channel_ids",
    "notification_sentiment_rules",
    "notification_daily_digest_time",
    "meeting_booking_provider",
    "meeting_duration_minutes",
    "meeting_title",
    "ghl_default_calendar_id",
    "ghl_direct_book_calendar_id",
    "ghl_assigned_user_id",
    "calendly_event_type_link",
    "calendly_event_type_uri",
    "calendly_direct_book_event_type_link",
    "calendly_direct_book_event_type_uri",
    "auto_book_meetings",
    "calendar_slots_to_show",
    "calendar_look_ahead_days",
    "calendar_health_enabled",
    "calendar_health_min_slots",
    "email_bison_first_touch_availability_slot_enabled",
    "email_bison_availability_slot_template",
    "email_bison_availability_slot_include_weekends",
    "email_bison_availability_slot_count",
    "email_bison_availability_slot_prefer_within_days",
    "booking_qualification_check_enabled",
    "booking_qualification_criteria",
    "booking_disqualification_message",
]
_AI = [
    "auto_send_enabled",
    "auto_send_schedule_mode",
    "auto_send_custom_schedule",
    "auto_send_skip_human_review",
    "slack_auto_send_approval_recipients",
    "ai_persona_name",
    "ai_tone",
    "ai_greeting",
    "ai_sms_greeting",
    "ai_signature",
    "ai_goals",
    "service_description",
    "ideal_customer_profile",
    "qualification_questions",
    "draft_generation_enabled",
    "draft_generation_step2_enabled",
    "draft_verification_step3_enabled",
    "meeting_overseer_enabled",
    "ai_route_booking_process_enabled",
    "draft_generation_model",
    "draft_generation_reasoning_effort",
    "email_draft_verification_model",
    "insights_chat_model",
    "insights_chat_reasoning_effort",
    "insights_chat_enable_campaign_changes",
    "insights_chat_enable_experiment_writes",
    "insights_chat_enable_followup_pauses",
    "message_performance_weekly_enabled",
]
_INTEGRATIONS = [
    "own_sender_addresses",
    "round_robin_enabled",
    "round_robin_email_only",
    "round_robin_setter_sequence",
    "lead_routing_enabled",
    "routing_max_attempts",
    "routing_fallback",
    "routing_fallback_workspace",
    "routing_explain",
    "lead_ttl_days",
    "crm_webhook_enabled",
    "crm_webhook_url",
    "crm_webhook_events",
]
_SUPER = [
    "auto_send_revision_enabled",
    "auto_send_evaluator_model",
    "auto_send_evaluator_reasoning_effort",
    "auto_send_revision_model",
    "auto_send_revision_reasoning_effort",
    "lead_context_bundle_enabled",
    "lead_context_bundle_budgets",
    "followup_booking_gate_enabled",
    "memory_allowlist_categories",
    "memory_min_confidence",
    "memory_ttl_days",
    "ai_daily_cost_cap_usd",
    "high_quota_enabled",
]
_SYSTEM = [
    "round_robin_last_setter_index",
    "round_robin_config_version",
    "routing_rules_version",
    "follow_ups_backfilled_at",
    "last_reconciled_at",
    "auto_send_tripped_at",
    "auto_send_tripped_reason",
]

WRITERS: dict[str, str] = {
    **dict.fromkeys(_GENERAL, Permission.MANAGE_SETTINGS.value),
    **dict.fromkeys(_AI, Permission.MANAGE_AI.value),
    **dict.fromkeys(_INTEGRATIONS, Permission.MANAGE_INTEGRATIONS.value),
    "follow_ups_paused_until": Permission.PAUSE_FOLLOWUPS.value,
    "chatgpt_export_defaults": Permission.EXPORT_DATA.value,
    **dict.fromkeys(_SUPER, SUPER_ADMIN),
    **dict.fromkeys(_SYSTEM, SYSTEM),
}

# Written by their own calls (people of a workspace, uploads), not as plain values.
_NOT_PROVISIONED = {"brand_logo", "round_robin_setter_sequence", "routing_fallback_workspace"}

# Reasoning at this depth exists for one model only.
EFFORT_OF_MODEL = {
    "draft_generation_reasoning_effort": "draft_generation_model",
    "insights_chat_reasoning_effort": "insights_chat_model",
    "auto_send_evaluator_reasoning_effort": "auto_send_evaluator_model",
    "auto_send_revision_reasoning_effort": "auto_send_revision_model",
}

_WORD_START = re.compile(r"_([a-z0-9])")


def wire_name(column: str) -> str:
    """The camelCase name of a column."""
    return _WORD_START.sub(lambda match: match.group(1).upper(), column)


PROVISIONED = {
    wire_name(column): column
    for column, who in WRITERS.items()
    if who not in {SUPER_ADMIN, SYSTEM} and column not in _NOT_PROVISIONED
}


def unsupported_efforts(values: Mapping[str, Any]) -> list[str]:
    """Effort columns that ask for `extra_high` from a model that does not know it."""
    return [
        effort
        for effort, model in EFFORT_OF_MODEL.items()
        if values.get(effort) == Effort.EXTRA_HIGH and values.get(model) != AIModel.GPT_5_2
    ]
