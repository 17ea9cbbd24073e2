"""Columns of Lead in groups; `lead.py` puts them together with constraints and indexes.

Ids of rows of apps above (`…_message_id`, `routing_rule_id`) are plain uuids without a foreign key.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from leads.enums import (
    BlacklistReason,
    EnrichmentSource,
    EnrichmentStatus,
    LeadStatus,
    LinkedInConnection,
    RoutingStatus,
    SentimentTag,
    TimezoneSource,
)


def _text(max_length: int, **options: object) -> models.CharField:  # type: ignore[type-arg]
    return models.CharField(max_length=max_length, null=True, blank=True, **options)  # type: ignore[arg-type]


def _moment() -> models.DateTimeField:  # type: ignore[type-arg]
    return models.DateTimeField(null=True, blank=True)


class LeadIdentity(models.Model):
    """Who the lead is: provider ids, addresses, phone, profiles."""

    ghl_contact_id = _text(64)
    email_bison_lead_id = _text(64)
    linkedin_id = _text(128)
    sender_account_id = _text(64)

    email = _text(320)
    alternate_emails = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    current_replier_email = _text(320)
    current_replier_name = _text(255)
    current_replier_since = _moment()

    phone = _text(16)
    phone_national = _text(15)
    phone_country = _text(2)
    phone_raw = _text(64)

    linkedin_url = _text(255)
    linkedin_company_url = _text(255)
    linkedin_unreachable_at = _moment()
    linkedin_unreachable_reason = _text(64)
    linkedin_connection = models.CharField(
        max_length=16, choices=LinkedInConnection, default=LinkedInConnection.UNKNOWN
    )
    linkedin_connection_checked_at = _moment()
    linkedin_invited_at = _moment()

    class Meta:
        abstract = True


class LeadPerson(models.Model):
    """The person and their company."""

    first_name = _text(120)
    last_name = _text(120)
    job_title = _text(200)
    seniority = _text(64)
    timezone = _text(64)
    timezone_source = _text(16, choices=TimezoneSource)
    timezone_confidence = models.FloatField(null=True, blank=True)

    company_name = _text(255)
    company_website = _text(500)
    company_country = _text(120)
    company_state = _text(120)
    company_city = _text(120)
    company_postal_code = _text(20)
    company_revenue = _text(64)
    industry = _text(200)
    employee_headcount = _text(64)

    class Meta:
        abstract = True


class LeadState(models.Model):
    """Where the conversation stands. `status` is written by `set_status` and `blacklist_lead` only."""

    status = models.CharField(max_length=24, choices=LeadStatus, default=LeadStatus.NEW)
    sentiment_tag = models.CharField(max_length=40, default=SentimentTag.NEW)
    sentiment_message_id = models.UUIDField(null=True, blank=True)
    blacklist_reason = _text(16, choices=BlacklistReason)
    blacklisted_at = _moment()
    opted_out_at = _moment()
    opted_out_channel = _text(16)
    opted_out_message_id = models.UUIDField(null=True, blank=True)
    snoozed_until = _moment()
    snooze_until_reply = models.BooleanField(default=False)
    industry_notes = models.TextField(null=True, blank=True)
    preferred_timing = models.TextField(null=True, blank=True)
    tags = ArrayField(models.TextField(), default=list, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    source = _text(40)

    fit_score = models.SmallIntegerField(null=True, blank=True)
    intent_score = models.SmallIntegerField(null=True, blank=True)
    overall_score = models.SmallIntegerField(null=True, blank=True)
    score_reasoning = models.TextField(null=True, blank=True)
    scored_at = _moment()

    class Meta:
        abstract = True


class LeadRollups(models.Model):
    """What the rows of other tables add up to; `bump_rollups`, `recompute_rollups` and the one
    function that moves drafts or instances write them in the transaction of the change."""

    last_inbound_at = _moment()
    last_outbound_at = _moment()
    last_answer_at = _moment()
    last_message_at = _moment()
    last_message_direction = _text(16)
    # By when an answer should be out, while somebody waits for one (07 R20.6).
    due_at = _moment()
    # The `last_inbound_at` whose missed `due_at` was noted: once per inbound.
    overdue_noted_for = _moment()
    channels = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    email_open_count = models.PositiveIntegerField(default=0)
    email_last_opened_at = _moment()

    has_pending_draft = models.BooleanField(default=False)
    has_review_draft = models.BooleanField(default=False)
    has_ai_sent = models.BooleanField(default=False)
    followups_blocked = models.BooleanField(default=False)

    class Meta:
        abstract = True


class LeadWork(models.Model):
    """Enrichment, automation, assignment and the health of SMS."""

    enrichment_status = _text(16, choices=EnrichmentStatus)
    enrichment_source = _text(16, choices=EnrichmentSource)
    enriched_at = _moment()
    enrichment_retry_count = models.PositiveSmallIntegerField(default=0)
    enrichment_last_retry = _moment()

    auto_reply_enabled = models.BooleanField(default=False)
    auto_follow_up_enabled = models.BooleanField(default=False)
    auto_book_meetings_enabled = models.BooleanField(default=True)
    follow_ups_checked_at = _moment()

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_leads",
        db_index=False,
    )
    assigned_at = _moment()

    sms_dnd_active = models.BooleanField(default=False)
    sms_dnd_updated_at = _moment()
    sms_last_blocked_at = _moment()
    sms_last_blocked_reason = _text(64)
    sms_consecutive_blocked_count = models.PositiveIntegerField(default=0)
    sms_last_success_at = _moment()

    class Meta:
        abstract = True


class LeadBooking(models.Model):
    """Written by booking alone."""

    qualification_answers = models.JSONField(null=True, blank=True)
    qualification_answers_extracted_at = _moment()
    booking_qualification_status = _text(16)
    booking_qualification_checked_at = _moment()
    booking_qualification_reason = models.TextField(null=True, blank=True)
    booked_slot = _moment()
    ghl_appointment_id = _text(64)
    calendly_invitee_uri = _text(500)
    calendly_scheduled_event_uri = _text(500)
    appointment_booked_at = _moment()
    appointment_start_at = _moment()
    appointment_end_at = _moment()
    appointment_status = _text(16)
    appointment_canceled_at = _moment()
    appointment_provider = _text(16)
    appointment_source = _text(40)
    appointment_last_checked_at = _moment()
    appointment_check_errors = models.PositiveSmallIntegerField(default=0)
    external_scheduling_link = _text(1000)
    external_scheduling_link_last_seen_at = _moment()

    class Meta:
        abstract = True


class LeadRouting(models.Model):
    """Distribution between partner workspaces; the state machine lives in assignment."""

    routing_status = models.CharField(max_length=16, choices=RoutingStatus, default=RoutingStatus.PENDING)
    routing_started_at = _moment()
    routing_completed_at = _moment()
    routing_failed_at = _moment()
    routing_attempts = models.PositiveSmallIntegerField(default=0)
    routing_error = _text(500)
    routing_error_code = _text(40)
    routing_locked_by = models.UUIDField(null=True, blank=True)
    routing_locked_at = _moment()
    lead_expires_at = _moment()
    routing_rule_id = models.UUIDField(null=True, blank=True)
    duplicate_of_lead_id = models.UUIDField(null=True, blank=True)
    source_workspace = models.ForeignKey(
        "workspaces.Workspace",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    routing_excluded_workspace_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    import_job = models.ForeignKey(
        "leads.LeadImportJob", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
